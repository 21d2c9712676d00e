//! Matrix products, with PyTorch's rules for vectors and batches.

use crate::device::DType;
use crate::device::cpu::matmul::{MatView, MatViewMut, batched_matmul, matmul};
use crate::ops::infer::describe;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{X, Y};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::{Cx, Saved, TapeArg};
use crate::tensor::{Dims, Tensor, broadcast};

pub static MATMUL: Op = Op {
    name: "matmul",
    symbol: Some("@"),
    params: &[X, Y],
    parts: &[],
    doc: "The matrix product. A vector on the left is a row, on the right a column, and its dimension goes; dimensions before the last two are batches and broadcast.",
    examples: &["[[1.0, 2.0], [3.0, 4.0]] @ [1.0, 1.0]  # f32[2] [3.0, 7.0]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Into(Needs::IN1.and(Needs::SHAPES), to_left), Grad::Into(Needs::IN0.and(Needs::SHAPES), to_right)],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4, 5], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Strided(&[4, 5], -2.0, 2.0)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Uniform(&[4, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[1, 32], -1.0, 1.0), Uniform(&[32, 32], -1.0, 1.0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[2, 4, 5], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 1, 3, 4], -2.0, 2.0), Uniform(&[3, 4, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Uniform(&[2, 4, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 0], -2.0, 2.0), Uniform(&[0, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[0, 3], -2.0, 2.0), Uniform(&[3, 2], -2.0, 2.0)]),
        sample(&[Uniform(&[40, 70], -1.0, 1.0), Uniform(&[70, 50], -1.0, 1.0)]),
    ],
    proof: Proof::Torch("torch.matmul(*args)"),
};

/// The shapes of a product: both operands as (batch, rows, columns), and the result's with and without the
/// dimensions that vectors lose.
struct Plan {
    batch: Dims,
    m: usize,
    k: usize,
    n: usize,
    out: Dims,
}

fn plan(a: &Meta, b: &Meta) -> Result<Plan> {
    let refuse = |message: String| OpError::new("SHAPE-11", message).at(0, format!("{a}")).at(1, format!("{b}"));
    let (x, y) = (&a.dims, &b.dims);
    if x.is_empty() || y.is_empty() {
        return Err(refuse("`@` needs at least one dimension on both sides".into()).help("for a number write *"));
    }
    let (m, k) = if x.len() == 1 { (1, x[0]) } else { (x[x.len() - 2], x[x.len() - 1]) };
    let (k2, n) = if y.len() == 1 { (y[0], 1) } else { (y[y.len() - 2], y[y.len() - 1]) };
    if k != k2 {
        let e = refuse(format!("the inner sizes of a product differ: the left has {k} columns, the right {k2} rows"));
        let flips = y.len() >= 2 && y[y.len() - 1] == k;
        return Err(if flips { e.help("transpose(…) of the right one would fit") } else { e });
    }
    let lead = |d: &Dims| Dims::of(&d[..d.len().saturating_sub(2)]);
    let batch = broadcast(&lead(x), &lead(y))
        .map_err(|_| refuse(format!("the batch dimensions {} and {} do not broadcast", lead(x), lead(y))))?;
    let mut out = batch;
    let fits = (x.len() == 1 || out.push(m)) && (y.len() == 1 || out.push(n));
    debug_assert!(fits, "no more dimensions than the larger operand");
    Ok(Plan { batch, m, k, n, out })
}

fn infer(metas: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    let dtype = metas[0].dtype.promote(metas[1].dtype);
    let dtype = if dtype == DType::Bool { DType::I64 } else { dtype };
    Ok(vec![Meta::new(dtype, plan(&metas[0], &metas[1])?.out)])
}

fn run(cx: &Cx, args: &[Tensor], _: &Attrs) -> Result<Outputs> {
    let meta = infer(&[Meta::of(&args[0]), Meta::of(&args[1])], Attrs::new(&[]))?[0];
    let cast = |t: &Tensor| cx.without_grad(|| cx.cast(&t.detach(), meta.dtype));
    Ok(Outputs::One(product(&cast(&args[0])?, &cast(&args[1])?, None)?))
}

