//! From an op's formula to its [`Tiles`]: `tiles!` makes a function of it, generic over [`Real`] where it is one of
//! floats, and the traits here make a [`Kernel`] of that for each element type.

use std::marker::PhantomData;

use super::kernel::{Class, Kernel, Tiles};
use crate::device::DType;
use crate::device::cpu::math::{BASELINE_FUSED, Lane, Real};

macro_rules! bodies {
    ($($(#[$doc:meta])* $Trait:ident $(<$T:ident: $($bound:ident)+>)? ($($arg:ident: $A:ty),+) -> $D:ty;)+) => { $(
        $(#[$doc])*
        pub trait $Trait {
            fn call$(<$T: $($bound +)+>)?($($arg: $A),+) -> $D;
        }
    )+ };
}

/// Floats, one operand.
pub trait Real1 {
    fn call<R: Real>(x: R) -> R;

    /// The operands for which `exact` is to be asked.
    const HAS_RARE: bool = false;
    #[inline(always)]
    fn rare<R: Real>(_: R) -> bool {
        false
    }
    #[inline(always)]
    fn exact<R: Real>(x: R) -> R {
        Self::call(x)
    }
}

struct OnReal1<Body, T>(PhantomData<(Body, T)>);

impl<Body: Real1, T: Real> Kernel for OnReal1<Body, T> {
    type A = T;
    type B = ();
    type C = ();
    type D = T;
    const HAS_RARE: bool = Body::HAS_RARE;

    #[inline(always)]
    fn call(x: T, _: (), _: ()) -> (T, u32) {
        (Body::call(x), 0)
    }

    #[inline(always)]
    fn rare(x: T, _: (), _: ()) -> bool {
        Body::rare(x)
    }

    #[inline(always)]
    fn exact(x: T, _: (), _: ()) -> T {
        Body::exact(x)
    }
}

bodies! {
    /// Floats, two operands.
    Real2<R: Real>(x: R, y: R) -> R;
    /// Floats, three operands.
    Real3<R: Real>(x: R, y: R, z: R) -> R;
    /// A question to a float.
    Test1<R: Real>(x: R) -> bool;
    /// Integers, one operand.
    Int1(x: i64) -> i64;
    /// Integers, two operands.
    Int2(x: i64, y: i64) -> i64;
    /// Integers, three operands.
    Int3(x: i64, y: i64, z: i64) -> i64;
    /// Integers; the second part of the result is 0 or a `fault`.
    Checked2(x: i64, y: i64) -> (i64, u32);
    /// Bools, one operand.
    Bool1(x: bool) -> bool;
    /// Bools, two operands.
    Bool2(x: bool, y: bool) -> bool;
    /// Bools, three operands.
    Bool3(x: bool, y: bool, z: bool) -> bool;
    /// A comparison of two of any type.
    Compare2<T: Copy PartialOrd>(x: T, y: T) -> bool;
    /// Of any type, by a bool first operand.
    Choose3<T: Copy>(x: bool, y: T, z: T) -> T;
}

/// Makes kernels of bodies: for each, a type that applies it to `T`s, and the [`Tiles`] method that adds its loops.
macro_rules! kernels {
    ($($Body:ident $Kernel:ident ($($arg:ident),+) over $T:ident $(: $($bound:ident)+)? =>
        ($A:ty, $B:ty, $C:ty) -> $D:ty, |$value:ident| $result:expr;)+) => { $(
        struct $Kernel<Body, T>(PhantomData<(Body, T)>);

        impl<Body: $Body, $T: Copy $($(+ $bound)+)?> Kernel for $Kernel<Body, $T> {
            type A = $A;
            type B = $B;
            type C = $C;
            type D = $D;
            #[inline(always)]
            fn call(a: $A, b: $B, c: $C) -> ($D, u32) {
                kernels!(@call Body, $value, $result, (a, b, c) $($arg)+)
            }
        }
    )+ };
    (@call $Body:ident, $value:ident, $result:expr, ($a:ident, $b:ident, $c:ident) x) => {{
        let _: ((), ()) = ($b, $c);
        let $value = $Body::call($a);
        $result
    }};
    (@call $Body:ident, $value:ident, $result:expr, ($a:ident, $b:ident, $c:ident) x y) => {{
        let _: () = $c;
        let $value = $Body::call($a, $b);
        $result
    }};
    (@call $Body:ident, $value:ident, $result:expr, ($a:ident, $b:ident, $c:ident) x y z) => {{
        let $value = $Body::call($a, $b, $c);
        $result
    }};
}

kernels! {
    Real2 OnReal2(x, y) over T: Real => (T, T, ()) -> T, |r| (r, 0);
    Real3 OnReal3(x, y, z) over T: Real => (T, T, T) -> T, |r| (r, 0);
    Test1 OnTest1(x) over T: Real => (T, (), ()) -> bool, |r| (r, 0);
    Compare2 OnCompare2(x, y) over T: PartialOrd => (T, T, ()) -> bool, |r| (r, 0);
    Choose3 OnChoose3(x, y, z) over T => (bool, T, T) -> T, |r| (r, 0);
    Int1 OnInt1(x) over T => (i64, (), ()) -> i64, |r| (r, 0);
    Int2 OnInt2(x, y) over T => (i64, i64, ()) -> i64, |r| (r, 0);
    Int3 OnInt3(x, y, z) over T => (i64, i64, i64) -> i64, |r| (r, 0);
    Checked2 OnChecked2(x, y) over T => (i64, i64, ()) -> i64, |r| r;
    Bool1 OnBool1(x) over T => (bool, (), ()) -> bool, |r| (r, 0);
    Bool2 OnBool2(x, y) over T => (bool, bool, ()) -> bool, |r| (r, 0);
    Bool3 OnBool3(x, y, z) over T => (bool, bool, bool) -> bool, |r| (r, 0);
}

/// Floats where there is no FMA and where there is.
type Plain<T> = Lane<T, BASELINE_FUSED>;
type Fused<T> = Lane<T, true>;

macro_rules! adders {
    (floats { $($float:ident $FloatBody:ident $FloatKernel:ident;)+ }
     fixed { $($fixed:ident $FixedBody:ident $FixedKernel:ident $dtype:ident;)+ }) => {
        /// What `tiles!` expands to.
        impl Tiles {
            $(
                pub const fn $float<B: $FloatBody>(self) -> Tiles {
                    self.with::<$FloatKernel<B, Plain<f32>>, $FloatKernel<B, Fused<f32>>>(DType::F32)
                        .with::<$FloatKernel<B, Plain<f64>>, $FloatKernel<B, Fused<f64>>>(DType::F64)
                }
            )+
            $(
                pub const fn $fixed<B: $FixedBody>(self) -> Tiles {
                    self.with_same::<$FixedKernel<B, ()>>(DType::$dtype)
                }
            )+
            /// Floats to bool.
            pub const fn test1<B: Test1>(self) -> Tiles {
                self.test_floats::<B>().result_class(Class::Fixed(DType::Bool))
            }
            /// Two of any type to bool.
            pub const fn compare2<B: Compare2>(self) -> Tiles {
                self.with_same::<OnCompare2<B, bool>>(DType::Bool)
                    .with_same::<OnCompare2<B, i64>>(DType::I64)
                    .with_same::<OnCompare2<B, f32>>(DType::F32)
                    .with_same::<OnCompare2<B, f64>>(DType::F64)
                    .result_class(Class::Fixed(DType::Bool))
            }
            /// A bool and two of any type.
            pub const fn choose3<B: Choose3>(self) -> Tiles {
                self.with_same::<OnChoose3<B, bool>>(DType::Bool)
                    .with_same::<OnChoose3<B, i64>>(DType::I64)
                    .with_same::<OnChoose3<B, f32>>(DType::F32)
                    .with_same::<OnChoose3<B, f64>>(DType::F64)
                    .operand_class(0, Class::Fixed(DType::Bool))
            }
        }
    };
}

adders! {
    floats {
    real1 Real1 OnReal1;
    real2 Real2 OnReal2;
    real3 Real3 OnReal3;
    test_floats Test1 OnTest1;
    }
    fixed {
    int1 Int1 OnInt1 I64;
    int2 Int2 OnInt2 I64;
    int3 Int3 OnInt3 I64;
    checked2 Checked2 OnChecked2 I64;
    bool1 Bool1 OnBool1 Bool;
    bool2 Bool2 OnBool2 Bool;
    bool3 Bool3 OnBool3 Bool;
    }
}

/// An op's [`Tiles`] from its formula, for a `static`. One line per element type it exists for:
///
/// ```ignore
/// static TANH: Tiles = tiles!("tanh", cuda: "TANH(x)", real: |x| x.tanh());
/// static ADD: Tiles = tiles!("add", cuda: "x + y",
///     real: |x, y| x + y, int: |x, y| x.wrapping_add(y), bool: |x, y| x | y);
/// static LESS: Tiles = tiles!("lt", cuda: "x < y", compare: |x, y| x < y);
/// static SIN: Tiles = tiles!("sin", cuda: "SIN(x)", real: |x| x.sin(); x.trig_is_rare() => x.sin_any());
/// static WHERE: Tiles = tiles!("where", cuda: "x ? y : z", choose: |x, y, z| if x { y } else { z });
/// static IS_NAN: Tiles = tiles!("isnan", cuda: "ISNAN(x)", test: |x| x.is_nan());
/// static FMOD: Tiles = tiles!("fmod", cuda: "FMOD(x, y)", real: |x, y| x % y,
///     checked: |x, y| if y == 0 { (0, fault::DIV_BY_ZERO) } else { (x.wrapping_rem(y), 0) });
/// ```
///
/// `real` bodies are generic over `R:` [`Real`]: a constant is `R::lit(0.5)`, or plainly `0.5` on the right of an
/// operator. `int` is i64 and must wrap, not panic; `checked` may also report a [`fault`]. `compare` is generic over
/// all types, `test` asks floats, both give bool. A body must not branch, or its loop isn't vectorised: both sides of
/// `R::select(condition, a, b)` are computed. What a loop cannot do for rare operands comes after a semicolon, for
/// floats with one operand: when `rare` holds for any of a tile, the formula after `=>` is used for those.
macro_rules! tiles {
    (
        $name:literal, cuda: $cuda:expr
        $(, $class:ident: |$($arg:ident),+| $body:expr $(; $rare:expr => $exact:expr)?)+ $(,)?
    ) => {{
        #[allow(unused_imports)]
        use $crate::device::cpu::{math::*, tile::*};
        const ARITY: u8 = {
            let arities = [$([$(stringify!($arg)),+].len()),+];
            arities[0] as u8
        };
        let tiles = Tiles::new($name, ARITY, $cuda);
        $( let tiles = tiles!(@ $class tiles, ($($arg),+) $body $(; $rare => $exact)?); )+
        tiles
    }};
    (@ real $t:ident, ($x:ident) $b:expr) => { tiles!(@fn $t, real1 Real1<R: Real>($x: R) -> R, $b) };
    (@ real $t:ident, ($x:ident) $b:expr; $rare:expr => $exact:expr) => {{
        struct Formula;
        impl Real1 for Formula {
            const HAS_RARE: bool = true;
            #[inline(always)]
            fn call<R: Real>($x: R) -> R {
                $b
            }
            #[inline(always)]
            fn rare<R: Real>($x: R) -> bool {
                $rare
            }
            #[inline(always)]
            fn exact<R: Real>($x: R) -> R {
                $exact
            }
        }
        $t.real1::<Formula>()
    }};
    (@ real $t:ident, ($x:ident, $y:ident) $b:expr) => { tiles!(@fn $t, real2 Real2<R: Real>($x: R, $y: R) -> R, $b) };
    (@ real $t:ident, ($x:ident, $y:ident, $z:ident) $b:expr) => {
        tiles!(@fn $t, real3 Real3<R: Real>($x: R, $y: R, $z: R) -> R, $b)
    };
    (@ test $t:ident, ($x:ident) $b:expr) => { tiles!(@fn $t, test1 Test1<R: Real>($x: R) -> bool, $b) };
    (@ int $t:ident, ($x:ident) $b:expr) => { tiles!(@fn $t, int1 Int1($x: i64) -> i64, $b) };
    (@ int $t:ident, ($x:ident, $y:ident) $b:expr) => { tiles!(@fn $t, int2 Int2($x: i64, $y: i64) -> i64, $b) };
    (@ int $t:ident, ($x:ident, $y:ident, $z:ident) $b:expr) => {
        tiles!(@fn $t, int3 Int3($x: i64, $y: i64, $z: i64) -> i64, $b)
    };
    (@ checked $t:ident, ($x:ident, $y:ident) $b:expr) => {
        tiles!(@fn $t, checked2 Checked2($x: i64, $y: i64) -> (i64, u32), $b)
    };
    (@ bool $t:ident, ($x:ident) $b:expr) => { tiles!(@fn $t, bool1 Bool1($x: bool) -> bool, $b) };
    (@ bool $t:ident, ($x:ident, $y:ident) $b:expr) => { tiles!(@fn $t, bool2 Bool2($x: bool, $y: bool) -> bool, $b) };
    (@ bool $t:ident, ($x:ident, $y:ident, $z:ident) $b:expr) => {
        tiles!(@fn $t, bool3 Bool3($x: bool, $y: bool, $z: bool) -> bool, $b)
    };
    (@ compare $t:ident, ($x:ident, $y:ident) $b:expr) => {
        tiles!(@fn $t, compare2 Compare2<T: Copy + PartialOrd>($x: T, $y: T) -> bool, $b)
    };
    (@ choose $t:ident, ($x:ident, $y:ident, $z:ident) $b:expr) => {
        tiles!(@fn $t, choose3 Choose3<T: Copy>($x: bool, $y: T, $z: T) -> T, $b)
    };
    (@fn $t:ident, $add:ident $Body:ident $(<$P:ident: $B0:ident $(+ $B1:ident)*>)?
        ($($arg:ident: $A:ty),+) -> $D:ty, $body:expr) => {{
        struct Formula;
        impl $Body for Formula {
            #[inline(always)]
            fn call$(<$P: $B0 $(+ $B1)*>)?($($arg: $A),+) -> $D {
                $body
            }
        }
        $t.$add::<Formula>()
    }};
}
pub(crate) use tiles;
