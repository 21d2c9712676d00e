//! Functions and methods written in Rust. The two lists below are all the rest of the program knows of them:
//! name resolution, did-you-mean, completion and help walk them.
//!
//! Some names are an operation's too (`sum`, `max`, `split`, `any`). Such a name means the operation, which hands
//! calls without a tensor on to its [`twin`] here.

mod apply;
pub mod args;
mod close;
mod convert;
pub mod copies;
mod datasets;
pub mod files;
mod imshow;
pub mod iter;
pub mod lists;
mod modules;
mod output;
mod plot;
mod progress;
pub mod records;
mod summary;
mod sums;
mod tape;
mod tensors;
#[cfg(test)]
mod tests;
pub mod text;
mod views;
mod vmap;

use std::sync::OnceLock;

use super::autograd;
use super::function::{Args, Builtin};
use super::value::{Kind, Obj, Value};
use crate::ops::{self, Op};

/// Functions that every program sees unless it declares the name itself.
pub static GLOBALS: &[&Builtin] = &[
    &autograd::BACKWARD,
    &autograd::CHECKPOINT,
    &autograd::GRAD,
    &autograd::GRADCHECK,
    &autograd::HESSIAN,
    &autograd::JACOBIAN,
    &autograd::JVP,
    &autograd::ON_GRAD,
    &autograd::PARAM,
    &autograd::VALUE_AND_GRAD,
    &autograd::VJP,
    &apply::ALL,
    &apply::ANY,
    &apply::FILTER,
    &apply::MAP,
    &apply::REVERSED,
    &close::ASSERT_CLOSE,
    &convert::BOOL,
    &convert::CHR,
    &convert::FLOAT,
    &convert::FORMAT,
    &convert::INT,
    &convert::KIND,
    &convert::LIST,
    &convert::ORD,
    &convert::RECORD,
    &convert::REPR,
    &convert::STR,
    &convert::TUPLE,
    &copies::COPY,
    &copies::SAME,
    &datasets::DIGITS,
    &datasets::IRIS,
    &files::LOAD,
    &files::SAVE,
    &imshow::IMSHOW,
    &lists::CONTAINS,
    &lists::JOIN,
    &lists::SORTED,
    &output::CLOCK,
    &output::ERROR,
    &output::PRINT,
    &plot::PLOT,
    &progress::PROGRESS,
    &records::ITEMS,
    &records::KEYS,
    &records::VALUES,
    &summary::SUMMARY,
    &sums::LEN,
    &sums::MAX,
    &sums::MEAN,
    &sums::MIN,
    &sums::SUM,
    &tape::PARAMETERS,
    &tape::PARAMS,
    &tape::SEED,
    &tape::TAPE,
    &tape::ZERO_GRAD,
    &tensors::CUDA_AVAILABLE,
    &tensors::TENSOR,
    &tensors::TO,
    &text::CHARS,
    &text::ENDS_WITH,
    &text::LOWER,
    &text::REPLACE,
    &text::SPLIT,
    &text::STARTS_WITH,
    &text::STRIP,
    &text::UPPER,
    &views::ENUMERATE,
    &views::ZIP,
    &vmap::VMAP,
];

