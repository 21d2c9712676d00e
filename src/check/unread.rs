//! Finds tensors that are changed and never read again: `for row in x { row[0] = 0 }`. Tensors are values, so such
//! a line has no effect; whether the value is a tensor is known when it runs, so this only marks the places.

use super::walk::Checker;
use super::{Binding, Origin, Place, VarId};
use crate::source::Span;

/// What happens to one variable, in the order of the walk.
#[derive(Default)]
pub(super) struct Uses {
    /// The tick of its declaration, to tell the loops around it from the loops around a change.
    declared: u32,
    reads: Vec<u32>,
    /// Where the place stands, when it is changed, and when the outermost loop around the change began that does
    /// not also contain the declaration: a read anywhere in that loop comes after the change, on the next turn.
    changes: Vec<(Span, u32, Option<u32>)>,
    /// A closure may read it at any time.
    escapes: bool,
}

impl Uses {
    pub fn declared_at(tick: u32) -> Uses {
        Uses { declared: tick, ..Uses::default() }
    }
}

impl Checker<'_> {
    pub(super) fn note_read(&mut self, binding: &Binding) {
        self.tick += 1;
        let tick = self.tick;
        if let Binding::Local(place) = binding {
            let uses = &mut self.uses[variable(*place).0 as usize];
            uses.reads.push(tick);
            uses.escapes |= matches!(place, Place::Capture(..));
        }
    }

    pub(super) fn note_assign(&mut self, binding: &Binding) {
        if let Binding::Local(place) = binding {
            let id = variable(*place);
            self.resolved.vars[id.0 as usize].assigned = true;
            self.uses[id.0 as usize].escapes |= matches!(place, Place::Capture(..));
        }
    }

    /// `x[i] = …` or `x += …`
    pub(super) fn note_change(&mut self, binding: &Binding, span: Span) {
        self.tick += 1;
        if let Binding::Local(Place::Var(id)) = binding {
            let tick = self.tick;
            let declared = self.uses[id.0 as usize].declared;
            let around = self.current().loops.iter().find(|began| **began >= declared).copied();
            self.uses[id.0 as usize].changes.push((span, tick, around));
        }
    }

    /// A variable goes out of scope: marks the changes that nothing reads.
    pub(super) fn find_unread(&mut self, id: VarId) {
        let var = &self.resolved.vars[id.0 as usize];
        if !matches!(var.origin, Origin::Let | Origin::For | Origin::Param) {
            return;
        }
        let uses = &mut self.uses[id.0 as usize];
        if uses.escapes {
            return;
        }
        for (span, tick, around) in std::mem::take(&mut uses.changes) {
            let read = uses.reads.iter().any(|r| *r > tick || around.is_some_and(|began| *r > began));
            if !read {
                self.resolved.unread.insert(span.start);
            }
        }
    }
}

fn variable(place: Place) -> VarId {
    match place {
        Place::Var(id) | Place::Capture(_, id) => id,
    }
}
