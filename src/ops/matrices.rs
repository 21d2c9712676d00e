//! What linear algebra shares: matrices in the last two dimensions, those before them a batch; computed in f32 and f64.

use super::error::{OpError, Result};
use super::infer::{describe, float};
use super::rules::ints;
use super::sig::{Param, tensor};
use super::{Attr, Kind, Op, Operand, Outputs, Proof};
use crate::device::DType;
use crate::device::cpu::linalg::Failure;
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Num, Tensor};

pub const A: Param = tensor("A");
pub const B: Param = tensor("B");

/// What an operation puts on the tape: the rest of it only brings operands into the form that its kernel takes.
pub const CORE: Op = Op {
    name: "",
    symbol: None,
    params: &[A],
    parts: &[],
    doc: "",
    examples: &[],
    kind: Kind::Composite(|_, _, _| Ok(Outputs::Many(Vec::new()))),
    vjp: &[],
    samples: &[],
    proof: Proof::Other("proved as the operation that it is the core of"),
};

/// Runs a block with `T` as f64 for that dtype, else as f32.
#[macro_export]
#[doc(hidden)]
macro_rules! for_real {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::device::DType::F64 => {
                type $T = f64;
                $body
            }
            _ => {
                type $T = f32;
                $body
            }
        }
    };
}
pub use crate::for_real;

/// Runs part of a composite that is written like a rule: what failed inside is its error.
pub fn checked<R>(cx: &Cx, body: impl FnOnce() -> Result<R>) -> Result<R> {
    let made = body();
    cx.take_failure().map_or(made, Err)
}

/// Operands in the dtype that kernels compute in, and the dtype of results.
pub struct Floats {
    pub tensors: Vec<Tensor>,
    pub dtype: DType,
}

/// The operands as floats of their common dtype; halves become f32 until `Floats::back`.
pub fn floats(cx: &Cx, args: &[Operand]) -> Result<Floats> {
    let given: Vec<Tensor> = args.iter().filter(|a| !matches!(a, Operand::None)).map(Operand::to_tensor).collect();
    let dtype = given.iter().fold(DType::Bool, |d, t| d.promote(t.dtype()));
    let dtype = float(dtype);
    let compute = if dtype == DType::F64 { DType::F64 } else { DType::F32 };
    let tensors = given.iter().map(|t| cx.cast(t, compute)).collect::<Result<_>>()?;
    Ok(Floats { tensors, dtype })
}

impl Floats {
    pub fn back(&self, cx: &Cx, t: Tensor) -> Result<Tensor> {
        cx.cast(&t, self.dtype)
    }

    pub fn back_all(&self, cx: &Cx, all: Vec<Tensor>) -> Result<Outputs> {
        Ok(Outputs::Many(all.into_iter().map(|t| self.back(cx, t)).collect::<Result<_>>()?))
    }
}

/// Refuses argument `k` if it has no rows and columns.
pub fn check_matrix(name: &str, args: &[Operand], k: usize) -> Result<()> {
    if args[k].tensor().is_some_and(|t| t.ndim() >= 2) {
        return Ok(());
    }
    Err(OpError::new("SHAPE-13", format!("`{name}` takes matrices: tensors of two dimensions or more"))
        .at(k, describe(&args[k])))
}

/// Refuses argument `k` if it is no square matrix.
pub fn check_square(name: &str, args: &[Operand], k: usize) -> Result<()> {
    check_matrix(name, args, k)?;
    let Some(t) = args[k].tensor() else { return Ok(()) };
    let (_, m, n) = split(t.dims());
    if m == n {
        return Ok(());
    }
    Err(OpError::new("SHAPE-13", format!("`{name}` takes square matrices, not {m} by {n}")).at(k, describe(&args[k])))
}

/// The batch, the rows, the columns.
pub fn split(dims: &[usize]) -> (Dims, usize, usize) {
    let n = dims.len();
    (Dims::of(&dims[..n - 2]), dims[n - 2], dims[n - 1])
}

/// A batch's shape with others behind it.
pub fn join(batch: &Dims, own: &[usize]) -> Dims {
    let mut dims = *batch;
    for &d in own {
        let fits = dims.push(d);
        debug_assert!(fits, "no more dimensions than the operand");
    }
    dims
}

pub fn count(batch: &Dims) -> usize {
    batch.iter().product()
}

/// Says why a matrix of argument `arg` has no result; `at` is its position in the batch.
pub fn refuse(name: &str, batch: &Dims, (at, failure): (usize, Failure), arg: usize) -> Box<OpError> {
    let mut place: Vec<usize> = Vec::new();
    let mut rest = at;
    for &d in batch.iter().rev() {
        place.insert(0, rest % d);
        rest /= d;
    }
    let which = if place.is_empty() { "the matrix".to_string() } else { format!("the matrix at {place:?}") };
    match failure {
        Failure::Singular(k) => OpError::new("VALUE-40", format!("`{name}`: {which} is singular"))
            .at(arg, format!("pivot {k} is 0"))
            .help("linalg.pinv(…) is there for every matrix, and linalg.lstsq(…) finds the nearest solution"),
        Failure::NotPositive(k) => OpError::new("VALUE-41", format!("`{name}`: {which} is not positive definite"))
            .at(arg, format!("its leading minor of order {k} is not positive"))
            .help("a multiple of eye(n) added to it may help"),
        Failure::NotFinite => OpError::new("VALUE-42", format!("`{name}`: {which} holds numbers that are not finite"))
            .at(arg, "inf or nan in it"),
        Failure::NoConvergence => {
            OpError::new("VALUE-42", format!("`{name}`: {which} is too badly scaled, the iteration does not end"))
                .at(arg, "this one")
        }
    }
}

