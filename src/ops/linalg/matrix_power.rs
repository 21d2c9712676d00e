//! Powers of matrices, under the name they have among linear algebra.

use crate::ops::powers::{PARAMS, SAMPLES, matrix_power};
use crate::ops::{Kind, Op, Proof};

pub static MATRIX_POWER: Op = Op {
    name: "linalg.matrix_power",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "A square matrix, or each of a batch, times itself `n` times; for a negative `n` the inverse.",
    examples: &["linalg.matrix_power([[1, 1], [0, 1]], 5)  # i64[2, 2] [[1, 5], [0, 1]]"],
    kind: Kind::Composite(|cx, args, attrs| matrix_power("linalg.matrix_power", cx, args, attrs)),
    vjp: &[],
    samples: SAMPLES,
    proof: Proof::TorchWithin {
        python: "torch.linalg.matrix_power(*args)",
        f32: 1e-4,
        f64: 1e-10,
        why: "powers magnify rounding",
    },
};
