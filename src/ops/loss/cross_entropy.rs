//! The loss of classes.

use crate::ops::infer::describe;
use crate::ops::losses::{REDUCTION, Reduction, sum};
use crate::ops::nll_loss::{Targets, check_input, class_weights};
use crate::ops::rules::{ints, sizes};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, class_loss};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static CROSS_ENTROPY: Op = Op {
    name: "cross_entropy",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("target"),
        Param::new("weight", ParamKind::OptTensor).or(Default::None),
        Param::new("ignore_index", ParamKind::Int).or(Default::Int(-100)),
        REDUCTION,
        Param::new("label_smoothing", ParamKind::Float).or(Default::Float(0.0)),
    ],
    parts: &[],
    doc: "The negative log-probability of each target class under the softmax of `input`, whose classes stand along dim 1 (dim 0 if it has one dimension). `target` has classes as integers, or in the shape of `input` their probabilities. Classes may have weights; targets of `ignore_index` count for nothing; `label_smoothing` is the part of a target that is spread over all classes.",
    examples: &[
        "cross_entropy([[1.0, 1.0]], [0])  # 0.6931472",
        "cross_entropy([[1.0, 1.0]], [[0.5, 0.5]])  # 0.6931472",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[3], &[0, 3, 1])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[3], &[0, 3, 0]), Ints(&[4], &[1, 2, 3, 4])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[3], &[0, 2, 0]), Absent, Int(2)]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Ints(&[3], &[0, -100, 0]),
            Ints(&[4], &[1, 2, 3, 4]),
            Int(-100),
            Str("sum"),
        ]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[3], &[0, -100, 2]), Absent, Int(-100), Str("none")]),
        sample(&[Uniform(&[4], -2.0, 2.0), Ints(&[], &[2])]),
        sample(&[Uniform(&[2, 3, 2, 2], -2.0, 2.0), Ints(&[2, 2, 2], &[0, 2, 1, 1, 2, 0, 0, 1])]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Ints(&[3], &[0, 3, -100]), Absent, Int(-100), Str("mean"), Number(0.1)]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Ints(&[3], &[0, 3, -100]),
            Ints(&[4], &[1, 2, 3, 4]),
            Int(-100),
            Str("mean"),
            Number(0.1),
        ]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Ints(&[3], &[0, 3, 1]),
            Ints(&[4], &[1, 2, 3, 4]),
            Int(-100),
            Str("none"),
            Number(0.25),
        ]),
        sample(&[
            Uniform(&[2, 3, 2], -2.0, 2.0),
            Ints(&[2, 2], &[0, 2, 1, 1]),
            Absent,
            Int(-100),
            Str("sum"),
            Number(0.25),
        ]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], 0.0, 0.5)]),
        sample(&[
            Uniform(&[3, 4], -2.0, 2.0),
            Uniform(&[3, 4], 0.0, 0.5),
            Ints(&[4], &[1, 2, 3, 4]),
            Int(-100),
            Str("mean"),
            Number(0.1),
        ]),
        sample(&[Uniform(&[2, 3, 2], -2.0, 2.0), Uniform(&[2, 3, 2], 0.0, 0.5), Absent, Int(-100), Str("none")]),
        sample(&[Uniform(&[4], -2.0, 2.0), Uniform(&[4], 0.0, 0.5), Absent, Int(-100), Str("sum")]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Ints(&[2], &[-100, -100])]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Ints(&[0], &[])]),
    ],
    proof: Proof::Torch(
        "F.cross_entropy(args[0], args[1], args[2].to(args[0].dtype) if len(args) > 2 and args[2] is not None else None, ignore_index=args[3] if len(args) > 3 else -100, reduction=args[4] if len(args) > 4 else 'mean', label_smoothing=args[5] if len(args) > 5 else 0.0)",
    ),
};

