//! What losses share: how the loss of each element becomes one number.

use super::error::{OpError, Result};
use super::sig::{Default, Param, ParamKind};
use super::{Attr, Attrs};
use crate::tape::Cx;
use crate::tensor::Tensor;

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
