//! `--check-nan`: the operation that first makes a NaN or an infinity of finite numbers is an error.

use super::Vm;
use super::error::Error;
use crate::ops::Operand;
use crate::tape::finite::{NOT_FINITE, Spread, is_finite, spread_text, turns_text};
use crate::tensor::{Num, Tensor};

pub const CODES: &[(&str, &str)] = &[("NAN-01", "with `--check-nan`: finite numbers gave a NaN or an infinity")];

impl Vm {
    /// Refuses what an operation made if it is not finite and all operands are; they stand with their positions.
    #[cold]
    pub(super) fn check_made(&self, name: &str, operands: &[(usize, &Operand)], made: &[Tensor]) -> Result<(), Error> {
        let mut faults = None;
        for t in made.iter().filter(|t| t.dtype().is_float()) {
            let spread = Spread::of(t)?;
            if !spread.is_finite() && faults.is_none() {
                faults = Some(spread.faults());
            }
        }
        let Some(faults) = faults else { return Ok(()) };
        for (_, operand) in operands {
            let finite = match operand {
                Operand::Tensor(t) => is_finite(t)?,
                Operand::Num(Num::Float(x)) => x.is_finite(),
                _ => true,
            };
            if !finite {
                return Ok(());
            }
        }
        let turns = match &self.cx.turns()[..] {
            [] => String::new(),
            turns => format!(", {}", turns_text(turns)),
        };
        let mut e = Error::new(NOT_FINITE, format!("`{name}` made {faults} of finite numbers{turns} (forward)"));
        for (k, operand) in operands {
            if let Operand::Tensor(t) = operand {
                e = e.at(*k, spread_text(t)?);
            } else if let Operand::Num(n) = operand {
                e = e.at(*k, super::print::describe(&super::operand::host(*n)));
            }
        }
        Err(e)
    }
}
