//! Convolutions: the operation on the tape and its two adjoints, each of which has the others as gradients, so that
//! gradients of any order are convolutions again.

use super::error::{OpError, Result};
use super::infer::describe;
use super::layers::{self, Sizes, bad, images, misfit};
use super::rules::ints;
use super::sig::{Default, Param, ParamKind, tensor};
use super::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Operand, Outputs, Proof};
use crate::device::DType;
use crate::device::cpu::conv::{self, Conv, Geometry};
use crate::tape::Cx;
use crate::tensor::fill::Element;
use crate::tensor::{Dims, Tensor};

/// How a kernel moves over an image, as an attribute of ints: rows and columns of each.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub input: [usize; 2],
    pub kernel: [usize; 2],
    pub output: [usize; 2],
    pub stride: [usize; 2],
    pub padding: [usize; 2],
    pub dilation: [usize; 2],
    pub groups: usize,
}

impl Plan {
    pub fn attr(&self) -> Attr {
        let pairs = [self.input, self.kernel, self.output, self.stride, self.padding, self.dilation];
        let list: Vec<i64> = pairs.iter().flatten().chain([&self.groups]).map(|&n| n as i64).collect();
        ints(&list)
    }

    pub fn of(attrs: &Attrs) -> Plan {
        let list = attrs.ints(0);
        let pair = |k: usize| [list[2 * k] as usize, list[2 * k + 1] as usize];
        Plan {
            input: pair(0),
            kernel: pair(1),
            output: pair(2),
            stride: pair(3),
            padding: pair(4),
            dilation: pair(5),
            groups: list[12] as usize,
        }
    }

    /// All sizes, with the batch and the channels of the image and of the result, of all groups.
    pub fn geometry(&self, batch: usize, channels: usize, filters: usize) -> Geometry {
        let Plan { input, kernel, output, stride, padding, dilation, groups } = *self;
        let (channels, filters) = (channels / groups, filters / groups);
        Geometry { batch, groups, channels, filters, input, kernel, output, stride, padding, dilation }
    }
}

/// (batch, channels, rows, columns), (filters, channels of a group, rows, columns) and perhaps a bias.
pub static CONVOLUTION: Op = Op {
    kind: Kind::Whole {
        infer: |m, a| infer(m, a, Part::Result),
        run: |cx, t, a| run(cx, t, a, Part::Result),
        cuda: Cuda::ToCome,
    },
    vjp: &[
        Grad::Rule(Needs::IN1, |cx, s, g| cx.run(&INPUT, &[g.into(), s.input(1)], &[s.attrs().get(0).clone()])),
        Grad::Rule(Needs::IN0, |cx, s, g| cx.run(&KERNEL, &[s.input(0), g.into()], &[s.attrs().get(0).clone()])),
        Grad::Rule(Needs::NOTHING, |cx, _, g| cx.sum_dims(g, &[0, 2, 3], false)),
    ],
    ..part("convolution")
};

/// The transposed convolution: the image from a result and a kernel, and perhaps a bias for the image's channels.
pub static INPUT: Op = Op {
    kind: Kind::Whole {
        infer: |m, a| infer(m, a, Part::Input),
        run: |cx, t, a| run(cx, t, a, Part::Input),
        cuda: Cuda::ToCome,
    },
    vjp: &[
        Grad::Rule(Needs::IN1, |cx, s, g| cx.run(&CONVOLUTION, &[g.into(), s.input(1)], &[s.attrs().get(0).clone()])),
        Grad::Rule(Needs::IN0, |cx, s, g| cx.run(&KERNEL, &[g.into(), s.input(0)], &[s.attrs().get(0).clone()])),
        Grad::Rule(Needs::NOTHING, |cx, _, g| cx.sum_dims(g, &[0, 2, 3], false)),
    ],
    ..part("transposed_convolution")
};

