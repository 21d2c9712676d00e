//! What losses share: the dtype they compute in, weights, how the loss of each element becomes one number.

use super::error::{OpError, Result};
use super::parts::part;
use super::sig::{Default, Param, ParamKind, X, Y};
use super::{Attr, Attrs, Domain, Grad, Needs, Op, Operand, Outputs, infer};
use crate::device::DType;
use crate::device::cpu::tile::{Tiles, tiles};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

pub const REDUCTION: Param = Param::new("reduction", ParamKind::Str).or(Default::Str("mean"));

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reduction {
    None,
    Mean,
    Sum,
}

impl Reduction {
    /// Attribute `k`, which is parameter `arg`.
    pub fn of(attrs: &Attrs, k: usize, arg: usize) -> Result<Reduction> {
        match attrs.str(k) {
            Some("none") => Ok(Reduction::None),
            Some("mean") | None => Ok(Reduction::Mean),
            Some("sum") => Ok(Reduction::Sum),
            Some(other) => Err(OpError::new("VALUE-12", format!("there is no reduction \"{other}\""))
                .at(arg, "here")
                .help("it is \"mean\", \"sum\" or \"none\"")),
        }
    }

    pub fn apply(self, cx: &Cx, loss: Tensor) -> Result<Tensor> {
        match self {
            Reduction::None => Ok(loss),
            Reduction::Mean => cx.call1(&super::mean::MEAN, &[loss.into()], &ALL),
            Reduction::Sum => sum(cx, &loss),
        }
    }
}

const ALL: [Attr; 3] = [Attr::None, Attr::Bool(false), Attr::None];

/// The sum of all elements.
pub fn sum(cx: &Cx, x: &Tensor) -> Result<Tensor> {
    cx.call1(&super::sum::SUM, &[x.into()], &ALL)
}

pub const WEIGHT: Param = Param::new("weight", ParamKind::OptTensor).or(Default::None);

/// ln(1 + e^x), without overflow.
pub static SOFTPLUS: Op = part(
    "softplus",
    &[X],
    &SOFTPLUS_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::IN0, |cx, s, g| cx.mul(g, cx.sigmoid(s.input(0))))],
);
static SOFTPLUS_TILES: Tiles = tiles!("softplus", cuda: "SOFTPLUS(x)", real: |x| x.softplus());

/// The larger of `x` and a constant, with the gradient of `x`: torch raises norms and variances outside of its tape.
pub static FLOOR: Op = part(
    "at_least",
    &[X, Y],
    &FLOOR_TILES,
    Domain::Float,
    &[Grad::Rule(Needs::NOTHING, |_, _, g| g.clone()), Grad::None("the bound is a constant")],
);
static FLOOR_TILES: Tiles = tiles!("at_least", cuda: "MAXIMUM(x, y)", real: |x, y| x.maximum(y));

/// The tensors of a loss in the dtype it computes in: their common one, f32 for the half types, whose rounding is then
/// left to the result.
pub struct Common {
    pub args: Vec<Operand>,
    dtype: DType,
}

impl Common {
    pub fn floats(cx: &Cx, args: &[Operand]) -> Result<Common> {
        Common::of(cx, Domain::Float, args)
    }

    pub fn of(cx: &Cx, domain: Domain, args: &[Operand]) -> Result<Common> {
        let there: Vec<Operand> = args.iter().filter(|a| !matches!(a, Operand::None)).cloned().collect();
        let dtype = infer::domain_dtype(domain, &there);
        let cast = |a: &Operand| match a {
            Operand::Tensor(t) => cx.cast(t, dtype.compute()).map(Operand::Tensor),
            other => Ok(other.clone()),
        };
        Ok(Common { args: args.iter().map(cast).collect::<Result<_>>()?, dtype })
    }

    /// The loss in the dtype that the user expects.
    pub fn result(&self, cx: &Cx, loss: Tensor) -> Result<Outputs> {
        let half = self.dtype != self.dtype.compute();
        Ok(Outputs::One(if half { cx.cast(&loss, self.dtype)? } else { loss }))
    }

    /// Argument `k` as a tensor.
    pub fn tensor(&self, k: usize) -> Tensor {
        match &self.args[k] {
            Operand::Num(v) => Tensor::scalar(self.dtype.compute(), *v),
            other => other.to_tensor(),
        }
    }
}

/// Refuses two arguments (each with its position among the parameters) whose shapes differ.
pub fn same_shape(a: (&Operand, usize), b: (&Operand, usize), what: &str) -> Result<()> {
    if dims(a.0) == dims(b.0) {
        return Ok(());
    }
    Err(OpError::new("SHAPE-15", what).at(a.1, infer::describe(a.0)).at(b.1, infer::describe(b.0)))
}

pub fn dims(o: &Operand) -> Dims {
    o.tensor().map_or(Dims::scalar(), Tensor::to_dims)
}

/// `loss` with a weight for each element, in the shape of `input`, the first argument; the mean counts each element with
/// its weight.
pub fn weighted(
    cx: &Cx,
    loss: Tensor,
    input: &Operand,
    (weight, at): (&Operand, usize),
    reduction: Reduction,
) -> Result<Tensor> {
    if matches!(weight, Operand::None) {
        return reduction.apply(cx, loss);
    }
    same_shape((input, 0), (weight, at), "each element of the input needs a weight")?;
    let loss = cx.binary(&super::mul::MUL, &loss.into(), weight)?;
    match reduction {
        Reduction::Mean => cx.binary_tt(&super::div::DIV, &sum(cx, &loss)?, &sum(cx, &weight.to_tensor())?),
        other => other.apply(cx, loss),
    }
}

/// max(x, 0), with no gradient where x is 0.
pub fn hinge(cx: &Cx, x: &Tensor) -> Result<Tensor> {
    cx.call1(&super::clamp::CLAMP, &[x.into(), 0.0.into(), Operand::None], &[])
}

/// The refusal of a number that parameter `arg` does not take.
pub fn bad_number(arg: usize, value: f64, what: &str) -> Box<OpError> {
    OpError::new("VALUE-12", format!("{what}, not {value}")).at(arg, format!("{value}"))
}
