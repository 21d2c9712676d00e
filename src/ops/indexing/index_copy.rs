//! Writing places of a dimension, by a vector of indices.

use crate::ops::along::source;
use crate::ops::index::Item;
use crate::ops::placing::Places;
use crate::ops::rules::WHOLE;
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{X, dim, tensor};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static INDEX_COPY: Op = Op {
    name: "index_copy",
    symbol: None,
    params: &[X, dim("dim"), tensor("index"), tensor("source")],
    parts: &[],
    doc: "`x` with the places of `source` along a dimension written to those that a vector of indices names. Where an index repeats, the last one stays, and gets the gradient.",
    examples: &["index_copy([0, 0, 0], 0, [2, 0], [7, 8])  # i64[3] [8, 0, 7]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Ints(&[2], &[2, 0]), Uniform(&[2, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(1), Ints(&[3], &[3, 1, 0]), Strided(&[3, 3], -2.0, 2.0)]),
        sample(&[Strided(&[2, 3, 4], -2.0, 2.0), Int(-2), Ints(&[2], &[2, 0]), Uniform(&[2, 2, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[3, 4], -2.0, 2.0), Int(0), Ints(&[0], &[]), Uniform(&[0, 4], -2.0, 2.0)]),
        sample(&[Uniform(&[4], -2.0, 2.0), Int(0), Ints(&[1], &[2]), Uniform(&[], -2.0, 2.0)]),
        sample(&[Uniform(&[], -2.0, 2.0), Int(0), Ints(&[], &[0]), Uniform(&[1], -2.0, 2.0)]),
        kink(&[Ints(&[3], &[1, 2, 3]), Int(0), Ints(&[3], &[2, 1, 2]), Ints(&[3], &[7, 8, 9])]),
        kink(&[Uniform(&[3], -2.0, 2.0), Int(0), Ints(&[1], &[-1]), Uniform(&[1], -2.0, 2.0)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Int(0), Ints(&[1], &[0]), Uniform(&[1, 1], -2.0, 2.0)]),
        kink(&[Uniform(&[2, 3], -2.0, 2.0), Int(0), Ints(&[1], &[0]), Uniform(&[], -2.0, 2.0)]),
    ],
    proof: Proof::Torch("torch.index_copy(*args)"),
};

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    let places = Places::new(cx, "index_copy", &x, attrs.int(0), &args[1])?.from_the_start()?;
    let value = places.fit(cx, &source(cx, &x, &args[2], 3)?, &args[2])?;
    let Some(last) = places.last()? else { return Ok(Outputs::One(places.write(cx, &value, false)?)) };
    // What is overwritten is left out, so that it gets no gradient.
    let mut items = vec![WHOLE; places.at];
    items.push(Item::Tensor(last.clone()));
    let value = cx.index(&value, &items)?;
    Ok(Outputs::One(places.at_positions(cx, &last)?.write(cx, &value, false)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DType;
    use crate::ops::Attr;
    use crate::tape::backward::Recording;
    use crate::tensor::{Dims, Num, Tensor};

    #[test]
    fn what_is_overwritten_gets_no_gradient() {
        let cx = Cx::new();
        let floats = |v: &[f64]| Tensor::from_f64s(DType::F64, &[v.len()], v).expect("fits");
        let (x, source) = (cx.leaf(&floats(&[1.0, 2.0, 3.0])), cx.leaf(&floats(&[4.0, 5.0, 6.0])));
        let index = Tensor::from_nums(DType::I64, Dims::of(&[3]), [2, 0, 2].map(Num::Int)).expect("fits");
        let args = [(&x).into(), index.into(), (&source).into()];
        let y = cx.call1(&INDEX_COPY, &args, &[Attr::Int(0)]).expect("fits");
        assert_eq!(y.to_f64s().expect("fits"), [5.0, 2.0, 6.0]);
        let seeds = [(y, floats(&[1.0, 10.0, 100.0]))];
        let found = cx.grads(&seeds, &[x, source], Recording::Never).expect("fits");
        let numbers = |k: usize| found[k].as_ref().expect("is reached").to_f64s().expect("fits");
        assert_eq!((numbers(0), numbers(1)), (vec![0.0, 10.0, 0.0], vec![0.0, 1.0, 100.0]));
    }
}