/// The arguments that both kinds of targets share.
struct Terms<'a> {
    /// Log-probabilities.
    log: Tensor,
    class_dim: usize,
    classes: usize,
    weight: &'a Operand,
    reduction: Reduction,
    smoothing: f64,
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (input, target) = (args[0].to_tensor(), args[1].to_tensor());
    let reduction = Reduction::of(attrs, 1, 4)?;
    let smoothing = attrs.float(2);
    if !(0.0..=1.0).contains(&smoothing) {
        return Err(OpError::new("VALUE-12", format!("label_smoothing is a part between 0 and 1, not {smoothing}"))
            .at(5, format!("{smoothing}")));
    }
    check_input(&input)?;
    let class_dim = usize::from(input.ndim() > 1);
    if smoothing == 0.0 && input.ndim() == 2 && target.dims() != input.dims() {
        let targets = Targets::new(cx, &input, &target, &args[2], attrs.int(0))?;
        // Rows of no classes have no targets, and no loss.
        let loss = targets.weigh(cx, class_loss::of_rows(cx, &input, &targets.safe)?)?;
        return Ok(Outputs::One(targets.reduce(cx, loss, reduction)?));
    }
    let along = [Attr::Int(class_dim as i64), Attr::None];
    let log = cx.call1(&crate::ops::log_softmax::LOG_SOFTMAX, &[(&input).into()], &along)?;
    let classes = input.dims()[class_dim];
    let terms = Terms { log, class_dim, classes, weight: &args[2], reduction, smoothing };
    let loss = if target.dims() == input.dims() {
        if !target.dtype().is_float() {
            return Err(OpError::new(
                "TYPE-13",
                "a target in the shape of the input holds probabilities, which are floats",
            )
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1]))
            .help("target classes have no dimension of classes; probabilities: convert with .float()"));
        }
        if attrs.int(0) >= 0 {
            return Err(
                OpError::new("VALUE-12", "ignore_index is for target classes, not for probabilities").at(3, "here")
            );
        }
        of_probabilities(cx, &terms, &target)?
    } else {
        of_classes(cx, &terms, &target, attrs.int(0))?
    };
    Ok(Outputs::One(loss))
}

fn of_classes(cx: &Cx, t: &Terms, target: &Tensor, ignore: i64) -> Result<Tensor> {
    let targets = Targets::new(cx, &t.log, target, t.weight, ignore)?;
    let loss = targets.reduce(cx, targets.loss(cx, &t.log)?, t.reduction)?;
    if t.smoothing == 0.0 {
        return Ok(loss);
    }
    let spread = targets.masked(cx, t.over_classes(cx, &t.weighted(cx, &t.log)?)?)?;
    let spread = targets.reduce(cx, spread, t.reduction)?;
    let (own, all) = (1.0 - t.smoothing, t.smoothing / t.classes as f64);
    let mul = &crate::ops::mul::MUL;
    let parts = [cx.binary(mul, &loss.into(), &own.into())?, cx.binary(mul, &spread.into(), &all.into())?];
    cx.binary_tt(&crate::ops::add::ADD, &parts[0], &parts[1])
}

fn of_probabilities(cx: &Cx, t: &Terms, target: &Tensor) -> Result<Tensor> {
    let mul = &crate::ops::mul::MUL;
    let target = match t.smoothing {
        0.0 => target.clone(),
        part => {
            let own = cx.binary(mul, &target.into(), &(1.0 - part).into())?;
            cx.binary(&crate::ops::add::ADD, &own.into(), &(part / t.classes as f64).into())?
        }
    };
    let each = t.weighted(cx, &cx.binary_tt(mul, &t.log, &target)?)?;
    let rows = t.log.numel() as f64 / t.classes as f64;
    match t.reduction {
        Reduction::None => t.over_classes(cx, &each),
        Reduction::Sum => cx.unary(&crate::ops::neg::NEG, &sum(cx, &each)?),
        Reduction::Mean => {
            let total = cx.unary(&crate::ops::neg::NEG, &sum(cx, &each)?)?;
            cx.binary(&crate::ops::div::DIV, &total.into(), &rows.into())
        }
    }
}

impl Terms<'_> {
    /// Each class times its weight.
    fn weighted(&self, cx: &Cx, x: &Tensor) -> Result<Tensor> {
        let Operand::Tensor(w) = self.weight else { return Ok(x.clone()) };
        let w = class_weights(cx, w, self.classes, x.dtype(), 2)?;
        let mut dims = vec![1; x.ndim()];
        dims[self.class_dim] = self.classes;
        let w = cx.call1(&crate::ops::reshape::RESHAPE, &[w.into()], &[sizes(&dims)])?;
        cx.binary_tt(&crate::ops::mul::MUL, x, &w)
    }

    /// The negative sum over the classes.
    fn over_classes(&self, cx: &Cx, x: &Tensor) -> Result<Tensor> {
        let attrs = [ints(&[self.class_dim as i64]), Attr::Bool(false), Attr::None];
        let total = cx.call1(&crate::ops::sum::SUM, &[x.into()], &attrs)?;
        cx.unary(&crate::ops::neg::NEG, &total)
    }
}
