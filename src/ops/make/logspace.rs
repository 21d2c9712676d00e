//! A number of points between two powers.

use crate::ops::making::{self, device};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DEVICE, DTYPE, Default, Param, ParamKind, int};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static LOGSPACE: Op = Op {
    name: "logspace",
    symbol: None,
    params: &[
        Param::new("start", ParamKind::Number),
        Param::new("end", ParamKind::Number),
        int("steps"),
        Param::new("base", ParamKind::Float).or(Default::Float(10.0)),
        DTYPE,
        DEVICE,
    ],
    parts: &[],
    doc: "`base` to the power of `steps` numbers at equal distances from `start` to `end`, both included. Of f32 unless `dtype` says otherwise.",
    examples: &[
        "logspace(0, 3, 4)  # f32[4] [1.0, 10.0, 100.0, 1000.0]",
        "logspace(0, 3, 4, base: 2, dtype: \"i64\")  # i64[4] [1, 2, 4, 8]",
    ],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[
        kink(&[Number(0.0), Number(1.0), Int(7)]),
        kink(&[Int(2), Int(-2), Int(4)]),
        kink(&[Number(2.5), Number(9.0), Int(1)]),
        kink(&[Number(2.5), Number(9.0), Int(0)]),
        kink(&[Number(0.0), Number(6.0), Int(5), Number(2.5), Str("f64")]),
        kink(&[Int(0), Int(3), Int(4), Number(10.0), Str("i64")]),
        kink(&[Int(0), Int(3), Int(4), Number(-2.0)]),
        kink(&[Int(0), Int(3), Int(4), Number(0.0)]),
        kink(&[Int(0), Int(3), Int(-1)]),
        kink(&[Int(0), Int(3), Int(4), Number(10.0), Str("bool")]),
    ],
    proof: Proof::Torch(
        "torch.logspace(*args[:3], base=args[3] if len(args) > 3 else 10.0, dtype=args[4] if len(args) > 4 else None)",
    ),
};

fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    making::infer_points("logspace", attrs, 4)
}

fn run(cx: &Cx, _: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 5, cx.device())?;
    let base = attrs.float(3);
    Ok(Outputs::One(making::points(cx, infer(&[], attrs)?[0], attrs, |at| base.powf(at))?))
}
