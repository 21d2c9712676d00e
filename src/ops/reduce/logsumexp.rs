//! Logarithms of sums of exponentials.

use crate::device::cpu::softmax;
use crate::ops::sig::{DIMS, KEEPDIM, X};
use crate::ops::{Attrs, Cuda, Grad, Kind, Needs, Op, Outputs, Proof, Result, for_float, infer as rules, reducing};
use crate::tape::Cx;
use crate::tensor::Tensor;
use crate::unary_samples;

pub static LOGSUMEXP: Op = Op {
    name: "logsumexp",
    symbol: None,
    params: &[X, DIMS, KEEPDIM],
    parts: &[],
    doc: "The logarithm of the sum of the exponentials of all elements, or along dimensions, without overflow.",
    examples: &["logsumexp([1000.0, 1000.0])  # 1000.6932"],
    kind: Kind::Whole { infer: |metas, attrs| reducing::infer(metas, attrs, rules::float), run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT), |cx, s, g| {
        let x = s.tensor(0);
        let kept = reducing::kept(&x.to_dims(), s.attrs().opt_ints(0));
        let share = cx.exp(cx.sub(&x, cx.reshape(&s.out(), &kept)));
        cx.mul(share, cx.reshape(g, &kept))
    })],
    samples: unary_samples!(-2.0, 2.0;
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Bool(true)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Tuple(&[0, 2])]),
        sample(&[Uniform(&[2, 0], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[5], 500.0, 900.0)]),
        kink(&[Floats(&[2, 2], &[f64::NEG_INFINITY, 1.0, f64::INFINITY, 1.0]), Int(1)]),
        kink(&[Floats(&[2], &[f64::NEG_INFINITY, f64::NEG_INFINITY]), Int(0)]),
        kink(&[Ints(&[2], &[1, 2]), Int(0)])),
    proof: Proof::Torch(
        "torch.logsumexp(args[0], args[1] if len(args) > 1 else tuple(range(args[0].dim())), *args[2:])",
    ),
};

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = cx.without_grad(|| cx.cast(&args[0], rules::float(args[0].dtype())))?;
    let r = reducing::arrange(&x, attrs.opt_ints(0), attrs.bool(1), 1)?;
    let out =
        for_float!(x.dtype(), T => Tensor::build::<T>(r.dims, |dst| softmax::logsumexp(r.axis, r.x.slice(), dst)));
    Ok(Outputs::One(out?))
}
