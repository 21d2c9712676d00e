//! The loop that runs instructions: what host numbers, jumps and plain calls need. Everything else leaves the inner
//! loop for `execute`, so that the inner loop is small enough for its state to stay in machine registers.

use super::code::{Arith, Cmp, Instr, Reg};
use super::error::Error;
use super::function::Closure;
use super::value::{Obj, Value};
use super::{Frame, MAX_FRAMES, Vm};

/// What `Vm::execute` leaves to be done.
pub(super) enum Next {
    /// Go on where the top frame stands.
    Go,
    /// The frame at the floor has returned this.
    Finished(Value),
}

// The layout of `#[repr(u8)]` enums is defined: the tag is the first byte, what is 8 bytes long begins at byte 8. Values
// are written in these two parts; building the enum first would go through memory, and a 16-byte load of two smaller
// stores stalls.
const NONE: u8 = 0;
const BOOL: u8 = 1;
const INT: u8 = 2;
const FLOAT: u8 = 3;
/// The bit that the tags of tensors, cells and objects have, and no other.
const HEAP: u8 = 4;

/// Moves a value into a place that owns nothing: numbers in the two parts in which they were written.
///
/// # Safety
/// `to` is a register or a box that holds no heap value; `from` holds a value that is not used again if it owns one.
#[inline(always)]
unsafe fn move_to(to: *mut Value, from: *const Value) {
    // SAFETY: handed on from the caller.
    unsafe {
        match &*from {
            Value::Int(x) => {
                to.cast::<u8>().write(INT);
                to.cast::<i64>().add(1).write(*x);
            }
            Value::Float(x) => {
                to.cast::<u8>().write(FLOAT);
                to.cast::<f64>().add(1).write(*x);
            }
            other => to.copy_from_nonoverlapping(other, 1),
        }
    }
}

impl Vm {
    /// Runs until the frame at position `floor` has returned; its value.
    pub(super) fn run(&mut self, floor: usize) -> Result<Value, Error> {
        loop {
            match self.run_plain(floor) {
                Ok(value) => return Ok(value),
                Err(e) => self.unwind(e, floor)?,
            }
        }
    }

