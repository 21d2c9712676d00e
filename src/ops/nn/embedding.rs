//! Rows of a table.

use crate::device::DType;
use crate::device::cpu::index::{add_rows, take_rows};
use crate::ops::infer::describe;
use crate::ops::layers::{bad, misfit};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::{Attr, Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Operand, Outputs, Proof, Result, for_dtype};
use crate::tape::{Cx, Saved};
use crate::tensor::{Dims, Num, Tensor};

pub static EMBEDDING: Op = Op {
    name: "embedding",
    symbol: None,
    params: &[tensor("input"), tensor("weight"), Param::new("padding_idx", ParamKind::Int).or(Default::None)],
    parts: &[],
    doc: "The rows of the table `weight` that the i64s of `input` number, in a new last dimension. The row `padding_idx` gets no gradient; negative counts from the end.",
    examples: &["embedding([2, 0], [[0.0, 0.1], [1.0, 1.1], [2.0, 2.1]])  # f32[2, 2] [[2.0, 2.1], [0.0, 0.1]]"],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Ints(&[4], &[2, 0, 2, 1]), Uniform(&[3, 4], -2.0, 2.0)]),
        sample(&[Ints(&[2, 2], &[0, 4, 4, 4]), Strided(&[5, 3], -2.0, 2.0)]),
        sample(&[Ints(&[], &[1]), Uniform(&[3, 2], -2.0, 2.0)]),
        sample(&[Ints(&[0], &[]), Uniform(&[3, 2], -2.0, 2.0)]),
        kink(&[Ints(&[4], &[2, 0, 2, 1]), Uniform(&[3, 4], -2.0, 2.0), Int(2)]),
        kink(&[Ints(&[4], &[2, 0, 2, 1]), Uniform(&[3, 4], -2.0, 2.0), Int(-3)]),
        kink(&[Ints(&[1], &[3]), Uniform(&[3, 4], -2.0, 2.0)]),
        kink(&[Ints(&[1], &[-1]), Uniform(&[3, 4], -2.0, 2.0)]),
        kink(&[Ints(&[1], &[1]), Uniform(&[3, 4], -2.0, 2.0), Int(3)]),
        kink(&[Ints(&[1], &[1]), Uniform(&[3], -2.0, 2.0)]),
        kink(&[Ints(&[1], &[1]), Floats(&[2, 2], &[f64::NAN, 1.0, f64::INFINITY, -0.0])]),
    ],
    proof: Proof::Torch("F.embedding(*args)"),
};

/// The table's rows, zeros for the row that the second attribute names; the first is the row without gradient.
static ROWS: Op = Op {
    kind: Kind::Whole { infer: infer_rows, run: run_rows, cuda: Cuda::ToCome },
    vjp: &[
        Grad::Into(Needs::IN1.and(Needs::SHAPES), |cx, s, g, acc| {
            let (index, skip) = (s.tensor(1), s.attrs().get(0).clone());
            if !cx.grad_enabled() {
                return cx.infallible(summed(g, &index, &s.shape(0), s.attrs().opt_int(0), acc));
            }
            let dims = s.shape(0);
            let sizes = crate::ops::rules::sizes(&dims);
            let own = cx.run(&TABLE, &[g.into(), index.into()], &[skip, sizes]);
            match acc {
                Some(acc) => cx.accumulate(acc, own),
                None => own,
            }
        }),
        Grad::None("an index has no gradient"),
    ],
    ..part("embedding")
};

/// The adjoint: rows added up to a table whose sizes are the second attribute, but for the row of the first.
static TABLE: Op = Op {
    kind: Kind::Whole { infer: infer_table, run: run_table, cuda: Cuda::ToCome },
    vjp: &[Grad::Rule(Needs::IN1, back_to_rows), Grad::None("an index has no gradient")],
    ..part("embedding_backward")
};

const OPERANDS: &[Param] = &[tensor("weight"), tensor("input")];