/// `a @ b` of two matrices, each transposed or not, or `acc + a @ b` in `acc`'s memory.
pub(in crate::ops) fn matrix_product(
    (a, flip_a): (&Tensor, bool),
    (b, flip_b): (&Tensor, bool),
    acc: Option<Tensor>,
) -> Result<Tensor> {
    a.force()?;
    b.force()?;
    let side = |t: &Tensor, flip: bool| {
        let (d, (row, col)) = (t.dims(), t.matrix_strides());
        if flip { (d[1], d[0], col, row) } else { (d[0], d[1], row, col) }
    };
    let (m, k, a_row, a_col) = side(a, flip_a);
    let (k2, n, b_row, b_col) = side(b, flip_b);
    if k != k2 {
        return plan(&Meta::of(a), &Meta::of(b))
            .and_then(|_| Err(OpError::new("SHAPE-11", "the inner sizes of a product differ")));
    }
    let accumulate = acc.is_some();
    let mut out = match acc {
        Some(t) => t,
        // Often an operand has the same shape: one object more would cost as much as a small product.
        None => match [a, b].into_iter().find(|t| t.dims() == [m, n]) {
            Some(t) => Tensor::empty(a.dtype(), t.shape().clone())?,
            None => Tensor::empty_dims(a.dtype(), Dims::of(&[m, n]))?,
        },
    };
    let ptr = if accumulate { out.make_mut()? } else { out.write_ptr() };
    macro_rules! go {
        ($T:ty) => {{
            let x = MatView {
                ptr: a.raw().ptr.cast::<$T>().cast_const(),
                rows: m,
                cols: k,
                row_stride: a_row,
                col_stride: a_col,
            };
            let y = MatView {
                ptr: b.raw().ptr.cast::<$T>().cast_const(),
                rows: k,
                cols: n,
                row_stride: b_row,
                col_stride: b_col,
            };
            // SAFETY: sizes agree; strides stay within the operands; the result is new or ours alone, and an
            // accumulator holds numbers.
            unsafe { matmul(MatViewMut::contiguous(ptr.cast::<$T>(), m, n), x, y, accumulate) }
        }};
    }
    match a.dtype() {
        DType::F32 => go!(f32),
        DType::F64 => go!(f64),
        DType::I64 => go!(i64),
        DType::F16 => go!(half::f16),
        DType::BF16 => go!(half::bf16),
        DType::Bool => return Err(OpError::new("TYPE-10", "`@` is not defined for bool").at(0, "bool").at(1, "bool")),
    }
    Ok(out)
}

/// `a @ b`, or `acc + a @ b` in `acc`'s memory. Operands of one dtype, read through their strides.
pub fn product(a: &Tensor, b: &Tensor, acc: Option<Tensor>) -> Result<Tensor> {
    if a.ndim() == 2 && b.ndim() == 2 && a.dims()[1] == b.dims()[0] {
        return matrix_product((a, false), (b, false), acc);
    }
    a.force()?;
    b.force()?;
    let p = plan(&Meta::of(a), &Meta::of(b))?;
    let accumulate = acc.is_some();
    let (out, ptr) = match acc {
        Some(mut t) => {
            let ptr = t.make_mut()?;
            (t, ptr)
        }
        None => {
            let t = Tensor::empty_dims(a.dtype(), p.out)?;
            let ptr = t.write_ptr();
            (t, ptr)
        }
    };
    let (ra, rb) = (a.raw(), b.raw());
    let (sa, sb) = (a.strides(), b.strides());
    let (na, nb) = (a.ndim(), b.ndim());
    // A vector is a row on the left, a column on the right.
    let (a_row, a_col) = if na == 1 { (0, sa[0]) } else { (sa[na - 2], sa[na - 1]) };
    let (b_row, b_col) = if nb == 1 { (sb[0], 0) } else { (sb[nb - 2], sb[nb - 1]) };
    macro_rules! go {
        ($T:ty) => {{
            let x = MatView {
                ptr: ra.ptr.cast::<$T>().cast_const(),
                rows: p.m,
                cols: p.k,
                row_stride: a_row,
                col_stride: a_col,
            };
            let y = MatView {
                ptr: rb.ptr.cast::<$T>().cast_const(),
                rows: p.k,
                cols: p.n,
                row_stride: b_row,
                col_stride: b_col,
            };
            let dst = MatViewMut::contiguous(ptr.cast::<$T>(), p.m, p.n);
            // SAFETY: sizes agree by `plan`; strides stay within the operands; the result is new or ours alone, and
            // an accumulator holds numbers.
            unsafe {
                if p.batch.is_empty() {
                    matmul(dst, x, y, accumulate);
                } else {
                    let steps = |t: &Tensor| {
                        let lead = t.ndim().saturating_sub(2);
                        let strides = t.strides();
                        let mut own = [0; crate::tensor::MAX_DIMS];
                        for i in 0..lead {
                            if t.dims()[i] != 1 {
                                own[p.batch.len() - lead + i] = strides[i];
                            }
                        }
                        own
                    };
                    let (xs, ys) = (steps(a), steps(b));
                    let mut ds = p.batch.strides();
                    ds.iter_mut().for_each(|s| *s *= (p.m * p.n) as isize);
                    let n = p.batch.len();
                    batched_matmul(&p.batch, (dst, &ds[..n]), (x, &xs[..n]), (y, &ys[..n]), accumulate);
                }
            }
        }};
    }
    match a.dtype() {
        DType::F32 => go!(f32),
        DType::F64 => go!(f64),
        DType::I64 => go!(i64),
        DType::F16 => go!(half::f16),
        DType::BF16 => go!(half::bf16),
        DType::Bool => return Err(OpError::new("TYPE-10", "`@` is not defined for bool").at(0, "bool").at(1, "bool")),
    }
    Ok(out)
}

