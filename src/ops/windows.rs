//! Pooling: maxima and means over windows, fixed or adaptive, and their adjoints.

use super::error::{OpError, Result};
use super::infer::describe;
use super::layers::{self, Sizes, bad, images, misfit};
use super::rules::ints;
use super::sig::{Default, Param, ParamKind, tensor};
use super::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Operand, Outputs, Proof, convolution, for_dtype};
use crate::device::DType;
use crate::device::cpu::alloc;
use crate::device::cpu::window::{self, Span, Windows};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

/// Which windows, as an attribute of ints.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub input: [usize; 2],
    pub output: [usize; 2],
    /// Windows that divide the image between them, whatever its size; the rest does not count then.
    pub adaptive: bool,
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub padding: [usize; 2],
    pub dilation: [usize; 2],
    /// Whether a mean counts padding.
    pub include_pad: bool,
    pub divisor: Option<i64>,
}

impl Plan {
    fn attr(&self) -> Attr {
        let pairs = [self.input, self.output, self.kernel, self.stride, self.padding, self.dilation];
        let mut list: Vec<i64> = pairs.iter().flatten().map(|&n| n as i64).collect();
        list.extend([self.adaptive as i64, self.include_pad as i64, self.divisor.unwrap_or(0)]);
        ints(&list)
    }

    fn of(attrs: &Attrs) -> Plan {
        let list = attrs.ints(0);
        let pair = |k: usize| [list[2 * k] as usize, list[2 * k + 1] as usize];
        Plan {
            input: pair(0),
            output: pair(1),
            kernel: pair(2),
            stride: pair(3),
            padding: pair(4),
            dilation: pair(5),
            adaptive: list[12] != 0,
            include_pad: list[13] != 0,
            divisor: Some(list[14]).filter(|&d| d != 0),
        }
    }

    /// Refuses more windows than there is memory to list them.
    fn check(&self) -> Result<()> {
        let bytes = self.output[0].saturating_add(self.output[1]).saturating_mul(size_of::<Span>());
        alloc::check(bytes).map_err(OpError::out_of_memory)
    }

    fn windows(&self) -> Windows {
        let spans = |d: usize| (0..self.output[d]).map(|i| self.span(d, i)).collect();
        Windows { rows: spans(0), cols: spans(1), input: self.input, divisor: self.divisor }
    }

    /// The places of window `i` along axis `d`.
    fn span(&self, d: usize, i: usize) -> Span {
        let n = self.input[d];
        if self.adaptive {
            let (wide, out) = (n as u128, self.output[d] as u128);
            let (start, end) = (i as u128 * wide / out, ((i as u128 + 1) * wide).div_ceil(out));
            let len = (end - start) as usize;
            return Span { start: start as usize, len, step: 1, weight: len };
        }
        let (step, pad) = (self.dilation[d], self.padding[d]);
        // Places before and behind the image are left out; a mean may still count those of the padding.
        let first = i * self.stride[d];
        let skipped = pad.saturating_sub(first).div_ceil(step).min(self.kernel[d]);
        let start = (first + skipped * step).saturating_sub(pad);
        let room = n.saturating_sub(start).div_ceil(step);
        let len = (self.kernel[d] - skipped).min(room);
        let counted = self.kernel[d].min((n + 2 * pad).saturating_sub(first));
        Span { start: start.min(n), len, step, weight: if self.include_pad { counted } else { len } }
    }
}

/// The largest of each window, and where in the plane it is.
pub static WINDOW_MAX: Op = Op {
    parts: &["values", "indices"],
    kind: Kind::Whole { infer: infer_max, run: run_max, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::OUT1, |cx, s, g| {
        cx.run(&WINDOW_MAX_BACK, &[g.into(), s.out_at(1).into()], &[s.attrs().get(0).clone()])
    })],
    ..part("max_pool", &[tensor("input")])
};

