//! Sums, products, means and extremes at the places that an index tensor names.

use crate::device::DType;
use crate::ops::along::{self, Write};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X, dim, tensor};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, scatter};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Num, Tensor};

pub static SCATTER_REDUCE: Op = Op {
    name: "scatter_reduce",
    symbol: None,
    params: &[
        X,
        dim("dim"),
        tensor("index"),
        tensor("src"),
        Param::new("reduce", ParamKind::Str),
        Param::new("include_self", ParamKind::Bool).or(Default::Bool(true)),
    ],
    parts: &[],
    doc: "`x` where at each place the elements of `src` that `index` sends there, as in `scatter`, are joined: `reduce` is \"sum\", \"prod\", \"mean\", \"amax\" or \"amin\". What `x` has there counts too, unless `include_self` is false. Equal extremes share the gradient.",
    examples: &[
        "scatter_reduce([1.0, 2.0], 0, [0, 0], [5.0, 9.0], \"mean\")  # f32[2] [5.0, 2.0]",
        "scatter_reduce([1, 2], 0, [0, 0], [5, 9], \"sum\", include_self: false)  # i64[2] [14, 2]",
    ],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Rule(ALL, |cx, s, g| to_both(cx, s, g, 0)),
        Grad::None("an index has no gradient"),
        Grad::Rule(ALL, |cx, s, g| to_both(cx, s, g, 2)),
    ],
    samples: &[
        sample(&[X34, Int(1), I32, S32, Str("sum")]),
        sample(&[X34, Int(1), I32, S32, Str("prod")]),
        sample(&[X34, Int(1), I32, S32, Str("amax")]),
        sample(&[X34, Int(1), I32, S32, Str("amin"), Bool(false)]),
        sample(&[X34, Int(1), I32, S32, Str("mean")]),
        sample(&[X34, Int(1), I32, S32, Str("mean"), Bool(false)]),
        sample(&[X34, Int(1), I32, S32, Str("sum"), Bool(false)]),
        sample(&[X34, Int(1), I32, S32, Str("prod"), Bool(false)]),
        sample(&[X34, Int(1), I32, S32, Str("amax"), Bool(false)]),
        sample(&[
            Strided(&[3, 4], -2.0, 2.0),
            Int(-2),
            Ints(&[4, 2], &[0, 2, 1, 1, 2, 0, 0, 1]),
            Strided(&[4, 2], -2.0, 2.0),
            Str("prod"),
        ]),
        sample(&[
            Uniform(&[3], -2.0, 2.0),
            Int(0),
            Ints(&[0], &[]),
            Uniform(&[0], -2.0, 2.0),
            Str("mean"),
            Bool(false),
        ]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0), Ints(&[], &[0]), Uniform(&[], -2.0, 2.0), Str("prod")]),
        sample(&[
            Floats(&[2], &[1.5, 0.0]),
            Int(0),
            Ints(&[3], &[0, 0, 1]),
            Floats(&[3], &[0.0, 2.5, 3.5]),
            Str("prod"),
        ]),
        kink(&[
            Floats(&[2], &[3.0, 1.0]),
            Int(0),
            Ints(&[3], &[0, 0, 1]),
            Floats(&[3], &[3.0, 2.0, f64::NAN]),
            Str("amax"),
        ]),
        kink(&[
            Floats(&[2], &[3.0, 1.0]),
            Int(0),
            Ints(&[3], &[0, 0, 0]),
            Floats(&[3], &[-1.0, -1.0, 2.0]),
            Str("amin"),
        ]),
        kink(&[Ints(&[3], &[-2, 2, 3]), Int(0), Ints(&[2], &[0, 2]), Ints(&[2], &[-1, 5]), Str("mean")]),
        kink(&[Ints(&[3], &[-2, 2, 3]), Int(0), Ints(&[2], &[0, 2]), Ints(&[2], &[-1, 5]), Str("amin"), Bool(false)]),
        kink(&[Bools(&[2], &[true, false]), Int(0), Ints(&[2], &[0, 1]), Bools(&[2], &[false, true]), Str("sum")]),
        kink(&[Bools(&[2], &[true, false]), Int(0), Ints(&[2], &[0, 1]), Bools(&[2], &[false, true]), Str("prod")]),
        kink(&[Uniform(&[2], -2.0, 2.0), Int(0), Ints(&[1], &[2]), Uniform(&[1], -2.0, 2.0), Str("sum")]),
    ],
    proof: Proof::Torch("torch.scatter_reduce(*args[:5], include_self=args[5] if len(args) > 5 else True)"),
};

