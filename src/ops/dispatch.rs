//! Running an operation: dtype and shape, then at once or put off, then onto the tape.
//!
//! Small tensors of one dtype go straight from the operator to the kernel (tens of nanoseconds, tape included);
//! everything else takes the general way.

use super::error::{OpError, Result};
use super::{Domain, Kind, Op, infer};
use crate::device::cpu::pool;
use crate::device::cpu::tile::{self, SCALAR_X, SCALAR_Y};
use crate::device::{DType, Device};
use crate::ops::Meta;
use crate::tape::{Cx, TapeArg};
use crate::tensor::expr::{self, Arg, ExprObj};
use crate::tensor::{Dims, Num, Shape, Tensor, broadcast};
use std::rc::Rc;

/// A tensor argument: host numbers are operands without becoming tensors.
#[derive(Clone, Debug)]
pub enum Operand {
    Tensor(Tensor),
    Num(Num),
    /// An optional tensor that is not there.
    None,
}

impl Operand {
    pub fn tensor(&self) -> Option<&Tensor> {
        match self {
            Operand::Tensor(t) => Some(t),
            _ => None,
        }
    }

    /// The tensor, or the number as a tensor of no dimensions.
    pub fn to_tensor(&self) -> Tensor {
        match self {
            Operand::Tensor(t) => t.clone(),
            Operand::Num(v) => Tensor::scalar(v.dtype(), *v),
            Operand::None => unreachable!("an absent tensor has no numbers"),
        }
    }
}

impl From<Tensor> for Operand {
    fn from(t: Tensor) -> Operand {
        Operand::Tensor(t)
    }
}
impl From<&Tensor> for Operand {
    fn from(t: &Tensor) -> Operand {
        Operand::Tensor(t.clone())
    }
}
impl From<&Operand> for Operand {
    fn from(o: &Operand) -> Operand {
        o.clone()
    }
}
impl From<f64> for Operand {
    fn from(v: f64) -> Operand {
        Operand::Num(Num::Float(v))
    }
}
impl From<i64> for Operand {
    fn from(v: i64) -> Operand {
        Operand::Num(Num::Int(v))
    }
}

/// What a gradient rule passes to an operation: borrowed, so that nothing is counted on the way.
pub trait Factor {
    fn arg(&self) -> TapeArg<'_>;
}

impl Factor for Tensor {
    #[inline(always)]
    fn arg(&self) -> TapeArg<'_> {
        TapeArg::Tensor(self)
    }
}
impl Factor for Operand {
    #[inline(always)]
    fn arg(&self) -> TapeArg<'_> {
        match self {
            Operand::Tensor(t) => TapeArg::Tensor(t),
            Operand::Num(v) => TapeArg::Num(*v),
            Operand::None => unreachable!("an absent tensor is no factor"),
        }
    }
}
impl Factor for f64 {
    #[inline(always)]
    fn arg(&self) -> TapeArg<'_> {
        TapeArg::Num(Num::Float(*self))
    }
}
impl<F: Factor> Factor for &F {
    #[inline(always)]
    fn arg(&self) -> TapeArg<'_> {
        (**self).arg()
    }
}

/// An argument that is not a tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Attr {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Ints(Rc<[i64]>),
    Floats(Rc<[f64]>),
    Str(Rc<str>),
    DType(DType),
    Device(Device),
    /// What an index expression says, see `ops::index`.
    Index(Rc<[super::index::Item]>),
}

/// The arguments that are not tensors, in the order of the parameters that take them.
#[repr(transparent)]
pub struct Attrs([Attr]);

impl Attrs {
    pub fn new(attrs: &[Attr]) -> &Attrs {
        // SAFETY: `Attrs` is a transparent wrapper of the slice.
        unsafe { &*(attrs as *const [Attr] as *const Attrs) }
    }

    pub fn all(&self) -> &[Attr] {
        &self.0
    }

    pub fn get(&self, k: usize) -> &Attr {
        self.0.get(k).unwrap_or(&Attr::None)
    }

    pub fn is_none(&self, k: usize) -> bool {
        *self.get(k) == Attr::None
    }

    pub fn opt_int(&self, k: usize) -> Option<i64> {
        match self.get(k) {
            Attr::Int(i) => Some(*i),
            Attr::Bool(b) => Some(*b as i64),
            _ => None,
        }
    }