/// Numbers put back to where the largest were.
static WINDOW_MAX_BACK: Op = Op {
    kind: Kind::Whole { infer: |m, a| infer_back(m, a), run: run_max_back, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Rule(Needs::IN1, |cx, s, g| cx.run(&WINDOW_PICK, &[g.into(), s.input(1)], &[s.attrs().get(0).clone()])),
        Grad::None("an index has no gradient"),
    ],
    ..part("max_pool_backward", &[tensor("gradient"), tensor("indices")])
};

/// The numbers of an image where others were largest.
static WINDOW_PICK: Op = Op {
    kind: Kind::Whole { infer: infer_result, run: run_pick, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Rule(Needs::IN1, |cx, s, g| {
            cx.run(&WINDOW_MAX_BACK, &[g.into(), s.input(1)], &[s.attrs().get(0).clone()])
        }),
        Grad::None("an index has no gradient"),
    ],
    ..part("max_pool_pick", &[tensor("input"), tensor("indices")])
};

/// The mean of each window.
pub static WINDOW_MEAN: Op = Op {
    kind: Kind::Whole { infer: infer_result, run: |cx, t, a| run_mean(cx, t, a, false), cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| cx.run(&WINDOW_MEAN_BACK, &[g.into()], &[s.attrs().get(0).clone()]))],
    ..part("avg_pool", &[tensor("input")])
};

/// Its adjoint.
static WINDOW_MEAN_BACK: Op = Op {
    kind: Kind::Whole { infer: infer_back, run: |cx, t, a| run_mean(cx, t, a, true), cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| cx.run(&WINDOW_MEAN, &[g.into()], &[s.attrs().get(0).clone()]))],
    ..part("avg_pool_backward", &[tensor("gradient")])
};

const fn part(name: &'static str, params: &'static [Param]) -> Op {
    Op {
        name,
        symbol: None,
        params,
        parts: &[],
        doc: "",
        examples: &[],
        kind: Kind::Composite(|_, _, _| Err(OpError::new("LIMIT-00", "nothing to run"))),
        vjp: &[],
        samples: &[],
        proof: Proof::Other("proved as max_pool2d and avg_pool2d"),
    }
}

fn with_plane(m: &Meta, plane: [usize; 2]) -> Meta {
    Meta::new(m.dtype, Dims::of(&[m.dims[0], m.dims[1], plane[0], plane[1]]))
}

fn infer_result(m: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![with_plane(&m[0], Plan::of(attrs).output)])
}

fn infer_back(m: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![with_plane(&m[0], Plan::of(attrs).input)])
}

fn infer_max(m: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let values = with_plane(&m[0], Plan::of(attrs).output);
    Ok(vec![values, Meta::new(DType::I64, values.dims)])
}

fn planes(m: &Meta) -> usize {
    m.dims[0] * m.dims[1]
}

fn run_max(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let (x, plan) = (args[0].plain()?, Plan::of(attrs));
    plan.check()?;
    let meta = Meta::of(&x);
    let out = with_plane(&meta, plan.output);
    let (values, indices) = for_dtype!(out.dtype, T => Tensor::build_pair::<T, i64>(out.dims, |y, places| {
        window::max(&plan.windows(), planes(&meta), x.slice::<T>(), y, places)
    }))?;
    Ok(Outputs::Many(vec![values, indices]))
}

fn run_max_back(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let (g, places, plan) = (args[0].plain()?, args[1].plain()?, Plan::of(attrs));
    let out = with_plane(&Meta::of(&g), plan.input);
    let (plane, results) = (plan.input[0] * plan.input[1], plan.output[0] * plan.output[1]);
    Ok(Outputs::One(for_dtype!(out.dtype, T => Tensor::build::<T>(out.dims, |x| {
        window::scatter(plane, results, places.slice(), g.slice::<T>(), x)
    }))?))
}

fn run_pick(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let (x, places, plan) = (args[0].plain()?, args[1].plain()?, Plan::of(attrs));
    let out = with_plane(&Meta::of(&x), plan.output);
    let (plane, results) = (plan.input[0] * plan.input[1], plan.output[0] * plan.output[1]);
    Ok(Outputs::One(for_dtype!(out.dtype, T => Tensor::build::<T>(out.dims, |y| {
        window::gather(plane, results, places.slice(), x.slice::<T>(), y)
    }))?))
}

