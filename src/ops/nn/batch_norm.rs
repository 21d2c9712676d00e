//! Normalisation of channels over a batch.

use crate::ops::normalizing::{by_batch, by_statistics, check_channel_factors, check_channels, check_count};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static BATCH_NORM: Op = Op {
    name: "batch_norm",
    symbol: None,
    params: &[
        tensor("input"),
        Param::new("running_mean", ParamKind::OptTensor).or(Default::None),
        Param::new("running_var", ParamKind::OptTensor).or(Default::None),
        Param::new("weight", ParamKind::OptTensor).or(Default::None),
        Param::new("bias", ParamKind::OptTensor).or(Default::None),
        Param::new("training", ParamKind::Bool).or(Default::Bool(false)),
        Param::new("momentum", ParamKind::Float).or(Default::Float(0.1)),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-5)),
    ],
    parts: &[],
    doc: "Each channel of `input`, (batch, channels, …), less its running mean, divided by the root of its running variance plus `eps`; with `training` by the mean and variance of the batch. Then times `weight`, plus `bias`, one number a channel. A tensor is a value, so running statistics stay as they are and `momentum` does nothing: `batch_norm_update` gives new ones.",
    examples: &[
        "batch_norm([[1.0, 2.0]], [1.0, 1.0], [1.0, 1.0], eps: 0.0)  # f32[1, 2] [[0.0, 1.0]]",
        "batch_norm([[1.0], [3.0]], training: true)  # f32[2, 1] [[-1.0], [1.0]]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[
            Uniform(&[4, 3], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3], 0.5, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
        ]),
        sample(&[Uniform(&[4, 3], -2.0, 2.0), Absent, Absent, Absent, Absent, Bool(true)]),
        sample(&[
            Strided(&[2, 3, 2, 3], -2.0, 2.0),
            Absent,
            Absent,
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Bool(true),
            Number(0.1),
            Number(0.1),
        ]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Uniform(&[3], 0.5, 2.0)]),
        sample(&[
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3], 0.5, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Absent,
            Bool(true),
        ]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Absent, Absent, Absent, Uniform(&[3], -2.0, 2.0), Bool(true)]),
        sample(&[
            Uniform(&[100, 40], -2.0, 2.0),
            Absent,
            Absent,
            Uniform(&[40], -2.0, 2.0),
            Uniform(&[40], -2.0, 2.0),
            Bool(true),
        ]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Absent, Absent, Uniform(&[3], -2.0, 2.0), Absent, Bool(true)]),
        kink(&[Uniform(&[5, 2], 10.0, 11.0), Absent, Absent, Absent, Absent, Bool(true)]),
        kink(&[
            Floats(&[3, 2], &[1.0, f64::NAN, 2.0, 1.0, f64::INFINITY, 3.0]),
            Absent,
            Absent,
            Absent,
            Absent,
            Bool(true),
        ]),
        kink(&[Floats(&[2, 2], &[1.0, 2.0, 1.0, 2.0]), Absent, Absent, Absent, Absent, Bool(true)]),
        kink(&[Uniform(&[1, 3], -2.0, 2.0), Absent, Absent, Absent, Absent, Bool(true)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch(
        "F.batch_norm(args[0], *([a if a is None else a.detach().clone() for a in args[1:3]] or [None, None]), *args[3:])",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let channels = check_channels("batch_norm", &args[0])?;
    check_channel_factors(args, 1..5, channels)?;
    if !attrs.bool(0) {
        return Ok(Outputs::One(by_statistics(cx, args, attrs.float(2))?));
    }
    check_count(&args[0])?;
    Ok(Outputs::One(by_batch(cx, args, attrs.float(2))?.0))
}
