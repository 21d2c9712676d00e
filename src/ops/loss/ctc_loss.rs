//! The loss of a sequence of labels whose places are not known.

use crate::device::DType;
use crate::device::cpu::ctc::{self, Batch};
use crate::ops::div::DIV;
use crate::ops::infer::{self, describe};
use crate::ops::losses::{REDUCTION, Reduction};
use crate::ops::rules::{ints, sizes};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, int, tensor};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result, for_float};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Num, Tensor};

pub static CTC_LOSS: Op = Op {
    name: "ctc_loss",
    symbol: None,
    params: &[
        tensor("log_probs"),
        tensor("targets"),
        tensor("input_lengths"),
        tensor("target_lengths"),
        int("blank").or(Default::Int(0)),
        REDUCTION,
        Param::new("zero_infinity", ParamKind::Bool).or(Default::Bool(false)),
    ],
    parts: &[],
    doc: "The negative log-probability that steps with the log-probabilities `log_probs[t, n, class]` read as the labels `targets` once repeats are joined and then the class `blank` is left out, over all ways to place them (connectionist temporal classification). `targets` has a row of labels for each sequence, or all of them one after another; `input_lengths` and `target_lengths` say how many steps and labels count. The mean first divides each loss by its number of labels. A sequence too short for its labels has the loss `inf`, or 0 with `zero_infinity: true`. Without `n` it is one sequence. Its gradient is the one for `log_probs` as they are given; torch's takes them to come from `log_softmax`, behind which both are the same.",
    examples: &[
        "ctc_loss(log([[[0.25, 0.75]], [[0.5, 0.5]]]), [[1]], [2], [1])  # 0.13353138",
        "ctc_loss(log([[0.5, 0.5]]), [1, 1], 1, 2)  # inf",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[
            Uniform(&[6, 2, 4], -3.0, 0.0),
            Ints(&[2, 3], &[1, 2, 2, 3, 1, 0]),
            Ints(&[2], &[6, 5]),
            Ints(&[2], &[3, 2]),
        ]),
        sample(&[
            Uniform(&[5, 2, 3], -3.0, 0.0),
            Ints(&[4], &[1, 0, 0, 0]),
            Ints(&[2], &[5, 4]),
            Ints(&[2], &[2, 2]),
            Int(2),
            Str("sum"),
        ]),
        sample(&[
            Strided(&[5, 3, 3], -3.0, 0.0),
            Ints(&[3, 2], &[1, 2, 2, 1, 1, 1]),
            Ints(&[3], &[5, 0, 3]),
            Ints(&[3], &[1, 0, 2]),
            Int(0),
            Str("none"),
        ]),
        sample(&[Uniform(&[4, 3], -3.0, 0.0), Ints(&[2], &[1, 2]), Ints(&[], &[4]), Ints(&[], &[2])]),
        sample(&[
            Uniform(&[4, 3], -3.0, 0.0),
            Ints(&[2], &[1, 1]),
            Ints(&[1], &[3]),
            Ints(&[1], &[2]),
            Int(0),
            Str("none"),
        ]),
        sample(&[
            Uniform(&[3, 2, 3], -3.0, 0.0),
            Ints(&[2, 2], &[1, 1, 1, 2]),
            Ints(&[2], &[2, 3]),
            Ints(&[2], &[2, 2]),
            Int(0),
            Str("mean"),
            Bool(true),
        ]),
        kink(&[
            Uniform(&[3, 2, 3], -3.0, 0.0),
            Ints(&[2, 2], &[1, 1, 1, 2]),
            Ints(&[2], &[2, 3]),
            Ints(&[2], &[2, 2]),
            Int(0),
            Str("none"),
        ]),
        kink(&[
            Floats(&[2, 1, 2], &[0.0, f64::NEG_INFINITY, 0.0, f64::NEG_INFINITY]),
            Ints(&[1, 1], &[1]),
            Ints(&[1], &[2]),
            Ints(&[1], &[1]),
        ]),
        kink(&[Uniform(&[3, 2, 3], -3.0, 0.0), Ints(&[2, 2], &[1, 1, 1, 2]), Ints(&[2], &[4, 3]), Ints(&[2], &[2, 2])]),
        kink(&[Uniform(&[3, 2, 3], -3.0, 0.0), Ints(&[2, 2], &[1, 1, 1, 2]), Ints(&[2], &[2, 3]), Ints(&[2], &[2, 3])]),
        kink(&[Uniform(&[3, 2, 3], -3.0, 0.0), Ints(&[3], &[1, 1, 1]), Ints(&[2], &[2, 3]), Ints(&[2], &[2, 2])]),
        kink(&[
            Uniform(&[3, 2, 3], -3.0, 0.0),
            Ints(&[2, 2], &[1, 1, 1, 2]),
            Ints(&[2], &[2, 3]),
            Ints(&[2], &[2, 2]),
            Int(3),
        ]),
    ],
    // torch's gradient is that of log_softmax(log_probs): what it adds, exp(log_probs) at the steps that count, is taken
    // off again.
    proof: Proof::Torch(
        "(lambda x, t, i, n, blank=0, reduction='mean', zero=False: (lambda y, s: (lambda z: z.sum() if reduction == 'sum' else z if reduction == 'none' else (z / n.clamp(min=1)).mean())(y + torch.where(torch.isfinite(y) & ((y != 0) | (not zero)), s.detach() - s, 0.0).reshape(y.shape)))(F.ctc_loss(x, t, i, n, blank=blank, reduction='none', zero_infinity=zero), (x.reshape(x.shape[0], -1, x.shape[-1]).exp().sum(-1) * (torch.arange(x.shape[0])[:, None] < i.reshape(1, -1))).sum(0)))(*args)",
    ),
};

