//! Expressions.

use super::emit::{Builder, after, entry};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::*;
use crate::vm::code::{Cmp, Instr, Item, Piece, Reg};
use crate::vm::format::Spec;
use crate::vm::value::Value;

impl Builder<'_, '_> {
    /// The register that holds the value: a variable's own, or a fresh temporary.
    pub fn expr(&mut self, e: &Expr) -> Reg {
        if let ExprKind::Name(_) = &e.kind
            && let Some(binding) = self.binding(e.span)
            && let Some(reg) = self.plain_register(binding)
        {
            return reg;
        }
        let dst = self.temp();
        self.expr_to(e, dst);
        dst
    }

    /// Like `expr`, for an operand that is evaluated before `later`, which may assign to the variable.
    pub fn operand_before(&mut self, e: &Expr, later: &[&Expr]) -> Reg {
        let reg = self.expr(e);
        if !self.is_temp(reg) && later.iter().any(|l| may_assign(l)) {
            let dst = self.temp();
            self.emit(Instr::Copy { dst, src: reg }, e.span);
            return dst;
        }
        reg
    }

    /// Evaluates `e` into a register. Only the last instruction writes it, so `dst` may be a variable that `e` reads.
    pub fn expr_to(&mut self, e: &Expr, dst: Reg) {
        let mark = self.mark();
        self.expr_into(e, dst);
        self.release(mark);
    }

    fn expr_into(&mut self, e: &Expr, dst: Reg) {
        let span = e.span;
        match &e.kind {
            ExprKind::None => self.emit(Instr::None { dst }, span),
            ExprKind::Bool(value) => self.emit(Instr::Bool { dst, value: *value }, span),
            ExprKind::Int(value) => self.int(*value, dst, span),
            ExprKind::Float(value) => {
                let index = self.float(*value);
                self.emit(Instr::Const { dst, index }, span);
            }
            ExprKind::Str(parts) => self.string(parts, dst, span),
            ExprKind::Name(_) => {
                if let Some(binding) = self.binding(span) {
                    self.load(binding, dst, span);
                }
            }
            ExprKind::Tensor(items) => self.tensor(items, dst, span, false),
            ExprKind::TensorComp(c) => {
                let list = self.temp();
                self.comprehension(&c.body, &c.clauses, list, span);
                self.emit_at(Instr::ListToTensor { dst, src: list }, span, &[c.body.span]);
            }
            ExprKind::Tuple(items) => {
                let base = self.temps(items.len());
                for (k, item) in items.iter().enumerate() {
                    self.expr_to(item, after(base, k));
                }
                self.emit(Instr::Tuple { dst, base, count: items.len() as u16 }, span);
            }
            ExprKind::Record(entries) => {
                let base = self.temps(entries.len());
                let mut keys = Vec::with_capacity(entries.len());
                for (k, (key, value)) in entries.iter().enumerate() {
                    self.expr_to(value, after(base, k));
                    keys.push(self.shared.intern(&key.text));
                }
                let shape = entry!(self, shapes, keys);
                self.emit(Instr::Record { dst, base, shape }, span);
            }
            ExprKind::Range { start, end, closed, step } => {
                let base = self.temps(3);
                self.range_parts(start.as_deref(), end.as_deref(), step.as_deref(), base, span);
                let spans = range_spans(start.as_deref(), end.as_deref(), step.as_deref(), span);
                self.emit_at(Instr::Range { closed: *closed, dst, base }, span, &spans);
            }
            ExprKind::Unary(UnaryOp::Neg, a) => match &a.kind {
                ExprKind::Int(value) => self.int(-*value, dst, span),
                ExprKind::Float(value) => {
                    let index = self.float(-*value);
                    self.emit(Instr::Const { dst, index }, span);
                }
                _ => {
                    let r = self.expr(a);
                    self.emit_at(Instr::Neg { dst, a: r }, span, &[a.span]);
                }
            },
            ExprKind::Unary(UnaryOp::Not, a) => {
                let r = self.expr(a);
                self.emit_at(Instr::Not { dst, a: r }, span, &[a.span]);
            }
            ExprKind::Binary(op, _, a, b) => self.binary(*op, a, b, dst, span, false),
            ExprKind::And(..) | ExprKind::Or(..) => {
                let when_false = self.cond(e, false);
                self.emit(Instr::Bool { dst, value: true }, span);
                let end = self.jump(Instr::Jump { offset: 0 }, span, &[]);
                self.patch_all(when_false);
                self.emit(Instr::Bool { dst, value: false }, span);
                self.patch(end);
            }
            ExprKind::Pipe(value, target) => self.pipe(value, target, dst, span),
            ExprKind::Call(callee, args) => self.call(callee, None, args, dst, span),
            ExprKind::Method(recv, name, args) => self.method(recv, name, None, args, dst, span),
            ExprKind::Field(recv, name) => match self.binding(name.span) {
                // A member of a namespace that is known by now.
                Some(binding) if self.is_namespace(recv) => self.load(binding, dst, span),
                _ => {
                    let obj = self.expr(recv);
                    let index = self.name(&name.text);
                    self.emit_at(Instr::Attr { dst, obj, name: index }, span, &[recv.span, name.span]);
                }
            },
            ExprKind::Index(recv, items) => self.index_expr(recv, items, dst, span),
            ExprKind::Lambda(f) => self.closure(f, dst),
            ExprKind::Block(b) => self.block(b, Some(dst)),
            ExprKind::If { cond, then, otherwise } => self.if_expr(cond, then, otherwise.as_deref(), Some(dst), span),
            ExprKind::Try { body, name, handler } => self.try_expr(body, name.as_ref(), handler, Some(dst), span),
            ExprKind::NoGrad(b) => self.no_grad(b, Some(dst), span),
            ExprKind::On(device, b) => self.on(device, b, Some(dst), span),
        }
    }