fn run_mean(cx: &Cx, args: &[Tensor], attrs: &Attrs, back: bool) -> Result<Outputs> {
    let plan = Plan::of(attrs);
    plan.check()?;
    let (x, meta) = (layers::wide(cx, &args[0])?, Meta::of(&args[0]));
    let dims = with_plane(&meta, if back { plan.input } else { plan.output }).dims;
    macro_rules! go {
        ($T:ty) => {
            Tensor::build::<$T>(dims, |y| {
                let kernel = if back { window::spread } else { window::mean };
                kernel(&plan.windows(), planes(&meta), x.slice::<$T>(), y)
            })?
        };
    }
    let y = if x.dtype() == DType::F64 { go!(f64) } else { go!(f32) };
    Ok(Outputs::One(layers::narrow(cx, y, meta.dtype)?))
}

/// Arguments of a pooling with fixed windows: kernel size, stride and padding are the first three attributes.
pub struct Fixed<'a> {
    pub attrs: &'a Attrs,
    /// The attributes of dilation, if there is one, and of ceil_mode.
    pub dilation: Option<usize>,
    pub ceil: usize,
    pub include_pad: bool,
    pub divisor: Option<i64>,
}

impl Fixed<'_> {
    /// Windows over images of `input` rows and columns. The kernel is argument 1, stride and padding follow.
    fn plan(&self, input: [usize; 2], rank: usize, x: &Operand) -> Result<Plan> {
        let kernel = convolution::kernel_size(1).at(self.attrs, 0, rank)?;
        let stride = match layers::list(self.attrs, 1) {
            Some(list) => convolution::stride(2).of(list, rank)?,
            None => kernel,
        };
        let padding = convolution::padding(3).at(self.attrs, 2, rank)?;
        let dilation = match self.dilation {
            Some(k) => convolution::dilation(k + 1).at(self.attrs, k, rank)?,
            None => [1; 2],
        };
        let ceil = self.attrs.bool(self.ceil);
        let mut output = [0; 2];
        for d in 0..2 {
            let span = dilation[d].saturating_mul(kernel[d] - 1).saturating_add(1);
            if 2 * padding[d] > span {
                return Err(bad(
                    3,
                    padding[d],
                    format!("the padding of a window is at most half of it; it spans {span}"),
                ));
            }
            let room = input[d] + 2 * padding[d];
            let windows = match room.checked_sub(span) {
                Some(left) if ceil => {
                    let n = left.div_ceil(stride[d]) + 1;
                    // The last window begins within the image or the padding before it.
                    if (n - 1) * stride[d] >= input[d] + padding[d] { n - 1 } else { n }
                }
                Some(left) => left / stride[d] + 1,
                // Rounding up reaches a window that is not all there.
                None if ceil && span - room < stride[d] => 1,
                None => 0,
            };
            if windows == 0 {
                return Err(misfit(format!("a window spans {span}, the input with its padding only {room}"))
                    .at(0, describe(x))
                    .at(1, "here"));
            }
            output[d] = windows;
        }
        let Fixed { include_pad, divisor, .. } = *self;
        Ok(Plan { input, output, adaptive: false, kernel, stride, padding, dilation, include_pad, divisor })
    }
}