/// `v.name(…)` by the kind of `v`. The receiver is the first argument.
pub static METHODS: &[(Kind, &Builtin)] = &[
    (Kind::Tensor, &autograd::BACKWARD),
    (Kind::Tensor, &autograd::PARAM),
    (Kind::List, &lists::APPEND),
    (Kind::List, &lists::CLEAR),
    (Kind::List, &lists::CONTAINS),
    (Kind::List, &lists::COUNT),
    (Kind::List, &lists::EXTEND),
    (Kind::List, &lists::INDEX),
    (Kind::List, &lists::INSERT),
    (Kind::List, &lists::JOIN),
    (Kind::List, &lists::POP),
    (Kind::List, &lists::PUSH),
    (Kind::List, &lists::REMOVE),
    (Kind::List, &lists::REVERSE),
    (Kind::List, &lists::SORT),
    (Kind::Param, &autograd::BACKWARD),
    (Kind::Param, &tensors::BFLOAT16),
    (Kind::Param, &tensors::DIM),
    (Kind::Param, &tensors::DOUBLE),
    (Kind::Param, &tensors::FLOAT),
    (Kind::Param, &tensors::HALF),
    (Kind::Param, &tensors::ITEM),
    (Kind::Param, &tensors::LONG),
    (Kind::Param, &tensors::NUMEL),
    (Kind::Param, &tensors::SIZE),
    (Kind::Param, &tensors::TO),
    (Kind::Param, &tensors::TO_BOOL),
    (Kind::Param, &tensors::TOLIST),
    (Kind::Tensor, &tensors::BFLOAT16),
    (Kind::Tensor, &tensors::DIM),
    (Kind::Tensor, &tensors::DOUBLE),
    (Kind::Tensor, &tensors::FLOAT),
    (Kind::Tensor, &tensors::HALF),
    (Kind::Tensor, &tensors::ITEM),
    (Kind::Tensor, &tensors::LONG),
    (Kind::Tensor, &tensors::NUMEL),
    (Kind::Tensor, &tensors::SIZE),
    (Kind::Tensor, &tensors::TO),
    (Kind::Tensor, &tensors::TO_BOOL),
    (Kind::Tensor, &tensors::TOLIST),
    (Kind::Module, &modules::EVAL),
    (Kind::Module, &modules::TRAIN),
    (Kind::Range, &lists::CONTAINS),
    (Kind::Range, &lists::COUNT),
    (Kind::Range, &lists::INDEX),
    (Kind::Record, &lists::CONTAINS),
    (Kind::Record, &records::CLEAR),
    (Kind::Record, &records::GET),
    (Kind::Record, &records::ITEMS),
    (Kind::Record, &records::KEYS),
    (Kind::Record, &records::POP),
    (Kind::Record, &records::REMOVE),
    (Kind::Record, &records::SETDEFAULT),
    (Kind::Record, &records::UPDATE),
    (Kind::Record, &records::VALUES),
    (Kind::Str, &lists::CONTAINS),
    (Kind::Str, &lists::JOIN),
    (Kind::Str, &text::CAPITALIZE),
    (Kind::Str, &text::CENTER),
    (Kind::Str, &text::CHARS),
    (Kind::Str, &text::COUNT),
    (Kind::Str, &text::ENDS_WITH),
    (Kind::Str, &text::FIND),
    (Kind::Str, &text::INDEX),
    (Kind::Str, &text::IS_ALNUM),
    (Kind::Str, &text::IS_ALPHA),
    (Kind::Str, &text::IS_DIGIT),
    (Kind::Str, &text::IS_LOWER),
    (Kind::Str, &text::IS_SPACE),
    (Kind::Str, &text::IS_UPPER),
    (Kind::Str, &text::LINES),
    (Kind::Str, &text::LJUST),
    (Kind::Str, &text::LOWER),
    (Kind::Str, &text::LSTRIP),
    (Kind::Str, &text::PARTITION),
    (Kind::Str, &text::REMOVE_PREFIX),
    (Kind::Str, &text::REMOVE_SUFFIX),
    (Kind::Str, &text::REPEAT),
    (Kind::Str, &text::REPLACE),
    (Kind::Str, &text::RFIND),
    (Kind::Str, &text::RJUST),
    (Kind::Str, &text::RSPLIT),
    (Kind::Str, &text::RSTRIP),
    (Kind::Str, &text::SPLIT),
    (Kind::Str, &text::STARTS_WITH),
    (Kind::Str, &text::STRIP),
    (Kind::Str, &text::TITLE),
    (Kind::Str, &text::UPPER),
    (Kind::Tuple, &lists::CONTAINS),
    (Kind::Tuple, &lists::COUNT),
    (Kind::Tuple, &lists::INDEX),
    (Kind::Tuple, &lists::JOIN),
];

/// Codes of errors that builtins raise, with what they mean.
pub const CODES: &[&[(&str, &str)]] = &[
    args::CODES,
    close::CODES,
    convert::CODES,
    files::CODES,
    crate::files::CODES,
    iter::CODES,
    lists::CODES,
    output::CODES,
    plot::CODES,
    records::CODES,
    sums::CODES,
    tensors::CODES,
    views::CODES,
    super::format::CODES,
    super::order::CODES,
];

pub fn global(name: &str) -> Option<&'static Builtin> {
    GLOBALS.iter().find(|b| b.name == name).copied()
}

/// Looked up once per call site, when it is compiled.
pub fn method(kind: Kind, name: &str) -> Option<&'static Builtin> {
    METHODS.iter().find(|(k, b)| *k == kind && b.name == name).map(|(_, b)| *b)
}

/// What a name means without being declared, as a value.
pub fn value_of(name: &str) -> Option<Value> {
    ops::find(name).map(|op| Value::obj(Obj::Op(op))).or_else(|| global(name).map(Value::builtin))
}

/// The builtin that has the name of an operation, and takes its calls when no tensor is among the arguments. Of
/// `min` and `max` it also takes the calls with several tensors, which it compares element by element.
pub fn twin(op: &'static Op, args: &Args) -> Option<&'static Builtin> {
    static TWINS: OnceLock<Vec<(&'static Op, &'static Builtin)>> = OnceLock::new();
    let twins = TWINS.get_or_init(|| GLOBALS.iter().filter_map(|b| Some((ops::find(b.name)?, *b))).collect::<Vec<_>>());
    let (_, builtin) = twins.iter().find(|(o, _)| std::ptr::eq(*o, op))?;
    let is_tensor = |v: &Value| matches!(v, Value::Tensor(_) | Value::Cell(_));
    let several = matches!(builtin.name, "min" | "max") && args.positional.iter().filter(|v| is_tensor(v)).count() > 1;
    let none = !args.positional.iter().chain(args.named.iter().map(|(_, v)| v)).any(is_tensor);
    (none || several).then_some(*builtin)
}

/// `linalg` and the like: groups of operations that are reached by a prefix. The build lists them.
pub fn namespace(name: &str) -> Option<&'static str> {
    ops::NAMESPACES.iter().find(|n| **n == name).copied()
}

/// What is reached by the prefix `space`, by the name after it.
pub fn members(space: &str) -> impl Iterator<Item = (&'static str, Value)> {
    let names = ops::all().iter().map(|op| op.name).chain(GLOBALS.iter().map(|b| b.name));
    names.filter_map(move |name| Some((name.strip_prefix(space)?.strip_prefix('.')?, value_of(name)?)))
}

/// The full name of a member that some prefix reaches: `linalg.inv` for `inv`.
pub fn with_prefix(member: &str) -> Option<&'static str> {
    let names = ops::all().iter().map(|op| op.name).chain(GLOBALS.iter().map(|b| b.name));
    names.into_iter().find(|name| name.split_once('.').is_some_and(|(_, m)| m == member))
}