/// The kernel from an image and a result.
static KERNEL: Op = Op {
    kind: Kind::Whole {
        infer: |m, a| infer(m, a, Part::Kernel),
        run: |cx, t, a| run(cx, t, a, Part::Kernel),
        cuda: Cuda::ToCome,
    },
    vjp: &[
        Grad::Rule(Needs::IN1, |cx, s, g| cx.run(&INPUT, &[s.input(1), g.into()], &[s.attrs().get(0).clone()])),
        Grad::Rule(Needs::IN0, |cx, s, g| cx.run(&CONVOLUTION, &[s.input(0), g.into()], &[s.attrs().get(0).clone()])),
    ],
    ..part("convolution_kernel")
};

const fn part(name: &'static str) -> Op {
    Op {
        name,
        symbol: None,
        params: PARTS,
        parts: &[],
        doc: "",
        examples: &[],
        kind: Kind::Composite(|_, _, _| Err(OpError::new("LIMIT-00", "nothing to run"))),
        vjp: &[],
        samples: &[],
        proof: Proof::Other("proved as conv2d and conv_transpose2d"),
    }
}

const PARTS: &[Param] =
    &[tensor("input"), tensor("weight"), Param::new("bias", ParamKind::OptTensor).or(Default::None)];

/// Which of the three is computed from the other two.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Result,
    Input,
    Kernel,
}

fn geometry(m: &[Meta], plan: &Plan, part: Part) -> Geometry {
    match part {
        Part::Result => plan.geometry(m[0].dims[0], m[0].dims[1], m[1].dims[0]),
        Part::Input => plan.geometry(m[0].dims[0], m[1].dims[1] * plan.groups, m[1].dims[0]),
        Part::Kernel => plan.geometry(m[0].dims[0], m[0].dims[1], m[1].dims[1]),
    }
}

fn infer(m: &[Meta], attrs: &Attrs, part: Part) -> Result<Vec<Meta>> {
    let plan = Plan::of(attrs);
    let g = geometry(m, &plan, part);
    let (outer, [h, w]) = match part {
        Part::Result => ([g.batch, g.filters * g.groups], g.output),
        Part::Input => ([g.batch, g.channels * g.groups], g.input),
        Part::Kernel => ([g.filters * g.groups, g.channels], g.kernel),
    };
    Ok(vec![Meta::new(m[0].dtype, Dims::of(&[outer[0], outer[1], h, w]))])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs, part: Part) -> Result<Outputs> {
    let metas: Vec<Meta> = args.iter().map(Meta::of).collect();
    let out = infer(&metas, attrs, part)?[0];
    let g = geometry(&metas, &Plan::of(attrs), part);
    let args = args.iter().map(|t| layers::wide(cx, t)).collect::<Result<Vec<Tensor>>>()?;
    let y = match out.dtype {
        DType::F64 => typed::<f64>(&g, &args, out.dims, part),
        DType::I64 => typed::<i64>(&g, &args, out.dims, part),
        _ => typed::<f32>(&g, &args, out.dims, part),
    }?;
    Ok(Outputs::One(layers::narrow(cx, y, out.dtype)?))
}

fn typed<T: Conv + Element>(g: &Geometry, args: &[Tensor], dims: Dims, part: Part) -> Result<Tensor> {
    let (a, b) = (args[0].slice::<T>(), args[1].slice::<T>());
    let bias = args.get(2).map(|t| t.slice::<T>());
    let mut outcome = Ok(());
    let y = Tensor::build::<T>(dims, |y| {
        outcome = match part {
            Part::Result => conv::forward(g, a, b, bias, y),
            Part::Input => conv::backward_input(g, a, b, bias, y),
            Part::Kernel => conv::backward_kernel(g, a, b, y),
        }
    })?;
    outcome.map(|()| y).map_err(OpError::out_of_memory)
}

/// Positions of the arguments of `conv2d` and the like.
const STRIDE: usize = 3;
const PADDING: usize = 4;
const DILATION: usize = 5;
const GROUPS: usize = 6;

pub fn stride(arg: usize) -> Sizes {
    Sizes { name: "stride", arg, least: 1, neutral: 1 }
}

pub fn padding(arg: usize) -> Sizes {
    Sizes { name: "padding", arg, least: 0, neutral: 0 }
}

pub fn dilation(arg: usize) -> Sizes {
    Sizes { name: "dilation", arg, least: 1, neutral: 1 }
}