const X34: crate::ops::sample::Value = Uniform(&[3, 4], -2.0, 2.0);
const I32: crate::ops::sample::Value = Ints(&[3, 3], &[0, 3, 0, 1, 1, 1, 2, 0, 3]);
const S32: crate::ops::sample::Value = Uniform(&[3, 3], -2.0, 2.0);
const ALL: Needs = Needs::IN0.and(Needs::IN1).and(Needs::IN2).and(Needs::OUT).and(Needs::SHAPES);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reduce {
    Sum,
    Prod,
    Mean,
    Amax,
    Amin,
}

fn mode(attrs: &Attrs) -> Result<Reduce> {
    Ok(match attrs.str(1).unwrap_or_default() {
        "sum" => Reduce::Sum,
        "prod" => Reduce::Prod,
        "mean" => Reduce::Mean,
        "amax" => Reduce::Amax,
        "amin" => Reduce::Amin,
        other => {
            return Err(OpError::new("VALUE-12", format!("scatter_reduce has no reduction \"{other}\""))
                .at(4, format!("\"{other}\""))
                .help("they are \"sum\", \"prod\", \"mean\", \"amax\" and \"amin\""));
        }
    })
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    mode(attrs)?;
    along::check(&metas[0], attrs.int(0), &metas[1])?;
    Ok(vec![metas[0]])
}

/// What joins with anything to give the other: 0, 1, or the end of the dtype's range.
fn neutral(mode: Reduce, dtype: DType) -> Num {
    let lowest = mode == Reduce::Amax;
    match (mode, dtype) {
        (Reduce::Sum | Reduce::Mean, _) => Num::Int(0),
        (Reduce::Prod, _) => Num::Int(1),
        (_, DType::Bool) => Num::Bool(!lowest),
        (_, DType::I64) => Num::Int(if lowest { i64::MIN } else { i64::MAX }),
        _ => Num::Float(if lowest { f64::NEG_INFINITY } else { f64::INFINITY }),
    }
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let (mode, dim, index) = (mode(attrs)?, attrs.int(0), &args[1]);
    let dtype = args[0].dtype();
    if mode == Reduce::Mean && dtype == DType::Bool {
        return Err(
            OpError::new("TYPE-10", "bools have no mean").at(0, crate::ops::infer::describe(&(&args[0]).into()))
        );
    }
    cx.without_grad(|| {
        let src = along::source(cx, &args[0], &(&args[2]).into(), 3)?;
        // Halves are joined in f32.
        let (wide, src) = (cx.cast(&args[0], dtype.compute())?, cx.cast(&src, dtype.compute())?);
        let mut x = wide.detach();
        if !attrs.bool(2) {
            let start = Tensor::scalar(x.dtype(), neutral(mode, x.dtype()));
            x = along::scatter(x, dim, index, &start, Write::Put)?;
        }
        let out = match mode {
            Reduce::Sum | Reduce::Mean => along::scatter(x, dim, index, &src, Write::Add)?,
            Reduce::Prod => along::scatter(x, dim, index, &src, Write::Multiply)?,
            Reduce::Amax => along::scatter(x, dim, index, &src, Write::Largest)?,
            Reduce::Amin => along::scatter(x, dim, index, &src, Write::Smallest)?,
        };
        let out = if mode == Reduce::Mean {
            let n = counts(cx, &out, dim, index, attrs.bool(2))?;
            let divide = if dtype.is_float() { &crate::ops::div::DIV } else { &crate::ops::floor_div::FLOOR_DIV };
            cx.binary_tt(divide, &out, &n)?
        } else {
            out
        };
        Ok(Outputs::One(cx.cast(&out, dtype)?))
    })
}

