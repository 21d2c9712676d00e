//! Singular values alone.

use super::svd::{VECTORS, along_values};
use crate::device::cpu::linalg::{self, Parts};
use crate::ops::matrices::{A, CORE, check_matrix, count, floats, for_real, join, refuse, reserve, run_all, split};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static SVDVALS: Op = Op {
    name: "linalg.svdvals",
    symbol: None,
    params: &[A],
    parts: &[],
    doc: "The singular values of matrices, from large to small.",
    examples: &["linalg.svdvals([[3.0, 0.0], [0.0, -2.0]])  # f32[2] [3.0, 2.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 3], -2.0, 2.0)]),
        sample(&[Strided(&[4, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 2, 2, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[1, 1], -2.0, -0.5)]),
        sample(&[Uniform(&[0, 3, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[40, 35], -2.0, 2.0)]),
        kink(&[Floats(&[2, 2], &[f64::NAN, 1.0, 0.0, 1.0])]),
    ],
    proof: Proof::TorchWithin {
        python: "torch.linalg.svdvals(args[0])",
        f32: 1e-4,
        f64: 1e-10,
        why: "the gradient is a product of vectors, which are off by the precision over the gaps between the values",
    },
};

/// Its gradient computes the vectors.
pub static VALUES: Op = Op {
    name: "linalg.svdvals",
    kind: Kind::Whole {
        infer: |metas, _| {
            let (batch, m, n) = split(&metas[0].dims);
            Ok(vec![Meta::new(metas[0].dtype, join(&batch, &[m.min(n)]))])
        },
        run: core,
        cuda: Cuda::ToCome,
    },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, g| {
        let found = run_all(cx, &VECTORS, &[s.tensor(0).into()], &[Attr::Bool(false)], 3);
        along_values(cx, &found[0], g, &found[2])
    })],
    ..CORE
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    check_matrix(SVDVALS.name, args, 0)?;
    let x = floats(cx, args)?;
    let found = cx.call1(&VALUES, &[(&x.tensors[0]).into()], &[])?;
    Ok(Outputs::One(x.back(cx, found)?))
}

fn core(_: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let a = args[0].plain()?;
    let (batch, m, n) = split(a.dims());
    let k = m.min(n);
    reserve(&a, 3)?;
    let mut done = Ok(());
    let out = for_real!(a.dtype(), T => Tensor::build::<T>(join(&batch, &[k]), |out| {
        let (a, to) = (a.slice::<T>(), Parts::new(out));
        // SAFETY: each matrix has a place of its own.
        let one = |at: usize| linalg::singular_values(m, n, &a[at * m * n..][..m * n], unsafe { to.get(at, k) });
        done = linalg::each(count(&batch), 8 * m * n * m.max(n), &one);
    }))?;
    done.map_err(|e| refuse(SVDVALS.name, &batch, e, 0))?;
    Ok(Outputs::One(out))
}
