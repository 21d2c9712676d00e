//! The walk backwards: counts uses from the root, then visits nodes when all their uses are done (Kahn's order).
//!
//! Two explicit stacks, no recursion. Nothing outside the nodes changes until the end: an error or an interrupt
//! in the middle leaves every `.grad` as it was.

use super::finite::{Spread, gradient_error, is_finite};
use super::nested::Kept;
use super::node::{COUNT, FREED, NodeRef, SPREAD, WANTED};
use super::{ARGUMENT, CUSTOM, Cx, LEAF, PART, Param, Saved};
use crate::device::cpu::pool;
use crate::ops::{Grad, OpError, Result};
use crate::tensor::{Num, Tensor, expr};
use std::cell::RefCell;

/// Room that a walk over a small tape needs.
const FEW: usize = 64;

#[derive(Default)]
pub struct BackwardOptions {
    /// The starting cotangent; needed when the loss has more than one element.
    pub seed: Option<Tensor>,
    /// Keep what the nodes saved, so that another backward can follow.
    pub retain: bool,
    /// Record the gradients themselves.
    pub create_graph: bool,
}

/// Whether gradients asked for as values are recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recording {
    Always,
    Never,
    /// When something tracked besides what they are asked for is reached.
    IfOthersAreReached,
}

impl Cx {
    /// Rewinds the tape from `loss` and adds to the gradient of every parameter that it reaches.
    ///
    /// # Errors
    /// `TAPE-01` nothing tracked leads to it; `TAPE-02` more than one element without a seed; `TAPE-03` rewound
    /// before; `TAPE-04` an operation on the way has no gradient. No gradient has changed then.
    pub fn backward(&self, loss: &Tensor, options: BackwardOptions) -> Result<()> {
        let seed = self.seed_of(loss, options.seed)?;
        let Some(root) = loss.node() else { return Err(untracked(loss)) };
        let walk = Walk::new(self, options.create_graph);
        let leaves = walk.count(&[root], None)?;
        if !options.retain && walk.kept.borrow().iter().any(Kept::is_operation) {
            return Err(rewound_within());
        }
        self.note_rewound(walk.epoch);
        root.put_cot(loss.slot(), seed);
        let mut holding = Vec::with_capacity(FEW);
        let done = walk.run(&[root], None, (!options.retain).then_some(&mut holding)).and_then(|()| {
            let mut found = Vec::with_capacity(leaves.len());
            for leaf in leaves {
                let (p, g) = (Param::of_leaf(leaf), leaf.take_cot(0));
                if let (Some(p), Some(g)) = (p, g) {
                    let sum = match p.grad() {
                        None => g,
                        Some(old) => self.with_grad_mode(options.create_graph, || self.add(&old, &g)),
                    };
                    found.push((p, sum));
                }
            }
            match self.take_failure() {
                Some(e) => Err(e),
                // What the nodes saved goes next, so that nothing of it is worth writing out on the way.
                None => expr::force_all(found.iter().map(|(_, g)| g), options.retain).map(|()| found),
            }
        });
        match done {
            Ok(found) => {
                found.into_iter().for_each(|(p, g)| p.put_grad(g));
                // Not before all is done: an error on the way leaves the tape usable.
                holding.into_iter().for_each(|n| n.free());
                Ok(())
            }
            Err(e) => {
                walk.clear(&[root]);
                Err(e)
            }
        }
    }

    /// The gradients of `ys` (each with its cotangent) with respect to `wrt`; none where no path leads. Touches no
    /// parameter and leaves the tape as it was.
    pub fn grads(&self, ys: &[(Tensor, Tensor)], wrt: &[Tensor], recording: Recording) -> Result<Vec<Option<Tensor>>> {
        self.grads_to(ys, wrt, recording, false)
    }

    /// `grads` where all that the walk comes to ends in one of `wrt`: it looks at nothing behind them.
    pub fn grads_up_to(
        &self,
        ys: &[(Tensor, Tensor)],
        wrt: &[Tensor],
        recording: Recording,
    ) -> Result<Vec<Option<Tensor>>> {
        self.grads_to(ys, wrt, recording, true)
    }

