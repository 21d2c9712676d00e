//! Attention.

use crate::device::DType;
use crate::ops::dropout;
use crate::ops::infer::describe;
use crate::ops::layers::{self, bad, misfit, reshape};
use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{
    Attr, Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, add, all, eq, expand, matmul, max, mul, softmax,
    transpose, tril, unsqueeze, where_,
};
use crate::tape::Cx;
use crate::tensor::{Dims, Num, Tensor, broadcast};

pub static SCALED_DOT_PRODUCT_ATTENTION: Op = Op {
    name: "scaled_dot_product_attention",
    symbol: None,
    params: &[
        tensor("query"),
        tensor("key"),
        tensor("value"),
        Param::new("attn_mask", ParamKind::OptTensor).or(Default::None),
        Param::new("dropout_p", ParamKind::Float).or(Default::Float(0.0)),
        Param::new("is_causal", ParamKind::Bool).or(Default::Bool(false)),
        Param::new("scale", ParamKind::Float).or(Default::None),
        Param::new("enable_gqa", ParamKind::Bool).or(Default::Bool(false)),
    ],
    parts: &[],
    doc: "For each query the mean of the values, weighed by the softmax of the products of its key with the query: `softmax(query @ key.T * scale) @ value`. `scale` is one over the root of the length of a key if not given. `attn_mask` is added to the products, or where it is a bool says which keys a query sees; `is_causal` lets query number i see the keys up to number i. A query that sees no key gets zeros. `dropout_p` leaves out weights at random. With `enable_gqa` several heads of queries share one of keys.",
    examples: &[
        "scaled_dot_product_attention([[1.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]], [[1.0], [3.0]])  # f32[1, 1] [[2.0]]",
        "scaled_dot_product_attention([[1.0], [1.0]], [[1.0], [1.0]], [[1.0], [3.0]], is_causal: true)  # f32[2, 1] [[1.0], [2.0]]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[2, 5, 4], -2.0, 2.0), Uniform(&[2, 5, 3], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[
            Strided(&[1, 2, 4, 3], -2.0, 2.0),
            Strided(&[1, 2, 4, 3], -2.0, 2.0),
            Strided(&[1, 2, 4, 3], -2.0, 2.0),
            Absent,
            Number(0.0),
            Bool(true),
        ]),
        sample(&[
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[2, 5, 4], -2.0, 2.0),
            Uniform(&[2, 5, 4], -2.0, 2.0),
            Absent,
            Number(0.0),
            Bool(true),
        ]),
        sample(&[
            Uniform(&[2, 5, 4], -2.0, 2.0),
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Absent,
            Number(0.0),
            Bool(true),
        ]),
        sample(&[
            Uniform(&[1, 4, 3, 2], -2.0, 2.0),
            Uniform(&[1, 2, 3, 2], -2.0, 2.0),
            Uniform(&[1, 2, 3, 2], -2.0, 2.0),
            Absent,
            Number(0.0),
            Bool(false),
            Absent,
            Bool(true),
        ]),
        sample(&[
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[2, 5, 4], -2.0, 2.0),
            Uniform(&[2, 5, 3], -2.0, 2.0),
            Uniform(&[3, 5], -2.0, 2.0),
        ]),
        sample(&[
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Bools(&[3, 3], &[true, false, true, true, true, false, false, false, true]),
            Number(0.0),
            Bool(false),
            Number(0.7),
        ]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[1, 3, 4], -2.0, 2.0), Uniform(&[1, 3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[70, 16], -1.0, 1.0), Uniform(&[80, 16], -1.0, 1.0), Uniform(&[80, 16], -1.0, 1.0)]),
        sample(&[Uniform(&[2, 0, 4], -2.0, 2.0), Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[2, 3, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[2, 0, 4], -2.0, 2.0), Uniform(&[2, 0, 4], -2.0, 2.0)]),
        kink(&[
            Uniform(&[2, 3, 4], -2.0, 2.0),
            Uniform(&[2, 2, 4], -2.0, 2.0),
            Uniform(&[2, 2, 4], -2.0, 2.0),
            Bools(&[3, 2], &[true, false, false, false, true, true]),
        ]),
        kink(&[
            Uniform(&[2, 4], -2.0, 2.0),
            Uniform(&[2, 4], -2.0, 2.0),
            Uniform(&[2, 4], -2.0, 2.0),
            Floats(&[2, 2], &[f64::NEG_INFINITY, 0.5, f64::NEG_INFINITY, f64::NEG_INFINITY]),
        ]),
        kink(&[
            Uniform(&[2, 4], -2.0, 2.0),
            Uniform(&[2, 4], -2.0, 2.0),
            Uniform(&[2, 4], -2.0, 2.0),
            Bools(&[2, 2], &[true; 4]),
            Number(0.0),
            Bool(true),
        ]),
        kink(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[2, 5, 3], -2.0, 2.0), Uniform(&[2, 5, 3], -2.0, 2.0)]),
        kink(&[Uniform(&[3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0), Uniform(&[3], -2.0, 2.0)]),
    ],
    proof: Proof::Torch(
        "F.scaled_dot_product_attention(*args[:6], **({'scale': args[6]} if len(args) > 6 else {}), **({'enable_gqa': args[7]} if len(args) > 7 else {}))",
    ),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let all = layers::floats(cx, &args[..3])?;
    let [q, mut k, mut v] = [0, 1, 2].map(|i| all[i].to_tensor());
    let refuse = |message: String| {
        let labels = (0..3).fold(misfit(message), |e, i| e.at(i, describe(&args[i])));
        Err(labels)
    };
    if [&q, &k, &v].iter().any(|t| t.ndim() < 2) {
        return refuse("queries, keys and values are (…, number, length)".into());
    }
    let last = |t: &Tensor| t.dims()[t.ndim() - 1];
    let count = |t: &Tensor| t.dims()[t.ndim() - 2];
    if last(&q) != last(&k) || count(&k) != count(&v) {
        return refuse("queries and keys have one length, and there are as many values as keys".into());
    }
    let p = attrs.float(0);
    if !(0.0..=1.0).contains(&p) {
        return Err(bad(4, p, format!("a probability lies between 0 and 1, this is {p}")));
    }
    if attrs.bool(3) {
        (k, v) = (repeat_heads(cx, &q, &k)?, repeat_heads(cx, &q, &v)?);
    }
    let lead = |t: &Tensor| Dims::of(&t.dims()[..t.ndim() - 2]);
    let Ok(batch) = broadcast(&lead(&q), &lead(&k)).and_then(|d| broadcast(&d, &lead(&v))) else {
        return refuse("the dimensions before the last two do not broadcast".into());
    };
    let causal = attrs.bool(1);
    let mask = args[3].tensor();
    if causal && mask.is_some() {
        return Err(bad(5, "here", "either is_causal or attn_mask, not both").at(3, "here"));
    }
    let mut scores = batch;
    let fits = scores.push(count(&q)) && scores.push(count(&k));
    if !fits {
        return Err(crate::ops::infer::too_many_dims(q.ndim()).at(0, describe(&args[0])));
    }
    if let Some(mask) = mask
        && broadcast(&scores, mask.dims()) != Ok(scores)
    {
        return Err(misfit(format!("the mask does not broadcast to {scores}, queries by keys"))
            .at(0, describe(&args[0]))
            .at(3, describe(&args[3])));
    }
    let scale = attrs.opt_float(2).unwrap_or(1.0 / (last(&q) as f64).sqrt());
    let terms = Terms { q: &q, k: &k, v: &v, mask, causal, scale };
    Ok(Outputs::One(composed(cx, &terms, p)?))
}

