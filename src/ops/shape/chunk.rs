//! A tensor in a number of pieces.

use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Default, X, dim, int};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, joining};
use crate::tape::Cx;

pub static CHUNK: Op = Op {
    name: "chunk",
    symbol: None,
    params: &[X, int("chunks"), dim("dim").or(Default::Int(0))],
    parts: &[],
    doc: "Views of at most `chunks` pieces of `x` along a dimension, of one size but for the last, which may be smaller.",
    examples: &["chunk([1, 2, 3, 4, 5], 2)[1]  # i64[2] [4, 5]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[5, 2], -2.0, 2.0), Int(2)]),
        sample(&[Uniform(&[2, 6], -2.0, 2.0), Int(4), Int(1)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Int(9), Int(-1)]),
        sample(&[Uniform(&[5], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Int(2)]),
    ],
    proof: Proof::Torch("torch.chunk(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let at = joining::real_dim(&x, attrs.int(1), 2)?;
    let (n, chunks) = (x.dims()[at], attrs.int(0));
    if chunks < 1 {
        return Err(
            OpError::new("VALUE-12", format!("a tensor cannot be cut into {chunks} pieces")).at(1, format!("{chunks}"))
        );
    }
    if n == 0 {
        // As many pieces as were asked for, all of them nothing.
        return Ok(Outputs::Many(vec![x; chunks.min(MOST) as usize]));
    }
    let size = n.div_ceil(chunks as usize);
    let pieces = (0..n).step_by(size).map(|from| cx.try_narrow(&x, at, from, size.min(n - from)));
    Ok(Outputs::Many(pieces.collect::<Result<_>>()?))
}

/// Of nothing, no more pieces than this.
const MOST: i64 = 1 << 16;
