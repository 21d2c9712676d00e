//! Norms of vectors.

use crate::ops::norm::NORM;
use crate::ops::sig::{DIMS, DTYPE, Default, KEEPDIM, Param, ParamKind, X};
use crate::ops::{Attr, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;
use crate::unary_samples;

pub static VECTOR_NORM: Op = Op {
    name: "linalg.vector_norm",
    symbol: None,
    params: &[X, Param::new("ord", ParamKind::Number).or(Default::Int(2)), DIMS, KEEPDIM, DTYPE],
    parts: &[],
    doc: "The norm of all elements as one vector, or along dimensions: the root of order `ord` of the sum of magnitudes to its power. For `inf` and `-inf` the largest and smallest magnitude, for 0 how many are not 0.",
    examples: &["linalg.vector_norm([3.0, 4.0])  # 5.0", "linalg.vector_norm([3.0, -4.0], inf)  # 4.0"],
    kind: Kind::Composite(|cx, args, attrs| {
        let x = in_dtype(cx, &args[0], attrs.opt_dtype(3), 4)?;
        let all = attrs.all();
        Ok(Outputs::One(along(cx, &x, attrs.float(0), all[1].clone(), attrs.bool(2))?))
    }),
    vjp: &[],
    samples: unary_samples!(-2.0, 2.0;
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1), Tuple(&[0, 2])]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(3), Int(-1), Bool(true)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Number(f64::INFINITY), Int(0)]),
        sample(&[Uniform(&[2, 3], 0.5, 2.0), Number(-0.5)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Int(0)]),
        kink(&[Floats(&[3], &[0.0; 3])]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Int(2), Absent, Bool(false), Str("f64")]),
        kink(&[Uniform(&[0], -2.0, 2.0), Number(f64::INFINITY)])),
    proof: Proof::Torch("torch.linalg.vector_norm(*args[:4], dtype=args[4] if len(args) > 4 else None)"),
};

/// The operand in a dtype that parameter `arg` asks for.
pub fn in_dtype(cx: &Cx, x: &Operand, dtype: Option<crate::device::DType>, arg: usize) -> Result<Tensor> {
    let x = x.to_tensor();
    match dtype {
        None => Ok(x),
        Some(d) if d.is_float() => cx.cast(&x, d),
        Some(d) => Err(OpError::new("TYPE-12", format!("a norm is a float, not {d}")).at(arg, "here")),
    }
}

/// The norm along the dims of an attribute.
pub fn along(cx: &Cx, x: &Tensor, ord: f64, dims: Attr, keepdim: bool) -> Result<Tensor> {
    cx.call1(&NORM, &[x.into()], &[Attr::Float(ord), dims, Attr::Bool(keepdim)])
}
