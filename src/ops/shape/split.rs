//! A tensor in pieces.

use crate::ops::infer::resolve_dim;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, dim};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static SPLIT: Op = Op {
    name: "split",
    symbol: None,
    params: &[X, Param::new("split_size", ParamKind::Ints), dim("dim").or(Default::Int(0))],
    parts: &[],
    doc: "Views of the pieces of `x` along a dimension: each of one size, of which the last may be smaller, or of the sizes in a tuple, which add up to the whole.",
    examples: &["split([1, 2, 3, 4, 5], 2)[2]  # i64[1] [5]", "split([1, 2, 3], (1, 2))[1]  # i64[2] [2, 3]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[5, 2], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[2, 6], -2.0, 2.0), Int(3), Int(1)]),
        sample(&[Uniform(&[2, 5], -2.0, 2.0), Tuple(&[1, 0, 4]), Int(-1)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(9)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(0)]),
    ],
    proof: Proof::Torch("torch.split(args[0], list(args[1]) if isinstance(args[1], tuple) else args[1], *args[2:])"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    if x.ndim() == 0 {
        return Err(
            OpError::new("SHAPE-02", "a tensor of no dimensions has none to split along").at(0, "no dimensions")
        );
    }
    let at = resolve_dim(attrs.int(1), x.ndim(), 2)?;
    let n = x.dims()[at];
    let refuse = |message: String| {
        OpError::new("VALUE-12", message).at(0, format!("{}{}", x.dtype(), x.shape())).at(1, "pieces asked for here")
    };
    let sizes: Vec<usize> = match attrs.get(0) {
        Attr::Ints(list) => {
            let sizes: Option<Vec<usize>> = list.iter().map(|&s| usize::try_from(s).ok()).collect();
            let total = sizes.as_ref().and_then(|s| s.iter().try_fold(0usize, |a, &b| a.checked_add(b)));
            match (sizes, total) {
                (Some(sizes), Some(total)) if total == n => sizes,
                (Some(_), Some(total)) => {
                    return Err(refuse(format!("the pieces have {total} places together, but dim {at} has {n}")));
                }
                _ => return Err(refuse("a piece cannot have a negative size".into())),
            }
        }
        _ => match (attrs.int(0), n) {
            (0, 0) => vec![0],
            (size, _) if size < 0 => return Err(refuse(format!("a piece cannot have the size {size}"))),
            (0, _) => return Err(refuse(format!("pieces of size 0 never make up the {n} places of dim {at}"))),
            (_, 0) => vec![0],
            (size, n) => {
                let size = (size as usize).min(n);
                (0..n).step_by(size).map(|from| size.min(n - from)).collect()
            }
        },
    };
    let mut from = 0;
    let mut pieces = Vec::with_capacity(sizes.len());
    for size in sizes {
        pieces.push(cx.try_narrow(&x, at, from, size)?);
        from += size;
    }
    Ok(Outputs::Many(pieces))
}
