//! The places of the upper triangle of a matrix.

use crate::ops::sample::{Value::*, kink};
use crate::ops::triangle::{self, Side};
use crate::ops::{Cuda, Kind, Op, Proof};

pub static TRIU_INDICES: Op = Op {
    name: "triu_indices",
    symbol: None,
    params: triangle::INDEX_PARAMS,
    parts: &[],
    doc: "The rows and the columns of the places in the upper triangle of a matrix, as two rows, in order; `offset` moves the diagonal up.",
    examples: &["triu_indices(2, 2)  # i64[2, 3] [[0, 0, 1], [0, 1, 1]]"],
    kind: Kind::Whole {
        infer: |_, attrs| triangle::infer_indices(attrs, Side::Upper),
        run: |cx, _, attrs| triangle::indices(cx, attrs, Side::Upper),
        cuda: Cuda::ToCome,
    },
    vjp: &[],
    samples: &[
        kink(&[Int(3), Int(3)]),
        kink(&[Int(2), Int(4), Int(1)]),
        kink(&[Int(4), Int(2), Int(-1)]),
        kink(&[Int(3), Int(2), Int(-9)]),
        kink(&[Int(3), Int(2), Int(9)]),
        kink(&[Int(0), Int(3)]),
        kink(&[Int(3), Int(0)]),
        kink(&[Int(-1), Int(3)]),
        kink(&[Int(2), Int(2), Int(0), Str("f64")]),
    ],
    proof: Proof::Torch(
        "torch.triu_indices(*args[:2], offset=args[2] if len(args) > 2 else 0, dtype=args[3] if len(args) > 3 else torch.int64)",
    ),
};
