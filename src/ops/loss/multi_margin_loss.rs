//! The loss of classes by margins.

use crate::device::DType;
use crate::ops::add::ADD;
use crate::ops::div::DIV;
use crate::ops::eq::EQ;
use crate::ops::gather::GATHER;
use crate::ops::index::Item;
use crate::ops::infer::describe;
use crate::ops::losses::{Common, REDUCTION, Reduction, WEIGHT, bad_number, dims, hinge};
use crate::ops::mul::MUL;
use crate::ops::nll_loss::class_weights;
use crate::ops::reshape::RESHAPE;
use crate::ops::rules::{ints, sizes};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, int, tensor};
use crate::ops::square::SQUARE;
use crate::ops::sub::SUB;
use crate::ops::where_::WHERE;
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static MULTI_MARGIN_LOSS: Op = Op {
    name: "multi_margin_loss",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("target"),
        int("p").or(Default::Int(1)),
        Param::new("margin", ParamKind::Float).or(Default::Float(1.0)),
        WEIGHT,
        REDUCTION,
    ],
    parts: &[],
    doc: "For scores of classes along the last of one or two dimensions: what the score of the target class lacks to be `margin` above each other one, or the square of that with `p: 2`, summed and divided by the number of classes. Classes may have weights.",
    examples: &[
        "multi_margin_loss([[0.0, 1.0, 0.5]], [1])  # 0.16666667",
        "multi_margin_loss([0.0, 1.0, 0.5], 0, p: 2)  # 2.0833333",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[3], &[0, 3, 1])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[3], &[0, 3, 1]), Int(2)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Ints(&[3], &[0, 3, 3]), Int(1), Number(0.53), Absent, Str("none")]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Ints(&[3], &[0, 3, 1]),
            Int(2),
            Number(1.5),
            Ints(&[4], &[1, 2, 3, 4]),
            Str("sum"),
        ]),
        sample(&[Uniform(&[4], -2.0, 2.0), Ints(&[], &[2])]),
        sample(&[Uniform(&[4], -2.0, 2.0), Ints(&[1], &[2])]),
        sample(&[Uniform(&[], -2.0, 2.0), Ints(&[], &[0])]),
        kink(&[Floats(&[1, 3], &[1.0, 0.0, 2.0]), Ints(&[1], &[0]), Int(1), Int(1), Absent, Str("none")]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Ints(&[0], &[]), Int(1), Int(1), Absent, Str("none")]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Ints(&[2], &[0, 3])]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Ints(&[2], &[0, 2]), Int(3)]),
        kink(&[Uniform(&[2, 3, 2], -2.0, 2.0), Ints(&[2], &[0, 2])]),
        kink(&[Uniform(&[2, 0], -2.0, 2.0), Ints(&[2], &[0, 0])]),
    ],
    proof: Proof::Torch(
        "F.multi_margin_loss(args[0], args[1], p=args[2] if len(args) > 2 else 1, margin=args[3] if len(args) > 3 else 1.0, weight=args[4].to(args[0].dtype) if len(args) > 4 and args[4] is not None else None, reduction=args[5] if len(args) > 5 else 'mean')",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (p, margin, reduction) = (attrs.int(0), attrs.float(1), Reduction::of(attrs, 2, 5)?);
    if p != 1 && p != 2 {
        return Err(bad_number(2, p as f64, "p is 1 or 2"));
    }
    if matches!(&args[0], Operand::Tensor(t) if !t.dtype().is_float()) {
        return Err(OpError::new("TYPE-13", "the scores of classes are floats")
            .at(0, describe(&args[0]))
            .help("convert them with .float()"));
    }
    let (rows, classes) = layout(args)?;
    let target = args[1].to_tensor();
    check_target(args, &target, classes)?;
    let c = Common::floats(cx, &[args[0].clone(), args[2].clone()])?;
    let x = cx.call1(&RESHAPE, &[c.args[0].clone()], &[sizes(&[rows, classes])])?;
    let column = cx.call1(&RESHAPE, &[(&target).into()], &[sizes(&[rows, 1])])?;
    let own = cx.call1(&GATHER, &[(&x).into(), (&column).into()], &[Attr::Int(1)])?;
    let lack = cx.binary(&ADD, &cx.binary_tt(&SUB, &x, &own)?.into(), &margin.into())?;
    let mut each = hinge(cx, &lack)?;
    if p == 2 {
        each = cx.unary(&SQUARE, &each)?;
    }
    let numbers: Vec<i64> = (0..classes as i64).collect();
    let is_own = cx.without_grad(|| cx.binary_tt(&EQ, &Tensor::from_i64s(&[1, classes], &numbers)?, &column))?;
    let each = cx.call1(&WHERE, &[is_own.into(), 0.0.into(), each.into()], &[])?;
    let total = cx.call1(&crate::ops::sum::SUM, &[each.into()], &[ints(&[1]), Attr::Bool(false), Attr::None])?;
    let mut loss = cx.binary(&DIV, &total.into(), &(classes as f64).into())?;
    if let Operand::Tensor(w) = &c.args[1] {
        let w = class_weights(cx, w, classes, loss.dtype(), 4)?;
        let flat = cx.call1(&RESHAPE, &[column.into()], &[sizes(&[rows])])?;
        loss = cx.binary_tt(&MUL, &loss, &cx.index(&w, &[Item::Tensor(flat)])?)?;
    }
    let loss =
        cx.call1(&RESHAPE, &[loss.into()], &[sizes(if dims(&args[0]).len() < 2 { &[] } else { target.dims() })])?;
    c.result(cx, reduction.apply(cx, loss)?)
}

/// How many rows of how many classes.
fn layout(args: &[Operand]) -> Result<(usize, usize)> {
    let (x, target) = (dims(&args[0]), dims(&args[1]));
    let (rows, classes) = match x[..] {
        [] => (1, 1),
        [classes] => (1, classes),
        [rows, classes] => (rows, classes),
        _ => (0, 0),
    };
    if x.len() > 2 || classes == 0 {
        return Err(OpError::new("SHAPE-13", "scores of classes have one dimension, or two with the classes in dim 1")
            .at(0, describe(&args[0])));
    }
    let fits = match x.len() {
        2 => target[..] == [rows],
        _ => target.len() <= 1 && target.iter().all(|&n| n == 1),
    };
    if !fits {
        return Err(OpError::new("SHAPE-15", format!("{rows} rows of scores need as many targets"))
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1])));
    }
    Ok((rows, classes))
}

fn check_target(args: &[Operand], target: &Tensor, classes: usize) -> Result<()> {
    if target.dtype() != DType::I64 {
        return Err(OpError::new("INDEX-04", format!("target classes are i64, these are {}", target.dtype()))
            .at(1, describe(&args[1]))
            .help("convert them with .long()"));
    }
    let plain = target.plain()?;
    match plain.slice::<i64>().iter().enumerate().find(|(_, t)| !(0..classes as i64).contains(t)) {
        None => Ok(()),
        Some((at, t)) => {
            Err(OpError::new("INDEX-01", format!("target {t} is out of bounds: there are {classes} classes"))
                .at(0, describe(&args[0]))
                .at(1, format!("its element {at} is {t}")))
        }
    }
}