/// How many numbers meet at each place; 1 where there are none.
fn counts(cx: &Cx, x: &Tensor, dim: i64, index: &Tensor, with_self: bool) -> Result<Tensor> {
    let start = Tensor::full(x.dtype(), x.to_dims(), Num::Int(with_self as i64))?;
    let one = Tensor::scalar(x.dtype(), Num::Int(1));
    let n = along::scatter(start, dim, index, &one, Write::Add)?;
    Ok(if with_self { n } else { cx.maximum(&n, 1.0) })
}

/// The gradient of `x` (`which` 0) or of the source.
fn to_both(cx: &Cx, s: &Saved, g: &Tensor, which: usize) -> Tensor {
    let (index, with_self) = (s.tensor(1), s.attrs().bool(2));
    let dims = s.shape(0);
    let dim = along::dim_of(s, dims.len());
    let mode = match mode(s.attrs()) {
        Ok(m) => m,
        Err(_) => unreachable!("checked when it ran"),
    };
    let g = match mode {
        Reduce::Mean => {
            let n = cx.without_grad(|| cx.infallible(counts(cx, g, dim as i64, &index, with_self)));
            &cx.div(g, &n)
        }
        Reduce::Amax | Reduce::Amin => {
            let hits = |t: &Tensor, y: &Tensor| cx.without_grad(|| cx.infallible(cx.cast(&cx.eq(t, y), g.dtype())));
            let (x, out) = (s.tensor(0), s.out());
            let mut own = hits(&x, &out);
            if !with_self {
                own = overwritten(cx, &own, dim, &index);
            }
            let theirs = hits(&covered(cx, s, &index), &cx.gather(&out, dim, &index));
            let n = cx.without_grad(|| cx.scatter_add(own.clone(), dim, &index, &theirs));
            let shared = cx.div(g, &n);
            return match which {
                0 => cx.mul(&shared, &own),
                _ => widen(cx, s, cx.mul(cx.gather(&shared, dim, &index), theirs)),
            };
        }
        Reduce::Prod => {
            let (x, src) = (s.tensor(0), covered(cx, s, &index));
            let zero = |t: &Tensor| {
                let any = cx.run(&crate::ops::any::ANY, &[cx.eq(t, 0.0).into()], &[]);
                any.num_at(0).is_ok_and(Num::to_bool)
            };
            if cx.without_grad(|| zero(&x) || zero(&src)) {
                return through_rows(cx, s, g, &x, &src, which);
            }
            let whole = cx.mul(g, s.out());
            return match which {
                0 if with_self => cx.div(&whole, x),
                0 => overwritten(cx, &cx.div(&whole, x), dim, &index),
                _ => widen(cx, s, cx.div(cx.gather(&whole, dim, &index), src)),
            };
        }
        Reduce::Sum => g,
    };
    match which {
        0 if with_self => g.clone(),
        0 => overwritten(cx, g, dim, &index),
        _ => widen(cx, s, cx.gather(g, dim, &index)),
    }
}

/// The source that the index covers, in `x`'s dtype.
fn covered(cx: &Cx, s: &Saved, index: &Tensor) -> Tensor {
    let mut src = cx.infallible(cx.cast(&s.tensor(2), s.dtype(0)));
    if src.ndim() == 0 {
        return cx.expand(&src, index.dims());
    }
    for (d, &n) in index.dims().iter().enumerate() {
        if n < src.dims()[d] {
            src = cx.narrow(&src, d, 0, n);
        }
    }
    src
}