struct Terms<'a> {
    q: &'a Tensor,
    k: &'a Tensor,
    v: &'a Tensor,
    mask: Option<&'a Tensor>,
    causal: bool,
    scale: f64,
}

/// Keys or values for as many heads as there are queries'.
fn repeat_heads(cx: &Cx, q: &Tensor, t: &Tensor) -> Result<Tensor> {
    if q.ndim() < 3 || t.ndim() < 3 {
        return Ok(t.clone());
    }
    let (wanted, at) = (q.dims()[q.ndim() - 3], t.ndim() - 3);
    let heads = t.dims()[at];
    if heads == 0 || !wanted.is_multiple_of(heads) {
        return Err(misfit(format!("{wanted} heads of queries do not share {heads} of keys evenly"))
            .at(0, describe(&q.into()))
            .at(1, describe(&t.into())));
    }
    let wide = cx.call1(&unsqueeze::UNSQUEEZE, &[t.into()], &[Attr::Int(at as i64 + 1)])?;
    let mut dims = wide.to_dims();
    dims[at + 1] = wanted / heads;
    let wide = cx.call1(&expand::EXPAND, &[wide.into()], &[sizes(&dims)])?;
    let mut dims = t.to_dims();
    dims[at] = wanted;
    reshape(cx, &wide, &dims)
}

