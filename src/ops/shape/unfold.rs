//! Windows along a dimension.

use crate::device::DType;
use crate::ops::infer::{resolve_dim, too_many_dims};
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, dim, int};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, along};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Tensor};

pub static UNFOLD: Op = Op {
    name: "unfold",
    symbol: None,
    params: &[X, dim("dimension"), int("size"), int("step")],
    parts: &[],
    doc: "A view of all windows of `size` places along a dimension, each `step` places after the one before, as a new last dimension.",
    examples: &["unfold([1, 2, 3, 4], 0, 2, 1)  # i64[3, 2] [[1, 2], [2, 3], [3, 4]]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::Layout },
    vjp: &[Grad::Rule(Needs::SHAPES, gradient)],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0), Int(0), Int(3), Int(2)]),
        sample(&[Uniform(&[3, 5], -2.0, 2.0), Int(1), Int(2), Int(1)]),
        sample(&[Uniform(&[4, 3], -2.0, 2.0), Int(0), Int(2), Int(2)]),
        sample(&[Strided(&[4, 3], -2.0, 2.0), Int(-2), Int(3), Int(1)]),
        sample(&[Uniform(&[2, 5, 2], -2.0, 2.0), Int(1), Int(2), Int(3)]),
        sample(&[Uniform(&[3], -2.0, 2.0), Int(0), Int(0), Int(1)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0), Int(1), Int(1)]),
    ],
    proof: Proof::Torch("args[0].unfold(*args[1:])"),
};

fn plan(x: &Dims, attrs: &Attrs) -> Result<(usize, Dims)> {
    let (size, step) = (attrs.int(1), attrs.int(2));
    let at = resolve_dim(attrs.int(0), x.len(), 1)?;
    let n = x.get(at).copied().unwrap_or(1);
    if size < 0 || size as u64 > n as u64 {
        return Err(OpError::new(
            "VALUE-12",
            format!("a window of {size} does not fit into the {n} places of dim {at}"),
        )
        .at(0, format!("{x}"))
        .at(2, format!("{size}")));
    }
    if step < 1 {
        return Err(OpError::new("VALUE-12", format!("windows are at least 1 place apart, not {step}"))
            .at(3, format!("{step}")));
    }
    let mut dims = *x;
    if let Some(count) = dims.get_mut(at) {
        *count = (n - size as usize) / step as usize + 1;
    }
    if !dims.push(size as usize) {
        return Err(too_many_dims(x.len() + 1).at(0, format!("{x}")));
    }
    Tensor::shape_of(DType::Bool, dims)?;
    Ok((at, dims))
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(metas[0].dtype, plan(&metas[0].dims, attrs)?.1)])
}

fn run(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let (at, dims) = plan(&x.to_dims(), attrs)?;
    x.force()?;
    let mut strides = x.strides();
    let last = x.ndim();
    strides[last] = if last == 0 { 1 } else { strides[at] };
    if last > 0 {
        strides[at] = strides[at].saturating_mul(attrs.int(2) as isize);
    }
    if dims.get(at) == Some(&1) && last > 0 {
        strides[at] = 1;
    }
    Ok(Outputs::One(x.view(dims, 0, &strides)?))
}

/// Each place gets the gradients of all windows that hold it.
fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let dims = s.shape(0);
    if dims.is_empty() {
        return cx.sum_to(&cx.reshape(g, &[g.numel()]), &[]);
    }
    let (at, step) = (along::dim_of(s, dims.len()), s.attrs().int(2));
    let (count, size) = (g.dims()[at], g.dims()[dims.len()]);
    if count * size == 0 {
        return cx.zeros(g.dtype(), &dims);
    }
    let mut order: Vec<i64> = (0..dims.len() as i64).collect();
    order.insert(at + 1, dims.len() as i64);
    let mut rows = dims;
    rows[at] = count * size;
    let g = cx.reshape(&cx.permute(g, &order), &rows);
    let places = Tensor::build::<i64>(Dims::of(&[count * size]), |dst| {
        for (k, slot) in dst.iter_mut().enumerate() {
            *slot = (k / size) as i64 * step + (k % size) as i64;
        }
    });
    let mut ones = vec![1; dims.len()];
    ones[at] = count * size;
    let places = cx.expand(&cx.reshape(&cx.infallible(places), &ones), &rows);
    along::put_back(cx, &g, &dims, at, &places, None)
}