    /// Runs until the frame at position `floor` has returned, or up to the first error. The top frame's `pc` is then
    /// after the instruction that failed.
    #[inline(never)]
    fn run_plain(&mut self, floor: usize) -> Result<Value, Error> {
        // What a function without a value returns.
        let nothing = Value::None;
        // SAFETY: a frame runs, and its code lives as long as it does.
        let (mut pc, mut base) = unsafe { self.registers() };

        // SAFETY of the whole loop: the compiler names only registers below `code.registers` and table entries
        // that exist; a frame is entered only when its registers fit the stack's chunk; a frame's closure is kept
        // alive by the register before its base, which no instruction of that frame can name; code ends with a
        // return, so `pc` stays inside. No reference to a register outlives its instruction.
        macro_rules! slot {
            ($r:expr) => {
                unsafe { base.add($r as usize) }
            };
        }
        macro_rules! reg {
            ($r:expr) => {
                unsafe { &*base.add($r as usize) }
            };
        }
        // Writes a register; where something on the heap would have to be dropped, the instruction is left.
        macro_rules! set {
            ($r:expr, $tag:expr, $payload:expr) => {{
                let payload: u64 = $payload;
                let slot = slot!($r);
                unsafe {
                    if (*slot).is_heap() {
                        break;
                    }
                    slot.cast::<u8>().write($tag);
                    slot.cast::<u64>().add(1).write(payload);
                }
            }};
        }
        macro_rules! set_int {
            ($r:expr, $v:expr) => {{
                let value: i64 = $v;
                set!($r, INT, value as u64)
            }};
        }
        macro_rules! set_float {
            ($r:expr, $v:expr) => {{
                let value: f64 = $v;
                set!($r, FLOAT, value.to_bits())
            }};
        }
        macro_rules! set_bool {
            ($r:expr, $v:expr) => {{
                let value: bool = $v;
                let slot = slot!($r);
                unsafe {
                    if (*slot).is_heap() {
                        break;
                    }
                    // A bool is the byte after the tag.
                    slot.cast::<[u8; 2]>().write([BOOL, value as u8]);
                }
            }};
        }
        // One more owner of what a value refers to, and the value in its two halves: neither has just been written.
        macro_rules! copy {
            ($r:expr, $value:expr) => {{
                let (to, from): (*mut Value, *const Value) = (slot!($r), $value);
                if tag!(to) & HEAP != 0 {
                    break;
                }
                if tag!(from) & HEAP != 0 {
                    match unsafe { &*from } {
                        Value::Obj(o) => unsafe { std::rc::Rc::increment_strong_count(std::rc::Rc::as_ptr(o)) },
                        Value::Tensor(t) => std::mem::forget(t.clone()),
                        Value::Cell(c) => std::mem::forget(c.clone()),
                        _ => {}
                    }
                }
                let (to, from) = (to.cast::<u64>(), from.cast::<u64>());
                unsafe {
                    to.write(*from);
                    to.add(1).write(*from.add(1));
                }
            }};
        }
        macro_rules! tag {
            ($at:expr) => {{
                let at = $at;
                unsafe { *at.cast::<u8>() }
            }};
        }
        // Where the value of a variable is that closures share.
        macro_rules! boxed {
            ($value:expr) => {{
                let Value::Obj(o) = $value else { break };
                let Obj::Var(v) = &**o else { break };
                v.place()
            }};
        }
        // Clears registers up to the first with something to drop: whether there was one.
        macro_rules! clear {
            ($from:expr, $count:expr) => {{
                let mut at = slot!($from);
                let end = unsafe { at.add($count as usize) };
                loop {
                    if at == end {
                        break false;
                    }
                    if tag!(at) & HEAP != 0 {
                        break true;
                    }
                    unsafe {
                        at.cast::<u8>().write(NONE);
                        at = at.add(1);
                    }
                }
            }};
        }
        // Leaves the frame for the one below it, where there is nothing to drop.
        macro_rules! leave {
            ($value:expr) => {{
                let frame = *self.top();
                let count = self.frames.len();
                if frame.constructs || frame.new_chunk || count == floor + 1 {
                    break;
                }
                let caller = unsafe { &*self.frames.as_ptr().add(count - 2) };
                let dst = unsafe { caller.base.add(frame.dst as usize) };
                let callee = unsafe { base.sub(1) };
                let Value::Obj(closure) = (unsafe { &*callee }) else { break };
                let value: *const Value = $value;
                let mut tags = tag!(dst);
                for k in 0..unsafe { (*frame.code).registers } {
                    tags |= tag!(slot!(k));
                }
                // Not the last owner of the closure either.
                if tags & HEAP != 0 || std::rc::Rc::strong_count(closure) == 1 {
                    break;
                }
                unsafe {
                    std::rc::Rc::decrement_strong_count(std::rc::Rc::as_ptr(closure));
                    callee.cast::<u8>().write(NONE);
                    move_to(dst, value);
                    self.frames.set_len(count - 1);
                    pc = caller.pc;
                    base = caller.base;
                    self.consts = (*caller.code).consts_ptr();
                }
            }};
        }
        // Writes a number to such a place.
        macro_rules! fill {
            ($place:expr, $src:expr) => {{
                let (to, from): (*mut Value, *mut Value) = ($place, slot!($src));
                unsafe {
                    if (*to).is_heap() || (*from).is_heap() {
                        break;
                    }
                    move_to(to, from);
                }
            }};
        }
        macro_rules! jump {
            ($offset:expr) => {
                pc = unsafe { pc.offset($offset as isize) }
            };
        }
        // What a method does that leaves the frame as it is: the loop goes on without looking it up again.
        macro_rules! direct {
            ($call:expr) => {{
                self.top_mut().pc = pc;
                $call?;
            }};
        }
        macro_rules! arith {
            ($dst:expr, $a:expr, $b:expr, $checked:ident, $op:tt, $arith:ident, $assign:expr) => {
                match (reg!($a), reg!($b)) {
                    (Value::Int(x), Value::Int(y)) => match x.$checked(*y) {
                        Some(v) => set_int!($dst, v),
                        None => break,
                    },
                    (Value::Float(x), Value::Float(y)) => set_float!($dst, x $op y),
                    (Value::Float(x), Value::Int(y)) => set_float!($dst, *x $op *y as f64),
                    (Value::Int(x), Value::Float(y)) => set_float!($dst, *x as f64 $op *y),
                    _ => direct!(self.arith(Arith::$arith, $assign, $dst, $a, $b)),
                }
            };
        }
        macro_rules! arith_int {
            ($dst:expr, $a:expr, $imm:expr, $checked:ident, $op:tt) => {
                match reg!($a) {
                    Value::Int(x) => match x.$checked($imm as i64) {
                        Some(v) => set_int!($dst, v),
                        None => break,
                    },
                    Value::Float(x) => set_float!($dst, x $op $imm as f64),
                    _ => break,
                }
            };
        }
        macro_rules! constant {
            ($index:expr) => {
                unsafe { &*self.consts.add($index as usize) }
            };
        }
        // The compiler puts nothing else where such an instruction looks.
        macro_rules! float_constant {
            ($index:expr) => {
                unsafe { *self.consts.add($index as usize).cast::<f64>().add(1) }
            };
        }
        macro_rules! arith_float {
            ($dst:expr, $a:expr, $index:expr, $op:tt, $other:expr) => {
                match reg!($a) {
                    Value::Float(x) => set_float!($dst, *x $op float_constant!($index)),
                    Value::Int(x) => set_float!($dst, *x as f64 $op float_constant!($index)),
                    _ => direct!($other),
                }
            };
        }
        macro_rules! unless {
            ($op:tt, $a:expr, $b:expr, $offset:expr) => {
                match (reg!($a), reg!($b)) {
                    (Value::Int(x), Value::Int(y)) => {
                        let holds = x $op y;
                        if !holds {
                            jump!($offset);
                        }
                    }
                    (Value::Float(x), Value::Float(y)) => {
                        let holds = x $op y;
                        if !holds {
                            jump!($offset);
                        }
                    }
                    _ => break,
                }
            };
        }
        macro_rules! unless_float {
            ($op:tt, $a:expr, $index:expr, $offset:expr) => {
                match reg!($a) {
                    Value::Float(x) => {
                        let holds = *x $op float_constant!($index);
                        if !holds {
                            jump!($offset);
                        }
                    }
                    _ => break,
                }
            };
        }
        macro_rules! unless_int {
            ($op:tt, $a:expr, $imm:expr, $offset:expr) => {
                match reg!($a) {
                    Value::Int(x) => {
                        let holds = *x $op $imm as i64;
                        if !holds {
                            jump!($offset);
                        }
                    }
                    Value::Float(x) => {
                        let holds = *x $op $imm as f64;
                        if !holds {
                            jump!($offset);
                        }
                    }
                    _ => break,
                }
            };
        }
        macro_rules! interrupted {
            () => {
                self.interrupt.load(std::sync::atomic::Ordering::Relaxed)
            };
        }

        // Where instructions are read field by field, nothing has to be cut out of a word.
        loop {
            loop {
                pc = unsafe { pc.add(1) };
                match unsafe { *pc.sub(1) } {
                    Instr::Bool { dst, value } => set_bool!(dst, value),
                    Instr::Int { dst, value } => set_int!(dst, value as i64),
                    Instr::Const { dst, index } => copy!(dst, constant!(index)),
                    Instr::Copy { dst, src } => match reg!(src) {
                        Value::Int(x) => set_int!(dst, *x),
                        Value::Float(x) => set_float!(dst, *x),
                        // What a temporary holds is moved, not copied.
                        _ if src >= unsafe { (*self.top().code).slots } => break,
                        value => copy!(dst, value),
                    },
                    Instr::None { dst } => {
                        let to = slot!(dst);
                        unsafe {
                            if (*to).is_heap() {
                                break;
                            }
                            to.cast::<u8>().write(NONE);
                        }
                    }
                    Instr::Clear { from, count } => {
                        if clear!(from, count) {
                            break;
                        }
                    }
                    Instr::GetGlobal { dst, slot } => match unsafe { &*self.globals.as_ptr().add(slot as usize) } {
                        Some(value) => copy!(dst, value),
                        None => break,
                    },
                    Instr::GetCapture { dst, index } => copy!(dst, self.capture(index)),
                    Instr::GetBox { dst, src } => {
                        let place = boxed!(reg!(src));
                        copy!(dst, unsafe { &*place })
                    }
                    Instr::GetCaptureBox { dst, index } => {
                        let place = boxed!(self.capture(index));
                        copy!(dst, unsafe { &*place })
                    }
                    Instr::SetBox { dst, src } => fill!(boxed!(reg!(dst)), src),
                    Instr::SetCaptureBox { index, src } => fill!(boxed!(self.capture(index)), src),

                    Instr::Add { assign, dst, a, b } => arith!(dst, a, b, checked_add, +, Add, assign),
                    Instr::Sub { assign, dst, a, b } => arith!(dst, a, b, checked_sub, -, Sub, assign),
                    Instr::Mul { assign, dst, a, b } => arith!(dst, a, b, checked_mul, *, Mul, assign),
                    Instr::Div { dst, a, b, .. } => match (reg!(a), reg!(b)) {
                        (Value::Float(x), Value::Float(y)) if *y != 0.0 => set_float!(dst, x / y),
                        (Value::Float(x), Value::Int(y)) if *y != 0 => set_float!(dst, *x / *y as f64),
                        (Value::Int(x), Value::Float(y)) if *y != 0.0 => set_float!(dst, *x as f64 / *y),
                        (Value::Int(x), Value::Int(y)) if *y != 0 => set_float!(dst, *x as f64 / *y as f64),
                        _ => break,
                    },
                    Instr::FloorDiv { dst, a, b, .. } => match (reg!(a), reg!(b)) {
                        (Value::Int(x), Value::Int(y)) if *y > 0 => set_int!(dst, x.div_euclid(*y)),
                        _ => break,
                    },
                    Instr::Rem { dst, a, b, .. } => match (reg!(a), reg!(b)) {
                        (Value::Int(x), Value::Int(y)) if *y > 0 => set_int!(dst, x.rem_euclid(*y)),
                        _ => break,
                    },
                    Instr::MatMul { assign, dst, a, b } => direct!(self.arith(Arith::MatMul, assign, dst, a, b)),
                    Instr::Unary { dst, a, op } => {
                        direct!(self.unary(dst, a, op));
                        // It may have run code of the program: a conversion, a comparison.
                        self.consts = self.code().consts_ptr();
                    }
                    Instr::Attr { dst, obj, name } => {
                        direct!(self.attr(dst, obj, name));
                        self.consts = self.code().consts_ptr();
                    }
                    Instr::AddI { dst, a, imm, .. } => arith_int!(dst, a, imm, checked_add, +),
                    Instr::SubI { dst, a, imm, .. } => arith_int!(dst, a, imm, checked_sub, -),
                    Instr::MulI { dst, a, imm, .. } => arith_int!(dst, a, imm, checked_mul, *),
                    Instr::FloorDivI { dst, a, imm, .. } => match reg!(a) {
                        Value::Int(x) if imm > 0 => set_int!(dst, x.div_euclid(imm as i64)),
                        _ => break,
                    },
                    Instr::RemI { dst, a, imm, .. } => match reg!(a) {
                        Value::Int(x) if imm > 0 => set_int!(dst, x.rem_euclid(imm as i64)),
                        _ => break,
                    },
                    Instr::PowI { dst, a, imm: 2, .. } => match reg!(a) {
                        Value::Float(x) => set_float!(dst, x * x),
                        Value::Int(x) => match x.checked_mul(*x) {
                            Some(v) => set_int!(dst, v),
                            None => break,
                        },
                        _ => break,
                    },
                    Instr::AddF { assign, dst, a, index } => {
                        arith_float!(dst, a, index, +, self.arith_with(Arith::Add, assign, dst, a, Value::Float(float_constant!(index))))
                    }
                    Instr::SubF { assign, dst, a, index } => {
                        arith_float!(dst, a, index, -, self.arith_with(Arith::Sub, assign, dst, a, Value::Float(float_constant!(index))))
                    }
                    Instr::MulF { assign, dst, a, index } => {
                        arith_float!(dst, a, index, *, self.arith_with(Arith::Mul, assign, dst, a, Value::Float(float_constant!(index))))
                    }
                    Instr::FAdd { dst, index, b } => {
                        arith_float!(dst, b, index, +, self.arith_from(Arith::Add, dst, Value::Float(float_constant!(index)), b))
                    }
                    Instr::FMul { dst, index, b } => {
                        arith_float!(dst, b, index, *, self.arith_from(Arith::Mul, dst, Value::Float(float_constant!(index)), b))
                    }
                    Instr::DivF { dst, a, index, .. } => {
                        let k = float_constant!(index);
                        match reg!(a) {
                            Value::Float(x) if k != 0.0 => set_float!(dst, *x / k),
                            Value::Int(x) if k != 0.0 => set_float!(dst, *x as f64 / k),
                            _ => break,
                        }
                    }
                    Instr::Neg { dst, a } => match reg!(a) {
                        Value::Float(x) => set_float!(dst, -x),
                        Value::Int(x) if *x != i64::MIN => set_int!(dst, -x),
                        _ => break,
                    },
                    Instr::Compare { op, dst, a, b } => match (reg!(a), reg!(b)) {
                        (Value::Int(x), Value::Int(y)) => set_bool!(dst, op.holds(x.partial_cmp(y))),
                        (Value::Float(x), Value::Float(y)) => set_bool!(dst, op.holds(x.partial_cmp(y))),
                        _ => break,
                    },

                    Instr::Jump { offset } => jump!(offset),
                    Instr::Loop { count, from, offset } => {
                        if interrupted!() || clear!(from, count as Reg) {
                            break;
                        }
                        self.cx.next_iteration();
                        jump!(offset);
                    }
                    Instr::JumpIf { a, offset } => match reg!(a) {
                        Value::Bool(true) => jump!(offset),
                        Value::Bool(false) => {}
                        _ => break,
                    },
                    Instr::JumpUnless { a, offset } => match reg!(a) {
                        Value::Bool(true) => {}
                        Value::Bool(false) => jump!(offset),
                        _ => break,
                    },
                    Instr::UnlessLt { a, b, offset } => unless!(<, a, b, offset),
                    Instr::UnlessLe { a, b, offset } => unless!(<=, a, b, offset),
                    Instr::UnlessGt { a, b, offset } => unless!(>, a, b, offset),
                    Instr::UnlessGe { a, b, offset } => unless!(>=, a, b, offset),
                    Instr::UnlessEq { a, b, offset } => unless!(==, a, b, offset),
                    Instr::UnlessNe { a, b, offset } => unless!(!=, a, b, offset),
                    Instr::UnlessLtI { a, imm, offset } => unless_int!(<, a, imm, offset),
                    Instr::UnlessLeI { a, imm, offset } => unless_int!(<=, a, imm, offset),
                    Instr::UnlessGtI { a, imm, offset } => unless_int!(>, a, imm, offset),
                    Instr::UnlessGeI { a, imm, offset } => unless_int!(>=, a, imm, offset),
                    Instr::UnlessEqI { a, imm, offset } => unless_int!(==, a, imm, offset),
                    Instr::UnlessNeI { a, imm, offset } => unless_int!(!=, a, imm, offset),

                    Instr::UnlessLtF { a, index, offset } => unless_float!(<, a, index, offset),
                    Instr::UnlessLeF { a, index, offset } => unless_float!(<=, a, index, offset),
                    Instr::UnlessGtF { a, index, offset } => unless_float!(>, a, index, offset),
                    Instr::UnlessGeF { a, index, offset } => unless_float!(>=, a, index, offset),

                    Instr::RangeNext { base: at, dst, back } => {
                        // Only `RangeInit` and this write the three registers: they hold ints.
                        let state = slot!(at).cast::<i64>();
                        let (now, left, step) = unsafe { (*state.add(1), *state.add(3) - 1, *state.add(5)) };
                        if left > 0 {
                            if interrupted!() {
                                break;
                            }
                            // The last value of the range is an int, so none before it overflows.
                            let next = now.wrapping_add(step);
                            set_int!(dst, next);
                            unsafe {
                                *state.add(1) = next;
                                *state.add(3) = left;
                            }
                            self.cx.next_iteration();
                            pc = unsafe { pc.sub(back as usize) };
                        }
                    }

                    // The further turns of a loop over a range that is a value.
                    Instr::IterNext { base: at, dst, back } => {
                        let (Value::Obj(o), Value::Int(position)) = (reg!(at), reg!(at + 1)) else { break };
                        let Obj::Range(range) = &**o else { break };
                        let Some(item) = range.plainly_at(*position) else { break };
                        if *position == 0 || interrupted!() {
                            break;
                        }
                        let after = *position + 1;
                        set_int!(dst, item);
                        set_int!(at + 1, after);
                        self.cx.next_iteration();
                        pc = unsafe { pc.sub(back as usize) };
                    }

                    Instr::Call { dst, base: at, args } => {
                        let window = slot!(at);
                        let Value::Obj(o) = (unsafe { &*window }) else { break };
                        let Obj::Fn(closure) = &**o else { break };
                        let callee = &*closure.code;
                        let new_base = unsafe { window.add(1) };
                        if callee.plain_args != args
                            || self.frames.len() >= MAX_FRAMES
                            || self.frames.len() == self.frames.capacity()
                            || !self.stack.fits(new_base, callee.registers as usize)
                            || interrupted!()
                        {
                            break;
                        }
                        let frame = Frame {
                            closure: closure as *const Closure,
                            code: callee,
                            base: new_base,
                            pc: callee.instrs.as_ptr(),
                            dst,
                            constructs: false,
                            new_chunk: false,
                        };
                        self.top_mut().pc = pc;
                        pc = frame.pc;
                        base = new_base;
                        self.consts = callee.consts_ptr();
                        // There is room: checked above, so that no call to the allocator stands in this loop.
                        unsafe {
                            let count = self.frames.len();
                            self.frames.as_mut_ptr().add(count).write(frame);
                            self.frames.set_len(count + 1);
                        }
                    }
                    Instr::Return { src } => leave!(slot!(src)),
                    Instr::ReturnNone => leave!(&raw const nothing),
                    // All by name, so that the table has a place for each and no bound is checked.
                    Instr::TensorConst { .. }
                    | Instr::Copy2 { .. }
                    | Instr::NewBox { .. }
                    | Instr::BoxUp { .. }
                    | Instr::SetGlobal { .. }
                    | Instr::GetField { .. }
                    | Instr::SetField { .. }
                    | Instr::BindMethod { .. }
                    | Instr::Pow { .. }
                    | Instr::In { .. }
                    | Instr::Not { .. }
                    | Instr::RangeInit { .. }
                    | Instr::IterInit { .. }
                    | Instr::EnterLoop
                    | Instr::LeaveLoops { .. }
                    | Instr::CallSite { .. }
                    | Instr::CallMethod { .. }
                    | Instr::CallOp { .. }
                    | Instr::Closure { .. }
                    | Instr::Class { .. }
                    | Instr::Tuple { .. }
                    | Instr::Tensor { .. }
                    | Instr::Record { .. }
                    | Instr::Range { .. }
                    | Instr::Str { .. }
                    | Instr::EmptyList { .. }
                    | Instr::Push { .. }
                    | Instr::ListToTensor { .. }
                    | Instr::Unpack { .. }
                    | Instr::Index { .. }
                    | Instr::IndexSite { .. }
                    | Instr::SetIndex { .. }
                    | Instr::PlaceGet { .. }
                    | Instr::PlaceSet { .. }
                    | Instr::Try { .. }
                    | Instr::EndTries { .. }
                    | Instr::NoGrad { .. }
                    | Instr::OnDevice { .. }
                    | Instr::RestoreMode { .. }
                    | Instr::AssertFailed { .. }
                    | Instr::Import { .. }
                    | Instr::ImportName { .. }
                    | Instr::IfGiven { .. }
                    | Instr::CheckArg { .. }
                    | Instr::WarnCell { .. }
                    | Instr::WarnUnread { .. }
                    | Instr::BeginCustom { .. }
                    | Instr::EndCustom { .. }
                    | Instr::PowI { .. } => break,
                }
            }
            self.top_mut().pc = pc;
            match self.execute(unsafe { &*pc.sub(1) }, floor)? {
                Next::Go => (pc, base) = unsafe { self.registers() },
                Next::Finished(value) => return Ok(value),
            }
        }
    }

    /// What the inner loop keeps of the top frame.
    ///
    /// # Safety
    /// A frame runs.
    #[inline(always)]
    unsafe fn registers(&mut self) -> (*const Instr, *mut Value) {
        let frame = *self.top();
        // SAFETY: the frame's code lives as long as the frame.
        self.consts = unsafe { (*frame.code).consts_ptr() };
        (frame.pc, frame.base)
    }
}

impl Cmp {
    #[inline(always)]
    pub(super) fn holds(self, order: Option<std::cmp::Ordering>) -> bool {
        use std::cmp::Ordering::*;
        match self {
            Cmp::Eq => order == Some(Equal),
            Cmp::Ne => order != Some(Equal),
            Cmp::Lt => order == Some(Less),
            Cmp::Le => matches!(order, Some(Less | Equal)),
            Cmp::Gt => order == Some(Greater),
            Cmp::Ge => matches!(order, Some(Greater | Equal)),
        }
    }
}