pub fn kernel_size(arg: usize) -> Sizes {
    Sizes { name: "kernel_size", arg, least: 1, neutral: 1 }
}

/// Images, kernel and bias, checked against each other.
struct Operands {
    input: layers::Images,
    weight: Tensor,
    bias: Operand,
    groups: usize,
}

/// `conv1d` and the like: attributes stride, padding, dilation, groups, in that order among `(3, 4, 5, 6)`.
fn operands(
    cx: &Cx,
    name: &str,
    args: &[Operand],
    groups: (i64, usize),
    rank: usize,
    transposed: bool,
) -> Result<Operands> {
    let (input, weight) = (args[0].to_tensor(), args[1].to_tensor());
    let (groups, at) = groups;
    if groups < 1 {
        return Err(bad(at, groups, "there is at least one group"));
    }
    let groups = groups as usize;
    if weight.ndim() != rank + 2 {
        let (places, order) = if rank == 1 { ("length", 1) } else { ("height, width", 2) };
        debug_assert_eq!(order, rank);
        let first = if transposed { "channels, filters of a group" } else { "filters, channels of a group" };
        return Err(misfit(format!("the weight of `{name}` is ({first}, {places})")).at(1, describe(&args[1])));
    }
    let input = images(cx, name, &input, rank)?;
    let (channels, wanted) = (input.x.dims()[1], weight.dims()[usize::from(!transposed)]);
    let fits = if transposed { channels == wanted } else { Some(channels) == wanted.checked_mul(groups) };
    if !fits {
        let wanted = if transposed { wanted } else { wanted.saturating_mul(groups) };
        return Err(misfit(format!("the weight is for {wanted} channels, the input has {channels}"))
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1])));
    }
    if !weight.dims()[0].is_multiple_of(groups) {
        let what = if transposed { "channels" } else { "filters" };
        return Err(misfit(format!("{} {what} do not make {groups} groups of one size", weight.dims()[0]))
            .at(1, describe(&args[1]))
            .at(at, format!("{groups}")));
    }
    if weight.dims()[0] == 0 || weight.dims()[2..].contains(&0) {
        return Err(misfit("the weight is empty").at(1, describe(&args[1])));
    }
    let filters = if transposed { weight.dims()[1].saturating_mul(groups) } else { weight.dims()[0] };
    if let Operand::Tensor(b) = &args[2]
        && b.dims() != [filters]
    {
        return Err(misfit(format!("the bias needs one number for each of {filters} filters"))
            .at(1, describe(&args[1]))
            .at(2, describe(&args[2])));
    }
    let mut dims = weight.to_dims();
    if rank == 1 {
        let fits = dims.insert(2, 1);
        debug_assert!(fits);
    }
    let weight = layers::reshape(cx, &weight, &dims)?;
    Ok(Operands { input, weight, bias: args[2].clone(), groups })
}

/// `conv1d` and `conv2d`.
pub fn conv(cx: &Cx, name: &str, args: &[Operand], attrs: &Attrs, rank: usize) -> Result<Outputs> {
    let args = layers::common(cx, args)?;
    let stride = stride(STRIDE).at(attrs, 0, rank)?;
    let dilation = dilation(DILATION).at(attrs, 2, rank)?;
    let o = operands(cx, name, &args, (attrs.int(3), GROUPS), rank, false)?;
    let (x, w) = (o.input.x.dims(), o.weight.dims());
    let (input, kernel) = ([x[2], x[3]], [w[2], w[3]]);
    let span = |d: usize| dilation[d].saturating_mul(kernel[d] - 1).saturating_add(1);
    let (padding, both) = match attrs.str(1) {
        Some("valid") => ([0; 2], [0; 2]),
        Some("same") => {
            if stride != [1, 1] {
                return Err(bad(PADDING, "\"same\"", "padding \"same\" needs a stride of 1"));
            }
            // What does not go evenly goes behind.
            ([(span(0) - 1) / 2, (span(1) - 1) / 2], [span(0) - 1, span(1) - 1])
        }
        Some(other) => {
            return Err(bad(PADDING, format!("\"{other}\""), "padding is a number of zeros, \"same\" or \"valid\""));
        }
        None => {
            let p = padding(PADDING).at(attrs, 1, rank)?;
            (p, [2 * p[0], 2 * p[1]])
        }
    };
    let mut output = [0; 2];
    for d in 0..2 {
        let room = input[d].saturating_add(both[d]);
        if span(d) > room {
            return Err(misfit(format!(
                "the kernel spans {} {}, the input with its padding only {room}",
                span(d),
                if d == 0 { "rows" } else { "places" }
            ))
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1])));
        }
        output[d] = (room - span(d)) / stride[d] + 1;
    }
    let plan = Plan { input, kernel, output, stride, padding, dilation, groups: o.groups };
    let y = cx.call1(&CONVOLUTION, &[(&o.input.x).into(), (&o.weight).into(), o.bias.clone()], &[plan.attr()])?;
    Ok(Outputs::One(o.input.restore(cx, &y)?))
}

