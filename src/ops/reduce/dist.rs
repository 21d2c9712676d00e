//! Norms of differences.

use crate::ops::losses::Common;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, Y};
use crate::ops::{Attr, Kind, Op, Proof, norm::NORM, sub::SUB};

pub static DIST: Op = Op {
    name: "dist",
    symbol: None,
    params: &[X, Y, Param::new("p", ParamKind::Number).or(Default::Float(2.0))],
    parts: &[],
    doc: "The `p`-norm of the difference of two tensors, as `norm` has it.",
    examples: &["dist([1.0, 2.0], [4.0, 6.0])  # 5.0", "dist([1.0, 2.0], [4.0, 6.0], p: 1)  # 7.0"],
    kind: Kind::Composite(|cx, args, attrs| {
        let c = Common::floats(cx, args)?;
        let apart = cx.binary(&SUB, &c.args[0], &c.args[1])?;
        let norm = cx.call1(&NORM, &[apart.into()], &[attrs.get(0).clone(), Attr::None, Attr::Bool(false)])?;
        c.result(cx, norm)
    }),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[3, 1], -2.0, 2.0), Uniform(&[2, 1, 4], 3.0, 4.0), Number(1.5)]),
        sample(&[Uniform(&[], -2.0, 2.0), Uniform(&[5], 3.0, 4.0), Number(-1.0)]),
        sample(&[Uniform(&[5], -2.0, 2.0), Uniform(&[5], 3.0, 4.0), Number(f64::INFINITY)]),
        sample(&[Uniform(&[5], -2.0, 2.0), Uniform(&[5], 3.0, 4.0), Number(f64::NEG_INFINITY)]),
        sample(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0)]),
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[0], -2.0, 2.0), Number(f64::INFINITY)]),
        kink(&[Floats(&[2], &[1.0, 2.0]), Floats(&[2], &[1.0, 2.0])]),
        kink(&[Floats(&[3], &[1.0, 2.0, 0.5]), Floats(&[3], &[1.0, 3.0, 0.5]), Int(0)]),
        kink(&[Floats(&[3], &[1.0, f64::NAN, 0.5]), Floats(&[3], &[1.0, 3.0, 0.5])]),
        kink(&[Uniform(&[3], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.dist(*args) if args[2:] != [0] else torch.dist(args[0].detach(), args[1].detach(), 0)"),
};