/// Both operands and the cotangent as matrices: vectors get the dimension that the product dropped.
fn matrices(cx: &Cx, s: &Saved, g: &Tensor) -> (Tensor, Dims, Dims) {
    let (mut x, mut y) = (s.shape(0), s.shape(1));
    let mut dims = g.to_dims();
    if y.len() == 1 {
        let fits = dims.push(1) && y.push(1);
        debug_assert!(fits);
    }
    if x.len() == 1 {
        let fits = dims.insert(dims.len() - 1, 1) && x.insert(0, 1);
        debug_assert!(fits);
    }
    (cx.reshape(g, &dims), x, y)
}

fn to_left(cx: &Cx, s: &Saved, g: &Tensor, acc: Option<Tensor>) -> Tensor {
    if !s.has_shapes() {
        return matrix_gradient(cx, (g, false), (&s.tensor(1), true), acc);
    }
    let (g, x, y) = matrices(cx, s, g);
    let right = cx.infallible(cx.cast(&s.tensor(1), g.dtype()));
    let right = cx.transpose(&cx.reshape(&right, &y), -2, -1);
    finish(cx, &g, &right, &x, &s.shape(0), s.dtype(0), acc)
}

fn to_right(cx: &Cx, s: &Saved, g: &Tensor, acc: Option<Tensor>) -> Tensor {
    if !s.has_shapes() {
        return matrix_gradient(cx, (&s.tensor(0), true), (g, false), acc);
    }
    let (g, x, y) = matrices(cx, s, g);
    let left = cx.infallible(cx.cast(&s.tensor(0), g.dtype()));
    let left = cx.transpose(&cx.reshape(&left, &x), -2, -1);
    finish(cx, &left, &g, &y, &s.shape(1), s.dtype(1), acc)
}

/// The gradient of a product of two matrices, itself one: each factor with whether it is transposed.
fn matrix_gradient(cx: &Cx, a: (&Tensor, bool), b: (&Tensor, bool), acc: Option<Tensor>) -> Tensor {
    if !cx.grad_enabled() {
        return cx.infallible(matrix_product(a, b, acc));
    }
    let side = |(t, flip): (&Tensor, bool)| if flip { cx.transpose(t, -2, -1) } else { t.clone() };
    cx.infallible(cx.product_tt(&side(a), &side(b)))
}

/// `a @ b` summed to the operand's shape as a matrix, in its own shape and dtype, added to `acc`.
fn finish(cx: &Cx, a: &Tensor, b: &Tensor, matrix: &Dims, shape: &Dims, dtype: DType, acc: Option<Tensor>) -> Tensor {
    let direct = shape == matrix && a.ndim() == 2 && b.ndim() == 2 && a.dtype() == dtype;
    if !cx.grad_enabled() && direct {
        return cx.infallible(product(a, b, acc));
    }
    let full = cx.infallible(cx.call1(&MATMUL, &[a.into(), b.into()], &[]));
    let own = cx.reshape(&cx.sum_to(&full, matrix), shape);
    let own = cx.infallible(cx.cast(&own, dtype));
    match acc {
        Some(acc) => cx.accumulate(acc, own),
        None => own,
    }
}

impl Cx {
    /// `a @ b`; two matrices of one dtype without the general call.
    #[inline]
    pub fn product(&self, a: &Operand, b: &Operand) -> Result<Tensor> {
        if let (Operand::Tensor(x), Operand::Tensor(y)) = (a, b) {
            return self.product_tt(x, y);
        }
        let numbers = OpError::new("SHAPE-11", "`@` needs tensors on both sides").at(0, describe(a)).at(1, describe(b));
        Err(numbers.help("for a number write *"))
    }

    pub fn product_tt(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let same = x.dtype() == y.dtype() && x.dtype() != DType::Bool;
        if same && x.ndim() == 2 && y.ndim() == 2 && !self.keeps_values() {
            let mut out = product(x, y, None)?;
            if crate::device::cpu::pool::stopped() {
                return Err(OpError::interrupted());
            }
            self.record_product(&MATMUL, TapeArg::Tensor(x), TapeArg::Tensor(y), &mut out);
            return Ok(out);
        }
        self.call1(&MATMUL, &[x.into(), y.into()], &[])
    }
}
