//! Elementwise kernels and the machine that chains them.
//!
//! [`Tiles`] is one op's loops: for each element type, instruction set and choice of scalar operands. An op's
//! file says its formula once, through `tiles!`. [`Program`] is a chain of such ops over registers of
//! [`TILE`] elements, which [`run`] takes through memory in one pass.

mod formula;
mod gather;
mod kernel;
mod pairs;
mod plan;
mod program;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use formula::tiles;
pub use formula::*;
pub use kernel::*;
pub(in crate::device::cpu) use kernel::{Kernel, loops};
pub use pairs::join;
pub use program::*;
pub use run::run;
