//! The sum of a diagonal.

use crate::ops::infer::describe;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::X;
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static TRACE: Op = Op {
    name: "trace",
    symbol: None,
    params: &[X],
    parts: &[],
    doc: "The sum of the diagonal of a matrix.",
    examples: &["trace([[1, 2], [3, 4]])  # 5"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Strided(&[4, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0)]),
        kink(&[Ints(&[2, 2], &[1, 2, 3, 4])]),
    ],
    proof: Proof::Torch("torch.trace(*args)"),
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    if x.ndim() != 2 {
        return Err(OpError::new("SHAPE-02", format!("a trace is of a matrix, not of {} dimensions", x.ndim()))
            .at(0, describe(&args[0])));
    }
    let diagonal =
        cx.call1(&crate::ops::diagonal::DIAGONAL, &[x.into()], &[Attr::Int(0), Attr::Int(0), Attr::Int(1)])?;
    cx.call(&crate::ops::sum::SUM, &[diagonal.into()], &[Attr::None, Attr::Bool(false), Attr::None])
}
