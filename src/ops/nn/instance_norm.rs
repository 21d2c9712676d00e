//! Normalisation of each channel of each example.

use crate::ops::infer::describe;
use crate::ops::layers::misfit;
use crate::ops::normalizing::{by_groups, by_statistics, check_channel_factors, check_channels};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static INSTANCE_NORM: Op = Op {
    name: "instance_norm",
    symbol: None,
    params: &[
        tensor("input"),
        Param::new("running_mean", ParamKind::OptTensor).or(Default::None),
        Param::new("running_var", ParamKind::OptTensor).or(Default::None),
        Param::new("weight", ParamKind::OptTensor).or(Default::None),
        Param::new("bias", ParamKind::OptTensor).or(Default::None),
        Param::new("use_input_stats", ParamKind::Bool).or(Default::Bool(true)),
        Param::new("momentum", ParamKind::Float).or(Default::Float(0.1)),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-5)),
    ],
    parts: &[],
    doc: "Each channel of each example of `input`, (batch, channels, …), normalised to mean 0 and variance 1, or with `use_input_stats: false` by the running statistics; then times `weight`, plus `bias`, one number a channel. A tensor is a value, so running statistics stay as they are and `momentum` does nothing.",
    examples: &["instance_norm([[[1.0, 3.0], [5.0, 9.0]]])  # f32[1, 2, 2] [[[-1.0, 1.0], [-1.0, 1.0]]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0)]),
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
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Absent, Absent, Absent, Uniform(&[3], -2.0, 2.0)]),
        sample(&[
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3], 0.5, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Bool(false),
        ]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Uniform(&[3], 0.5, 2.0)]),
        kink(&[Uniform(&[2, 3, 1], -2.0, 2.0)]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Absent, Absent, Absent, Absent, Bool(false)]),
        kink(&[Uniform(&[2, 3, 4], -2.0, 2.0), Absent, Absent, Uniform(&[2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch(
        "F.instance_norm(args[0], *[a if a is None else a.detach().clone() for a in args[1:3]], *args[3:])",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let channels = check_channels("instance_norm", &args[0])?;
    check_channel_factors(args, 1..5, channels)?;
    if !attrs.bool(0) {
        return Ok(Outputs::One(by_statistics(cx, args, attrs.float(2))?));
    }
    let x = args[0].to_tensor();
    if x.dims()[2..].iter().product::<usize>() == 1 {
        return Err(misfit("statistics need more than one number a channel").at(0, describe(&args[0])));
    }
    Ok(Outputs::One(by_groups(cx, args, channels.max(1), (&args[3], &args[4]), attrs.float(2))?))
}
