//! Classes as vectors with a one at their place.

use crate::device::DType;
use crate::ops::infer::{describe, too_many_dims};
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{Default, Param, ParamKind, X};
use crate::ops::{Attrs, Kind, Op, OpError, Operand, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::Tensor;

pub static ONE_HOT: Op = Op {
    name: "one_hot",
    symbol: None,
    params: &[X, Param::new("num_classes", ParamKind::Int).or(Default::Int(-1))],
    parts: &[],
    doc: "For each class a vector of `num_classes` zeros (by default as many as the largest class asks for) with a one at the place of the class. Of i64; a class has no gradient.",
    examples: &["one_hot([0, 2])  # i64[2, 3] [[1, 0, 0], [0, 0, 1]]", "one_hot(1, 3)  # i64[3] [0, 1, 0]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        kink(&[Ints(&[3], &[0, 2, 1])]),
        kink(&[Ints(&[2, 2], &[0, 2, 1, 1]), Int(5)]),
        kink(&[Ints(&[], &[1]), Int(3)]),
        kink(&[Ints(&[0], &[]), Int(3)]),
        kink(&[Ints(&[0], &[])]),
        kink(&[Ints(&[2], &[1, 2]), Int(2)]),
        kink(&[Ints(&[2], &[1, 2]), Int(-2)]),
        kink(&[Ints(&[1], &[-1]), Int(3)]),
        kink(&[Uniform(&[3], 0.0, 2.0)]),
        kink(&[Bools(&[1], &[true])]),
    ],
    proof: Proof::Torch("F.one_hot(*args)"),
};

fn run(_: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = args[0].to_tensor();
    if x.dtype() != DType::I64 {
        return Err(OpError::new("INDEX-04", format!("classes are i64, these are {}", x.dtype()))
            .at(0, describe(&args[0]))
            .help("convert them with .long()"));
    }
    let x = x.plain()?;
    let classes = x.slice::<i64>();
    let given = attrs.int(0);
    if classes.is_empty() && given <= 0 {
        return Err(OpError::new("VALUE-12", "of no classes it cannot be told how many there are")
            .at(0, describe(&args[0]))
            .help("say it: one_hot(x, num_classes: 10)"));
    }
    let count = if given == -1 { classes.iter().max().map_or(0, |&m| m.saturating_add(1)) } else { given };
    if let Some((k, &class)) = classes.iter().enumerate().find(|(_, c)| **c < 0 || **c >= count) {
        return Err(OpError::new("INDEX-01", format!("class {class} is out of bounds: there are {}", count.max(0)))
            .at(0, format!("its element {k} is {class}")));
    }
    let (mut dims, width) = (x.to_dims(), count as usize);
    if !dims.push(width) {
        return Err(too_many_dims(dims.len() + 1).at(0, describe(&args[0])));
    }
    let out = Tensor::build::<i64>(dims, |dst| {
        for (row, &class) in dst.chunks_exact_mut(width.max(1)).zip(classes) {
            row.fill(0);
            row[class as usize] = 1;
        }
    });
    Ok(Outputs::One(out?))
}
