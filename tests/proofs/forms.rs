//! One computation in several forms: put off and at once, on one and on two threads, from contiguous and from strided
//! memory, by the general call and by the operators' own: the same bits within an instruction set. And what is known
//! of a result before it is computed is true of it.

use super::golden;
use super::samples::{self, Call};
use reel::device::DType;
use reel::device::cpu::{isa, pool};
use reel::ops::{self, Attrs, Kind, Meta, Op, Operand};
use reel::tape::Cx;
use reel::tensor::{Num, Tensor};

/// A tensor down to its bits; NaNs are one.
#[derive(PartialEq, Hash, Clone, Debug)]
pub struct Bits {
    dtype: DType,
    dims: Vec<usize>,
    words: Vec<u64>,
}

pub fn bits(t: &Tensor) -> Bits {
    let word = |v: Num| match v {
        Num::Bool(b) => b as u64,
        Num::Int(i) => i as u64,
        Num::Float(x) if x.is_nan() => f64::NAN.to_bits(),
        Num::Float(x) => x.to_bits(),
    };
    let words = t.to_nums().expect("fits").into_iter().map(word).collect();
    Bits { dtype: t.dtype(), dims: t.dims().to_vec(), words }
}

/// The same, with a hash in place of many words.
pub fn digest(t: &Tensor) -> Bits {
    if t.numel() <= 32 {
        return bits(t);
    }
    let t = t.plain().expect("fits");
    fn mix<T: Copy>(values: &[T], word: impl Fn(T) -> u64) -> u64 {
        values.iter().fold(0, |h: u64, &v| (h.rotate_left(7) ^ word(v)).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
    let word = match t.dtype() {
        DType::Bool => mix(t.slice::<u8>(), |v| v as u64),
        DType::I64 => mix(t.slice::<i64>(), |v| v as u64),
        DType::F16 => mix(t.slice::<u16>(), |v| if v & 0x7fff > 0x7c00 { 1 } else { v as u64 }),
        DType::BF16 => mix(t.slice::<u16>(), |v| if v & 0x7fff > 0x7f80 { 1 } else { v as u64 }),
        DType::F32 => mix(t.slice::<f32>(), |v| if v.is_nan() { 1 } else { v.to_bits() as u64 }),
        DType::F64 => mix(t.slice::<f64>(), |v| if v.is_nan() { 1 } else { v.to_bits() }),
    };
    Bits { dtype: t.dtype(), dims: t.dims().to_vec(), words: vec![word] }
}

/// The ways to run, for one instruction set: put-off threshold and threads, the plainest first.
pub const WAYS: [(usize, usize); 4] = [(usize::MAX, 1), (1, 1), (usize::MAX, 2), (1, 2)];

/// Runs `f` in every way on every instruction set, and says where its results differ from the plainest way's.
pub fn in_all_ways<R: PartialEq + std::fmt::Debug>(f: impl Fn(&Cx) -> R) -> Result<usize, String> {
    let mut runs = 0;
    for isa in isa::Isa::available() {
        isa::with_isa(isa, || {
            let mut first = None;
            for (put_off_from, threads) in WAYS {
                pool::set_threads(threads);
                let cx = Cx::new();
                cx.seed(7);
                cx.set_put_off_from(put_off_from);
                let got = f(&cx);
                runs += 1;
                match &first {
                    None => first = Some(got),
                    Some(want) if *want == got => {}
                    Some(want) => {
                        let put_off = if put_off_from == 1 { "put off" } else { "at once" };
                        return Err(format!(
                            "{put_off} with {threads} thread(s) and {isa:?} differs:\n{}",
                            difference(&format!("{got:?}"), &format!("{want:?}"))
                        ));
                    }
                }
            }
            Ok(())
        })?;
    }
    pool::set_threads(0);
    Ok(runs)
}

/// The surroundings of the first place where two texts differ.
fn difference(got: &str, want: &str) -> String {
    let at = got.bytes().zip(want.bytes()).take_while(|(a, b)| a == b).count();
    let part = |s: &str| s.bytes().skip(at.saturating_sub(60)).take(160).map(char::from).collect::<String>();
    format!("  got      … {}\n  expected … {}", part(got), part(want))
}

/// Every float dtype for samples with floats; samples without run once.
fn dtypes(op: &Op, at: usize) -> &'static [DType] {
    match samples::has_floats(op, at) {
        true => &[DType::F64, DType::F32, DType::F16, DType::BF16],
        false => &[DType::F64],
    }
}

/// What a call gives and its gradients, as bits, or the code of its error.
fn outcome(cx: &Cx, call: &Call) -> Outcome {
    let got = golden::run(cx, call).map_err(|e| e.code)?;
    let grads = got.grads.iter().map(|g| g.as_ref().map(bits)).collect();
    Ok((got.outs.iter().map(bits).collect(), grads))
}

/// Runs `check` for every sample of every operation and gathers what it finds wrong.
fn for_every_sample(title: &str, check: impl Fn(&'static Op, usize) -> Result<usize, String>) {
    let (mut count, mut checks, mut failures) = (0, 0, Vec::new());
    for op in ops::all() {
        for at in 0..op.samples.len() {
            count += 1;
            let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(op, at)));
            match ran {
                Ok(Ok(n)) => checks += n,
                Ok(Err(e)) => failures.push(format!("{}: {e}", samples::label(op, at))),
                Err(_) => failures.push(format!("{}: panics", samples::label(op, at))),
            }
        }
    }
    println!("{} operations, {count} samples, {checks} {title}", ops::all().len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_way_gives_the_same_bits() {
    for_every_sample("runs with the same bits", |op, at| {
        let mut runs = 0;
        for &dtype in dtypes(op, at) {
            runs += in_all_ways(|cx| outcome(cx, &samples::call(cx, op, at, dtype)))
                .map_err(|e| format!("in {dtype} {e}"))?;
        }
        Ok(runs)
    });
}

/// A copy of a tensor that lies in memory every other element apart, in reverse order of dimensions.
fn strided(cx: &Cx, t: &Tensor) -> Tensor {
    let n = t.ndim() as i64;
    let back: Vec<i64> = (0..n).rev().collect();
    let mut doubled: Vec<usize> = t.dims().iter().rev().copied().collect();
    doubled.push(2);
    let mut one = doubled.clone();
    one[n as usize] = 1;
    let reversed = cx.permute(t, &back).to_copy().expect("fits");
    let twice = cx.expand(&cx.reshape(&reversed, &one), &doubled).to_copy().expect("fits");
    let half = cx.index(&twice, &[ops::index::Item::Ellipsis, ops::index::Item::At(1)]).expect("within");
    cx.permute(&half, &back)
}

/// Made of several products of matrices, each of which sums in an order that suits its layout.
const PRODUCTS: [&str; 5] = ["einsum", "linalg.lstsq", "linalg.matrix_power", "linalg.multi_dot", "linalg.pinv"];

type Outcome = Result<(Vec<Bits>, Vec<Option<Bits>>), &'static str>;

/// Whether results and gradients are the same but for rounding.
fn near(got: &Outcome, want: &Outcome, dtype: DType) -> bool {
    let (Ok(got), Ok(want)) = (got, want) else { return false };
    let tolerance = if dtype == DType::F64 { 1e-13 } else { 1e-5 };
    let floats = |b: &Bits| b.words.iter().map(|&w| f64::from_bits(w)).collect::<Vec<f64>>();
    let alike = |a: &Bits, b: &Bits| {
        a.dtype == b.dtype
            && a.dims == b.dims
            && (a.words == b.words || a.dtype.is_float() && golden::compare(&floats(a), &floats(b), tolerance).is_ok())
    };
    got.0.len() == want.0.len()
        && got.0.iter().zip(&want.0).all(|(a, b)| alike(a, b))
        && got.1.iter().zip(&want.1).all(|(a, b)| match (a, b) {
            (Some(a), Some(b)) => alike(a, b),
            (a, b) => a.is_none() && b.is_none(),
        })
}

#[test]
fn strides_do_not_matter() {
    for_every_sample("calls from strided memory", |op, at| {
        for &dtype in dtypes(op, at) {
            let cx = Cx::new();
            cx.seed(7);
            let call = samples::call(&cx, op, at, dtype);
            let want = outcome(&cx, &call);
            let mut moved = call.clone();
            for o in &mut moved.operands {
                if let Operand::Tensor(t) = o {
                    *t = strided(&cx, t);
                }
            }
            cx.seed(7);
            let got = outcome(&cx, &moved);
            if got != want && !(PRODUCTS.contains(&op.name) && near(&got, &want, dtype)) {
                let difference = difference(&format!("{got:?}"), &format!("{want:?}"));
                return Err(format!("in {dtype} strided operands give other bits:\n{difference}"));
            }
        }
        Ok(dtypes(op, at).len())
    });
}

#[test]
fn operators_take_the_same_way() {
    for_every_sample("operators against the general call", |op, at| {
        let mut checks = 0;
        for &dtype in dtypes(op, at) {
            let cx = Cx::new();
            let call = samples::call(&cx, op, at, dtype);
            if !call.attrs.is_empty() || call.operands.iter().any(|o| matches!(o, Operand::None)) {
                continue;
            }
            let code = |e: Box<ops::OpError>| e.code;
            let fast = match (&op.kind, &call.operands[..]) {
                (Kind::Tile { .. }, [Operand::Tensor(x)]) => cx.unary(op, x).map_err(code),
                (Kind::Tile { .. }, [x, y]) => cx.binary(op, x, y).map_err(code),
                (_, [x, y]) if op.symbol == Some("@") => cx.product(x, y).map_err(code),
                _ => continue,
            };
            let general = call.run(&cx).map(|v| bits(&v[0])).map_err(code);
            if fast.as_ref().map(bits).map_err(|c| *c) != general {
                return Err(format!("in {dtype} the operator gives {fast:?}, the call {general:?}"));
            }
            checks += 1;
        }
        Ok(checks)
    });
}

#[test]
fn shapes_are_known_before() {
    for_every_sample("results as announced", |op, at| {
        let Kind::Whole { infer, .. } = op.kind else { return Ok(0) };
        let mut checks = 0;
        for &dtype in dtypes(op, at) {
            let cx = Cx::new();
            let call = samples::call(&cx, op, at, dtype);
            let there = call.operands.iter().filter(|o| !matches!(o, Operand::None));
            let metas: Vec<Meta> = there.map(|o| Meta::of(&o.to_tensor())).collect();
            let announced = infer(&metas, Attrs::new(&call.attrs));
            match (announced, call.run(&cx)) {
                (Ok(metas), Ok(outs)) => {
                    let real: Vec<Meta> = outs.iter().map(Meta::of).collect();
                    if metas != real {
                        return Err(format!("in {dtype} announced {metas:?}, got {real:?}"));
                    }
                }
                // Whether indices are within bounds and the like is known only to the run.
                (_, Err(_)) => {}
                (Err(e), Ok(_)) => return Err(format!("in {dtype} announced {e}, but it runs")),
            }
            checks += 1;
        }
        Ok(checks)
    });
}

/// Half types compute through f32: their result is f32's for the same operands, rounded once.
#[test]
fn half_types_follow_f32() {
    for_every_sample("results in half types", |op, at| {
        if !samples::has_floats(op, at) || matches!(op.proof, ops::Proof::Other(_)) {
            return Ok(0);
        }
        for (half, eps, largest) in [(DType::F16, 1.0 / 1024.0, 65504.0), (DType::BF16, 1.0 / 128.0, 3.38e38)] {
            let cx = Cx::new();
            let call = samples::call(&cx, op, at, half);
            let mut wide = call.clone();
            for o in &mut wide.operands {
                if let Operand::Tensor(t) = o
                    && t.dtype() == half
                {
                    *t = cx.cast(t, DType::F32).expect("fits");
                }
            }
            let (got, want) = match (call.run(&cx), wide.run(&cx)) {
                (Ok(got), Ok(want)) => (got, want),
                (Err(_), Err(_)) => continue,
                (got, want) => return Err(format!("in {half}: {:?}, in f32: {:?}", got.err(), want.err())),
            };
            for (k, (g, w)) in got.iter().zip(&want).enumerate() {
                let expected = if w.dtype() == DType::F32 && !asks_for_dtype(op, &call) { half } else { w.dtype() };
                if g.dtype() != expected || g.dims() != w.dims() {
                    return Err(format!("result {k} is {}{}, in f32 {}{}", g.dtype(), g.shape(), w.dtype(), w.shape()));
                }
                let clamp = |x: f64| match x.abs() {
                    // The largest f32 stands for the largest number of its type, as that of `nan_to_num`.
                    m if m == f32::MAX as f64 => x.signum() * largest,
                    m if m.is_finite() && m > largest => x.signum() * f64::INFINITY,
                    _ => x,
                };
                let want: Vec<f64> = w.to_f64s().expect("fits").into_iter().map(clamp).collect();
                golden::compare(&g.to_f64s().expect("fits"), &want, eps)
                    .map_err(|e| format!("in {half} result {k}: {e}"))?;
            }
        }
        Ok(2)
    });
}

/// Whether the result's dtype is an argument.
fn asks_for_dtype(op: &Op, call: &Call) -> bool {
    op.params.iter().filter(|p| !p.kind.is_tensor()).zip(&call.attrs).any(|(_, a)| matches!(a, ops::Attr::DType(_)))
}