    /// Evaluates for the effect only.
    pub fn discard(&mut self, e: &Expr) {
        let mark = self.mark();
        match &e.kind {
            ExprKind::Block(b) => self.block(b, None),
            ExprKind::If { cond, then, otherwise } => self.if_expr(cond, then, otherwise.as_deref(), None, e.span),
            ExprKind::Try { body, name, handler } => self.try_expr(body, name.as_ref(), handler, None, e.span),
            ExprKind::NoGrad(b) => self.no_grad(b, None, e.span),
            ExprKind::On(device, b) => self.on(device, b, None, e.span),
            _ => {
                let dst = self.temp();
                self.expr_to(e, dst);
                self.drop_temp(dst, e);
            }
        }
        self.release(mark);
    }

    /// A result that nobody reads must not stay in its register: it may hold a tape.
    fn drop_temp(&mut self, reg: Reg, e: &Expr) {
        let is_plain = matches!(
            e.kind,
            ExprKind::None
                | ExprKind::Bool(_)
                | ExprKind::Int(_)
                | ExprKind::Float(_)
                | ExprKind::And(..)
                | ExprKind::Or(..)
        );
        if !is_plain {
            self.emit(Instr::Clear { from: reg, count: 1 }, e.span);
        }
    }

    fn int(&mut self, value: i64, dst: Reg, span: Span) {
        match i32::try_from(value) {
            Ok(value) => self.emit(Instr::Int { dst, value }, span),
            Err(_) => {
                let index = self.constant(Value::Int(value));
                self.emit(Instr::Const { dst, index }, span);
            }
        }
    }

    fn string(&mut self, parts: &[StrPart], dst: Reg, span: Span) {
        match parts {
            [] => {
                let index = self.constant(Value::str(""));
                self.emit(Instr::Const { dst, index }, span);
            }
            [StrPart::Text(text)] => {
                let index = self.constant(Value::str(text.as_str()));
                self.emit(Instr::Const { dst, index }, span);
            }
            parts => {
                let holes = parts.iter().filter(|p| matches!(p, StrPart::Hole { .. })).count();
                let base = self.temps(holes);
                let mut template = Vec::with_capacity(parts.len());
                let mut spans = Vec::with_capacity(holes);
                for part in parts {
                    match part {
                        StrPart::Text(text) => template.push(Piece::Text(text.clone())),
                        StrPart::Hole { expr, spec } => {
                            self.expr_to(expr, after(base, spans.len()));
                            spans.push(expr.span);
                            let spec = spec.as_ref().and_then(|(text, at)| self.format_spec(text, *at));
                            template.push(Piece::Hole(spec));
                        }
                    }
                }
                let template = entry!(self, templates, template);
                self.emit_at(Instr::Str { dst, base, template }, span, &spans);
            }
        }
    }

