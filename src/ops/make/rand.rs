//! Random numbers from 0 up to, not including, 1, all equally likely.

use crate::ops::making::{self, Spread, device};
use crate::ops::sig::{DEVICE, DTYPE, Param, ParamKind};
use crate::ops::{Cuda, Kind, Op, Outputs, Proof};

pub static RAND: Op = Op {
    name: "rand",
    symbol: None,
    params: &[Param::new("size", ParamKind::Shape), DTYPE, DEVICE],
    parts: &[],
    doc: "Random numbers from 0 up to, not including, 1, all equally likely. Of f32 unless `dtype` says otherwise.",
    examples: &["rand(2, 3).shape  # (2, 3)"],
    kind: Kind::Whole {
        infer: making::infer,
        run: |cx, _, attrs| {
            device(attrs, 2, cx.device())?;
            let meta = making::infer(&[], attrs)?[0];
            Ok(Outputs::One(making::random(cx, Spread::Uniform(0.0, 1.0), meta.dtype, meta.dims, 1)?))
        },
        cuda: Cuda::ToCome,
    },
    vjp: &[],
    samples: &[],
    proof: Proof::Other("random; the generator's own tests and tests of its moments"),
};
