//! Another dtype for the same numbers.

use crate::device::cpu::cast::cast_tiles;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Param, ParamKind, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;
use crate::tensor::expr::{Arg, ExprObj, run_now};

pub static TO: Op = Op {
    name: "cast",
    symbol: None,
    params: &[X, Param::new("dtype", ParamKind::DType)],
    parts: &[],
    doc: "The same numbers in another dtype. Floats lose their fraction on the way to i64; bool is whether it is not 0.",
    examples: &["cast([0.5, 2.5], \"i64\")  # i64[2] [0, 2]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::SHAPES, |cx, s, g| cx.infallible(cx.cast(g, s.dtype(0))))],
    samples: &[
        sample(&[Uniform(&[5], -2.0, 2.0), Str("f64")]),
        kink(&[Uniform(&[5], -2.0, 2.0), Str("f32")]),
        kink(&[Uniform(&[5], -2.0, 2.0), Str("i64")]),
        kink(&[Uniform(&[5], -2.0, 2.0), Str("f16")]),
        kink(&[Uniform(&[5], -2.0, 2.0), Str("bf16")]),
        kink(&[Floats(&[4], &[0.0, -0.0, 0.5, f64::NAN]), Str("bool")]),
        kink(&[Ints(&[3], &[0, -3, 7]), Str("f32")]),
        kink(&[Bools(&[2], &[true, false]), Str("i64")]),
    ],
    proof: Proof::Torch("args[0].to(args[1])"),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(attrs.opt_dtype(0).unwrap_or(metas[0].dtype), metas[0].dims)])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let dtype = attrs.opt_dtype(0).unwrap_or(x.dtype());
    if dtype == x.dtype() || x.numel() == 0 {
        return Ok(Outputs::One(if dtype == x.dtype() {
            x.detach()
        } else {
            Tensor::empty(dtype, x.shape().clone())?
        }));
    }
    let (tiles, from) = (cast_tiles(dtype.compute()), x.dtype().compute());
    let operands = [Arg::of(x), Arg::None, Arg::None];
    if x.numel() >= cx.put_off_from() {
        let e = ExprObj::make(tiles, from, dtype, x.shape().clone(), operands)?;
        return Ok(Outputs::One(Tensor::later(dtype, x.shape().clone(), e)));
    }
    Ok(Outputs::One(run_now(tiles, from, dtype, x.shape().clone(), operands)?))
}
