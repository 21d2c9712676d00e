//! Edges around a tensor.

use crate::device::DType;
use crate::ops::index::Item;
use crate::ops::infer::describe;
use crate::ops::rules::{WHOLE, sizes};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, tensor};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;
use crate::tensor::{Dims, Num, Tensor};

pub static PAD: Op = Op {
    name: "pad",
    symbol: None,
    params: &[
        X,
        Param::new("pad", ParamKind::Ints),
        Param::new("mode", ParamKind::Str).or(Default::Str("constant")),
        tensor("value").or(Default::None),
    ],
    parts: &[],
    doc: "Edges around `x`: pairs of places before and after, for the last dimension first. Negative ones cut off. They hold `value` (else 0), or with `mode` \"reflect\", \"replicate\" or \"circular\" what the edge mirrors, repeats or goes on to.",
    examples: &[
        "pad([1, 2], (1, 2))  # i64[5] [0, 1, 2, 0, 0]",
        "pad([1, 2, 3], (2, 0), \"reflect\")  # i64[5] [3, 2, 1, 2, 3]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3], -2.0, 2.0), Tuple(&[1, 2])]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Tuple(&[1, 0, 0, 2])]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Tuple(&[1, 1]), Str("constant"), Number(1.5)]),
        sample(&[Uniform(&[2, 4], -2.0, 2.0), Tuple(&[-1, 2])]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Tuple(&[1, -1, 0, 1])]),
        sample(&[Uniform(&[2, 0], -2.0, 2.0), Tuple(&[1, 1])]),
        sample(&[Uniform(&[2, 4], -2.0, 2.0), Tuple(&[2, 1]), Str("reflect")]),
        sample(&[Uniform(&[1, 3, 4], -2.0, 2.0), Tuple(&[1, 2, 2, 1]), Str("reflect")]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Tuple(&[2, 5]), Str("replicate")]),
        sample(&[Uniform(&[1, 2, 3], -2.0, 2.0), Tuple(&[2, 1]), Str("circular")]),
        kink(&[Ints(&[2], &[1, 2]), Tuple(&[1, 1]), Str("constant"), Int(7)]),
    ],
    // A float does not fit among integers here; torch cuts it.
    proof: Proof::Torch(
        "F.pad(*args) if len(args) < 4 or args[0].is_floating_point() or isinstance(args[3], int) else 1 // 0",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (x, pad, mode) = (args[0].to_tensor(), attrs.ints(0), attrs.str(1).unwrap_or("constant"));
    let refuse = |message: String| {
        OpError::new("VALUE-12", message).at(0, describe(&args[0])).at(1, format!("{} numbers", pad.len()))
    };
    if pad.len() % 2 != 0 || pad.len() / 2 > x.ndim() {
        return Err(refuse(format!("edges come in pairs, at most one for each of the {} dims", x.ndim())));
    }
    let given = !matches!(args[1], Operand::None);
    let edge: fn(i64, i64) -> i64 = match mode {
        "constant" => {
            let value = match &args[1] {
                Operand::None => Operand::Num(if x.dtype() == DType::Bool { Num::Bool(false) } else { Num::Int(0) }),
                other => other.clone(),
            };
            return Ok(Outputs::One(constant(cx, x, pad, &value, refuse)?));
        }
        "reflect" => |i, n| {
            if i < 0 {
                -i
            } else if i >= n {
                2 * (n - 1) - i
            } else {
                i
            }
        },
        "replicate" => |i, n| i.clamp(0, n - 1),
        "circular" => |i, n| i.rem_euclid(n),
        other => {
            return Err(OpError::new("ARG-02", format!("there is no mode \"{other}\""))
                .at(2, "here")
                .help("modes are \"constant\", \"reflect\", \"replicate\" and \"circular\""));
        }
    };
    if given {
        return Err(OpError::new("ARG-02", format!("mode \"{mode}\" takes no value")).at(3, "here"));
    }
    let mut out = x;
    for (k, pair) in pad.chunks(2).enumerate() {
        let at = out.ndim() - 1 - k;
        let n = out.dims()[at] as i64;
        let most = match mode {
            "reflect" => n - 1,
            "circular" => n,
            _ if n == 0 => 0,
            _ => i64::MAX / 4,
        };
        if pair.iter().any(|&p| p > most) {
            return Err(refuse(format!(
                "with mode \"{mode}\" dim {at} of size {n} can have at most {most} more places"
            )));
        }
        let to = n.saturating_add(pair[1]);
        let size = size(n, pair).ok_or_else(|| refuse(format!("dim {at} has only {n} places to cut off")))?;
        if pair != [0, 0] {
            let places = Tensor::build::<i64>(Dims::of(&[size]), |dst| {
                for (slot, i) in dst.iter_mut().zip(-pair[0]..to) {
                    *slot = edge(i, n);
                }
            })?;
            let mut items = vec![WHOLE; at];
            items.push(Item::Tensor(places));
            out = cx.index(&out, &items)?;
        }
    }
    Ok(Outputs::One(out))
}

/// The size of a dim with its edges.
fn size(n: i64, pair: &[i64]) -> Option<usize> {
    usize::try_from(n.checked_add(pair[0])?.checked_add(pair[1])?).ok()
}

/// `x` put into a tensor of one number.
fn constant(
    cx: &Cx,
    x: Tensor,
    pad: &[i64],
    value: &Operand,
    refuse: impl Fn(String) -> Box<OpError>,
) -> Result<Tensor> {
    let (mut dims, mut part, mut items) = (x.to_dims(), x, Vec::new());
    for at in 0..dims.len() {
        let k = dims.len() - 1 - at;
        let pair = pad.get(2 * k..2 * k + 2).unwrap_or(&[0, 0]);
        let n = dims[at] as i64;
        let total = size(n, pair).ok_or_else(|| refuse(format!("dim {at} has only {n} places to cut off")))?;
        let from = pair[0].saturating_neg().clamp(0, n);
        let to = n.saturating_add(pair[1].min(0)).clamp(from, n);
        part = cx.try_narrow(&part, at, from as usize, (to - from) as usize)?;
        let start = pair[0].max(0).min(total as i64);
        items.push(Item::Slice { start: Some(start), end: Some((start + to - from).min(total as i64)), step: 1 });
        dims[at] = total;
    }
    if dims == part.to_dims() {
        return Ok(part);
    }
    let value = crate::ops::along::source(cx, &part, value, 3)?;
    if value.numel() != 1 {
        return Err(OpError::new("SHAPE-13", "edges hold one number").at(3, describe(&value.into())));
    }
    let value = joining::reshaped(cx, &value, &[])?;
    let mut out = Tensor::full(part.dtype(), dims, Num::Int(0))?;
    if value.is_tracked() || value.num_at(0)?.to_f64() != 0.0 || value.num_at(0)?.to_f64().is_sign_negative() {
        out = cx.call1(&crate::ops::expand::EXPAND, &[value.into()], &[sizes(&dims)])?;
    }
    cx.index_put(&mut out, &items, &part.into())?;
    Ok(out)
}
