//! Another shape for the same numbers.

use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Param, ParamKind, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, infer as rules};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

pub static RESHAPE: Op = Op {
    name: "reshape",
    symbol: None,
    params: &[X, Param::new("shape", ParamKind::Shape)],
    parts: &[],
    doc: "The same elements, in the same order, in another shape. One size may be -1: what is left.",
    examples: &["reshape([1, 2, 3, 4], 2, -1)  # i64[2, 2] [[1, 2], [3, 4]]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::Layout },
    vjp: &[Grad::Rule(Needs::SHAPES, |cx, s, g| cx.reshape(g, &s.shape(0)))],
    samples: &[
        sample(&[Uniform(&[2, 6], -2.0, 2.0), Tuple(&[3, 4])]),
        sample(&[Uniform(&[2, 6], -2.0, 2.0), Tuple(&[-1])]),
        sample(&[Strided(&[4, 3], -2.0, 2.0), Tuple(&[2, -1])]),
        sample(&[Uniform(&[], -2.0, 2.0), Tuple(&[1, 1])]),
        sample(&[Uniform(&[1], -2.0, 2.0), Tuple(&[])]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Tuple(&[3, 0])]),
    ],
    proof: Proof::Torch("torch.reshape(*args)"),
};

/// Sizes with -1 filled in.
pub fn target(x: &Dims, list: &[i64]) -> Result<Dims> {
    let numel = x.numel().unwrap_or(usize::MAX);
    let open = list.iter().filter(|&&n| n == -1).count();
    if open > 1 {
        return Err(OpError::new("SHAPE-06", "only one size can be -1").at(1, "here"));
    }
    let filled: Vec<i64> = list.iter().map(|&n| if n == -1 { 1 } else { n }).collect();
    let mut dims = rules::sizes(&filled, 1)?;
    let mismatch = || {
        let wanted: String = list.iter().map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
        OpError::new("SHAPE-07", format!("{numel} elements cannot be given the shape [{wanted}]"))
            .at(0, format!("{x}, {numel} elements"))
            .at(
                1,
                match dims.numel() {
                    Some(n) if open == 0 => format!("{n} elements"),
                    _ => "-1 cannot be filled in".to_string(),
                },
            )
    };
    let given = dims.numel().ok_or_else(mismatch)?;
    if let Some(at) = list.iter().position(|&n| n == -1) {
        if given == 0 || !numel.is_multiple_of(given) {
            return Err(mismatch());
        }
        dims[at] = numel / given;
    } else if given != numel {
        return Err(mismatch());
    }
    Ok(dims)
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(metas[0].dtype, target(&metas[0].dims, attrs.ints(0))?)])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let dims = target(&args[0].to_dims(), attrs.ints(0))?;
    let x = args[0].plain()?;
    Ok(Outputs::One(x.view(dims, 0, &dims.strides())?))
}
