//! Normalisation to mean 0 and variance 1: the operations on the tape that layer norm, RMS norm and the norms of channels
//! are made of. Their gradients take one pass for the sums and one for the result; recorded, they are the formula.

use super::error::{OpError, Result};
use super::infer::describe;
use super::layers::{self, bad, misfit};
use super::rules::{ints, sizes};
use super::sig::{Default, Param, ParamKind, tensor};
use super::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Operand, Outputs, Proof, add, mul, reshape};
use crate::device::DType;
use crate::device::cpu::alloc;
use crate::device::cpu::norm::Wanted;
use crate::device::cpu::norm::channels::{self, Channels, Over};
use crate::device::cpu::norm::rows::{self, Rows};
use crate::tape::{Cx, Saved};
use crate::tensor::fill::Element;
use crate::tensor::{Dims, Tensor};

/// What is normalised together, as attributes: ints, and `eps`.
#[derive(Clone, Copy, Debug)]
enum Plan {
    /// Rows of the last so many dimensions; with their mean taken off or not.
    Rows { last: usize, centred: bool },
    /// Channels in dimension 1.
    Channels(Over),
}

impl Plan {
    fn attrs(self, eps: f64) -> [Attr; 2] {
        let list = match self {
            Plan::Rows { last, centred } => [0, last as i64, centred as i64],
            Plan::Channels(Over::Batch) => [1, 0, 0],
            Plan::Channels(Over::Groups(groups)) => [2, groups as i64, 0],
        };
        [ints(&list), Attr::Float(eps)]
    }

    fn of(attrs: &Attrs) -> (Plan, f64) {
        let list = attrs.ints(0);
        let plan = match list[0] {
            0 => Plan::Rows { last: list[1] as usize, centred: list[2] != 0 },
            1 => Plan::Channels(Over::Batch),
            _ => Plan::Channels(Over::Groups(list[1] as usize)),
        };
        (plan, attrs.float(1))
    }

    /// The kernel's view of a tensor.
    fn layout(self, x: &Dims, eps: f64) -> Layout {
        let count = |d: &[usize]| d.iter().product::<usize>();
        let rows = |rows, n, period, centred| Layout::Rows(Rows { rows, n, period, centred, eps });
        match self {
            Plan::Rows { last, centred } => {
                let at = x.len() - last;
                rows(count(&x[..at]), count(&x[at..]), 1, centred)
            }
            Plan::Channels(over) => {
                let (batch, channels, n) = (x[0], x[1], count(&x[2..]));
                match over {
                    // Channels of one element each are the elements of rows.
                    Over::Groups(groups) if n == 1 && groups > 0 => {
                        rows(batch * groups, channels / groups, groups, true)
                    }
                    _ => Layout::Channels(Channels { batch, channels, n, over, eps }),
                }
            }
        }
    }

    /// The shape in which the formula sees `x`, the dimensions that are normalised together, and the shape of the
    /// factors beside it.
    fn formula(self, x: &Dims) -> (Vec<usize>, Vec<i64>, Vec<usize>) {
        let n: usize = x.iter().skip(2).product();
        match self {
            Plan::Rows { last, .. } => {
                let at = x.len() - last;
                (x.to_vec(), (at as i64..x.len() as i64).collect(), x[at..].to_vec())
            }
            Plan::Channels(Over::Batch) => (vec![x[0], x[1], n], vec![0, 2], vec![1, x[1], 1]),
            Plan::Channels(Over::Groups(groups)) => {
                let each = x[1] / groups;
                (vec![x[0], groups, each, n], vec![2, 3], vec![1, groups, each, 1])
            }
        }
    }
}

enum Layout {
    Rows(Rows),
    Channels(Channels),
}

impl Layout {
    /// Refuses what would need more memory than there is.
    fn check(&self) -> Result<()> {
        let bytes = match self {
            Layout::Rows(r) => r.rows.saturating_mul(16),
            Layout::Channels(c) => c.scratch(),
        };
        alloc::check(bytes).map_err(OpError::out_of_memory)
    }

    /// How many means there are.
    fn groups(&self) -> usize {
        match self {
            Layout::Rows(r) => r.rows,
            Layout::Channels(c) => c.groups(),
        }
    }
}

/// The normalised input times a factor plus a summand, either of which may not be there; then the means and the
/// variances, which no rule leads back from.
static NORMALIZE: Op = Op {
    name: "norm_layer",
    symbol: None,
    params: &[
        tensor("input"),
        Param::new("weight", ParamKind::OptTensor).or(Default::None),
        Param::new("bias", ParamKind::OptTensor).or(Default::None),
    ],
    parts: &["values", "mean", "var"],
    doc: "",
    examples: &[],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::All(Needs::IN0.and(Needs::IN1).and(Needs::OUT1).and(Needs::OUT2), gradient)],
    samples: &[],
    proof: Proof::Other("proved as layer_norm, batch_norm and the like"),
};

