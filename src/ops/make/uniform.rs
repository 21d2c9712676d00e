//! Random numbers between two bounds.

use crate::device::DType;
use crate::ops::infer::sizes;
use crate::ops::making::{self, Spread, device};
use crate::ops::sig::{DEVICE, DTYPE, Param, ParamKind};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, OpError, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static UNIFORM: Op = Op {
    name: "uniform",
    symbol: None,
    params: &[
        Param::new("low", ParamKind::Float),
        Param::new("high", ParamKind::Float),
        Param::new("size", ParamKind::Shape),
        DTYPE,
        DEVICE,
    ],
    parts: &[],
    doc: "Random numbers from `low` up to, not including, `high`, all equally likely. Of f32 unless `dtype` says otherwise.",
    examples: &["uniform(-1, 1, 2, 3).shape  # (2, 3)"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[],
    proof: Proof::Other("random; the generator's own tests and tests of its moments"),
};

fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let (low, high) = (attrs.float(0), attrs.float(1));
    if low > high || !(high - low).is_finite() {
        return Err(OpError::new("VALUE-12", format!("there is no range from {low} to {high}"))
            .at(0, format!("{low}"))
            .at(1, format!("{high}"))
            .help("low must not be above high, and both must be finite"));
    }
    Ok(vec![Meta::new(attrs.opt_dtype(3).unwrap_or(DType::F32), sizes(attrs.ints(2), 2)?)])
}

fn run(cx: &Cx, _: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 4, cx.device())?;
    let meta = infer(&[], attrs)?[0];
    let spread = Spread::Uniform(attrs.float(0), attrs.float(1));
    Ok(Outputs::One(making::random(cx, spread, meta.dtype, meta.dims, 3)?))
}
