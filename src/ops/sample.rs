//! Inputs for the proofs, as data: golden numbers, finite differences, comparisons between ways of computing.

/// The arguments of one call, in the order of the parameters.
pub struct Sample {
    pub args: &'static [Value],
    /// Smooth around these inputs: finite differences must agree. False at kinks and ties, where only PyTorch's
    /// numbers count.
    pub smooth: bool,
}

/// One argument.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// Floats of this shape between two bounds, the same ones each time; tests run them in every float dtype.
    Uniform(&'static [usize], f64, f64),
    /// The same, as a transposed view of other memory.
    Strided(&'static [usize], f64, f64),
    /// These floats.
    Floats(&'static [usize], &'static [f64]),
    /// These integers, as i64.
    Ints(&'static [usize], &'static [i64]),
    Bools(&'static [usize], &'static [bool]),
    /// A tuple of tensors.
    Many(&'static [Value]),
    /// Not tensors: host values and attributes.
    Number(f64),
    Int(i64),
    Bool(bool),
    Str(&'static str),
    /// A tuple of ints: sizes, dims.
    Tuple(&'static [i64]),
    /// `none`
    Absent,
}

/// A smooth sample.
pub const fn sample(args: &'static [Value]) -> Sample {
    Sample { args, smooth: true }
}

/// A sample at a kink or a tie, or of something that has no gradient.
pub const fn kink(args: &'static [Value]) -> Sample {
    Sample { args, smooth: false }
}

/// Floats between -2 and 2.
pub const fn normal(dims: &'static [usize]) -> Value {
    Value::Uniform(dims, -2.0, 2.0)
}

/// Floats between 0.5 and 2.5.
pub const fn positive(dims: &'static [usize]) -> Value {
    Value::Uniform(dims, 0.5, 2.5)
}

pub const fn between(dims: &'static [usize], low: f64, high: f64) -> Value {
    Value::Uniform(dims, low, high)
}

/// What is not a number like others, and what overflows in an exponential.
pub const EDGES: Value = Value::Floats(&[7], &[0.0, -0.0, 1e4, -1e4, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);

/// Samples that every smooth function of one tensor shares: plain, wide, empty, no dimensions, strided.
#[macro_export]
#[doc(hidden)]
macro_rules! unary_samples {
    ($low:expr, $high:expr $(; $($more:expr),+)?) => {{
        #[allow(unused_imports)]
        use $crate::ops::sample::{EDGES, Value::*, kink, sample};
        &[
            sample(&[Uniform(&[7], $low, $high)]),
            sample(&[Uniform(&[3, 4], $low, $high)]),
            sample(&[Uniform(&[], $low, $high)]),
            sample(&[Uniform(&[0, 3], $low, $high)]),
            sample(&[Strided(&[3, 4], $low, $high)]),
            $($($more),+)?
        ]
    }};
}

/// Samples of an operator of two tensors: equal shapes, both kinds of broadcasting, numbers, empty, strided.
#[macro_export]
#[doc(hidden)]
macro_rules! binary_samples {
    ($low:expr, $high:expr $(; $($more:expr),+)?) => {{
        #[allow(unused_imports)]
        use $crate::ops::sample::{Value::*, kink, sample};
        &[
            sample(&[Uniform(&[3, 4], $low, $high), Uniform(&[3, 4], $low + 0.1, $high + 0.1)]),
            sample(&[Uniform(&[3, 4], $low, $high), Uniform(&[4], $low + 0.1, $high + 0.1)]),
            sample(&[Uniform(&[3, 1], $low, $high), Uniform(&[2, 1, 4], $low + 0.1, $high + 0.1)]),
            sample(&[Uniform(&[], $low, $high), Uniform(&[5], $low + 0.1, $high + 0.1)]),
            sample(&[Uniform(&[], $low, $high), Uniform(&[], $low + 0.1, $high + 0.1)]),
            sample(&[Uniform(&[2, 3], $low, $high), Number(1.5)]),
            sample(&[Number(2.5), Uniform(&[2, 3], $low, $high)]),
            sample(&[Uniform(&[0, 3], $low, $high), Uniform(&[3], $low, $high)]),
            sample(&[Strided(&[4, 3], $low, $high), Uniform(&[4, 3], $low + 0.1, $high + 0.1)]),
            $($($more),+)?
        ]
    }};
}
