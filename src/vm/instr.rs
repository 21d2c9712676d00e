//! The instructions of the machine.

use super::code::{Cmp, Reg};

/// One instruction, in 8 bytes. `offset` counts from the instruction after.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
#[rustfmt::skip] // one line each: a page to look at, not ten
pub enum Instr {
    None { dst: Reg },
    Bool { dst: Reg, value: bool },
    Int { dst: Reg, value: i32 },
    Const { dst: Reg, index: u32 },
    /// A tensor literal of constants; goes to the current device.
    TensorConst { dst: Reg, index: u32 },
    Copy { dst: Reg, src: Reg },
    /// Two registers, without using them up.
    Copy2 { dst: Reg, src: Reg },
    /// Sets `count` registers to none.
    Clear { from: Reg, count: u16 },

    /// A fresh box for a variable that closures share.
    NewBox { dst: Reg },
    /// Puts the register's value into a fresh box in its place.
    BoxUp { reg: Reg },
    GetBox { dst: Reg, src: Reg },
    SetBox { dst: Reg, src: Reg },
    GetCapture { dst: Reg, index: u16 },
    GetCaptureBox { dst: Reg, index: u16 },
    SetCaptureBox { index: u16, src: Reg },
    GetGlobal { dst: Reg, slot: u32 },
    SetGlobal { src: Reg, slot: u32 },
    /// A field of the module whose code this is.
    GetField { dst: Reg, this: Reg, index: u16 },
    SetField { this: Reg, index: u16, src: Reg },
    BindMethod { dst: Reg, this: Reg, index: u16 },

    // `assign`: the target is the left operand (`x += …`), and a cell there is updated instead.
    Add { assign: bool, dst: Reg, a: Reg, b: Reg },
    Sub { assign: bool, dst: Reg, a: Reg, b: Reg },
    Mul { assign: bool, dst: Reg, a: Reg, b: Reg },
    Div { assign: bool, dst: Reg, a: Reg, b: Reg },
    FloorDiv { assign: bool, dst: Reg, a: Reg, b: Reg },
    Rem { assign: bool, dst: Reg, a: Reg, b: Reg },
    Pow { assign: bool, dst: Reg, a: Reg, b: Reg },
    MatMul { assign: bool, dst: Reg, a: Reg, b: Reg },
    // The right operand is an int that fits.
    AddI { assign: bool, dst: Reg, a: Reg, imm: i16 },
    SubI { assign: bool, dst: Reg, a: Reg, imm: i16 },
    MulI { assign: bool, dst: Reg, a: Reg, imm: i16 },
    FloorDivI { assign: bool, dst: Reg, a: Reg, imm: i16 },
    RemI { assign: bool, dst: Reg, a: Reg, imm: i16 },
    PowI { assign: bool, dst: Reg, a: Reg, imm: i16 },
    // The right operand is a float among the constants.
    AddF { assign: bool, dst: Reg, a: Reg, index: u16 },
    SubF { assign: bool, dst: Reg, a: Reg, index: u16 },
    MulF { assign: bool, dst: Reg, a: Reg, index: u16 },
    DivF { assign: bool, dst: Reg, a: Reg, index: u16 },
    // The left operand is a float among the constants.
    FAdd { dst: Reg, index: u16, b: Reg },
    FMul { dst: Reg, index: u16, b: Reg },

    Compare { op: Cmp, dst: Reg, a: Reg, b: Reg },
    In { negate: bool, dst: Reg, a: Reg, b: Reg },
    Neg { dst: Reg, a: Reg },
    Not { dst: Reg, a: Reg },

    Jump { offset: i32 },
    /// A jump back: the next turn of a `while`, without what the last one has declared.
    Loop { count: u8, from: Reg, offset: i32 },
    JumpIf { a: Reg, offset: i32 },
    JumpUnless { a: Reg, offset: i32 },
    UnlessLt { a: Reg, b: Reg, offset: i16 },
    UnlessLe { a: Reg, b: Reg, offset: i16 },
    UnlessGt { a: Reg, b: Reg, offset: i16 },
    UnlessGe { a: Reg, b: Reg, offset: i16 },
    UnlessEq { a: Reg, b: Reg, offset: i16 },
    UnlessNe { a: Reg, b: Reg, offset: i16 },
    UnlessLtI { a: Reg, imm: i16, offset: i16 },
    UnlessLeI { a: Reg, imm: i16, offset: i16 },
    UnlessGtI { a: Reg, imm: i16, offset: i16 },
    UnlessGeI { a: Reg, imm: i16, offset: i16 },
    UnlessEqI { a: Reg, imm: i16, offset: i16 },
    UnlessNeI { a: Reg, imm: i16, offset: i16 },
    // A float among the constants.
    UnlessLtF { a: Reg, index: u16, offset: i16 },
    UnlessLeF { a: Reg, index: u16, offset: i16 },
    UnlessGtF { a: Reg, index: u16, offset: i16 },
    UnlessGeF { a: Reg, index: u16, offset: i16 },

