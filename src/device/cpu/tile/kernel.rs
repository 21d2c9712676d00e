//! One op's loops: for every element type, instruction set and choice of scalar operands one instance of the same
//! generic loop around a [`Kernel`], which `formula` makes of an op's formula.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use crate::device::DType;
use crate::device::cpu::isa::{Isa, isa};

/// A loop: `dst[i] = f(a[i], b[i], c[i])` for `i < n`. Operands the op doesn't have are ignored and may be null.
/// Gives 0, or bits of [`fault`].
///
/// # Safety
/// Pointers are aligned and good for `n` elements (1 for a scalar operand) of the types in [`Tiles::operands`] and
/// [`Tiles::result`]; `dst` overlaps no operand; bools are 0 or 1.
pub type TileFn = unsafe fn(dst: *mut u8, a: *const u8, b: *const u8, c: *const u8, n: usize) -> u32;

/// What integer kernels report; bits, so that those of several tiles can be joined.
pub mod fault {
    /// `//` or `%` by zero.
    pub const DIV_BY_ZERO: u32 = 1;
    /// `**` with a negative exponent.
    pub const NEGATIVE_POWER: u32 = 2;
    /// No kernel's: a program that cannot run, for want of a loop for its types or by an index out of range.
    pub const INVALID_PROGRAM: u32 = 1 << 31;
}

/// Scalar operands as bits: `SCALAR_X` is 1, `SCALAR_Y` 2, `SCALAR_Z` 4.
pub const SCALAR_X: u8 = 1;
pub const SCALAR_Y: u8 = 2;
pub const SCALAR_Z: u8 = 4;

/// What type an operand or the result has, as the kernel computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// The type the op computes in.
    Same,
    /// This one, whatever the op computes in: bool results of comparisons, bool conditions, casts.
    Fixed(DType),
}

impl Class {
    /// The type in an op that computes in `dtype`.
    pub fn of(self, dtype: DType) -> DType {
        match self {
            Class::Same => dtype,
            Class::Fixed(fixed) => fixed,
        }
    }
}

/// The four operations of arithmetic, which single numbers go through without a loop. The bits are the loops'.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basic {
    Add,
    Sub,
    Mul,
    Div,
}

impl Basic {
    /// On two numbers by their bits; none for types that loops compute otherwise.
    #[inline(always)]
    pub fn apply(self, dtype: DType, x: u64, y: u64) -> Option<u64> {
        macro_rules! compute {
            ($F:ident, $Bits:ident) => {{
                let (x, y) = ($F::from_bits(x as $Bits), $F::from_bits(y as $Bits));
                let z = match self {
                    Basic::Add => x + y,
                    Basic::Sub => x - y,
                    Basic::Mul => x * y,
                    Basic::Div => x / y,
                };
                Some(z.to_bits() as u64)
            }};
        }
        match dtype {
            DType::F32 => compute!(f32, u32),
            DType::F64 => compute!(f64, u64),
            _ => None,
        }
    }
}

impl Basic {
    /// The gradient for operand `k` by the bits of the cotangent and of the operands that it reads, as the rules of the
    /// four operations compute it: g and g; g and -g; g·y and g·x; g/y and -(g·x/y/y). None for types that loops
    /// compute otherwise, and for an operand that is not there.
    #[inline(always)]
    pub fn pull(self, k: usize, dtype: DType, g: u64, operand: impl Fn(usize) -> Option<u64>) -> Option<u64> {
        match (self, k) {
            (Basic::Add, _) | (Basic::Sub, 0) if matches!(dtype, DType::F32 | DType::F64) => Some(g),
            (Basic::Sub, _) => match dtype {
                DType::F32 => Some((-f32::from_bits(g as u32)).to_bits() as u64),
                DType::F64 => Some((-f64::from_bits(g)).to_bits()),
                _ => None,
            },
            (Basic::Mul, _) => Basic::Mul.apply(dtype, g, operand(1 - k)?),
            (Basic::Div, 0) => Basic::Div.apply(dtype, g, operand(1)?),
            (Basic::Div, _) => {
                let (x, y) = (operand(0)?, operand(1)?);
                let once = Basic::Div.apply(dtype, Basic::Mul.apply(dtype, g, x)?, y)?;
                Basic::Sub.pull(1, dtype, Basic::Div.apply(dtype, once, y)?, operand)
            }
            (Basic::Add, _) => None,
        }
    }
}

const VARIANTS: usize = 8;
type Row = [Option<TileFn>; VARIANTS];

