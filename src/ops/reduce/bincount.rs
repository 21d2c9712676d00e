//! How often each whole number occurs.

use crate::device::DType;
use crate::device::cpu::pool;
use crate::ops::infer::describe;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, scatter_add::SCATTER_ADD};
use crate::tape::Cx;
use crate::tensor::{Dims, Num, Tensor};

pub static BINCOUNT: Op = Op {
    name: "bincount",
    symbol: None,
    params: &[
        X,
        Param::new("weights", ParamKind::OptTensor).or(Default::None),
        Param::new("minlength", ParamKind::Int).or(Default::Int(0)),
    ],
    parts: &[],
    doc: "How often each whole number from 0 to the largest occurs in a vector; with `weights`, the sum of the weights that stand beside it. Weights that are whole numbers are summed in f64.",
    examples: &[
        "bincount([1, 2, 2, 5])  # i64[6] [0, 1, 2, 0, 0, 1]",
        "bincount([1, 1, 0], [0.5, 1.0, 2.0])  # f32[2] [2.0, 1.5]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        kink(&[Ints(&[4], &[1, 2, 2, 5])]),
        kink(&[Ints(&[4], &[1, 2, 2, 5]), Absent, Int(8)]),
        kink(&[Ints(&[4], &[1, 2, 2, 5]), Absent, Int(3)]),
        kink(&[Ints(&[0], &[])]),
        kink(&[Ints(&[0], &[]), Absent, Int(2)]),
        sample(&[Ints(&[4], &[1, 1, 0, 3]), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Ints(&[4], &[1, 1, 0, 3]), Strided(&[4], -2.0, 2.0), Int(6)]),
        kink(&[Ints(&[3], &[1, 1, 0]), Ints(&[3], &[1, 5, 2])]),
        kink(&[Ints(&[2], &[1, -1])]),
        kink(&[Ints(&[1, 1], &[1])]),
        kink(&[Ints(&[2], &[1, 0]), Uniform(&[3], -2.0, 2.0)]),
        kink(&[Ints(&[1], &[1]), Absent, Int(-1)]),
    ],
    proof: Proof::Torch(
        "torch.bincount(args[0], args[1].detach() if torch.is_tensor(args[1] if len(args) > 1 else None) else None, args[2] if len(args) > 2 else 0)",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    if x.dtype() != DType::I64 || x.ndim() != 1 {
        return Err(OpError::new("TYPE-10", "bincount counts in a vector of i64").at(0, describe(&args[0])));
    }
    let least = usize::try_from(attrs.int(0))
        .map_err(|_| OpError::new("VALUE-12", "minlength cannot be negative").at(2, format!("{}", attrs.int(0))))?;
    let x = x.plain()?;
    let numbers = x.slice::<i64>();
    if let Some(negative) = numbers.iter().find(|v| **v < 0) {
        return Err(OpError::new("VALUE-12", "bincount counts numbers from 0 on").at(0, format!("holds {negative}")));
    }
    let n = numbers.iter().max().map_or(0, |&v| v as usize + 1).max(least);
    if !matches!(args[1], Operand::None) {
        let weights = args[1].to_tensor();
        if weights.dims() != x.dims() {
            return Err(OpError::new("SHAPE-15", "each number needs a weight")
                .at(0, describe(&args[0]))
                .at(1, describe(&args[1])));
        }
        let own = weights.dtype();
        let dtype = if own.is_float() { own } else { DType::F64 };
        // Half types are rounded once.
        let weights = cx.cast(&weights, dtype.compute())?;
        let zeros = Tensor::full(dtype.compute(), Dims::of(&[n]), Num::Float(0.0))?;
        let sums = cx.call1(&SCATTER_ADD, &[zeros.into(), x.into(), weights.into()], &[Attr::Int(0)])?;
        return Ok(Outputs::One(cx.cast(&sums, dtype)?));
    }
    let counts = Tensor::build::<i64>(Dims::of(&[n]), |dst| {
        dst.fill(0);
        for part in numbers.chunks(1 << 16) {
            if pool::stopped() {
                break;
            }
            part.iter().for_each(|&v| dst[v as usize] += 1);
        }
    })?;
    if pool::stopped() { Err(OpError::interrupted()) } else { Ok(Outputs::One(counts)) }
}
