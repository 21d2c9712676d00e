//! Normalisation of groups of channels.

use crate::ops::infer::describe;
use crate::ops::layers::{bad, misfit};
use crate::ops::normalizing::{by_groups, check_channel_factors, check_channels};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, int, tensor};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static GROUP_NORM: Op = Op {
    name: "group_norm",
    symbol: None,
    params: &[
        tensor("input"),
        int("num_groups"),
        Param::new("weight", ParamKind::OptTensor).or(Default::None),
        Param::new("bias", ParamKind::OptTensor).or(Default::None),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-5)),
    ],
    parts: &[],
    doc: "The channels of `input`, (batch, channels, …), in `num_groups` groups, each of which is normalised to mean 0 and variance 1 for each example; then times `weight`, plus `bias`, one number a channel.",
    examples: &["group_norm([[1.0, 3.0, 5.0, 9.0]], 2)  # f32[1, 4] [[-1.0, 1.0, -1.0, 1.0]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 4, 3], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[2, 4, 3], -2.0, 2.0), Int(2), Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Strided(&[2, 6, 2, 3], -2.0, 2.0), Int(3), Uniform(&[6], -2.0, 2.0), Absent, Number(0.1)]),
        sample(&[Uniform(&[3, 6], -2.0, 2.0), Int(2), Uniform(&[6], -2.0, 2.0), Uniform(&[6], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1), Absent, Uniform(&[3], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 4, 2], -2.0, 2.0), Int(2), Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        kink(&[Floats(&[1, 2, 2], &[1.0, f64::NAN, 2.0, f64::INFINITY]), Int(2)]),
        kink(&[Uniform(&[2, 4, 3], -2.0, 2.0), Int(3)]),
        kink(&[Uniform(&[2, 4, 3], -2.0, 2.0), Int(0)]),
        kink(&[Uniform(&[4], -2.0, 2.0), Int(2)]),
        kink(&[Uniform(&[2, 4, 3], -2.0, 2.0), Int(2), Uniform(&[2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("F.group_norm(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let channels = check_channels("group_norm", &args[0])?;
    let groups = attrs.int(0);
    if groups < 1 {
        return Err(bad(1, groups, "there is at least one group"));
    }
    if !channels.is_multiple_of(groups as usize) {
        return Err(misfit(format!("{channels} channels do not make {groups} groups of one size"))
            .at(0, describe(&args[0]))
            .at(1, format!("{groups}")));
    }
    check_channel_factors(args, 1..3, channels).map_err(|mut e| {
        e.at.iter_mut().filter(|(k, _)| *k > 0).for_each(|(k, _)| *k += 1);
        e
    })?;
    let factors = (&args[1], &args[2]);
    Ok(Outputs::One(by_groups(cx, args, groups as usize, factors, attrs.float(1))?))
}