/// Refuses at once what a factorisation of `numel` elements would need, should there be less memory.
pub fn reserve(t: &Tensor, copies: usize) -> Result<()> {
    const WORTH_ASKING: usize = 1 << 16;
    if t.numel() >= WORTH_ASKING {
        Tensor::empty_dims(t.dtype(), Dims::of(&[t.numel().saturating_mul(copies)]))?;
    }
    Ok(())
}

/// Numbers of no matrix: each with two dimensions of one behind.
pub fn beside_matrices(cx: &Cx, t: &Tensor) -> Tensor {
    let dims = join(&t.to_dims(), &[1, 1]);
    cx.reshape(t, &dims)
}

pub fn transposed(cx: &Cx, t: &Tensor) -> Tensor {
    cx.transpose(t, -2, -1)
}

/// The triangle below a diagonal, with it.
pub fn lower(cx: &Cx, t: &Tensor, diagonal: i64) -> Tensor {
    cx.run(&super::tril::TRIL, &[t.into()], &[Attr::Int(diagonal)])
}

/// The triangle above a diagonal, with it.
pub fn upper(cx: &Cx, t: &Tensor, diagonal: i64) -> Tensor {
    cx.run(&super::triu::TRIU, &[t.into()], &[Attr::Int(diagonal)])
}

/// Both halves of a symmetric matrix from the lower one.
pub fn mirrored(cx: &Cx, t: &Tensor) -> Tensor {
    cx.add(lower(cx, t, 0), transposed(cx, &lower(cx, t, -1)))
}

/// `(t + t.T) / 2`
pub fn symmetric(cx: &Cx, t: &Tensor) -> Tensor {
    cx.mul(cx.add(t, transposed(cx, t)), 0.5)
}

/// The cotangent of result `k`, zeros of shape `dims` if there is none.
pub fn cotangent(cx: &Cx, s: &Saved, k: usize, dtype: DType, dims: &Dims) -> Tensor {
    s.cot(k).cloned().unwrap_or_else(|| cx.zeros(dtype, dims))
}

/// `u` scaled column by column.
pub fn scale_columns(cx: &Cx, u: &Tensor, by: &Tensor) -> Tensor {
    cx.mul(u, cx.unsqueeze(by, by.ndim().saturating_sub(1)))
}

/// `v` scaled row by row.
pub fn scale_rows(cx: &Cx, v: &Tensor, by: &Tensor) -> Tensor {
    cx.mul(v, cx.unsqueeze(by, by.ndim()))
}

/// A square matrix with `d` on the diagonal, row by row of a batch.
pub fn diagonal_matrix(cx: &Cx, d: &Tensor) -> Tensor {
    // Without dims it stands in for what has failed, as when Ctrl-C comes between two operations of a rule.
    let Some(&n) = d.dims().last() else { return d.clone() };
    cx.select(&unit(cx, n), cx.unsqueeze(d, d.ndim()), 0.0)
}

/// The first `k` columns of a cotangent. What lies beyond them belongs to vectors that no input decides, so it has to
/// be 0.
pub fn first_columns(cx: &Cx, g: &Tensor, k: usize, what: &'static str) -> Tensor {
    // Without dims it stands in for what has failed.
    let Some(&n) = g.dims().last() else { return g.clone() };
    if n == k {
        return g.clone();
    }
    let last = g.ndim() - 1;
    let zeros = cx.without_grad(|| {
        let rest = cx.narrow(&g.detach(), last, k, n - k);
        let any = cx.run(&super::any::ANY, &[cx.ne(&rest, 0.0).into()], &[]);
        any.item().is_ok_and(|v| v == Some(Num::Bool(false)))
    });
    if !zeros {
        cx.fail(
            OpError::new("TAPE-04", format!("{what} has no gradient: its last columns are any that fit"))
                .help("ask for the first columns alone, as they come without the argument for all of them"),
        );
    }
    cx.narrow(g, last, 0, k)
}

/// An operation of several results inside a rule.
pub fn run_all(cx: &Cx, op: &'static Op, args: &[Operand], attrs: &[Attr], count: usize) -> Vec<Tensor> {
    match cx.call(op, args, attrs) {
        Ok(found) => found.into_vec(),
        Err(e) => {
            cx.fail(e);
            vec![super::rules::stand_in(); count]
        }
    }
}

/// The sum over dims, in a composite.
pub fn sum(cx: &Cx, t: &Tensor, dims: &[i64]) -> Result<Tensor> {
    if dims.is_empty() {
        return Ok(t.clone());
    }
    cx.call1(&super::sum::SUM, &[t.into()], &[ints(dims), Attr::Bool(false), Attr::None])
}

/// A matrix of bools that are true on the diagonal.
pub fn unit(cx: &Cx, n: usize) -> Tensor {
    cx.run(&super::eye::EYE, &[], &[Attr::Int(n as i64), Attr::None, Attr::DType(DType::Bool), Attr::None])
}

impl Cx {
    /// The diagonal of dims `a` and `b`, which have one size, as the last dim.
    pub fn diagonal(&self, x: &Tensor, a: usize, b: usize) -> Result<Tensor> {
        self.call1(&super::diagonal::DIAGONAL, &[x.into()], &[Attr::Int(0), Attr::Int(a as i64), Attr::Int(b as i64)])
    }
}

/// Dims in another order, in a composite.
pub fn permuted(cx: &Cx, x: &Tensor, order: &[usize]) -> Result<Tensor> {
    if order.iter().enumerate().all(|(k, &d)| k == d) {
        return Ok(x.clone());
    }
    let order: Vec<i64> = order.iter().map(|&d| d as i64).collect();
    cx.call1(&super::permute::PERMUTE, &[x.into()], &[ints(&order)])
}
