//! Elementwise operations without a name of their own: what composites and gradient rules of other operations run.

use super::{Domain, Grad, Kind, Op, Operand, Outputs, Param, Proof, Result};
use crate::device::cpu::tile::Tiles;
use crate::tape::Cx;
use crate::tensor::{Num, Tensor};

/// An operation that the tape shows under `name`, and that nobody can call by it.
pub const fn part(
    name: &'static str,
    params: &'static [Param],
    tiles: &'static Tiles,
    domain: Domain,
    vjp: &'static [Grad],
) -> Op {
    Op {
        name,
        symbol: None,
        params,
        parts: &[],
        doc: "",
        examples: &[],
        kind: Kind::Tile { tiles, domain, total: true },
        vjp,
        samples: &[],
        proof: Proof::Other("proved by the operation that runs it"),
    }
}

/// The rule of an operand that is always a number.
pub const NUMBER: Grad = Grad::None("it is a number, not a tensor");

/// Runs a part on an operand followed by numbers.
pub fn with_numbers(cx: &Cx, op: &'static Op, x: &Operand, numbers: &[Num]) -> Result<Outputs> {
    let out = match (x, numbers) {
        (Operand::Tensor(x), []) => cx.unary(op, x)?,
        (Operand::Tensor(x), [v]) => cx.binary_tn(op, x, *v, false)?,
        _ => {
            let mut args = vec![x.clone()];
            args.extend(numbers.iter().map(|v| Operand::Num(*v)));
            cx.call1(op, &args, &[])?
        }
    };
    Ok(Outputs::One(out))
}

impl Cx {
    /// A part of one tensor, inside a rule.
    pub fn part(&self, op: &'static Op, x: &Tensor) -> Tensor {
        self.infallible(self.unary(op, x))
    }
}