    fn format_spec(&mut self, text: &str, at: Span) -> Option<Spec> {
        match Spec::parse(text) {
            Ok(spec) => Some(spec),
            Err(e) => {
                let mut d = Diagnostic::error(e.code, e.message).label(at, "this spec");
                d.help = e.help;
                self.error(d);
                None
            }
        }
    }

    /// `assign`: `a op= b`, where a cell in `a` is updated instead.
    pub fn binary(&mut self, op: BinaryOp, a: &Expr, b: &Expr, dst: Reg, span: Span, assign: bool) {
        if !assign && self.constant_first(op, a, b, dst, span) {
            if makes_axis(b) {
                self.note_new_axis();
            }
            return;
        }
        let left = self.operand_before(a, &[b]);
        self.binary_with(op, left, b, dst, span, [a.span, b.span], assign);
        if makes_axis(a) || makes_axis(b) {
            self.note_new_axis();
        }
    }

    /// A float constant plus or times something.
    fn constant_first(&mut self, op: BinaryOp, a: &Expr, b: &Expr, dst: Reg, span: Span) -> bool {
        let (true, Some(value)) = (matches!(op, BinaryOp::Add | BinaryOp::Mul), float_constant(a)) else {
            return false;
        };
        if small_int(b).is_some() || float_constant(b).is_some() {
            return false;
        }
        let Ok(index) = u16::try_from(self.float(value)) else { return false };
        let right = self.expr(b);
        let instr = match op {
            BinaryOp::Add => Instr::FAdd { dst, index, b: right },
            _ => Instr::FMul { dst, index, b: right },
        };
        self.emit_at(instr, span, &[a.span, b.span]);
        true
    }

    /// The left operand is in a register already.
    #[expect(clippy::too_many_arguments)]
    pub fn binary_with(
        &mut self,
        op: BinaryOp,
        a: Reg,
        right: &Expr,
        dst: Reg,
        span: Span,
        spans: [Span; 2],
        assign: bool,
    ) {
        use BinaryOp::*;
        if let Some(imm) = small_int(right) {
            let instr = match op {
                Add => Some(Instr::AddI { assign, dst, a, imm }),
                Sub => Some(Instr::SubI { assign, dst, a, imm }),
                Mul => Some(Instr::MulI { assign, dst, a, imm }),
                FloorDiv => Some(Instr::FloorDivI { assign, dst, a, imm }),
                Rem => Some(Instr::RemI { assign, dst, a, imm }),
                Pow => Some(Instr::PowI { assign, dst, a, imm }),
                _ => None,
            };
            if let Some(instr) = instr {
                return self.emit_at(instr, span, &spans);
            }
        }
        if let Some(value) = float_constant(right)
            && matches!(op, Add | Sub | Mul | Div)
        {
            let index = self.float(value);
            if let Ok(index) = u16::try_from(index) {
                let instr = match op {
                    Add => Instr::AddF { assign, dst, a, index },
                    Sub => Instr::SubF { assign, dst, a, index },
                    Mul => Instr::MulF { assign, dst, a, index },
                    _ => Instr::DivF { assign, dst, a, index },
                };
                return self.emit_at(instr, span, &spans);
            }
        }
        let b = self.expr(right);
        self.binary_regs(op, dst, a, b, span, spans, assign);
    }

