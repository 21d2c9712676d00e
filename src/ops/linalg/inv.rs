//! Inverses.

use crate::device::cpu::linalg::{self, Parts};
use crate::ops::matrices::{A, CORE, check_square, count, floats, for_real, refuse, reserve, split, transposed};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static INV: Op = Op {
    name: "linalg.inv",
    symbol: None,
    params: &[A],
    parts: &[],
    doc: "The inverses of square matrices. A singular matrix is an error. For `inv(a) @ b` take `linalg.solve(a, b)`, which is faster and more exact.",
    examples: &["linalg.inv([[2.0, 0.0], [0.0, 4.0]])  # f32[2, 2] [[0.5, 0.0], [0.0, 0.25]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Floats(&[2, 2], &[1.5, 2.25, -0.75, 4.5])]),
        sample(&[Uniform(&[2, 1, 3, 3], -2.0, 2.0)]),
        sample(&[Strided(&[4, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[1, 1], 0.5, 2.0)]),
        sample(&[Uniform(&[0, 0], -2.0, 2.0)]),
        sample(&[Uniform(&[40, 40], -2.0, 2.0)]),
        kink(&[Floats(&[2, 2], &[1.0, 2.0, 2.0, 4.0])]),
        kink(&[Floats(&[2, 2, 2], &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0])]),
        kink(&[Floats(&[2, 2], &[f64::NAN, 2.0, 2.0, 4.0])]),
    ],
    proof: Proof::TorchWithin {
        python: "torch.linalg.inv(args[0])",
        f32: 1e-4,
        f64: 1e-10,
        why: "both are off by the condition number times the precision",
    },
};

/// With an attribute: whether a singular matrix gives inf and is no error.
pub static INVERSE: Op = Op {
    name: "linalg.inv",
    kind: Kind::Whole { infer: |metas, _| Ok(vec![metas[0]]), run: core, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::OUT, |cx, s, g| {
        let y = transposed(cx, &s.out());
        cx.neg(cx.matmul(&cx.matmul(&y, g), &y))
    })],
    ..CORE
};

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    check_square(INV.name, args, 0)?;
    let x = floats(cx, args)?;
    let found = cx.call1(&INVERSE, &[(&x.tensors[0]).into()], &[Attr::Bool(false)])?;
    Ok(Outputs::One(x.back(cx, found)?))
}

fn core(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let a = args[0].plain()?;
    let (batch, n, _) = split(a.dims());
    let lenient = attrs.bool(0);
    reserve(&a, 3)?;
    let mut done = Ok(());
    let out = for_real!(a.dtype(), T => Tensor::build::<T>(a.to_dims(), |out| {
        let (a, to) = (a.slice::<T>(), Parts::new(out));
        // SAFETY: each matrix has a place of its own.
        let one = |k: usize| linalg::inverse(n, &a[k * n * n..][..n * n], lenient, unsafe { to.get(k, n * n) });
        done = linalg::each(count(&batch), 2 * n * n * n, &one);
    }))?;
    done.map_err(|e| refuse(INV.name, &batch, e, 0))?;
    Ok(Outputs::One(out))
}