    /// `base` start, `base + 1` end, `base + 2` step become this value, turns left, step. Enters the loop, and
    /// skips the next instruction, a jump past it, unless there is no turn at all.
    RangeInit { closed: bool, base: Reg, dst: Reg },
    /// The next turn, `back` instructions back; falls through at the end.
    RangeNext { base: Reg, dst: Reg, back: u16 },
    /// `base` holds what is walked, or becomes its iterator; `base + 1` how many items there were. Enters the loop.
    IterInit { base: Reg },
    IterNext { base: Reg, dst: Reg, back: u16 },
    EnterLoop,
    LeaveLoops { count: u16 },

    /// The callee is in `base`, the arguments follow.
    Call { dst: Reg, base: Reg, args: u16 },
    /// With names or spreads, as `calls[site]` says.
    CallSite { dst: Reg, base: Reg, site: u16 },
    /// `base` is free (or holds the function in scope), the receiver and the arguments follow.
    CallMethod { dst: Reg, base: Reg, site: u16 },
    /// An operation of the registry; the arguments begin at `base`.
    CallOp { dst: Reg, base: Reg, site: u16 },
    /// An operation of the registry on one argument, nothing else.
    Unary { dst: Reg, a: Reg, op: u16 },
    Return { src: Reg },
    ReturnNone,

    Closure { dst: Reg, index: u32 },
    Class { dst: Reg, index: u32 },

    Tuple { dst: Reg, base: Reg, count: u16 },
    /// Numbers and tensors become one tensor; `wide` reads host floats as f64.
    Tensor { wide: bool, dst: Reg, base: Reg, count: u16 },
    Record { dst: Reg, base: Reg, shape: u16 },
    Range { closed: bool, dst: Reg, base: Reg },
    Str { dst: Reg, base: Reg, template: u16 },
    EmptyList { dst: Reg },
    Push { list: Reg, src: Reg },
    /// The items of a comprehension as a tensor.
    ListToTensor { dst: Reg, src: Reg },
    /// Takes `src` apart into `count` registers from `base`.
    Unpack { base: Reg, src: Reg, count: u16 },

    Index { dst: Reg, obj: Reg, index: Reg },
    IndexSite { dst: Reg, base: Reg, site: u16 },
    /// `obj[index] = src` of a variable.
    SetIndex { obj: Reg, index: Reg, src: Reg },
    Attr { dst: Reg, obj: Reg, name: u16 },
    PlaceGet { dst: Reg, base: Reg, site: u16 },
    PlaceSet { src: Reg, base: Reg, site: u16 },

    /// `offset` leads to the handler, which finds the error's record in `dst`.
    Try { dst: Reg, offset: i32 },
    EndTries { count: u16 },
    NoGrad { save: Reg },
    OnDevice { save: Reg, device: Reg },
    RestoreMode { save: Reg },
    /// The condition of an `assert` was false. `base` holds the message if `message`, and the operands of a
    /// comparison after it if `operands`.
    AssertFailed { message: bool, operands: bool, base: Reg },
    Import { dst: Reg, index: u32 },
    /// The value of `name`, imported from the namespace in `src`.
    ImportName { dst: Reg, src: Reg, name: u16 },

    /// Jumps if the argument at `index` was given.
    IfGiven { mask: Reg, index: u16, offset: i16 },
    CheckArg { reg: Reg, index: u16 },
    /// A variable that may hold a cell is about to get another value.
    WarnCell { reg: Reg, src: Reg },
    /// A tensor in a variable was changed and nothing reads it.
    WarnUnread { reg: Reg },

    /// The body of a function with its own gradient begins: arguments from `args` on become plain values.
    BeginCustom { args: Reg, site: u16 },
    /// Its result in `src` becomes one node, with the clause in `clause`.
    EndCustom { src: Reg, clause: Reg, site: u16 },
}

const _: () = assert!(size_of::<Instr>() == 8);
