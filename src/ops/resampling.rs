//! Images in another size: the operation on the tape and its adjoint.

use super::error::{OpError, Result};
use super::layers;
use super::rules::ints;
use super::sig::tensor;
use super::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof};
use crate::device::DType;
use crate::device::cpu::alloc;
use crate::device::cpu::resample::{self, Resampling, Taps};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};
use std::rc::Rc;

/// How a pixel of the result is made of the image's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Nearest,
    /// The middle of a pixel decides, not its corner.
    NearestExact,
    Linear,
    Cubic,
}

/// As attributes: ints, and the scales.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub mode: Mode,
    pub align_corners: bool,
    pub input: [usize; 2],
    pub output: [usize; 2],
    /// Pixels of the image for each of the result, where they were given; else the sizes say.
    pub scale: [Option<f64>; 2],
}

impl Plan {
    pub fn attrs(&self) -> [Attr; 2] {
        let [i, o] = [self.input, self.output];
        let list = [self.mode as usize, self.align_corners as usize, i[0], i[1], o[0], o[1]].map(|n| n as i64);
        [ints(&list), Attr::Floats(Rc::from(self.scale.map(|s| s.unwrap_or(0.0))))]
    }

    fn of(attrs: &Attrs) -> Plan {
        let list = attrs.ints(0);
        let scale = attrs.opt_floats(1).unwrap_or_default();
        let given = |d: usize| scale.get(d).copied().filter(|&s| s > 0.0);
        let mode = [Mode::Nearest, Mode::NearestExact, Mode::Linear, Mode::Cubic][list[0] as usize];
        Plan {
            mode,
            align_corners: list[1] != 0,
            input: [list[2] as usize, list[3] as usize],
            output: [list[4] as usize, list[5] as usize],
            scale: [given(0), given(1)],
        }
    }

    fn resampling(&self) -> Resampling {
        let taps = |d: usize| (0..self.output[d]).map(|i| self.taps(d, i)).collect();
        Resampling { rows: taps(0), cols: taps(1), input: self.input }
    }

    /// What pixel `i` along axis `d` reads; positions as torch rounds them.
    fn taps(&self, d: usize, i: usize) -> Taps {
        let (n, out) = (self.input[d], self.output[d]);
        let last = n - 1;
        let one = |at: usize| Taps { at: [at.min(last), 0, 0, 0], weight: [1.0, 0.0, 0.0, 0.0], len: 1 };
        let step = self.scale[d].unwrap_or(n as f64 / out as f64);
        // A single row stays as it is.
        if n == out && self.scale[d].is_none_or(|s| s == 1.0) {
            return one(i);
        }
        match self.mode {
            Mode::Nearest => one((i as f32 * step as f32).floor() as usize),
            Mode::NearestExact => one(((i as f64 + 0.5) * step as f32 as f64).floor() as usize),
            Mode::Linear | Mode::Cubic => {
                let place = if self.align_corners {
                    if out > 1 { i as f64 * (last as f64 / (out - 1) as f64) } else { 0.0 }
                } else {
                    step * (i as f64 + 0.5) - 0.5
                };
                if self.mode == Mode::Linear {
                    let place = place.max(0.0);
                    let low = (place as usize).min(last);
                    let part = (place - low as f64).clamp(0.0, 1.0);
                    return Taps { at: [low, (low + 1).min(last), 0, 0], weight: [1.0 - part, part, 0.0, 0.0], len: 2 };
                }
                let low = place.floor();
                let part = place - low;
                let at = [-1.0, 0.0, 1.0, 2.0].map(|k| (low + k).clamp(0.0, last as f64) as usize);
                Taps { at, weight: [1.0 + part, part, 1.0 - part, 2.0 - part].map(cubic), len: 4 }
            }
        }
    }
}

/// Keys' cubic kernel with a = -0.75 at a distance of at most 2.
fn cubic(x: f64) -> f64 {
    const A: f64 = -0.75;
    if x <= 1.0 { ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0 } else { ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A }
}

/// (batch, channels, rows, columns) in another size.
pub static RESAMPLE: Op = Op {
    kind: Kind::Whole { infer: |m, a| infer(m, a, false), run: |cx, t, a| run(cx, t, a, false), cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| cx.run(&BACK, &[g.into()], s.attrs().all()))],
    ..part("interpolate")
};

/// Its adjoint.
static BACK: Op = Op {
    kind: Kind::Whole { infer: |m, a| infer(m, a, true), run: |cx, t, a| run(cx, t, a, true), cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| cx.run(&RESAMPLE, &[g.into()], s.attrs().all()))],
    ..part("interpolate_backward")
};

const INPUT: &[super::Param] = &[tensor("input")];

const fn part(name: &'static str) -> Op {
    Op {
        name,
        symbol: None,
        params: INPUT,
        parts: &[],
        doc: "",
        examples: &[],
        kind: Kind::Composite(|_, _, _| Err(OpError::new("LIMIT-00", "nothing to run"))),
        vjp: &[],
        samples: &[],
        proof: Proof::Other("proved as interpolate"),
    }
}

fn infer(m: &[Meta], attrs: &Attrs, back: bool) -> Result<Vec<Meta>> {
    let plan = Plan::of(attrs);
    let [h, w] = if back { plan.input } else { plan.output };
    Ok(vec![Meta::new(m[0].dtype, Dims::of(&[m[0].dims[0], m[0].dims[1], h, w]))])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs, back: bool) -> Result<Outputs> {
    let out = infer(&[Meta::of(&args[0])], attrs, back)?[0];
    let x = layers::wide(cx, &args[0])?;
    let plan = Plan::of(attrs);
    let listed = plan.output[0].saturating_add(plan.output[1]).saturating_mul(size_of::<Taps>());
    alloc::check(listed).map_err(OpError::out_of_memory)?;
    let (planes, r) = (out.dims[0] * out.dims[1], plan.resampling());
    macro_rules! go {
        ($T:ty) => {
            Tensor::build::<$T>(out.dims, |y| match back {
                false => resample::forward(&r, planes, x.slice::<$T>(), y),
                true => resample::backward(&r, planes, x.slice::<$T>(), y),
            })?
        };
    }
    let y = if x.dtype() == DType::F64 { go!(f64) } else { go!(f32) };
    Ok(Outputs::One(layers::narrow(cx, y, out.dtype)?))
}
