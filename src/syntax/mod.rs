//! Text to syntax tree: tokens, the grammar's parser, the tree. Uses `source` and `diagnostic`.

pub mod ast;
mod codes;
mod parse;
pub mod token;
pub mod words;

pub use codes::CODES;
pub use parse::{MAX_DEPTH, parse};
pub use token::{Completeness, is_complete};
