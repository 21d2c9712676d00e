//! Linear layers.

use crate::device::DType;
use crate::ops::infer::describe;
use crate::ops::layers::{self, misfit};
use crate::ops::matmul::{MATMUL, matrix_product};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result, add};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Tensor};

const PARAMS: &[Param] =
    &[tensor("input"), tensor("weight"), Param::new("bias", ParamKind::OptTensor).or(Default::None)];

pub static LINEAR: Op = Op {
    name: "linear",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "`input @ weight.T + bias`: `input` is (…, in), `weight` (out, in), `bias` one number for each of the results.",
    examples: &["linear([1.0, 2.0], [[1.0, 1.0], [0.0, 1.0]], [0.5, 0.5])  # f32[2] [3.5, 2.5]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[5, 4], -2.0, 2.0), Uniform(&[5], -2.0, 2.0)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Strided(&[5, 4], -2.0, 2.0), Uniform(&[5], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Uniform(&[2, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 1, 3, 4], -2.0, 2.0), Uniform(&[2, 4], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[2, 4], -2.0, 2.0), Uniform(&[1], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[2, 4], -2.0, 2.0), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[40, 30], -1.0, 1.0), Uniform(&[20, 30], -1.0, 1.0), Uniform(&[20], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 4], -2.0, 2.0), Uniform(&[2, 4], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Uniform(&[2, 0], -2.0, 2.0), Uniform(&[2], -2.0, 2.0)]),
        kink(&[Floats(&[1, 2], &[f64::INFINITY, 1.0]), Floats(&[1, 2], &[0.0, f64::NAN]), Floats(&[1], &[1.0])]),
        kink(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("F.linear(*args)"),
};

/// The same for a weight of two dimensions and a bias of as many numbers as it has rows.
static LAYER: Op = Op {
    name: "linear",
    symbol: None,
    params: PARAMS,
    parts: &[],
    doc: "",
    examples: &[],
    kind: Kind::Whole { infer, run: compute, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Rule(Needs::IN1.and(Needs::SHAPES), to_input),
        Grad::Into(Needs::IN0, to_weight),
        Grad::Rule(Needs::NOTHING, |cx, _, g| {
            let last = g.ndim().saturating_sub(1);
            cx.sum_to(g, &g.dims()[last..])
        }),
    ],
    samples: &[],
    proof: Proof::Other("proved as linear"),
};

fn infer(m: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    let mut dims = m[0].dims;
    let last = dims.len() - 1;
    dims[last] = m[1].dims[0];
    Ok(vec![Meta::new(m[0].dtype, dims)])
}

/// `x` as a matrix of rows of its last dimension, contiguous, so that strides change no bit; not recorded.
fn matrix(x: &Tensor) -> Result<Tensor> {
    let x = x.plain()?;
    if x.ndim() == 2 {
        return Ok(x);
    }
    let n = x.dims()[x.ndim() - 1];
    let rows = x.dims()[..x.ndim() - 1].iter().product();
    let dims = Dims::of(&[rows, n]);
    x.view(dims, 0, &dims.strides())
}

fn compute(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let out = infer(&[Meta::of(&args[0]), Meta::of(&args[1])], attrs)?[0];
    let x = matrix(&args[0])?;
    let acc = match args.get(2) {
        None => None,
        Some(b) => {
            b.force()?;
            let stride = b.strides()[0];
            Some(b.view(Dims::of(&[x.dims()[0], b.dims()[0]]), 0, &[0, stride, 0, 0, 0, 0, 0, 0])?.to_copy()?)
        }
    };
    let y = matrix_product((&x, false), (&args[1].plain()?, true), acc)?;
    if y.to_dims() == out.dims {
        return Ok(Outputs::One(y));
    }
    Ok(Outputs::One(y.view(out.dims, 0, &out.dims.strides())?))
}

fn to_input(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let (w, dims) = (s.tensor(1), s.shape(0));
    if !cx.grad_enabled() {
        let rows = matrix(g).and_then(|g| matrix_product((&g, false), (&w.plain()?, false), None));
        return cx.reshape(&cx.infallible(rows), &dims);
    }
    cx.matmul(g, &w)
}

fn to_weight(cx: &Cx, s: &Saved, g: &Tensor, acc: Option<Tensor>) -> Tensor {
    let x = s.tensor(0);
    if !cx.grad_enabled() {
        let product = matrix(g).and_then(|g| matrix_product((&g, true), (&matrix(&x)?, false), acc));
        return cx.infallible(product);
    }
    let flat = |t: &Tensor| {
        let n = t.dims()[t.ndim() - 1];
        cx.reshape(t, &[t.dims()[..t.ndim() - 1].iter().product(), n])
    };
    let own = cx.matmul(&cx.transpose(&flat(g), 0, 1), &flat(&x));
    match acc {
        Some(acc) => cx.accumulate(acc, own),
        None => own,
    }
}

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    let all = layers::common(cx, args)?;
    let (x, w) = (all[0].to_tensor(), all[1].to_tensor());
    let last = |t: &Tensor| t.dims().last().copied();
    if !matches!(w.ndim(), 1 | 2) || x.ndim() == 0 || last(&x) != last(&w) {
        return Err(misfit("the last dimension of the input has as many places as each row of the weight")
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1])));
    }
    debug_assert_ne!(w.dtype(), DType::Bool);
    let fused = w.ndim() == 2 && matches!(&all[2], Operand::None | Operand::Tensor(_));
    let fits = all[2].tensor().is_none_or(|b| b.dims() == [w.dims()[0]]);
    if fused && fits {
        return Ok(Outputs::One(cx.call1(&LAYER, &all, &[])?));
    }
    let y = match w.ndim() {
        1 => cx.call1(&MATMUL, &[(&x).into(), (&w).into()], &[])?,
        _ => cx.call1(&LAYER, &[(&x).into(), (&w).into(), Operand::None], &[])?,
    };
    let Operand::Tensor(b) = &all[2] else { return Ok(Outputs::One(y)) };
    let sum = cx.binary_tt(&add::ADD, &y, b);
    let fits = |t: &Tensor| t.dims() == y.dims();
    match sum {
        Ok(t) if fits(&t) => Ok(Outputs::One(t)),
        _ => Err(OpError::new("SHAPE-30", format!("the bias needs one number for each of the result's {}", y.shape()))
            .at(1, describe(&args[1]))
            .at(2, describe(&args[2]))),
    }
}
