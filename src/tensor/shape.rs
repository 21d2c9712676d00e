//! Shapes: a small copyable `Dims` for arithmetic on shapes, and the shared `Shape` that tensors point at.

use crate::device::slab::Rcs;
use crate::slabbed;
use std::cell::Cell;
use std::fmt;
use std::ops::Deref;

/// The most dimensions a tensor can have.
pub const MAX_DIMS: usize = 8;

/// The sizes of up to `MAX_DIMS` dimensions, by value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Dims {
    len: u8,
    dims: [usize; MAX_DIMS],
}

impl Dims {
    /// None when there are more than `MAX_DIMS`.
    pub fn new(dims: &[usize]) -> Option<Dims> {
        let mut d = Dims { len: dims.len() as u8, dims: [0; MAX_DIMS] };
        d.dims.get_mut(..dims.len())?.copy_from_slice(dims);
        Some(d)
    }

    /// A shape that is known to have at most `MAX_DIMS` dimensions, such as one taken from a tensor.
    pub fn of(dims: &[usize]) -> Dims {
        Dims::new(dims).expect("at most MAX_DIMS dimensions")
    }

    pub const fn scalar() -> Dims {
        Dims { len: 0, dims: [0; MAX_DIMS] }
    }

    /// Appends a dimension; false when there is no room.
    #[must_use]
    pub fn push(&mut self, size: usize) -> bool {
        if self.len as usize == MAX_DIMS {
            return false;
        }
        self.dims[self.len as usize] = size;
        self.len += 1;
        true
    }

    pub fn insert(&mut self, at: usize, size: usize) -> bool {
        if self.len as usize == MAX_DIMS || at > self.len as usize {
            return false;
        }
        self.dims.copy_within(at..self.len as usize, at + 1);
        self.dims[at] = size;
        self.len += 1;
        true
    }

    pub fn remove(&mut self, at: usize) -> usize {
        let size = self[at];
        self.dims.copy_within(at + 1..self.len as usize, at);
        self.len -= 1;
        self.dims[self.len as usize] = 0;
        size
    }

    /// The number of elements; None when it does not fit.
    #[inline]
    pub fn numel(&self) -> Option<usize> {
        // A zero anywhere makes it empty, however large the other sizes are.
        if self.contains(&0) { Some(0) } else { self.iter().try_fold(1usize, |n, &d| n.checked_mul(d)) }
    }

    /// Row-major strides in elements.
    #[inline]
    pub fn strides(&self) -> Strides {
        let mut s = [0isize; MAX_DIMS];
        let mut step = 1isize;
        for i in (0..self.len()).rev() {
            s[i] = step;
            step = step.saturating_mul(self[i].max(1) as isize);
        }
        s
    }
}

impl Deref for Dims {
    type Target = [usize];
    #[inline(always)]
    fn deref(&self) -> &[usize] {
        &self.dims[..self.len as usize]
    }
}

impl std::ops::DerefMut for Dims {
    fn deref_mut(&mut self) -> &mut [usize] {
        &mut self.dims[..self.len as usize]
    }
}

/// `[64, 100]`
impl fmt::Display for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, d) in self.iter().enumerate() {
            write!(f, "{}{d}", if i > 0 { ", " } else { "" })?;
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Steps between neighbours along each dimension, in elements; zero repeats, negative walks backwards.
pub type Strides = [isize; MAX_DIMS];

pub struct ShapeObj {
    count: Cell<u32>,
    dims: Dims,
    numel: usize,
}
slabbed!(ShapeObj);

/// A shape as tensors share it: one word, and no allocation at all for no dimensions.
#[derive(Clone)]
pub struct Shape(Option<Rcs<ShapeObj>>);

impl Shape {
    pub const SCALAR: Shape = Shape(None);

    /// None when the number of elements does not fit.
    pub fn new(dims: Dims) -> Option<Shape> {
        if dims.is_empty() {
            return Some(Shape(None));
        }
        let numel = dims.numel()?;
        Some(Shape(Some(Rcs::new(ShapeObj { count: Cell::new(1), dims, numel }))))
    }

    #[inline(always)]
    pub fn dims(&self) -> &[usize] {
        match &self.0 {
            None => &[],
            Some(s) => &s.dims,
        }
    }

    pub fn to_dims(&self) -> Dims {
        match &self.0 {
            None => Dims::scalar(),
            Some(s) => s.dims,
        }
    }

    #[inline(always)]
    pub fn numel(&self) -> usize {
        match &self.0 {
            None => 1,
            Some(s) => s.numel,
        }
    }

    #[inline(always)]
    pub fn is_scalar(&self) -> bool {
        self.0.is_none()
    }

    /// Whether both are the same object; equal shapes may still be different ones.
    #[inline(always)]
    pub fn is_same(&self, other: &Shape) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(a), Some(b)) => a.same(b),
            _ => false,
        }
    }
}

impl PartialEq for Shape {
    #[inline(always)]
    fn eq(&self, other: &Shape) -> bool {
        self.is_same(other) || self.dims() == other.dims()
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_dims().fmt(f)
    }
}

/// Numpy's broadcast of two shapes, or the pair of axes (counted from the end, starting at 1) that do not fit.
pub fn broadcast(a: &[usize], b: &[usize]) -> Result<Dims, usize> {
    let n = a.len().max(b.len());
    let mut out = Dims { len: n as u8, dims: [0; MAX_DIMS] };
    for back in 1..=n {
        let x = if back <= a.len() { a[a.len() - back] } else { 1 };
        let y = if back <= b.len() { b[b.len() - back] } else { 1 };
        out.dims[n - back] = match (x, y) {
            (x, y) if x == y => x,
            (1, y) => y,
            (x, 1) => x,
            _ => return Err(back),
        };
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_follows_numpy() {
        assert_eq!(&*broadcast(&[64, 1], &[64]).expect("fits"), &[64, 64]);
        assert_eq!(&*broadcast(&[], &[2, 3]).expect("fits"), &[2, 3]);
        assert_eq!(&*broadcast(&[0], &[1]).expect("fits"), &[0]);
        assert_eq!(broadcast(&[4, 2, 3], &[5, 3]), Err(2));
    }

    #[test]
    fn the_count_of_elements_knows_zero_and_overflow() {
        assert_eq!(Dims::of(&[usize::MAX, 0, 7]).numel(), Some(0));
        assert_eq!(Dims::of(&[usize::MAX, 2]).numel(), None);
        assert_eq!(Dims::scalar().numel(), Some(1));
        assert!(Dims::new(&[1; 9]).is_none());
    }
}
