//! Singular values and vectors.

use crate::device::cpu::linalg::{self, Parts};
use crate::ops::matrices::{
    A, CORE, check_matrix, count, diagonal_matrix, first_columns, floats, for_real, join, refuse, reserve,
    scale_columns, scale_rows, split, transposed,
};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Operand, Outputs, Proof, Result, matrices};
use crate::tape::{Cx, Saved};
use crate::tensor::Tensor;

pub static SVD: Op = Op {
    name: "linalg.svd",
    symbol: None,
    params: &[A, Param::new("full_matrices", ParamKind::Bool).or(Default::Bool(true))],
    parts: PARTS,
    doc: "Matrices `A` as `U @ diag(S) @ Vh`: singular values `S` from large to small, orthonormal vectors as the columns of `U` and the rows of `Vh`; with `full_matrices: false` only as many as there are singular values. Of the elements of a column of `U` that are almost the largest the first is positive. The gradient of the vectors needs distinct singular values.",
    examples: &["linalg.svd([[3.0, 0.0], [0.0, -2.0]]).S  # f32[2] [3.0, 2.0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[4, 2], -2.0, 2.0), Bool(false)]),
        sample(&[Strided(&[2, 4], -2.0, 2.0), Bool(false)]),
        sample(&[Uniform(&[2, 1, 3, 2], -2.0, 2.0), Bool(false)]),
        sample(&[Uniform(&[2, 2], -2.0, 2.0), Bool(true)]),
        sample(&[Uniform(&[1, 1], -2.0, -0.5)]),
        sample(&[Uniform(&[1, 3], -2.0, 2.0), Bool(false)]),
        sample(&[Uniform(&[0, 3, 2], -2.0, 2.0), Bool(false)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Bool(false)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Bool(false)]),
        kink(&[Floats(&[2, 2], &[f64::NAN, 1.0, 0.0, 1.0])]),
    ],
    proof: Proof::Torch(PYTHON),
};

/// Signs as here: PyTorch leaves them to LAPACK.
const PYTHON: &str = "(lambda f: (lambda U, S, Vh: (lambda s: (U * s.unsqueeze(-2) if U.shape[-1] == S.shape[-1] else U, S, Vh * s.unsqueeze(-1) if Vh.shape[-2] == S.shape[-1] else Vh))(torch.where(U.gather(-2, (U.abs() >= U.abs().amax(-2, keepdim=True) * (1 - 2 ** -10)).to(torch.int64).argmax(-2, keepdim=True)).squeeze(-2) < 0, -1, 1)) if U.numel() and S.numel() else (U, S, Vh))(*torch.linalg.svd(args[0], full_matrices=f)))(args[1] if len(args) > 1 else True)";

const PARTS: &[&str] = &["U", "S", "Vh"];

/// With an attribute: whether there are all vectors.
pub static VECTORS: Op = Op {
    name: "linalg.svd",
    parts: PARTS,
    kind: Kind::Whole { infer, run: core, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT).and(Needs::OUT1).and(Needs::OUT2), gradient)],
    ..CORE
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let (batch, m, n) = split(&metas[0].dims);
    let k = m.min(n);
    let (cols, rows) = if attrs.bool(0) { (m, n) } else { (k, k) };
    let meta = |own: &[usize]| Meta::new(metas[0].dtype, join(&batch, own));
    Ok(vec![meta(&[m, cols]), meta(&[k]), meta(&[rows, n])])
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    check_matrix(SVD.name, args, 0)?;
    let x = floats(cx, args)?;
    let found = cx.call(&VECTORS, &[(&x.tensors[0]).into()], &[Attr::Bool(attrs.bool(0))])?;
    x.back_all(cx, found.into_vec())
}

