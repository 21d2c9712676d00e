//! Tensor literals: numbers in rows, before they are a tensor.

use super::value::Value;
use crate::device::DType;
use crate::tensor::{Dims, Num, Tensor};

/// The numbers of a literal and its sizes, outermost first.
#[derive(Default)]
pub struct Literal {
    pub dims: Vec<usize>,
    numbers: Vec<Num>,
}

impl Literal {
    /// Numbers will follow, `len` of them or in `len` rows.
    pub fn of_rows(len: usize) -> Literal {
        Literal { dims: vec![len], numbers: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Always true, for use in a chain of conditions.
    pub fn int(&mut self, value: i64) -> bool {
        self.numbers.push(Num::Int(value));
        true
    }

    pub fn float(&mut self, value: f64) -> bool {
        self.numbers.push(Num::Float(value));
        true
    }

    pub fn bool(&mut self, value: bool) -> bool {
        self.numbers.push(Num::Bool(value));
        true
    }

    pub fn push(&mut self, number: Num) {
        self.numbers.push(number);
    }

    /// Integers make `i64`, with any float `f32` (`f64` if `wide`), bools `bool`, nothing `f32`.
    pub fn dtype(&self, wide: bool) -> DType {
        let float = if wide { DType::F64 } else { DType::F32 };
        self.numbers
            .iter()
            .map(|n| match n {
                Num::Bool(_) => DType::Bool,
                Num::Int(_) => DType::I64,
                Num::Float(_) => float,
            })
            .max()
            .unwrap_or(float)
    }

    /// # Errors
    /// What is wrong with the sizes, in words.
    pub fn to_value(&self, wide: bool) -> Result<Value, String> {
        if self.dims.len() > crate::tensor::MAX_DIMS {
            return Err(format!("a tensor has at most {} dimensions", crate::tensor::MAX_DIMS));
        }
        Tensor::from_nums(self.dtype(wide), Dims::of(&self.dims), self.numbers.iter().copied())
            .map(Value::Tensor)
            .map_err(|e| e.message.clone())
    }
}
