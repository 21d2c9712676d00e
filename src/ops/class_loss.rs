//! The loss of classes of rows in one operation: no probability is written out before a gradient asks for them.

use super::error::Result;
use super::layers;
use super::sig::{Param, tensor};
use super::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof};
use crate::device::DType;
use crate::device::cpu::softmax;
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Tensor};

const PARAMS: &[Param] = &[tensor("input"), tensor("target")];

/// Of scores (rows, classes) and a class for each row, which lies within: the negative logarithm of its probability;
/// then what no rule leads back from, the maxima and the sums of exponentials.
static CLASS_LOSS: Op = Op {
    name: "cross_entropy",
    symbol: None,
    params: PARAMS,
    parts: &["values", "max", "sum"],
    doc: "",
    examples: &[],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::IN1).and(Needs::OUT1).and(Needs::OUT2), gradient),
        Grad::None("target classes have no gradient"),
    ],
    samples: &[],
    proof: Proof::Other("proved as cross_entropy"),
};

/// The loss of each row.
pub fn of_rows(cx: &Cx, input: &Tensor, target: &Tensor) -> Result<Tensor> {
    Ok(cx.call(&CLASS_LOSS, &[input.into(), target.into()], &[])?.one())
}

fn infer(m: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    let rows = Dims::of(&m[0].dims[..1]);
    let stat = Meta::new(m[0].dtype.compute(), rows);
    Ok(vec![Meta::new(m[0].dtype, rows), stat, stat])
}

fn run(cx: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let (x, targets) = (layers::wide(cx, &args[0])?, args[1].plain()?);
    let (rows, n) = (Dims::of(&x.dims()[..1]), x.dims()[1]);
    let new = || Tensor::empty_dims(x.dtype(), rows);
    let [mut losses, mut maxima, mut sums] = [new()?, new()?, new()?];
    macro_rules! go {
        ($T:ty) => {{
            let stats = [maxima.elements_mut::<$T>(), sums.elements_mut::<$T>()];
            softmax::class_losses(n, x.slice::<$T>(), targets.slice(), losses.elements_mut::<$T>(), stats)
        }};
    }
    if x.dtype() == DType::F64 {
        go!(f64)
    } else {
        go!(f32)
    }
    Ok(Outputs::Many(vec![layers::narrow(cx, losses, args[0].dtype())?, maxima, sums]))
}

/// The probabilities, less one at the target.
fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (x, targets) = (s.tensor(0), s.tensor(1));
    if cx.grad_enabled() {
        let (g, targets) = (cx.unsqueeze(g, 1), cx.unsqueeze(&targets, 1));
        let shares = cx.run(&super::softmax::SOFTMAX, &[x.into()], &[Attr::Int(1), Attr::None]);
        return cx.scatter_add(cx.mul(shares, &g), 1, &targets, &cx.neg(&g));
    }
    cx.infallible(fused(cx, s, (&x, &targets, g)))
}

fn fused(cx: &Cx, s: &Saved, (x, targets, g): (&Tensor, &Tensor, &Tensor)) -> Result<Tensor> {
    let (wide, g, targets) = (layers::wide(cx, x)?, layers::wide(cx, g)?, targets.plain()?);
    let (maxima, sums) = (s.out_at(1).plain()?, s.out_at(2).plain()?);
    let n = x.dims()[1];
    macro_rules! go {
        ($T:ty) => {
            Tensor::build::<$T>(x.to_dims(), |dx| {
                let stats = [maxima.slice::<$T>(), sums.slice::<$T>()];
                let terms = (wide.slice::<$T>(), targets.slice::<i64>());
                softmax::class_gradient(n, terms, stats, g.slice::<$T>(), dx)
            })?
        };
    }
    let dx = if wide.dtype() == DType::F64 { go!(f64) } else { go!(f32) };
    layers::narrow(cx, dx, x.dtype())
}
