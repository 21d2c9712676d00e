//! Random numbers of the normal distribution with mean 0 and deviation 1.

use crate::ops::making::{self, Spread, device};
use crate::ops::sig::{DEVICE, DTYPE, Param, ParamKind};
use crate::ops::{Cuda, Kind, Op, Outputs, Proof};

pub static RANDN: Op = Op {
    name: "randn",
    symbol: None,
    params: &[Param::new("size", ParamKind::Shape), DTYPE, DEVICE],
    parts: &[],
    doc: "Random numbers of the normal distribution with mean 0 and deviation 1. Of f32 unless `dtype` says otherwise.",
    examples: &["randn(2, 3).shape  # (2, 3)"],
    kind: Kind::Whole {
        infer: making::infer,
        run: |cx, _, attrs| {
            device(attrs, 2, cx.device())?;
            let meta = making::infer(&[], attrs)?[0];
            Ok(Outputs::One(making::random(cx, Spread::Normal, meta.dtype, meta.dims, 1)?))
        },
        cuda: Cuda::ToCome,
    },
    vjp: &[],
    samples: &[],
    proof: Proof::Other("random; the generator's own tests and tests of its moments"),
};
