//! Code objects: what the compiler makes and the machine runs.
//!
//! Each function has a window of registers. Its variables come first (`slots` of them), temporaries after: an
//! instruction that reads a temporary uses it up, so no value lives longer than the expression it is part of.

use std::rc::Rc;

use super::format::Spec;
use super::function::Builtin;
pub use super::instr::Instr;
use super::value::{Kind, Value};
use crate::device::DType;
use crate::ops::Op;
use crate::source::Span;

/// A register of the running function.
pub type Reg = u16;

/// "No register", where one may be left out.
pub const NO_REG: Reg = Reg::MAX;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Cmp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// The arithmetic operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Rem,
    Pow,
    MatMul,
}

/// The code of one function, or of a text's top level.
pub struct Code {
    /// As messages name it.
    pub name: Rc<str>,
    pub doc: Option<String>,
    /// The hidden `self` apart.
    pub params: Vec<Param>,
    /// 1 if `self` comes before the parameters.
    pub this: u16,
    /// Registers of variables.
    pub slots: u16,
    /// All registers.
    pub registers: u16,
    /// The number of arguments with which a call fits as it is: of a function without defaults, a rest or `self` that is
    /// not in the library. Else more than any call has.
    pub plain_args: u16,
    /// The register of the mask of given arguments, if some have defaults.
    pub mask: Reg,
    /// Positional parameters that must be given.
    pub required: u16,
    pub rest: Option<u16>,
    pub instrs: Vec<Instr>,
    pub consts: Vec<Value>,
    pub ops: Vec<&'static Op>,
    pub names: Vec<Rc<str>>,
    pub calls: Vec<CallSite>,
    pub methods: Vec<MethodSite>,
    pub op_calls: Vec<OpSite>,
    pub closures: Vec<Proto>,
    pub classes: Vec<ClassProto>,
    pub shapes: Vec<Vec<Rc<str>>>,
    pub templates: Vec<Vec<Piece>>,
    pub indexes: Vec<Vec<Item>>,
    pub places: Vec<PlaceSite>,
    pub checks: Vec<Check>,
    pub imports: Vec<ImportSite>,
    pub customs: Vec<Custom>,
    pub sites: Rc<Sites>,
    /// Part of the standard library: errors point at the call that entered it.
    pub is_library: bool,
    /// The function's name, or all of a lambda.
    pub span: Span,
}

impl Code {
    pub(super) fn consts_ptr(&self) -> *const Value {
        self.consts.as_ptr()
    }
}

/// One parameter of a function of the program.
pub struct Param {
    pub name: Rc<str>,
    pub has_default: bool,
    /// `...rest`
    pub is_rest: bool,
}

/// Where the instructions of one code object come from. `base + pc` is the place that the tape notes.
#[derive(Debug, Default)]
pub struct Sites {
    pub base: u32,
    /// For each instruction a position in `places`, or `u32::MAX`.
    pub pcs: Vec<u32>,
    pub places: Vec<SourcePlace>,
    pub is_library: bool,
}

#[derive(Clone, Debug)]
pub struct SourcePlace {
    pub span: Span,
    /// The operands, in the order in which the instruction numbers them.
    pub operands: Box<[Span]>,
    /// An operand is given a new axis right here, so it is meant to broadcast.
    pub new_axis: bool,
}

impl Sites {
    pub fn place(&self, pc: usize) -> Option<&SourcePlace> {
        self.places.get(*self.pcs.get(pc)? as usize)
    }
}

/// What stands between the parentheses of a call with names or spreads.
pub struct CallSite {
    /// In register order.
    pub args: Vec<ArgKind>,
}

#[derive(Clone, PartialEq, Debug)]
pub enum ArgKind {
    Positional,
    Named(Rc<str>),
    Spread,
}

pub struct MethodSite {
    pub name: Rc<str>,
    pub args: Vec<ArgKind>,
    /// Nothing but positional arguments.
    pub plain: bool,
    /// The method of each kind, looked up when this was compiled.
    pub builtins: [Option<&'static Builtin>; Kind::COUNT],
    pub op: Option<&'static Op>,
    /// A function of this name is in scope, and in the register before the receiver.
    pub in_scope: bool,
    /// A builtin or an operation of this name is in scope.
    pub known: Option<Value>,
}

pub struct OpSite {
    pub op: &'static Op,
    pub args: Vec<ArgKind>,
}

/// How a closure is made: its code, and from where its captures are taken.
pub struct Proto {
    pub code: Rc<Code>,
    pub captures: Vec<CaptureFrom>,
}

#[derive(Clone, Copy, Debug)]
pub enum CaptureFrom {
    /// A register: the value of a variable that never changes, or its box.
    Reg(Reg),
    /// A capture of the enclosing closure.
    Capture(u16),
}

pub struct ClassProto {
    pub name: Rc<str>,
    pub doc: Option<String>,
    pub fields: Vec<Rc<str>>,
    pub param_count: usize,
    pub constructor: Rc<Code>,
    pub methods: Vec<(Rc<str>, Rc<Code>)>,
    pub captures: Vec<CaptureFrom>,
}

/// A `test` block: a function without parameters and captures.
#[derive(Clone)]
pub struct Test {
    pub name: Rc<str>,
    /// Of the name.
    pub span: Span,
    pub code: Rc<Code>,
}

/// A part of a string with holes.
pub enum Piece {
    Text(String),
    /// The next register, shown as the spec says.
    Hole(Option<Spec>),
}

/// One part of an index expression; each takes its operands from the registers in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    At,
    Slice { start: bool, end: bool, closed: bool, step: bool },
    Ellipsis,
}

impl Item {
    /// How many registers it takes.
    pub fn registers(self) -> usize {
        match self {
            Item::At => 1,
            Item::Slice { start, end, step, .. } => start as usize + end as usize + step as usize,
            Item::Ellipsis => 0,
        }
    }
}

/// A chain that is assigned to: `r.w[2]`.
pub struct PlaceSite {
    pub root: Root,
    pub steps: Vec<Step>,
}

/// What the chain begins with. A tensor that is changed there is put back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Root {
    Reg(Reg),
    Box(Reg),
    CaptureBox(u16),
    Global(u32),
    Field(Reg, u16),
    /// The value of an expression, in the first register.
    Value,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    Field(Rc<str>),
    /// Takes the registers that its items need.
    Index(Vec<Item>),
}

/// An annotation of a parameter or a result.
pub struct Check {
    /// What is checked: "the argument `q`".
    pub what: String,
    pub expects: Expects,
    pub dims: Option<Vec<DimCheck>>,
    /// As it is written.
    pub text: String,
}

pub enum Expects {
    /// A tensor or a parameter, of any dtype if none is given.
    Tensor(Option<DType>),
    Kind(Kind),
    /// An int or a float.
    Number,
    /// An instance of the module in this register.
    Instance(Reg),
}

pub enum DimCheck {
    Any,
    Rest,
    Size(u64),
    /// The first mention: the size goes into the register.
    Bind {
        name: Rc<str>,
        reg: Reg,
        boxed: bool,
    },
    /// Must equal the int there; `bound` says where it got it: "dimension 0 of `q`".
    Equal {
        name: Rc<str>,
        from: DimFrom,
        bound: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DimFrom {
    Reg(Reg),
    /// A constructor parameter of the module, as a field of the register.
    Field(Reg, u16),
}

pub struct ImportSite {
    pub path: String,
}

/// A function with a `backward` clause.
pub struct Custom {
    pub name: Rc<str>,
    pub args: u16,
    /// The first of the registers that keep the arguments as they were passed.
    pub passed: Reg,
}
