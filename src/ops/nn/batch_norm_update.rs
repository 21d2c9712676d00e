//! Normalisation of channels over a batch, with the running statistics that follow.

use crate::ops::infer::{describe, float};
use crate::ops::layers::misfit;
use crate::ops::normalizing::{by_batch, check_channel_factors, check_channels, check_count};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static BATCH_NORM_UPDATE: Op = Op {
    name: "batch_norm_update",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("running_mean"),
        tensor("running_var"),
        Param::new("weight", ParamKind::OptTensor).or(Default::None),
        Param::new("bias", ParamKind::OptTensor).or(Default::None),
        Param::new("momentum", ParamKind::Float).or(Default::Float(0.1)),
        Param::new("eps", ParamKind::Float).or(Default::Float(1e-5)),
    ],
    parts: &["output", "running_mean", "running_var"],
    doc: "`batch_norm` with `training` as `output`, and new running statistics: the old ones, moved by `momentum` towards the mean and the unbiased variance of the batch. They are numbers and not on the tape, so that a module can keep them in fields: `running_mean = r.running_mean`.",
    examples: &[
        "batch_norm_update([[1.0], [3.0]], [0.0], [1.0], momentum: 0.5).running_mean  # f32[1] [1.0]",
        "batch_norm_update([[1.0], [3.0]], [0.0], [1.0], momentum: 0.5).running_var  # f32[1] [1.5]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        kink(&[Uniform(&[4, 3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Uniform(&[3], 0.5, 2.0)]),
        kink(&[
            Strided(&[2, 3, 2, 3], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3], 0.5, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Number(0.3),
            Number(0.1),
        ]),
        kink(&[
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Uniform(&[3], 0.5, 2.0),
            Uniform(&[3], -2.0, 2.0),
            Absent,
            Number(1.0),
        ]),
        kink(&[Uniform(&[1, 3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Uniform(&[3], 0.5, 2.0)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[2], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch(
        "(lambda args, m, v: (F.batch_norm(args[0], m, v, *(args[3:5] + [None] * (5 - max(len(args), 3))), True, *args[5:]), m, v))(args, *[a.detach().clone() for a in args[1:3]])",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let channels = check_channels("batch_norm_update", &args[0])?;
    check_channel_factors(args, 1..5, channels)?;
    check_count(&args[0])?;
    for (k, arg) in args.iter().enumerate().take(3).skip(1) {
        if !matches!(arg, Operand::Tensor(_)) {
            return Err(misfit("running statistics are tensors").at(k, describe(arg)));
        }
    }
    let (y, mean, var) = by_batch(cx, args, attrs.float(1))?;
    let x = args[0].to_tensor();
    let count = x.numel() as f64 / channels.max(1) as f64;
    let part = attrs.float(0);
    let unbiased = cx.without_grad(|| cx.mul(&var, count / (count - 1.0)));
    let moved = |old: &Operand, new: &Tensor| -> Result<Tensor> {
        let old = old.to_tensor().detach();
        let old = cx.without_grad(|| cx.cast(&old, float(old.dtype())))?;
        if x.numel() == 0 {
            return Ok(old);
        }
        cx.without_grad(|| cx.cast(&cx.add(cx.mul(&old, 1.0 - part), cx.mul(new, part)), old.dtype()))
    };
    let (mean, var) = (moved(&args[1], &mean)?, moved(&args[2], &unbiased)?);
    Ok(Outputs::Many(vec![y, mean, var]))
}
