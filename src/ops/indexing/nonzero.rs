//! Where a tensor is not zero.

use crate::device::DType;
use crate::device::cpu::index as kernels;
use crate::ops::sample::{EDGES, Value::*, kink};
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result, for_dtype};
use crate::tape::Cx;
use crate::tensor::{Dims, Element, Num, Tensor};

pub static NONZERO: Op = Op {
    name: "nonzero",
    symbol: None,
    params: &[X, Param::new("as_tuple", ParamKind::Bool).or(Default::Bool(false))],
    parts: &[],
    doc: "The indices of what is not zero, in order, one element a row; with `as_tuple` a vector for each dimension, so that `x[i, j]` reads the elements. NaN is not zero. Indices have no gradient.",
    examples: &[
        "nonzero([[0, 5], [6, 0]])  # i64[2, 2] [[0, 1], [1, 0]]",
        "nonzero([0, 5, 6], as_tuple: true)[0]  # i64[2] [1, 2]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        kink(&[Floats(&[2, 3], &[0.0, 1.5, -2.0, 0.0, 0.0, 3.0])]),
        kink(&[Floats(&[2, 3], &[0.0, 1.5, -2.0, 0.0, 0.0, 3.0]), Bool(true)]),
        kink(&[Strided(&[2, 2, 2], -2.0, 2.0), Bool(true)]),
        kink(&[Uniform(&[], -2.0, 2.0)]),
        kink(&[Uniform(&[], -2.0, 2.0), Bool(true)]),
        kink(&[Floats(&[], &[0.0])]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0)]),
        kink(&[EDGES]),
        kink(&[Bools(&[4], &[true, false, true, false])]),
    ],
    proof: Proof::Torch("torch.nonzero(args[0], as_tuple=len(args) > 1 and args[1])"),
};

fn run(_: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    fn go<T: Element>(x: &Tensor, dims: &[usize]) -> Result<Tensor> {
        let count = kernels::count(x.slice::<T>());
        Tensor::build(Dims::of(&[count, dims.len()]), |dst| kernels::nonzero(dims, x.slice::<T>(), dst))
    }
    let as_tuple = attrs.bool(0);
    let x = args[0].to_tensor().plain()?;
    // A tuple of no vectors would not say how many there are.
    let dims = if as_tuple && x.ndim() == 0 { Dims::of(&[1]) } else { x.to_dims() };
    let places = for_dtype!(x.dtype(), T => go::<T>(&x, &dims))?;
    if !as_tuple {
        return Ok(Outputs::One(places));
    }
    let (n, all) = (dims.len(), places.slice::<i64>());
    let column = |d: usize| {
        let column = all.iter().skip(d).step_by(n).map(|&i| Num::Int(i));
        Tensor::from_nums(DType::I64, Dims::of(&[places.dims()[0]]), column)
    };
    Ok(Outputs::Many((0..n).map(column).collect::<Result<_>>()?))
}
