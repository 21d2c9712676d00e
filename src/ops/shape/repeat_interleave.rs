//! Elements several times, each beside itself.

use crate::device::DType;
use crate::ops::index::Item;
use crate::ops::infer::{describe, resolve_dim};
use crate::ops::rules::WHOLE;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, X, dim, tensor};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

pub static REPEAT_INTERLEAVE: Op = Op {
    name: "repeat_interleave",
    symbol: None,
    params: &[X, tensor("repeats"), dim("dim").or(Default::None)],
    parts: &[],
    doc: "Each element along a dimension as many times as `repeats` says, one number for all or a vector with one for each; without a dim, of all elements in a row.",
    examples: &[
        "repeat_interleave([1, 2], 2)  # i64[4] [1, 1, 2, 2]",
        "repeat_interleave([[1, 2]], [1, 2], dim: 1)  # i64[1, 3] [[1, 2, 2]]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Int(2), Int(0)]),
        sample(&[Strided(&[2, 3], -2.0, 2.0), Int(3), Int(-1)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Ints(&[3], &[1, 0, 2]), Int(1)]),
        sample(&[Uniform(&[2, 2], -2.0, 2.0), Ints(&[4], &[1, 0, 2, 1])]),
        sample(&[Uniform(&[3], -2.0, 2.0), Ints(&[1], &[2]), Int(0)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(2), Int(0)]),
    ],
    proof: Proof::Torch("torch.repeat_interleave(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (mut x, repeats) = (args[0].to_tensor(), args[1].to_tensor());
    if x.ndim() == 0 || attrs.is_none(0) {
        if let Some(d) = attrs.opt_int(0) {
            resolve_dim(d, 0, 2)?;
        }
        x = joining::reshaped(cx, &x, &[x.numel()])?;
    }
    let at = resolve_dim(attrs.opt_int(0).unwrap_or(0), x.ndim(), 2)?;
    let n = x.dims()[at];
    if repeats.dtype() != DType::I64 || repeats.ndim() > 1 {
        return Err(
            OpError::new("INDEX-04", "repeats are one whole number or a vector of them").at(1, describe(&args[1]))
        );
    }
    let repeats = repeats.plain()?;
    let counts: &[i64] = repeats.slice();
    if counts.len() != 1 && counts.len() != n {
        return Err(OpError::new("SHAPE-07", format!("{} counts for the {n} places of dim {at}", counts.len()))
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1])));
    }
    if let Some(c) = counts.iter().find(|c| **c < 0) {
        return Err(OpError::new("SHAPE-04", format!("nothing can be repeated {c} times")).at(1, format!("holds {c}")));
    }
    if let [count] = counts {
        return Ok(Outputs::One(joining::spread_along(cx, &x, at, *count as usize)?));
    }
    let total = counts.iter().fold(0usize, |sum, &c| sum.saturating_add(c as usize));
    let places = Tensor::build::<i64>(Dims::of(&[total]), |dst| {
        let mut rest = dst;
        for (k, &c) in counts.iter().enumerate() {
            let (own, next) = rest.split_at_mut(c as usize);
            own.fill(k as i64);
            rest = next;
        }
    })?;
    let mut items = vec![WHOLE; at];
    items.push(Item::Tensor(places));
    Ok(Outputs::One(cx.index(&x, &items)?))
}
