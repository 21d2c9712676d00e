//! Every sample of every operation against PyTorch's numbers, which `scripts/golden` writes into `tests/golden/ops`:
//! results, dtypes, first gradients, and refusals.

use super::samples::{self, Call, Given, Numbers};
use reel::device::DType;
use reel::ops::sample::Value;
use reel::ops::{self, Grad, Op, ParamKind, Proof};
use reel::tape::{BackwardOptions, Cx, Param, backward::Recording};
use reel::tensor::{Num, Tensor};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// What `scripts/golden` asks PyTorch for, beside the file it makes of the answer.
const DUMP: &str = "REEL_DUMP_SAMPLES";

/// How many samples of an operation are also run on integers and bools.
const OTHER_KINDS: usize = 4;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/ops")
}

/// The dtypes that a sample is compared in: floats in four, samples without floats once.
fn variants(op: &Op, at: usize) -> &'static [DType] {
    match samples::has_floats(op, at) {
        false => &[DType::F64],
        true if at < OTHER_KINDS && finite(op, at) => &[DType::F64, DType::F32, DType::I64, DType::Bool],
        true => &[DType::F64, DType::F32],
    }
}

fn finite(op: &Op, at: usize) -> bool {
    let all = |n: &Numbers| n.values.iter().all(|v| v.to_f64().is_finite());
    samples::given(op, at, &op.samples[at]).iter().all(|g| match g {
        Given::Tensor(n) => all(n),
        Given::Many(list) => list.iter().all(all),
        Given::Host(_) => true,
    })
}

fn python(op: &Op) -> Option<&'static str> {
    match op.proof {
        Proof::Torch(python) | Proof::TorchWithin { python, .. } => Some(python),
        Proof::Other(_) => None,
    }
}

/// JSON has no infinities.
fn number(x: f64) -> Json {
    if x.is_finite() { json!(x) } else { json!(x.to_string()) }
}

/// A tensor, and its position among the operands of the call.
fn dump_tensor(n: &Numbers, dtype: DType, operand: usize) -> Json {
    let own = n.fixed.unwrap_or(dtype);
    let values = n.values.iter().map(|&v| match samples::convert(v, own) {
        Num::Bool(b) => json!(b as u8),
        Num::Int(i) => json!(i),
        Num::Float(x) => number(x),
    });
    json!({ "dtype": own.name(), "dims": n.dims, "v": values.collect::<Vec<_>>(), "operand": operand })
}

fn dump_arguments(op: &Op, given: &[Given], dtype: DType) -> Vec<Json> {
    let mut operand = 0;
    let mut next = || {
        operand += 1;
        operand - 1
    };
    given
        .iter()
        .zip(op.params)
        .map(|(g, p)| match g {
            Given::Tensor(t) => dump_tensor(t, dtype, next()),
            Given::Many(list) => {
                json!({ "many": list.iter().map(|t| dump_tensor(t, dtype, next())).collect::<Vec<_>>() })
            }
            Given::Host(v) => {
                if p.kind.is_tensor() {
                    next();
                }
                match v {
                    Value::Str(s) if p.kind == ParamKind::DType => json!({ "name": s }),
                    Value::Number(x) => json!({ "float": number(*x) }),
                    Value::Int(i) => json!(i),
                    Value::Bool(b) => json!(b),
                    Value::Str(s) => json!(s),
                    Value::Tuple(list) => json!(list),
                    _ => Json::Null,
                }
            }
        })
        .collect()
}