    /// # Panics
    /// When the binder let something else through.
    pub fn int(&self, k: usize) -> i64 {
        self.opt_int(k).expect("an int attribute")
    }

    pub fn opt_float(&self, k: usize) -> Option<f64> {
        match self.get(k) {
            Attr::Float(x) => Some(*x),
            Attr::Int(i) => Some(*i as f64),
            _ => None,
        }
    }

    pub fn float(&self, k: usize) -> f64 {
        self.opt_float(k).expect("a float attribute")
    }

    /// A host number of either kind.
    pub fn opt_num(&self, k: usize) -> Option<Num> {
        match self.get(k) {
            Attr::Float(x) => Some(Num::Float(*x)),
            Attr::Int(i) => Some(Num::Int(*i)),
            Attr::Bool(b) => Some(Num::Bool(*b)),
            _ => None,
        }
    }

    pub fn bool(&self, k: usize) -> bool {
        matches!(self.get(k), Attr::Bool(true))
    }

    /// A tuple of ints; a single int is a tuple of one.
    pub fn opt_ints(&self, k: usize) -> Option<&[i64]> {
        match self.get(k) {
            Attr::Ints(list) => Some(list),
            Attr::Int(i) => Some(std::slice::from_ref(i)),
            _ => None,
        }
    }

    pub fn ints(&self, k: usize) -> &[i64] {
        self.opt_ints(k).expect("an attribute of ints")
    }

    /// A tuple of floats; a single number is a tuple of one.
    pub fn opt_floats(&self, k: usize) -> Option<Vec<f64>> {
        match self.get(k) {
            Attr::Floats(list) => Some(list.to_vec()),
            Attr::Ints(list) => Some(list.iter().map(|&i| i as f64).collect()),
            _ => self.opt_float(k).map(|x| vec![x]),
        }
    }

    pub fn opt_dtype(&self, k: usize) -> Option<DType> {
        match self.get(k) {
            Attr::DType(d) => Some(*d),
            _ => None,
        }
    }

    pub fn str(&self, k: usize) -> Option<&str> {
        match self.get(k) {
            Attr::Str(s) => Some(s),
            _ => None,
        }
    }

    pub fn items(&self, k: usize) -> &[super::index::Item] {
        match self.get(k) {
            Attr::Index(items) => items,
            _ => &[],
        }
    }
}

/// What an operation gives.
#[derive(Clone, Debug)]
pub enum Outputs {
    One(Tensor),
    Many(Vec<Tensor>),
}

impl Outputs {
    /// The only result, or the first.
    pub fn one(self) -> Tensor {
        match self {
            Outputs::One(t) => t,
            Outputs::Many(v) => v.into_iter().next().expect("at least one result"),
        }
    }

    pub fn into_vec(self) -> Vec<Tensor> {
        match self {
            Outputs::One(t) => vec![t],
            Outputs::Many(v) => v,
        }
    }
}

impl Cx {
    /// An operation on one tensor without attributes.
    #[inline]
    pub fn unary(&self, op: &'static Op, x: &Tensor) -> Result<Tensor> {
        if let Kind::Tile { tiles, domain, .. } = &op.kind
            && x.is_plain()
            && x.numel() < self.put_off_from()
            && x.dtype().compute() == x.dtype()
            && infer::in_domain(*domain, x.dtype()) == x.dtype()
            && let Some(kernel) = tiles.get(x.dtype(), 0)
        {
            let mut out = Tensor::empty(tiles.result.of(x.dtype()), x.shape().clone())?;
            // SAFETY: both are plain, of one shape and of the kernel's dtypes; `out` is new.
            let fault = unsafe { kernel(out.write_ptr(), x.ptr(), std::ptr::null(), std::ptr::null(), x.numel()) };
            if fault != 0 {
                return Err(expr::fault_error(fault));
            }
            self.record1(op, x, &mut out);
            return Ok(out);
        }
        self.call(op, &[Operand::Tensor(x.clone())], &[]).map(Outputs::one)
    }