fn widen(cx: &Cx, s: &Saved, g: Tensor) -> Tensor {
    let dims = s.shape(2);
    let g = if dims.is_empty() { cx.sum_all(&g) } else { g };
    along::widen(cx, g, &dims)
}

/// Zeros at the places of the index.
fn overwritten(cx: &Cx, g: &Tensor, dim: usize, index: &Tensor) -> Tensor {
    cx.run(&scatter::SCATTER, &[g.into(), index.into(), 0.0.into()], &[Attr::Int(dim as i64)])
}

/// The gradient of products with zeros among their factors: the factors of each place as a row, filled up with ones,
/// of which the product of the others can be had without dividing.
fn through_rows(cx: &Cx, s: &Saved, g: &Tensor, x: &Tensor, src: &Tensor, which: usize) -> Tensor {
    let (index, with_self) = (s.tensor(1), s.attrs().bool(2));
    let dims = x.to_dims();
    let (n, dim) = (x.numel(), along::dim_of(s, dims.len()));
    let made = index.plain().and_then(|index| rows(&dims, dim, &index));
    let (places, columns, width) = match made {
        Ok(found) => found,
        Err(e) => return cx.infallible(Err(e)),
    };
    let vector = |list: Vec<i64>| {
        let dims = Dims::of(&[list.len()]);
        cx.infallible(Tensor::from_nums(DType::I64, dims, list.into_iter().map(Num::Int)))
    };
    let theirs = vector(places.iter().zip(&columns).map(|(&p, &c)| p * width as i64 + c).collect());
    let reached: std::collections::HashSet<i64> = places.into_iter().collect();
    let counts = |p: &i64| with_self || !reached.contains(p);
    let kept: Vec<i64> = (0..n as i64).filter(counts).collect();
    let own = vector(kept.iter().map(|p| p * width as i64).collect());
    let kept = vector(kept);
    let put = |into: Tensor, at: &Tensor, values: &Tensor| {
        cx.run(&scatter::SCATTER, &[into.into(), at.into(), values.into()], &[Attr::Int(0)])
    };
    let ones = cx.infallible(Tensor::full(x.dtype(), Dims::of(&[n.saturating_mul(width)]), Num::Int(1)));
    let flat = cx.gather(&cx.reshape(x, &[n]), 0, &kept);
    let all = put(put(ones, &own, &flat), &theirs, &cx.reshape(src, &[src.numel()]));
    let others = crate::ops::prod::products_of_others(cx, &cx.reshape(&all, &[n, width]));
    let shares = cx.reshape(&cx.mul(cx.reshape(g, &[n, 1]), others), &[n * width]);
    if which == 0 {
        let zeros = cx.zeros(g.dtype(), &Dims::of(&[n]));
        return cx.reshape(&put(zeros, &kept, &cx.gather(&shares, 0, &own)), &dims);
    }
    widen(cx, s, cx.reshape(&cx.gather(&shares, 0, &theirs), index.dims()))
}

/// For each element of the index the place it means, in row-major order, and how many before it (with `x`'s own) mean
/// the same; and the longest such row.
fn rows(dims: &Dims, dim: usize, index: &Tensor) -> Result<(Vec<i64>, Vec<i64>, usize)> {
    let strides = dims.strides();
    let n = dims.numel().unwrap_or(0);
    let mut met = vec![0i64; n];
    let (mut places, mut columns) = (Vec::with_capacity(index.numel()), Vec::with_capacity(index.numel()));
    for (k, &i) in index.slice::<i64>().iter().enumerate() {
        let (mut left, mut place) = (k, 0);
        for d in (0..index.ndim()).rev() {
            let own = left % index.dims()[d];
            left /= index.dims()[d];
            place += if d == dim { i as usize } else { own } * strides[d] as usize;
        }
        met[place] += 1;
        places.push(place as i64);
        columns.push(met[place]);
    }
    let width = met.iter().max().copied().unwrap_or(0) as usize + 1;
    Ok((places, columns, width))
}
