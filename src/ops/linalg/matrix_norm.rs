//! Norms of matrices.

use super::svdvals::VALUES;
use super::vector_norm::{along, in_dtype};
use crate::ops::infer::{describe, resolve_dim};
use crate::ops::matrices::permuted;
use crate::ops::matrices::{A, checked, floats, sum};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{DIMS, DTYPE, Default, KEEPDIM, Param, ParamKind};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static MATRIX_NORM: Op = Op {
    name: "linalg.matrix_norm",
    symbol: None,
    params: &[A, Param::new("ord", ParamKind::NumberOrStr).or(Default::Str("fro")), DIMS, KEEPDIM, DTYPE],
    parts: &[],
    doc: "The norm of matrices, in the last two dimensions or in two others, by `ord`: \"fro\" the root of the sum of squares, \"nuc\" the sum of singular values, 2 and -2 the largest and smallest of them, 1 and -1 the largest and smallest sum of a column's magnitudes, `inf` and `-inf` of a row's.",
    examples: &["linalg.matrix_norm([[1.0, -2.0], [3.0, 4.0]], 1)  # 6.0"],
    kind: Kind::Composite(|cx, args, attrs| checked(cx, || run(cx, args, attrs))),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Str("nuc")]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(-2)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(-1)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(f64::INFINITY)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Number(f64::NEG_INFINITY)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Str("fro"), Tuple(&[0, 1]), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1), Tuple(&[2, 0]), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Number(f64::INFINITY), Tuple(&[-1, 0])]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(2), Tuple(&[2, 0]), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Str("nuc"), Tuple(&[0, 1])]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 0], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[2, 0], -2.0, 2.0), Str("nuc")]),
        kink(&[Floats(&[2, 2], &[0.0; 4])]),
        kink(&[Floats(&[2, 2], &[1.0, -2.0, 2.0, -1.0]), Int(1)]),
        kink(&[Floats(&[2, 2], &[1.0, -2.0, 2.0, -1.0]), Number(f64::INFINITY)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Str("fro"), Absent, Bool(false), Str("f64")]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Int(3)]),
    ],
    proof: Proof::Torch(
        "(lambda A, ord='fro', dim=None, keepdim=False, dtype=None: torch.linalg.matrix_norm(A, ord, dim or (-2, -1), keepdim, dtype=dtype))(*args)",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = in_dtype(cx, &args[0], attrs.opt_dtype(3), 4)?;
    let refuse = || {
        OpError::new("SHAPE-13", "a norm of matrices takes a tensor of two dimensions or more, and two dims")
            .at(0, describe(&args[0]))
    };
    let dims = attrs.opt_ints(1).unwrap_or(&[-2, -1]);
    let &[rows, cols] = dims else { return Err(refuse().at(2, "here")) };
    if x.ndim() < 2 {
        return Err(refuse());
    }
    let at = [resolve_dim(rows, x.ndim(), 2)?, resolve_dim(cols, x.ndim(), 2)?];
    if at[0] == at[1] {
        return Err(OpError::new("SHAPE-03", format!("dim {cols} is given twice")).at(2, "here"));
    }
    Ok(Outputs::One(of_matrices(cx, &x, attrs.get(0), at, attrs.bool(2))?))
}

/// The norm of the matrices in two dims.
pub fn of_matrices(cx: &Cx, x: &Tensor, ord: &Attr, [rows, cols]: [usize; 2], keepdim: bool) -> Result<Tensor> {
    let both = |d: [usize; 2]| crate::ops::rules::ints(&[d[0] as i64, d[1] as i64]);
    // The largest or smallest sum of magnitudes; on the way both dims stay.
    let sums = |over: usize, among: usize, pick: f64| {
        let sums = along(cx, x, 1.0, Attr::Int(over as i64), true)?;
        let out = along(cx, &sums, pick, both([over, among]), keepdim)?;
        Ok(out)
    };
    let order = match ord {
        Attr::Str(s) if &**s == "fro" => return along(cx, x, 2.0, both([rows, cols]), keepdim),
        Attr::Str(s) if &**s == "nuc" => f64::NAN,
        Attr::Int(i) => *i as f64,
        Attr::Float(v) if !v.is_nan() => *v,
        other => return Err(unknown(other)),
    };
    if order == 1.0 || order == -1.0 {
        return sums(rows, cols, order * f64::INFINITY);
    }
    if order.is_infinite() {
        return sums(cols, rows, order);
    }
    if !order.is_nan() && order.abs() != 2.0 {
        return Err(unknown(ord));
    }
    let others: Vec<usize> = (0..x.ndim()).filter(|d| *d != rows && *d != cols).collect();
    let given = floats(cx, &[permuted(cx, x, &[&others[..], &[rows, cols]].concat())?.into()])?;
    let s = cx.call1(&VALUES, &[(&given.tensors[0]).into()], &[])?;
    let last = s.ndim() as i64 - 1;
    let empty = s.dims()[last as usize] == 0;
    let norm = match order.is_nan() || empty {
        true => sum(cx, &s, &[last])?,
        false => along(cx, &s, order * f64::INFINITY, Attr::Int(last), false)?,
    };
    let mut norm = given.back(cx, norm)?;
    if keepdim {
        for d in [rows.min(cols), rows.max(cols)] {
            norm = cx.unsqueeze(&norm, d);
        }
    }
    Ok(norm)
}

fn unknown(ord: &Attr) -> Box<OpError> {
    let told = match ord {
        Attr::Str(s) => format!("\"{s}\""),
        Attr::Int(i) => i.to_string(),
        Attr::Float(x) => x.to_string(),
        _ => "such".into(),
    };
    OpError::new("VALUE-12", format!("matrices have no norm of order {told}"))
        .at(1, "here")
        .help("it is \"fro\", \"nuc\", 1, -1, 2, -2, inf or -inf")
}
