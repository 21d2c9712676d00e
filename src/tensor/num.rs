//! One host number on its way in or out of a tensor.

use crate::device::DType;
use half::{bf16, f16};

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Num {
    Bool(bool),
    Int(i64),
    Float(f64),
}

impl Num {
    pub fn to_f64(self) -> f64 {
        match self {
            Num::Bool(b) => b as u8 as f64,
            Num::Int(i) => i as f64,
            Num::Float(x) => x,
        }
    }

    /// Floats are truncated towards zero, as torch's cast does; what does not fit saturates.
    pub fn to_i64(self) -> i64 {
        match self {
            Num::Bool(b) => b as i64,
            Num::Int(i) => i,
            Num::Float(x) => x as i64,
        }
    }

    pub fn to_bool(self) -> bool {
        match self {
            Num::Bool(b) => b,
            Num::Int(i) => i != 0,
            Num::Float(x) => x != 0.0,
        }
    }

    /// The dtype of a tensor made of this number alone.
    pub fn dtype(self) -> DType {
        match self {
            Num::Bool(_) => DType::Bool,
            Num::Int(_) => DType::I64,
            Num::Float(_) => DType::F32,
        }
    }

    /// The dtype of `self` joined with a tensor of dtype `t`: a host number never widens a float tensor.
    pub fn join(self, t: DType) -> DType {
        match self {
            Num::Bool(_) => t,
            Num::Int(_) => t.max(DType::I64),
            Num::Float(_) if t.is_float() => t,
            Num::Float(_) => DType::F32,
        }
    }

    /// Writes the number as one element.
    ///
    /// # Safety
    /// `at` has room for an element of `dtype`, aligned for it.
    #[inline(always)]
    pub unsafe fn write(self, dtype: DType, at: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            match dtype {
                DType::F32 => *at.cast::<f32>() = self.to_f64() as f32,
                DType::F64 => *at.cast::<f64>() = self.to_f64(),
                DType::I64 => *at.cast::<i64>() = self.to_i64(),
                DType::Bool => *at = self.to_bool() as u8,
                DType::F16 => *at.cast::<f16>() = f16::from_f32(self.to_f64() as f32),
                DType::BF16 => *at.cast::<bf16>() = bf16::from_f32(self.to_f64() as f32),
            }
        }
    }

    /// Reads one element.
    ///
    /// # Safety
    /// `at` holds an element of `dtype`, aligned for it.
    #[inline(always)]
    pub unsafe fn read(dtype: DType, at: *const u8) -> Num {
        // SAFETY: the caller's promise.
        unsafe {
            match dtype {
                DType::F32 => Num::Float(*at.cast::<f32>() as f64),
                DType::F64 => Num::Float(*at.cast::<f64>()),
                DType::I64 => Num::Int(*at.cast::<i64>()),
                DType::Bool => Num::Bool(*at != 0),
                DType::F16 => Num::Float((*at.cast::<f16>()).to_f64()),
                DType::BF16 => Num::Float((*at.cast::<bf16>()).to_f64()),
            }
        }
    }
}