/// `conv_transpose1d` and `conv_transpose2d`: attributes stride, padding, output_padding, groups, dilation.
pub fn conv_transpose(cx: &Cx, name: &str, args: &[Operand], attrs: &Attrs, rank: usize) -> Result<Outputs> {
    let args = layers::common(cx, args)?;
    let stride = stride(3).at(attrs, 0, rank)?;
    let padding = padding(4).at(attrs, 1, rank)?;
    let extra = Sizes { name: "output_padding", arg: 5, least: 0, neutral: 0 }.at(attrs, 2, rank)?;
    let dilation = dilation(7).at(attrs, 4, rank)?;
    let o = operands(cx, name, &args, (attrs.int(3), 6), rank, true)?;
    let (y, w) = (o.input.x.dims(), o.weight.dims());
    let (output, kernel) = ([y[2], y[3]], [w[2], w[3]]);
    let mut input = [0; 2];
    for d in 0..2 {
        if extra[d] >= stride[d].max(dilation[d]) && extra[d] > 0 {
            return Err(bad(5, extra[d], "output_padding is smaller than the stride or the dilation"));
        }
        let full = output[d]
            .checked_sub(1)
            .and_then(|n| n.checked_mul(stride[d]))
            .and_then(|n| n.checked_add(dilation[d].checked_mul(kernel[d] - 1)?)?.checked_add(extra[d] + 1));
        let size = full.unwrap_or(0).saturating_sub(2 * padding[d]);
        if size == 0 {
            return Err(misfit("the padding takes all of the result away").at(0, describe(&args[0])).at(4, "here"));
        }
        input[d] = size;
    }
    let plan = Plan { input, kernel, output, stride, padding, dilation, groups: o.groups };
    let x = cx.call1(&INPUT, &[(&o.input.x).into(), (&o.weight).into(), o.bias.clone()], &[plan.attr()])?;
    Ok(Outputs::One(o.input.restore(cx, &x)?))
}

/// Parameters of `conv1d` and `conv2d`.
pub const CONV_PARAMS: &[Param] = &[
    tensor("input"),
    tensor("weight"),
    Param::new("bias", ParamKind::OptTensor).or(Default::None),
    Param::new("stride", ParamKind::Ints).or(Default::Int(1)),
    Param::new("padding", ParamKind::IntsOrStr).or(Default::Int(0)),
    Param::new("dilation", ParamKind::Ints).or(Default::Int(1)),
    Param::new("groups", ParamKind::Int).or(Default::Int(1)),
];

/// Parameters of `conv_transpose1d` and `conv_transpose2d`.
pub const CONV_TRANSPOSE_PARAMS: &[Param] = &[
    tensor("input"),
    tensor("weight"),
    Param::new("bias", ParamKind::OptTensor).or(Default::None),
    Param::new("stride", ParamKind::Ints).or(Default::Int(1)),
    Param::new("padding", ParamKind::Ints).or(Default::Int(0)),
    Param::new("output_padding", ParamKind::Ints).or(Default::Int(0)),
    Param::new("groups", ParamKind::Int).or(Default::Int(1)),
    Param::new("dilation", ParamKind::Ints).or(Default::Int(1)),
];
