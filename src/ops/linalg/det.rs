//! Determinants.

use crate::device::cpu::linalg::{self, Outcome, Parts};
use crate::ops::matrices::{
    A, CORE, beside_matrices, check_square, count, floats, for_real, refuse, split, transposed,
};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static DET: Op = Op {
    name: "linalg.det",
    symbol: None,
    params: &[A],
    parts: &[],
    doc: "The determinants of square matrices. Singular ones have a gradient too: the cofactors.",
    examples: &["linalg.det([[3.0, 1.0], [1.0, 2.0]])  # 5.0"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 2, 4, 4], -2.0, 2.0)]),
        sample(&[Strided(&[4, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[1, 1], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 0], -2.0, 2.0)]),
        sample(&[Floats(&[2, 2], &[1.0, 2.0, 2.0, 4.0])]),
        sample(&[Floats(
            &[2, 3, 3],
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.5, 1.0, 2.0, 3.0, 2.0, 4.0, 6.0, 3.0, 6.0, 9.0],
        )]),
        sample(&[Floats(&[3, 3], &[0.0; 9])]),
        sample(&[Floats(&[1, 1], &[0.0])]),
        sample(&[Uniform(&[40, 40], -0.5, 0.5)]),
        kink(&[Ints(&[2, 2], &[1, 2, 3, 4])]),
    ],
    proof: Proof::Torch(PYTHON),
};

/// PyTorch's gradient of a singular matrix is 0 where its pivot is; by expansion along rows it is right.
const PYTHON: &str = "(lambda f, a: f(f, a) if a.shape[-1] < 4 and a.shape[-1] > 0 and a.dim() <= 3 and a.is_floating_point() else torch.linalg.det(a if a.is_floating_point() else a.to(torch.float32)))(lambda f, a: a[..., 0, 0] if a.shape[-1] == 1 else sum((-1) ** j * a[..., 0, j] * f(f, torch.cat((a[..., 1:, :j], a[..., 1:, j + 1:]), -1)) for j in range(a.shape[-1])), args[0])";

static DETERMINANT: Op = Op {
    name: "linalg.det",
    kind: Kind::Whole {
        infer: |metas, _| Ok(vec![Meta::new(metas[0].dtype, split(&metas[0].dims).0)]),
        run: determinants,
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        cx.mul(beside_matrices(cx, g), cx.run(&COFACTORS, &[s.tensor(0).into()], &[]))
    })],
    ..CORE
};

static COFACTORS: Op = Op {
    name: "linalg.det's gradient",
    kind: Kind::Whole { infer: |metas, _| Ok(vec![metas[0]]), run: cofactors, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT), second)],
    ..CORE
};

static COFACTORS_ALONG: Op = Op {
    name: "linalg.det's second gradient",
    params: &[A, crate::ops::matrices::B],
    kind: Kind::Whole { infer: |metas, _| Ok(vec![metas[0]]), run: along, cuda: Cuda::ToCome },
    ..CORE
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    check_square(DET.name, args, 0)?;
    let x = floats(cx, args)?;
    let found = cx.call1(&DETERMINANT, &[(&x.tensors[0]).into()], &[])?;
    Ok(Outputs::One(x.back(cx, found)?))
}

fn determinants(_: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let a = args[0].plain()?;
    let (batch, n, _) = split(a.dims());
    let out = for_real!(a.dtype(), T => Tensor::build::<T>(batch, |out| {
        let (a, to) = (a.slice::<T>(), Parts::new(out));
        let one = |k: usize| -> Outcome {
            // SAFETY: each matrix has a place of its own.
            unsafe { to.get(k, 1)[0] = linalg::determinant(n, &a[k * n * n..][..n * n]) };
            Ok(())
        };
        let done = linalg::each(count(&batch), n * n * n, &one);
        debug_assert!(done.is_ok());
    }))?;
    Ok(Outputs::One(out))
}

fn cofactors(_: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let a = args[0].plain()?;
    let (batch, n, _) = split(a.dims());
    let mut done = Ok(());
    let out = for_real!(a.dtype(), T => Tensor::build::<T>(a.to_dims(), |out| {
        let (a, to) = (a.slice::<T>(), Parts::new(out));
        // SAFETY: each matrix has a place of its own.
        let one = |k: usize| linalg::cofactors(n, &a[k * n * n..][..n * n], unsafe { to.get(k, n * n) });
        done = linalg::each(count(&batch), 8 * n * n * n, &one);
    }))?;
    done.map_err(|e| refuse(DET.name, &batch, e, 0))?;
    Ok(Outputs::One(out))
}

fn along(_: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let (a, g) = (args[0].plain()?, args[1].plain()?);
    let (batch, n, _) = split(a.dims());
    let mut done = Ok(());
    let out = for_real!(a.dtype(), T => Tensor::build::<T>(a.to_dims(), |out| {
        let (a, g, to) = (a.slice::<T>(), g.slice::<T>(), Parts::new(out));
        let one = |k: usize| {
            let part = k * n * n..(k + 1) * n * n;
            // SAFETY: each matrix has a place of its own.
            linalg::cofactors_along(n, &a[part.clone()], &g[part], unsafe { to.get(k, n * n) })
        };
        done = linalg::each(count(&batch), 32 * n * n * n, &one);
    }))?;
    done.map_err(|e| refuse(DET.name, &batch, e, 0))?;
    Ok(Outputs::One(out))
}

/// Without a tape a kernel that takes singular matrices too; with one, for third gradients, by the inverse `w` of the
/// transposed: `sum(g * w) c - w @ g.T @ c`.
fn second(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let a = s.tensor(0);
    if !cx.grad_enabled() {
        return cx.run(&COFACTORS_ALONG, &[a.into(), g.into()], &[]);
    }
    let c = s.out();
    let w = transposed(cx, &cx.run(&super::inv::INVERSE, &[a.into()], &[Attr::Bool(false)]));
    let both = cx.sum_dims(&cx.mul(g, &w), &[-2, -1], true);
    cx.sub(cx.mul(both, &c), cx.matmul(&cx.matmul(&w, &transposed(cx, g)), &c))
}
