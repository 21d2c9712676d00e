//! What products of tensors share: checks, scaled sums, contractions over any dims.

use super::error::{OpError, Result};
use super::infer::{describe, too_many_dims};
use super::joining::reshaped;
use super::matrices::permuted;
use super::sig::{Default, Param, ParamKind};
use super::{Attr, Attrs, Meta, Operand, add, mul};
use crate::tape::Cx;
use crate::tensor::{MAX_DIMS, Num, Tensor, broadcast};

pub const BETA: Param = Param::new("beta", ParamKind::Number).or(Default::Int(1));
pub const ALPHA: Param = Param::new("alpha", ParamKind::Number).or(Default::Int(1));

/// Checks how many dimensions two operands have; `takes` says it in words.
pub fn check_ranks(args: &[Operand], ranks: [usize; 2], takes: &str) -> Result<()> {
    let dims = |k: usize| args[k].tensor().map_or(0, |t| t.ndim());
    if dims(0) == ranks[0] && dims(1) == ranks[1] {
        return Ok(());
    }
    Err(OpError::new("SHAPE-13", takes)
        .at(0, describe(&args[0]))
        .at(1, describe(&args[1]))
        .help("@ takes vectors, matrices and batches of them"))
}

/// Moves labels from one argument to another.
pub fn relabel(mut e: Box<OpError>, to: impl Fn(usize) -> usize) -> Box<OpError> {
    e.at.iter_mut().for_each(|(arg, _)| *arg = to(*arg));
    e
}

/// `beta * args[0] + alpha * (args[1] @ args[2])`, the factors being attributes 0 and 1. With a beta of 0 the first is
/// not read.
pub fn scaled_sum(
    cx: &Cx,
    args: &[Operand],
    attrs: &Attrs,
    product: impl Fn(&[Operand]) -> Result<Tensor>,
) -> Result<Tensor> {
    let times = |x: Tensor, k: usize| match attrs.opt_num(k) {
        None | Some(Num::Int(1)) => Ok(x),
        Some(v) => cx.binary(&mul::MUL, &x.into(), &Operand::Num(v)),
    };
    let made = times(product(&args[1..]).map_err(|e| relabel(e, |arg| arg + 1))?, 1)?;
    let given = args[0].to_tensor();
    let fits = broadcast(&made.to_dims(), given.dims()).is_ok_and(|d| d == made.to_dims());
    if !fits {
        return Err(OpError::new(
            "SHAPE-01",
            format!("a tensor of shape {} cannot be added to a product of shape {}", given.shape(), made.shape()),
        )
        .at(0, describe(&args[0]))
        .at(1, describe(&args[1]))
        .at(2, describe(&args[2])));
    }
    if attrs.opt_num(0).is_some_and(|v| v.to_f64() == 0.0) {
        let dtype = made.dtype().promote(given.dtype());
        return cx.cast(&made, dtype);
    }
    // Expanded first: that it broadcasts is meant.
    let given = times(given, 0)?;
    let given = cx.call1(&super::expand::EXPAND, &[given.into()], &[super::rules::sizes(made.dims())])?;
    cx.binary_tt(&add::ADD, &given, &made)
}

/// The sum of products over dims `over[0]` of `x` and `over[1]` of `y`, pair by pair; the other dims of `x` come first in
/// the result, then those of `y`. A dim of one goes with any size.
pub fn contract(cx: &Cx, x: &Tensor, y: &Tensor, over: [&[usize]; 2]) -> Result<Tensor> {
    let (mut x, mut y) = (x.clone(), y.clone());
    for (&a, &b) in over[0].iter().zip(over[1]) {
        let (m, n) = (x.dims()[a], y.dims()[b]);
        if m == n {
            continue;
        }
        let kept = |t: &Tensor, d: usize| {
            let attrs = [Attr::Int(d as i64), Attr::Bool(true), Attr::None];
            cx.call1(&super::sum::SUM, &[t.into()], &attrs)
        };
        match (m, n) {
            (1, _) => y = kept(&y, b)?,
            (_, 1) => x = kept(&x, a)?,
            _ => {
                return Err(OpError::new("SHAPE-11", format!("dim {a} has {m} elements, its partner, dim {b}, {n}"))
                    .at(0, format!("{}", Meta::of(&x)))
                    .at(1, format!("{}", Meta::of(&y))));
            }
        }
    }
    let free = |t: &Tensor, over: &[usize]| -> Vec<usize> { (0..t.ndim()).filter(|d| !over.contains(d)).collect() };
    let (free_x, free_y) = (free(&x, over[0]), free(&y, over[1]));
    let size = |t: &Tensor, dims: &[usize]| -> usize { dims.iter().map(|&d| t.dims()[d]).product() };
    let (m, k, n) = (size(&x, &free_x), size(&x, over[0]), size(&y, &free_y));
    let out: Vec<usize> = free_x.iter().map(|&d| x.dims()[d]).chain(free_y.iter().map(|&d| y.dims()[d])).collect();
    if out.len() > MAX_DIMS {
        return Err(too_many_dims(out.len()).at(0, format!("{}", Meta::of(&x))).at(1, format!("{}", Meta::of(&y))));
    }
    let left = permuted(cx, &x, &[&free_x, over[0]].concat())?;
    let right = permuted(cx, &y, &[over[1], &free_y].concat())?;
    let made = cx.product_tt(&reshaped(cx, &left, &[m, k])?, &reshaped(cx, &right, &[k, n])?)?;
    reshaped(cx, &made, &out)
}
