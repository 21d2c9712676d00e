//! Cross products.

use super::error::{OpError, Result};
use super::infer::{broadcast_all, describe, resolve_dim};
use super::{Attr, Attrs, Operand, Outputs, mul, sub};
use crate::tape::Cx;
use crate::tensor::Tensor;

/// With `a` and `b` turned by one and two places: `a1 * b2 - a2 * b1`.
pub fn cross(name: &str, cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (x, y) = (args[0].to_tensor(), args[1].to_tensor());
    let refuse =
        |message: String| OpError::new("SHAPE-13", message).at(0, describe(&args[0])).at(1, describe(&args[1]));
    if x.ndim() != y.ndim() || x.ndim() == 0 {
        return Err(refuse(format!("{name} takes two tensors of as many dimensions")));
    }
    let dims = broadcast_all(name, &[(&x).into(), (&y).into()])?;
    let at = match attrs.opt_int(0) {
        Some(d) => resolve_dim(d, x.ndim(), 2)?,
        None => match (0..x.ndim()).find(|&d| x.dims()[d] == 3 && y.dims()[d] == 3) {
            Some(d) => d,
            None => return Err(refuse(format!("{name} needs a dim of three elements"))),
        },
    };
    if x.dims()[at] != 3 || y.dims()[at] != 3 {
        return Err(refuse(format!("{name} needs three elements along dim {at}")));
    }
    debug_assert_eq!(dims[at], 3);
    let turned = |t: &Tensor, by: i64| -> Result<Tensor> {
        let index = Tensor::from_i64s(&[3], &[by % 3, (by + 1) % 3, (by + 2) % 3])?;
        cx.call1(&super::index_select::INDEX_SELECT, &[t.into(), index.into()], &[Attr::Int(at as i64)])
    };
    let times = |a: Tensor, b: Tensor| cx.binary_tt(&mul::MUL, &a, &b);
    let left = times(turned(&x, 1)?, turned(&y, 2)?)?;
    let right = times(turned(&x, 2)?, turned(&y, 1)?)?;
    Ok(Outputs::One(cx.binary_tt(&sub::SUB, &left, &right)?))
}
