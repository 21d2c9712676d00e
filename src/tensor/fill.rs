//! The safe way between kernels on slices and tensors: new numbers, and numbers changed where they are.

use super::{Data, Dims, INLINE_BYTES, MAX_DIMS, Num, Strides, Tensor};
use crate::device::DType;
use crate::device::cpu::copy;
use crate::device::cpu::elem::Elem;
use crate::device::cpu::index::{self, OutOfBounds, Source};
use crate::ops::error::{OpError, Result};
use half::{bf16, f16};
use std::cell::UnsafeCell;

/// The Rust type of a dtype's elements.
pub trait Element: Elem {
    const DTYPE: DType;
}

macro_rules! elements {
    ($($T:ty: $dtype:ident),*) => { $(
        impl Element for $T {
            const DTYPE: DType = DType::$dtype;
        }
    )* };
}

elements!(bool: Bool, i64: I64, f16: F16, bf16: BF16, f32: F32, f64: F64);

impl Tensor {
    /// A tensor of `dims` with `value` everywhere.
    pub fn full(dtype: DType, dims: Dims, value: Num) -> Result<Tensor> {
        let mut word = 0u64;
        // SAFETY: a word holds an element of every dtype.
        unsafe { value.write(dtype, (&raw mut word).cast()) };
        Tensor::filled(dtype, dims, word)
    }

    /// The same, from the bits of the value.
    pub(crate) fn filled(dtype: DType, dims: Dims, word: u64) -> Result<Tensor> {
        let out = Tensor::empty_dims(dtype, dims)?;
        let (n, to) = (out.numel(), out.write_ptr());
        // SAFETY: the tensor is new and ours, with `n` elements of so many bytes.
        unsafe {
            match dtype.size() {
                4 if n <= 1024 => std::slice::from_raw_parts_mut(to.cast::<u32>(), n).fill(word as u32),
                8 if n <= 1024 => std::slice::from_raw_parts_mut(to.cast::<u64>(), n).fill(word),
                size => copy::fill_strided(size, &[n], to, &[1], word),
            }
        }
        Ok(out)
    }

    /// A view of a plain tensor that repeats along dims of one; the dims fit.
    pub(crate) fn spread_to(&self, dims: Dims) -> Result<Tensor> {
        let own = self.to_dims().strides();
        let mut strides: Strides = [0; MAX_DIMS];
        let front = dims.len() - self.ndim();
        for k in 0..self.ndim() {
            if self.dims()[k] != 1 {
                strides[front + k] = own[k];
            }
        }
        self.view(dims, 0, &strides)
    }

    /// A stand-in that has nothing but a dtype and a shape: nobody may read its numbers.
    pub(crate) fn shape_only(&self) -> Tensor {
        Tensor::make(self.dtype(), self.shape().clone(), || Data::Inline(UnsafeCell::new([0; INLINE_BYTES / 8])))
    }

    /// A new contiguous tensor, all of which `fill` must write: its memory holds anything before.
    pub fn build<T: Element>(dims: Dims, fill: impl FnOnce(&mut [T])) -> Result<Tensor> {
        let mut out = Tensor::empty_dims(T::DTYPE, dims)?;
        fill(out.elements_mut());
        Ok(out)
    }

    /// Two new contiguous tensors of one shape that are filled together.
    pub fn build_pair<T: Element, U: Element>(
        dims: Dims,
        fill: impl FnOnce(&mut [T], &mut [U]),
    ) -> Result<(Tensor, Tensor)> {
        let (mut x, mut y) = (Tensor::empty_dims(T::DTYPE, dims)?, Tensor::empty_dims(U::DTYPE, dims)?);
        fill(x.elements_mut(), y.elements_mut());
        Ok((x, y))
    }

    /// Several new contiguous tensors that are filled together.
    pub fn build_each<T: Element, const N: usize>(
        dims: [Dims; N],
        fill: impl FnOnce([&mut [T]; N]),
    ) -> Result<[Tensor; N]> {
        let made = dims.map(|d| Tensor::empty_dims(T::DTYPE, d));
        let mut all = Vec::with_capacity(N);
        for t in made {
            all.push(t?);
        }
        let Ok(mut all) = <[Tensor; N]>::try_from(all) else { unreachable!("as many as there are shapes") };
        fill(all.each_mut().map(Tensor::elements_mut));
        Ok(all)
    }

    /// Changes the numbers, in place when nobody else holds them, in row-major order. The tensor leaves the tape.
    pub fn change<T: Element>(&mut self, change: impl FnOnce(&mut [T])) -> Result<()> {
        self.make_mut()?;
        change(self.elements_mut());
        Ok(())
    }

