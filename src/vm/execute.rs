//! Instructions that the inner loop leaves: everything that touches the heap, may fail, or may enter a function in
//! another way than the plainest. Runs one instruction; the top frame's `pc` is already after it.

use std::sync::atomic::Ordering;

use super::Vm;
use super::code::{Arith, Cmp, Instr, Reg};
use super::error::Error;
use super::run::Next;
use super::value::{Obj, Value};

impl Vm {
    #[inline(never)]
    pub(super) fn execute(&mut self, instr: &Instr, floor: usize) -> Result<Next, Error> {
        let small = |imm: i16| Value::Int(imm as i64);
        match *instr {
            Instr::None { dst } => self.put(dst, Value::None),
            Instr::Bool { dst, value } => self.put(dst, Value::Bool(value)),
            Instr::Int { dst, value } => self.put(dst, Value::Int(value as i64)),
            Instr::Const { dst, index } => self.put(dst, self.code().consts[index as usize].clone()),
            Instr::TensorConst { dst, index } => self.tensor_const(dst, index)?,
            Instr::Copy { dst, src } => {
                let value = self.read(src);
                self.put(dst, value);
            }
            Instr::Copy2 { dst, src } => {
                for k in 0..2 {
                    self.put(dst + k, self.peek(src + k).clone());
                }
            }
            Instr::Clear { from, count } => {
                for k in from..from + count {
                    self.put(k, Value::None);
                }
            }

            Instr::NewBox { dst } => self.put(dst, Value::obj(Obj::Var(Default::default()))),
            Instr::BoxUp { reg } => self.box_up(reg),
            Instr::GetBox { dst, src } => self.put(dst, unboxed(self.peek(src))),
            Instr::SetBox { dst, src } => {
                let value = self.read(src);
                set_box(self.peek(dst), value);
            }
            Instr::GetCapture { dst, index } => self.put(dst, self.capture(index).clone()),
            Instr::GetCaptureBox { dst, index } => self.put(dst, unboxed(self.capture(index))),
            Instr::SetCaptureBox { index, src } => {
                let value = self.read(src);
                set_box(self.capture(index), value);
            }
            Instr::GetGlobal { dst, slot } => match &self.globals[slot as usize] {
                Some(value) => {
                    let value = value.clone();
                    self.put(dst, value);
                }
                None => return Err(self.unset_global(slot)),
            },
            Instr::SetGlobal { src, slot } => {
                let value = self.read(src);
                drop(self.globals[slot as usize].replace(value));
            }
            Instr::GetField { dst, this, index } => self.get_own_field(dst, this, index)?,
            Instr::SetField { this, index, src } => self.set_own_field(this, index, src)?,
            Instr::BindMethod { dst, this, index } => self.bind_method(dst, this, index)?,

            Instr::Add { assign, dst, a, b } => self.arith(Arith::Add, assign, dst, a, b)?,
            Instr::Sub { assign, dst, a, b } => self.arith(Arith::Sub, assign, dst, a, b)?,
            Instr::Mul { assign, dst, a, b } => self.arith(Arith::Mul, assign, dst, a, b)?,
            Instr::Div { assign, dst, a, b } => self.arith(Arith::Div, assign, dst, a, b)?,
            Instr::FloorDiv { assign, dst, a, b } => self.arith(Arith::FloorDiv, assign, dst, a, b)?,
            Instr::Rem { assign, dst, a, b } => self.arith(Arith::Rem, assign, dst, a, b)?,
            Instr::Pow { assign, dst, a, b } => self.arith(Arith::Pow, assign, dst, a, b)?,
            Instr::MatMul { assign, dst, a, b } => self.arith(Arith::MatMul, assign, dst, a, b)?,
            Instr::AddI { assign, dst, a, imm } => self.arith_with(Arith::Add, assign, dst, a, small(imm))?,
            Instr::SubI { assign, dst, a, imm } => self.arith_with(Arith::Sub, assign, dst, a, small(imm))?,
            Instr::MulI { assign, dst, a, imm } => self.arith_with(Arith::Mul, assign, dst, a, small(imm))?,
            Instr::FloorDivI { assign, dst, a, imm } => self.arith_with(Arith::FloorDiv, assign, dst, a, small(imm))?,
            Instr::RemI { assign, dst, a, imm } => self.arith_with(Arith::Rem, assign, dst, a, small(imm))?,
            Instr::PowI { assign, dst, a, imm } => self.arith_with(Arith::Pow, assign, dst, a, small(imm))?,
            Instr::AddF { assign, dst, a, index } => self.arith_with(Arith::Add, assign, dst, a, self.number(index))?,
            Instr::SubF { assign, dst, a, index } => self.arith_with(Arith::Sub, assign, dst, a, self.number(index))?,
            Instr::MulF { assign, dst, a, index } => self.arith_with(Arith::Mul, assign, dst, a, self.number(index))?,
            Instr::DivF { assign, dst, a, index } => self.arith_with(Arith::Div, assign, dst, a, self.number(index))?,
            Instr::FAdd { dst, index, b } => self.arith_from(Arith::Add, dst, self.number(index), b)?,
            Instr::FMul { dst, index, b } => self.arith_from(Arith::Mul, dst, self.number(index), b)?,
            Instr::Compare { op, dst, a, b } => self.compare(op, dst, a, b)?,
            Instr::In { negate, dst, a, b } => self.contains(negate, dst, a, b)?,
            Instr::Neg { dst, a } => self.negate(dst, a)?,
            Instr::Not { dst, a } => self.not(dst, a)?,

            Instr::Jump { offset } => self.jump(offset as isize),
            Instr::Loop { count, from, offset } => {
                self.check_interrupt()?;
                for k in from..from + count as Reg {
                    self.put(k, Value::None);
                }
                self.cx.next_iteration();
                self.jump(offset as isize);
            }
            Instr::JumpIf { a, offset } => {
                if self.truth_of(a)? {
                    self.jump(offset as isize);
                }
            }
            Instr::JumpUnless { a, offset } => {
                if !self.truth_of(a)? {
                    self.jump(offset as isize);
                }
            }
            Instr::UnlessLt { a, b, offset } => self.unless(Cmp::Lt, a, b, offset)?,
            Instr::UnlessLe { a, b, offset } => self.unless(Cmp::Le, a, b, offset)?,
            Instr::UnlessGt { a, b, offset } => self.unless(Cmp::Gt, a, b, offset)?,
            Instr::UnlessGe { a, b, offset } => self.unless(Cmp::Ge, a, b, offset)?,
            Instr::UnlessEq { a, b, offset } => self.unless(Cmp::Eq, a, b, offset)?,
            Instr::UnlessNe { a, b, offset } => self.unless(Cmp::Ne, a, b, offset)?,
            Instr::UnlessLtI { a, imm, offset } => self.unless_with(Cmp::Lt, a, imm, offset)?,
            Instr::UnlessLeI { a, imm, offset } => self.unless_with(Cmp::Le, a, imm, offset)?,
            Instr::UnlessGtI { a, imm, offset } => self.unless_with(Cmp::Gt, a, imm, offset)?,
            Instr::UnlessGeI { a, imm, offset } => self.unless_with(Cmp::Ge, a, imm, offset)?,
            Instr::UnlessEqI { a, imm, offset } => self.unless_with(Cmp::Eq, a, imm, offset)?,
            Instr::UnlessNeI { a, imm, offset } => self.unless_with(Cmp::Ne, a, imm, offset)?,
            Instr::UnlessLtF { a, index, offset } => self.unless_float(Cmp::Lt, a, index, offset)?,
            Instr::UnlessLeF { a, index, offset } => self.unless_float(Cmp::Le, a, index, offset)?,
            Instr::UnlessGtF { a, index, offset } => self.unless_float(Cmp::Gt, a, index, offset)?,
            Instr::UnlessGeF { a, index, offset } => self.unless_float(Cmp::Ge, a, index, offset)?,

            Instr::RangeInit { closed, base, dst } => {
                if self.range_init(closed, base, dst)? {
                    self.jump(1);
                }
            }
            Instr::RangeNext { base, dst, back } => {
                self.check_interrupt()?;
                self.range_next(base, dst, back);
            }
            Instr::IterInit { base } => self.iter_init(base)?,
            Instr::IterNext { base, dst, back } => {
                self.check_interrupt()?;
                if self.iter_next(base, dst)? {
                    self.jump(-(back as isize));
                }
            }
            Instr::EnterLoop => self.cx.push_loop(),
            Instr::LeaveLoops { count } => (0..count).for_each(|_| self.cx.pop_loop()),

            Instr::Call { dst, base, args } => {
                self.check_interrupt()?;
                self.call_window(dst, base, args)?;
            }
            Instr::CallSite { dst, base, site } => {
                self.check_interrupt()?;
                self.call_site(dst, base, site)?;
            }
            Instr::CallMethod { dst, base, site } => {
                self.check_interrupt()?;
                self.call_method(dst, base, site)?;
            }
            Instr::CallOp { dst, base, site } => self.call_op(dst, base, site)?,
            Instr::Unary { dst, a, op } => self.unary(dst, a, op)?,
            Instr::Return { src } => {
                // SAFETY: a register of the frame, which ends here.
                let value = unsafe { self.reg(src).replace(Value::None) };
                return Ok(self.leave(value, floor));
            }
            Instr::ReturnNone => return Ok(self.leave(Value::None, floor)),

            Instr::Closure { dst, index } => self.make_closure(dst, index),
            Instr::Class { dst, index } => self.make_class(dst, index),
            Instr::Tuple { dst, base, count } => {
                let parts = (base..base + count).map(|r| self.read(r)).collect();
                self.put(dst, Value::tuple(parts));
            }
            Instr::Tensor { wide, dst, base, count } => self.make_tensor(wide, dst, base, count)?,
            Instr::Record { dst, base, shape } => self.make_record(dst, base, shape),
            Instr::Range { closed, dst, base } => self.make_range(closed, dst, base)?,
            Instr::Str { dst, base, template } => self.make_str(dst, base, template)?,
            Instr::EmptyList { dst } => self.put(dst, Value::list(Vec::new())),
            Instr::Push { list, src } => {
                let value = self.read(src);
                if let Some(list) = self.peek(list).as_list() {
                    list.push(value).map_err(Error::out_of_memory)?;
                }
            }
            Instr::ListToTensor { dst, src } => self.list_to_tensor(dst, src)?,
            Instr::Unpack { base, src, count } => self.unpack(base, src, count)?,

            Instr::Index { dst, obj, index } => self.index(dst, obj, index)?,
            Instr::IndexSite { dst, base, site } => self.index_site(dst, base, site)?,
            Instr::SetIndex { obj, index, src } => self.set_index(obj, index, src)?,
            Instr::Attr { dst, obj, name } => self.attr(dst, obj, name)?,
            Instr::PlaceGet { dst, base, site } => self.place_get(dst, base, site)?,
            Instr::PlaceSet { src, base, site } => self.place_set(src, base, site)?,

            Instr::Try { dst, offset } => self.begin_try(dst, offset),
            Instr::EndTries { count } => {
                let left = self.handlers.len().saturating_sub(count as usize);
                self.handlers.truncate(left);
            }
            Instr::NoGrad { save } => self.no_grad(save),
            Instr::OnDevice { save, device } => self.on_device(save, device)?,
            Instr::RestoreMode { save } => self.restore_mode(save),
            Instr::AssertFailed { message, operands, base } => return Err(self.assert_failed(message, operands, base)),
            Instr::Import { dst, index } => self.import(dst, index)?,
            Instr::ImportName { dst, src, name } => self.import_name(dst, src, name)?,

            Instr::IfGiven { mask, index, offset } => {
                if matches!(self.peek(mask), Value::Int(mask) if mask >> index & 1 == 1) {
                    self.jump(offset as isize);
                }
            }
            Instr::CheckArg { reg, index } => self.check_arg(reg, index)?,
            Instr::WarnCell { reg, src } => self.warn_cell(reg, src),
            Instr::WarnUnread { reg } => self.warn_unread(reg),
            Instr::BeginCustom { args, site } => self.begin_custom(args, site)?,
            Instr::EndCustom { src, clause, site } => self.end_custom(src, clause, site)?,
        }
        Ok(Next::Go)
    }

