//! Columns added up to images.

use crate::ops::infer::describe;
use crate::ops::layers::{self, Sizes, misfit};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Param, ParamKind, tensor};
use crate::ops::unfold2d::{DILATION, KERNEL_SIZE, PADDING, PLANES, STRIDE, plan};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Dims;

pub static FOLD: Op = Op {
    name: "fold",
    symbol: None,
    params: &[tensor("input"), Param::new("output_size", ParamKind::Ints), KERNEL_SIZE, DILATION, PADDING, STRIDE],
    parts: &[],
    doc: "The columns of ([batch,] channels and places of a window, windows) put back to where `unfold2d` takes them from in an image of `output_size`; what falls together is added.",
    examples: &["fold([[1.0, 2.0], [2.0, 3.0]], (1, 3), (1, 2))  # f32[1, 1, 3] [[[1.0, 4.0, 3.0]]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 12, 12], -2.0, 2.0), Tuple(&[4, 5]), Int(2)]),
        sample(&[
            Strided(&[12, 10], -2.0, 2.0),
            Tuple(&[5, 6]),
            Tuple(&[2, 3]),
            Tuple(&[2, 1]),
            Tuple(&[1, 0]),
            Tuple(&[1, 2]),
        ]),
        sample(&[Uniform(&[1, 9, 4], -2.0, 2.0), Int(4), Int(3), Int(1), Int(1), Int(2)]),
        sample(&[Uniform(&[0, 4, 9], -2.0, 2.0), Int(4), Int(2)]),
        kink(&[Uniform(&[1, 4, 8], -2.0, 2.0), Int(4), Int(2)]),
        kink(&[Uniform(&[1, 5, 9], -2.0, 2.0), Int(4), Int(2)]),
    ],
    proof: Proof::Torch("F.fold(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = layers::floats(cx, args)?.remove(0).to_tensor();
    let output = Sizes { name: "output_size", arg: 1, least: 1, neutral: 1 }.at(attrs, 0, 2)?;
    let refuse = |message: String| Err(misfit(message).at(0, describe(&args[0])));
    if !matches!(x.ndim(), 2 | 3) {
        return refuse("`fold` takes ([batch,] channels and places of a window, windows)".into());
    }
    let batched = x.ndim() == 3;
    let (rows, windows) = (x.dims()[x.ndim() - 2], x.dims()[x.ndim() - 1]);
    let Some(plan) = plan(attrs, 1, output)? else {
        return refuse("a window spans more than the image with its padding".into());
    };
    let (places, wanted) =
        (plan.kernel[0].saturating_mul(plan.kernel[1]), plan.output[0].saturating_mul(plan.output[1]));
    if rows == 0 || !rows.is_multiple_of(places) {
        return refuse(format!("{rows} rows are not channels of {places} places each"));
    }
    if windows != wanted {
        return refuse(format!("the image has {wanted} windows, the input {windows}"));
    }
    let dims = Dims::of(&[if batched { x.dims()[0] } else { 1 }, rows, windows]);
    let y = cx.call1(&PLANES, &[layers::reshape(cx, &x, &dims)?.into()], &[plan.attr()])?;
    let dims = if batched { y.to_dims() } else { Dims::of(&y.dims()[1..]) };
    Ok(Outputs::One(layers::reshape(cx, &y, &dims)?))
}