/// One op's kernels.
pub struct Tiles {
    pub name: &'static str,
    /// Operands: 1 to 3.
    pub arity: u8,
    /// The same formula as a C++ expression over `x`, `y`, `z` of type `T`; see `cuda/prelude.cu`.
    pub cuda: &'static str,
    pub operands: [Class; 3],
    pub result: Class,
    pub basic: Option<Basic>,
    /// By instruction set, element type and scalar operands.
    table: [[Row; 4]; 3],
}

impl std::fmt::Debug for Tiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A computing type's place in the table.
#[inline(always)]
const fn row(dtype: DType) -> usize {
    match dtype {
        DType::Bool => 0,
        DType::I64 => 1,
        DType::F16 | DType::BF16 | DType::F32 => 2,
        DType::F64 => 3,
    }
}

impl Tiles {
    /// No kernels yet; `tiles!` adds them.
    pub const fn new(name: &'static str, arity: u8, cuda: &'static str) -> Tiles {
        let table = [[[None; VARIANTS]; 4]; 3];
        Tiles { name, arity, cuda, operands: [Class::Same; 3], result: Class::Same, basic: None, table }
    }

    pub(crate) const fn basic(mut self, basic: Basic) -> Tiles {
        self.basic = Some(basic);
        self
    }

    /// The loop for operands of `dtype` (half types compute in f32), of which those in `scalars` are read once.
    /// `None`: the op has none for this type, or none for these scalars (then one without will do).
    #[inline(always)]
    pub fn get(&self, dtype: DType, scalars: u8) -> Option<TileFn> {
        self.table[isa() as usize][row(dtype)][(scalars & 7) as usize]
    }

    /// Can it compute in this type?
    pub fn supports(&self, dtype: DType) -> bool {
        self.get(dtype, 0).is_some()
    }

    /// The loop for exactly these instructions.
    pub fn get_for(&self, isa: Isa, dtype: DType, scalars: u8) -> Option<TileFn> {
        self.table[isa as usize][row(dtype)][(scalars & 7) as usize]
    }

    pub(in crate::device::cpu) const fn result_class(mut self, result: Class) -> Tiles {
        self.result = result;
        self
    }

    pub(in crate::device::cpu) const fn operand_class(mut self, index: usize, class: Class) -> Tiles {
        self.operands[index] = class;
        self
    }

    /// Adds the loops of one element type: `Plain` for the baseline, `Fused` where there is FMA.
    pub(in crate::device::cpu) const fn with<Plain: Kernel, Fused: Kernel>(mut self, dtype: DType) -> Tiles {
        let row = row(dtype);
        self.table[Isa::Baseline as usize][row] = baseline::<Plain>(self.arity);
        // Unoptimised builds compile each loop once: three times the loops would triple the build, and their speed
        // is nobody's concern. The tests that compare instruction sets run optimised.
        #[cfg(any(debug_assertions, not(target_arch = "x86_64")))]
        {
            self.table[Isa::Avx2 as usize][row] = self.table[Isa::Baseline as usize][row];
            self.table[Isa::Avx512 as usize][row] = self.table[Isa::Baseline as usize][row];
        }
        #[cfg(all(target_arch = "x86_64", not(debug_assertions)))]
        {
            self.table[Isa::Avx2 as usize][row] = avx2::<Fused>(self.arity);
            self.table[Isa::Avx512 as usize][row] = avx512::<Fused>(self.arity);
        }
        self
    }

    pub(in crate::device::cpu) const fn with_same<K: Kernel>(self, dtype: DType) -> Tiles {
        self.with::<K, K>(dtype)
    }
}

/// One loop without scalar operands, by instruction set: `P` for the baseline, `F` where there is FMA.
pub(in crate::device::cpu) const fn loops<P: Kernel, F: Kernel>() -> [TileFn; 3] {
    #[cfg(all(target_arch = "x86_64", not(debug_assertions)))]
    return [loops_baseline::each_here::<P, 0>, loops_avx2::each_here::<F, 0>, loops_avx512::each_here::<F, 0>];
    #[cfg(any(debug_assertions, not(target_arch = "x86_64")))]
    [loops_baseline::each_here::<P, 0>; 3]
}

/// What stands inside a loop: one element.
pub(in crate::device::cpu) trait Kernel {
    /// Element types; `()` for operands the op doesn't have.
    type A: Copy;
    type B: Copy;
    type C: Copy;
    type D;
    fn call(a: Self::A, b: Self::B, c: Self::C) -> (Self::D, u32);

    /// Are there operands for which `call` is wrong, and `exact` right but no work for a vector loop?
    const HAS_RARE: bool = false;
    fn rare(_: Self::A, _: Self::B, _: Self::C) -> bool {
        false
    }
    fn exact(a: Self::A, b: Self::B, c: Self::C) -> Self::D {
        Self::call(a, b, c).0
    }
}

