//! The identity matrix.

use crate::device::DType;
use crate::ops::infer::sizes;
use crate::ops::making::device;
use crate::ops::sample::{Value::*, kink};
use crate::ops::sig::{DEVICE, DTYPE, Default, Param, ParamKind, int};
use crate::ops::{Attrs, Cuda, Kind, Meta, Op, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Element, Num, Tensor};

pub static EYE: Op = Op {
    name: "eye",
    symbol: None,
    params: &[int("n"), Param::new("m", ParamKind::Int).or(Default::None), DTYPE, DEVICE],
    parts: &[],
    doc: "An `n` by `m` matrix (`n` by `n` without `m`) with ones where row and column are the same, zeros elsewhere.",
    examples: &["eye(2)  # f32[2, 2] [[1.0, 0.0], [0.0, 1.0]]"],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[],
    samples: &[
        kink(&[Int(3)]),
        kink(&[Int(2), Int(4)]),
        kink(&[Int(4), Int(2)]),
        kink(&[Int(0)]),
        kink(&[Int(2), Absent, Str("i64")]),
        kink(&[Int(2), Int(3), Str("bool")]),
    ],
    proof: Proof::Torch(
        "torch.eye(args[0], args[0] if len(args) < 2 or args[1] is None else args[1], dtype=args[2] if len(args) > 2 else None)",
    ),
};

fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let n = attrs.int(0);
    let rows = sizes(&[n], 0)?;
    let columns = sizes(&[attrs.opt_int(1).unwrap_or(n)], 1)?;
    Ok(vec![Meta::new(attrs.opt_dtype(2).unwrap_or(DType::F32), crate::tensor::Dims::of(&[rows[0], columns[0]]))])
}

fn run(cx: &Cx, _: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    device(attrs, 3, cx.device())?;
    let Meta { dtype, dims } = infer(&[], attrs)?[0];
    fn mark<T: Element>(t: &mut Tensor, step: usize, count: usize) -> Result<()> {
        let one = T::narrow(<T::Wide as crate::device::cpu::elem::Wide>::ONE);
        t.change::<T>(|all| all.iter_mut().step_by(step).take(count).for_each(|x| *x = one))
    }
    let mut out = Tensor::full(dtype, dims, Num::Int(0))?;
    crate::ops::for_dtype!(dtype, T => mark::<T>(&mut out, dims[1] + 1, dims[0].min(dims[1]))?);
    Ok(Outputs::One(out))
}