    pub(super) fn jump(&mut self, offset: isize) {
        let frame = self.top_mut();
        // SAFETY: the compiler's jumps stay inside the code.
        frame.pc = unsafe { frame.pc.offset(offset) };
    }

    fn unless(&mut self, op: Cmp, a: Reg, b: Reg, offset: i16) -> Result<(), Error> {
        if !self.compare_truth(op, a, b)? {
            self.jump(offset as isize);
        }
        Ok(())
    }

    fn unless_with(&mut self, op: Cmp, a: Reg, imm: i16, offset: i16) -> Result<(), Error> {
        if !self.compare_truth_with(op, a, Value::Int(imm as i64))? {
            self.jump(offset as isize);
        }
        Ok(())
    }

    fn unless_float(&mut self, op: Cmp, a: Reg, index: u16, offset: i16) -> Result<(), Error> {
        if !self.compare_truth_with(op, a, self.number(index))? {
            self.jump(offset as isize);
        }
        Ok(())
    }

    fn number(&self, index: u16) -> Value {
        self.code().consts[index as usize].clone()
    }

    /// A capture of the running closure.
    pub(super) fn capture<'c>(&self, index: u16) -> &'c Value {
        // SAFETY: the closure outlives its frame, and the compiler names only captures that exist.
        unsafe { &(&(*self.top().closure).captures)[index as usize] }
    }

    pub(super) fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

/// The value of a variable that closures share.
pub(super) fn unboxed(value: &Value) -> Value {
    match value {
        Value::Obj(o) => match &**o {
            Obj::Var(v) => v.get(),
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

pub(super) fn set_box(place: &Value, value: Value) {
    if let Value::Obj(o) = place
        && let Obj::Var(v) = &**o
    {
        drop(v.set(value));
    }
}