const fn part(name: &'static str) -> Op {
    Op {
        name,
        symbol: None,
        params: OPERANDS,
        parts: &[],
        doc: "",
        examples: &[],
        kind: Kind::Composite(|_, _, _| Err(OpError::new("LIMIT-00", "nothing to run"))),
        vjp: &[],
        samples: &[],
        proof: Proof::Other("proved as embedding"),
    }
}

fn back_to_rows(cx: &Cx, s: &Saved, g: &Tensor) -> Tensor {
    let skip = s.attrs().get(0).clone();
    cx.run(&ROWS, &[g.into(), s.input(1)], &[skip.clone(), skip])
}

fn infer_rows(m: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    let mut dims = m[1].dims;
    if !dims.push(m[0].dims[1]) {
        return Err(crate::ops::infer::too_many_dims(dims.len() + 1).at(0, format!("{}", m[1])));
    }
    Ok(vec![Meta::new(m[0].dtype, dims)])
}

fn infer_table(m: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let list = attrs.ints(1);
    Ok(vec![Meta::new(m[0].dtype, Dims::of(&[list[0] as usize, list[1] as usize]))])
}

fn run_rows(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let (table, index) = (args[0].plain()?, args[1].plain()?);
    let out = infer_rows(&[Meta::of(&table), Meta::of(&index)], attrs)?[0];
    let width = table.dims()[1];
    Ok(Outputs::One(for_dtype!(table.dtype(), T => Tensor::build::<T>(out.dims, |dst| {
        take_rows(width, table.slice::<T>(), index.slice(), attrs.opt_int(1), dst)
    }))?))
}

fn run_table(_: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let out = infer_table(&[Meta::of(&args[0])], attrs)?[0];
    Ok(Outputs::One(summed(&args[0], &args[1], &out.dims, attrs.opt_int(0), None)?))
}

/// Rows added up to a table, or to what is there already.
fn summed(g: &Tensor, index: &Tensor, dims: &Dims, skip: Option<i64>, acc: Option<Tensor>) -> Result<Tensor> {
    let (g, index) = (g.plain()?, index.plain()?);
    let mut table = match acc {
        Some(t) => t,
        None => Tensor::full(g.dtype(), *dims, Num::Int(0))?,
    };
    for_dtype!(g.dtype(), T => table.change::<T>(|table| add_rows(dims[1], table, index.slice(), skip, g.slice::<T>())))?;
    Ok(table)
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let (index, table) = (args[0].to_tensor(), args[1].to_tensor());
    if index.dtype() != DType::I64 {
        return Err(OpError::new("INDEX-04", format!("rows are numbered by i64, these are {}", index.dtype()))
            .at(0, describe(&args[0]))
            .help("convert them with .long(); the table is the second argument"));
    }
    if table.ndim() != 2 {
        return Err(misfit("a table has two dimensions: rows, and the places of one").at(1, describe(&args[1])));
    }
    let rows = table.dims()[0] as i64;
    let skip = match attrs.opt_int(0) {
        None => Attr::None,
        Some(k) if (-rows..rows).contains(&k) => Attr::Int(if k < 0 { k + rows } else { k }),
        Some(k) => return Err(bad(2, k, format!("padding_idx {k} is no row of {rows}")).at(1, describe(&args[1]))),
    };
    let plain = index.plain()?;
    let outside = |&(_, &k): &(usize, &i64)| !(0..rows).contains(&k);
    let all = plain.slice::<i64>();
    if !all.iter().fold(true, |fits, k| fits & (0..rows).contains(k))
        && let Some((at, k)) = all.iter().enumerate().find(outside)
    {
        return Err(OpError::new("INDEX-01", format!("index {k} is out of bounds: the table has {rows} rows"))
            .at(0, format!("its element {at} is {k}"))
            .at(1, describe(&args[1])));
    }
    Ok(Outputs::One(cx.call1(&ROWS, &[table.into(), index.into()], &[skip, Attr::None])?))
}
