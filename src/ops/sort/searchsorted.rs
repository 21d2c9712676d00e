//! Places in sorted numbers.

use crate::device::DType;
use crate::device::cpu::sort;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, OpError, Outputs, Proof, Result, for_dtype};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static SEARCHSORTED: Op = Op {
    name: "searchsorted",
    symbol: None,
    params: &[
        tensor("sorted_sequence"),
        tensor("input"),
        Param::new("right", ParamKind::Bool).or(Default::Bool(false)),
        Param::new("side", ParamKind::Str).or(Default::None),
        Param::new("sorter", ParamKind::OptTensor).or(Default::None),
    ],
    parts: &[],
    doc: "Where each element of `input` belongs in a sorted vector, or in the rows along the last dimension: the index before its equals, or behind them with `right` (`side: \"right\"`). `sorter` gives the order of a sequence that is not sorted itself. NaN belongs at the end.",
    examples: &[
        "searchsorted([1, 3, 5], [3, 6, 0])  # i64[3] [1, 3, 0]",
        "searchsorted([1, 3, 5], [3, 6, 0], right: true)  # i64[3] [2, 3, 0]",
    ],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[
        kink(&[Floats(&[4], &[-1.5, 0.25, 0.75, 1.5]), Uniform(&[2, 3], -2.0, 2.0)]),
        kink(&[Floats(&[4], &[1.0, 1.0, 3.0, 3.0]), Floats(&[3], &[1.0, 2.0, 3.0])]),
        kink(&[Floats(&[4], &[1.0, 1.0, 3.0, 3.0]), Floats(&[3], &[1.0, 2.0, 3.0]), Bool(true)]),
        kink(&[Floats(&[2, 2], &[1.0, 3.0, 2.0, 4.0]), Floats(&[2, 3], &[2.0, 3.0, 0.0, 2.0, 9.0, 3.0]), Bool(false)]),
        kink(&[Floats(&[2, 2], &[1.0, 3.0, 2.0, 4.0]), Strided(&[2, 3], 0.0, 5.0), Bool(false), Str("right")]),
        kink(&[Floats(&[2, 2], &[1.0, 3.0, 2.0, 4.0]), Floats(&[2], &[2.0, 3.0])]),
        kink(&[Floats(&[2, 2], &[1.0, 3.0, 2.0, 4.0]), Number(2.0)]),
        kink(&[Floats(&[3], &[1.0, 3.0, 5.0]), Number(3.0)]),
        kink(&[Ints(&[3], &[1, 3, 5]), Int(3), Bool(true)]),
        kink(&[Ints(&[3], &[1, 3, 5]), Ints(&[], &[4])]),
        kink(&[Ints(&[3], &[1, 3, 5]), Floats(&[2], &[3.0, 3.5])]),
        kink(&[Floats(&[4], &[1.0, 3.0, f64::NAN, f64::NAN]), Floats(&[3], &[f64::NAN, 3.0, 4.0])]),
        kink(&[Floats(&[3], &[1.0, 3.0, f64::NAN]), Floats(&[3], &[f64::NAN, 3.0, 4.0]), Bool(true)]),
        kink(&[Floats(&[3], &[1.0, 3.0, 5.0]), Floats(&[3], &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY])]),
        kink(&[
            Floats(&[3], &[5.0, 1.0, 3.0]),
            Floats(&[2], &[3.0, 4.0]),
            Bool(false),
            Str("left"),
            Ints(&[3], &[1, 2, 0]),
        ]),
        kink(&[Floats(&[3], &[5.0, 1.0, 3.0]), Floats(&[1], &[3.0]), Bool(false), Absent, Ints(&[3], &[1, 2, 7])]),
        kink(&[Floats(&[3], &[5.0, 1.0, 3.0]), Floats(&[1], &[3.0]), Bool(false), Absent, Ints(&[2], &[1, 2])]),
        kink(&[Ints(&[2], &[1, 3]), Ints(&[1], &[3]), Bool(true), Str("left")]),
        kink(&[Ints(&[2], &[1, 3]), Ints(&[1], &[3]), Bool(false), Str("middle")]),
        kink(&[Ints(&[], &[1]), Ints(&[1], &[3])]),
        kink(&[Uniform(&[0], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
        kink(&[Uniform(&[2, 0], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0)]),
        kink(&[Floats(&[2], &[1.0, 3.0]), Uniform(&[0, 2], -2.0, 2.0)]),
    ],
    proof: Proof::Torch(
        "torch.searchsorted(args[0], args[1], right=len(args) > 2 and args[2], side=args[3] if len(args) > 3 else None, sorter=args[4] if len(args) > 4 else None)",
    ),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let (bounds, input) = (metas[0], metas[1]);
    let word = |message: String| Err(OpError::new("VALUE-12", message).at(3, "here"));
    match attrs.str(1) {
        None | Some("right") => {}
        Some("left") if attrs.bool(0) => return word("side \"left\" contradicts `right: true`".into()),
        Some("left") => {}
        Some(other) => return word(format!("there is no side \"{other}\": it is \"left\" or \"right\"")),
    }
    let rows = bounds.dims.len().saturating_sub(1);
    let fits = match bounds.dims.len() {
        0 => false,
        1 => true,
        n => input.dims.len() == n && input.dims[..rows] == bounds.dims[..rows],
    };
    if !fits {
        return Err(OpError::new("SHAPE-15", "the sequence is a vector, or has a row for each row of the input")
            .at(0, format!("{bounds}"))
            .at(1, format!("{input}")));
    }
    if let Some(sorter) = metas.get(2) {
        if sorter.dtype != DType::I64 {
            return Err(OpError::new("INDEX-04", format!("an index tensor holds i64, this is {}", sorter.dtype))
                .at(4, format!("{sorter}"))
                .help("convert it with .long()"));
        }
        if sorter.dims != bounds.dims {
            return Err(OpError::new("SHAPE-15", "the sorter has the shape of the sequence")
                .at(0, format!("{bounds}"))
                .at(4, format!("{sorter}")));
        }
    }
    Ok(vec![Meta::new(DType::I64, input.dims)])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let metas: Vec<Meta> = args.iter().map(Meta::of).collect();
    let dims = infer(&metas, attrs)?[0].dims;
    let n = metas[0].dims.last().copied().unwrap_or(0);
    let dtype = args[0].dtype().promote(args[1].dtype());
    let one_dtype = |t: &Tensor| cx.without_grad(|| cx.cast(t, dtype)).and_then(|t| t.plain());
    let (bounds, input) = (one_dtype(&args[0])?, one_dtype(&args[1])?);
    let sorter = args.get(2).map(Tensor::plain).transpose()?;
    let order = sorter.as_ref().map(|t| t.slice::<i64>());
    if let Some(bad) = order.and_then(|order| order.iter().find(|i| !(0..n as i64).contains(*i))) {
        return Err(OpError::new("INDEX-01", format!("index {bad} is out of bounds: a row has {n} elements"))
            .at(0, format!("{}", metas[0]))
            .at(4, format!("holds {bad}")));
    }
    let right = attrs.bool(0) || attrs.str(1) == Some("right");
    let out = for_dtype!(dtype, T => Tensor::build::<i64>(dims, |dst| {
        sort::search::<T>(n, right, bounds.slice(), order, input.slice(), dst);
    }));
    Ok(Outputs::One(out?))
}
