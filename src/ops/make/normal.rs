//! Normally distributed random numbers with given means and deviations.

use crate::device::DType;
use crate::ops::making::{Spread, device, random, refuse_any};
use crate::ops::sig::{DEVICE, DTYPE, Default, Param, ParamKind, tensor};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Op, OpError, Outputs, Proof, Result, infer};
use crate::tape::Cx;
use crate::tensor::{Tensor, broadcast};

pub static NORMAL: Op = Op {
    name: "normal",
    symbol: None,
    params: &[
        tensor("mean").or(Default::Float(0.0)),
        tensor("std").or(Default::Float(1.0)),
        Param::new("size", ParamKind::Shape).or(Default::None),
        DTYPE,
        DEVICE,
    ],
    parts: &[],
    doc: "Normally distributed random numbers: one for each element of `mean` and `std`, which broadcast, or as many as `size` says with one mean and deviation for all. A draw has no gradient; `mean + std * randn_like(mean)` has.",
    examples: &["normal(0, 1, 2, 3).shape  # (2, 3)", "normal([1.0, 2.0], 0.0)  # f32[2] [1.0, 2.0]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::None(WHY), Grad::None(WHY)],
    samples: &[],
    proof: Proof::Other("random; its tests of moments"),
};

const WHY: &str = "a draw is taken as it is; mean + std * randn_like(mean) has a gradient";

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let (mean, std) = (metas[0], metas[1]);
    let Some(size) = attrs.opt_ints(0) else {
        let dims = broadcast(&mean.dims, &std.dims).map_err(|_| {
            OpError::new(
                "SHAPE-01",
                format!("means of shape {} and deviations of {} do not broadcast", mean.dims, std.dims),
            )
            .at(0, format!("{mean}"))
            .at(1, format!("{std}"))
        })?;
        let dtype = attrs.opt_dtype(1).unwrap_or(infer::float(mean.dtype.promote(std.dtype)));
        return Ok(vec![Meta::new(dtype, dims)]);
    };
    if let Some(k) = metas.iter().position(|m| !m.dims.is_empty()) {
        return Err(OpError::new("SHAPE-13", "with a size normal takes one mean and one deviation")
            .at(k, format!("{}", metas[k]))
            .help("without a size there is a number for each element of the mean"));
    }
    Ok(vec![Meta::new(attrs.opt_dtype(1).unwrap_or(DType::F32), infer::sizes(size, 2)?)])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 2, cx.device())?;
    let Meta { dtype, dims } = infer(&[Meta::of(&args[0]), Meta::of(&args[1])], attrs)?[0];
    refuse_any(cx, &args[1], 1, "a deviation is not negative", |s| s.is_nan() || s < 0.0)?;
    let drawn = random(cx, Spread::Normal, dtype, dims, 3)?;
    let out = cx.without_grad(|| {
        let (mean, std) = (cx.cast(&args[0], dtype)?, cx.cast(&args[1], dtype)?);
        cx.binary_tt(&crate::ops::add::ADD, &cx.binary_tt(&crate::ops::mul::MUL, &drawn, &std)?, &mean)
    });
    Ok(Outputs::One(out?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Attr;
    use crate::ops::making::tests::off;
    use crate::tensor::{Dims, Num};

    #[test]
    fn mean_and_deviation_are_those_asked_for() {
        let cx = Cx::new();
        cx.seed(4);
        const N: usize = 100_000;
        for dtype in [DType::F64, DType::F32] {
            let mean = Tensor::full(dtype, Dims::of(&[N]), Num::Float(-1.5)).expect("fits");
            let std = Tensor::full(dtype, Dims::of(&[1]), Num::Float(0.5)).expect("fits");
            let each = cx.call1(&NORMAL, &[mean.into(), std.into()], &[Attr::None, Attr::None, Attr::None]);
            let size = Attr::Ints(std::rc::Rc::from([N as i64]));
            let all = cx.call1(&NORMAL, &[(-1.5).into(), 0.5.into()], &[size, Attr::DType(dtype), Attr::None]);
            for y in [each, all] {
                let y = y.expect("fits");
                assert_eq!(y.dtype(), dtype);
                let y = y.to_f64s().expect("fits");
                assert!(off(&y, -1.5) < 4.0);
                let squares: Vec<f64> = y.iter().map(|v| (v + 1.5) * (v + 1.5)).collect();
                assert!(off(&squares, 0.25) < 4.0);
            }
        }
        let refused = cx.call1(&NORMAL, &[0.0.into(), (-1.0).into()], &[Attr::None, Attr::None, Attr::None]);
        assert_eq!(refused.expect_err("refused").code, "VALUE-12");
    }
}