/// With `REEL_DUMP_SAMPLES=FILE`: writes all samples there, for `scripts/golden`.
#[test]
fn samples_can_be_dumped() {
    let mut list = Vec::new();
    for op in ops::all() {
        let Some(python) = python(op) else { continue };
        let of_op: Vec<Json> = (0..op.samples.len())
            .map(|at| {
                let given = samples::given(op, at, &op.samples[at]);
                let variants: Vec<Json> = variants(op, at)
                    .iter()
                    .map(|&dtype| json!({ "dtype": dtype.name(), "args": dump_arguments(op, &given, dtype) }))
                    .collect();
                json!({ "sample": format!("{:?}", op.samples[at].args), "variants": variants })
            })
            .collect();
        list.push(json!({ "op": op.name, "python": python, "samples": of_op }));
    }
    assert!(!list.is_empty());
    if let Some(path) = std::env::var_os(DUMP) {
        let all = json!({ "cotangents": samples::cotangents(), "stride": samples::COT_STRIDE, "ops": list });
        std::fs::write(path, all.to_string()).expect("the file named by REEL_DUMP_SAMPLES can be written");
    }
}

/// What one call gives, as the golden files have it.
pub struct Outcome {
    pub outs: Vec<Tensor>,
    /// By position among the operands; none where no gradient came.
    pub grads: Vec<Option<Tensor>>,
}

/// Runs a call and its first gradients: the sum of all float results, each element weighed by its cotangent.
pub fn run(cx: &Cx, call: &Call) -> ops::Result<Outcome> {
    let at = call.float_operands();
    let leaves: Vec<Tensor> = call.tensors(&at).iter().map(|t| cx.leaf(t)).collect();
    let outs = call.with(&at, &leaves).run(cx)?;
    let seeds: Vec<(Tensor, Tensor)> = outs
        .iter()
        .enumerate()
        .filter(|(_, y)| y.dtype().is_float())
        .map(|(k, y)| (y.clone(), samples::cotangent(k, y.dtype(), y.dims())))
        .collect();
    let found = cx.grads(&seeds, &leaves, Recording::Never)?;
    let mut grads = vec![None; call.operands.len()];
    for (&k, g) in at.iter().zip(found) {
        grads[k] = g;
    }
    Ok(Outcome { outs, grads })
}

/// The same through parameters and `backward`.
fn run_backward(cx: &Cx, call: &Call) -> ops::Result<Vec<Option<Tensor>>> {
    let at = call.float_operands();
    let cells: Vec<Param> = call.tensors(&at).iter().map(|t| Param::new(cx, t)).collect::<Result<_, _>>()?;
    let values: Vec<Tensor> = cells.iter().map(Param::value).collect();
    let outs = call.with(&at, &values).run(cx)?;
    let parts = outs.iter().enumerate().filter(|(_, y)| y.is_tracked());
    let loss = parts
        .map(|(k, y)| cx.sum_all(&cx.mul(y, samples::cotangent(k, y.dtype(), y.dims()))))
        .reduce(|a, b| cx.add(&a, &b));
    if let Some(loss) = loss {
        cx.backward(&loss, BackwardOptions::default())?;
    }
    let mut grads = vec![None; call.operands.len()];
    for (&k, cell) in at.iter().zip(&cells) {
        grads[k] = cell.grad();
    }
    Ok(grads)
}

/// Numbers as a golden file has them.
fn expected(v: &Json) -> Vec<f64> {
    let parse = |x: &Json| x.as_f64().unwrap_or_else(|| x.as_str().expect("a number").parse().expect("a number"));
    v.as_array().expect("numbers").iter().map(parse).collect()
}

/// The first place where numbers differ by more than `tolerance` times the largest finite magnitude expected.
pub fn compare(got: &[f64], want: &[f64], tolerance: f64) -> Result<(), String> {
    if got.len() != want.len() {
        return Err(format!("{} numbers, expected {}", got.len(), want.len()));
    }
    let largest = want.iter().filter(|x| x.is_finite()).fold(0.0f64, |m, x| m.max(x.abs()));
    let allowed = tolerance * largest;
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        let same = g == w || (g.is_nan() && w.is_nan());
        // A NaN difference is not within anything.
        let near = (g - w).abs() <= allowed;
        if !same && !near {
            return Err(format!("element {i} is {g:e}, expected {w:e}, allowed difference {allowed:.1e}"));
        }
    }
    Ok(())
}

