//! Reel: a small scripting language in which every evaluation records an autograd tape.

pub mod check;
pub mod cli;
pub mod compile;
pub mod device;
pub mod diagnostic;
pub mod figure;
pub mod files;
pub mod ops;
mod output;
pub mod repl;
pub mod session;
pub mod source;
pub mod syntax;
pub mod tape;
pub mod tensor;
pub mod terminal;
pub mod vm;
