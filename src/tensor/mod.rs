//! Tensors: values on shared storage. A tensor is one 64-byte cell; small ones hold their numbers in it.
//!
//! One of the core's three rooms (`tensor`, `tape`, `ops`); uses `device`, and of the tape only the
//! reference to the node that made a tensor.

pub mod buf;
pub mod expr;
pub mod fill;
pub mod num;
pub mod shape;

use crate::device::cpu::copy;
use crate::device::slab::{Rcs, end_now, give_back};
use crate::device::{DType, Device};
use crate::ops::error::{OpError, Result};
use crate::slabbed;
use crate::tape::NodeRef;
use buf::{Buf, BufObj};
use expr::Expr;
pub use fill::Element;
pub use num::Num;
pub use shape::{Dims, MAX_DIMS, Shape, Strides, broadcast};
use std::cell::{Cell, UnsafeCell};
use std::ptr::NonNull;

/// Numbers of at most this many bytes live in the tensor's own cell.
pub const INLINE_BYTES: usize = 24;

/// An immutable array of numbers of one dtype, by reference; cloning counts.
#[derive(Clone)]
pub struct Tensor(Rcs<TensorObj>);

pub struct TensorObj {
    count: Cell<u32>,
    dtype: DType,
    /// Which output of `node` this is.
    slot: u8,
    shape: Shape,
    /// The operation that made it, if that is on the tape.
    node: Option<NodeRef>,
    data: UnsafeCell<Data>,
    /// Where it was made: the place in the user's program and the turn of the innermost loop.
    site: u32,
    iter: u32,
}
slabbed!(TensorObj, end: end_tensor);

/// # Safety
/// As for `Slabbed::end`.
#[inline(always)]
unsafe fn end_tensor(cell: NonNull<TensorObj>) {
    // SAFETY: the value is alive, and its last user is here.
    let obj = unsafe { &mut *cell.as_ptr() };
    if obj.shape.is_scalar() && matches!(obj.data.get_mut(), Data::Inline(_)) {
        // Of a single number only the node needs an end; the cell goes back like any other.
        drop(obj.node.take());
        // SAFETY: what is left of the value owns nothing.
        return unsafe { give_back(cell) };
    }
    // SAFETY: passed on from the caller.
    unsafe { end_now(cell) }
}

const _: () = assert!(size_of::<TensorObj>() == 64);

/// Where the numbers are. Only `force` changes it behind a shared reference, and only from `Later` to another.
enum Data {
    Inline(UnsafeCell<[u64; INLINE_BYTES / 8]>),
    Buf { buf: Buf, offset: usize, strides: Option<Box<Strides>> },
    Later(Expr),
}

/// A tensor's numbers in memory, for kernels: valid as long as the tensor is.
#[derive(Clone, Copy)]
pub struct Raw {
    /// The first element.
    pub ptr: *mut u8,
    /// None when contiguous.
    pub strides: Option<Strides>,
}

impl Tensor {
    #[inline(always)]
    fn make(dtype: DType, shape: Shape, data: impl FnOnce() -> Data) -> Tensor {
        Tensor(Rcs::new_with(|| TensorObj {
            count: Cell::new(1),
            dtype,
            slot: 0,
            shape,
            node: None,
            data: UnsafeCell::new(data()),
            site: 0,
            iter: 0,
        }))
    }

    /// Room for a contiguous tensor, not initialised: the caller writes all of it through `write_ptr`.
    #[inline(always)]
    pub fn empty(dtype: DType, shape: Shape) -> Result<Tensor> {
        let bytes = shape.numel().saturating_mul(dtype.size());
        if bytes <= INLINE_BYTES {
            return Ok(Tensor::make(dtype, shape, || Data::Inline(UnsafeCell::new([0; INLINE_BYTES / 8]))));
        }
        Tensor::empty_buf(dtype, shape, bytes)
    }

    #[inline(never)]
    fn empty_buf(dtype: DType, shape: Shape, bytes: usize) -> Result<Tensor> {
        let buf = BufObj::alloc(bytes).map_err(OpError::out_of_memory)?;
        Ok(Tensor::make(dtype, shape, || Data::Buf { buf, offset: 0, strides: None }))
    }

