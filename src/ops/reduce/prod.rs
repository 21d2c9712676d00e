//! Products.

use crate::device::DType;
use crate::device::cpu::elem::Elem;
use crate::device::cpu::reduce;
use crate::ops::sig::{DIMS, DTYPE, KEEPDIM, X};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, Outputs, Proof, Result, for_dtype, reducing};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, MAX_DIMS, Num, Tensor};
use crate::unary_samples;

pub static PROD: Op = Op {
    name: "prod",
    symbol: None,
    params: &[X, DIMS, KEEPDIM, DTYPE],
    parts: &[],
    doc: "The product of all elements, or along dimensions; 1 of none. Of integers and bools an i64.",
    examples: &["prod([2, 3, 4])  # 24", "prod([[1, 2], [3, 4]], dim: 0)  # i64[2] [3, 8]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::IN0.and(Needs::OUT), gradient)],
    samples: unary_samples!(-2.0, 2.0;
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(1)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(-1), Bool(true)]),
        sample(&[Uniform(&[2, 0, 4], -2.0, 2.0), Int(1)]),
        sample(&[Strided(&[3, 5], -2.0, 2.0), Int(0)]),
        sample(&[Floats(&[5], &[1.5, 0.0, -2.0, 3.0, 0.5])]),
        sample(&[Floats(&[6], &[1.5, 0.0, -2.0, 0.0, 0.5, 2.0])]),
        sample(&[Floats(&[2, 3], &[1.5, 0.0, -2.0, 0.0, 0.5, 0.0]), Int(1)]),
        sample(&[Floats(&[2, 3], &[1.5, 0.0, -2.0, 0.0, 0.5, 0.0]), Int(0), Bool(true)]),
        kink(&[Ints(&[3], &[2, -3, 4])]),
        kink(&[Bools(&[2], &[true, true])])),
    proof: Proof::Torch("torch.prod(*args)"),
};

fn dtype_of(given: Option<DType>, x: DType) -> DType {
    given.unwrap_or(if x.is_float() { x } else { DType::I64 })
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let mut out = reducing::infer(metas, attrs, |d| d)?;
    out[0].dtype = dtype_of(attrs.opt_dtype(2), metas[0].dtype);
    Ok(out)
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = match attrs.opt_dtype(2) {
        Some(d) => cx.without_grad(|| cx.cast(&args[0], d))?,
        None => args[0].clone(),
    };
    let r = reducing::arrange(&x, attrs.opt_ints(0), attrs.bool(1), 1)?;
    let out = for_dtype!(x.dtype(), T => {
        Tensor::build::<<T as Elem>::Sum>(r.dims, |dst| reduce::prod::<T>(r.axis, r.x.slice(), dst))
    })?;
    // Only a product of bools asked for as bool differs here.
    let dtype = dtype_of(attrs.opt_dtype(2), x.dtype());
    Ok(Outputs::One(cx.without_grad(|| cx.cast(&out, dtype))?))
}

/// For each element the product of the others: the result divided by it, or where there is a zero, put together from
/// products of halves, so that nothing is divided and gradients of gradients are right too.
fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let x = s.tensor(0);
    let dims = x.to_dims();
    let dim = s.attrs().opt_ints(0);
    let kept = reducing::kept(&dims, dim);
    let zero = cx.without_grad(|| cx.run(&crate::ops::any::ANY, &[cx.eq(&x, 0.0).into()], &[]));
    if zero.num_at(0).is_ok_and(|v| v == Num::Bool(false)) {
        let whole = cx.reshape(&cx.mul(g, s.out()), &kept);
        return cx.div(whole, x);
    }
    // The reduced dimensions come last and become one.
    let mask = crate::ops::infer::resolve_dims(dim, dims.len(), 1).unwrap_or([false; MAX_DIMS]);
    let order: Vec<i64> =
        (0..dims.len()).filter(|&d| !mask[d]).chain((0..dims.len()).filter(|&d| mask[d])).map(|d| d as i64).collect();
    let n: usize = (0..dims.len()).filter(|&d| mask[d]).map(|d| dims[d]).product();
    let moved = cx.permute(&x, &order);
    let rows = cx.reshape(&moved, &[dims.numel().unwrap_or(0) / n.max(1), n]);
    let others = cx.reshape(&products_of_others(cx, &rows), moved.dims());
    let mut back = vec![0; order.len()];
    for (to, &from) in order.iter().enumerate() {
        back[from as usize] = to as i64;
    }
    cx.mul(cx.reshape(g, &kept), cx.permute(&others, &back))
}

/// For each element of `rows` (two dimensions) the product of all others of its row. A tree: products of pairs going
/// up, and coming down to each the other of its pair times what comes from above.
pub fn products_of_others(cx: &Cx, rows: &Tensor) -> Tensor {
    let (count, n) = (rows.dims()[0], rows.dims()[1]);
    if n <= 1 {
        return cx.add(cx.zeros_like(rows), 1.0);
    }
    let even = n.next_multiple_of(2);
    let padded = match even - n {
        0 => rows.clone(),
        _ => {
            let ones = cx.infallible(Tensor::full(rows.dtype(), Dims::of(&[count, 1]), Num::Int(1)));
            cx.run(&crate::ops::cat::CAT, &[rows.into(), ones.into()], &[Attr::Int(1)])
        }
    };
    let pairs = cx.reshape(&padded, &[count, even / 2, 2]);
    let (left, right) = (cx.pick(&pairs, 2, 0), cx.pick(&pairs, 2, 1));
    let above = products_of_others(cx, &cx.mul(&left, &right));
    let both = [cx.mul(&above, &right).into(), cx.mul(&above, &left).into()];
    let down = cx.run(&crate::ops::stack::STACK, &both, &[Attr::Int(2)]);
    let flat = cx.reshape(&down, &[count, even]);
    cx.narrow(&flat, 1, 0, n)
}
