//! How many numbers lie in each of equal bins.

use crate::device::DType;
use crate::device::cpu::elem::{Elem, Wide};
use crate::device::cpu::pool;
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::{
    Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, for_float, infer as rules,
};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};
use crate::unary_samples;

pub static HISTC: Op = Op {
    name: "histc",
    symbol: None,
    params: &[
        X,
        Param::new("bins", ParamKind::Int).or(Default::Int(100)),
        Param::new("min", ParamKind::Number).or(Default::Int(0)),
        Param::new("max", ParamKind::Number).or(Default::Int(0)),
    ],
    parts: &[],
    doc: "How many elements lie in each of `bins` equally wide bins from `min` to `max`, which belongs to the last one; elements outside and NaN are not counted. Equal bounds stand for the smallest and the largest element. The gradient is 0, as counts change in jumps.",
    examples: &["histc([1.0, 2.0, 1.0], bins: 4, min: 0, max: 3)  # f32[4] [0.0, 2.0, 1.0, 0.0]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::SHAPES, |cx, s, g| cx.zeros(g.dtype(), &s.shape(0)))],
    samples: unary_samples!(-2.0, 2.0;
        sample(&[Uniform(&[40], -2.0, 2.0), Int(7)]),
        sample(&[Uniform(&[40], -2.0, 2.0), Int(4), Int(-1), Number(1.5)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(1), Number(-0.5), Int(3)]),
        kink(&[Floats(&[4], &[0.0, 1.0, 3.0, 3.0]), Int(3), Int(0), Int(3)]),
        kink(&[Floats(&[2], &[1.0, 1.0]), Int(4)]),
        kink(&[Floats(&[3], &[5.0, 1.0, 4.0]), Int(4), Int(5), Int(5)]),
        kink(&[Floats(&[3], &[1.0, f64::NAN, f64::INFINITY]), Int(4), Int(0), Int(3)]),
        kink(&[Floats(&[2], &[1.0, f64::NAN]), Int(4)]),
        kink(&[Floats(&[2], &[1.0, f64::INFINITY]), Int(4)]),
        kink(&[Floats(&[1], &[1.0]), Int(0)]),
        kink(&[Floats(&[1], &[1.0]), Int(4), Int(3), Int(1)]),
        kink(&[Floats(&[1], &[1.0]), Int(4), Number(f64::NEG_INFINITY), Int(1)])),
    proof: Proof::Torch("torch.histc(*args).detach()"),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let bins = attrs.int(0);
    if bins < 1 {
        return Err(OpError::new("VALUE-12", "there is at least one bin").at(1, format!("{bins}")));
    }
    Ok(vec![Meta::new(rules::float(metas[0].dtype), Dims::of(&[bins as usize]))])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let out = infer(&[Meta::of(&args[0])], attrs)?[0];
    let x = cx.without_grad(|| cx.cast(&args[0], out.dtype))?.plain()?;
    let mut range = (attrs.float(1), attrs.float(2));
    if range.0 > range.1 {
        let e = OpError::new("VALUE-12", "max must be larger than min");
        return Err(e.at(2, format!("{}", range.0)).at(3, format!("{}", range.1)));
    }
    if range.0 == range.1 && x.numel() > 0 {
        range = for_float!(x.dtype(), T => around(x.slice::<T>()));
    }
    if range.0 == range.1 {
        range = (range.0 - 1.0, range.1 + 1.0);
    }
    if !(range.0.is_finite() && range.1.is_finite()) {
        return Err(OpError::new("VALUE-12", format!("bins from {} to {} have no width", range.0, range.1))
            .at(0, format!("{}{}", args[0].dtype(), args[0].shape()))
            .help("give a finite min and max"));
    }
    let counts =
        Tensor::build::<i64>(out.dims, |counts| for_float!(x.dtype(), T => count(x.slice::<T>(), range, counts)))?;
    Ok(Outputs::One(cx.without_grad(|| cx.cast(&cx.cast(&counts, DType::F64)?, out.dtype))?))
}

/// The smallest and the largest, NaN if there is one.
fn around<T: Elem>(x: &[T]) -> (f64, f64) {
    x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
        let x = x.wide().to_f64();
        if x.is_nan() { (x, x) } else { (if x < low { x } else { low }, if x > high { x } else { high }) }
    })
}

fn count<T: Elem>(x: &[T], (low, high): (f64, f64), counts: &mut [i64]) {
    counts.fill(0);
    let bins = counts.len();
    for part in x.chunks(1 << 16) {
        if pool::stopped() {
            return;
        }
        for x in part {
            let x = x.wide().to_f64();
            if x >= low && x <= high {
                let at = ((x - low) / (high - low) * bins as f64) as usize;
                counts[at.min(bins - 1)] += 1;
            }
        }
    }
}