/// Which windows a pooling has.
pub enum Shape<'a> {
    Fixed(Fixed<'a>),
    /// So many windows along each dimension, [`Param::OPEN`] for as many as places.
    Adaptive(&'a [i64]),
}

/// The plan for an input, which must have elements but for its batch.
fn plan(name: &str, shape: &Shape, x: &Tensor, rank: usize, given: &Operand) -> Result<Plan> {
    let input = [x.dims()[2], x.dims()[3]];
    if x.dims()[1..].contains(&0) {
        return Err(misfit(format!("`{name}` needs elements in all dimensions but the batch")).at(0, describe(given)));
    }
    match shape {
        Shape::Fixed(fixed) => fixed.plan(input, rank, given),
        Shape::Adaptive(list) => {
            let filled: Vec<i64> = match list.len() {
                1 => vec![list[0]; rank],
                _ => list.to_vec(),
            };
            let offset = 2 - rank;
            let filled: Vec<i64> = filled
                .iter()
                .enumerate()
                .map(|(d, &n)| if n == Param::OPEN { input.get(d + offset).map_or(0, |&n| n as i64) } else { n })
                .collect();
            let output = Sizes { name: "output_size", arg: 1, least: 0, neutral: 1 }.of(&filled, rank)?;
            let one = [1; 2];
            Ok(Plan {
                input,
                output,
                adaptive: true,
                kernel: one,
                stride: one,
                padding: [0; 2],
                dilation: one,
                include_pad: false,
                divisor: None,
            })
        }
    }
}

/// A pooling by maxima; both results if `indices`.
pub fn max(cx: &Cx, name: &str, given: &Operand, shape: Shape, rank: usize, indices: bool) -> Result<Outputs> {
    let x = layers::common(cx, std::slice::from_ref(given))?.remove(0).to_tensor();
    let images = images(cx, name, &x, rank)?;
    let plan = plan(name, &shape, &images.x, rank, given)?;
    let parts = cx.call(&WINDOW_MAX, &[(&images.x).into()], &[plan.attr()])?.into_vec();
    let values = images.restore(cx, &parts[0])?;
    if !indices {
        return Ok(Outputs::One(values));
    }
    Ok(Outputs::Many(vec![values, images.restore(cx, &parts[1])?]))
}

/// A pooling by means.
pub fn mean(cx: &Cx, name: &str, given: &Operand, shape: Shape, rank: usize) -> Result<Outputs> {
    let x = layers::floats(cx, std::slice::from_ref(given))?.remove(0).to_tensor();
    let images = images(cx, name, &x, rank)?;
    let plan = plan(name, &shape, &images.x, rank, given)?;
    let y = cx.call1(&WINDOW_MEAN, &[(&images.x).into()], &[plan.attr()])?;
    Ok(Outputs::One(images.restore(cx, &y)?))
}

pub const PARTS: &[&str] = &["values", "indices"];
pub const OUTPUT_SIZE: Param = Param::new("output_size", ParamKind::OpenInts);
pub const RETURN_INDICES: Param = Param::new("return_indices", ParamKind::Bool).or(Default::Bool(false));
const KERNEL_SIZE: Param = Param::new("kernel_size", ParamKind::Ints);
const STRIDE: Param = Param::new("stride", ParamKind::Ints).or(Default::None);
const PADDING: Param = Param::new("padding", ParamKind::Ints).or(Default::Int(0));
const CEIL_MODE: Param = Param::new("ceil_mode", ParamKind::Bool).or(Default::Bool(false));

/// Parameters of `max_pool1d` and `max_pool2d`.
pub const MAX_PARAMS: &[Param] = &[
    tensor("input"),
    KERNEL_SIZE,
    STRIDE,
    PADDING,
    Param::new("dilation", ParamKind::Ints).or(Default::Int(1)),
    CEIL_MODE,
    RETURN_INDICES,
];

/// Parameters of `avg_pool1d`.
pub const AVG_PARAMS: &[Param] = &[tensor("input"), KERNEL_SIZE, STRIDE, PADDING, CEIL_MODE, COUNT_INCLUDE_PAD];
const COUNT_INCLUDE_PAD: Param = Param::new("count_include_pad", ParamKind::Bool).or(Default::Bool(true));

/// Parameters of `avg_pool2d`.
pub const AVG_PARAMS_2D: &[Param] = &[
    tensor("input"),
    KERNEL_SIZE,
    STRIDE,
    PADDING,
    CEIL_MODE,
    COUNT_INCLUDE_PAD,
    Param::new("divisor_override", ParamKind::Int).or(Default::None),
];
