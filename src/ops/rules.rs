//! The names under which gradient rules and composites call operations: a rule reads like its formula.
//!
//! Inside a gradient rule an error cannot be handed on; the first is kept in the context and the walk stops at it.

use super::index::Item;
use super::index::slice_mut;
use super::{Attr, Op, OpError, Operand, Result, for_float};
use crate::device::DType;
use crate::device::cpu::pool;
use crate::device::cpu::reduce::{self, Axis};
use crate::device::cpu::tile::Basic;
use crate::ops::dispatch::Factor;
use crate::tape::{Cx, TapeArg};
use crate::tensor::{Dims, Num, Tensor, broadcast};
use std::rc::Rc;

macro_rules! unary {
    ($($name:ident $file:ident $OP:ident;)+) => {
        impl Cx { $(
            pub fn $name(&self, x: impl Factor) -> Tensor {
                self.infallible(match x.arg() {
                    TapeArg::Tensor(t) => self.unary(&super::$file::$OP, t),
                    TapeArg::Num(v) => self.unary(&super::$file::$OP, &Tensor::scalar(v.dtype(), v)),
                })
            }
        )+ }
    };
}

macro_rules! binary {
    ($($name:ident $file:ident $OP:ident;)+) => {
        impl Cx { $(
            pub fn $name(&self, x: impl Factor, y: impl Factor) -> Tensor {
                self.infallible(self.binary_args(&super::$file::$OP, x.arg(), y.arg()))
            }
        )+ }
    };
}

unary! {
    neg neg NEG;
    abs abs ABS;
    exp exp EXP;
    log log LOG;
    sin sin SIN;
    cos cos COS;
    sqrt sqrt SQRT;
    tanh tanh TANH;
    sigmoid sigmoid SIGMOID;
    square square SQUARE;
    sign sign SIGN;
    logical_not logical_not LOGICAL_NOT;
    isnan isnan ISNAN;
    sinh sinh SINH;
    cosh cosh COSH;
    log1p log1p LOG1P;
    digamma digamma DIGAMMA;
    trunc trunc TRUNC;
}

binary! {
    add add ADD;
    sub sub SUB;
    mul mul MUL;
    div div DIV;
    maximum maximum MAXIMUM;
    minimum minimum MINIMUM;
    eq eq EQ;
    ne ne NE;
    lt lt LT;
    le le LE;
    gt gt GT;
    ge ge GE;

    logical_and logical_and LOGICAL_AND;
    logical_or logical_or LOGICAL_OR;
    floor_div floor_div FLOOR_DIV;
    rem rem REM;
    pow pow POW;
    hypot hypot HYPOT;
}

impl Cx {
    /// The result, or after an error a stand-in: the walk that called the rule stops at the error.
    pub fn infallible(&self, r: Result<Tensor>) -> Tensor {
        r.unwrap_or_else(|e| {
            self.fail(e);
            stand_in()
        })
    }

    /// Any operation with one result, inside a rule.
    pub fn run(&self, op: &'static Op, args: &[Operand], attrs: &[Attr]) -> Tensor {
        self.infallible(self.call1(op, args, attrs))
    }

    /// `x @ y`.
    pub fn matmul(&self, x: &Tensor, y: &Tensor) -> Tensor {
        self.infallible(self.product_tt(x, y))
    }

    /// `where(c, x, y)`.
    pub fn select(&self, c: &Tensor, x: impl Into<Operand>, y: impl Into<Operand>) -> Tensor {
        self.run(&super::where_::WHERE, &[c.into(), x.into(), y.into()], &[])
    }

    /// The sum over `dims`.
    pub fn sum_dims(&self, x: &Tensor, dims: &[i64], keepdim: bool) -> Tensor {
        self.run(&super::sum::SUM, &[x.into()], &[ints(dims), Attr::Bool(keepdim), Attr::None])
    }

    pub fn sum_all(&self, x: &Tensor) -> Tensor {
        self.run(&super::sum::SUM, &[x.into()], &[Attr::None, Attr::Bool(false), Attr::None])
    }

    pub fn reshape(&self, x: &Tensor, dims: &[usize]) -> Tensor {
        if x.dims() == dims {
            return x.clone();
        }
        // Without a tape to write to, a view needs no more than itself.
        if !self.grad_enabled()
            && let Some(d) = Dims::new(dims)
            && d.numel() == Some(x.numel())
        {
            return self.infallible(x.plain().and_then(|x| x.view(d, 0, &d.strides())));
        }
        self.run(&super::reshape::RESHAPE, &[x.into()], &[sizes(dims)])
    }

