//! Systems of linear equations.

use crate::device::cpu::linalg::{self, Parts};
use crate::ops::infer::describe;
use crate::ops::joining::reshaped;
use crate::ops::matrices::permuted;
use crate::ops::matrices::{
    A, B, CORE, Floats, check_square, count, floats, for_real, join, refuse, reserve, split, transposed,
};
use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Tensor, broadcast};

pub static SOLVE: Op = Op {
    name: "linalg.solve",
    symbol: None,
    params: &[A, B, Param::new("left", ParamKind::Bool).or(Default::Bool(true))],
    parts: &[],
    doc: "The `X` with `A @ X = B`, or `X @ A = B` with `left: false`, for square matrices `A` that are not singular. `B` is a matrix, a vector, or a batch of either.",
    examples: &["linalg.solve([[2.0, 0.0], [1.0, 1.0]], [2.0, 3.0])  # f32[2] [1.0, 2.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Uniform(&[2, 3], -2.0, 2.0)]),
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Uniform(&[2], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 3], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 1, 3, 3], -2.0, 2.0), Uniform(&[2, 3, 2], -2.0, 2.0)]),
        sample(&[Strided(&[3, 3], -2.0, 2.0), Strided(&[2, 3, 2], -2.0, 2.0)]),
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5]), Uniform(&[3, 2], -2.0, 2.0), Bool(false)]),
        sample(&[Uniform(&[2, 3, 3], -2.0, 2.0), Strided(&[2, 2, 3], -2.0, 2.0), Bool(false)]),
        sample(&[Uniform(&[0, 0], -2.0, 2.0), Uniform(&[0, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 3], -2.0, 2.0), Uniform(&[3, 0], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3, 3], -2.0, 2.0), Uniform(&[0, 3, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[40, 40], -2.0, 2.0), Uniform(&[40, 3], -2.0, 2.0)]),
        kink(&[Floats(&[2, 2], &[1.0, 2.0, 2.0, 4.0]), Uniform(&[2], -2.0, 2.0)]),
    ],
    proof: Proof::TorchWithin {
        python: "torch.linalg.solve(args[0], args[1], left=args[2] if len(args) > 2 else True)",
        f32: 1e-4,
        f64: 1e-10,
        why: "both are off by the condition number times the precision",
    },
};

/// Matrices on both sides, whose batches broadcast.
pub static SYSTEM: Op = Op {
    name: "linalg.solve",
    params: &[A, B],
    kind: Kind::Whole { infer: system_infer, run: core, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Rule(Needs::IN0.and(Needs::OUT).and(Needs::SHAPES), |cx, s, g| {
            cx.neg(cx.matmul(&to_right(cx, s, g), &transposed(cx, &s.out())))
        }),
        Grad::Rule(Needs::IN0.and(Needs::SHAPES), to_right),
    ],
    ..CORE
};

fn to_right(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    cx.run(&SYSTEM, &[transposed(cx, &s.tensor(0)).into(), g.into()], &[])
}

/// What two operands of a system have in common.
pub fn system_infer(metas: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    let ((batch_a, m, n), (batch_b, rows, cols)) = (split(&metas[0].dims), split(&metas[1].dims));
    let refuse = |message: String| {
        let told = |m: &Meta| format!("{m}");
        OpError::new("SHAPE-11", message).at(0, told(&metas[0])).at(1, told(&metas[1]))
    };
    if m != n || n != rows {
        return Err(refuse(format!("a matrix of {m} by {n} does not go with {rows} rows")));
    }
    match broadcast(&batch_a, &batch_b) {
        Ok(batch) => Ok(vec![Meta::new(metas[0].dtype, join(&batch, &[n, cols]))]),
        Err(_) => Err(refuse(format!("the batch dimensions {batch_a} and {batch_b} do not broadcast"))),
    }
}

