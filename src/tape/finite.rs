//! What is not finite in a tensor, for programs that look for the operation which made it.

use super::node::NodeRef;
use super::{Cx, LEAF, TapeNode};
use crate::device::DType;
use crate::ops::{OpError, Result};
use crate::tensor::Tensor;
use std::fmt::Write;

/// The code of the error that stops a program.
pub const NOT_FINITE: &str = "NAN-01";

/// How the numbers of a tensor lie.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Of those that are finite; none if there are none.
    pub ends: Option<(f64, f64)>,
    pub nans: usize,
    pub infinities: usize,
}

impl Spread {
    pub fn of(t: &Tensor) -> Result<Spread> {
        let mut s = Spread { ends: None, nans: 0, infinities: 0 };
        for x in t.to_f64s()? {
            if x.is_nan() {
                s.nans += 1;
            } else if x.is_infinite() {
                s.infinities += 1;
            } else {
                s.ends = Some(s.ends.map_or((x, x), |(low, high)| (x.min(low), x.max(high))));
            }
        }
        Ok(s)
    }

    pub fn is_finite(&self) -> bool {
        self.nans + self.infinities == 0
    }

    /// `2 NaN and 1 infinity`
    pub fn faults(&self) -> String {
        let infinities = match self.infinities {
            1 => "1 infinity".to_string(),
            n => format!("{n} infinities"),
        };
        match (self.nans, self.infinities) {
            (0, _) => infinities,
            (n, 0) => format!("{n} NaN"),
            (n, _) => format!("{n} NaN and {infinities}"),
        }
    }
}

/// `f32[2, 3], -1.0 … 4.5`
pub fn spread_text(t: &Tensor) -> Result<String> {
    let s = Spread::of(t)?;
    let mut out = format!("{}{}", t.dtype(), t.shape());
    // Writing to a string cannot fail.
    let number = |x: f64| match t.dtype() {
        DType::F64 => format!("{x:?}"),
        DType::I64 | DType::Bool => format!("{x}"),
        _ => format!("{:?}", x as f32),
    };
    let _ = match s.ends {
        Some((low, high)) if low == high => write!(out, ", {}", number(low)),
        Some((low, high)) => write!(out, ", {} … {}", number(low), number(high)),
        None => Ok(()),
    };
    if !s.is_finite() {
        let _ = write!(out, ", {}", s.faults());
    }
    Ok(out)
}

/// Whether all its numbers are; integers and bools always.
pub fn is_finite(t: &Tensor) -> Result<bool> {
    Ok(!t.dtype().is_float() || Spread::of(t)?.is_finite())
}

/// `in turn 3 of its loop`
pub fn turns_text(turns: &[u32]) -> String {
    match turns {
        [one] => format!("in turn {one} of its loop"),
        many => {
            let turns: Vec<String> = many.iter().map(u32::to_string).collect();
            format!("in turns {} of the loops around it", turns.join(", "))
        }
    }
}

impl Cx {
    /// The turns of the loops that are running, the outermost first.
    pub fn turns(&self) -> Vec<u32> {
        if self.loop_depth() == 0 {
            return Vec::new();
        }
        let mut turns = vec![self.iter()];
        let mut outer = self.outer_loops();
        while let Some(l) = outer {
            turns.push(l.iter);
            outer = l.outer.clone();
        }
        turns.reverse();
        turns
    }
}

/// The error of a gradient that is not finite: `node` is the operation that it belongs to, `read` what it came from.
pub(super) fn gradient_error(
    node: &NodeRef,
    what: &str,
    faults: &str,
    read: &[(&str, &Tensor)],
) -> Result<Box<OpError>> {
    let view = TapeNode { node, inputs: &[] };
    let turns = match view.iterations() {
        turns if turns.iter().all(|t| *t == 0) => String::new(),
        turns => format!(", {}", turns_text(&turns)),
    };
    let name = if node.op == &LEAF { "a parameter" } else { view.op() };
    let quote = if node.op == &LEAF { "" } else { "`" };
    let mut from = Vec::with_capacity(read.len());
    for (name, t) in read {
        from.push(format!("{name} {}", spread_text(t)?));
    }
    let message = format!("{what} {quote}{name}{quote} has {faults}, made of finite numbers in backward{turns}");
    Ok(OpError::new(NOT_FINITE, message)
        .place(node.site, "its gradient")
        .help(format!("it was computed from {}", from.join("; "))))
}