/// The op on the tape: of steps, sequences and classes, with everything else as ints.
static EACH: Op = Op {
    name: "ctc_loss",
    symbol: None,
    params: &[
        tensor("log_probs"),
        Param::new("targets", ParamKind::Ints),
        Param::new("input_lengths", ParamKind::Ints),
        Param::new("target_lengths", ParamKind::Ints),
        int("blank"),
        Param::new("zero_infinity", ParamKind::Bool),
    ],
    parts: &[],
    doc: "",
    examples: &[],
    kind: Kind::Whole {
        infer: |metas, _| Ok(vec![Meta::new(infer::float(metas[0].dtype), Dims::of(&metas[0].dims[1..2]))]),
        run: losses,
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0, gradient)],
    samples: &[],
    proof: Proof::Other("proved as ctc_loss"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let reduction = Reduction::of(attrs, 1, 5)?;
    let x = args[0].to_tensor();
    if !x.dtype().is_float() {
        return Err(OpError::new("TYPE-13", format!("log-probabilities are floats, these are {}", x.dtype()))
            .at(0, describe(&args[0])));
    }
    let (steps, batch, classes) = match *x.dims() {
        [steps, classes] => (steps, 1, classes),
        [steps, batch, classes] => (steps, batch, classes),
        _ => {
            return Err(OpError::new(
                "SHAPE-13",
                "log-probabilities have the dims steps, sequences (may be left out) and classes",
            )
            .at(0, describe(&args[0])));
        }
    };
    if x.numel() == 0 {
        return Err(OpError::new("VALUE-13", "ctc_loss of no steps, sequences or classes").at(0, describe(&args[0])));
    }
    let blank = attrs.int(0);
    if !(0..classes as i64).contains(&blank) {
        return Err(OpError::new("INDEX-01", format!("the blank {blank} is no class: there are {classes}"))
            .at(0, describe(&args[0]))
            .at(4, format!("{blank}")));
    }
    let input_lengths = lengths(&args[2], 2, batch, steps as i64, "steps")?;
    let target_lengths = lengths(&args[3], 3, batch, i64::MAX, "labels")?;
    let targets = labels(args, &target_lengths, classes, blank)?;
    let wide = cx.cast(&x, x.dtype().compute())?;
    let wide = cx.call1(&crate::ops::reshape::RESHAPE, &[wide.into()], &[sizes(&[steps, batch, classes])])?;
    let zero = attrs.bool(2);
    let all = [ints(&targets), ints(&input_lengths), ints(&target_lengths), Attr::Int(blank), Attr::Bool(zero)];
    let mut loss = cx.call1(&EACH, &[wide.into()], &all)?;
    if reduction == Reduction::Mean {
        let counts: Vec<f64> = target_lengths.iter().map(|&n| n.max(1) as f64).collect();
        loss = cx.binary_tt(&DIV, &loss, &Tensor::from_f64s(loss.dtype(), &[batch], &counts)?)?;
    }
    if x.ndim() == 2 {
        loss = cx.call1(&crate::ops::reshape::RESHAPE, &[loss.into()], &[sizes(&[])])?;
    }
    Ok(Outputs::One(cx.cast(&reduction.apply(cx, loss)?, x.dtype())?))
}

/// A length for each sequence, from 0 to `most`.
fn lengths(o: &Operand, arg: usize, batch: usize, most: i64, what: &str) -> Result<Vec<i64>> {
    let t = o.to_tensor();
    if t.dtype() != DType::I64 {
        return Err(OpError::new("INDEX-04", format!("lengths are i64, these are {}", t.dtype())).at(arg, describe(o)));
    }
    if t.ndim() > 1 || t.numel() != batch {
        return Err(OpError::new("SHAPE-15", format!("each of the {batch} sequences needs a number of {what}"))
            .at(arg, describe(o)));
    }
    let list = t.plain()?.slice::<i64>().to_vec();
    match list.iter().find(|n| !(0..=most).contains(*n)) {
        None => Ok(list),
        Some(n) if *n < 0 => {
            Err(OpError::new("VALUE-12", format!("a length is not negative, this is {n}")).at(arg, format!("{n}")))
        }
        Some(n) => {
            Err(OpError::new("VALUE-12", format!("there are only {most} {what}, not {n}")).at(arg, format!("{n}")))
        }
    }
}