    /// An operator on two tensors.
    #[inline]
    pub fn binary_tt(&self, op: &'static Op, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let dtype = a.dtype();
        // Single numbers need no loop.
        if let Kind::Tile { tiles: tile::Tiles { basic: Some(basic), .. }, .. } = &op.kind
            && let (Some(x), Some(y)) = (a.word(), b.word())
            && dtype == b.dtype()
            && let Some(word) = basic.apply(dtype, x, y)
        {
            let mut out = Tensor::of_word(dtype, word);
            self.record2_full(op, TapeArg::Tensor(a), TapeArg::Tensor(b), &mut out);
            return Ok(out);
        }
        self.binary_elements(op, a, b)
    }

    fn binary_elements(&self, op: &'static Op, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let dtype = a.dtype();
        if let Kind::Tile { tiles, domain, .. } = &op.kind
            && dtype == b.dtype()
            && a.is_plain()
            && b.is_plain()
            && dtype.compute() == dtype
            && infer::in_domain(*domain, dtype) == dtype
        {
            let (na, nb) = (a.numel(), b.numel());
            let (shape, scalars) = if a.shape() == b.shape() || (na == nb && a.dims().ends_with(b.dims())) {
                (a.shape(), 0)
            } else if na == nb && b.dims().ends_with(a.dims()) {
                // Only ones in front are missing.
                (b.shape(), 0)
            } else if nb == 1 && a.ndim() >= b.ndim() {
                (a.shape(), SCALAR_Y)
            } else if na == 1 && b.ndim() >= a.ndim() {
                (b.shape(), SCALAR_X)
            } else {
                return self.binary_rows(op, tiles, a, b);
            };
            let n = shape.numel();
            // Numbers of one element each need no splat.
            let scalars = if n == 1 { 0 } else { scalars };
            if n < self.put_off_from()
                && let Some(kernel) = tiles.get(dtype, scalars)
            {
                let mut out = Tensor::empty(tiles.result.of(dtype), shape.clone())?;
                // SAFETY: operands are plain, of `n` elements or read once; `out` is new.
                let fault = unsafe { kernel(out.write_ptr(), a.ptr(), b.ptr(), std::ptr::null(), n) };
                if fault != 0 {
                    return Err(expr::fault_error(fault).at(1, "this holds a zero or a negative exponent"));
                }
                self.record2(op, TapeArg::Tensor(a), TapeArg::Tensor(b), &mut out);
                return Ok(out);
            }
        }
        if std::ptr::eq(op, &super::matmul::MATMUL) {
            return self.product_tt(a, b);
        }
        self.binary_slow(op, Operand::Tensor(a.clone()), Operand::Tensor(b.clone()))
    }

    /// An operator on a tensor and a host number; `swapped` when the number stands on the left.
    #[inline]
    pub fn binary_tn(&self, op: &'static Op, t: &Tensor, v: Num, swapped: bool) -> Result<Tensor> {
        let dtype = t.dtype();
        if let Kind::Tile { tiles: tile::Tiles { basic: Some(basic), .. }, .. } = &op.kind
            && let Some(x) = t.word()
            && dtype.is_float()
        {
            let mut y = 0u64;
            // SAFETY: a word holds an element of every dtype.
            unsafe { v.write(dtype, (&raw mut y).cast()) };
            if let Some(word) = if swapped { basic.apply(dtype, y, x) } else { basic.apply(dtype, x, y) } {
                let mut out = Tensor::of_word(dtype, word);
                let (x, y) = (TapeArg::Tensor(t), TapeArg::Num(v));
                let (x, y) = if swapped { (y, x) } else { (x, y) };
                self.record2_full(op, x, y, &mut out);
                return Ok(out);
            }
        }
        self.elements_and_number(op, t, v, swapped)
    }