fn infer(m: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let (plan, eps) = Plan::of(attrs);
    let groups = plan.layout(&m[0].dims, eps).groups();
    let stat = Meta::new(m[0].dtype.compute(), Dims::of(&[groups]));
    Ok(vec![m[0], stat, stat])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let (plan, eps) = Plan::of(attrs);
    let dims = args[0].to_dims();
    let layout = plan.layout(&dims, eps);
    layout.check()?;
    let wide = args.iter().map(|t| layers::wide(cx, t)).collect::<Result<Vec<Tensor>>>()?;
    macro_rules! go {
        ($T:ty) => {{
            let x = wide[0].slice::<$T>();
            let factors = (wide.get(1).map(|t| t.slice::<$T>()), wide.get(2).map(|t| t.slice::<$T>()));
            let mut stats = None;
            let y = Tensor::build::<$T>(dims, |y| {
                stats = Some(Tensor::build_pair::<$T, $T>(Dims::of(&[layout.groups()]), |mean, var| match &layout {
                    Layout::Rows(r) => rows::forward(r, x, factors, y, mean, var),
                    Layout::Channels(c) => channels::forward(c, x, factors, y, mean, var),
                }));
            })?;
            let (mean, var) = stats.expect("filled")?;
            vec![layers::narrow(cx, y, args[0].dtype())?, mean, var]
        }};
    }
    Ok(Outputs::Many(if wide[0].dtype() == DType::F64 { go!(f64) } else { go!(f32) }))
}

fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Vec<Option<Tensor>> {
    let (plan, eps) = Plan::of(s.attrs());
    let x = s.tensor(0);
    let factor = match s.input(1) {
        Operand::Tensor(w) => Some(w),
        // Not there: the tape has a number in its place.
        _ => None,
    };
    if cx.grad_enabled() {
        return formula(cx, s, (&x, factor.as_ref(), g), plan, eps);
    }
    fused(cx, s, (&x, factor.as_ref(), g), plan, eps).unwrap_or_else(|e| {
        cx.fail(e);
        Vec::new()
    })
}

type Terms<'a> = (&'a Tensor, Option<&'a Tensor>, &'a Tensor);

fn fused(cx: &Cx, s: &Saved, (x, w, g): Terms, plan: Plan, eps: f64) -> Result<Vec<Option<Tensor>>> {
    let (dims, dtype) = (x.to_dims(), x.dtype());
    let layout = plan.layout(&dims, eps);
    layout.check()?;
    let (x, g) = (layers::wide(cx, x)?, layers::wide(cx, g)?);
    let w = w.map(|w| layers::wide(cx, w)).transpose()?;
    let (mean, var) = (s.out_at(1).plain()?, s.out_at(2).plain()?);
    let factors = match (&layout, plan) {
        (_, Plan::Rows { last, .. }) => Dims::of(&dims[dims.len() - last..]),
        _ => Dims::of(&dims[1..2]),
    };
    let want = |k: usize| s.is_wanted(k);
    macro_rules! go {
        ($T:ty) => {{
            let new = |wanted: bool, dims: Dims| wanted.then(|| Tensor::empty_dims(<$T>::DTYPE, dims)).transpose();
            let (mut dx, mut dw, mut db) = (new(want(0), dims)?, new(want(1), factors)?, new(want(2), factors)?);
            let wanted = Wanted {
                x: dx.as_mut().map(|t| t.elements_mut::<$T>()),
                w: dw.as_mut().map(|t| t.elements_mut::<$T>()),
                b: db.as_mut().map(|t| t.elements_mut::<$T>()),
            };
            let inputs = (x.slice::<$T>(), w.as_ref().map(|w| w.slice::<$T>()), g.slice::<$T>());
            let stats = (mean.slice::<$T>(), var.slice::<$T>());
            match &layout {
                Layout::Rows(r) => rows::backward(r, inputs, stats, wanted),
                Layout::Channels(c) => channels::backward(c, inputs, stats, wanted),
            }
            vec![dx, dw, db]
        }};
    }
    let all = if x.dtype() == DType::F64 { go!(f64) } else { go!(f32) };
    all.into_iter().map(|t| t.map(|t| layers::narrow(cx, t, dtype)).transpose()).collect()
}

