//! A number of points between two ends.

use crate::ops::making::{self, device};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DEVICE, DTYPE, Param, ParamKind, int};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static LINSPACE: Op = Op {
    name: "linspace",
    symbol: None,
    params: &[
        Param::new("start", ParamKind::Number),
        Param::new("end", ParamKind::Number),
        int("steps"),
        DTYPE,
        DEVICE,
    ],
    parts: &[],
    doc: "`steps` numbers at equal distances from `start` to `end`, both included. Of f32 unless `dtype` says otherwise.",
    examples: &["linspace(0, 1, 5)  # f32[5] [0.0, 0.25, 0.5, 0.75, 1.0]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[
        kink(&[Number(0.0), Number(1.0), Int(7)]),
        kink(&[Int(3), Int(-3), Int(4)]),
        kink(&[Number(2.5), Number(9.0), Int(1)]),
        kink(&[Number(2.5), Number(9.0), Int(0)]),
        kink(&[Number(0.0), Number(10.0), Int(5), Str("f64")]),
        kink(&[Int(0), Int(10), Int(5), Str("i64")]),
    ],
    proof: Proof::Torch("torch.linspace(*args[:3], dtype=args[3] if len(args) > 3 else None)"),
};

fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    making::infer_points("linspace", attrs, 3)
}

fn run(cx: &Cx, _: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 4, cx.device())?;
    Ok(Outputs::One(making::points(cx, infer(&[], attrs)?[0], attrs, |at| at)?))
}
