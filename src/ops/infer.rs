//! Shapes and dtypes of results, from those of the operands alone.

use super::error::{OpError, Result};
use super::{Attrs, Domain, Operand};
use crate::device::DType;
use crate::tensor::{Dims, MAX_DIMS, Num, broadcast};

/// Shape and dtype: all that is known of a tensor before it is computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meta {
    pub dtype: DType,
    pub dims: Dims,
}

impl Meta {
    pub fn new(dtype: DType, dims: Dims) -> Meta {
        Meta { dtype, dims }
    }
}

/// `f32[2, 3]`
impl std::fmt::Display for Meta {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.dtype, self.dims)
    }
}

/// What an operand says under itself in an error.
pub fn describe(o: &Operand) -> String {
    match o {
        Operand::Tensor(t) => format!("{}{}", t.dtype(), t.to_dims()),
        Operand::Num(Num::Int(_)) => "int".into(),
        Operand::Num(Num::Float(_)) => "float".into(),
        Operand::Num(Num::Bool(_)) => "bool".into(),
        Operand::None => "none".into(),
    }
}

/// The dtype that an elementwise kernel computes in.
pub fn domain_dtype(domain: Domain, args: &[Operand]) -> DType {
    let skip = usize::from(domain == Domain::Select);
    let mut tensors: Option<DType> = None;
    for a in &args[skip..] {
        if let Operand::Tensor(t) = a {
            tensors = Some(tensors.map_or(t.dtype(), |d| d.promote(t.dtype())));
        }
    }
    let mut dtype = tensors;
    for a in &args[skip..] {
        if let Operand::Num(v) = a {
            dtype = Some(match dtype {
                None => v.dtype(),
                Some(d) => v.join(d),
            });
        }
    }
    in_domain(domain, dtype.unwrap_or(DType::F32))
}

/// What a dtype becomes before the kernel of a domain.
#[inline(always)]
pub fn in_domain(domain: Domain, dtype: DType) -> DType {
    match domain {
        Domain::Number if dtype == DType::Bool => DType::I64,
        Domain::Float if !dtype.is_float() => DType::F32,
        Domain::Truth => DType::Bool,
        _ => dtype,
    }
}

/// Itself if it is a float, else f32.
pub fn float(dtype: DType) -> DType {
    in_domain(Domain::Float, dtype)
}

/// The shape that operands broadcast to, or the error that labels the two that do not fit.
pub fn broadcast_all(name: &str, args: &[Operand]) -> Result<Dims> {
    let mut dims = Dims::scalar();
    let mut from = 0;
    for (k, a) in args.iter().enumerate() {
        let Operand::Tensor(t) = a else { continue };
        match broadcast(&dims, t.dims()) {
            Ok(d) => {
                if d != dims {
                    from = k;
                }
                dims = d;
            }
            Err(back) => {
                let (x, y) = (dims[dims.len() - back], t.dims()[t.ndim() - back]);
                return Err(OpError::new(
                    "SHAPE-01",
                    format!(
                        "`{name}` cannot broadcast {dims} with {}: {x} and {y} stand in the same place (dim -{back})",
                        t.shape()
                    ),
                )
                .at(from, describe(&args[from]))
                .at(k, describe(a))
                .help("sizes must be equal or 1, counted from the last dimension; x[.., none] adds a dimension"));
            }
        }
    }
    Ok(dims)
}

/// A dimension counted from the end when negative, checked against `ndim`. A tensor of no dimensions accepts 0 and -1.
pub fn resolve_dim(dim: i64, ndim: usize, arg: usize) -> Result<usize> {
    let n = ndim.max(1) as i64;
    if (-n..n).contains(&dim) {
        return Ok(if dim < 0 { dim + n } else { dim } as usize);
    }
    Err(OpError::new(
        "SHAPE-02",
        format!(
            "dim {dim} is out of range: a tensor of {ndim} dimension{} has dims {} to {}",
            if ndim == 1 { "" } else { "s" },
            -n,
            n - 1
        ),
    )
    .at(arg, format!("dim {dim}")))
}

/// A set of dimensions as a mask; an absent attribute or an empty tuple means all of them.
pub fn resolve_dims(dims: Option<&[i64]>, ndim: usize, arg: usize) -> Result<[bool; MAX_DIMS]> {
    let mut mask = [false; MAX_DIMS];
    match dims {
        None => mask[..ndim].fill(true),
        Some([]) => mask[..ndim].fill(true),
        Some(list) => {
            for &d in list {
                let at = resolve_dim(d, ndim, arg)?;
                if mask[at] {
                    return Err(OpError::new("SHAPE-03", format!("dim {d} is given twice")).at(arg, "here"));
                }
                mask[at] = true;
            }
            if ndim == 0 {
                mask[0] = false;
            }
        }
    }
    Ok(mask)
}

/// What is left of a shape when the masked dimensions are reduced.
pub fn reduced(dims: &Dims, mask: &[bool; MAX_DIMS], keepdim: bool) -> Dims {
    let mut out = Dims::scalar();
    for (i, &d) in dims.iter().enumerate() {
        let fits = match (mask[i], keepdim) {
            (false, _) => out.push(d),
            (true, true) => out.push(1),
            (true, false) => true,
        };
        debug_assert!(fits);
    }
    out
}

/// Sizes as a user gives them: none negative, at most `MAX_DIMS`.
pub fn sizes(list: &[i64], arg: usize) -> Result<Dims> {
    let mut dims = Dims::scalar();
    for &n in list {
        let size = usize::try_from(n).map_err(|_| {
            OpError::new("SHAPE-04", format!("a size cannot be negative, this is {n}")).at(arg, format!("{n}"))
        })?;
        if !dims.push(size) {
            return Err(too_many_dims(list.len()).at(arg, format!("{} sizes", list.len())));
        }
    }
    Ok(dims)
}

pub fn too_many_dims(n: usize) -> Box<OpError> {
    OpError::new("SHAPE-05", format!("a tensor has at most {MAX_DIMS} dimensions, this would have {n}"))
}

/// The result has operand 0's shape and dtype.
pub fn same(metas: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![metas[0]])
}

/// The result has operand 0's shape, and its dtype if that is a float, else f32.
pub fn same_float(metas: &[Meta], _: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(in_domain(Domain::Float, metas[0].dtype), metas[0].dims)])
}