    /// A view that repeats along dimensions of one.
    pub fn expand(&self, x: &Tensor, dims: &[usize]) -> Tensor {
        if x.dims() == dims {
            return x.clone();
        }
        // What is small is written out, so that whatever reads it next finds its numbers in a row.
        if !self.grad_enabled()
            && let Some(d) = Dims::new(dims)
            && d.numel().is_some_and(|n| n < self.put_off_from())
            && broadcast(x.dims(), dims).is_ok_and(|b| *b == *dims)
        {
            return self.infallible(match x.word() {
                Some(word) => Tensor::filled(x.dtype(), d, word),
                None => x.plain().and_then(|x| x.spread_to(d)?.plain()),
            });
        }
        self.run(&super::expand::EXPAND, &[x.into()], &[sizes(dims)])
    }

    pub fn transpose(&self, x: &Tensor, a: i64, b: i64) -> Tensor {
        self.run(&super::transpose::TRANSPOSE, &[x.into()], &[Attr::Int(a), Attr::Int(b)])
    }

    pub fn permute(&self, x: &Tensor, dims: &[i64]) -> Tensor {
        self.run(&super::permute::PERMUTE, &[x.into()], &[ints(dims)])
    }

    /// The part of `x` that is `len` long along `dim` from `start` on.
    pub fn narrow(&self, x: &Tensor, dim: usize, start: usize, len: usize) -> Tensor {
        self.infallible(self.try_narrow(x, dim, start, len))
    }

    /// The same in a composite. The caller has checked that the part lies within.
    pub fn try_narrow(&self, x: &Tensor, dim: usize, start: usize, len: usize) -> Result<Tensor> {
        if self.grad_enabled() && x.is_tracked() {
            let mut items = vec![WHOLE; dim];
            items.push(Item::Slice { start: Some(start as i64), end: Some((start + len) as i64), step: 1 });
            return self.index(x, &items);
        }
        x.force()?;
        let (mut dims, strides) = (x.to_dims(), x.strides());
        dims[dim] = len;
        let offset = if dims.contains(&0) { 0 } else { start as isize * strides[dim] };
        x.view(dims, offset, &strides)
    }

    /// Place `at` of dim `dim`, which goes.
    pub fn pick(&self, x: &Tensor, dim: usize, at: usize) -> Tensor {
        if self.grad_enabled() && x.is_tracked() {
            let mut items = vec![WHOLE; dim];
            items.push(Item::At(at as i64));
            return self.infallible(self.index(x, &items));
        }
        let part = self.narrow(x, dim, at, 1);
        let (mut dims, mut strides) = (part.to_dims(), part.strides());
        dims.remove(dim);
        strides.copy_within(dim + 1.., dim);
        self.infallible(part.view(dims, 0, &strides))
    }

    /// A dimension of one at `dim`.
    pub fn unsqueeze(&self, x: &Tensor, dim: usize) -> Tensor {
        self.run(&super::unsqueeze::UNSQUEEZE, &[x.into()], &[Attr::Int(dim as i64)])
    }

    /// `x[i, index[i, j, k], k]` for dim 1 of three.
    pub fn gather(&self, x: &Tensor, dim: usize, index: &Tensor) -> Tensor {
        self.run(&super::gather::GATHER, &[x.into(), index.into()], &[Attr::Int(dim as i64)])
    }

    /// `src` added to `x` at `x[i, index[i, j, k], k]` for dim 1 of three.
    pub fn scatter_add(&self, x: Tensor, dim: usize, index: &Tensor, src: &Tensor) -> Tensor {
        let args = [x.into(), index.into(), src.into()];
        self.run(&super::scatter_add::SCATTER_ADD, &args, &[Attr::Int(dim as i64)])
    }

    /// Zeros, untracked.
    pub fn zeros(&self, dtype: DType, dims: &Dims) -> Tensor {
        self.infallible(Tensor::full(dtype, *dims, Num::Float(0.0)))
    }

    /// Zeros in the shape and dtype of `t`, untracked.
    pub fn zeros_like(&self, t: &Tensor) -> Tensor {
        self.zeros(t.dtype(), &t.to_dims())
    }

    /// Sums over what broadcasting repeated, so that the result has shape `dims`.
    pub fn sum_to(&self, g: &Tensor, dims: &[usize]) -> Tensor {
        // Fewer dimensions has only the stand-in after an error.
        if g.dims() == dims || g.ndim() < dims.len() {
            return g.clone();
        }
        if g.numel() == dims.iter().product() {
            return self.reshape(g, dims);
        }
        if !self.grad_enabled()
            && g.is_plain()
            && g.dtype().is_float()
            && let Some(axis) = summed_block(g.dims(), dims)
        {
            let out = self.infallible(Tensor::empty_dims(g.dtype(), Dims::of(dims)));
            if out.dims() == dims {
                for_float!(g.dtype(), T => {
                    // SAFETY: `out` is new.
                    reduce::sum::<T>(axis, g.slice(), unsafe { slice_mut(&out) })
                });
            }
            if pool::stopped() {
                self.fail(OpError::interrupted());
            }
            return out;
        }
        let front = g.ndim() - dims.len();
        let over: Vec<i64> = (0..g.ndim())
            .filter(|&i| g.dims()[i] != 1 && (i < front || dims[i - front] == 1))
            .map(|i| i as i64)
            .collect();
        let summed = if over.is_empty() { g.clone() } else { self.sum_dims(g, &over, true) };
        self.reshape(&summed, dims)
    }

