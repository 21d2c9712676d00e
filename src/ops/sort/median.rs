//! The middle of the order.

use crate::ops::extreme::{self, PARAMS, PARTS, along_dim, nothing, of_all};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sorting::{Pick, pick, refuse_bools};
use crate::ops::{Attrs, Kind, Meta, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, Num, Tensor};

pub static MEDIAN: Op = Op {
    name: "median",
    symbol: None,
    params: PARAMS,
    parts: PARTS,
    doc: "The element in the middle of the order, of an even number of elements the lower of the two; NaN if there is one, or none at all. With `dim`, the medians along it as `values`, and where they are as `indices`. Elements that equal the median of all share the gradient. `quantile(x, 0.5)` is the mean of the two middle ones.",
    examples: &[
        "median([4.0, 1.0, 3.0, 2.0])  # 2.0",
        "median([[1, 5, 3], [7, 2, 4]], dim: 1).values  # i64[2] [3, 4]",
    ],
    kind: Kind::Composite(|cx, args, attrs| extreme::call(cx, args, attrs, &OF_ALL, &ALONG)),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-2), Bool(true)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(1)]),
        kink(&[Uniform(&[3, 0], -2.0, 2.0), Int(1)]),
        kink(&[Uniform(&[0], -2.0, 2.0)]),
        kink(&[Floats(&[4], &[3.0, 1.0, 3.0, 1.0])]),
        kink(&[Floats(&[6], &[3.0, 1.0, 2.0, 2.0, 2.0, 0.5])]),
        kink(&[Floats(&[2, 2], &[3.0, 3.0, 1.0, 1.0]), Int(1)]),
        kink(&[Floats(&[4], &[3.0, f64::NAN, 1.0, f64::NAN])]),
        kink(&[Floats(&[2, 3], &[3.0, f64::NAN, f64::NAN, f64::INFINITY, 1.0, f64::NEG_INFINITY]), Int(1)]),
        kink(&[Ints(&[3], &[4, -2, 4])]),
        kink(&[Ints(&[4], &[4, -2, 7, 1]), Int(0)]),
    ],
    proof: Proof::Torch("torch.median(*args)"),
};

static OF_ALL: Op = of_all("median", of_everything);
static ALONG: Op = along_dim("median", |cx, x, attrs| {
    refuse_bools("median", &Meta::of(&x[0]))?;
    pick(cx, "median", &x[0], Pick::Median, (attrs.int(0), 1), attrs.bool(1))
});

fn of_everything(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    refuse_bools("median", &Meta::of(x))?;
    let ones = vec![1; x.ndim()];
    let dims = if attrs.bool(1) { Dims::of(&ones) } else { Dims::scalar() };
    if x.numel() == 0 {
        if !x.dtype().is_float() {
            return Err(nothing("median", x));
        }
        return Ok(Outputs::One(Tensor::full(x.dtype(), dims, Num::Float(f64::NAN))?));
    }
    let row = x.plain()?.view(Dims::of(&[x.numel()]), 0, &Dims::of(&[x.numel()]).strides())?;
    let found = pick(cx, "median", &row, Pick::Median, (0, 1), false)?.one();
    Ok(Outputs::One(found.view(dims, 0, &dims.strides())?))
}
