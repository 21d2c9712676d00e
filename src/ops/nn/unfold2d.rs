//! The windows of images as columns.

use crate::device::DType;
use crate::device::cpu::conv;
use crate::ops::convolution::{self, Plan};
use crate::ops::infer::describe;
use crate::ops::layers::{self, images, misfit};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

pub static UNFOLD2D: Op = Op {
    name: "unfold2d",
    symbol: None,
    params: &[tensor("input"), KERNEL_SIZE, DILATION, PADDING, STRIDE],
    parts: &[],
    doc: "Each window of `input`, ([batch,] channels, height, width), as a column: ([batch,] channels and places of a window, windows). It is torch.nn.functional's `unfold`.",
    examples: &["unfold2d([[[1.0, 2.0, 3.0]]], (1, 2))  # f32[2, 2] [[1.0, 2.0], [2.0, 3.0]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 4, 5], -2.0, 2.0), Int(2)]),
        sample(&[Strided(&[2, 5, 6], -2.0, 2.0), Tuple(&[2, 3]), Tuple(&[2, 1]), Tuple(&[1, 0]), Tuple(&[1, 2])]),
        sample(&[Uniform(&[1, 2, 5, 6], -2.0, 2.0), Int(3), Int(1), Int(1), Int(3)]),
        sample(&[Uniform(&[0, 2, 4, 4], -2.0, 2.0), Int(2)]),
        kink(&[Uniform(&[1, 2, 2, 2], -2.0, 2.0), Int(3)]),
    ],
    proof: Proof::Torch("F.unfold(*args)"),
};

pub const KERNEL_SIZE: Param = Param::new("kernel_size", ParamKind::Ints);
pub const DILATION: Param = Param::new("dilation", ParamKind::Ints).or(Default::Int(1));
pub const PADDING: Param = Param::new("padding", ParamKind::Ints).or(Default::Int(0));
pub const STRIDE: Param = Param::new("stride", ParamKind::Ints).or(Default::Int(1));

/// (batch, channels, rows, columns) to (batch, channels and places, windows).
pub static COLUMNS: Op = Op {
    kind: Kind::Whole {
        infer: |m, attrs| {
            let p = Plan::of(attrs);
            let rows = m[0].dims[1].saturating_mul(p.kernel[0] * p.kernel[1]);
            let dims = [m[0].dims[0], rows, p.output[0].saturating_mul(p.output[1])];
            Ok(vec![Meta::new(m[0].dtype, Dims::of(&dims))])
        },
        run: |cx, t, a| compute(cx, t, a, false),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| cx.run(&PLANES, &[g.into()], s.attrs().all()))],
    ..part("unfold2d")
};

/// Its adjoint.
pub static PLANES: Op = Op {
    kind: Kind::Whole {
        infer: |m, attrs| {
            let p = Plan::of(attrs);
            let channels = m[0].dims[1] / (p.kernel[0] * p.kernel[1]);
            Ok(vec![Meta::new(m[0].dtype, Dims::of(&[m[0].dims[0], channels, p.input[0], p.input[1]]))])
        },
        run: |cx, t, a| compute(cx, t, a, true),
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::NOTHING, |cx, s, g| cx.run(&COLUMNS, &[g.into()], s.attrs().all()))],
    ..part("fold")
};

const INPUT: &[Param] = &[tensor("input")];

const fn part(name: &'static str) -> Op {
    Op {
        name,
        symbol: None,
        params: INPUT,
        parts: &[],
        doc: "",
        examples: &[],
        kind: Kind::Composite(|_, _, _| Err(OpError::new("LIMIT-00", "nothing to run"))),
        vjp: &[],
        samples: &[],
        proof: Proof::Other("proved as unfold2d and fold"),
    }
}

fn compute(cx: &Cx, args: &[Tensor], attrs: &Attrs, back: bool) -> Result<Outputs> {
    let (meta, plan) = (Meta::of(&args[0]), Plan::of(attrs));
    let op = if back { &PLANES } else { &COLUMNS };
    let Kind::Whole { infer, .. } = op.kind else { unreachable!("a kernel") };
    let out = infer(&[meta], attrs)?[0];
    let channels = if back { out.dims[1] } else { meta.dims[1] };
    let g = plan.geometry(meta.dims[0], channels, 1);
    let x = layers::wide(cx, &args[0])?;
    macro_rules! go {
        ($T:ty) => {
            Tensor::build::<$T>(out.dims, |y| match back {
                false => conv::unfold(&g, x.slice::<$T>(), y),
                true => conv::fold(&g, x.slice::<$T>(), y),
            })?
        };
    }
    let y = if x.dtype() == DType::F64 { go!(f64) } else { go!(f32) };
    Ok(Outputs::One(layers::narrow(cx, y, out.dtype)?))
}

/// The windows over planes of `input`: attributes kernel size, dilation, padding, stride from `first` on, of which the
/// kernel size is parameter `first + 1`.
pub fn plan(attrs: &Attrs, first: usize, input: [usize; 2]) -> Result<Option<Plan>> {
    let kernel = convolution::kernel_size(first + 1).at(attrs, first, 2)?;
    let dilation = convolution::dilation(first + 2).at(attrs, first + 1, 2)?;
    let padding = convolution::padding(first + 3).at(attrs, first + 2, 2)?;
    let stride = convolution::stride(first + 4).at(attrs, first + 3, 2)?;
    let mut output = [0; 2];
    for d in 0..2 {
        let span = dilation[d].saturating_mul(kernel[d] - 1).saturating_add(1);
        let Some(left) = (input[d] + 2 * padding[d]).checked_sub(span) else { return Ok(None) };
        output[d] = left / stride[d] + 1;
    }
    Ok(Some(Plan { input, kernel, output, stride, padding, dilation, groups: 1 }))
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = layers::floats(cx, args)?.remove(0).to_tensor();
    let batched = x.ndim() == 4;
    let images = images(cx, "unfold2d", &x, 2)?;
    let d = images.x.dims();
    if d[1..].contains(&0) {
        return Err(misfit("`unfold2d` needs elements in all dimensions but the batch").at(0, describe(&args[0])));
    }
    let Some(plan) = plan(attrs, 0, [d[2], d[3]])? else {
        return Err(misfit("the window spans more than the input with its padding")
            .at(0, describe(&args[0]))
            .at(1, "here"));
    };
    let y = cx.call1(&COLUMNS, &[(&images.x).into()], &[plan.attr()])?;
    let dims = if batched { y.to_dims() } else { Dims::of(&y.dims()[1..]) };
    Ok(Outputs::One(layers::reshape(cx, &y, &dims)?))
}
