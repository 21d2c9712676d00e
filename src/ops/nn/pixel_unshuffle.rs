//! Pixels as channels.

use crate::ops::infer::describe;
use crate::ops::layers::misfit;
use crate::ops::pixel_shuffle::{arrange, finish, split};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{int, tensor};
use crate::ops::{Kind, Op, Proof};

pub static PIXEL_UNSHUFFLE: Op = Op {
    name: "pixel_unshuffle",
    symbol: None,
    params: &[tensor("input"), int("downscale_factor")],
    parts: &[],
    doc: "The inverse of `pixel_shuffle`: the pixels of each square of `downscale_factor` by as many become channels of one pixel.",
    examples: &["pixel_unshuffle([[[1, 2], [3, 4]]], 2)  # i64[4, 1, 1] [[[1]], [[2]], [[3]], [[4]]]"],
    kind: Kind::Composite(|cx, args, attrs| {
        let x = args[0].to_tensor();
        let (lead, [c, h, w], r) = split(&x, attrs.int(0), &args[0])?;
        if !h.is_multiple_of(r) || !w.is_multiple_of(r) {
            return Err(misfit(format!("{h} by {w} pixels are not made of squares of {r} by {r}"))
                .at(0, describe(&args[0]))
                .at(1, format!("{r}")));
        }
        let (h, w) = (h / r, w / r);
        let channels = c.saturating_mul(r * r);
        let y = arrange(cx, &x, &[lead, c, h, r, w, r], [0, 1, 3, 5, 2, 4])?;
        finish(cx, &x, &y, [channels, h, w])
    }),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[1, 2, 4, 6], -2.0, 2.0), Int(2)]),
        sample(&[Strided(&[2, 3, 3], -2.0, 2.0), Int(3)]),
        sample(&[Uniform(&[2, 1, 1, 2, 4], -2.0, 2.0), Int(2)]),
        kink(&[Uniform(&[1, 3, 3, 2], -2.0, 2.0), Int(2)]),
        kink(&[Uniform(&[2, 2], -2.0, 2.0), Int(1)]),
    ],
    proof: Proof::Torch("F.pixel_unshuffle(*args)"),
};
