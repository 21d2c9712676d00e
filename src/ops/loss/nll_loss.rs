//! The loss of classes whose log-probabilities are known.

use crate::device::DType;
use crate::ops::index::Item;
use crate::ops::infer::describe;
use crate::ops::losses::{REDUCTION, Reduction, sum};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attr, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

pub static NLL_LOSS: Op = Op {
    name: "nll_loss",
    symbol: None,
    params: &[
        tensor("input"),
        tensor("target"),
        Param::new("weight", ParamKind::OptTensor).or(Default::None),
        Param::new("ignore_index", ParamKind::Int).or(Default::Int(-100)),
        REDUCTION,
    ],
    parts: &[],
    doc: "The negative log-probability of each target class: `input` has the log-probabilities of classes along dim 1 (dim 0 if it has one dimension), `target` the classes as integers. Classes may have weights; targets of `ignore_index` count for nothing.",
    examples: &["nll_loss(log_softmax([[1.0, 1.0]], dim: 1), [0])  # 0.6931472"],
    kind: Kind::Composite(|cx, args, attrs| {
        let t = Targets::new(cx, &args[0].to_tensor(), &args[1].to_tensor(), &args[2], attrs.int(0))?;
        let loss = t.loss(cx, &args[0].to_tensor())?;
        Ok(Outputs::One(t.reduce(cx, loss, Reduction::of(attrs, 1, 4)?)?))
    }),
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
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Ints(&[2], &[-100, -100])]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Ints(&[0], &[])]),
    ],
    proof: Proof::Torch(
        "F.nll_loss(args[0], args[1], args[2].to(args[0].dtype) if len(args) > 2 and args[2] is not None else None, ignore_index=args[3] if len(args) > 3 else -100, reduction=args[4] if len(args) > 4 else 'mean')",
    ),
};

/// Target classes that have been checked, and what each of them counts.
pub(in crate::ops) struct Targets {
    pub class_dim: usize,
    /// Class 0 where the target is ignored.
    pub safe: Tensor,
    /// Which are not ignored; absent when none is.
    valid: Option<Tensor>,
    /// The weight of each target's class.
    weight: Option<Tensor>,
}

impl Targets {
    pub fn new(cx: &Cx, input: &Tensor, target: &Tensor, weight: &Operand, ignore: i64) -> Result<Targets> {
        check_input(input)?;
        let class_dim = usize::from(input.ndim() > 1);
        let mut dims = input.to_dims();
        let classes = dims.remove(class_dim);
        if target.to_dims() != dims {
            return Err(OpError::new(
                "SHAPE-15",
                format!("the classes stand in dim {class_dim} of the input, so the target needs the shape {dims}"),
            )
            .at(0, describe(&input.into()))
            .at(1, describe(&target.into())));
        }
        if target.dtype() != DType::I64 {
            return Err(OpError::new("INDEX-04", format!("target classes are i64, these are {}", target.dtype()))
                .at(1, describe(&target.into()))
                .help("convert them with .long()"));
        }
        let plain = target.plain()?;
        let numbers = plain.slice::<i64>();
        let wrong = |&(_, &t): &(usize, &i64)| t != ignore && !(0..classes as i64).contains(&t);
        if let Some((at, t)) = numbers.iter().enumerate().find(wrong) {
            return Err(OpError::new("INDEX-01", format!("target {t} is out of bounds: there are {classes} classes"))
                .at(0, format!("{}, classes in dim {class_dim}", describe(&input.into())))
                .at(1, format!("its element {at} is {t}")));
        }
        let ignored = numbers.contains(&ignore);
        let valid = if ignored { Some(cx.binary(&crate::ops::ne::NE, &target.into(), &ignore.into())?) } else { None };
        let safe = match &valid {
            None => target.clone(),
            Some(valid) => cx.call1(&crate::ops::where_::WHERE, &[valid.into(), target.into(), 0i64.into()], &[])?,
        };
        let weight = match weight {
            Operand::Tensor(w) => {
                let w = class_weights(cx, w, classes, input.dtype(), 2)?;
                let own = cx.index(&w, &[Item::Tensor(safe.clone())])?;
                Some(match &valid {
                    None => own,
                    Some(v) => cx.call1(&crate::ops::where_::WHERE, &[v.into(), own.into(), 0.0.into()], &[])?,
                })
            }
            _ => None,
        };
        Ok(Targets { class_dim, safe, valid, weight })
    }

    /// Each target's loss.
    pub fn loss(&self, cx: &Cx, input: &Tensor) -> Result<Tensor> {
        let at = Attr::Int(self.class_dim as i64);
        let index = cx.call1(&crate::ops::unsqueeze::UNSQUEEZE, &[(&self.safe).into()], std::slice::from_ref(&at))?;
        let picked = cx.call1(&crate::ops::gather::GATHER, &[input.into(), index.into()], std::slice::from_ref(&at))?;
        let picked = cx.call1(&crate::ops::squeeze::SQUEEZE, &[picked.into()], &[at])?;
        self.weigh(cx, cx.unary(&crate::ops::neg::NEG, &picked)?)
    }

    /// The targets' own losses times their weights, 0 where they are ignored.
    pub fn weigh(&self, cx: &Cx, loss: Tensor) -> Result<Tensor> {
        match (&self.weight, &self.valid) {
            (Some(w), _) => self.masked(cx, cx.binary_tt(&crate::ops::mul::MUL, &loss, w)?),
            (None, _) => self.masked(cx, loss),
        }
    }

    /// 0 where the target is ignored.
    pub fn masked(&self, cx: &Cx, loss: Tensor) -> Result<Tensor> {
        match &self.valid {
            None => Ok(loss),
            Some(v) => cx.call1(&crate::ops::where_::WHERE, &[v.into(), loss.into(), 0.0.into()], &[]),
        }
    }

    /// The mean counts each target with its weight.
    pub fn reduce(&self, cx: &Cx, loss: Tensor, reduction: Reduction) -> Result<Tensor> {
        let counted = match (&self.weight, &self.valid) {
            (Some(w), _) => w,
            (None, Some(v)) => v,
            (None, None) => return reduction.apply(cx, loss),
        };
        match reduction {
            Reduction::Mean => cx.binary_tt(&crate::ops::div::DIV, &sum(cx, &loss)?, &sum(cx, counted)?),
            other => other.apply(cx, loss),
        }
    }
}

/// Scores of classes are floats, with a dimension of classes.
pub(in crate::ops) fn check_input(input: &Tensor) -> Result<()> {
    if input.ndim() == 0 {
        return Err(
            OpError::new("SHAPE-13", "a loss of classes needs a dimension of classes").at(0, describe(&input.into()))
        );
    }
    if !input.dtype().is_float() {
        return Err(OpError::new("TYPE-13", format!("the scores of classes are floats, these are {}", input.dtype()))
            .at(0, describe(&input.into()))
            .help("convert them with .float()"));
    }
    Ok(())
}

/// Weights of classes, parameter `arg`, in the input's dtype.
pub(in crate::ops) fn class_weights(cx: &Cx, w: &Tensor, classes: usize, dtype: DType, arg: usize) -> Result<Tensor> {
    if w.to_dims() != Dims::of(&[classes]) {
        return Err(OpError::new("SHAPE-15", format!("each of the {classes} classes needs a weight"))
            .at(arg, describe(&w.into())));
    }
    cx.cast(w, dtype)
}