    /// Both operands are in registers.
    #[expect(clippy::too_many_arguments)]
    pub fn binary_regs(&mut self, op: BinaryOp, dst: Reg, a: Reg, b: Reg, span: Span, spans: [Span; 2], assign: bool) {
        use BinaryOp::*;
        let instr = match op {
            Add => Instr::Add { assign, dst, a, b },
            Sub => Instr::Sub { assign, dst, a, b },
            Mul => Instr::Mul { assign, dst, a, b },
            Div => Instr::Div { assign, dst, a, b },
            FloorDiv => Instr::FloorDiv { assign, dst, a, b },
            Rem => Instr::Rem { assign, dst, a, b },
            Pow => Instr::Pow { assign, dst, a, b },
            MatMul => Instr::MatMul { assign, dst, a, b },
            In => Instr::In { negate: false, dst, a, b },
            NotIn => Instr::In { negate: true, dst, a, b },
            Eq | Ne | Lt | Le | Gt | Ge => Instr::Compare { op: comparison(op), dst, a, b },
        };
        self.emit_at(instr, span, &spans);
    }

    // ---- indexing

    fn index_expr(&mut self, recv: &Expr, items: &[IndexItem], dst: Reg, span: Span) {
        if let [IndexItem { kind: IndexKind::At(index), .. }] = items {
            let obj = self.operand_before(recv, &[index]);
            let i = self.expr(index);
            return self.emit_at(Instr::Index { dst, obj, index: i }, span, &[recv.span, index.span]);
        }
        let (shape, count) = item_shape(items);
        let base = self.temps(1 + count);
        self.expr_to(recv, base);
        let mut spans = vec![recv.span];
        self.index_items(items, base + 1, &mut spans);
        // After the operands, all items together.
        spans.push(items_span(items, span));
        let site = entry!(self, indexes, shape);
        self.emit_at(Instr::IndexSite { dst, base, site }, span, &spans);
    }

    /// Evaluates the operands of an index into registers from `at` on; gives the next free one.
    pub fn index_items(&mut self, items: &[IndexItem], mut at: Reg, spans: &mut Vec<Span>) -> Reg {
        for item in items {
            match &item.kind {
                IndexKind::At(e) => {
                    self.expr_to(e, at);
                    spans.push(e.span);
                    at += 1;
                }
                IndexKind::Slice { start, end, step, .. } => {
                    for part in [start, end, step].into_iter().flatten() {
                        self.expr_to(part, at);
                        spans.push(item.span);
                        at += 1;
                    }
                }
                IndexKind::Ellipsis => {}
            }
        }
        at
    }

    /// Start, end and step of a range in three registers.
    pub fn range_parts(
        &mut self,
        start: Option<&Expr>,
        end: Option<&Expr>,
        step: Option<&Expr>,
        base: Reg,
        span: Span,
    ) {
        for (k, part) in [start, end].into_iter().enumerate() {
            match part {
                Some(e) => self.expr_to(e, after(base, k)),
                None => self.emit(Instr::None { dst: after(base, k) }, span),
            }
        }
        match step {
            Some(e) => self.expr_to(e, base + 2),
            None => self.emit(Instr::Int { dst: base + 2, value: 1 }, span),
        }
    }
}

/// All that stands between the brackets.
pub(super) fn items_span(items: &[IndexItem], otherwise: Span) -> Span {
    match (items.first(), items.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => otherwise,
    }
}

/// Where the three parts of a range stand.
pub(super) fn range_spans(start: Option<&Expr>, end: Option<&Expr>, step: Option<&Expr>, span: Span) -> [Span; 3] {
    [start, end, step].map(|p| p.map_or(span, |e| e.span))
}

/// The parts of an index and how many registers they take.
pub(super) fn item_shape(items: &[IndexItem]) -> (Vec<Item>, usize) {
    let shape: Vec<Item> = items
        .iter()
        .map(|item| match &item.kind {
            IndexKind::At(_) => Item::At,
            IndexKind::Slice { start, end, closed, step } => {
                Item::Slice { start: start.is_some(), end: end.is_some(), closed: *closed, step: step.is_some() }
            }
            IndexKind::Ellipsis => Item::Ellipsis,
        })
        .collect();
    let count = shape.iter().map(|i| i.registers()).sum();
    (shape, count)
}

