//! Each number once.

use crate::device::cpu::sort::Sortable;
use crate::ops::index::Item;
use crate::ops::infer::describe;
use crate::ops::joining::{real_dim, reshaped};
use crate::ops::permute::permuted;
use crate::ops::rules::WHOLE;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result, for_dtype, sorting};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

pub static UNIQUE: Op = Op {
    name: "unique",
    symbol: None,
    params: &[
        X,
        Param::new("sorted", ParamKind::Bool).or(Default::Bool(true)),
        Param::new("return_inverse", ParamKind::Bool).or(Default::Bool(false)),
        Param::new("return_counts", ParamKind::Bool).or(Default::Bool(false)),
        Param::new("dim", ParamKind::Dim).or(Default::None),
    ],
    parts: &[],
    doc: "Each element once, in order (always, whatever `sorted` says), or with `dim` each slice along it. With `return_inverse` and `return_counts` a tuple, in this order, with where each element stands in the result, and how often each of the result occurs. Each NaN stands for itself. The first of equal ones gets the gradient.",
    examples: &[
        "unique([3, 1, 2, 1])  # i64[3] [1, 2, 3]",
        "unique([3, 1, 3], return_counts: true)  # (i64[2] [1, 3], i64[2] [1, 2])",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[7], -2.0, 2.0)]),
        sample(&[Strided(&[3, 4], -2.0, 2.0), Bool(true), Bool(true), Bool(true)]),
        sample(&[Uniform(&[], -2.0, 2.0), Bool(true), Bool(true), Bool(true)]),
        sample(&[Uniform(&[3, 2], -2.0, 2.0), Bool(true), Bool(true), Bool(true), Int(0)]),
        sample(&[Strided(&[2, 3, 2], -2.0, 2.0), Bool(true), Bool(false), Bool(true), Int(-2)]),
        kink(&[Uniform(&[0], -2.0, 2.0), Bool(true), Bool(true), Bool(true)]),
        kink(&[Floats(&[5], &[3.0, 1.0, 3.0, -0.0, 0.0]), Bool(true), Bool(true), Bool(true)]),
        kink(&[Floats(&[4], &[f64::NAN, 1.0, f64::NAN, f64::INFINITY]), Bool(true), Bool(true), Bool(true)]),
        kink(&[Ints(&[2, 3], &[3, 1, 3, 2, 1, 1])]),
        kink(&[Ints(&[2, 3], &[3, 1, 3, 2, 1, 1]), Bool(false)]),
        kink(&[Ints(&[3, 2], &[3, 1, 2, 5, 3, 1]), Bool(true), Bool(true), Bool(true), Int(0)]),
        kink(&[Ints(&[2, 3], &[3, 1, 3, 2, 5, 2]), Bool(true), Bool(true), Bool(true), Int(1)]),
        kink(&[Bools(&[3], &[true, false, true]), Bool(true), Bool(false), Bool(true)]),
        kink(&[Uniform(&[0, 3], -2.0, 2.0), Bool(true), Bool(true), Bool(true), Int(0)]),
        kink(&[Uniform(&[3, 0], -2.0, 2.0), Bool(true), Bool(false), Bool(false), Int(0)]),
        kink(&[Uniform(&[], -2.0, 2.0), Bool(true), Bool(false), Bool(false), Int(0)]),
    ],
    proof: Proof::Torch(
        "torch.unique(args[0].detach(), len(args) < 2 or args[1], len(args) > 2 and args[2], len(args) > 3 and args[3], args[4] if len(args) > 4 else None)",
    ),
};

/// Where equal ones lie.
struct Groups {
    /// The first of each, in order.
    first: Tensor,
    /// For each of all, its group.
    inverse: Tensor,
    counts: Tensor,
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let (values, groups) = match attrs.opt_int(3) {
        None => {
            let flat = reshaped(cx, &x, &[x.numel()])?;
            let groups = for_dtype!(x.dtype(), T => numbers::<T>(&flat.detach()))?;
            let values = cx.index(&flat, &[Item::Tensor(groups.first.clone())])?;
            let inverse = reshaped(cx, &groups.inverse, x.dims())?;
            (values, Groups { inverse, ..groups })
        }
        Some(dim) => {
            let at = real_dim(&x, dim, 4)?;
            let n = x.dims()[at];
            if x.numel() == 0 && n > 0 {
                return Err(OpError::new("VALUE-13", "slices of no elements are all the same")
                    .at(0, describe(&args[0]))
                    .at(4, "another dim has size 0"));
            }
            let order: Vec<usize> = std::iter::once(at).chain((0..x.ndim()).filter(|&d| d != at)).collect();
            let slices = permuted(&x.detach(), &order)?.plain()?;
            let groups = for_dtype!(x.dtype(), T => slices_of::<T>(slices.slice(), n))?;
            let mut items = vec![WHOLE; at];
            items.push(Item::Tensor(groups.first.clone()));
            (cx.index(&x, &items)?, groups)
        }
    };
    if !attrs.bool(1) && !attrs.bool(2) {
        return Ok(Outputs::One(values));
    }
    let mut all = vec![values];
    all.extend(attrs.bool(1).then_some(groups.inverse));
    all.extend(attrs.bool(2).then_some(groups.counts));
    Ok(Outputs::Many(all))
}

fn numbers<T: crate::tensor::Element + Sortable>(flat: &Tensor) -> Result<Groups> {
    let parts = sorting::sorted(flat, 0, false, true)?;
    let (values, places) = (parts[0].plain()?, parts[1].plain()?);
    let values = values.slice::<T>();
    groups(places.slice(), |_, k| values[k] != values[k - 1])
}

/// Groups of the `n` slices that lie one after another in `x`.
fn slices_of<T: Sortable>(x: &[T], n: usize) -> Result<Groups> {
    let size = x.len() / n.max(1);
    let slice = |i: usize| &x[i * size..][..size];
    let mut order: Vec<i64> = (0..n as i64).collect();
    order.sort_by(|&a, &b| {
        let key = |i: i64| slice(i as usize).iter().map(|x| x.key());
        key(a).cmp(key(b))
    });
    groups(&order, |order, k| slice(order[k] as usize) != slice(order[k - 1] as usize))
}

/// Groups from the places in order, and whether the `k`-th differs from the one before it.
fn groups(order: &[i64], differs: impl Fn(&[i64], usize) -> bool) -> Result<Groups> {
    let n = order.len();
    let starts = |k: usize| k == 0 || differs(order, k);
    let count = (0..n).filter(|&k| starts(k)).count();
    let (first, counts) = Tensor::build_pair::<i64, i64>(Dims::of(&[count]), |first, counts| {
        let mut group = 0;
        for (k, &place) in order.iter().enumerate() {
            if starts(k) {
                (first[group], counts[group]) = (place, 0);
                group += 1;
            }
            counts[group - 1] += 1;
        }
    })?;
    let inverse = Tensor::build::<i64>(Dims::of(&[n]), |inverse| {
        let mut group = -1;
        for (k, &place) in order.iter().enumerate() {
            group += starts(k) as i64;
            inverse[place as usize] = group;
        }
    })?;
    Ok(Groups { first, inverse, counts })
}
