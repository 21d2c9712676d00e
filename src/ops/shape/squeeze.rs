//! Without dimensions of one.

use crate::ops::infer::resolve_dims;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{DIMS, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, Strides, Tensor};

pub static SQUEEZE: Op = Op {
    name: "squeeze",
    symbol: None,
    params: &[X, DIMS],
    parts: &[],
    doc: "A view without the dimensions of one: without all of them, or without those named, of which the longer ones stay.",
    examples: &["squeeze([[1, 2]])  # i64[2] [1, 2]", "squeeze([[1, 2]], 1)  # i64[1, 2] [[1, 2]]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::Layout },
    vjp: &[Grad::Rule(Needs::SHAPES, |cx, s, g| cx.reshape(g, &s.shape(0)))],
    samples: &[
        sample(&[Uniform(&[1, 2, 1, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[1, 2, 1, 3], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[1, 2, 1, 3], -2.0, 2.0), Int(-3)]),
        sample(&[Uniform(&[1, 2, 1, 3], -2.0, 2.0), Tuple(&[0, -2])]),
        sample(&[Uniform(&[1, 2, 1, 3], -2.0, 2.0), Tuple(&[0, 1])]),
        sample(&[Strided(&[3, 1, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[1, 1], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[0, 1], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.squeeze(*args)"),
};

/// The sizes that stay, and which dimensions they are.
fn target(x: &Dims, dim: Option<&[i64]>) -> Result<(Dims, Vec<usize>)> {
    let named = match dim {
        Some([]) => [false; crate::tensor::MAX_DIMS],
        dim => resolve_dims(dim, x.len(), 1)?,
    };
    let stay: Vec<usize> = (0..x.len()).filter(|&d| !named[d] || x[d] != 1).collect();
    let mut dims = Dims::scalar();
    for &d in &stay {
        let fits = dims.push(x[d]);
        debug_assert!(fits, "no more than before");
    }
    Ok((dims, stay))
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(metas[0].dtype, target(&metas[0].dims, attrs.opt_ints(0))?.0)])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let (dims, stay) = target(&x.to_dims(), attrs.opt_ints(0))?;
    x.force()?;
    let own = x.strides();
    let mut strides: Strides = [0; crate::tensor::MAX_DIMS];
    for (to, from) in stay.into_iter().enumerate() {
        strides[to] = own[from];
    }
    Ok(Outputs::One(x.view(dims, 0, &strides)?))
}