/// The gradients as recorded operations.
fn formula(cx: &Cx, s: &Saved, (x, w, g): Terms, plan: Plan, eps: f64) -> Vec<Option<Tensor>> {
    let own = x.to_dims();
    let (shape, over, beside) = plan.formula(&own);
    let wide = |t: &Tensor| cx.infallible(cx.cast(t, t.dtype().compute()));
    let (x, g) = (cx.reshape(&wide(x), &shape), cx.reshape(&wide(g), &shape));
    let n: usize = over.iter().map(|&d| shape[d as usize]).product();
    let mean = |t: &Tensor| cx.div(cx.sum_dims(t, &over, true), n as f64);
    let centred = !matches!(plan, Plan::Rows { centred: false, .. });
    let around = if centred { cx.sub(&x, mean(&x)) } else { x };
    let rstd = cx.div(1.0, cx.sqrt(cx.add(mean(&cx.square(&around)), eps)));
    let normal = cx.mul(&around, &rstd);
    let to_factors = |t: &Tensor| {
        let flat = cx.sum_to(t, &beside);
        let count: usize = beside.iter().product();
        let dims = match plan {
            Plan::Rows { .. } => beside.clone(),
            _ => vec![count],
        };
        cx.reshape(&flat, &dims)
    };
    let dx = s.is_wanted(0).then(|| {
        let g = match w {
            Some(w) => cx.mul(&g, cx.reshape(&wide(w), &beside)),
            None => g.clone(),
        };
        let off = cx.mul(&normal, mean(&cx.mul(&g, &normal)));
        let left = if centred { cx.sub(cx.sub(&g, mean(&g)), off) } else { cx.sub(&g, off) };
        cx.reshape(&cx.mul(left, &rstd), &own)
    });
    let dw = s.is_wanted(1).then(|| to_factors(&cx.mul(&g, &normal)));
    let db = s.is_wanted(2).then(|| to_factors(&g));
    vec![dx, dw, db]
}

/// The operation, with a factor and a summand of the given shape, and its three results.
fn normalized(
    cx: &Cx,
    x: &Tensor,
    (w, b): (&Operand, &Operand),
    factors: &[usize],
    (plan, eps): (Plan, f64),
) -> Result<Vec<Tensor>> {
    let attrs = plan.attrs(eps);
    let run = |args: &[Operand]| Ok::<_, Box<OpError>>(cx.call(&NORMALIZE, args, &attrs)?.into_vec());
    if !matches!(w, Operand::None) || matches!(b, Operand::None) {
        return run(&[x.into(), w.clone(), b.clone()]);
    }
    // A summand without a factor is added afterwards.
    let mut parts = run(&[x.into(), Operand::None, Operand::None])?;
    let b = cx.call1(&reshape::RESHAPE, std::slice::from_ref(b), &[sizes(factors)])?;
    parts[0] = cx.binary_tt(&add::ADD, &parts[0], &b)?;
    Ok(parts)
}

/// Checks that factors have a shape.
fn check_factors(args: &[Operand], at: std::ops::Range<usize>, dims: &[usize], each: &str) -> Result<()> {
    for k in at {
        let shape = match args.get(k) {
            Some(Operand::Tensor(t)) => t.to_dims(),
            Some(Operand::Num(_)) => Dims::scalar(),
            Some(Operand::None) | None => continue,
        };
        if *shape != *dims {
            return Err(misfit(format!("it needs a number for each {each}: the shape {}", Dims::of(dims)))
                .at(0, describe(&args[0]))
                .at(k, describe(&args[k])));
        }
    }
    Ok(())
}

/// `layer_norm` and `rms_norm`: rows of the last dimensions, which are argument 1; factors at 2 and 3.
pub fn by_rows(cx: &Cx, args: &[Operand], shape: &[i64], eps: Option<f64>, centred: bool) -> Result<Tensor> {
    let shown = args.to_vec();
    let args = layers::floats(cx, args)?;
    let x = args[0].to_tensor();
    let wanted = Dims::new(&shape.iter().map(|&n| n.max(0) as usize).collect::<Vec<_>>()).unwrap_or_default();
    if shape.is_empty() || !x.dims().ends_with(&wanted) || wanted.len() != shape.len() || shape.iter().any(|&n| n < 0) {
        return Err(misfit(format!("the input's last sizes are not those of normalized_shape, {wanted}"))
            .at(0, describe(&shown[0]))
            .at(1, format!("{wanted}")));
    }
    // Positions among the parameters: normalized_shape stands between.
    check_factors(&args, 1..args.len(), &wanted, "place that is normalised").map_err(|mut e| {
        e.at.iter_mut().filter(|(k, _)| *k > 0).for_each(|(k, _)| *k += 1);
        e
    })?;
    let eps = eps.unwrap_or(match x.dtype() {
        DType::F16 => half::f16::EPSILON.to_f64(),
        DType::BF16 => half::bf16::EPSILON.to_f64(),
        DType::F32 => f32::EPSILON as f64,
        _ => f64::EPSILON,
    });
    let b = args.get(2).cloned().unwrap_or(Operand::None);
    let plan = Plan::Rows { last: shape.len(), centred };
    Ok(normalized(cx, &x, (&args[1], &b), &wanted, (plan, eps))?.swap_remove(0))
}

