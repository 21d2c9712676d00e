//! A chain of elementwise ops as data: what the tensor core makes of put-off expressions, and what CUDA source is
//! generated from. It holds structure alone (no pointers, sizes or strides), so that callers cache it.

use super::kernel::Tiles;
use crate::device::DType;

/// Elements of a tile: a register of f32 is 2 KB, so a dozen stay in the first-level cache. 4,096 was 1.7 times slower.
pub const TILE: usize = 512;

/// An elementwise computation over `n` elements. For each tile, the instructions run in order over registers.
#[derive(Clone, Default, Debug)]
pub struct Program {
    pub code: Vec<Instr>,
    pub inputs: Vec<Input>,
    pub outputs: Vec<Output>,
    pub sums: Vec<SumSink>,
    /// Registers the code uses: all `dst` and [`Src::Reg`] are below it.
    pub registers: u8,
}

/// One op over a tile.
#[derive(Clone, Copy, Debug)]
pub struct Instr {
    pub tiles: &'static Tiles,
    /// The type the op computes in, which its [`Same`](super::Class::Same) operands have.
    pub dtype: DType,
    /// The type of the result as stored. For f16 and bf16 the register holds f32, rounded to them.
    pub out: DType,
    /// The register written; it may be one of the sources'.
    pub dst: u8,
    /// Operands; those beyond the op's arity are ignored.
    pub src: [Src; 3],
}

impl Instr {
    /// Whether both compute the same, wherever to.
    pub fn is_same(&self, other: &Instr) -> bool {
        std::ptr::eq(self.tiles, other.tiles) && (self.dtype, self.out, self.src) == (other.dtype, other.out, other.src)
    }
}

/// Where an operand comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Src {
    Reg(u8),
    Input(u8),
    None,
}

/// One input. Half types are widened to f32 as they are read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Input {
    pub dtype: DType,
    pub access: Access,
}

/// How an input's elements lie; sizes and strides come with the [`Binding`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// One after another, as many as there are elements.
    Contiguous,
    /// One element for all.
    Scalar,
    /// By strides over the dims of the result: negative for reversed, 0 for broadcast.
    Strided,
}

/// A result written to memory, contiguous: that of one instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Output {
    /// Index into `code`. The element type is that instruction's `out`.
    pub instr: u16,
}

/// What is summed over all its elements, to a [`Total`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SumSink {
    /// The result of this instruction, by its index in `code`.
    Instr(u16),
    /// An input as it is.
    Input(u8),
}

/// What a [`Program`] runs on: pointers, sizes, strides.
pub struct Bindings<'a> {
    /// Elements of every output; the product of `dims` where an input is strided.
    pub n: usize,
    /// The shape that strided inputs are read in; otherwise ignored.
    pub dims: &'a [usize],
    /// One for each input.
    pub inputs: &'a [Binding<'a>],
    /// Where each output goes: `n` elements, aligned.
    pub outputs: &'a [*mut u8],
    /// Receives each sum.
    pub sums: &'a mut [Total],
}

/// One input's memory.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The element of index 0 in every dim.
    pub ptr: *const u8,
    /// For [`Access::Strided`], one for each of `dims`, in elements; else ignored.
    pub strides: &'a [isize],
}

/// A finished sum. Floats of any type are summed to f64 (round it to the type wanted), bools are counted, i64 wraps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Total {
    Float(f64),
    Int(i64),
}