/// Attention in operations.
fn composed(cx: &Cx, t: &Terms, p: f64) -> Result<Tensor> {
    // Strides would change the order of sums.
    let plain = |t: &Tensor| -> Result<Tensor> {
        t.force()?;
        if t.is_plain() { Ok(t.clone()) } else { cx.binary(&mul::MUL, &t.into(), &1.0.into()) }
    };
    let (q, k, v) = (plain(t.q)?, plain(t.k)?, plain(t.v)?);
    let flipped = cx.call1(&transpose::TRANSPOSE, &[k.into()], &[Attr::Int(-2), Attr::Int(-1)])?;
    let products = cx.call1(&matmul::MATMUL, &[q.into(), flipped.into()], &[])?;
    let mut scores = cx.binary(&mul::MUL, &products.into(), &t.scale.into())?;
    let n = scores.ndim();
    if t.causal {
        let dims = Dims::of(&scores.dims()[n - 2..]);
        let seen = Tensor::full(DType::Bool, dims, Num::Bool(true))?;
        let seen = cx.call1(&tril::TRIL, &[seen.into()], &[Attr::Int(0)])?;
        scores = cx.call1(&where_::WHERE, &[seen.into(), scores.into(), f64::NEG_INFINITY.into()], &[])?;
    }
    if let Some(mask) = t.mask {
        scores = match mask.dtype() {
            DType::Bool => {
                cx.call1(&where_::WHERE, &[mask.into(), scores.into(), f64::NEG_INFINITY.into()], &[])?
            }
            _ => cx.binary_tt(&add::ADD, &scores, &cx.cast(mask, scores.dtype())?)?,
        };
    }
    // Queries that see no key: their weights are zeros, and nothing flows back.
    let blind = match t.mask.is_some() && scores.numel() > 0 {
        true => cx.without_grad(|| -> Result<Option<Tensor>> {
            let most = cx.call1(&max::MAX, &[scores.detach().into()], &[Attr::Int(-1), Attr::Bool(true)])?;
            let blind = cx.binary(&eq::EQ, &most.into(), &f64::NEG_INFINITY.into())?;
            let seen = cx.unary(&crate::ops::logical_not::LOGICAL_NOT, &blind)?;
            let none = cx.call1(&all::ALL, &[seen.into()], &[Attr::None, Attr::Bool(false)])?;
            Ok(if none.item()? == Some(Num::Bool(true)) { None } else { Some(blind) })
        })?,
        false => None,
    };
    let without = |x: Tensor| -> Result<Tensor> {
        match &blind {
            Some(blind) => cx.call1(&where_::WHERE, &[blind.into(), 0.0.into(), x.into()], &[]),
            None => Ok(x),
        }
    };
    let weights = cx.call1(&softmax::SOFTMAX, &[without(scores)?.into()], &[Attr::Int(-1), Attr::None])?;
    let mut weights = without(weights)?;
    if p > 0.0 {
        weights = cx.call1(&dropout::DROPOUT, &[weights.into()], &[Attr::Float(p), Attr::Bool(true)])?;
    }
    let y = cx.call1(&matmul::MATMUL, &[weights.into(), v.into()], &[])?;
    debug_assert!(y.ndim() >= 2);
    Ok::<_, Box<OpError>>(y)
}
