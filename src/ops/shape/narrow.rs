//! A part of a dimension.

use crate::ops::infer::describe;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, dim, int};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;

pub static NARROW: Op = Op {
    name: "narrow",
    symbol: None,
    params: &[X, dim("dim"), int("start"), int("length")],
    parts: &[],
    doc: "A view of `length` places of a dimension, from `start` on; a negative start counts from the end.",
    examples: &["narrow([1, 2, 3, 4], 0, 1, 2)  # i64[2] [2, 3]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Int(1), Int(2)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Int(-2), Int(2)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(1), Int(0), Int(4)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Int(4), Int(0)]),
        kink(&[Ints(&[3], &[1, 2, 3]), Int(0), Int(-1), Int(1)]),
    ],
    proof: Proof::Torch("torch.narrow(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let at = joining::real_dim(&x, attrs.int(0), 1)?;
    let (n, start, length) = (x.dims()[at] as i64, attrs.int(1), attrs.int(2));
    let refuse = |message: String, arg: usize, label: i64| {
        OpError::new("VALUE-12", message).at(0, describe(&args[0])).at(arg, format!("{label}"))
    };
    if !(-n..=n).contains(&start) {
        return Err(refuse(format!("dim {at} has {n} places, there is no place {start} to start from"), 2, start));
    }
    if length < 0 {
        return Err(refuse(format!("a part cannot have the length {length}"), 3, length));
    }
    let from = if start < 0 { start + n } else { start };
    if length > n - from {
        return Err(refuse(format!("from place {from} on, dim {at} has only {} places", n - from), 3, length));
    }
    Ok(Outputs::One(cx.try_narrow(&x, at, from as usize, length as usize)?))
}
