//! What an operation is: one file each, found by the build; a registry that everything else walks.
//!
//! One of the core's three rooms (`tensor`, `tape`, `ops`). A gradient rule is written in operations through
//! `Cx`, which records when asked, so gradients of gradients need nothing more.

pub mod along;
pub mod class_loss;
pub mod convolution;
pub mod crossing;
pub mod dispatch;
pub mod error;
pub mod extreme;
pub mod index;
pub mod infer;
pub mod joining;
pub mod layers;

pub mod losses;
pub mod making;
pub mod matrices;
pub mod normalizing;
pub mod parts;
pub mod placing;
pub mod powers;
pub mod products;
pub mod reducing;
pub mod resampling;
pub mod rules;
pub mod sample;
pub mod scanning;
pub mod sig;
pub mod softmaxing;
pub mod sorting;
pub mod triangle;
pub mod variance;
pub mod windows;

use crate::device::cpu::tile::{Basic, Tiles};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;
pub use dispatch::{Attr, Attrs, Operand, Outputs};
pub use error::{OpError, Result};
pub use infer::Meta;
pub use sample::Sample;
pub use sig::{Default, Param, ParamKind};

// `pub mod tanh;` and so on for every file in a family's folder, and `ALL`, the list of their statics.
include!(concat!(env!("OUT_DIR"), "/registry.rs"));

/// Everything there is to know about an operation.
pub struct Op {
    /// As the user writes it.
    pub name: &'static str,
    /// The operator that means it.
    pub symbol: Option<&'static str>,
    pub params: &'static [Param],
    /// The names of its results, when there are several; empty for one.
    pub parts: &'static [&'static str],
    /// One or more sentences; the first stands alone as the summary.
    pub doc: &'static str,
    /// Programs with the value they print: `tanh([0.0, 1.0])  # f32[2] [0.0, 0.7616]`.
    pub examples: &'static [&'static str],
    pub kind: Kind,
    /// One for each tensor parameter; for a parameter that takes many tensors, one for all of them.
    pub vjp: &'static [Grad],
    /// Inputs for the proofs: golden numbers, finite differences, dtypes, bitwise comparisons.
    pub samples: &'static [Sample],
    /// Other places where PyTorch is, and the tolerance if it is not the usual one.
    pub proof: Proof,
}

/// How an operation computes.
pub enum Kind {
    /// Element by element over broadcast operands; shape and dtype follow from `domain`.
    Tile {
        tiles: &'static Tiles,
        domain: Domain,
        /// Cannot fail on its integers, so it may be put off; floats never fail.
        total: bool,
    },
    /// Anything else: results from shapes and attributes alone, then the kernel.
    Whole { infer: InferFn, run: WholeFn, cuda: Cuda },
    /// Written in other operations, which the tape shows instead.
    Composite(CompositeFn),
}

/// Shapes and dtypes of the results; computes nothing, so that hints, checks and graphs can share it.
pub type InferFn = fn(&[Meta], &Attrs) -> Result<Vec<Meta>>;
/// The kernel. Tensors are forced, of one device, and in no particular memory order.
pub type WholeFn = fn(&Cx, &[Tensor], &Attrs) -> Result<Outputs>;
pub type CompositeFn = fn(&Cx, &[Operand], &Attrs) -> Result<Outputs>;

/// What operands become before an elementwise kernel sees them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Domain {
    /// Their common dtype; bool counts as i64 (`+`).
    Number,
    /// Their common dtype, bool as it is (`maximum`).
    Any,
    /// Their common float dtype; integers become f32 (`exp`, `/`).
    Float,
    /// Bool, whatever they were (`logical_and`).
    Truth,
    /// The first operand is a bool condition, the others as `Any` (`where`).
    Select,
}

/// The gradient for one input.
pub enum Grad {
    /// Written in operations on what `Needs` declares and the cotangent.
    Rule(Needs, fn(&Cx, &Saved, &Tensor) -> Tensor),
    /// May add into a sum that is already there; without one it makes the gradient itself.
    Into(Needs, fn(&Cx, &Saved, &Tensor, Option<Tensor>) -> Tensor),
    /// Takes the cotangent for itself, so that it can change it in place. Runs after the other inputs' rules.
    Own(Needs, fn(&Cx, &Saved, Tensor) -> Tensor),
    /// The gradients of all inputs at once, where they share work: for each input none or its gradient, which is made
    /// only if `Saved::is_wanted` says so. Stands first, and alone.
    All(Needs, fn(&Cx, &Saved, &Tensor) -> Vec<Option<Tensor>>),
    /// For a parameter that takes many tensors: the gradient of the one at a position.
    Each(Needs, fn(&Cx, &Saved, &Tensor, usize) -> Tensor),
    /// Why there is none; the user reads it.
    None(&'static str),
}

/// All that a rule may read, as a set: what is not named here is not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Needs(pub u16);

impl Needs {
    pub const NOTHING: Needs = Needs(0);
    pub const IN0: Needs = Needs(1);
    pub const IN1: Needs = Needs(2);
    pub const IN2: Needs = Needs(4);
    pub const IN3: Needs = Needs(8);
    /// The results.
    pub const OUT: Needs = Needs(16);
    pub const OUT1: Needs = Needs(32);
    pub const OUT2: Needs = Needs(64);
    /// The shapes (and dtypes) of all inputs.
    pub const SHAPES: Needs = Needs(128);