fn core(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let a = args[0].plain()?;
    let metas = infer(&[Meta::of(&a)], attrs)?;
    let (batch, m, n) = split(a.dims());
    let (k, full) = (m.min(n), attrs.bool(0));
    let (cols, rows) = if full { (m, n) } else { (k, k) };
    reserve(&a, 6)?;
    let mut done = Ok(());
    let dims = [metas[0].dims, metas[1].dims, metas[2].dims];
    let out = for_real!(a.dtype(), T => Tensor::build_each::<T, 3>(dims, |[u, s, vt]| {
        let (a, us, ss, vts) = (a.slice::<T>(), Parts::new(u), Parts::new(s), Parts::new(vt));
        let one = |at: usize| {
            // SAFETY: each matrix has a place of its own.
            let (u, s, vt) = unsafe { (us.get(at, m * cols), ss.get(at, k), vts.get(at, rows * n)) };
            linalg::svd((m, n, full), &a[at * m * n..][..m * n], u, s, vt)
        };
        done = linalg::each(count(&batch), 16 * m * n * m.max(n), &one);
    }))?;
    done.map_err(|e| refuse(SVD.name, &batch, e, 0))?;
    Ok(Outputs::Many(out.to_vec()))
}

/// `x - x.T`
fn skew(cx: &Cx, x: &Tensor) -> Tensor {
    cx.sub(x, transposed(cx, x))
}

/// With `e[i, j] = s[j]^2 - s[i]^2`: `u @ (skew(u.T @ g_u) / e * s + s * skew(v.T @ g_v) / e + diag(g_s)) @ v.T`, and what
/// of `g_u` and `g_v` lies outside of the vectors, divided by `s`.
fn gradient(cx: &Cx, saved: &Saved, _: &Tensor) -> Tensor {
    let a = saved.tensor(0);
    let (_, m, n) = split(a.dims());
    let (k, last) = (m.min(n), a.ndim() - 1);
    let what = "a matrix of linalg.svd with full_matrices: true";
    let mut u = saved.out_at(0);
    let s = saved.out_at(1);
    let mut vt = saved.out_at(2);
    if u.dims()[last] > k {
        u = cx.narrow(&u, last, 0, k);
    }
    if vt.dims()[last - 1] > k {
        vt = cx.narrow(&vt, last - 1, 0, k);
    }
    let to_u = saved.cot(0).map(|g| first_columns(cx, g, k, what));
    let to_vt = saved.cot(2).map(|g| transposed(cx, &first_columns(cx, &transposed(cx, g), k, what)));
    let Some(to_s) = saved.cot(1).cloned().or_else(|| (to_u.is_some() || to_vt.is_some()).then(|| cx.zeros_like(&s)))
    else {
        return cx.zeros_like(&a);
    };
    if to_u.is_none() && to_vt.is_none() {
        return along_values(cx, &u, &to_s, &vt);
    }
    let squares = cx.square(&s);
    let apart = cx.sub(cx.unsqueeze(&squares, last - 1), cx.unsqueeze(&squares, last));
    let apart = cx.select(&matrices::unit(cx, k), 1.0, apart);
    let mut middle = diagonal_matrix(cx, &to_s);
    if let Some(g) = &to_u {
        let turned = cx.div(skew(cx, &cx.matmul(&transposed(cx, &u), g)), &apart);
        middle = cx.add(middle, scale_columns(cx, &turned, &s));
    }
    if let Some(g) = &to_vt {
        let turned = cx.div(skew(cx, &cx.matmul(&vt, &transposed(cx, g))), &apart);
        middle = cx.add(middle, scale_rows(cx, &turned, &s));
    }
    let mut left = cx.matmul(&u, &middle);
    if let Some(g) = &to_u
        && m > k
    {
        let outside = cx.sub(g, cx.matmul(&u, &cx.matmul(&transposed(cx, &u), g)));
        left = cx.add(left, cx.div(outside, cx.unsqueeze(&s, last - 1)));
    }
    let mut whole = cx.matmul(&left, &vt);
    if let Some(g) = &to_vt
        && n > k
    {
        let outside = cx.sub(g, cx.matmul(&cx.matmul(g, &transposed(cx, &vt)), &vt));
        let scaled = cx.div(outside, cx.unsqueeze(&s, last));
        whole = cx.add(whole, cx.matmul(&u, &scaled));
    }
    whole
}

/// `u @ diag(g) @ vt`: the gradient when only the singular values matter.
pub fn along_values(cx: &Cx, u: &Tensor, g: &Tensor, vt: &Tensor) -> Tensor {
    cx.matmul(&scale_columns(cx, u, g), vt)
}
