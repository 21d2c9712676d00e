//! Exponentially distributed random numbers.

use crate::device::DType;
use crate::ops::infer::sizes;
use crate::ops::making::{Spread, device, random};
use crate::ops::sig::{DEVICE, DTYPE, Param, ParamKind};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, OpError, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static EXPONENTIAL: Op = Op {
    name: "exponential",
    symbol: None,
    params: &[Param::new("lambd", ParamKind::Float), Param::new("size", ParamKind::Shape), DTYPE, DEVICE],
    parts: &[],
    doc: "Exponentially distributed random numbers of rate `lambd`: their mean is 1 / lambd. Of f32 unless `dtype` says otherwise.",
    examples: &["exponential(2, 2, 3).shape  # (2, 3)"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[],
    proof: Proof::Other("random; its tests of moments"),
};

fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let rate = attrs.float(0);
    if rate.is_nan() || rate <= 0.0 {
        return Err(OpError::new("VALUE-12", format!("a rate is above 0, this is {rate}")).at(0, format!("{rate}")));
    }
    Ok(vec![Meta::new(attrs.opt_dtype(2).unwrap_or(DType::F32), sizes(attrs.ints(1), 1)?)])
}

fn run(cx: &Cx, _: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 3, cx.device())?;
    let Meta { dtype, dims } = infer(&[], attrs)?[0];
    // Half types have too few different uniform numbers: they are rounded at the end.
    let wide = if dtype.is_float() { dtype.compute() } else { dtype };
    let uniform = random(cx, Spread::Uniform(0.0, 1.0), wide, dims, 2)?;
    Ok(Outputs::One(cx.without_grad(|| {
        let waited = cx.neg(cx.log1p(cx.neg(&uniform)));
        cx.cast(&cx.div(waited, attrs.float(0)), dtype)
    })?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Attr;
    use crate::ops::making::tests::off;

    #[test]
    fn mean_variance_and_median_are_right() {
        let cx = Cx::new();
        cx.seed(5);
        for (dtype, rate) in [(DType::F64, 2.5), (DType::F32, 0.25), (DType::BF16, 1.0)] {
            let size = Attr::Ints(std::rc::Rc::from([200_000]));
            let y = cx.call1(&EXPONENTIAL, &[], &[Attr::Float(rate), size, Attr::DType(dtype), Attr::None]);
            let y = y.expect("fits").to_f64s().expect("fits");
            assert!(y.iter().all(|&v| v >= 0.0 && v.is_finite()));
            assert!(off(&y, 1.0 / rate) < 4.0);
            let squares: Vec<f64> = y.iter().map(|v| v * v).collect();
            assert!(off(&squares, 2.0 / (rate * rate)) < 4.0);
            let below: Vec<f64> = y.iter().map(|&v| (v < std::f64::consts::LN_2 / rate) as u8 as f64).collect();
            assert!(off(&below, 0.5) < 5.0);
        }
        let zero = cx.call1(&EXPONENTIAL, &[], &[Attr::Float(0.0), Attr::Ints([].into()), Attr::None, Attr::None]);
        assert_eq!(zero.expect_err("refused").code, "VALUE-12");
    }
}