pub(super) fn comparison(op: BinaryOp) -> Cmp {
    match op {
        BinaryOp::Ne => Cmp::Ne,
        BinaryOp::Lt => Cmp::Lt,
        BinaryOp::Le => Cmp::Le,
        BinaryOp::Gt => Cmp::Gt,
        BinaryOp::Ge => Cmp::Ge,
        _ => Cmp::Eq,
    }
}

/// An int literal that fits an instruction.
pub(super) fn small_int(e: &Expr) -> Option<i16> {
    match &e.kind {
        ExprKind::Int(value) => i16::try_from(*value).ok(),
        ExprKind::Unary(UnaryOp::Neg, a) => match &a.kind {
            ExprKind::Int(value) => i16::try_from(-*value).ok(),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn float_constant(e: &Expr) -> Option<f64> {
    match &e.kind {
        ExprKind::Float(value) => Some(*value),
        ExprKind::Unary(UnaryOp::Neg, a) => match &a.kind {
            ExprKind::Float(value) => Some(-*value),
            _ => None,
        },
        _ => None,
    }
}

/// Whether evaluating it may assign to a variable of the same function: only a block can hold an assignment.
pub(super) fn may_assign(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Name(_)
        | ExprKind::Lambda(_) => false,
        ExprKind::Block(_) | ExprKind::If { .. } | ExprKind::Try { .. } | ExprKind::NoGrad(_) | ExprKind::On(..) => {
            true
        }
        ExprKind::Str(parts) => parts.iter().any(|p| matches!(p, StrPart::Hole { expr, .. } if may_assign(expr))),
        ExprKind::Tensor(items) | ExprKind::Tuple(items) => items.iter().any(may_assign),
        ExprKind::TensorComp(c) => may_assign(&c.body) || clauses_may_assign(&c.clauses),
        ExprKind::Record(entries) => entries.iter().any(|(_, v)| may_assign(v)),
        ExprKind::Range { start, end, step, .. } => [start, end, step].into_iter().flatten().any(|e| may_assign(e)),
        ExprKind::Unary(_, a) | ExprKind::Field(a, _) => may_assign(a),
        ExprKind::Binary(_, _, a, b) | ExprKind::And(a, b) | ExprKind::Or(a, b) | ExprKind::Pipe(a, b) => {
            may_assign(a) || may_assign(b)
        }
        ExprKind::Call(callee, args) => may_assign(callee) || args_may_assign(args),
        ExprKind::Method(recv, _, args) => may_assign(recv) || args_may_assign(args),
        ExprKind::Index(recv, items) => {
            may_assign(recv)
                || items.iter().any(|i| match &i.kind {
                    IndexKind::At(e) => may_assign(e),
                    IndexKind::Slice { start, end, step, .. } => {
                        [start, end, step].into_iter().flatten().any(|e| may_assign(e))
                    }
                    IndexKind::Ellipsis => false,
                })
        }
    }
}

fn args_may_assign(args: &[Arg]) -> bool {
    args.iter().any(|a| {
        may_assign(&a.value) || matches!(&a.kind, ArgKind::Comprehension(clauses) if clauses_may_assign(clauses))
    })
}

fn clauses_may_assign(clauses: &[Clause]) -> bool {
    clauses.iter().any(|c| match c {
        Clause::For(_, e) | Clause::If(e) => may_assign(e),
    })
}

/// `x[.., none]`, `x.unsqueeze(1)`, or something simple around it.
fn makes_axis(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Index(x, items) => {
            let is_new = |item: &IndexItem| matches!(&item.kind, IndexKind::At(e) if matches!(e.kind, ExprKind::None));
            items.iter().any(is_new) || makes_axis(x)
        }
        ExprKind::Unary(_, x) => makes_axis(x),
        ExprKind::Method(x, name, _) => &*name.text == "unsqueeze" || makes_axis(x),
        ExprKind::Call(f, _) => matches!(&f.kind, ExprKind::Name(name) if &**name == "unsqueeze"),
        ExprKind::Binary(_, _, x, y) => makes_axis(x) || makes_axis(y),
        _ => false,
    }
}