/// `n` elements, or one that serves for all.
///
/// # Safety
/// As in [`TileFn`].
#[inline(always)]
unsafe fn operand<'a, T>(at: *const u8, n: usize, scalar: bool) -> &'a [T] {
    // An operand that the op doesn't have is null.
    let at = if size_of::<T>() == 0 { NonNull::dangling().as_ptr() } else { at as *const T };
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(at, if scalar { n.min(1) } else { n }) }
}

/// # Safety
/// As in [`TileFn`].
#[inline(always)]
unsafe fn each<K: Kernel, const SCALARS: u8>(dst: *mut u8, a: *const u8, b: *const u8, c: *const u8, n: usize) -> u32 {
    // SAFETY: the caller's promise.
    let (dst, a, b, c) = unsafe {
        (
            std::slice::from_raw_parts_mut(dst as *mut MaybeUninit<K::D>, n),
            operand::<K::A>(a, n, SCALARS & SCALAR_X != 0),
            operand::<K::B>(b, n, SCALARS & SCALAR_Y != 0),
            operand::<K::C>(c, n, SCALARS & SCALAR_Z != 0),
        )
    };
    each_slice::<K, SCALARS>(dst, a, b, c)
}

/// The loop proper; the slices tell LLVM that nothing overlaps.
#[inline(always)]
fn each_slice<K: Kernel, const SCALARS: u8>(dst: &mut [MaybeUninit<K::D>], a: &[K::A], b: &[K::B], c: &[K::C]) -> u32 {
    let n = dst.len();
    let at = |i: usize, bit: u8| if SCALARS & bit != 0 { 0 } else { i };
    let mut faults = 0;
    let mut rare = false;
    for i in 0..n {
        let (a, b, c) = (a[at(i, SCALAR_X)], b[at(i, SCALAR_Y)], c[at(i, SCALAR_Z)]);
        let (value, fault) = K::call(a, b, c);
        dst[i].write(value);
        faults |= fault;
        rare |= K::rare(a, b, c);
    }
    if K::HAS_RARE && rare {
        again::<K, SCALARS>(dst, a, b, c);
    }
    faults
}

/// The rare operands of a tile once more.
#[cold]
#[inline(never)]
fn again<K: Kernel, const SCALARS: u8>(dst: &mut [MaybeUninit<K::D>], a: &[K::A], b: &[K::B], c: &[K::C]) {
    let at = |i: usize, bit: u8| if SCALARS & bit != 0 { 0 } else { i };
    for (i, dst) in dst.iter_mut().enumerate() {
        let (a, b, c) = (a[at(i, SCALAR_X)], b[at(i, SCALAR_Y)], c[at(i, SCALAR_Z)]);
        if K::rare(a, b, c) {
            dst.write(K::exact(a, b, c));
        }
    }
}

