//! A tensor in pieces that need not divide it.

use crate::device::DType;
use crate::device::cpu::pool;
use crate::ops::index::slice_range;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, dim};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

pub static TENSOR_SPLIT: Op = Op {
    name: "tensor_split",
    symbol: None,
    params: &[X, Param::new("indices_or_sections", ParamKind::Ints), dim("dim").or(Default::Int(0))],
    parts: &[],
    doc: "Views of the pieces of `x` along a dimension: a number of them, of which the first may be one longer, or cut before the places in a tuple.",
    examples: &[
        "tensor_split([1, 2, 3, 4, 5], 3)[0]  # i64[2] [1, 2]",
        "tensor_split([1, 2, 3, 4, 5], (1, 4))[1]  # i64[3] [2, 3, 4]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[5, 2], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[2, 7], -2.0, 2.0), Int(3), Int(1)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(5), Int(-1)]),
        sample(&[Uniform(&[6], -2.0, 2.0), Tuple(&[2, 4])]),
        sample(&[Uniform(&[6], -2.0, 2.0), Tuple(&[4, 2, -1, 9])]),
        sample(&[Uniform(&[2, 3], -2.0, 2.0), Tuple(&[1]), Int(1)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Tuple(&[])]),
    ],
    proof: Proof::Torch("torch.tensor_split(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let at = joining::real_dim(&x, attrs.int(1), 2)?;
    let n = x.dims()[at];
    let mut pieces = Vec::new();
    match attrs.get(0) {
        Attr::Ints(cuts) => {
            let mut from = None;
            for to in cuts.iter().copied().map(Some).chain([None]) {
                let (start, length) = slice_range(from, to, 1, n)?;
                pieces.push(cx.try_narrow(&x, at, start, length)?);
                from = to;
            }
        }
        _ => {
            let sections = attrs.int(0);
            if sections < 1 {
                return Err(OpError::new("VALUE-12", format!("a tensor cannot be cut into {sections} pieces"))
                    .at(1, format!("{sections}")));
            }
            let (sections, mut from) = (sections as usize, 0);
            // A piece takes memory even where it is empty: about as much as these numbers.
            Tensor::empty_dims(DType::F64, Dims::of(&[sections.saturating_mul(16)]))?;
            for k in 0..sections {
                if k % 4096 == 0 && pool::stopped() {
                    return Err(OpError::interrupted());
                }
                let length = n / sections + usize::from(k < n % sections);
                pieces.push(cx.try_narrow(&x, at, from, length)?);
                from += length;
            }
        }
    }
    Ok(Outputs::Many(pieces))
}
