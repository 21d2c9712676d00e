//! Channels as pixels.

use crate::ops::infer::describe;
use crate::ops::layers::{bad, misfit, reshape};
use crate::ops::rules::ints;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{int, tensor};
use crate::ops::{Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static PIXEL_SHUFFLE: Op = Op {
    name: "pixel_shuffle",
    symbol: None,
    params: &[tensor("input"), int("upscale_factor")],
    parts: &[],
    doc: "Channels of (…, channels, height, width) as pixels: each of `upscale_factor` squared channels gives one pixel of a square, so that the image becomes larger and has fewer channels.",
    examples: &["pixel_shuffle([[[1]], [[2]], [[3]], [[4]]], 2)  # i64[1, 2, 2] [[[1, 2], [3, 4]]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        let x = args[0].to_tensor();
        let (lead, [c, h, w], r) = split(&x, attrs.int(0), &args[0])?;
        let square = r * r;
        if !c.is_multiple_of(square) {
            return Err(misfit(format!("{c} channels are not a multiple of {square}, the square of upscale_factor"))
                .at(0, describe(&args[0]))
                .at(1, format!("{r}")));
        }
        let c = c / square;
        let y = arrange(cx, &x, &[lead, c, r, r, h, w], [0, 1, 4, 2, 5, 3])?;
        finish(cx, &x, &y, [c, h * r, w * r])
    }),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[1, 8, 2, 3], -2.0, 2.0), Int(2)]),
        sample(&[Strided(&[9, 2, 2], -2.0, 2.0), Int(3)]),
        sample(&[Uniform(&[2, 1, 4, 1, 2], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[2, 3, 2, 2], -2.0, 2.0), Int(1)]),
        kink(&[Uniform(&[1, 3, 2, 2], -2.0, 2.0), Int(2)]),
        kink(&[Uniform(&[2, 2], -2.0, 2.0), Int(1)]),
        kink(&[Uniform(&[4, 2, 2], -2.0, 2.0), Int(0)]),
    ],
    proof: Proof::Torch("F.pixel_shuffle(*args)"),
};

/// The dimensions before the last three as one, the last three, and the factor.
pub fn split(x: &Tensor, factor: i64, given: &Operand) -> Result<(usize, [usize; 3], usize)> {
    let n = x.ndim();
    if n < 3 {
        return Err(misfit("pixels need (…, channels, height, width)").at(0, describe(given)));
    }
    if !(1..=1 << 24).contains(&factor) {
        return Err(bad(1, factor, format!("the factor is at least 1, not {factor}")));
    }
    let d = x.dims();
    Ok((d[..n - 3].iter().product(), [d[n - 3], d[n - 2], d[n - 1]], factor as usize))
}

/// `x` in six dimensions, in another order.
pub fn arrange(cx: &Cx, x: &Tensor, dims: &[usize; 6], order: [i64; 6]) -> Result<Tensor> {
    let parts = reshape(cx, x, dims)?;
    cx.call1(&crate::ops::permute::PERMUTE, &[parts.into()], &[ints(&order)])
}

/// The result with the dimensions before the last three as they were.
pub fn finish(cx: &Cx, x: &Tensor, y: &Tensor, last: [usize; 3]) -> Result<Outputs> {
    let mut dims = x.to_dims();
    let n = dims.len();
    dims[n - 3..].copy_from_slice(&last);
    Ok(Outputs::One(reshape(cx, y, &dims)?))
}