/// The golden numbers of one variant: where f32 has none of its own, f64's serve, in f32.
fn golden_of(sample: &Json, dtype: DType) -> (Json, bool) {
    match &sample[dtype.name()] {
        Json::Null if dtype == DType::F32 => (sample["f64"].clone(), true),
        own => (own.clone(), false),
    }
}

fn check_outcome(op: &Op, got: &Outcome, want: &Json, narrowed: bool, dtype: DType) -> Result<(), String> {
    let (f32s, f64s) = match op.proof {
        Proof::TorchWithin { f32, f64, .. } => (f32, f64),
        _ => (1e-5, 1e-10),
    };
    let tolerance = |d: DType| match d {
        _ if dtype == DType::F32 => f32s,
        DType::F64 => f64s,
        DType::F32 => f32s,
        DType::F16 => 1e-3,
        DType::BF16 => 1e-2,
        DType::Bool | DType::I64 => 0.0,
    };
    let outs = want["out"].as_array().ok_or("no results in the golden file")?;
    if outs.len() != got.outs.len() {
        return Err(format!("{} results, torch has {}", got.outs.len(), outs.len()));
    }
    for (k, (y, w)) in got.outs.iter().zip(outs).enumerate() {
        let mut want_dtype = w["dtype"].as_str().expect("a dtype").to_string();
        if narrowed && want_dtype == "f64" {
            want_dtype = "f32".into();
        }
        let dims: Vec<usize> =
            w["dims"].as_array().expect("dims").iter().map(|d| d.as_u64().unwrap() as usize).collect();
        if y.dtype().name() != want_dtype || y.dims() != dims {
            return Err(format!("result {k} is {}{}, torch's is {want_dtype}{dims:?}", y.dtype(), y.shape()));
        }
        let numbers = y.to_f64s().map_err(|e| e.to_string())?;
        compare(&numbers, &expected(&w["v"]), tolerance(y.dtype())).map_err(|e| format!("result {k}: {e}"))?;
    }
    let none = Vec::new();
    for (k, w) in want["grad"].as_array().unwrap_or(&none).iter().enumerate() {
        if w.is_null() {
            continue;
        }
        let want = expected(w);
        let Some(g) = got.grads.get(k).and_then(Option::as_ref) else {
            let rule = op.vjp.get(k).or(op.vjp.last());
            let meant = matches!(rule, Some(Grad::None(_)) | None) && want.iter().all(|x| *x == 0.0);
            if meant {
                continue;
            }
            return Err(format!("no gradient for operand {k}, torch has {want:?}"));
        };
        compare(&g.to_f64s().map_err(|e| e.to_string())?, &want, tolerance(g.dtype()))
            .map_err(|e| format!("gradient {k}: {e}"))?;
    }
    Ok(())
}

/// Where torch refuses integers or bools, or answers in bool, Reel may count bools as i64 and integers as f32, as
/// LANGUAGE has it; then the result must be what the op gives for operands converted by hand.
fn check_widened(op: &'static Op, at: usize, dtype: DType, got: &Outcome) -> Result<(), String> {
    let cx = Cx::new();
    let widened = match dtype {
        DType::Bool if got.outs.iter().any(|y| y.dtype() == DType::I64) => DType::I64,
        DType::Bool | DType::I64 if got.outs.iter().any(|y| y.dtype().is_float()) => DType::F32,
        _ => return Err("torch refuses what Reel computes".into()),
    };
    let mut call = samples::call(&cx, op, at, dtype);
    for o in &mut call.operands {
        if let Some(t) = o.tensor().filter(|t| t.dtype() == dtype) {
            *o = cx.cast(t, widened).map_err(|e| e.to_string())?.into();
        }
    }
    let by_hand = call.run(&cx).map_err(|e| format!("by hand: {e}"))?;
    for (k, (y, w)) in got.outs.iter().zip(&by_hand).enumerate() {
        if y.dtype() != w.dtype() {
            return Err(format!("result {k} is {}, that of converted operands {}", y.dtype(), w.dtype()));
        }
        compare(&y.to_f64s().unwrap(), &w.to_f64s().unwrap(), 0.0).map_err(|e| format!("converted operands: {e}"))?;
    }
    Ok(())
}

