//! Norms of vectors and matrices.

use super::matrix_norm::of_matrices;
use super::vector_norm::{along, in_dtype};
use crate::ops::infer::{describe, resolve_dim};
use crate::ops::matrices::{A, checked};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{DIMS, DTYPE, Default, KEEPDIM, Param, ParamKind};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static NORM: Op = Op {
    name: "linalg.norm",
    symbol: None,
    params: &[A, Param::new("ord", ParamKind::NumberOrStr).or(Default::None), DIMS, KEEPDIM, DTYPE],
    parts: &[],
    doc: "The norm of a vector or a matrix: along one dim that of vectors, over two dims that of matrices, as `linalg.vector_norm` and `linalg.matrix_norm` have it. Without `ord` and `dim` the root of the sum of all squares.",
    examples: &[
        "linalg.norm([3.0, 4.0])  # 5.0",
        "linalg.norm([[3.0, 0.0], [0.0, 4.0]], \"nuc\")  # 7.0",
        "linalg.norm([[3.0, 4.0], [6.0, 8.0]], dim: 1)  # f32[2] [5.0, 10.0]",
    ],
    kind: Kind::Composite(|cx, args, attrs| checked(cx, || run(cx, args, attrs))),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Int(1)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Str("nuc")]),
        sample(&[Uniform(&[4], -2.0, 2.0), Number(f64::INFINITY), Absent, Bool(true)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(f64::NEG_INFINITY), Absent, Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(2), Tuple(&[0, 2])]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(2), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Absent, Tuple(&[0, 1])]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Absent, Int(-1), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Absent, Absent, Bool(true)]),
        sample(&[Uniform(&[], -2.0, 2.0)]),
        kink(&[Uniform(&[2, 2, 2], -2.0, 2.0), Int(2)]),
        kink(&[Uniform(&[4], -2.0, 2.0), Str("nuc")]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Absent, Absent, Bool(false), Str("f64")]),
    ],
    proof: Proof::Torch("torch.linalg.norm(*args[:4], dtype=args[4] if len(args) > 4 else None)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = in_dtype(cx, &args[0], attrs.opt_dtype(3), 4)?;
    let (ord, keepdim) = (attrs.get(0), attrs.bool(2));
    let dims: Option<Vec<i64>> = match (attrs.opt_ints(1), ord, x.ndim()) {
        (Some(dims), ..) => Some(dims.to_vec()),
        (None, Attr::None, _) => None,
        (None, _, 1) => Some(vec![0]),
        (None, _, 2) => Some(vec![0, 1]),
        (None, _, n) => {
            return Err(OpError::new("SHAPE-13", format!("which of {n} dimensions belong to the norm?"))
                .at(0, describe(&args[0]))
                .help("say it with dim: one for vectors, a tuple of two for matrices"));
        }
    };
    let matrices = dims.as_ref().is_some_and(|d| d.len() == 2) && *ord != Attr::None;
    let out = match (dims, ord) {
        (Some(dims), ord) if matrices => {
            let at = [resolve_dim(dims[0], x.ndim(), 2)?, resolve_dim(dims[1], x.ndim(), 2)?];
            if at[0] == at[1] {
                return Err(OpError::new("SHAPE-03", format!("dim {} is given twice", dims[1])).at(2, "here"));
            }
            of_matrices(cx, &x, ord, at, keepdim)?
        }
        (_, Attr::Str(s)) => {
            return Err(OpError::new("VALUE-12", format!("\"{s}\" is a norm of matrices"))
                .at(1, "here")
                .at(0, describe(&args[0])));
        }
        (dims, _) => {
            let dims = dims.map_or(Attr::None, |d| crate::ops::rules::ints(&d));
            along(cx, &x, attrs.opt_float(0).unwrap_or(2.0), dims, keepdim)?
        }
    };
    Ok(Outputs::One(out))
}
