//! Builds one code object: instructions, registers, jumps, constants, and where each instruction comes from.

use std::collections::HashMap;
use std::rc::Rc;

use crate::check::{FnInfo, Resolved, VarId};
use crate::diagnostic::Diagnostic;
use crate::ops::Op;
use crate::source::Span;
use crate::vm::code::{Code, Instr, NO_REG, Param, Reg, Sites, SourcePlace, Test};
use crate::vm::value::Value;

/// What all code objects of one text share while they are compiled.
pub(super) struct Shared<'a> {
    pub resolved: &'a Resolved,
    pub errors: Vec<Diagnostic>,
    /// The next place number that no code object has.
    pub next_site: u32,
    pub is_library: bool,
    /// The text's tests so far.
    pub tests: Vec<Test>,
    /// One string per name, so that look-ups mostly compare pointers.
    pub interned: HashMap<Rc<str>, Rc<str>>,
}

impl Shared<'_> {
    pub fn intern(&mut self, name: &Rc<str>) -> Rc<str> {
        self.interned.entry(name.clone()).or_insert_with(|| name.clone()).clone()
    }
}

/// A jump whose target is not known yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patch(usize);

/// A loop, `try` or mode block that is open, as a jump out of it must know it.
pub(super) enum Open {
    Loop { breaks: Vec<Patch>, continues: Vec<Patch> },
    Try,
    Mode(Reg),
}

/// The code object being built.
pub(super) struct Builder<'s, 'a> {
    pub shared: &'s mut Shared<'a>,
    pub code: Code,
    pub open: Vec<Open>,
    sites: Sites,
    next: usize,
    most: usize,
    /// Jumps may have to go further than 16 bits.
    pub far: bool,
    /// Top-level definitions that were made before the first statement.
    pub hoisted: Vec<VarId>,
    /// Where `return` puts its value, and its jumps, in a function with its own gradient or a checked result.
    pub result: Option<Reg>,
    pub returns: Vec<Patch>,
    names: HashMap<Rc<str>, u16>,
    floats: HashMap<u64, u32>,
    too_many: bool,
    span: Span,
}

/// Registers that an instruction can name.
const MAX_REGISTERS: usize = 60_000;

impl<'s, 'a> Builder<'s, 'a> {
    pub fn new(shared: &'s mut Shared<'a>, name: Rc<str>, slots: u16, span: Span) -> Builder<'s, 'a> {
        let is_library = shared.is_library;
        let code = Code {
            name,
            doc: None,
            params: Vec::new(),
            this: 0,
            slots,
            registers: slots,
            plain_args: if is_library { u16::MAX } else { 0 },
            mask: NO_REG,
            required: 0,
            rest: None,
            instrs: Vec::new(),
            consts: Vec::new(),
            ops: Vec::new(),
            names: Vec::new(),
            calls: Vec::new(),
            methods: Vec::new(),
            op_calls: Vec::new(),
            closures: Vec::new(),
            classes: Vec::new(),
            shapes: Vec::new(),
            templates: Vec::new(),
            indexes: Vec::new(),
            places: Vec::new(),
            checks: Vec::new(),
            imports: Vec::new(),
            customs: Vec::new(),
            sites: Rc::new(Sites::default()),
            is_library,
            span,
        };
        Builder {
            shared,
            code,
            open: Vec::new(),
            sites: Sites::default(),
            next: slots as usize,
            most: slots as usize,
            far: false,
            hoisted: Vec::new(),
            result: None,
            returns: Vec::new(),
            names: HashMap::new(),
            floats: HashMap::new(),
            too_many: false,
            span,
        }
    }

    /// The parameters, as calls need them.
    pub fn set_params(&mut self, params: Vec<Param>, info: &FnInfo) {
        let resolved = self.shared.resolved;
        let code = &mut self.code;
        code.this = info.this.is_some() as u16;
        code.required = params.iter().filter(|p| !p.has_default && !p.is_rest).count() as u16;
        code.rest = params.iter().position(|p| p.is_rest).map(|k| k as u16);
        let plain = code.rest.is_none() && code.this == 0 && !code.is_library && params.iter().all(|p| !p.has_default);
        code.plain_args = if plain { params.len() as u16 } else { u16::MAX };
        code.mask = info.mask.map_or(NO_REG, |id| resolved.var(id).slot);
        code.params = params;
    }

    pub fn finish(mut self) -> Rc<Code> {
        self.sites.base = self.shared.next_site;
        self.sites.is_library = self.shared.is_library;
        self.shared.next_site = self.shared.next_site.saturating_add(self.code.instrs.len() as u32);
        self.code.sites = Rc::new(self.sites);
        self.code.registers = self.most as u16;
        Rc::new(self.code)
    }

    pub fn error(&mut self, d: Diagnostic) {
        self.shared.errors.push(d);
    }

    // ---- registers

    /// A fresh temporary. Released by `release` to a `mark` taken before.
    pub fn temp(&mut self) -> Reg {
        self.temps(1)
    }

    pub fn temps(&mut self, count: usize) -> Reg {
        let first = self.next;
        if first + count > MAX_REGISTERS {
            if !self.too_many {
                self.too_many = true;
                let d =
                    Diagnostic::error("LIMIT-03", "this needs more values at once than a function has registers for")
                        .label(self.span, format!("more than {MAX_REGISTERS}"))
                        .help("build it up in parts: a loop that pushes onto a list, or a file that is loaded");
                self.error(d);
            }
            return self.code.slots;
        }
        self.next += count;
        self.most = self.most.max(self.next);
        first as Reg
    }

    pub fn mark(&self) -> usize {
        self.next
    }

