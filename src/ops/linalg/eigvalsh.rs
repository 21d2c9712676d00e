//! Eigenvalues of symmetric matrices alone.

use super::eigh::{UPLO, VECTORS, lower_counts};
use crate::device::cpu::linalg::{self, Parts};
use crate::ops::matrices::{
    A, CORE, check_square, count, floats, for_real, join, refuse, reserve, run_all, scale_columns, split, transposed,
};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static EIGVALSH: Op = Op {
    name: "linalg.eigvalsh",
    symbol: None,
    params: &[A, UPLO],
    parts: &[],
    doc: "The eigenvalues of symmetric matrices, from small to large. Only the lower triangle is read, with `UPLO: \"U\"` only the upper.",
    examples: &["linalg.eigvalsh([[2.0, 1.0], [1.0, 2.0]])  # f32[2] [1.0, 3.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        kink(&[Floats(&[2, 2], &[4.0, 2.0, 2.0, -3.0])]),
        kink(&[Floats(&[3, 3], &[4.0, 0.5, -1.0, 0.5, 3.0, 0.25, -1.0, 0.25, -2.0])]),
        kink(&[Floats(&[2, 2, 2], &[4.0, 2.0, 2.0, 3.0, 1.0, 0.5, 0.5, 2.0])]),
        kink(&[Floats(&[3, 3], &[4.0, 0.5, -1.0, 0.5, 3.0, 0.25, -1.0, 0.25, -2.0]), Str("U")]),
        kink(&[Floats(&[2, 2], &[4.0, 9.0, 2.0, -3.0])]),
        sample(&[Uniform(&[1, 1], 0.5, 2.0)]),
        sample(&[Uniform(&[0, 0], 0.5, 2.0)]),
        sample(&[Uniform(&[0, 2, 2], 0.5, 2.0)]),
    ],
    proof: Proof::Torch("torch.linalg.eigvalsh(*args)"),
};

/// Its gradient computes the vectors.
static VALUES: Op = Op {
    name: "linalg.eigvalsh",
    kind: Kind::Whole {
        infer: |metas, _| {
            let (batch, n, _) = split(&metas[0].dims);
            Ok(vec![Meta::new(metas[0].dtype, join(&batch, &[n]))])
        },
        run: core,
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let v = run_all(cx, &VECTORS, &[s.tensor(0).into()], &[], 2).swap_remove(1);
        cx.matmul(&scale_columns(cx, &v, g), &transposed(cx, &v))
    })],
    ..CORE
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    check_square(EIGVALSH.name, args, 0)?;
    let x = floats(cx, args)?;
    let found = cx.call1(&VALUES, &[lower_counts(cx, &x.tensors[0], attrs)?.into()], &[])?;
    Ok(Outputs::One(x.back(cx, found)?))
}

fn core(_: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let a = args[0].plain()?;
    let (batch, n, _) = split(a.dims());
    reserve(&a, 3)?;
    let mut done = Ok(());
    let out = for_real!(a.dtype(), T => Tensor::build::<T>(join(&batch, &[n]), |out| {
        let (a, to) = (a.slice::<T>(), Parts::new(out));
        // SAFETY: each matrix has a place of its own.
        let one = |at: usize| linalg::eigenvalues(n, &a[at * n * n..][..n * n], unsafe { to.get(at, n) });
        done = linalg::each(count(&batch), 4 * n * n * n, &one);
    }))?;
    done.map_err(|e| refuse(EIGVALSH.name, &batch, e, 0))?;
    Ok(Outputs::One(out))
}