    fn elements_and_number(&self, op: &'static Op, t: &Tensor, v: Num, swapped: bool) -> Result<Tensor> {
        let dtype = t.dtype();
        if let Kind::Tile { tiles, domain, .. } = &op.kind
            && t.is_plain()
            && dtype.compute() == dtype
            && v.join(dtype) == dtype
            && infer::in_domain(*domain, dtype) == dtype
            && t.numel() < self.put_off_from()
        {
            let n = t.numel();
            let scalars = match (n, swapped) {
                (1, _) => 0,
                (_, true) => SCALAR_X,
                (_, false) => SCALAR_Y,
            };
            if let Some(kernel) = tiles.get(dtype, scalars) {
                let mut word = 0u64;
                let number: *const u8 = (&raw mut word).cast();
                let mut out = Tensor::empty(tiles.result.of(dtype), t.shape().clone())?;
                // SAFETY: a word holds an element of every dtype; `t` is plain with `n` elements; `out` is new.
                let fault = unsafe {
                    v.write(dtype, (&raw mut word).cast());
                    let (x, y) = if swapped { (number, t.ptr()) } else { (t.ptr(), number) };
                    kernel(out.write_ptr(), x, y, std::ptr::null(), n)
                };
                if fault != 0 {
                    return Err(expr::fault_error(fault).at(usize::from(!swapped), "here"));
                }
                let (x, y) = (TapeArg::Tensor(t), TapeArg::Num(v));
                if swapped {
                    self.record2(op, y, x, &mut out)
                } else {
                    self.record2(op, x, y, &mut out)
                }
                return Ok(out);
            }
        }
        let (x, y) = (Operand::Tensor(t.clone()), Operand::Num(v));
        if swapped { self.binary_slow(op, y, x) } else { self.binary_slow(op, x, y) }
    }

    /// An operator on any two operands, at least one a tensor.
    pub fn binary(&self, op: &'static Op, a: &Operand, b: &Operand) -> Result<Tensor> {
        match (a, b) {
            (Operand::Tensor(x), Operand::Tensor(y)) => self.binary_tt(op, x, y),
            (Operand::Tensor(x), Operand::Num(v)) => self.binary_tn(op, x, *v, false),
            (Operand::Num(v), Operand::Tensor(y)) => self.binary_tn(op, y, *v, true),
            _ => self.binary_slow(op, a.clone(), b.clone()),
        }
    }

    /// An operator on borrowed operands.
    #[inline]
    pub(crate) fn binary_args(&self, op: &'static Op, a: TapeArg, b: TapeArg) -> Result<Tensor> {
        match (a, b) {
            (TapeArg::Tensor(x), TapeArg::Tensor(y)) => self.binary_tt(op, x, y),
            (TapeArg::Tensor(x), TapeArg::Num(v)) => self.binary_tn(op, x, v, false),
            (TapeArg::Num(v), TapeArg::Tensor(y)) => self.binary_tn(op, y, v, true),
            (TapeArg::Num(x), TapeArg::Num(y)) => self.binary_slow(op, Operand::Num(x), Operand::Num(y)),
        }
    }

    #[inline(never)]
    fn binary_slow(&self, op: &'static Op, a: Operand, b: Operand) -> Result<Tensor> {
        self.call(op, &[a, b], &[]).map(Outputs::one)
    }

    /// Any operation: its tensor arguments and its other arguments, each in the order of its parameters.
    ///
    /// # Errors
    /// What the operation refuses, with the position of the argument among all its parameters.
    pub fn call(&self, op: &'static Op, args: &[Operand], attrs: &[Attr]) -> Result<Outputs> {
        match &op.kind {
            Kind::Composite(f) => f(self, args, Attrs::new(attrs)),
            Kind::Tile { domain, total, .. } => {
                let mut out = self.tile(op, *domain, *total, args)?;
                self.record(op, &Cx::args_of(args), attrs, std::slice::from_mut(&mut out));
                Ok(Outputs::One(out))
            }
            Kind::Whole { run, .. } => {
                let tensors = tensors_of(args);
                let out = run(self, &tensors, Attrs::new(attrs))?;
                self.finish(op, out, || Cx::args_of(args), attrs)
            }
        }
    }

    /// An operation of one kernel on one tensor; its attributes, left out, read as none or false. None where it is made of
    /// other operations, or works element by element.
    pub fn call_alone(&self, op: &'static Op, x: &Tensor) -> Result<Option<Outputs>> {
        let Kind::Whole { run, .. } = &op.kind else { return Ok(None) };
        let out = run(self, std::slice::from_ref(x), Attrs::new(&[]))?;
        self.finish(op, out, || [TapeArg::Tensor(x)], &[]).map(Some)
    }