/// The labels that count, one sequence after another.
fn labels(args: &[Operand], counts: &[i64], classes: usize, blank: i64) -> Result<Vec<i64>> {
    let t = args[1].to_tensor();
    if t.dtype() != DType::I64 {
        return Err(OpError::new("INDEX-04", format!("target classes are i64, these are {}", t.dtype()))
            .at(1, describe(&args[1]))
            .help("convert them with .long()"));
    }
    let wrong = |what: String| Err(OpError::new("SHAPE-15", what).at(1, describe(&args[1])).at(3, describe(&args[3])));
    let plain = t.plain()?;
    let all = plain.slice::<i64>();
    let list: Vec<i64> = match *t.dims() {
        [n] => {
            let total = counts.iter().try_fold(0i64, |sum, &c| sum.checked_add(c));
            // One sequence may have more labels than count, as rows may.
            let most = if counts.len() == 1 && args[0].to_tensor().ndim() == 2 {
                total.map(|c| c.min(n as i64))
            } else {
                Some(n as i64)
            };
            match total {
                Some(c) if Some(c) == most => all[..c as usize].to_vec(),
                _ => return wrong(format!("the lengths add up to another number of labels than {n}")),
            }
        }
        [rows, n] => {
            if rows != counts.len() {
                return wrong(format!("{} sequences need as many rows of labels", counts.len()));
            }
            if let Some(c) = counts.iter().find(|&&c| c > n as i64) {
                return wrong(format!("a row has only {n} labels, not {c}"));
            }
            counts.iter().enumerate().flat_map(|(row, &c)| &all[row * n..][..c as usize]).copied().collect()
        }
        _ => return wrong("targets are a row of labels for each sequence, or one row of all of them".into()),
    };
    match list.iter().find(|&&c| !(0..classes as i64).contains(&c) || c == blank) {
        None => Ok(list),
        Some(&c) if c == blank => Err(OpError::new("VALUE-12", format!("the blank, class {blank}, is no label"))
            .at(1, format!("it holds {c}"))
            .help("a label is any other class; which one is the blank says blank:")),
        Some(c) => Err(OpError::new("INDEX-01", format!("label {c} is out of bounds: there are {classes} classes"))
            .at(0, describe(&args[0]))
            .at(1, format!("it holds {c}"))),
    }
}

fn batch_of<'a>(x: &Tensor, attrs: &'a Attrs) -> Batch<'a> {
    Batch {
        batch: x.dims()[1],
        classes: x.dims()[2],
        blank: attrs.int(3) as usize,
        steps: attrs.ints(1),
        labels: attrs.ints(2),
        targets: attrs.ints(0),
    }
}

fn losses(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].plain()?;
    let b = batch_of(&x, attrs);
    let mut scratch = Tensor::empty_dims(DType::F64, Dims::of(&[b.batch, 2, b.states()]))?;
    let out = for_float!(x.dtype(), T => Tensor::build::<T>(Dims::of(&[b.batch]), |dst| {
        scratch.change::<f64>(|scratch| ctc::losses::<T>(&b, attrs.bool(4), x.slice(), scratch, dst)).expect("nobody else holds it");
    }));
    Ok(Outputs::One(out?))
}

fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    if cx.grad_enabled() {
        return recorded(cx, s, g);
    }
    let x = s.tensor(0);
    let run = || -> Result<Tensor> {
        let (x, g) = (x.plain()?, cx.cast(g, x.dtype())?.plain()?);
        let b = batch_of(&x, s.attrs());
        let steps = b.steps.iter().max().map_or(0, |&n| n as usize) + 2;
        let mut scratch = Tensor::empty_dims(DType::F64, Dims::of(&[b.batch, steps, b.states()]))?;
        for_float!(x.dtype(), T => Tensor::build::<T>(x.to_dims(), |dst| {
            let zero = s.attrs().bool(4);
            scratch.change::<f64>(|scratch| ctc::gradient::<T>(&b, zero, x.slice(), g.slice(), scratch, dst)).expect("nobody else holds it");
        }))
    };
    cx.infallible(run())
}

/// Stands for the logarithm of 0 where infinities would make NaN of differences.
const NEVER: f64 = -1e30;

