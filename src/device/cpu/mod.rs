//! Memory and kernels of the CPU.

pub mod alloc;
pub mod cast;
pub mod copy;
pub mod ctc;
pub mod elem;
pub mod index;
pub mod isa;
pub mod math;
pub mod matmul;
pub mod pool;
pub mod random;
pub mod reduce;
pub mod scan;
pub mod softmax;
pub mod sort;
pub mod sum;
pub mod tile;
