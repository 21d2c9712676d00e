//! Repeating along dimensions of one, without copying.

use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Param, ParamKind, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, infer as rules};
use crate::tape::Cx;
use crate::tensor::expr::broadcast_strides;
use crate::tensor::{Dims, Tensor};

pub static EXPAND: Op = Op {
    name: "expand",
    symbol: None,
    params: &[X, Param::new("shape", ParamKind::Shape)],
    parts: &[],
    doc: "A view of `x` repeated along dimensions of one, and along new ones in front; -1 leaves a size as it is.",
    examples: &["expand([[1], [2]], 2, 3)  # i64[2, 3] [[1, 1, 1], [2, 2, 2]]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::Layout },
    vjp: &[Grad::Rule(Needs::SHAPES, |cx, s, g| cx.sum_to(g, &s.shape(0)))],
    samples: &[
        sample(&[Uniform(&[3, 1], -2.0, 2.0), Tuple(&[3, 4])]),
        sample(&[Uniform(&[1, 2], -2.0, 2.0), Tuple(&[2, 5, -1])]),
        sample(&[Uniform(&[], -2.0, 2.0), Tuple(&[2, 2])]),
        sample(&[Uniform(&[3, 1], -2.0, 2.0), Tuple(&[3, 0])]),
    ],
    proof: Proof::Torch("args[0].expand(args[1])"),
};

fn target(x: &Dims, list: &[i64]) -> Result<Dims> {
    let error = |why: String| OpError::new("SHAPE-08", why).at(0, format!("{x}")).at(1, "asked for here");
    if list.len() < x.len() {
        return Err(error(format!("a tensor of shape {x} cannot be expanded to {} dimensions", list.len())));
    }
    let front = list.len() - x.len();
    let filled: Vec<i64> =
        list.iter().enumerate().map(|(i, &n)| if n == -1 && i >= front { x[i - front] as i64 } else { n }).collect();
    let dims = rules::sizes(&filled, 1)?;
    for i in front..dims.len() {
        if x[i - front] != dims[i] && x[i - front] != 1 {
            return Err(error(format!(
                "dim {} has {} elements and cannot be expanded to {}",
                i - front,
                x[i - front],
                dims[i]
            )));
        }
    }
    Ok(dims)
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(metas[0].dtype, target(&metas[0].dims, attrs.ints(0))?)])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let dims = target(&x.to_dims(), attrs.ints(0))?;
    Tensor::shape_of(x.dtype(), dims)?;
    x.force()?;
    Ok(Outputs::One(x.view(dims, 0, &broadcast_strides(x, &dims))?))
}