    pub const fn and(self, other: Needs) -> Needs {
        Needs(self.0 | other.0)
    }

    #[inline(always)]
    pub const fn has(self, other: Needs) -> bool {
        self.0 & other.0 != 0
    }

    /// Input `k`, up to the fourth.
    #[inline(always)]
    pub const fn input(k: usize) -> Needs {
        Needs(if k < 4 { 1 << k } else { 0 })
    }

    #[inline(always)]
    pub const fn output(k: usize) -> Needs {
        Needs(if k < 3 { 16 << k } else { 0 })
    }
}

/// How CUDA computes an operation that is not elementwise.
pub enum Cuda {
    /// Only a layout changes: nothing to run.
    Layout,
    /// Not written yet; the operation says so when asked for on a CUDA device.
    ToCome,
}

/// How an operation is held against PyTorch.
pub enum Proof {
    /// Python that computes the reference from `args` (tensors and attributes in order): `torch.tanh(*args)`.
    Torch(&'static str),
    /// The same with a tolerance of its own, relative to the largest magnitude, for f32 and f64, and why.
    TorchWithin { python: &'static str, f32: f64, f64: f64, why: &'static str },
    /// Not PyTorch's to say (random numbers); what proves it instead.
    Other(&'static str),
}

/// Runs a block with `T` as a dtype's Rust type (bools as u8 would be wrong for sums, so as `bool`).
#[macro_export]
#[doc(hidden)]
macro_rules! for_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::device::DType::Bool => {
                type $T = bool;
                $body
            }
            $crate::device::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::device::DType::F16 => {
                type $T = half::f16;
                $body
            }
            $crate::device::DType::BF16 => {
                type $T = half::bf16;
                $body
            }
            $crate::device::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::device::DType::F64 => {
                type $T = f64;
                $body
            }
        }
    };
}
pub use crate::for_dtype;

/// The same for float dtypes alone; anything else counts as f32.
#[macro_export]
#[doc(hidden)]
macro_rules! for_float {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::device::DType::F16 => {
                type $T = half::f16;
                $body
            }
            $crate::device::DType::BF16 => {
                type $T = half::bf16;
                $body
            }
            $crate::device::DType::F64 => {
                type $T = f64;
                $body
            }
            _ => {
                type $T = f32;
                $body
            }
        }
    };
}
pub use crate::for_float;

/// The operation with this name.
pub fn find(name: &str) -> Option<&'static Op> {
    use std::collections::HashMap;
    use std::sync::OnceLock;
    static NAMES: OnceLock<HashMap<&'static str, &'static Op>> = OnceLock::new();
    NAMES.get_or_init(|| ALL.iter().map(|op| (op.name, *op)).collect()).get(name).copied()
}

/// All operations, by file name.
pub fn all() -> &'static [&'static Op] {
    ALL
}

/// Each operation with the folder that its file is in: `math`, `reduce`.
pub fn families() -> impl Iterator<Item = (&'static str, &'static Op)> {
    FAMILIES.iter().copied().zip(ALL.iter().copied())
}

impl Op {
    /// The tensor parameters, in order.
    pub fn tensor_params(&self) -> impl Iterator<Item = &'static Param> {
        self.params.iter().filter(|p| p.kind.is_tensor())
    }

    /// Which of the four operations of arithmetic it is.
    #[inline(always)]
    pub(crate) fn basic(&self) -> Option<Basic> {
        match self.kind {
            Kind::Tile { tiles, .. } => tiles.basic,
            _ => None,
        }
    }

    pub fn tiles(&self) -> Option<&'static Tiles> {
        match self.kind {
            Kind::Tile { tiles, .. } => Some(tiles),
            _ => None,
        }
    }
}

impl PartialEq for Op {
    fn eq(&self, other: &Op) -> bool {
        std::ptr::eq(self, other)
    }
}

impl std::fmt::Debug for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
