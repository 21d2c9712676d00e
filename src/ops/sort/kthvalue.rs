//! The k-th smallest.

use crate::ops::extreme::{PARTS, along_dim};
use crate::ops::infer::resolve_dim;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, KEEPDIM, X, dim, int};
use crate::ops::sorting::{Pick, pick, refuse_bools};
use crate::ops::{Attr, Attrs, Kind, Meta, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static KTHVALUE: Op = Op {
    name: "kthvalue",
    symbol: None,
    params: &[X, int("k"), dim("dim").or(Default::Int(-1)), KEEPDIM],
    parts: PARTS,
    doc: "The `k`-th smallest element along a dimension, counted from 1, as `values`, and where it is as `indices`: of equal ones the one that sorting puts there. NaN is larger than every number.",
    examples: &[
        "kthvalue([3, 1, 4, 2], 2).values  # 2",
        "kthvalue([[3, 1], [4, 2]], 1, dim: 0).indices  # i64[2] [0, 0]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[7], -900.0, 900.0), Int(3)]),
        sample(&[Uniform(&[3, 4], -900.0, 900.0), Int(4)]),
        sample(&[Uniform(&[3, 4], -900.0, 900.0), Int(1), Int(0)]),
        sample(&[Uniform(&[2, 3, 4], -900.0, 900.0), Int(2), Int(1), Bool(true)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(2), Int(-1)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(2)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Int(1), Int(0)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Int(0)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Int(4)]),
        kink(&[Floats(&[4], &[3.0, 1.0, 2.0, f64::NAN]), Int(4)]),
        kink(&[Floats(&[4], &[3.0, f64::NEG_INFINITY, f64::NAN, f64::INFINITY]), Int(3)]),
        kink(&[Ints(&[4], &[3, -1, 7, 0]), Int(2)]),
    ],
    proof: Proof::Torch("torch.kthvalue(*args)"),
};

static ALONG: Op = along_dim("kthvalue", |cx, x, attrs| {
    pick(cx, "kthvalue", &x[0], Pick::Kth(attrs.int(2) as usize - 1), (attrs.int(0), 2), attrs.bool(1))
});

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (x, k) = (Meta::of(&args[0].to_tensor()), attrs.int(0));
    refuse_bools("kthvalue", &x)?;
    let at = resolve_dim(attrs.int(1), x.dims.len(), 2)?;
    let n = x.dims.get(at).copied().unwrap_or(1);
    if k < 1 || k as u64 > n.max(1) as u64 {
        return Err(OpError::new(
            "VALUE-12",
            format!("there is no {k}-th of {n}: k lies between 1 and the size of the dim"),
        )
        .at(0, format!("{x}"))
        .at(1, format!("{k}")));
    }
    // The part on the tape has the dimension and keepdim in the places that the gradient reads.
    cx.call(&ALONG, args, &[attrs.get(1).clone(), attrs.get(2).clone(), Attr::Int(k)])
}
