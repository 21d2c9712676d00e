//! Memory and kernels of the CPU.

pub mod alloc;
pub mod attention;
pub mod cast;
pub mod conv;
pub mod copy;
pub mod ctc;
pub mod distance;
pub mod elem;
pub mod index;
pub mod isa;
pub mod linalg;
pub mod math;
pub mod matmul;
pub mod norm;
pub mod pool;
pub mod random;
pub mod reduce;
pub mod resample;
pub mod scan;
pub mod softmax;
pub mod sort;
pub mod sum;
pub mod tile;
pub mod window;