    /// `empty` with sizes; refuses a number of elements that does not fit.
    #[inline]
    pub fn empty_dims(dtype: DType, dims: Dims) -> Result<Tensor> {
        Tensor::empty(dtype, Tensor::shape_of(dtype, dims)?)
    }

    /// A shape whose size in bytes can be counted; else the error that names the bytes.
    #[inline]
    pub fn shape_of(dtype: DType, dims: Dims) -> Result<Shape> {
        let limit = isize::MAX as usize / dtype.size();
        match Shape::new(dims) {
            Some(s) if s.numel() <= limit => Ok(s),
            _ => Err(OpError::new(
                "LIMIT-01",
                format!("out of memory: {dtype}{dims} has more elements than any machine holds"),
            )
            .help("use fewer elements")),
        }
    }

    /// A tensor of no dimensions.
    #[inline]
    pub fn scalar(dtype: DType, value: Num) -> Tensor {
        let mut word = [0u64; INLINE_BYTES / 8];
        // SAFETY: a word holds an element of every dtype.
        unsafe { value.write(dtype, word.as_mut_ptr().cast()) };
        Tensor::make(dtype, Shape::SCALAR, || Data::Inline(UnsafeCell::new(word)))
    }

    /// The tensor as a pointer that owns it.
    #[inline(always)]
    pub(crate) fn into_raw(self) -> u64 {
        self.0.into_raw().as_ptr() as u64
    }

    /// # Safety
    /// `raw` came from `into_raw`; the tensor that this gives is its only owner.
    #[inline(always)]
    pub(crate) unsafe fn from_raw(raw: u64) -> Tensor {
        // SAFETY: passed on from the caller; `into_raw` never gives null.
        Tensor(unsafe { Rcs::from_raw(NonNull::new_unchecked(raw as *mut TensorObj)) })
    }

    /// The bits of a tensor of no dimensions whose number is in its cell.
    #[inline(always)]
    pub(crate) fn word(&self) -> Option<u64> {
        match self.data() {
            // SAFETY: nobody writes to a tensor that others can see.
            Data::Inline(words) if self.0.shape.is_scalar() => Some(unsafe { (*words.get())[0] }),
            _ => None,
        }
    }

    /// A tensor of no dimensions, from the bits of its number.
    #[inline(always)]
    pub(crate) fn of_word(dtype: DType, word: u64) -> Tensor {
        Tensor::make(dtype, Shape::SCALAR, || Data::Inline(UnsafeCell::new([word, 0, 0])))
    }

