//! Eigenvalues and eigenvectors of symmetric matrices.

use crate::device::cpu::linalg::{self, Parts};
use crate::ops::matrices::{
    A, CORE, check_square, count, diagonal_matrix, floats, for_real, join, refuse, reserve, split, transposed,
};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result, matrices};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static EIGH: Op = Op {
    name: "linalg.eigh",
    symbol: None,
    params: &[A, UPLO],
    parts: PARTS,
    doc: "The `eigenvalues` of symmetric matrices, from small to large, and orthonormal `eigenvectors` as columns. Only the lower triangle is read, with `UPLO: \"U\"` only the upper. Of the elements of a vector that are almost the largest the first is positive. The gradient is that of a symmetric matrix; the vectors' needs distinct eigenvalues.",
    examples: &["linalg.eigh([[2.0, 1.0], [1.0, 2.0]]).eigenvalues  # f32[2] [1.0, 3.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        kink(&[Floats(&[2, 2], &[4.0, 2.0, 2.0, -3.0])]),
        kink(&[Floats(&[3, 3], &[4.0, 0.5, -1.0, 0.5, 3.0, 0.25, -1.0, 0.25, -2.0])]),
        kink(&[Floats(&[2, 2, 2], &[4.0, 2.0, 2.0, 3.0, 1.0, 0.5, 0.5, 2.0])]),
        kink(&[Floats(&[3, 3], &[4.0, 0.5, -1.0, 0.5, 3.0, 0.25, -1.0, 0.25, -2.0]), Str("U")]),
        kink(&[Floats(&[2, 2], &[4.0, 9.0, 2.0, -3.0])]),
        kink(&[Floats(&[2, 2], &[4.0, 2.0, 9.0, -3.0]), Str("U")]),
        sample(&[Uniform(&[1, 1], 0.5, 2.0)]),
        sample(&[Uniform(&[0, 0], 0.5, 2.0)]),
        sample(&[Uniform(&[0, 2, 2], 0.5, 2.0)]),
    ],
    proof: Proof::Torch(PYTHON),
};

/// Signs as here: PyTorch leaves them to LAPACK. Its gradient is made symmetric.
const PYTHON: &str = "(lambda L, V: (L, V * torch.where(V.gather(-2, (V.abs() >= V.abs().amax(-2, keepdim=True) * (1 - 2 ** -10)).to(torch.int64).argmax(-2, keepdim=True)) < 0, -1, 1)) if V.numel() else (L, V))(*torch.linalg.eigh((lambda t: (t + t.mT) / 2)(args[0].triu() + args[0].triu(1).mT.detach() + (args[0] - args[0].detach()).tril(-1) if args[1:] == ['U'] else args[0].tril() + args[0].tril(-1).mT.detach() + (args[0] - args[0].detach()).triu(1))))";

pub const UPLO: Param = Param::new("UPLO", ParamKind::Str).or(Default::Str("L"));
const PARTS: &[&str] = &["eigenvalues", "eigenvectors"];

/// Reads the lower triangle.
pub static VECTORS: Op = Op {
    name: "linalg.eigh",
    parts: PARTS,
    kind: Kind::Whole { infer, run: core, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::OUT.and(Needs::OUT1), gradient)],
    ..CORE
};

fn infer(metas: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    let (batch, n, _) = split(&metas[0].dims);
    Ok(vec![Meta::new(metas[0].dtype, join(&batch, &[n])), metas[0]])
}

/// The operand with the triangle that counts below.
pub fn lower_counts(cx: &Cx, a: &Tensor, attrs: &Attrs) -> Result<Tensor> {
    match attrs.str(0) {
        Some("L") | None => Ok(a.clone()),
        Some("U") => Ok(transposed(cx, a)),
        Some(other) => Err(OpError::new("VALUE-12", format!("UPLO is \"L\" or \"U\", not \"{other}\"")).at(1, "here")),
    }
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    check_square(EIGH.name, args, 0)?;
    let x = floats(cx, args)?;
    let a = lower_counts(cx, &x.tensors[0], attrs)?;
    let found = cx.call(&VECTORS, &[a.into()], &[])?;
    x.back_all(cx, found.into_vec())
}

fn core(_: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let a = args[0].plain()?;
    let (batch, n, _) = split(a.dims());
    reserve(&a, 5)?;
    let mut done = Ok(());
    let dims = [join(&batch, &[n]), a.to_dims()];
    let out = for_real!(a.dtype(), T => Tensor::build_each::<T, 2>(dims, |[values, vectors]| {
        let (a, values, vectors) = (a.slice::<T>(), Parts::new(values), Parts::new(vectors));
        let one = |at: usize| {
            // SAFETY: each matrix has a place of its own.
            let (values, vectors) = unsafe { (values.get(at, n), vectors.get(at, n * n)) };
            linalg::eigen(n, &a[at * n * n..][..n * n], values, vectors)
        };
        done = linalg::each(count(&batch), 8 * n * n * n, &one);
    }))?;
    done.map_err(|e| refuse(EIGH.name, &batch, e, 0))?;
    Ok(Outputs::Many(out.to_vec()))
}

/// With `e[i, j] = w[j] - w[i]`: `v @ (diag(g_w) + skew(v.T @ g_v) / (2 e)) @ v.T`.
fn gradient(cx: &Cx, s: &Saved, _: &Tensor) -> Tensor {
    let (values, v) = (s.out_at(0), s.out_at(1));
    let n = values.dims()[values.ndim() - 1];
    let turned = transposed(cx, &v);
    let mut middle = match s.cot(0) {
        Some(g) => diagonal_matrix(cx, g),
        None => cx.zeros_like(&v),
    };
    if let Some(g) = s.cot(1) {
        let k = values.ndim();
        let apart = cx.sub(cx.unsqueeze(&values, k - 1), cx.unsqueeze(&values, k));
        let apart = cx.select(&matrices::unit(cx, n), 1.0, cx.mul(apart, 2.0));
        let along = cx.matmul(&turned, g);
        middle = cx.add(middle, cx.div(cx.sub(&along, transposed(cx, &along)), apart));
    }
    cx.matmul(&cx.matmul(&v, &middle), &turned)
}