/// Brings a system to the form that kernels take, and its solution back: a vector becomes a column, a system from the
/// right is transposed, and one matrix with a batch of right sides has them side by side.
pub fn arranged(
    cx: &Cx,
    args: &[Operand],
    x: &Floats,
    left: bool,
    vectors: bool,
    solve: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let (a, b) = (&x.tensors[0], &x.tensors[1]);
    let n = a.ndim();
    let is_vector = vectors && (b.ndim() == 1 || b.ndim() + 1 == n && b.dims() == &a.dims()[..n - 1]);
    if b.ndim() == 0 || !is_vector && b.ndim() < 2 || is_vector && !left {
        let what = if is_vector && !left { "needs a matrix when it is solved from the left" } else { "needs rows" };
        return Err(OpError::new("SHAPE-13", format!("the right side of a system {what}"))
            .at(0, describe(&args[0]))
            .at(1, describe(&args[1])));
    }
    if is_vector {
        let dims = join(&b.to_dims(), &[1]);
        let found = solve(a, &reshaped(cx, b, &dims)?)?;
        let last = found.ndim() - 1;
        let dims = Dims::of(&found.dims()[..last]);
        return reshaped(cx, &found, &dims);
    }
    let turn = |t: &Tensor| cx.call1(&crate::ops::transpose::TRANSPOSE, &[t.into()], &LAST_TWO);
    if !left {
        return turn(&solve(&turn(a)?, &turn(b)?)?);
    }
    if n == 2 && b.ndim() > 2 && b.dims()[b.ndim() - 2] == a.dims()[1] {
        let k = b.ndim();
        let order: Vec<usize> = std::iter::once(k - 2).chain(0..k - 2).chain([k - 1]).collect();
        let wide = permuted(cx, b, &order)?;
        let rows = wide.dims()[0];
        let cols: usize = wide.dims()[1..].iter().product();
        let found = reshaped(cx, &solve(a, &reshaped(cx, &wide, &[rows, cols])?)?, wide.dims())?;
        let back: Vec<usize> = (1..k - 1).chain([0, k - 1]).collect();
        return permuted(cx, &found, &back);
    }
    solve(a, b)
}

const LAST_TWO: [crate::ops::Attr; 2] = [crate::ops::Attr::Int(-2), crate::ops::Attr::Int(-1)];

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    check_square(SOLVE.name, args, 0)?;
    let x = floats(cx, args)?;
    let solve = |a: &Tensor, b: &Tensor| cx.call1(&SYSTEM, &[a.into(), b.into()], &[]);
    let found = arranged(cx, args, &x, attrs.bool(0), true, solve)?;
    Ok(Outputs::One(x.back(cx, found)?))
}

/// Both operands with the result's batch, in row-major order.
pub fn spread(cx: &Cx, args: &[Tensor]) -> Result<(Tensor, Tensor, Dims)> {
    let metas = [Meta::of(&args[0]), Meta::of(&args[1])];
    let dims = system_infer(&metas, Attrs::new(&[]))?[0].dims;
    let (batch, _, _) = split(&dims);
    let own = |t: &Tensor| -> Result<Tensor> {
        let (_, m, n) = split(t.dims());
        let dims = join(&batch, &[m, n]);
        if t.dims() == &*dims {
            return t.plain();
        }
        cx.without_grad(|| cx.call1(&crate::ops::expand::EXPAND, &[t.detach().into()], &[sizes(&dims)]))?.plain()
    };
    Ok((own(&args[0])?, own(&args[1])?, dims))
}

fn core(cx: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let (a, b, dims) = spread(cx, args)?;
    let (batch, n, cols) = split(&dims);
    reserve(&a, 3)?;
    let mut done = Ok(());
    let out = for_real!(a.dtype(), T => Tensor::build::<T>(dims, |out| {
        let (a, b, to) = (a.slice::<T>(), b.slice::<T>(), Parts::new(out));
        let one = |k: usize| {
            let (a, b) = (&a[k * n * n..][..n * n], &b[k * n * cols..][..n * cols]);
            // SAFETY: each matrix has a place of its own.
            linalg::solve(n, cols, a, b, unsafe { to.get(k, n * cols) })
        };
        done = linalg::each(count(&batch), n * n * (n + cols), &one);
    }))?;
    done.map_err(|e| refuse(SOLVE.name, &batch, e, 0))?;
    Ok(Outputs::One(out))
}
