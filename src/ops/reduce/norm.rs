//! Norms.

use crate::device::cpu::reduce;
use crate::ops::sig::{DIMS, Default, KEEPDIM, Param, ParamKind, X};
use crate::ops::{
    Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, for_float, infer as rules, reducing,
};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;
use crate::unary_samples;

pub static NORM: Op = Op {
    name: "norm",
    symbol: None,
    params: &[X, Param::new("p", ParamKind::Number).or(Default::Float(2.0)), DIMS, KEEPDIM],
    parts: &[],
    doc: "The `p`-norm of all elements, or along dimensions: the `p`-th root of the sum of magnitudes to the power of `p`. For `inf` and `-inf` the largest and smallest magnitude, for 0 how many are not 0. Its gradient where all are 0 is 0.",
    examples: &["norm([3.0, 4.0])  # 5.0", "norm([3.0, -4.0], p: 1)  # 7.0"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT), gradient)],
    samples: unary_samples!(-2.0, 2.0;
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(2), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(2), Tuple(&[0, 2]), Bool(true)]),
        sample(&[Uniform(&[2, 3], 0.5, 2.0), Int(1), Int(-1)]),
        sample(&[Uniform(&[2, 3], -2.0, -0.5), Int(3), Int(-1)]),
        sample(&[Uniform(&[2, 3], 0.5, 2.0), Number(1.5)]),
        sample(&[Uniform(&[2, 3], 0.5, 2.0), Number(0.5)]),
        sample(&[Uniform(&[2, 3], 0.5, 2.0), Number(-1.5)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Number(f64::INFINITY), Int(0)]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Number(f64::NEG_INFINITY)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Int(0)]),
        kink(&[Floats(&[3], &[0.0, 0.0, 0.0])]),
        kink(&[Floats(&[3], &[0.0, 0.0, 0.0]), Int(1)]),
        kink(&[Floats(&[3], &[0.0, 0.0, 0.0]), Number(1.5)]),
        kink(&[Floats(&[3], &[0.0, 0.0, 0.0]), Int(3)]),
        kink(&[Floats(&[4], &[2.0, -2.0, 0.0, 1.0]), Number(f64::INFINITY)]),
        kink(&[Floats(&[4], &[2.0, -2.0, 0.0, 1.0]), Int(1)]),
        kink(&[Floats(&[4], &[2.0, -2.0, 0.0, 1.0]), Number(1.5)]),
        kink(&[Floats(&[2, 2], &[0.0, 0.0, 3.0, 4.0]), Int(2), Int(1)])),
    proof: Proof::Torch("torch.linalg.vector_norm(*([args[0], args[1] if len(args) > 1 else 2] + args[2:]))"),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    reducing::infer(metas, Attrs::new(&attrs.all()[1..]), rules::float).map_err(|mut e| {
        for (arg, _) in e.at.iter_mut().filter(|(arg, _)| *arg == 1) {
            *arg = 2;
        }
        e
    })
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = cx.without_grad(|| cx.cast(&args[0], rules::float(args[0].dtype())))?;
    let p = attrs.float(0);
    let r = reducing::arrange(&x, attrs.opt_ints(1), attrs.bool(2), 2)?;
    if r.axis.n == 0 && r.axis.results() > 0 && (p < 0.0 || p == f64::INFINITY) {
        return Err(OpError::new("VALUE-13", format!("the {p}-norm of no elements"))
            .at(0, format!("{}{}", args[0].dtype(), args[0].shape())));
    }
    let out = for_float!(x.dtype(), T => Tensor::build::<T>(r.dims, |dst| reduce::norm(r.axis, p, r.x.slice(), dst)));
    Ok(Outputs::One(out?))
}

/// sign(x) |x|^(p-1) / norm^(p-1), and 0 where the norm is.
fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (x, p) = (s.tensor(0), s.attrs().float(0));
    let dims = x.to_dims();
    let kept = reducing::kept(&dims, s.attrs().opt_ints(1));
    let (g, norm) = (cx.reshape(g, &kept), cx.reshape(&s.out(), &kept));
    // 1 in place of a norm of 0 divides the zeros that it was made of.
    let safe = |norm: &Tensor| cx.select(&cx.eq(norm, 0.0), 1.0, norm);
    if p == 0.0 {
        return cx.zeros(g.dtype(), &dims);
    }
    if p == 2.0 {
        // In this order a norm that is denormal divides what is as small.
        return cx.mul(cx.div(x, safe(&norm)), g);
    }
    if p == 1.0 {
        return cx.mul(cx.sign(&x), g);
    }
    if p.is_infinite() {
        let chosen = cx.logical_or(cx.eq(cx.abs(&x), &norm), cx.isnan(&x));
        let count = reducing::count(cx, &chosen, &kept);
        return cx.select(&chosen, cx.mul(cx.sign(&x), cx.div(g, count)), 0.0);
    }
    let scale = cx.div(g, cx.pow(safe(&norm), p - 1.0));
    let magnitude = cx.abs(&x);
    if p > 1.0 {
        return cx.mul(cx.mul(cx.sign(&x), cx.pow(magnitude, p - 1.0)), scale);
    }
    // Below 1 the slope at 0 is infinite; torch has 0.
    let zero = cx.eq(&x, 0.0);
    let power = cx.pow(cx.select(&zero, 1.0, magnitude), p - 1.0);
    cx.mul(cx.mul(cx.sign(&x), power), scale)
}
