//! The tape: nodes, recording, the walk backwards, inspection.
//!
//! One of the core's three rooms (`tensor`, `tape`, `ops`). `Cx` is the context that operations run in: whether
//! they record, on which device, at which place in the program.

pub mod backward;
pub mod custom;
mod cx;
pub mod finite;
mod inspect;
mod nested;
mod node;
mod param;
mod record;
mod saved;
mod slot;

pub use backward::BackwardOptions;
pub use cx::{Cx, OpWarning, Rng};
pub use inspect::{Tape, TapeNode};
pub use node::{LoopRef, NodeObj, NodeRef};
pub use param::Param;
pub use record::Arg as TapeArg;
pub use saved::Saved;

use crate::ops::{CompositeFn, Kind, Op, OpError, Proof};

const NOT_CALLED: CompositeFn = |_, _, _| Err(OpError::new("TAPE-00", "this is no operation"));

/// Stands on the tape for a parameter.
pub static LEAF: Op = mark("param", "A parameter.");
/// Stands on the tape for the argument of a differentiated function.
pub static ARGUMENT: Op = mark("argument", "The argument of a function whose gradient is asked for.");
/// Stands on the tape for a user's function with its own gradient.
pub static CUSTOM: Op = mark("function", "A function with its own gradient.");

/// Stands on the tape for a result that a node of many cannot name in the four bits that its users have for it.
pub static PART: Op = mark("part", "One of the results of a function with many.");

const fn mark(name: &'static str, doc: &'static str) -> Op {
    Op {
        name,
        symbol: None,
        params: &[],
        parts: &[],
        doc,
        examples: &[],
        kind: Kind::Composite(NOT_CALLED),
        vjp: &[],
        samples: &[],
        proof: Proof::Other("a mark on the tape, not an operation"),
    }
}

#[cfg(test)]
mod tests;