    fn grads_to(
        &self,
        ys: &[(Tensor, Tensor)],
        wrt: &[Tensor],
        recording: Recording,
        ends: bool,
    ) -> Result<Vec<Option<Tensor>>> {
        let roots: Vec<&NodeRef> = ys.iter().filter_map(|(y, _)| y.node()).collect();
        let mut walk = Walk::new(self, recording == Recording::Always);
        walk.ends = ends;
        let others = walk.count(&roots, Some(wrt))?;
        if recording == Recording::IfOthersAreReached {
            walk.record = self.grad_enabled() && others.iter().any(|n| !is_one_of(wrt, n));
        }
        let mut found: Vec<Option<Tensor>> = vec![None; wrt.len()];
        self.with_grad_mode(walk.record, || {
            for (y, seed) in ys {
                if let Some(n) = y.node() {
                    walk.add_cot(n, y.slot(), seed.clone());
                }
            }
        });
        let ran = walk.run(&roots, Some((wrt, &mut found)), None);
        if ran.is_err() {
            walk.clear(&roots);
        }
        ran.map(|()| found)
    }

    fn seed_of(&self, loss: &Tensor, seed: Option<Tensor>) -> Result<Tensor> {
        match seed {
            Some(s) if s.dims() == loss.dims() => self.cast(&s.detach(), loss.dtype()),
            Some(s) => Err(OpError::new(
                "TAPE-02",
                format!("the seed has shape {}, but what it is for has shape {}", s.shape(), loss.shape()),
            )
            .at(0, format!("{}{}", loss.dtype(), loss.shape()))
            .at(1, format!("{}{}", s.dtype(), s.shape()))),
            None if loss.numel() == 1 => Tensor::full(loss.dtype(), loss.to_dims(), Num::Float(1.0)),
            None => Err(OpError::new(
                "TAPE-02",
                format!("backward needs one number to start from, but this has shape {}", loss.shape()),
            )
            .at(0, format!("{}{}, {} elements", loss.dtype(), loss.shape(), loss.numel()))
            .help("reduce it with sum(…) or mean(…), or give a starting gradient: backward(y, seed: ones(…))")),
        }
    }

    /// A fresh leaf with the numbers of `t`, linked to it so that nested gradients reach through.
    pub fn leaf(&self, t: &Tensor) -> Tensor {
        let mut n = super::NodeObj::blank(&ARGUMENT, t.dtype(), 1, self);
        n.inputs[0] = t.node().cloned();
        n.slots = t.slot();
        t.alias(Some(crate::device::slab::Rcs::new(n)), 0)
    }
}

fn untracked(loss: &Tensor) -> Box<OpError> {
    OpError::new("TAPE-01", "nothing that is tracked leads to this, so there is no gradient to compute")
        .at(0, format!("{}{}, not tracked", loss.dtype(), loss.shape()))
        .help("make what it should be differentiated for a param(…); detach, .data, .item() and no_grad cut the tape")
}

/// One walk over the tape.
struct Walk<'c> {
    cx: &'c Cx,
    epoch: u32,
    record: bool,
    /// Ends at what gradients are asked for, whatever is behind.
    ends: bool,
    /// Looks for the gradient that is the first not to be finite.
    checks: bool,
    /// While it does: the cotangents of the node at hand.
    came: RefCell<Vec<Tensor>>,
    /// What a walk around this one had noted in nodes that both come to.
    kept: RefCell<Vec<Kept>>,
}

impl Drop for Walk<'_> {
    fn drop(&mut self) {
        self.kept.get_mut().drain(..).for_each(Kept::put_back);
        self.cx.walks.borrow_mut().pop();
    }
}

type Found<'f> = Option<(&'f [Tensor], &'f mut Vec<Option<Tensor>>)>;

fn is_one_of(wrt: &[Tensor], n: &NodeRef) -> bool {
    wrt.iter().any(|t| t.node().is_some_and(|w| w.same(n)))
}