    /// `self[i, index[i, j, k], k]` for dim 1 of three, and alike for others: torch's `gather`. `index` holds i64 and
    /// is nowhere larger than `self` but in `dim`.
    pub fn gather_along<T: Element>(
        &self,
        dim: usize,
        index: &Tensor,
        refuse: impl FnOnce(OutOfBounds) -> Box<OpError>,
    ) -> Result<Tensor> {
        let index = index.plain()?;
        self.force()?;
        assert!(self.dtype() == T::DTYPE && reaches(index.dims(), self.dims(), dim));
        let (strides, len) = (self.strides(), self.dims().get(dim).copied().unwrap_or(1));
        let mut outcome = Ok(());
        let out = Tensor::build::<T>(index.to_dims(), |dst| {
            let source = (self.raw().ptr.cast::<T>().cast_const(), &strides[..self.ndim()], len);
            // SAFETY: `index` reaches no further than `self` in any dim but `dim`, in which indices are checked.
            outcome = unsafe { index::gather(index.dims(), dim, index.slice(), source, dst) };
        })?;
        outcome.map(|()| out).map_err(refuse)
    }

    /// `self[i, index[i, j, k], k] = join(itself, source[i, j, k])`: torch's `scatter`, and `scatter_add` when `join`
    /// adds. `index` and `source` are nowhere larger than `self` but in `dim`; `index` nowhere larger than `source`.
    pub fn scatter_along<T: Element>(
        mut self,
        dim: usize,
        index: &Tensor,
        source: &Tensor,
        join: impl Fn(T, T) -> T + Sync,
        refuse: impl FnOnce(OutOfBounds) -> Box<OpError>,
    ) -> Result<Tensor> {
        let index = index.plain()?;
        source.force()?;
        assert!(self.dtype() == T::DTYPE && source.dtype() == T::DTYPE);
        assert!(reaches(index.dims(), self.dims(), dim));
        assert!(source.ndim() == 0 || reaches(index.dims(), source.dims(), usize::MAX));
        let at = self.make_mut()?.cast::<T>();
        let (strides, len) = (self.strides(), self.dims().get(dim).copied().unwrap_or(1));
        let from = source.strides();
        let source = match source.ndim() {
            // SAFETY: a tensor of no dimensions has one element of its dtype.
            0 => Source::One(unsafe { *source.raw().ptr.cast::<T>() }),
            n => Source::Strided(source.raw().ptr.cast::<T>().cast_const(), &from[..n]),
        };
        let target = (at, &strides[..self.ndim()], len);
        // SAFETY: `make_mut` has made the numbers contiguous and ours alone; `index` reaches no further than either
        // side, and in `dim` it is checked.
        let outcome = unsafe { index::scatter(index.dims(), dim, index.slice(), target, source, join) };
        outcome.map(|()| self).map_err(refuse)
    }

    /// `parts`, one after another along dim `dim` of a new tensor of shape `dims`. Each has as many elements as its
    /// share; parts without that dim count as one long there.
    pub fn join(dtype: DType, dims: Dims, dim: usize, parts: &[Tensor]) -> Result<Tensor> {
        let out = Tensor::empty_dims(dtype, dims)?;
        let (size, all) = (dtype.size(), dims.strides());
        let row = all[dim] * dims[dim] as isize;
        let mut at = 0isize;
        for part in parts {
            part.force()?;
            let stacked = part.ndim() < dims.len();
            let mut strides = all;
            if stacked {
                strides.copy_within(dim + 1.., dim);
            }
            let long = if stacked { 1 } else { part.dims()[dim] };
            let run = long as isize * all[dim];
            let outer = part.numel() / (run as usize).max(1);
            assert!(part.dtype() == dtype && at + run <= row && outer * dims[dim] * all[dim] as usize <= out.numel());
            let raw = part.raw();
            let bytes = run as usize * size;
            // SAFETY: `at + run <= row`, and there are `outer` rows, so that all of the part lands inside `out`, which
            // is new; the part's own memory is read by its own strides.
            unsafe {
                let dst = out.write_ptr().offset(at * size as isize);
                if part.is_plain() && outer * bytes <= SMALL_COPY {
                    for o in 0..outer {
                        let dst = dst.add(o * row as usize * size);
                        std::ptr::copy_nonoverlapping(raw.ptr.add(o * bytes), dst, bytes);
                    }
                } else {
                    let own = part.strides();
                    copy::copy(size, part.dims(), dst, &strides[..part.ndim()], raw.ptr, &own[..part.ndim()]);
                }
            }
            at += run;
        }
        assert!(at == row || out.numel() == 0);
        Ok(out)
    }

    /// The elements of a tensor that nobody else has seen yet, for writing.
    pub(crate) fn elements_mut<T: Element>(&mut self) -> &mut [T] {
        assert!(self.dtype() == T::DTYPE && self.is_unshared());
        if self.numel() == 0 {
            return &mut [];
        }
        // SAFETY: it has `numel` elements of its dtype in a row, and nobody else holds them.
        unsafe { std::slice::from_raw_parts_mut(self.write_ptr().cast(), self.numel()) }
    }
}

/// Bytes up to which a copy is not worth the search for its best order.
const SMALL_COPY: usize = 4096;

/// Whether every place of `small` lies within `large`, `dim` aside.
fn reaches(small: &[usize], large: &[usize], dim: usize) -> bool {
    small.len() == large.len() && small.iter().zip(large).enumerate().all(|(d, (a, b))| d == dim || a <= b)
}
