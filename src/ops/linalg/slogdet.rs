//! Signs and logarithms of determinants.

use crate::device::cpu::linalg::{self, Outcome, Parts};
use crate::ops::matrices::{A, CORE, beside_matrices, check_square, count, floats, for_real, split, transposed};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static SLOGDET: Op = Op {
    name: "linalg.slogdet",
    symbol: None,
    params: &[A],
    parts: PARTS,
    doc: "The `sign` of the determinant of square matrices, and the logarithm of its magnitude as `logabsdet`, which neither overflows nor underflows. For singular matrices these are 0 and `-inf`.",
    examples: &["linalg.slogdet([[0.0, 2.0], [0.5, 0.0]]).sign  # -1.0"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 2, 4, 4], -2.0, 2.0)]),
        sample(&[Strided(&[4, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[1, 1], -2.0, -0.5)]),
        sample(&[Uniform(&[0, 0], -2.0, 2.0)]),
        sample(&[Uniform(&[40, 40], -0.5, 0.5)]),
        kink(&[Ints(&[2, 2], &[1, 2, 2, 4])]),
        kink(&[Ints(&[2, 2], &[0, 0, 0, 0])]),
    ],
    proof: Proof::Torch("torch.linalg.slogdet(args[0] if args[0].is_floating_point() else args[0].to(torch.float32))"),
};

const PARTS: &[&str] = &["sign", "logabsdet"];

static LOG_DETERMINANT: Op = Op {
    name: "linalg.slogdet",
    parts: PARTS,
    kind: Kind::Whole { infer, run: core, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::IN0, |cx, s, _| {
        let a = s.tensor(0);
        // The sign has no slope.
        let Some(g) = s.cot(1) else { return cx.zeros_like(&a) };
        let inverse = cx.run(&super::inv::INVERSE, &[a.into()], &[Attr::Bool(true)]);
        cx.mul(beside_matrices(cx, g), transposed(cx, &inverse))
    })],
    ..CORE
};

fn infer(metas: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(metas[0].dtype, split(&metas[0].dims).0); 2])
}

fn run(cx: &Cx, args: &[Operand], _: &Attrs) -> Result<Outputs> {
    check_square(SLOGDET.name, args, 0)?;
    let x = floats(cx, args)?;
    let found = cx.call(&LOG_DETERMINANT, &[(&x.tensors[0]).into()], &[])?;
    x.back_all(cx, found.into_vec())
}

fn core(_: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let a = args[0].plain()?;
    let (batch, n, _) = split(a.dims());
    let out = for_real!(a.dtype(), T => Tensor::build_each::<T, 2>([batch; 2], |[sign, log]| {
        let (a, signs, logs) = (a.slice::<T>(), Parts::new(sign), Parts::new(log));
        let one = |k: usize| -> Outcome {
            // SAFETY: each matrix has a place of its own.
            let (sign, log) = unsafe { (signs.get(k, 1), logs.get(k, 1)) };
            (sign[0], log[0]) = linalg::log_determinant(n, &a[k * n * n..][..n * n]);
            Ok(())
        };
        let done = linalg::each(count(&batch), n * n * n, &one);
        debug_assert!(done.is_ok());
    }))?;
    Ok(Outputs::Many(out.to_vec()))
}