    /// Spreads the gradient of a reduction over the shape that was reduced; `kept` is the shape with the reduced
    /// dimensions as ones.
    pub fn spread(&self, g: &Tensor, kept: &Dims, dims: &Dims) -> Tensor {
        // One number needs no dimensions to be spread from.
        if g.numel() == 1 && !self.grad_enabled() {
            return self.expand(g, dims);
        }
        self.expand(&self.reshape(g, kept), dims)
    }

    /// `old + g`, in the memory of `old` when nobody else holds it and nothing is recorded.
    pub(crate) fn accumulate(&self, mut old: Tensor, g: Tensor) -> Tensor {
        if !self.grad_enabled()
            && let (Some(x), Some(y)) = (old.word(), g.word())
            && old.dtype() == g.dtype()
            && let Some(sum) = Basic::Add.apply(old.dtype(), x, y)
        {
            return if old.set_word(sum) { old } else { Tensor::of_word(old.dtype(), sum) };
        }
        let n = old.numel();
        if !self.grad_enabled()
            && n < self.put_off_from()
            && old.dtype() == g.dtype()
            && old.shape() == g.shape()
            && g.is_plain()
            && old.is_unshared()
            && let Some(kernel) = super::add::ADD.tiles().and_then(|t| t.get(old.dtype(), 0))
            && old.dtype().compute() == old.dtype()
            && let Ok(place) = old.make_mut()
        {
            let size = old.dtype().size();
            if n * size <= SMALL {
                let mut sum = [0u64; SMALL / 8];
                // SAFETY: `n` elements of two plain tensors; `place` is held by nobody else.
                unsafe {
                    kernel(sum.as_mut_ptr().cast(), place, g.ptr(), std::ptr::null(), n);
                    std::ptr::copy_nonoverlapping(sum.as_ptr().cast(), place, n * size);
                }
                return old;
            }
            // Kernels never write where they read: the numbers pass through a scratch tile.
            let mut scratch = [std::mem::MaybeUninit::<u64>::uninit(); 512];
            let per = size_of_val(&scratch) / size;
            for from in (0..n).step_by(per) {
                let len = per.min(n - from);
                // SAFETY: `from + len <= n` of two plain tensors; `place` is held by nobody else.
                unsafe {
                    let at = place.add(from * size);
                    kernel(scratch.as_mut_ptr().cast(), at, g.ptr().add(from * size), std::ptr::null(), len);
                    std::ptr::copy_nonoverlapping(scratch.as_ptr().cast(), at, len * size);
                }
            }
            return old;
        }
        self.add(&old, &g)
    }
}

/// Where summing `from` to `to` goes over dimensions that lie next to each other: how a kernel sees it.
fn summed_block(from: &[usize], to: &[usize]) -> Option<Axis> {
    let front = from.len() - to.len();
    let is_summed = |i: usize| i < front || (to[i - front] == 1 && from[i] != 1);
    let first = (0..from.len()).find(|&i| is_summed(i))?;
    let last = (0..from.len()).rfind(|&i| is_summed(i))?;
    let within = |i: usize| is_summed(i) || from[i] == 1;
    let rest = |i: usize| i < front || is_summed(i) || to[i - front] == from[i];
    if !(first..=last).all(within) || !(0..from.len()).all(rest) {
        return None;
    }
    let size = |r: std::ops::Range<usize>| from[r].iter().product();
    Some(Axis { outer: size(0..first), n: size(first..last + 1), inner: size(last + 1..from.len()) })
}

/// Bytes up to which numbers are added on the stack.
const SMALL: usize = 64;

/// All of a dimension.
pub const WHOLE: Item = Item::Slice { start: None, end: None, step: 1 };

/// A tuple of ints as an attribute.
pub fn ints(list: &[i64]) -> Attr {
    Attr::Ints(Rc::from(list))
}

/// Sizes as an attribute.
pub fn sizes(dims: &[usize]) -> Attr {
    Attr::Ints(dims.iter().map(|&d| d as i64).collect())
}

/// What a rule goes on with when one of its operations has failed, as when Ctrl-C comes between two of them; its result is
/// thrown away. It has two dims, as rules for matrices look at the last two.
pub fn stand_in() -> Tensor {
    let nan = Num::Float(f64::NAN);
    Tensor::full(DType::F32, Dims::of(&[1, 1]), nan).unwrap_or_else(|_| Tensor::scalar(DType::F32, nan))
}
