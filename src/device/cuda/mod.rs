//! CUDA: what generated kernels are compiled with, and how they are generated.

pub mod source;

/// The functions that the C++ expressions of ops call (see [`Tiles::cuda`](crate::device::cpu::tile::Tiles::cuda)), to
/// stand before the kernels of a translation unit.
pub const PRELUDE: &str = include_str!("prelude.cu");
