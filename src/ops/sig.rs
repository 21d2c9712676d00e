//! Signatures: what an operation's parameters are called and what they take.

/// One parameter.
pub struct Param {
    pub name: &'static str,
    pub kind: ParamKind,
    pub default: Default,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    /// A tensor, a parameter or a host number.
    Tensor,
    /// The same or `none`.
    OptTensor,
    /// A tuple or list of them, or several arguments.
    Tensors,
    /// A host int (or an i64 tensor of no dimensions).
    Int,
    Float,
    /// A host number of either kind.
    Number,
    Bool,
    Str,
    /// A dimension; negative counts from the end.
    Dim,
    /// A dimension, a tuple of them, or `none` for all.
    Dims,
    /// Sizes: several ints or one tuple of them. Takes all remaining positional arguments.
    Shape,
    /// An int or a tuple of ints.
    Ints,
    /// The same, where parts of a tuple may be `none`, which counts as [`Param::OPEN`].
    OpenInts,
    /// An int, a tuple of ints, or a name.
    IntsOrStr,
    /// A number or a tuple of numbers.
    Numbers,
    /// An int, or a pair of ints or of tuples of as many ints, which come as one tuple: first the left ones.
    IntPairs,
    /// A host number or a string.
    NumberOrStr,
    /// A dtype's name.
    DType,
    /// A device's name.
    Device,
}

impl ParamKind {
    pub const fn is_tensor(self) -> bool {
        matches!(self, ParamKind::Tensor | ParamKind::OptTensor | ParamKind::Tensors)
    }
}

/// What stands in for an argument that is not given.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Default {
    Required,
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'static str),
}

impl Param {
    /// What `none` becomes among ints.
    pub const OPEN: i64 = i64::MIN;

    pub const fn new(name: &'static str, kind: ParamKind) -> Param {
        Param { name, kind, default: Default::Required }
    }

    pub const fn or(self, default: Default) -> Param {
        Param { default, ..self }
    }
}

pub const fn tensor(name: &'static str) -> Param {
    Param::new(name, ParamKind::Tensor)
}

pub const fn int(name: &'static str) -> Param {
    Param::new(name, ParamKind::Int)
}

pub const fn dim(name: &'static str) -> Param {
    Param::new(name, ParamKind::Dim)
}

/// `dim: none` means all dimensions.
pub const DIMS: Param = Param::new("dim", ParamKind::Dims).or(Default::None);
pub const KEEPDIM: Param = Param::new("keepdim", ParamKind::Bool).or(Default::Bool(false));
pub const DTYPE: Param = Param::new("dtype", ParamKind::DType).or(Default::None);
pub const DEVICE: Param = Param::new("device", ParamKind::Device).or(Default::None);
pub const X: Param = tensor("x");
pub const Y: Param = tensor("y");
