//! Attention.

use crate::device::DType;
use crate::device::cpu::attention::{self, Attention, Wanted};
use crate::ops::dropout;
use crate::ops::infer::describe;
use crate::ops::layers::{self, bad, misfit, reshape};
use crate::ops::rules::sizes;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{
    Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result, add, all, eq, expand,
    matmul, max, mul, softmax, transpose, tril, unsqueeze, where_,
};
use crate::tape::{Cx, Saved};
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
    if mask.is_none() && p == 0.0 && lead(&q) == lead(&k) && lead(&q) == lead(&v) {
        let parts = cx.call(&ATTENTION, &[q.into(), k.into(), v.into()], &[Attr::Bool(causal), Attr::Float(scale)])?;
        return Ok(Outputs::One(parts.one()));
    }
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
    if t.causal {
        scores = seen_up_to_own(cx, scores)?;
    }
    if let Some(mask) = t.mask {
        scores = match mask.dtype() {
            DType::Bool => cx.call1(&where_::WHERE, &[mask.into(), scores.into(), f64::NEG_INFINITY.into()], &[])?,
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

/// Without a mask, of one batch: the result, and the logarithms of the sums of exponentials, which no rule leads back from.
static ATTENTION: Op = Op {
    name: "attention",
    symbol: None,
    params: &[tensor("query"), tensor("key"), tensor("value")],
    parts: &["values", "logs"],
    doc: "",
    examples: &[],
    kind: Kind::Whole { infer, run: compute, cuda: Cuda::ToCome },
    vjp: &[Grad::All(Needs::IN0.and(Needs::IN1).and(Needs::IN2).and(Needs::OUT).and(Needs::OUT1), gradient)],
    samples: &[],
    proof: Proof::Other("proved as scaled_dot_product_attention"),
};

fn infer(m: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    let (mut y, mut logs) = (m[0].dims, m[0].dims);
    let last = y.len() - 1;
    y[last] = m[2].dims[last];
    logs.remove(last);
    Ok(vec![Meta::new(m[0].dtype, y), Meta::new(m[0].dtype.compute(), logs)])
}

fn plan(q: &Tensor, k: &Tensor, v: &Tensor, attrs: &Attrs) -> Attention {
    let n = q.ndim();
    Attention {
        batch: q.dims()[..n - 2].iter().product(),
        queries: q.dims()[n - 2],
        keys: k.dims()[n - 2],
        length: q.dims()[n - 1],
        width: v.dims()[n - 1],
        causal: attrs.bool(0),
        scale: attrs.float(1),
    }
}

fn compute(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let out = infer(&[0, 1, 2].map(|k| Meta::of(&args[k])), attrs)?;
    let plan = plan(&args[0], &args[1], &args[2], attrs);
    let [q, k, v] = [0, 1, 2].map(|k| layers::wide(cx, &args[k]));
    let (q, k, v) = (q?, k?, v?);
    macro_rules! go {
        ($T:ty) => {{
            let mut y = Tensor::empty_dims(q.dtype(), out[0].dims)?;
            let mut logs = Tensor::empty_dims(q.dtype(), out[1].dims)?;
            let terms = (q.slice::<$T>(), k.slice::<$T>(), v.slice::<$T>());
            attention::forward(&plan, terms, y.elements_mut::<$T>(), logs.elements_mut::<$T>())
                .map_err(OpError::out_of_memory)?;
            vec![layers::narrow(cx, y, out[0].dtype)?, logs]
        }};
    }
    Ok(Outputs::Many(if q.dtype() == DType::F64 { go!(f64) } else { go!(f32) }))
}

fn gradient(cx: &Cx, s: &Saved, g: &Tensor) -> Vec<Option<Tensor>> {
    if cx.grad_enabled() {
        return formula(cx, s, g);
    }
    fused(cx, s, g).unwrap_or_else(|e| {
        cx.fail(e);
        Vec::new()
    })
}

fn fused(cx: &Cx, s: &Saved, g: &Tensor) -> Result<Vec<Option<Tensor>>> {
    let inputs = [0, 1, 2].map(|k| s.tensor(k));
    let plan = plan(&inputs[0], &inputs[1], &inputs[2], s.attrs());
    let wide = |t: &Tensor| layers::wide(cx, t);
    let (q, k, v) = (wide(&inputs[0])?, wide(&inputs[1])?, wide(&inputs[2])?);
    let (y, logs, g) = (wide(&s.out())?, s.out_at(1).plain()?, wide(g)?);
    macro_rules! go {
        ($T:ty) => {{
            let new = |k: usize| s.is_wanted(k).then(|| Tensor::empty_dims(q.dtype(), inputs[k].to_dims())).transpose();
            let (mut dq, mut dk, mut dv) = (new(0)?, new(1)?, new(2)?);
            let wanted = Wanted {
                q: dq.as_mut().map(|t| t.elements_mut::<$T>()),
                k: dk.as_mut().map(|t| t.elements_mut::<$T>()),
                v: dv.as_mut().map(|t| t.elements_mut::<$T>()),
            };
            let terms = (q.slice::<$T>(), k.slice::<$T>(), v.slice::<$T>());
            let results = (y.slice::<$T>(), logs.slice::<$T>(), g.slice::<$T>());
            attention::backward(&plan, terms, results, wanted).map_err(OpError::out_of_memory)?;
            vec![dq, dk, dv]
        }};
    }
    let all = if q.dtype() == DType::F64 { go!(f64) } else { go!(f32) };
    all.into_iter().map(|t| t.map(|t| layers::narrow(cx, t, inputs[0].dtype())).transpose()).collect()
}

/// The gradients as recorded operations.
fn formula(cx: &Cx, s: &Saved, g: &Tensor) -> Vec<Option<Tensor>> {
    let inputs = [0, 1, 2].map(|k| s.tensor(k));
    let wide = |t: &Tensor| cx.infallible(cx.cast(t, t.dtype().compute()));
    let [q, k, v] = [0, 1, 2].map(|i| wide(&inputs[i]));
    let (g, scale) = (wide(g), s.attrs().float(1));
    let flip = |t: &Tensor| cx.transpose(t, -2, -1);
    if k.numel() == 0 || q.numel() == 0 {
        return inputs.iter().map(|t| Some(cx.zeros_like(t))).collect();
    }
    let mut scores = cx.mul(cx.matmul(&q, &flip(&k)), scale);
    if s.attrs().bool(0) {
        scores = cx.infallible(seen_up_to_own(cx, scores));
    }
    let weights = cx.run(&softmax::SOFTMAX, &[scores.into()], &[Attr::Int(-1), Attr::None]);
    let slope = cx.matmul(&g, &flip(&v));
    let slope = cx.mul(&weights, cx.sub(&slope, cx.sum_dims(&cx.mul(&slope, &weights), &[-1], true)));
    let slope = cx.mul(slope, scale);
    let wanted = |k: usize, f: &dyn Fn() -> Tensor| s.is_wanted(k).then(f);
    vec![
        wanted(0, &|| cx.matmul(&slope, &k)),
        wanted(1, &|| cx.matmul(&flip(&slope), &q)),
        wanted(2, &|| cx.matmul(&flip(&weights), &g)),
    ]
}

/// Products of which query `i` keeps those with keys up to `i`.
fn seen_up_to_own(cx: &Cx, scores: Tensor) -> Result<Tensor> {
    let dims = Dims::of(&scores.dims()[scores.ndim() - 2..]);
    let seen = Tensor::full(DType::Bool, dims, Num::Bool(true))?;
    let seen = cx.call1(&tril::TRIL, &[seen.into()], &[Attr::Int(0)])?;
    cx.call1(&where_::WHERE, &[seen.into(), scores.into(), f64::NEG_INFINITY.into()], &[])
}
