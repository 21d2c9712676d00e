//! Transposes of small blocks in registers, for elements of 4 bytes: the permutations of a register are cheap, and
//! memory is read and written by whole rows on both sides.

use crate::device::cpu::isa::{Isa, isa};

/// Side of a block.
pub(super) const SIDE: usize = 16;

/// Writes `dst[r * dst_row + c] = src[c * src_col + r]` for `r < rows` and `c < cols`, both at most [`SIDE`]; false
/// where the processor has no instructions for it, and nothing was done.
///
/// # Safety
/// As the formula says, both are readable and writable there, and they don't overlap.
#[inline]
pub(super) unsafe fn block(
    rows: usize,
    cols: usize,
    dst: *mut u32,
    dst_row: isize,
    src: *const u32,
    src_col: isize,
) -> bool {
    debug_assert!(rows <= SIDE && cols <= SIDE);
    match isa() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: handed on from the caller; `isa` says that this processor has the instructions.
        Isa::Avx512 => unsafe {
            avx512::block(rows, cols, dst, dst_row, src, src_col);
            true
        },
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 if rows == SIDE && cols == SIDE => {
            for (r, c) in [(0, 0), (0, 8), (8, 0), (8, 8)] {
                // SAFETY: as above; a quarter of the block.
                unsafe {
                    let to = dst.offset(r as isize * dst_row).add(c);
                    avx2::quarter(to, dst_row, src.offset(c as isize * src_col).add(r), src_col);
                }
            }
            true
        }
        _ => false,
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use super::SIDE;
    use std::arch::x86_64::*;

    /// # Safety
    /// As for [`super::block`], on a processor with AVX-512 F.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn block(
        rows: usize,
        cols: usize,
        dst: *mut u32,
        dst_row: isize,
        src: *const u32,
        src_col: isize,
    ) {
        let (in_rows, in_cols) = ((1u32 << rows).wrapping_sub(1) as u16, (1u32 << cols).wrapping_sub(1) as u16);
        // SAFETY: masked lanes are not touched, and columns and rows beyond the block are not visited.
        let columns: [__m512i; SIDE] = std::array::from_fn(|c| unsafe {
            if c < cols {
                _mm512_maskz_loadu_epi32(in_rows, src.offset(c as isize * src_col).cast())
            } else {
                _mm512_setzero_si512()
            }
        });
        for (r, line) in transposed(columns).into_iter().enumerate() {
            if r < rows {
                // SAFETY: as above.
                unsafe { _mm512_mask_storeu_epi32(dst.offset(r as isize * dst_row).cast(), in_cols, line) };
            }
        }
    }

    /// Four rounds: pairs of numbers, pairs of pairs, then quarters of registers twice.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn transposed(a: [__m512i; SIDE]) -> [__m512i; SIDE] {
        let mut b = a;
        for k in 0..8 {
            b[2 * k] = _mm512_unpacklo_epi32(a[2 * k], a[2 * k + 1]);
            b[2 * k + 1] = _mm512_unpackhi_epi32(a[2 * k], a[2 * k + 1]);
        }
        // Register 4q + j now has, in each quarter, row j of that quarter for columns 4q to 4q + 3.
        let mut c = b;
        for q in 0..4 {
            c[4 * q] = _mm512_unpacklo_epi64(b[4 * q], b[4 * q + 2]);
            c[4 * q + 1] = _mm512_unpackhi_epi64(b[4 * q], b[4 * q + 2]);
            c[4 * q + 2] = _mm512_unpacklo_epi64(b[4 * q + 1], b[4 * q + 3]);
            c[4 * q + 3] = _mm512_unpackhi_epi64(b[4 * q + 1], b[4 * q + 3]);
        }
        let mut d = c;
        for j in 0..4 {
            let low = _mm512_shuffle_i32x4::<0b10_00_10_00>(c[j], c[4 + j]);
            let high = _mm512_shuffle_i32x4::<0b11_01_11_01>(c[j], c[4 + j]);
            let low_right = _mm512_shuffle_i32x4::<0b10_00_10_00>(c[8 + j], c[12 + j]);
            let high_right = _mm512_shuffle_i32x4::<0b11_01_11_01>(c[8 + j], c[12 + j]);
            d[j] = _mm512_shuffle_i32x4::<0b10_00_10_00>(low, low_right);
            d[8 + j] = _mm512_shuffle_i32x4::<0b11_01_11_01>(low, low_right);
            d[4 + j] = _mm512_shuffle_i32x4::<0b10_00_10_00>(high, high_right);
            d[12 + j] = _mm512_shuffle_i32x4::<0b11_01_11_01>(high, high_right);
        }
        d
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    /// # Safety
    /// As for [`super::block`] of 8 by 8, on a processor with AVX2.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn quarter(dst: *mut u32, dst_row: isize, src: *const u32, src_col: isize) {
        // SAFETY: handed on from the caller.
        let a: [__m256i; 8] =
            std::array::from_fn(|c| unsafe { _mm256_loadu_si256(src.offset(c as isize * src_col).cast()) });
        let mut b = a;
        for k in 0..4 {
            b[2 * k] = _mm256_unpacklo_epi32(a[2 * k], a[2 * k + 1]);
            b[2 * k + 1] = _mm256_unpackhi_epi32(a[2 * k], a[2 * k + 1]);
        }
        let mut c = b;
        for q in 0..2 {
            c[4 * q] = _mm256_unpacklo_epi64(b[4 * q], b[4 * q + 2]);
            c[4 * q + 1] = _mm256_unpackhi_epi64(b[4 * q], b[4 * q + 2]);
            c[4 * q + 2] = _mm256_unpacklo_epi64(b[4 * q + 1], b[4 * q + 3]);
            c[4 * q + 3] = _mm256_unpackhi_epi64(b[4 * q + 1], b[4 * q + 3]);
        }
        for j in 0..4 {
            let low = _mm256_permute2x128_si256::<0x20>(c[j], c[4 + j]);
            let high = _mm256_permute2x128_si256::<0x31>(c[j], c[4 + j]);
            // SAFETY: handed on from the caller.
            unsafe {
                _mm256_storeu_si256(dst.offset(j as isize * dst_row).cast(), low);
                _mm256_storeu_si256(dst.offset((4 + j) as isize * dst_row).cast(), high);
            }
        }
    }
}
