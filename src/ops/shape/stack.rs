//! Tensors side by side, along a dimension of their own.

use crate::device::DType;
use crate::ops::infer::{resolve_dim, too_many_dims};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, dim};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Needs, Op, OpError, Outputs, Proof, Result, along};
use crate::tape::Cx;
use crate::tensor::Tensor;

/// Also what a literal with tensors in it becomes.
pub static STACK: Op = Op {
    name: "stack",
    symbol: None,
    params: &[Param::new("tensors", ParamKind::Tensors), dim("dim").or(Default::Int(0))],
    parts: &[],
    doc: "Tensors of one shape side by side, along a new dimension.",
    examples: &[
        "stack(([1, 2], [3, 4]))  # i64[2, 2] [[1, 2], [3, 4]]",
        "stack(([1, 2], [3, 4]), dim: 1)  # i64[2, 2] [[1, 3], [2, 4]]",
    ],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::Each(Needs::NOTHING, |cx, s, g, k| cx.pick(g, along::dim_of(s, g.ndim()), k))],
    samples: &[
        sample(&[Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2, 3], -2.0, 2.0), Strided(&[2, 3], -2.0, 2.0)]), Int(1)]),
        sample(&[Many(&[Uniform(&[2, 3], -2.0, 2.0), Strided(&[2, 3], -2.0, 2.0)]), Int(-1)]),
        sample(&[Many(&[Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0), Uniform(&[], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[2], -2.0, 2.0)])]),
        sample(&[Many(&[Uniform(&[0, 2], -2.0, 2.0), Uniform(&[0, 2], -2.0, 2.0)]), Int(-1)]),
        sample(&[Many(&[Strided(&[60, 50], -2.0, 2.0), Uniform(&[60, 50], -2.0, 2.0)]), Int(1)]),
        kink(&[Many(&[Ints(&[2], &[1, 2]), Uniform(&[2], -2.0, 2.0), Bools(&[2], &[true, false])])]),
    ],
    proof: Proof::Torch("torch.stack(*args)"),
};

fn plan(metas: &[Meta], dim: i64) -> Result<(Meta, usize)> {
    let Some(first) = metas.first() else {
        return Err(OpError::new("VALUE-12", "stack needs at least one tensor").at(0, "there is none"));
    };
    let at = resolve_dim(dim, first.dims.len() + 1, 1)?;
    if let Some((k, other)) = metas.iter().enumerate().find(|(_, m)| m.dims != first.dims) {
        return Err(OpError::new(
            "SHAPE-12",
            format!(
                "part {k} has shape {}, the first {}: only tensors of one shape can be stacked",
                other.dims, first.dims
            ),
        )
        .at(0, format!("part {k}: {other}")));
    }
    let mut dims = first.dims;
    if !dims.insert(at, metas.len()) {
        return Err(too_many_dims(dims.len() + 1).at(0, format!("{first} each")));
    }
    let dtype = metas.iter().fold(DType::Bool, |d, m| d.promote(m.dtype));
    Ok((Meta::new(dtype, dims), at))
}

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![plan(metas, attrs.int(0))?.0])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let metas: Vec<Meta> = args.iter().map(Meta::of).collect();
    let (meta, at) = plan(&metas, attrs.int(0))?;
    if args.iter().all(|t| t.dtype() == meta.dtype) {
        return Ok(Outputs::One(Tensor::join(meta.dtype, meta.dims, at, args)?));
    }
    let parts = cx.without_grad(|| args.iter().map(|t| cx.cast(t, meta.dtype)).collect::<Result<Vec<Tensor>>>())?;
    Ok(Outputs::One(Tensor::join(meta.dtype, meta.dims, at, &parts)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::{Attr, Operand};
    use crate::tape::BackwardOptions;
    use crate::tape::Param;

    /// What a literal of tensors and numbers does.
    #[test]
    fn numbers_stand_among_tensors_in_their_dtype() {
        let cx = Cx::new();
        let x = Tensor::from_f64s(DType::F64, &[], &[0.5]).expect("fits");
        let parts: [Operand; 3] = [x.into(), 0.1.into(), 3i64.into()];
        let t = cx.call1(&STACK, &parts, &[Attr::Int(0)]).expect("of one shape");
        assert_eq!((t.dtype(), t.to_f64s().expect("there")), (DType::F64, vec![0.5, 0.1, 3.0]));
        let ints = [Operand::from(1i64), 2i64.into()];
        assert_eq!(cx.call1(&STACK, &ints, &[Attr::Int(0)]).expect("of one shape").dtype(), DType::I64);
        let mixed = [Operand::from(Tensor::from_i64s(&[], &[1]).expect("fits")), 0.5.into()];
        assert_eq!(cx.call1(&STACK, &mixed, &[Attr::Int(0)]).expect("of one shape").dtype(), DType::F32);
    }

    #[test]
    fn each_of_many_gets_its_own_gradient() {
        let cx = Cx::new();
        let cells: Vec<Param> = (0..1000)
            .map(|i| Param::new(&cx, &Tensor::from_f64s(DType::F32, &[], &[i as f64]).expect("fits")).expect("plain"))
            .collect();
        let parts: Vec<Operand> = cells.iter().map(|p| p.value().into()).collect();
        let row = cx.call1(&STACK, &parts, &[Attr::Int(0)]).expect("of one shape");
        cx.backward(&cx.sum_all(&cx.mul(&row, &row)), BackwardOptions::default()).expect("tracked");
        for (i, p) in cells.iter().enumerate() {
            assert_eq!(p.grad().expect("reached").num_at(0).expect("there").to_f64(), 2.0 * i as f64);
        }
    }

    #[test]
    fn parts_must_have_one_shape() {
        let cx = Cx::new();
        let parts =
            [&[2usize][..], &[2], &[3]].map(|d| Operand::from(cx.zeros(DType::F32, &crate::tensor::Dims::of(d))));
        let e = cx.call1(&STACK, &parts, &[Attr::Int(0)]).expect_err("ragged");
        assert_eq!((e.code, e.at[0].0), ("SHAPE-12", 0));
        assert!(e.message.starts_with("part 2 has shape [3]"), "{}", e.message);
        assert_eq!(cx.call1(&STACK, &[], &[Attr::Int(0)]).expect_err("empty").code, "VALUE-12");
    }
}