    pub fn release(&mut self, mark: usize) {
        if !self.too_many {
            self.next = mark;
        }
    }

    pub fn is_temp(&self, reg: Reg) -> bool {
        reg >= self.code.slots
    }

    // ---- instructions

    /// An instruction that cannot fail, or whose operands are of no interest.
    pub fn emit(&mut self, instr: Instr, span: Span) {
        self.emit_at(instr, span, &[]);
    }

    /// An instruction with the places of its operands.
    pub fn emit_at(&mut self, instr: Instr, span: Span, operands: &[Span]) {
        self.span = span;
        self.code.instrs.push(instr);
        self.sites.pcs.push(self.sites.places.len() as u32);
        self.sites.places.push(SourcePlace { span, operands: operands.into(), new_axis: false });
    }

    /// Of the instruction that was emitted last.
    pub fn note_new_axis(&mut self) {
        if let Some(place) = self.sites.places.last_mut() {
            place.new_axis = true;
        }
    }

    pub fn here(&self) -> usize {
        self.code.instrs.len()
    }

    /// Emits a jump that `patch` completes.
    pub fn jump(&mut self, instr: Instr, span: Span, operands: &[Span]) -> Patch {
        self.emit_at(instr, span, operands);
        Patch(self.here() - 1)
    }

    pub fn patch(&mut self, patch: Patch) {
        self.patch_to(patch, self.here());
    }

    pub fn patch_all(&mut self, patches: Vec<Patch>) {
        for p in patches {
            self.patch(p);
        }
    }

    pub fn patch_to(&mut self, patch: Patch, target: usize) {
        let distance = target as i64 - patch.0 as i64 - 1;
        use Instr::*;
        let fits = match &mut self.code.instrs[patch.0] {
            Jump { offset }
            | Loop { offset, .. }
            | JumpIf { offset, .. }
            | JumpUnless { offset, .. }
            | Try { offset, .. } => {
                *offset = distance as i32;
                i32::try_from(distance).is_ok()
            }
            UnlessLt { offset, .. }
            | UnlessLe { offset, .. }
            | UnlessGt { offset, .. }
            | UnlessGe { offset, .. }
            | UnlessEq { offset, .. }
            | UnlessNe { offset, .. }
            | UnlessLtI { offset, .. }
            | UnlessLeI { offset, .. }
            | UnlessGtI { offset, .. }
            | UnlessGeI { offset, .. }
            | UnlessEqI { offset, .. }
            | UnlessNeI { offset, .. }
            | UnlessLtF { offset, .. }
            | UnlessLeF { offset, .. }
            | UnlessGtF { offset, .. }
            | UnlessGeF { offset, .. }
            | IfGiven { offset, .. } => {
                *offset = distance as i16;
                i16::try_from(distance).is_ok()
            }
            other => unreachable!("{other:?} is no jump"),
        };
        if !fits {
            let d = Diagnostic::error("LIMIT-04", "this code is too long for one jump")
                .label(self.span, "the jump would end here")
                .help("move a part of it into a function");
            self.error(d);
        }
    }

    /// The instruction at the foot of a loop; `back` in it leads to `body`, by way of a jump if that is far.
    pub fn loop_back(&mut self, body: usize, span: Span, operands: &[Span], make: impl Fn(u16) -> Instr) {
        let distance = self.here() + 1 - body;
        match u16::try_from(distance) {
            Ok(back) => self.emit_at(make(back), span, operands),
            Err(_) => {
                self.emit(Instr::Jump { offset: 1 }, span);
                let far = self.jump(Instr::Jump { offset: 0 }, span, &[]);
                self.patch_to(far, body);
                self.emit_at(make(2), span, operands);
            }
        }
    }

    // ---- tables

    pub fn constant(&mut self, value: Value) -> u32 {
        self.code.consts.push(value);
        self.code.consts.len() as u32 - 1
    }

    pub fn float(&mut self, value: f64) -> u32 {
        if let Some(index) = self.floats.get(&value.to_bits()) {
            return *index;
        }
        let index = self.constant(Value::Float(value));
        self.floats.insert(value.to_bits(), index);
        index
    }

    pub fn name(&mut self, name: &Rc<str>) -> u16 {
        let name = self.shared.intern(name);
        if let Some(index) = self.names.get(&name) {
            return *index;
        }
        let index = self.index(self.code.names.len());
        self.code.names.push(name.clone());
        self.names.insert(name, index);
        index
    }

    pub fn op(&mut self, op: &'static Op) -> u16 {
        let known = self.code.ops.iter().position(|o| std::ptr::eq(*o, op));
        let position = known.unwrap_or_else(|| {
            self.code.ops.push(op);
            self.code.ops.len() - 1
        });
        self.index(position)
    }

    /// A position in one of the code object's tables as an operand.
    pub fn index(&mut self, position: usize) -> u16 {
        u16::try_from(position).unwrap_or_else(|_| {
            let d = Diagnostic::error("LIMIT-03", "this function is too long")
                .label(self.span, "more calls, strings or names than one function can hold")
                .help("move a part of it into other functions");
            self.error(d);
            0
        })
    }
}

/// The `k`-th of a row of registers. Where there were too many the error has been told, and the code will not run.
pub fn after(first: Reg, k: usize) -> Reg {
    first.wrapping_add(k as Reg)
}

/// `v.len()` before `v.push(x)`, as an operand.
macro_rules! entry {
    ($builder:expr, $table:ident, $value:expr) => {{
        let value = $value;
        let index = $builder.index($builder.code.$table.len());
        $builder.code.$table.push(value);
        index
    }};
}
pub(super) use entry;
