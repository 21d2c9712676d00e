//! Normal random numbers in the shape and dtype of another tensor.

use crate::ops::making::{self, Spread, device};
use crate::ops::sig::{DEVICE, DTYPE, X};
use crate::ops::{Cuda, Kind, Op, Outputs, Proof};

pub static RANDN_LIKE: Op = Op {
    name: "randn_like",
    symbol: None,
    params: &[X, DTYPE, DEVICE],
    parts: &[],
    doc: "Normal random numbers in the shape and dtype of another tensor.",
    examples: &["randn_like(zeros(2, 3)).shape  # (2, 3)"],
    kind: Kind::Whole {
        infer: making::infer_like,
        run: |cx, x, attrs| {
            device(attrs, 1, x[0].device())?;
            let dtype = attrs.opt_dtype(0).unwrap_or(x[0].dtype());
            let arg = if attrs.opt_dtype(0).is_some() { 1 } else { 0 };
            Ok(Outputs::One(making::random(cx, Spread::Normal, dtype, x[0].to_dims(), arg)?))
        },
        cuda: Cuda::ToCome,
    },
    vjp: &[],
    samples: &[],
    proof: Proof::Other("random; see `randn`"),
};