    /// Puts what a kernel has made on the tape.
    fn finish<'a, A: AsRef<[TapeArg<'a>]>>(
        &self,
        op: &'static Op,
        mut out: Outputs,
        args: impl FnOnce() -> A,
        attrs: &[Attr],
    ) -> Result<Outputs> {
        if pool::stopped() {
            return Err(OpError::interrupted());
        }
        let outs = match &mut out {
            Outputs::One(t) => std::slice::from_mut(t),
            Outputs::Many(v) => v.as_mut_slice(),
        };
        // A kernel may hand an operand through: what it made must be new before the tape marks it.
        for t in outs.iter_mut() {
            if t.is_tracked() || t.references() > 1 {
                *t = t.alias(None, 0);
            }
        }
        if !outs.is_empty() && !op.vjp.is_empty() {
            self.record(op, args().as_ref(), attrs, outs);
        }
        Ok(out)
    }

    /// An operation with one result.
    pub fn call1(&self, op: &'static Op, args: &[Operand], attrs: &[Attr]) -> Result<Tensor> {
        self.call(op, args, attrs).map(Outputs::one)
    }

    /// An elementwise operation, the general way; not recorded here.
    fn tile(&self, op: &'static Op, domain: Domain, total: bool, args: &[Operand]) -> Result<Tensor> {
        let tiles = op.tiles().expect("an elementwise operation");
        let dtype = infer::domain_dtype(domain, args);
        if !tiles.supports(dtype.compute()) {
            return Err(unsupported(op, dtype, args));
        }
        let dims = infer::broadcast_all(op.name, args)?;
        self.warn_two_way(&dims, args);
        let out = tiles.result.of(dtype);
        let shape = Tensor::shape_of(out, dims)?;
        if shape.numel() == 0 {
            return Tensor::empty(out, shape);
        }
        if shape.numel() < self.put_off_from()
            && let [Operand::Tensor(a), Operand::Tensor(b)] = args
            && let Some(t) = self.rows(tiles, dtype, &shape, a, b)?
        {
            return Ok(t);
        }
        let mut operands = [Arg::None, Arg::None, Arg::None];
        for (k, a) in args.iter().enumerate() {
            operands[k] = match a {
                Operand::Tensor(t) => Arg::of(t),
                Operand::Num(v) => Arg::Num(*v),
                Operand::None => Arg::None,
            };
        }
        // Only integers can fail.
        if (total || dtype.is_float()) && shape.numel() >= self.put_off_from() {
            let e = ExprObj::make(tiles, dtype, out, shape.clone(), operands)?;
            return Ok(Tensor::later(out, shape, e));
        }
        expr::run_now(tiles, dtype, out, shape, operands)
    }

    /// An operator on two plain tensors of the kernel's dtype and of different shapes: small ones row by row.
    fn binary_rows(&self, op: &'static Op, tiles: &'static tile::Tiles, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        if let Ok(dims) = broadcast(a.dims(), b.dims())
            && dims.numel().is_some_and(|n| n > 0 && n < self.put_off_from())
        {
            let same = [a, b].into_iter().find(|t| t.dims() == &*dims);
            let shape = match same {
                Some(t) => t.shape().clone(),
                None => Tensor::shape_of(a.dtype(), dims)?,
            };
            if let Some(mut out) = self.rows(tiles, a.dtype(), &shape, a, b)? {
                self.record2(op, TapeArg::Tensor(a), TapeArg::Tensor(b), &mut out);
                return Ok(out);
            }
        }
        self.binary_slow(op, Operand::Tensor(a.clone()), Operand::Tensor(b.clone()))
    }

    /// Small tensors that broadcast along whole rows (a bias) or one number a row: a kernel call for each row.
    fn rows(
        &self,
        tiles: &'static tile::Tiles,
        dtype: DType,
        shape: &Shape,
        a: &Tensor,
        b: &Tensor,
    ) -> Result<Option<Tensor>> {
        if dtype.compute() != dtype || a.dtype() != dtype || b.dtype() != dtype {
            return Ok(None);
        }
        a.force()?;
        b.force()?;
        if !a.is_plain() || !b.is_plain() {
            return Ok(None);
        }
        let n = shape.numel();
        let (full, other, swapped) = match (a.numel() == n, b.numel() == n) {
            (true, true) => (a, b, false),
            (true, false) => (a, b, false),
            (false, true) => (b, a, true),
            (false, false) => return Ok(None),
        };
        let (Some(vv), Some(vs)) = (tiles.get(dtype, 0), tiles.get(dtype, if swapped { SCALAR_X } else { SCALAR_Y }))
        else {
            return Ok(None);
        };
        debug_assert_eq!(full.numel(), n);
        // Row length, and how far the other operand moves on from row to row.
        let tail = trailing(other.dims(), shape.dims());
        let (row, step, kernel) = if other.numel() == n {
            (n, 0, vv)
        } else if tail == other.numel() {
            (tail, 0, vv)
        } else if let Some(row) = leading(other.dims(), shape.dims()) {
            (row, 1, vs)
        } else {
            return Ok(None);
        };
        let out = Tensor::empty(tiles.result.of(dtype), shape.clone())?;
        let (size, out_size) = (dtype.size(), out.dtype().size());
        let mut fault = 0;
        for r in 0..n / row {
            // SAFETY: row `r` lies within `full` and `out`; `other` is one row, or has an element for each row.
            unsafe {
                let (f, o) = (full.ptr().add(r * row * size), other.ptr().add(r * step * size));
                let (x, y) = if swapped { (o, f) } else { (f, o) };
                fault |= kernel(out.write_ptr().add(r * row * out_size), x, y, std::ptr::null(), row);
            }
        }
        if fault != 0 { Err(expr::fault_error(fault)) } else { Ok(Some(out)) }
    }

    fn warn_two_way(&self, dims: &Dims, args: &[Operand]) {
        let [Operand::Tensor(a), Operand::Tensor(b)] = args else { return };
        if a.numel() > 1 && b.numel() > 1 && a.dims() != &**dims && b.dims() != &**dims && a.ndim() != b.ndim() {
            self.warn(
                "WARN-01",
                || format!("both operands were broadcast: {} with {} gives {dims}", a.shape(), b.shape()),
                Some("if that is meant, write outer(…) or x[.., none]; if not, give both one shape"),
            );
        }
    }

    /// The same numbers in another dtype, recorded.
    pub fn cast(&self, t: &Tensor, dtype: DType) -> Result<Tensor> {
        if t.dtype() == dtype {
            return Ok(t.clone());
        }
        self.call1(&super::to::TO, &[Operand::Tensor(t.clone())], &[Attr::DType(dtype)])
    }
}