/// The same in operations, so that it has gradients itself: an op for each step and each way to come to a state.
fn recorded(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (input, attrs) = (s.tensor(0), s.attrs());
    let b = batch_of(&input, attrs);
    let (steps, batch, states) = (input.dims()[0], b.batch, b.states());
    // What each state of each chain is: its class, whether the blank before it may be left out, whether it is an end.
    let (mut class, mut skip, mut end) =
        (vec![b.blank as i64; batch * states], vec![NEVER; batch * states], vec![NEVER; batch * states]);
    let mut from = 0;
    for n in 0..batch {
        let labels = &b.targets[from..][..b.labels[n] as usize];
        from += labels.len();
        for (k, &label) in labels.iter().enumerate() {
            class[n * states + 2 * k + 1] = label;
            if k > 0 && labels[k - 1] != label {
                skip[n * states + 2 * k + 1] = 0.0;
            }
        }
        end[n * states + 2 * labels.len()] = 0.0;
        if !labels.is_empty() {
            end[n * states + 2 * labels.len() - 1] = 0.0;
        }
    }
    let table = |v: &[f64]| cx.infallible(Tensor::from_f64s(DType::F64, &[batch, states], v));
    let (skip, end) = (table(&skip), table(&end));
    // From where a skip starts it lands two states on.
    let index = cx.infallible(Tensor::from_i64s(&[1, batch, states], &class));
    let index = cx.expand(&index, &[steps, batch, states]);
    let x = cx.maximum(cx.gather(&cx.infallible(cx.cast(&input, DType::F64)), 2, &index), NEVER);
    let active = |t: usize| {
        let on: Vec<Num> = b.steps.iter().map(|&n| Num::Bool((t as i64) < n)).collect();
        cx.infallible(Tensor::from_nums(DType::Bool, Dims::of(&[batch, 1]), on))
    };
    let step = |t: usize| cx.pick(&x, 0, t);
    let never = |n: usize| cx.infallible(Tensor::full(DType::F64, Dims::of(&[batch, n]), Num::Float(NEVER)));
    let shifted = |t: &Tensor, by: usize, on: bool| {
        let by = by.min(states);
        let (keep, gap) = (states - by, never(by));
        let parts = if on { [gap, cx.narrow(t, 1, 0, keep)] } else { [cx.narrow(t, 1, by, keep), gap] };
        cx.run(&crate::ops::cat::CAT, &[(&parts[0]).into(), (&parts[1]).into()], &[Attr::Int(1)])
    };
    let log_sum = |parts: [Tensor; 3]| {
        let parts = parts.map(|p| cx.reshape(&p, &[1, batch, states]));
        let all = cx.run(&crate::ops::cat::CAT, &parts.map(Operand::from), &[Attr::Int(0)]);
        cx.run(&crate::ops::logsumexp::LOGSUMEXP, &[all.into()], &[ints(&[0]), Attr::Bool(false)])
    };
    let start: Vec<f64> = (0..batch * states).map(|k| if k % states < 2 { 0.0 } else { NEVER }).collect();
    let mut forward = vec![cx.add(step(0), table(&start))];
    for t in 1..steps {
        let a = &forward[t - 1];
        let ways = log_sum([a.clone(), shifted(a, 1, true), cx.add(shifted(a, 2, true), &skip)]);
        forward.push(cx.select(&active(t), cx.add(ways, step(t)), a));
    }
    let last = cx.add(&forward[steps - 1], &end);
    let total = cx.run(&crate::ops::logsumexp::LOGSUMEXP, &[last.into()], &[ints(&[1]), Attr::Bool(true)]);
    let mut occupied = vec![Tensor::scalar(DType::F64, Num::Float(0.0)); steps];
    let mut later = end.clone();
    for t in (0..steps).rev() {
        if t + 1 < steps {
            let next = cx.add(&later, step(t + 1));
            let ways = log_sum([next.clone(), shifted(&next, 1, false), shifted(&cx.add(&next, &skip), 2, false)]);
            later = cx.select(&active(t + 1), ways, &end);
        }
        let share = cx.exp(cx.sub(cx.add(&forward[t], &later), &total));
        occupied[t] = cx.reshape(&cx.select(&active(t), share, 0.0), &[1, batch, states]);
    }
    let occupied: Vec<Operand> = occupied.iter().map(Operand::from).collect();
    let occupied = cx.run(&crate::ops::cat::CAT, &occupied, &[Attr::Int(0)]);
    let lost = cx.lt(&total, NEVER / 2.0);
    let instead = if attrs.bool(4) { 0.0 } else { f64::NAN };
    let weight = cx.reshape(&cx.infallible(cx.cast(g, DType::F64)), &[batch, 1]);
    let weighed = cx.select(&lost, instead, cx.mul(occupied, cx.neg(weight)));
    let sums = cx.scatter_add(cx.zeros(DType::F64, &input.to_dims()), 2, &index, &weighed);
    cx.infallible(cx.cast(&sums, input.dtype()))
}