/// The shape of one number for each channel beside `x`.
fn beside(x: &Tensor) -> Vec<usize> {
    let mut dims = vec![1; x.ndim()];
    dims[1] = x.dims()[1];
    dims
}

/// `group_norm`, and with one channel a group `instance_norm`: factors at `at`.
pub fn by_groups(cx: &Cx, args: &[Operand], groups: usize, factors: (&Operand, &Operand), eps: f64) -> Result<Tensor> {
    let all = layers::floats(cx, &[args[0].clone(), factors.0.clone(), factors.1.clone()])?;
    let x = all[0].to_tensor();
    let plan = Plan::Channels(Over::Groups(groups));
    Ok(normalized(cx, &x, (&all[1], &all[2]), &beside(&x), (plan, eps))?.swap_remove(0))
}

/// Refuses an input without channels.
pub fn check_channels(name: &str, x: &Operand) -> Result<usize> {
    let t = x.to_tensor();
    if t.ndim() < 2 {
        return Err(misfit(format!("`{name}` takes (batch, channels, …)")).at(0, describe(x)));
    }
    Ok(t.dims()[1])
}

/// Checks weight and bias of channels at two positions.
pub fn check_channel_factors(args: &[Operand], at: std::ops::Range<usize>, channels: usize) -> Result<()> {
    check_factors(args, at, &[channels], "channel")
}

/// Channels by the batch's statistics: the result, the means and the variances, which are not on the tape.
pub fn by_batch(cx: &Cx, args: &[Operand], eps: f64) -> Result<(Tensor, Tensor, Tensor)> {
    let all = layers::floats(cx, &[args[0].clone(), args[3].clone(), args[4].clone()])?;
    let x = all[0].to_tensor();
    let mut parts = normalized(cx, &x, (&all[1], &all[2]), &beside(&x), (Plan::Channels(Over::Batch), eps))?;
    let [var, mean] = [(); 2].map(|()| parts.pop().expect("three results").detach());
    Ok((parts.pop().expect("three results"), mean, var))
}

/// Refuses batches of one number a channel, whose variance says nothing.
pub fn check_count(x: &Operand) -> Result<()> {
    let t = x.to_tensor();
    let count = t.dims()[0] * t.dims()[2..].iter().product::<usize>();
    if count == 1 && t.numel() > 0 {
        return Err(misfit("statistics need more than one number a channel").at(0, describe(x)));
    }
    Ok(())
}

/// Channels by given statistics: `(x - mean) / sqrt(var + eps)`, times a factor, plus a summand.
pub fn by_statistics(cx: &Cx, args: &[Operand], eps: f64) -> Result<Tensor> {
    let all = layers::floats(cx, args)?;
    let dtype = all[0].to_tensor().dtype();
    let wide = |t: &Tensor| cx.cast(t, dtype.compute());
    let x = wide(&all[0].to_tensor())?;
    let dims = beside(&x);
    let own = |o: &Operand| -> Result<Option<Tensor>> {
        o.tensor().map(|t| cx.call1(&reshape::RESHAPE, &[wide(t)?.into()], &[sizes(&dims)])).transpose()
    };
    let (mean, var) = match (own(&all[1])?, own(&all[2])?) {
        (Some(mean), Some(var)) => (mean, var),
        _ => return Err(bad(1, "none", "without running statistics it needs those of the batch: training: true")),
    };
    let root = cx.unary(&super::sqrt::SQRT, &cx.binary(&add::ADD, &var.into(), &eps.into())?)?;
    let centred = cx.binary_tt(&super::sub::SUB, &x, &mean)?;
    // The factors meet first, as they are small.
    let scale = match own(&all[3])? {
        Some(w) => cx.binary_tt(&super::div::DIV, &w, &root)?,
        None => cx.binary(&super::div::DIV, &1.0.into(), &root.into())?,
    };
    let y = cx.binary_tt(&mul::MUL, &centred, &scale)?;
    let y = match own(&all[4])? {
        Some(b) => cx.binary_tt(&add::ADD, &y, &b)?,
        None => y,
    };
    cx.cast(&y, dtype)
}