macro_rules! flavour {
    ($module:ident, $table:ident, $(#[$feature:meta])?) => {
        mod $module {
            use super::{Kernel, each};

            $(#[$feature])?
            pub(super) unsafe fn each_here<K: Kernel, const SCALARS: u8>(
                dst: *mut u8,
                a: *const u8,
                b: *const u8,
                c: *const u8,
                n: usize,
            ) -> u32 {
                // SAFETY: the caller's promise.
                unsafe { each::<K, SCALARS>(dst, a, b, c, n) }
            }
        }

        /// The loops that pay, by scalar operands.
        const fn $table<K: Kernel>(arity: u8) -> Row {
            use $module::each_here;
            let mut row: Row = [None; VARIANTS];
            row[0] = Some(each_here::<K, 0>);
            if arity == 2 {
                row[1] = Some(each_here::<K, 1>);
                row[2] = Some(each_here::<K, 2>);
            }
            if arity == 3 {
                row[2] = Some(each_here::<K, 2>);
                row[4] = Some(each_here::<K, 4>);
                row[6] = Some(each_here::<K, 6>);
            }
            row
        }
    };
}

flavour!(loops_baseline, baseline,);
#[cfg(all(target_arch = "x86_64", not(debug_assertions)))]
flavour!(loops_avx2, avx2, #[target_feature(enable = "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt")]);
#[cfg(all(target_arch = "x86_64", not(debug_assertions)))]
flavour!(
    loops_avx512, avx512,
    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt"
    )]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu::tile::tiles;

    static ADD: Tiles =
        tiles!("add", cuda: "x + y", real: |x, y| x + y, int: |x, y| x.wrapping_add(y), bool: |x, y| x | y);
    static TANH: Tiles = tiles!("tanh", cuda: "TANH(x)", real: |x| x.tanh());
    static LESS: Tiles = tiles!("lt", cuda: "x < y", compare: |x, y| x < y);
    static WHERE: Tiles = tiles!("where", cuda: "x ? y : z", choose: |x, y, z| if x { y } else { z });
    static HALF_GELU: Tiles = tiles!("g", cuda: "", real: |x| x * 0.5 * (R::lit(1.0) + x.tanh()));
    static REM: Tiles = tiles!("rem", cuda: "REM(x, y)",
        checked: |x, y| if y == 0 { (0, fault::DIV_BY_ZERO) } else { (x.wrapping_rem_euclid(y), 0) });

    /// Calls a kernel on slices of its types.
    fn call<D: Copy + Default, A, B, C>(f: TileFn, a: &[A], b: &[B], c: &[C], n: usize) -> (Vec<D>, u32) {
        let mut out = vec![D::default(); n];
        let pointers = (a.as_ptr() as *const u8, b.as_ptr() as *const u8, c.as_ptr() as *const u8);
        // SAFETY: the tests below pass slices of the kernel's types, of `n` or, for scalars, one element.
        let fault = unsafe { f(out.as_mut_ptr() as *mut u8, pointers.0, pointers.1, pointers.2, n) };
        (out, fault)
    }

    const NO: &[u8] = &[];

    #[test]
    fn every_variant_of_add() {
        for isa in Isa::available() {
            for n in (0..70).chain([511, 512, 1000]) {
                let x: Vec<f32> = (0..n).map(|i| i as f32).collect();
                let y: Vec<f32> = (0..n).map(|i| 0.5 * i as f32).collect();
                let want = |f: &dyn Fn(usize) -> f32| (0..n).map(f).collect::<Vec<f32>>();
                let f = |scalars| ADD.get_for(isa, DType::F32, scalars).unwrap();
                assert_eq!(call::<f32, _, _, _>(f(0), &x, &y, NO, n).0, want(&|i| x[i] + y[i]));
                assert_eq!(call::<f32, _, _, _>(f(SCALAR_X), &[3f32], &y, NO, n).0, want(&|i| 3.0 + y[i]));
                assert_eq!(call::<f32, _, _, _>(f(SCALAR_Y), &x, &[3f32], NO, n).0, want(&|i| x[i] + 3.0));
                assert!(ADD.get_for(isa, DType::F32, 3).is_none());
                let z: Vec<i64> = (0..n as i64).map(|i| i64::MAX.wrapping_add(i - 3)).collect();
                let (sum, _) = call::<i64, _, _, _>(ADD.get_for(isa, DType::I64, 0).unwrap(), &z, &z, NO, n);
                assert!(sum.iter().zip(&z).all(|(&s, &z)| s == z.wrapping_add(z)));
            }
        }
    }

    #[test]
    fn types_and_classes() {
        assert!(TANH.supports(DType::F64) && TANH.supports(DType::BF16) && !TANH.supports(DType::I64));
        assert!(LESS.supports(DType::Bool) && LESS.result == Class::Fixed(DType::Bool));
        assert_eq!(WHERE.operands, [Class::Fixed(DType::Bool), Class::Same, Class::Same]);
        assert_eq!((ADD.arity, WHERE.arity, HALF_GELU.arity), (2, 3, 1));
        assert_eq!(Class::Same.of(DType::F32), DType::F32);
        assert_eq!(Class::Fixed(DType::Bool).of(DType::F32), DType::Bool);
    }

    #[test]
    fn mixed_types_and_faults() {
        for isa in Isa::available() {
            let (x, y) = ([1.0f64, 2.0, f64::NAN, -0.0], [2.0f64, 1.0, 1.0, 0.0]);
            let (less, _) = call::<bool, _, _, _>(LESS.get_for(isa, DType::F64, 0).unwrap(), &x, &y, NO, 4);
            assert_eq!(less, [true, false, false, false]);
            let f = WHERE.get_for(isa, DType::F64, SCALAR_Z).unwrap();
            assert_eq!(call::<f64, _, _, _>(f, &less, &x, &[9.0f64], 4).0, [1.0, 9.0, 9.0, 9.0]);
            let f = REM.get_for(isa, DType::I64, 0).unwrap();
            assert_eq!(call::<i64, _, _, _>(f, &[7i64, -7, i64::MIN], &[3i64, 3, -1], NO, 3), (vec![1, 2, 0], 0));
            assert_eq!(call::<i64, _, _, _>(f, &[7i64, 7], &[0i64, 4], NO, 2), (vec![0, 3], fault::DIV_BY_ZERO));
        }
    }
}
