//! Sums of all elements. The order of additions depends on the number of elements alone: a tile of 512 is summed
//! in 32 lanes, tiles are added in f64 one after another within a chunk, and so are chunks. An immediate sum and one
//! that ends a fused [`Program`] therefore give the same bits, with any number of threads.

use super::isa::isa;
use super::tile::{Access, Binding, Bindings, Input, Program, SumSink, TILE, Total, run};
use crate::device::DType;

/// Sums up to [`TILE`] elements; gives the bits of an f64, or an i64 for ints and bools.
pub(super) type SumFn = unsafe fn(a: *const u8, n: usize) -> u64;

/// Additions that don't wait for each other; enough to fill the vectors of every instruction set.
const LANES: usize = 32;

/// A number that kernels compute in and its sum.
trait Summed: Copy {
    fn sum(x: &[Self]) -> u64;
}

macro_rules! float {
    ($T:ty) => {
        impl Summed for $T {
            #[inline(always)]
            fn sum(x: &[$T]) -> u64 {
                let mut lanes = [0.0; LANES];
                let (blocks, rest) = x.as_chunks::<LANES>();
                for block in blocks {
                    for (lane, &x) in lanes.iter_mut().zip(block) {
                        *lane += x;
                    }
                }
                for (lane, &x) in lanes.iter_mut().zip(rest) {
                    *lane += x;
                }
                let mut wide = lanes.map(|x| x as f64);
                let mut width = LANES / 2;
                while width > 0 {
                    for i in 0..width {
                        wide[i] += wide[i + width];
                    }
                    width /= 2;
                }
                wide[0].to_bits()
            }
        }
    };
}

float!(f32);
float!(f64);

impl Summed for i64 {
    #[inline(always)]
    fn sum(x: &[i64]) -> u64 {
        x.iter().fold(0i64, |sum, &x| sum.wrapping_add(x)) as u64
    }
}

impl Summed for bool {
    #[inline(always)]
    fn sum(x: &[bool]) -> u64 {
        x.iter().fold(0u32, |sum, &x| sum + x as u32) as u64
    }
}

macro_rules! flavour {
    ($module:ident, $(#[$feature:meta])?) => {
        mod $module {
            use super::Summed;

            /// # Safety
            /// `a` is aligned and good for `n` elements.
            $(#[$feature])?
            pub(super) unsafe fn sum<T: Summed>(a: *const u8, n: usize) -> u64 {
                // SAFETY: the caller's promise.
                T::sum(unsafe { std::slice::from_raw_parts(a as *const T, n) })
            }
        }
    };
}

flavour!(baseline,);
#[cfg(target_arch = "x86_64")]
flavour!(avx2, #[target_feature(enable = "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt")]);
#[cfg(target_arch = "x86_64")]
flavour!(
    avx512,
    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt"
    )]
);
#[cfg(not(target_arch = "x86_64"))]
use baseline as avx2;
#[cfg(not(target_arch = "x86_64"))]
use baseline as avx512;

/// The sum of a tile of a type that kernels compute in; half types are summed as f32.
pub(super) fn tile_sum(dtype: DType) -> SumFn {
    macro_rules! table {
        ($T:ty) => {{
            const TABLE: [SumFn; 3] = [baseline::sum::<$T>, avx2::sum::<$T>, avx512::sum::<$T>];
            TABLE
        }};
    }
    let table = match dtype.compute() {
        DType::Bool => table!(bool),
        DType::I64 => table!(i64),
        DType::F64 => table!(f64),
        _ => table!(f32),
    };
    table[isa() as usize]
}

/// The total that a [`SumFn`]'s bits, or a sum of them by [`add`], stand for.
pub(super) fn total(float: bool, bits: u64) -> Total {
    if float { Total::Float(f64::from_bits(bits)) } else { Total::Int(bits as i64) }
}

/// Adds two partial sums.
#[inline]
pub(super) fn add(float: bool, a: u64, b: u64) -> u64 {
    if float { (f64::from_bits(a) + f64::from_bits(b)).to_bits() } else { a.wrapping_add(b) }
}

/// The sum of `n` contiguous elements as they lie in memory: floats in f64, bools counted, i64 wrapping.
///
/// # Safety
/// `a` is aligned and good for `n` elements of `dtype`.
pub unsafe fn sum_all(dtype: DType, a: *const u8, n: usize) -> Total {
    if n <= TILE && dtype == dtype.compute() {
        // SAFETY: the caller's promise.
        let bits = unsafe { tile_sum(dtype)(a, n) };
        return total(dtype.is_float(), add(dtype.is_float(), 0, bits));
    }
    let program = Program {
        inputs: vec![Input { dtype, access: Access::Contiguous }],
        sums: vec![SumSink::Input(0)],
        ..Program::default()
    };
    let mut sums = [Total::Int(0)];
    let inputs = [Binding { ptr: a, strides: &[] }];
    // SAFETY: the caller's promise is that of the one input.
    unsafe { run(&program, &mut Bindings { n, dims: &[], inputs: &inputs, outputs: &[], sums: &mut sums }) };
    sums[0]
}
