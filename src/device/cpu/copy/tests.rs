use super::*;
use crate::device::cpu::isa::{Isa, with_isa};
use crate::device::cpu::pool::set_threads;

/// A small linear congruential generator: shapes and strides of tests, the same in every run.
pub struct Lcg(pub u64);

impl Lcg {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }

    /// In [-1, 1).
    pub fn float(&mut self) -> f64 {
        self.below(1 << 30) as f64 / (1 << 29) as f64 - 1.0
    }
}

/// A random layout over `shape`: dims in any order, gaps, negative steps, and 0 where `broadcast`. Gives the
/// strides, the number of elements of the buffer, and where in it the first element is.
fn layout(rng: &mut Lcg, shape: &[usize], broadcast: bool) -> (Vec<isize>, usize, usize) {
    let mut order: Vec<usize> = (0..shape.len()).collect();
    for i in (1..order.len()).rev() {
        order.swap(i, rng.below(i + 1));
    }
    let mut strides = vec![0; shape.len()];
    let (mut len, mut start) = (1 + rng.below(2), 0);
    for &dim in &order {
        if broadcast && rng.below(4) == 0 {
            continue;
        }
        let step = len;
        len *= shape[dim].max(1);
        strides[dim] = step as isize;
        if rng.below(3) == 0 {
            strides[dim] = -(step as isize);
            start += step * shape[dim].saturating_sub(1);
        }
    }
    (strides, len + 1, start)
}

fn naive(shape: &[usize], mut f: impl FnMut(&[usize])) {
    let numel: usize = shape.iter().product();
    for mut i in 0..numel {
        let mut index = vec![0; shape.len()];
        for dim in (0..shape.len()).rev() {
            index[dim] = i % shape[dim];
            i /= shape[dim];
        }
        f(&index);
    }
}

fn offset(index: &[usize], strides: &[isize], start: usize) -> usize {
    (start as isize + index.iter().zip(strides).map(|(&i, &s)| i as isize * s).sum::<isize>()) as usize
}

fn check<T: Copy + PartialEq + std::fmt::Debug>(rng: &mut Lcg, shape: &[usize], value: impl Fn(usize) -> T) {
    let (dst_strides, dst_len, dst_start) = layout(rng, shape, false);
    let (src_strides, src_len, src_start) = layout(rng, shape, true);
    let src: Vec<T> = (0..src_len).map(&value).collect();
    let mut want = vec![value(7); dst_len];
    let (mut one, mut two) = (want.clone(), want.clone());
    naive(shape, |i| want[offset(i, &dst_strides, dst_start)] = src[offset(i, &src_strides, src_start)]);
    for (threads, dst) in [(1, &mut one), (2, &mut two)] {
        set_threads(threads);
        // SAFETY: the layouts stay inside the buffers.
        unsafe {
            let (dst, src) = (dst.as_mut_ptr().add(dst_start).cast(), src.as_ptr().add(src_start).cast());
            copy(size_of::<T>(), shape, dst, &dst_strides, src, &src_strides);
        }
        set_threads(0);
    }
    assert_eq!(one, want, "{shape:?} {dst_strides:?} {src_strides:?}");
    assert_eq!(two, want, "{shape:?} {dst_strides:?} {src_strides:?}");

    let bits = 0x0123_4567_89ab_cdef_u64;
    naive(shape, |i| {
        // SAFETY: T has no more bytes than a u64, and any bits are a T.
        want[offset(i, &dst_strides, dst_start)] = unsafe { std::mem::transmute_copy(&bits) };
    });
    // SAFETY: as above.
    unsafe { fill_strided(size_of::<T>(), shape, one.as_mut_ptr().add(dst_start).cast(), &dst_strides, bits) };
    assert_eq!(one, want);
}

#[test]
fn any_layout_equals_the_naive_copy() {
    let mut rng = Lcg(1);
    for round in 0..400 {
        let ndim = rng.below(if round < 350 { 5 } else { MAX_DIMS + 1 });
        let most = [1, 70, 40, 12, 7, 4, 3, 3, 3][ndim];
        let shape: Vec<usize> = (0..ndim).map(|_| rng.below(most + 1)).collect();
        match round % 4 {
            0 => check(&mut rng, &shape, |i| i as u8),
            1 => check(&mut rng, &shape, |i| i as u16),
            2 => check(&mut rng, &shape, |i| i as u32),
            _ => check(&mut rng, &shape, |i| i as u64),
        }
    }
}

#[test]
fn large_copies_are_cut_into_disjoint_parts() {
    let mut rng = Lcg(2);
    for shape in [&[200_001][..], &[513, 300], &[3, 70_000], &[70_000, 3], &[7, 130, 150], &[40_000, 2, 2]] {
        for _ in 0..3 {
            check(&mut rng, shape, |i| i as u32);
        }
    }
}

#[test]
fn fills_every_element() {
    for len in [0, 1, CHUNK, CHUNK * 2 + 3] {
        let mut data = vec![1.5f32; len];
        fill(&mut data, -2.0);
        assert!(data.iter().all(|&x| x == -2.0));
    }
}

#[test]
fn blocks_of_every_size_are_transposed() {
    for isa in Isa::ALL {
        with_isa(isa, || {
            for (rows, cols) in (1..=20).flat_map(|r| (1..=20).map(move |c| (r, c))) {
                let src: Vec<u32> = (0..cols * 23).map(|i| i as u32).collect();
                let mut dst = vec![u32::MAX; rows * 21];
                // SAFETY: both buffers hold so many rows and columns.
                unsafe { copy(4, &[rows, cols], dst.as_mut_ptr().cast(), &[21, 1], src.as_ptr().cast(), &[1, 23]) };
                for (i, &x) in dst.iter().enumerate() {
                    let (r, c) = (i / 21, i % 21);
                    let wanted = if c < cols { (c * 23 + r) as u32 } else { u32::MAX };
                    assert_eq!(x, wanted, "{isa:?}: {r}, {c} of {rows} by {cols}");
                }
            }
        });
    }
}