/// The operands as tensors; a number gets the dtype it takes on beside the others, so that none of it is rounded away.
fn tensors_of(args: &[Operand]) -> Vec<Tensor> {
    let mut dtype: Option<DType> = None;
    for t in args.iter().filter_map(Operand::tensor) {
        dtype = Some(dtype.map_or(t.dtype(), |d| d.promote(t.dtype())));
    }
    let tensor = |a: &Operand| match a {
        Operand::Tensor(t) => Some(t.clone()),
        Operand::Num(v) => Some(Tensor::scalar(dtype.map_or(v.dtype(), |d| v.join(d)), *v)),
        Operand::None => None,
    };
    args.iter().filter_map(tensor).collect()
}

/// If `dims` are the last dimensions of `shape` (ones in front aside), how many elements they have, else 0.
fn trailing(dims: &[usize], shape: &[usize]) -> usize {
    let own = &dims[dims.iter().take_while(|&&d| d == 1).count()..];
    if shape.ends_with(own) { own.iter().product() } else { 0 }
}

/// If `dims` are the first dimensions of `shape` followed by ones, how many elements of `shape` one of theirs covers.
fn leading(dims: &[usize], shape: &[usize]) -> Option<usize> {
    if dims.len() != shape.len() {
        return None;
    }
    let ones = dims.iter().rev().take_while(|&&d| d == 1).count();
    let split = dims.len() - ones;
    (dims[..split] == shape[..split]).then(|| shape[split..].iter().product())
}

fn unsupported(op: &Op, dtype: DType, args: &[Operand]) -> Box<OpError> {
    let mut e = OpError::new("TYPE-10", format!("`{}` is not defined for {dtype}", op.symbol.unwrap_or(op.name)));
    for (k, a) in args.iter().enumerate() {
        e = e.at(k, infer::describe(a));
    }
    e.help("convert with .float() or .long() first")
}

impl Meta {
    pub fn of(t: &Tensor) -> Meta {
        Meta::new(t.dtype(), t.to_dims())
    }
}