impl<'c> Walk<'c> {
    fn new(cx: &'c Cx, record: bool) -> Walk<'c> {
        let epoch = cx.next_epoch();
        cx.walks.borrow_mut().push(epoch);
        Walk {
            cx,
            epoch,
            record,
            ends: false,
            checks: cx.checks_finite(),
            came: RefCell::default(),
            kept: RefCell::default(),
        }
    }

    /// Sets aside what a walk around this one needs of a node.
    #[cold]
    fn keep(&self, n: &NodeRef) {
        if self.cx.walks.borrow().contains(&n.epoch.get()) {
            self.kept.borrow_mut().push(Kept::of(n));
        }
    }

    /// Counts, for every node that the roots reach, how often its results are used on the way. Gives the leaves
    /// among them. With `wrt`, only uses that lead to one of these count, and the walk stops behind them.
    fn count<'n>(&self, roots: &[&'n NodeRef], wrt: Option<&[Tensor]>) -> Result<Vec<&'n NodeRef>> {
        let mut leaves = Vec::with_capacity(FEW);
        let mut stack: Vec<&'n NodeRef> = Vec::with_capacity(FEW);
        let mut order: Vec<&'n NodeRef> = Vec::new();
        let nested = self.cx.walks.borrow().len() > 1;
        let visit = |n: &'n NodeRef, stack: &mut Vec<&'n NodeRef>| {
            if n.epoch.get() != self.epoch {
                // A walk around this one has not released yet what it has used up.
                if n.is_freed() && !(nested && self.cx.walks.borrow().contains(&n.epoch.get())) {
                    return Err(self.rewound_before(n.epoch.get()));
                }
                if nested {
                    self.keep(n);
                }
                n.epoch.set(self.epoch);
                n.uses.set(0);
                n.set_flag(WANTED, wrt.is_none());
                stack.push(n);
            }
            Ok(())
        };
        for root in roots {
            visit(root, &mut stack)?;
        }
        while let Some(n) = stack.pop() {
            if wrt.is_some() {
                order.push(n);
            }
            if n.op == &LEAF || (n.op == &ARGUMENT && n.input(0).is_none()) {
                leaves.push(n);
                continue;
            }
            if self.ends && wrt.is_some_and(|wrt| is_one_of(wrt, n)) {
                continue;
            }
            if n.extra.is_none() && wrt.is_none() {
                for input in n.inputs.iter().flatten() {
                    visit(input, &mut stack)?;
                    input.uses.set(input.uses.get() + 1);
                }
                continue;
            }
            for k in 0..n.inputs_len() {
                if let Some((input, _)) = n.input(k) {
                    visit(input, &mut stack)?;
                    if wrt.is_none() {
                        input.uses.set(input.uses.get() + 1);
                    }
                }
            }
        }
        if let Some(wrt) = wrt {
            self.count_wanted(roots, &order, wrt);
        }
        Ok(leaves)
    }

    /// Marks the nodes from which one of `wrt` can be reached, and counts the uses among them.
    fn count_wanted(&self, roots: &[&NodeRef], order: &[&NodeRef], wrt: &[Tensor]) {
        for t in wrt {
            if let Some(n) = t.node()
                && n.epoch.get() == self.epoch
            {
                n.set_flag(WANTED, true);
            }
        }
        // Inputs before their users: an explicit depth-first walk that settles a node after its inputs.
        let seen = self.cx.next_epoch();
        let mut stack: Vec<(&NodeRef, usize)> = Vec::with_capacity(order.len().min(1024));
        for root in roots {
            if root.epoch.get() == self.epoch {
                root.epoch.set(seen);
                stack.push((root, 0));
            }
            while let Some((n, k)) = stack.pop() {
                if k == n.inputs_len() {
                    let wanted = (0..k).any(|i| n.input(i).is_some_and(|(p, _)| p.flag(WANTED)));
                    if wanted {
                        n.set_flag(WANTED, true);
                    }
                    continue;
                }
                stack.push((n, k + 1));
                if let Some((input, _)) = n.input(k)
                    && input.epoch.get() == self.epoch
                {
                    input.epoch.set(seen);
                    stack.push((input, 0));
                }
            }
        }
        for n in order {
            n.epoch.set(self.epoch);
            if n.flag(WANTED) && !(self.ends && is_one_of(wrt, n)) {
                for k in 0..n.inputs_len() {
                    if let Some((input, _)) = n.input(k).filter(|(p, _)| p.flag(WANTED)) {
                        input.uses.set(input.uses.get() + 1);
                    }
                }
            }
        }
    }

    fn rewound_before(&self, epoch: u32) -> Box<OpError> {
        let e = OpError::new("TAPE-03", "this tape was already rewound, and what its nodes had saved was released")
            .help("write backward(loss, retain: true) the first time, or compute the loss again");
        match self.cx.rewound_at(epoch) {
            Some(site) => e.place(site, "the first backward was here"),
            None => e,
        }
    }

    /// Visits all counted nodes, users first. With `found`, cotangents of the targets end there. With `holding`, the
    /// nodes are used up; those that hold on to tensors are listed there.
    fn run<'n>(
        &self,
        roots: &[&'n NodeRef],
        mut found: Found,
        mut holding: Option<&mut Vec<&'n NodeRef>>,
    ) -> Result<()> {
        self.cx.with_grad_mode(self.record, || {
            let mut ready: Vec<&'n NodeRef> = Vec::with_capacity(FEW);
            for &r in roots {
                // Two roots may be one node, and one root may lie on the way from another.
                if r.uses.get() == 0 && r.flag(WANTED) && !ready.iter().any(|x| x.same(r)) {
                    ready.push(r);
                }
            }
            let mut steps = 0u32;
            while let Some(n) = ready.pop() {
                steps = steps.wrapping_add(1);
                if steps.is_multiple_of(64) && pool::stopped() {
                    return Err(OpError::interrupted());
                }
                if let Some((wrt, found)) = &mut found {
                    for (t, place) in wrt.iter().zip(found.iter_mut()) {
                        if t.node().is_some_and(|w| w.same(n)) {
                            *place = self.peek_cot(n, t.slot());
                        }
                    }
                }
                if self.ends
                    && let Some((wrt, _)) = &found
                    && is_one_of(wrt, n)
                {
                    n.take_cots();
                    continue;
                }
                if n.op == &LEAF {
                    if found.is_some() {
                        n.take_cot(0);
                    }
                    continue;
                }
                if let Some(holding) = &mut holding
                    && n.op != &ARGUMENT
                {
                    n.set_flag(FREED, true);
                    if n.holds_tensors() {
                        holding.push(n);
                    }
                }
                if !self.checks && self.step_plain(n, found.is_some(), &mut ready) {
                    if let Some(e) = self.cx.take_failure() {
                        return Err(e);
                    }
                    continue;
                }
                self.step(n)?;
                if let Some(e) = self.cx.take_failure() {
                    return Err(e);
                }
                for k in 0..n.inputs_len() {
                    if let Some((input, _)) = n.input(k).filter(|(p, _)| p.flag(WANTED)) {
                        input.uses.set(input.uses.get() - 1);
                        if input.uses.get() == 0 && (found.is_some() || input.op != &LEAF) {
                            ready.push(input);
                        }
                    }
                }
            }
            Ok(())
        })
    }

    fn peek_cot(&self, n: &NodeRef, slot: u8) -> Option<Tensor> {
        let g = n.take_cot(slot)?;
        n.put_cot(slot, g.clone());
        Some(g)
    }

    /// `step` for the commonest nodes, of one result and plain rules, with what follows it. False where it does not
    /// apply; nothing has happened then.
    #[inline(always)]
    fn step_plain<'n>(&self, n: &'n NodeRef, to_leaves: bool, ready: &mut Vec<&'n NodeRef>) -> bool {
        if n.extra.is_some() || n.op == &ARGUMENT {
            return false;
        }
        let inputs = &n.inputs[..n.few()];
        if !self.step_word(n) {
            let rules = n.op.vjp;
            let is_plain = |rule: &Grad| matches!(rule, Grad::Rule(..) | Grad::Into(..));
            if rules.len() < inputs.len()
                || rules.iter().zip(inputs).any(|(rule, input)| wanted(input).is_some() && !is_plain(rule))
            {
                return false;
            }
            if let Some(g) = n.take_cot(0) {
                for (k, (input, rule)) in inputs.iter().zip(rules).enumerate() {
                    let Some(input) = wanted(input) else { continue };
                    let (saved, slot) = (Saved::new(n, &[]), n.slot_of(k));
                    match rule {
                        Grad::Rule(_, f) => self.deliver(n, k, input, slot, f(self.cx, &saved, &g)),
                        Grad::Into(_, f) => self.step_into(n, k, input, slot, |acc| f(self.cx, &saved, &g, acc)),
                        _ => {}
                    }
                }
            }
        }
        for input in inputs.iter().filter_map(wanted) {
            let uses = input.uses.get() - 1;
            input.uses.set(uses);
            if uses == 0 && (to_leaves || input.op != &LEAF) {
                ready.push(input);
            }
        }
        true
    }

    /// Arithmetic on single numbers, by their bits. The numbers are those of the rules. False where it does not apply.
    #[inline(always)]
    fn step_word(&self, n: &NodeRef) -> bool {
        let (Some(g), Some(basic)) = (n.word_cot(), n.op.basic()) else { return false };
        if self.record || n.slots != 0 {
            return false;
        }
        let mut gradients = [0; 2];
        for (k, gradient) in gradients.iter_mut().enumerate() {
            let Some(input) = wanted(&n.inputs[k]) else { continue };
            let operand = |k| n.word_operand(k);
            match basic.pull(k, n.dtype, g, operand) {
                Some(word) if input.dtype == n.dtype && input.takes_words() => *gradient = word,
                _ => return false,
            }
        }
        n.drop_word_cot();
        for (input, gradient) in n.inputs.iter().zip(gradients) {
            if let Some(input) = wanted(input) {
                input.add_word_cot(gradient);
            }
        }
        true
    }

    /// Hands the cotangents of a node's results on to its inputs.
    #[inline]
    fn step(&self, n: &NodeRef) -> Result<()> {
        let nout = n.extra.as_ref().map_or(1, |e| e.nout.max(1));
        let mut cots: Vec<Option<Tensor>> = Vec::new();
        let first = n.take_cot(0);
        if nout > 1 || n.op == &CUSTOM {
            cots.push(first.clone());
            cots.extend((1..nout).map(|k| n.take_cot(k)));
        }
        let Some(g) = first.or_else(|| cots.iter().find_map(Clone::clone)) else { return Ok(()) };
        if self.checks {
            *self.came.borrow_mut() =
                if cots.is_empty() { vec![g.clone()] } else { cots.iter().flatten().cloned().collect() };
        }
        if let Some(e) = n.extra.as_ref().filter(|_| self.cx.keeps_values()) {
            *e.kept_grad.borrow_mut() = Some(g.detach());
        }
        if n.op == &ARGUMENT || n.op == &PART {
            if let Some((input, slot)) = n.input(0).filter(|(p, _)| p.flag(WANTED)) {
                self.add_cot(input, slot, g);
            }
            return Ok(());
        }
        if n.op == &CUSTOM {
            return self.step_custom(n, &cots);
        }
        if let Some(Grad::All(_, f)) = n.op.vjp.first() {
            for (k, gi) in f(self.cx, &Saved::new(n, &cots), &g).into_iter().enumerate() {
                if let (Some((input, slot)), Some(gi)) = (n.input(k).filter(|(p, _)| p.flag(WANTED)), gi) {
                    self.deliver(n, k, input, slot, gi);
                }
            }
            return Ok(());
        }
        let mut g = Some(g);
        let mut own = None;
        for k in 0..n.inputs_len() {
            let Some((input, slot)) = n.input(k).filter(|(p, _)| p.flag(WANTED)) else { continue };
            let saved = Saved::new(n, &cots);
            let rule = n.op.vjp.get(k).or(n.op.vjp.last()).expect("an operation on tensors has rules");
            let cot = g.as_ref().expect("taken only after the loop");
            let gi = match rule {
                Grad::Rule(_, f) => f(self.cx, &saved, cot),
                Grad::Each(_, f) => f(self.cx, &saved, cot, k),
                Grad::All(..) => unreachable!("stands first"),
                Grad::Own(..) => {
                    own = Some((k, rule));
                    continue;
                }
                Grad::Into(_, f) => {
                    self.step_into(n, k, input, slot, |acc| f(self.cx, &saved, cot, acc));
                    continue;
                }
                Grad::None(why) => return Err(no_gradient(n, k, why)),
            };
            self.deliver(n, k, input, slot, gi);
        }
        if let Some((k, Grad::Own(_, f))) = own
            && let (Some((input, slot)), Some(g)) = (n.input(k), g.take())
        {
            let gi = f(self.cx, &Saved::new(n, &cots), g);
            self.deliver(n, k, input, slot, gi);
        }
        Ok(())
    }

    /// A gradient that may be added into a sum that is already there, unless that sum itself is being recorded.
    #[inline]
    fn step_into(&self, n: &NodeRef, k: usize, input: &NodeRef, slot: u8, f: impl FnOnce(Option<Tensor>) -> Tensor) {
        let acc = if self.record || self.checks { None } else { input.take_cot(slot) };
        let merged = acc.is_some();
        let sum = f(acc);
        if merged { input.put_cot(slot, sum) } else { self.deliver(n, k, input, slot, sum) }
    }

    fn step_custom(&self, n: &NodeRef, cots: &[Option<Tensor>]) -> Result<()> {
        let custom = n.extra.as_ref().and_then(|e| e.custom.as_ref()).expect("a custom node");
        let gradients = (custom.pull)(self.cx, cots)?;
        for (k, g) in gradients.into_iter().enumerate() {
            if let (Some((input, slot)), Some(g)) = (n.input(k).filter(|(p, _)| p.flag(WANTED)), g) {
                self.deliver(n, k, input, slot, g);
            }
        }
        Ok(())
    }

    /// Brings a gradient to its input's shape and dtype and adds it up.
    #[inline]
    fn deliver(&self, n: &NodeRef, k: usize, input: &NodeRef, slot: u8, mut g: Tensor) {
        if let Some(e) = &n.extra {
            if let Some((dims, _)) = e.shapes.get(k)
                && g.dims() != &**dims
            {
                g = self.cx.sum_to(&g, dims);
            }
        } else if n.nin > COUNT
            && n.nin & SPREAD << k != 0
            && let Some(t) = n.saved(k)
        {
            g = self.cx.sum_to(&g, t.dims());
        }
        // Only the first result's dtype is known here; the others of one operation share it.
        if g.dtype() != input.dtype {
            match self.cx.cast(&g, input.dtype) {
                Ok(t) => g = t,
                Err(e) => return self.cx.fail(e),
            }
        }
        if self.checks
            && let Err(e) = self.check(n, k, &g)
        {
            return self.cx.fail(e);
        }
        self.add_cot(input, slot, g);
    }

    #[inline]
    fn add_cot(&self, n: &NodeRef, slot: u8, g: Tensor) {
        let sum = match n.take_cot(slot) {
            None => g,
            Some(old) if self.checks => match self.checked_sum(n, old, g) {
                Ok(sum) => sum,
                Err(e) => return self.cx.fail(e),
            },
            Some(old) => self.cx.accumulate(old, g),
        };
        n.put_cot(slot, sum);
    }

    /// Refuses the gradient for input `k` of a node if it is the first that is not finite.
    #[cold]
    fn check(&self, n: &NodeRef, k: usize, g: &Tensor) -> Result<()> {
        let spread = Spread::of(g)?;
        if spread.is_finite() {
            return Ok(());
        }
        let (came, saved) = (self.came.borrow(), n.all_saved());
        let read = came.iter().map(|t| ("the gradient that came,", t));
        let read: Vec<(&str, &Tensor)> = read.chain(saved.iter().map(|t| ("what was kept,", t))).collect();
        for (_, t) in &read {
            if !is_finite(t)? {
                return Ok(());
            }
        }
        let name = n.op.tensor_params().nth(k).map_or("its argument", |p| p.name);
        Err(gradient_error(n, &format!("the gradient for {name} of"), &spread.faults(), &read)?)
    }

    #[cold]
    fn checked_sum(&self, n: &NodeRef, old: Tensor, g: Tensor) -> Result<Tensor> {
        let sum = self.cx.accumulate(old.clone(), g.clone());
        let spread = Spread::of(&sum)?;
        if spread.is_finite() || !is_finite(&old)? || !is_finite(&g)? {
            return Ok(sum);
        }
        let read = [("the sum so far,", &old), ("what came,", &g)];
        Err(gradient_error(n, "the sum of the gradients for", &spread.faults(), &read)?)
    }

    /// Drops all cotangents after an error; nothing is used up.
    fn clear(&self, roots: &[&NodeRef]) {
        let seen = self.cx.next_epoch();
        let mut stack: Vec<&NodeRef> = roots.to_vec();
        while let Some(n) = stack.pop() {
            // Only this walk's: a walk around this one goes on.
            if n.epoch.get() != self.epoch {
                continue;
            }
            n.epoch.set(seen);
            n.take_cots();
            n.set_flag(FREED, false);
            stack.extend((0..n.inputs_len()).filter_map(|k| n.input(k).map(|(p, _)| p)));
        }
        self.cx.take_failure();
    }
}

/// An input whose gradient is asked for.
#[inline(always)]
fn wanted(input: &Option<NodeRef>) -> Option<&NodeRef> {
    input.as_ref().filter(|p| p.flag(WANTED))
}

fn rewound_within() -> Box<OpError> {
    OpError::new("TAPE-03", "this tape is being rewound, and what runs meanwhile cannot rewind it again")
        .help("write backward(loss, retain: true), or grad(y, of: x), which leaves the tape as it is")
}

fn no_gradient(n: &NodeRef, k: usize, why: &str) -> Box<OpError> {
    let name = n.op.tensor_params().nth(k).map_or("input", |p| p.name);
    OpError::new("TAPE-04", format!("`{}` has no gradient for `{name}`: {why}", n.op.name))
        .help("write detach(…) around it if no gradient should flow there")
}

impl super::NodeObj {
    /// How many tensor inputs it has.
    #[inline(always)]
    pub fn inputs_len(&self) -> usize {
        match &self.extra {
            Some(e) if !e.inputs.is_empty() => e.inputs.len(),
            _ => self.few(),
        }
    }
}