fn check_variant(op: &'static Op, at: usize, dtype: DType, golden: &Json) -> Result<(), String> {
    let (want, narrowed) = golden_of(golden, dtype);
    if want.is_null() {
        return Err("no golden numbers for this dtype".into());
    }
    let cx = Cx::new();
    let call = samples::call(&cx, op, at, dtype);
    let got = run(&cx, &call);
    if let Some(reason) = want["raises"].as_str() {
        return match got {
            Err(_) => Ok(()),
            Ok(_) if dtype.is_float() => Err(format!("torch refuses: {reason}")),
            Ok(got) => check_widened(op, at, dtype, &got).map_err(|e| format!("{e}; torch refuses: {reason}")),
        };
    }
    let got = got.map_err(|e| format!("{e}, but torch computes it"))?;
    let bool_arithmetic = dtype == DType::Bool
        && got.outs.iter().zip(want["out"].as_array().unwrap_or(&Vec::new())).any(|(y, w)| {
            (y.dtype() == DType::I64 && w["dtype"] == "bool")
                || (y.dtype().is_float() && w["dtype"] != y.dtype().name())
        });
    if bool_arithmetic {
        return check_widened(op, at, dtype, &got);
    }
    check_outcome(op, &got, &want, narrowed, dtype)?;
    // Through parameters and `backward` the same gradients come, as sums in another order.
    let again = run_backward(&cx, &samples::call(&cx, op, at, dtype)).map_err(|e| format!("backward: {e}"))?;
    for (k, (a, b)) in got.grads.iter().zip(&again).enumerate() {
        let (Some(a), Some(b)) = (a, b) else {
            if a.is_some() != b.is_some() {
                return Err(format!("gradient {k} comes from only one of grads and backward"));
            }
            continue;
        };
        compare(&b.to_f64s().unwrap(), &a.to_f64s().unwrap(), if dtype == DType::F32 { 1e-6 } else { 1e-14 })
            .map_err(|e| format!("gradient {k} through backward: {e}"))?;
    }
    Ok(())
}

/// Every operation has a file, every sample a line in it, and Reel's numbers are PyTorch's.
#[test]
fn samples_agree_with_pytorch() {
    let (mut checked, mut failures) = (0, Vec::new());
    for op in ops::all() {
        let Some(python) = python(op) else { continue };
        let path = folder().join(format!("{}.json", op.name));
        let Ok(text) = std::fs::read_to_string(&path) else {
            failures.push(format!("{}: no golden numbers; run scripts/golden {}", op.name, op.name));
            continue;
        };
        let file: Json = serde_json::from_str(&text).expect("a golden file is JSON");
        if file["python"] != python {
            failures.push(format!("{}: the golden numbers are those of {}", op.name, file["python"]));
            continue;
        }
        let golden = file["samples"].as_array().expect("samples");
        for at in 0..op.samples.len() {
            let told = format!("{:?}", op.samples[at].args);
            let Some(entry) = golden.get(at).filter(|s| s["sample"] == told.as_str()) else {
                failures.push(format!("{}: no golden numbers; run scripts/golden", samples::label(op, at)));
                continue;
            };
            for &dtype in variants(op, at) {
                checked += 1;
                let checked = std::panic::catch_unwind(|| check_variant(op, at, dtype, entry));
                let failure = match checked {
                    Ok(Ok(())) => continue,
                    Ok(Err(e)) => e,
                    Err(_) => "panics".into(),
                };
                failures.push(format!("{} in {dtype}: {failure}", samples::label(op, at)));
            }
        }
    }
    println!("{} operations, {checked} comparisons with PyTorch", ops::all().len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
