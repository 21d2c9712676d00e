//! Assignments: to names, to chains, to several places at once, and `place op= value`.

use super::emit::{Builder, after, entry};
use super::expr::{item_shape, items_span, may_assign};
use crate::check::{Binding, Origin, Place};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::vm::code::{Instr, PlaceSite, Reg, Root, Step};

/// A chain whose parts have been evaluated.
struct Chain {
    site: u16,
    base: Reg,
    root: Root,
    spans: Vec<Span>,
}

impl Builder<'_, '_> {
    pub fn assign(&mut self, place: &Expr, value: &Expr) {
        match (&place.kind, &value.kind) {
            (ExprKind::Tuple(places), ExprKind::Tuple(values)) if places.len() == values.len() => {
                let base = self.temps(values.len());
                for (k, value) in values.iter().enumerate() {
                    self.expr_to(value, after(base, k));
                }
                for (k, place) in places.iter().enumerate() {
                    self.assign_from(place, after(base, k), values[k].span);
                }
            }
            (ExprKind::Name(_), _) => {
                let Some(binding) = self.binding(place.span) else { return };
                if let Some(slot) = self.plain_register(binding)
                    && !self.may_hold_cell(binding)
                {
                    return self.expr_to(value, slot);
                }
                let src = self.expr(value);
                self.assign_from(place, src, value.span);
            }
            _ => {
                let src = self.expr(value);
                // An index that is evaluated later may change the variable.
                let src = if !self.is_temp(src) && may_assign(place) {
                    let copy = self.temp();
                    self.emit(Instr::Copy { dst: copy, src }, value.span);
                    copy
                } else {
                    src
                };
                self.assign_from(place, src, value.span);
            }
        }
    }

    /// The value is in `src`, which is used up if it is a temporary.
    fn assign_from(&mut self, place: &Expr, src: Reg, from: Span) {
        let mark = self.mark();
        match &place.kind {
            ExprKind::Name(_) => {
                let Some(binding) = self.binding(place.span) else { return };
                if self.may_hold_cell(binding) {
                    let reg = match self.plain_register(binding) {
                        Some(slot) => slot,
                        None => {
                            let dst = self.temp();
                            self.load(binding, dst, place.span);
                            dst
                        }
                    };
                    self.emit_at(Instr::WarnCell { reg, src }, place.span, &[place.span, from]);
                }
                self.store(binding, src, place.span);
            }
            ExprKind::Tuple(places) => {
                let base = self.temps(places.len());
                self.emit_at(Instr::Unpack { base, src, count: places.len() as u16 }, place.span, &[from]);
                for (k, place) in places.iter().enumerate() {
                    self.assign_from(place, after(base, k), from);
                }
            }
            ExprKind::Index(recv, items)
                if let (ExprKind::Name(_), [IndexItem { kind: IndexKind::At(index), .. }]) =
                    (&recv.kind, &items[..])
                    && let Some(obj) = self.binding(recv.span).and_then(|b| self.plain_register(b)) =>
            {
                let i = self.expr(index);
                self.emit_at(Instr::SetIndex { obj, index: i, src }, place.span, &[recv.span, index.span, from]);
                self.warn_unread(place, Some(obj));
            }
            _ => {
                let chain = self.chain(place);
                let mut spans = chain.spans;
                spans.push(from);
                self.emit_at(Instr::PlaceSet { src, base: chain.base, site: chain.site }, place.span, &spans);
                self.warn_unread(place, plain_root(chain.root));
            }
        }
        self.release(mark);
    }

    /// Whether replacing the variable's value deserves a look at the old one: it was bound to a parameter, or by
    /// a `for` over parameters. Fields are looked at when they are set.
    fn may_hold_cell(&self, binding: Binding) -> bool {
        match binding {
            Binding::Local(Place::Var(id) | Place::Capture(_, id)) => {
                matches!(self.shared.resolved.var(id).origin, Origin::LetParam | Origin::For)
            }
            _ => false,
        }
    }

    fn warn_unread(&mut self, place: &Expr, reg: Option<Reg>) {
        if let Some(reg) = reg
            && self.shared.resolved.unread.contains(&place.span.start)
        {
            self.emit_at(Instr::WarnUnread { reg }, place.span, &[place.span]);
        }
    }

    pub fn compound(&mut self, op: BinaryOp, place: &Expr, value: &Expr, span: Span) {
        let spans = [place.span, value.span];
        match &place.kind {
            ExprKind::Name(_) => {
                let Some(binding) = self.binding(place.span) else { return };
                match self.plain_register(binding) {
                    Some(slot) if !may_assign(value) => {
                        self.binary_with(op, slot, value, slot, span, spans, true);
                        self.warn_unread(place, Some(slot));
                    }
                    slot => {
                        let current = self.temp();
                        self.load(binding, current, place.span);
                        self.binary_with(op, current, value, current, span, spans, true);
                        self.store(binding, current, place.span);
                        self.warn_unread(place, slot);
                    }
                }
            }
            _ => {
                let chain = self.chain(place);
                let current = self.temp();
                let get = Instr::PlaceGet { dst: current, base: chain.base, site: chain.site };
                self.emit_at(get, place.span, &chain.spans);
                self.binary_with(op, current, value, current, span, spans, true);
                let mut spans = chain.spans;
                spans.push(value.span);
                let set = Instr::PlaceSet { src: current, base: chain.base, site: chain.site };
                self.emit_at(set, place.span, &spans);
                self.warn_unread(place, plain_root(chain.root));
            }
        }
    }

    /// Evaluates the parts of a chain, from its root outwards.
    fn chain(&mut self, place: &Expr) -> Chain {
        let mut links = Vec::new();
        let mut at = place;
        while let ExprKind::Field(recv, _) | ExprKind::Index(recv, _) = &at.kind {
            links.push(at);
            at = recv;
        }
        links.reverse();
        let mut item_spans = Vec::new();
        let binding = match &at.kind {
            ExprKind::Name(_) => self.binding(at.span),
            _ => None,
        };
        let root = match binding {
            Some(binding) => self.root(binding, at.span),
            None => Root::Value,
        };
        let counts: usize = links
            .iter()
            .map(|l| match &l.kind {
                ExprKind::Index(_, items) => item_shape(items).1,
                _ => 0,
            })
            .sum();
        let base = self.temps(counts + (root == Root::Value) as usize);
        let mut next = base;
        if root == Root::Value {
            self.expr_to(at, base);
            next += 1;
        }
        let mut steps = Vec::with_capacity(links.len());
        for link in links {
            match &link.kind {
                ExprKind::Field(_, name) => {
                    steps.push(Step::Field(self.shared.intern(&name.text)));
                }
                ExprKind::Index(_, items) => {
                    next = self.index_items(items, next, &mut item_spans);
                    steps.push(Step::Index(item_shape(items).0));
                }
                _ => {}
            }
        }
        let site = entry!(self, places, PlaceSite { root, steps });
        // What holds the last part, and the last part; the value comes third.
        let spans = match &place.kind {
            ExprKind::Field(recv, name) => vec![recv.span, name.span],
            ExprKind::Index(recv, items) => vec![recv.span, items_span(items, place.span)],
            _ => vec![place.span],
        };
        Chain { site, base, root, spans }
    }
}

fn plain_root(root: Root) -> Option<Reg> {
    match root {
        Root::Reg(reg) => Some(reg),
        _ => None,
    }
}