    /// Gives a tensor of no dimensions that nobody else holds another number.
    #[inline(always)]
    pub(crate) fn set_word(&mut self, word: u64) -> bool {
        match self.0.get_mut() {
            Some(TensorObj { data, node: None, .. }) => match data.get_mut() {
                Data::Inline(words) => {
                    words.get_mut()[0] = word;
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// A tensor from host numbers in row-major order, each converted to `dtype`.
    pub fn from_nums(dtype: DType, dims: Dims, values: impl IntoIterator<Item = Num>) -> Result<Tensor> {
        let out = Tensor::empty_dims(dtype, dims)?;
        let (ptr, n, size) = (out.write_ptr(), out.numel(), dtype.size());
        let mut given = 0;
        for (i, v) in values.into_iter().take(n).enumerate() {
            // SAFETY: `i < n`, and the tensor is new and ours.
            unsafe { v.write(dtype, ptr.add(i * size)) };
            given = i + 1;
        }
        assert_eq!(given, n, "as many numbers as elements");
        Ok(out)
    }

    pub fn from_f64s(dtype: DType, dims: &[usize], values: &[f64]) -> Result<Tensor> {
        Tensor::from_nums(dtype, Dims::of(dims), values.iter().map(|&v| Num::Float(v)))
    }

    pub fn from_i64s(dims: &[usize], values: &[i64]) -> Result<Tensor> {
        Tensor::from_nums(DType::I64, Dims::of(dims), values.iter().map(|&v| Num::Int(v)))
    }

    pub(crate) fn later(dtype: DType, shape: Shape, expr: Expr) -> Tensor {
        Tensor::make(dtype, shape, || Data::Later(expr))
    }

    #[inline(always)]
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    #[inline(always)]
    pub fn shape(&self) -> &Shape {
        &self.0.shape
    }

    #[inline(always)]
    pub fn dims(&self) -> &[usize] {
        self.0.shape.dims()
    }

    pub fn to_dims(&self) -> Dims {
        self.0.shape.to_dims()
    }

    #[inline]
    pub fn ndim(&self) -> usize {
        self.dims().len()
    }

    #[inline(always)]
    pub fn numel(&self) -> usize {
        self.0.shape.numel()
    }

    pub fn bytes(&self) -> usize {
        self.numel() * self.dtype().size()
    }

    pub fn device(&self) -> Device {
        match self.data() {
            Data::Buf { buf, .. } => buf.device(),
            _ => Device::Cpu,
        }
    }

    /// The tape node that made it.
    #[inline(always)]
    pub fn node(&self) -> Option<&NodeRef> {
        self.0.node.as_ref()
    }

    #[inline(always)]
    pub fn slot(&self) -> u8 {
        self.0.slot
    }

    #[inline(always)]
    pub fn is_tracked(&self) -> bool {
        self.0.node.is_some()
    }

    /// Whether both are the same result of one node of the tape.
    pub fn same_place(&self, other: &Tensor) -> bool {
        match (self.node(), other.node()) {
            (Some(a), Some(b)) => a.same(b) && self.slot() == other.slot(),
            _ => false,
        }
    }

    /// Where it was made: a place in the user's program, 0 when unknown, and the innermost loop's turn.
    pub fn origin(&self) -> (u32, u32) {
        (self.0.site, self.0.iter)
    }

    /// Whether both are the same object, not merely equal.
    pub fn is_same(&self, other: &Tensor) -> bool {
        self.0.same(&other.0)
    }

    #[inline(always)]
    fn data(&self) -> &Data {
        // SAFETY: `force` is the only writer behind a shared reference. It replaces `Later`, whose contents
        // nobody borrows across a call that can force.
        unsafe { &*self.0.data.get() }
    }

    #[inline(always)]
    pub(crate) fn expr(&self) -> Option<&Expr> {
        match self.data() {
            Data::Later(e) => Some(e),
            _ => None,
        }
    }

    /// Sees to it that the numbers are in memory.
    ///
    /// # Errors
    /// When memory is short, or when the session is interrupted.
    #[inline(always)]
    pub fn force(&self) -> Result<()> {
        if let Data::Later(_) = self.data() { self.force_later() } else { Ok(()) }
    }

    #[inline(never)]
    fn force_later(&self) -> Result<()> {
        let Data::Later(e) = self.data() else { return Ok(()) };
        let e = e.clone();
        let buf = expr::force(&e)?;
        // SAFETY: no borrow of the old `Later` is alive: `e` is a counted clone.
        unsafe { *self.0.data.get() = Data::Buf { buf, offset: 0, strides: None } };
        Ok(())
    }

    /// Takes over the buffer of a put-off expression that has been computed for somebody else.
    pub(crate) fn settle(&self) {
        if let Data::Later(e) = self.data()
            && let Some(buf) = e.value()
        {
            // SAFETY: as in `force_later`; `buf` is a counted clone.
            unsafe { *self.0.data.get() = Data::Buf { buf, offset: 0, strides: None } };
        }
    }

    /// The numbers in memory; the tensor has been forced.
    #[inline(always)]
    pub fn raw(&self) -> Raw {
        match self.data() {
            Data::Inline(words) => Raw { ptr: words.get().cast(), strides: None },
            Data::Buf { buf, offset, strides } => Raw {
                // SAFETY: the offset lies within the block.
                ptr: unsafe { buf.ptr().add(offset * self.0.dtype.size()) },
                strides: strides.as_deref().copied(),
            },
            Data::Later(_) => unreachable!("read before it was forced"),
        }
    }

    /// Whether its numbers lie in row-major order without gaps, and are there already.
    #[inline(always)]
    pub fn is_plain(&self) -> bool {
        matches!(self.data(), Data::Inline(_) | Data::Buf { strides: None, .. })
    }

    /// The first element of a plain tensor.
    #[inline(always)]
    pub fn ptr(&self) -> *const u8 {
        debug_assert!(self.is_plain());
        self.raw().ptr
    }

    /// The first element, for whoever fills a tensor that nobody else has seen yet.
    #[inline(always)]
    pub fn write_ptr(&self) -> *mut u8 {
        debug_assert!(self.is_plain() && self.0.is_unique());
        self.raw().ptr
    }

    /// The elements of a plain tensor; `T` is the dtype's Rust type.
    pub fn slice<T>(&self) -> &[T] {
        assert_eq!(size_of::<T>(), self.dtype().size());
        if self.numel() == 0 {
            return &[];
        }
        // SAFETY: a plain tensor has `numel` elements of this size in a row; blocks are aligned to 64, cells to 8.
        unsafe { std::slice::from_raw_parts(self.ptr().cast(), self.numel()) }
    }

    /// The strides, those of a plain tensor computed.
    #[inline]
    pub fn strides(&self) -> Strides {
        match self.data() {
            Data::Buf { strides: Some(s), .. } => **s,
            _ => self.to_dims().strides(),
        }
    }

    /// The strides of a matrix: between rows and between columns.
    #[inline]
    pub fn matrix_strides(&self) -> (isize, isize) {
        debug_assert_eq!(self.ndim(), 2);
        match self.data() {
            Data::Buf { strides: Some(s), .. } => (s[0], s[1]),
            _ => (self.dims()[1].max(1) as isize, 1),
        }
    }

    /// The same numbers in row-major order: itself if they are, else a copy. Not on the tape.
    pub fn plain(&self) -> Result<Tensor> {
        self.force()?;
        if self.is_plain() { Ok(self.clone()) } else { self.to_copy() }
    }

    /// Its own numbers in new memory, in row-major order, not on the tape.
    pub fn to_copy(&self) -> Result<Tensor> {
        self.force()?;
        let out = Tensor::empty(self.dtype(), self.shape().clone())?;
        let (raw, dims) = (self.raw(), self.dims());
        let (src, dst) = (raw.strides.unwrap_or_else(|| self.to_dims().strides()), self.to_dims().strides());
        // SAFETY: both have `dims`; `out` is new; strides stay within the blocks.
        unsafe {
            copy::copy(self.dtype().size(), dims, out.write_ptr(), &dst[..dims.len()], raw.ptr, &src[..dims.len()])
        };
        Ok(out)
    }

    /// The same numbers without the tape.
    #[inline]
    pub fn detach(&self) -> Tensor {
        if self.0.node.is_none() {
            return self.clone();
        }
        self.alias(None, 0)
    }

    /// The same numbers, as output `slot` of `node`.
    #[inline]
    pub(crate) fn alias(&self, node: Option<NodeRef>, slot: u8) -> Tensor {
        let data = match self.data() {
            // SAFETY: nobody writes to a tensor that others can see.
            Data::Inline(w) => Data::Inline(UnsafeCell::new(unsafe { *w.get() })),
            Data::Buf { buf, offset, strides } => {
                Data::Buf { buf: buf.clone(), offset: *offset, strides: strides.clone() }
            }
            Data::Later(e) => Data::Later(e.clone()),
        };
        let o = &*self.0;
        Tensor(Rcs::new(TensorObj {
            count: Cell::new(1),
            dtype: o.dtype,
            slot,
            shape: o.shape.clone(),
            node,
            data: UnsafeCell::new(data),
            site: o.site,
            iter: o.iter,
        }))
    }

    /// A tensor that owns all of a block.
    pub(crate) fn of_buf(dtype: DType, shape: Shape, buf: Buf) -> Tensor {
        Tensor::make(dtype, shape, || Data::Buf { buf, offset: 0, strides: None })
    }

    /// The same, with few numbers moved into the tensor's cell.
    pub(crate) fn of_buf_small(dtype: DType, shape: Shape, buf: Buf) -> Result<Tensor> {
        let bytes = shape.numel() * dtype.size();
        if bytes > INLINE_BYTES {
            return Ok(Tensor::of_buf(dtype, shape, buf));
        }
        let out = Tensor::empty(dtype, shape)?;
        // SAFETY: both hold `bytes`, and the cell is new.
        unsafe { std::ptr::copy_nonoverlapping(buf.ptr(), out.write_ptr(), bytes) };
        Ok(out)
    }

    /// A tensor with the same node, shape and dtype whose numbers take no memory and mean nothing: an input for the
    /// tape where the operation's rule reads no numbers.
    pub(crate) fn shadow(&self) -> Result<Tensor> {
        let one = Tensor::scalar(self.dtype(), Num::Int(0));
        let mut t = one.view(self.to_dims(), 0, &[0; MAX_DIMS])?;
        if let Some(node) = self.node() {
            t.set_node(node.clone(), self.slot());
        }
        Ok(t)
    }

    /// Whether both are the same numbers in the same memory, in the same shape. Both are computed.
    pub(crate) fn reads_same(&self, other: &Tensor) -> bool {
        if self.is_same(other) {
            return true;
        }
        let (a, b) = (self.raw(), other.raw());
        a.ptr == b.ptr && a.strides == b.strides && self.dtype() == other.dtype() && self.dims() == other.dims()
    }

    pub(crate) fn references(&self) -> u32 {
        self.0.references()
    }

    /// Whether a view that is not empty stays within the block.
    fn contains(&self, dims: &Dims, offset: isize, strides: &Strides) -> bool {
        let steps = || dims.iter().zip(strides).map(|(&d, &s)| (d as isize - 1) * s);
        let (low, high) = (steps().filter(|s| *s < 0).sum::<isize>(), steps().filter(|s| *s > 0).sum::<isize>());
        let (bytes, start) = match self.data() {
            Data::Buf { buf, offset, .. } => (buf.bytes(), *offset as isize),
            _ => (INLINE_BYTES, 0),
        };
        start + offset + low >= 0 && start + offset + high < (bytes / self.dtype().size()) as isize
    }

    /// A view: the same numbers with another shape, `offset` elements further on. Small ones are copied.
    /// The caller has checked that all of it lies within. Not on the tape.
    pub(crate) fn view(&self, dims: Dims, offset: isize, strides: &Strides) -> Result<Tensor> {
        self.force()?;
        let shape = Shape::new(dims).expect("a view has no more elements than memory");
        let plain = is_row_major(&dims, strides);
        let raw = self.raw();
        debug_assert!(shape.numel() == 0 || self.contains(&dims, offset, strides), "{dims} lies outside of a block");
        let bytes = shape.numel() * self.dtype().size();
        if bytes <= INLINE_BYTES {
            let out = Tensor::empty(self.dtype(), shape)?;
            if out.numel() > 0 {
                let dst = dims.strides();
                // SAFETY: the view lies within the block, as the caller has checked; `out` is new.
                unsafe {
                    let src = raw.ptr.offset(offset * self.dtype().size() as isize);
                    copy::copy(
                        self.dtype().size(),
                        &dims,
                        out.write_ptr(),
                        &dst[..dims.len()],
                        src,
                        &strides[..dims.len()],
                    );
                }
            }
            return Ok(out);
        }
        let (buf, start) = match self.data() {
            Data::Buf { buf, offset, .. } => (buf.clone(), *offset),
            _ => {
                // An expanded view of a few inline numbers: they move to a block that can be shared.
                let block = BufObj::alloc(INLINE_BYTES).map_err(OpError::out_of_memory)?;
                // SAFETY: an inline tensor has at most `INLINE_BYTES`, all readable.
                unsafe { std::ptr::copy_nonoverlapping(raw.ptr, block.ptr(), INLINE_BYTES) };
                (block, 0)
            }
        };
        let strides = if plain { None } else { Some(Box::new(*strides)) };
        Ok(Tensor::make(self.dtype(), shape, || Data::Buf { buf, offset: start.wrapping_add_signed(offset), strides }))
    }

    /// The numbers for writing, in row-major order and held by nobody else; copies them if they are shared.
    /// The tensor leaves the tape.
    #[inline]
    pub fn make_mut(&mut self) -> Result<*mut u8> {
        self.force()?;
        let alone = self.0.is_unique()
            && match self.data() {
                Data::Inline(_) => true,
                Data::Buf { buf, strides, .. } => strides.is_none() && buf.is_unique(),
                Data::Later(_) => false,
            };
        if !alone {
            *self = self.to_copy()?;
        }
        let o = self.0.get_mut().expect("unique or just copied");
        o.node = None;
        o.slot = 0;
        Ok(self.write_ptr())
    }

    /// Whether a write would need no copy.
    pub fn is_unshared(&self) -> bool {
        self.0.is_unique()
            && match self.data() {
                Data::Inline(_) => true,
                Data::Buf { buf, strides, .. } => strides.is_none() && buf.is_unique(),
                Data::Later(_) => false,
            }
    }

    /// The block that holds the numbers, if they are in one.
    pub(crate) fn buf(&self) -> Option<&Buf> {
        match self.data() {
            Data::Buf { buf, .. } => Some(buf),
            _ => None,
        }
    }

    /// Marks a new tensor as output `slot` of `node`.
    #[inline(always)]
    pub(crate) fn set_node(&mut self, node: NodeRef, slot: u8) {
        let o = self.0.get_mut().expect("a new tensor");
        o.node = Some(node);
        o.slot = slot;
    }

    #[inline(always)]
    pub(crate) fn set_origin(&mut self, site: u32, iter: u32) {
        if let Some(o) = self.0.get_mut() {
            o.site = site;
            o.iter = iter;
        }
    }

    /// The element at a row-major position.
    pub fn num_at(&self, at: usize) -> Result<Num> {
        self.force()?;
        assert!(at < self.numel());
        let raw = self.raw();
        let offset = match raw.strides {
            None => at as isize,
            Some(s) => {
                let (mut rest, mut offset) = (at, 0);
                for (i, &d) in self.dims().iter().enumerate().rev() {
                    offset += (rest % d) as isize * s[i];
                    rest /= d;
                }
                offset
            }
        };
        // SAFETY: the position is within the tensor.
        Ok(unsafe { Num::read(self.dtype(), raw.ptr.offset(offset * self.dtype().size() as isize)) })
    }

    /// The number of a one-element tensor; None when it has another count.
    pub fn item(&self) -> Result<Option<Num>> {
        if self.numel() != 1 { Ok(None) } else { self.num_at(0).map(Some) }
    }

    /// All numbers in row-major order.
    pub fn to_nums(&self) -> Result<Vec<Num>> {
        let t = self.plain()?;
        let (ptr, size) = (t.ptr(), t.dtype().size());
        // SAFETY: `i < numel` of a plain tensor.
        Ok((0..t.numel()).map(|i| unsafe { Num::read(t.dtype(), ptr.add(i * size)) }).collect())
    }

    pub fn to_f64s(&self) -> Result<Vec<f64>> {
        Ok(self.to_nums()?.into_iter().map(Num::to_f64).collect())
    }
}

/// Whether strides are those of row-major order; the stride of a dimension of one does not matter.
fn is_row_major(dims: &Dims, strides: &Strides) -> bool {
    let plain = dims.strides();
    dims.numel() == Some(0) || (0..dims.len()).all(|i| dims[i] == 1 || strides[i] == plain[i])
}

impl std::fmt::Debug for Tensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.dtype(), self.to_dims())?;
        match self.to_f64s() {
            Ok(v) if v.len() <= 64 => write!(f, " {v:?}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tensors_hold_their_numbers_in_the_cell() {
        let t = Tensor::from_f64s(DType::F32, &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).expect("fits");
        assert!(matches!(t.data(), Data::Inline(_)));
        assert_eq!(t.to_f64s().expect("there"), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn a_write_copies_only_what_somebody_else_holds() {
        let mut a = Tensor::full(DType::F32, Dims::of(&[100]), Num::Int(1)).expect("fits");
        let before = a.ptr();
        assert_eq!(a.make_mut().expect("fits") as *const u8, before);
        let b = a.clone();
        assert_ne!(a.make_mut().expect("fits") as *const u8, before);
        assert_eq!(b.ptr(), before);
    }

    #[test]
    fn views_share_and_small_views_copy() {
        let a = Tensor::from_nums(DType::F32, Dims::of(&[4, 5]), (0..20).map(Num::Int)).expect("fits");
        let t = a.view(Dims::of(&[5, 4]), 0, &[1, 5, 0, 0, 0, 0, 0, 0]).expect("within");
        assert!(!t.is_plain());
        assert_eq!(t.num_at(1).expect("there").to_f64(), 5.0);
        assert_eq!(t.plain().expect("fits").to_f64s().expect("there")[..4], [0.0, 5.0, 10.0, 15.0]);
        let row = a.view(Dims::of(&[3]), 5, &[1; 8]).expect("within");
        assert_eq!(row.to_f64s().expect("there"), [5.0, 6.0, 7.0]);
        let wide = row.view(Dims::of(&[4, 3]), 0, &[0, 1, 0, 0, 0, 0, 0, 0]).expect("within");
        assert_eq!(wide.to_f64s().expect("there")[3..6], [5.0, 6.0, 7.0]);
    }
}
