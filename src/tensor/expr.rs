//! Put-off elementwise work: expressions over tensors that are computed, as one program, when a number is needed.
//!
//! An expression drops its operands once it is computed, so chains never grow. Whether work is put off never
//! changes a bit of any result.

use super::buf::{Buf, BufObj};
use super::{Dims, Num, Shape, Tensor};
use crate::device::DType;
use crate::device::cpu::tile::{
    Access, Basic, Binding, Bindings, Input, Instr, Output, Program, Src, SumSink, Tiles, Total,
};
use crate::device::cpu::{cast, pool, sum, tile};
use crate::device::slab::Rcs;
use crate::ops::error::{OpError, Result};
use crate::slabbed;
use std::cell::{Cell, UnsafeCell};

/// The longest chain of put-off operations, and the most instructions of one expression.
const MAX_DEPTH: u8 = 32;
const MAX_SIZE: u16 = 64;
/// The most different tensors that one expression reads.
const MAX_LEAVES: usize = 12;
/// A part of an expression that somebody else holds too is written out when computing it again would take at least
/// this many instructions.
const WORTH_KEEPING: u32 = 4;
/// Instructions that a formula with a function call (`EXP(x)`) counts for.
const CALL_COST: u32 = 4;

pub type Expr = Rcs<ExprObj>;

/// One put-off operation.
pub struct ExprObj {
    count: Cell<u32>,
    tiles: &'static Tiles,
    /// What it computes in.
    dtype: DType,
    /// What the result is stored as.
    out: DType,
    depth: u8,
    /// Operations below and with it, each use counted.
    size: u16,
    shape: Shape,
    /// Empty once computed. Only `finish` writes to these two, and nobody keeps a borrow across it.
    args: UnsafeCell<[Arg; 3]>,
    value: UnsafeCell<Option<Buf>>,
    /// How many programs have computed it as a part and not kept it.
    passed: Cell<u8>,
    /// Its instruction in the program being built, plus one.
    mark: Cell<u32>,
    /// Its uses within that program.
    uses: Cell<u32>,
}
slabbed!(ExprObj);

/// An operand.
#[derive(Clone)]
pub enum Arg {
    None,
    Num(Num),
    Leaf(Tensor),
    Expr(Expr),
}

impl Arg {
    /// A tensor as an operand: its expression if it has one that is not computed yet.
    pub fn of(t: &Tensor) -> Arg {
        t.settle();
        match t.expr() {
            Some(e) => Arg::Expr(e.clone()),
            None => Arg::Leaf(t.detach()),
        }
    }
}

impl ExprObj {
    /// An operation on up to three operands that broadcast to `shape`. Operands that would make it too deep or too
    /// wide are computed first.
    pub fn make(tiles: &'static Tiles, dtype: DType, out: DType, shape: Shape, mut args: [Arg; 3]) -> Result<Expr> {
        loop {
            let exprs = || args.iter().filter_map(|a| if let Arg::Expr(e) = a { Some(e) } else { None });
            let depth = exprs().map(|e| e.depth).max().unwrap_or(0) + 1;
            let size = exprs().map(|e| e.size).sum::<u16>() + 1;
            // A part with another shape would need a program of its own loops.
            let odd = exprs().any(|e| e.shape != shape);
            if depth <= MAX_DEPTH && size <= MAX_SIZE && !odd && count_leaves(&args) <= MAX_LEAVES {
                let (args, value) = (UnsafeCell::new(args), UnsafeCell::new(None));
                let (passed, mark, uses) = (Cell::new(0), Cell::new(0), Cell::new(0));
                let count = Cell::new(1);
                return Ok(Rcs::new(ExprObj {
                    count,
                    tiles,
                    dtype,
                    out,
                    depth,
                    size,
                    shape,
                    args,
                    value,
                    passed,
                    mark,
                    uses,
                }));
            }
            // Compute the largest part, or the one that does not fit.
            let worst = args
                .iter_mut()
                .filter(|a| matches!(a, Arg::Expr(_)))
                .max_by_key(|a| if let Arg::Expr(e) = a { (e.shape != shape, e.size) } else { (false, 0) })
                .expect("one leaf or number each is never too much");
            if let Arg::Expr(e) = worst {
                let buf = force(e)?;
                *worst = Arg::Leaf(Tensor::of_buf(e.out, e.shape.clone(), buf));
            }
        }
    }

    /// The block it was computed into.
    pub fn value(&self) -> Option<Buf> {
        // SAFETY: cloned at once.
        unsafe { (*self.value.get()).clone() }
    }

    pub fn numel(&self) -> usize {
        self.shape.numel()
    }

    fn args(&self) -> &[Arg; 3] {
        // SAFETY: `finish` is the only writer, and no borrow of the operands is kept across it.
        unsafe { &*self.args.get() }
    }

    fn is_done(&self) -> bool {
        // SAFETY: read at once.
        unsafe { (*self.value.get()).is_some() }
    }

    /// Keeps the result and lets go of the operands.
    fn finish(&self, buf: Buf) {
        // SAFETY: no borrow of either is alive. The old operands are dropped after the write.
        let old = unsafe {
            *self.value.get() = Some(buf);
            std::mem::replace(&mut *self.args.get(), [Arg::None, Arg::None, Arg::None])
        };
        drop(old);
    }
}

/// The bits of 1 as floats have it.
fn one(dtype: DType) -> Option<u64> {
    match dtype {
        DType::F32 => Some(1f32.to_bits() as u64),
        DType::F64 => Some(1f64.to_bits()),
        _ => None,
    }
}

/// The bits of the number that a tensor of 4 or 8 bytes an element repeats, if its strides say that it repeats one.
fn only_number(t: &Tensor) -> Option<u64> {
    if let Some(word) = t.word() {
        return Some(word);
    }
    let raw = t.raw();
    let strides = raw.strides?;
    if t.numel() == 0 || t.dims().iter().zip(&strides).any(|(&d, &s)| d != 1 && s != 0) {
        return None;
    }
    // SAFETY: there is an element, where the tensor begins.
    match t.dtype().size() {
        4 => Some(unsafe { raw.ptr.cast::<u32>().read_unaligned() } as u64),
        8 => Some(unsafe { raw.ptr.cast::<u64>().read_unaligned() }),
        _ => None,
    }
}

/// How many different tensors the operands read; counting stops beyond the limit.
fn count_leaves(args: &[Arg; 3]) -> usize {
    fn walk(args: &[Arg; 3], seen: &mut Vec<*const u8>) {
        for a in args {
            if seen.len() > MAX_LEAVES {
                return;
            }
            match a {
                Arg::Expr(e) if !e.is_done() => walk(e.args(), seen),
                Arg::Expr(e) => note(e.value().map_or(e.as_ptr().cast(), |buf| buf.ptr().cast_const()), seen),
                Arg::Leaf(t) => note(t.raw().ptr, seen),
                Arg::Num(_) | Arg::None => {}
            }
        }
    }
    fn note(p: *const u8, seen: &mut Vec<*const u8>) {
        if !seen.contains(&p) {
            seen.push(p);
        }
    }
    // The usual short chains need no walk.
    let small = args.iter().map(|a| if let Arg::Expr(e) = a { e.size as usize + 1 } else { 1 }).sum::<usize>();
    if small <= MAX_LEAVES {
        return small;
    }
    let mut seen = Vec::with_capacity(MAX_LEAVES + 1);
    walk(args, &mut seen);
    seen.len()
}

/// Computes an expression into memory.
///
/// # Errors
/// Out of memory; interrupted. The expression is then as it was.
pub fn force(e: &Expr) -> Result<Buf> {
    if let Some(buf) = e.value() {
        return Ok(buf);
    }
    let mut plan = Plan::default();
    plan.add(e);
    plan.run(&[e], None, &mut [])?;
    Ok(e.value().expect("just computed"))
}

/// Computes several tensors' put-off work; what has one shape runs in one pass. Of its parts those that others hold are
/// kept too, with `keep_parts`.
pub fn force_all<'t>(tensors: impl Iterator<Item = &'t Tensor>, keep_parts: bool) -> Result<()> {
    let mut waiting: Vec<&Expr> = tensors.filter_map(|t| t.expr()).collect();
    while let Some(&first) = waiting.first() {
        let mut plan = Plan::default();
        let mut roots: Vec<&Expr> = Vec::new();
        let mut rest = Vec::new();
        for e in waiting {
            if e.is_done() {
                continue;
            }
            plan.drops_parts = !keep_parts;
            if e.shape == first.shape && plan.program.code.len() + (e.size as usize) < 2 * MAX_SIZE as usize {
                plan.add(e);
                roots.push(e);
            } else {
                rest.push(e);
            }
        }
        plan.run(&roots, None, &mut [])?;
        waiting = rest;
    }
    Ok(())
}

/// The sum of all elements. Put-off work is summed as it is computed, with the same bits as in two steps.
pub fn sum(x: &Tensor) -> Result<Total> {
    x.settle();
    if let Some(e) = x.expr() {
        return force_sum(e);
    }
    let t = x.plain()?;
    // SAFETY: a plain tensor has `numel` elements of its dtype.
    let total = unsafe { sum::sum_all(t.dtype(), t.ptr(), t.numel()) };
    if pool::stopped() { Err(OpError::interrupted()) } else { Ok(total) }
}

fn force_sum(e: &Expr) -> Result<Total> {
    let mut plan = Plan::default();
    let at = plan.add(e);
    plan.program.sums.push(SumSink::Instr(at as u16));
    let mut totals = [Total::Int(0)];
    plan.run(&[], None, &mut totals)?;
    Ok(totals[0])
}

/// Computes an expression into the memory of `place` if nobody else reads that, else into new memory; gives the
/// result. `place` is what the expression replaces: a tensor of the same shape and dtype.
pub fn force_into(e: &Expr, place: &mut Tensor) -> Result<Tensor> {
    let own = place.references() == 1 && place.is_plain();
    let reuse = (own && !e.is_done() && e.out == place.dtype() && *place.shape() == e.shape)
        .then(|| place.buf().cloned())
        .flatten()
        .filter(|buf| buf.bytes() == e.numel() * e.out.size() && only_read_here(e, buf));
    if let Some(buf) = reuse {
        let mut plan = Plan::default();
        plan.add(e);
        // Written in place: once begun it must be finished, or the numbers would be half old and half new.
        pool::without_stop(|| plan.run(&[e], Some(&buf), &mut []))?;
    }
    let buf = force(e)?;
    Ok(Tensor::of_buf(e.out, e.shape.clone(), buf))
}

/// Whether a block is held by nothing but one tensor, `buf` here, and operands of `e` that read it element by element.
fn only_read_here(e: &Expr, buf: &Buf) -> bool {
    let mut found: Vec<(&Tensor, u32)> = Vec::new();
    let mut stack: Vec<(&Expr, bool)> = vec![(e, true)];
    let mut seen: Vec<*const ExprObj> = Vec::new();
    while let Some((e, root)) = stack.pop() {
        if e.is_done() || seen.contains(&e.as_ptr()) {
            continue;
        }
        seen.push(e.as_ptr());
        // Somebody else may compute this part later, from numbers that must still be the old ones.
        if !root && !e.is_unique() {
            return false;
        }
        for a in e.args() {
            match a {
                Arg::Expr(p) => stack.push((p, false)),
                Arg::Leaf(t) if t.buf().is_some_and(|b| b.same(buf)) => {
                    if !t.is_plain() || *t.shape() != e.shape {
                        return false;
                    }
                    match found.iter_mut().find(|(f, _)| f.is_same(t)) {
                        Some((_, n)) => *n += 1,
                        None => found.push((t, 1)),
                    }
                }
                _ => {}
            }
        }
    }
    // One reference is the place's own, one is `buf`.
    found.iter().all(|(t, n)| t.references() == *n) && buf.references() == found.len() as u32 + 2
}

/// A program and what it runs on, while it is put together.
#[derive(Default)]
struct Plan {
    program: Program,
    leaves: Vec<Tensor>,
    /// Numbers, each as one element.
    nums: Vec<u64>,
    /// For each input: a leaf's or a number's index.
    bound: Vec<Source>,
    /// The expression of each instruction; none for casts.
    made: Vec<Option<Expr>>,
    /// What each instruction takes.
    cost: Vec<u32>,
    /// Expressions that another's instruction computes too.
    same: Vec<(usize, Expr)>,
    /// Whether parts that others hold are left for them to compute.
    drops_parts: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Source {
    Leaf(usize),
    Num(usize),
}

impl Plan {
    /// Adds an expression and all that it needs; gives its instruction. Depth is bounded by `MAX_DEPTH`.
    fn add(&mut self, e: &Expr) -> usize {
        if e.mark.get() != 0 {
            return e.mark.get() as usize - 1;
        }
        let mut src = [Src::None; 3];
        let cost = if e.tiles.cuda.contains('(') { CALL_COST } else { 1 };
        for (k, a) in e.args().iter().enumerate() {
            let want = e.tiles.operands[k].of(e.dtype).compute();
            src[k] = match a {
                Arg::None => Src::None,
                Arg::Num(v) => self.num(*v, want),
                Arg::Leaf(t) => {
                    let input = self.leaf(t, &e.shape);
                    self.cast(input, t.dtype().compute(), want)
                }
                Arg::Expr(p) => match p.value() {
                    Some(buf) => {
                        let t = Tensor::of_buf(p.out, p.shape.clone(), buf);
                        let input = self.leaf(&t, &e.shape);
                        self.cast(input, t.dtype().compute(), want)
                    }
                    None => {
                        let at = self.add(p);
                        p.uses.set(p.uses.get() + 1);
                        self.cast(Src::Reg(at as u8), p.out.compute(), want)
                    }
                },
            };
        }
        let instr = Instr { tiles: e.tiles, dtype: e.dtype.compute(), out: e.out, dst: 0, src };
        let known = self.times_one(e, &instr).or_else(|| self.program.code.iter().position(|i| i.is_same(&instr)));
        let at = known.unwrap_or_else(|| self.push(instr, cost));
        if known.is_some() {
            self.same.push((at, e.clone()));
        } else {
            self.made[at] = Some(e.clone());
        }
        e.mark.set(at as u32 + 1);
        at
    }

    /// For a product with the number 1 the instruction of the other factor: walks backwards begin with a gradient of
    /// ones.
    fn times_one(&self, e: &Expr, instr: &Instr) -> Option<usize> {
        if e.tiles.basic != Some(Basic::Mul) {
            return None;
        }
        let is_one = |a: &Arg| match a {
            Arg::Leaf(t) => t.dtype() == e.out && only_number(t).is_some_and(|w| one(t.dtype()) == Some(w)),
            _ => false,
        };
        let [x, y, _] = e.args();
        let other = if is_one(x) {
            &instr.src[1]
        } else if is_one(y) {
            &instr.src[0]
        } else {
            return None;
        };
        match other {
            Src::Reg(at) if self.program.code[*at as usize].out == instr.out => Some(*at as usize),
            _ => None,
        }
    }

    /// Appends an instruction; until `allocate` its register is its index.
    fn push(&mut self, instr: Instr, cost: u32) -> usize {
        let at = self.program.code.len();
        self.program.code.push(instr);
        self.made.push(None);
        self.cost.push(cost);
        at
    }

    fn cast(&mut self, src: Src, from: DType, to: DType) -> Src {
        if from == to {
            return src;
        }
        let instr =
            Instr { tiles: cast::cast_tiles(to), dtype: from, out: to, dst: 0, src: [src, Src::None, Src::None] };
        Src::Reg(self.push(instr, 1) as u8)
    }

    fn num(&mut self, v: Num, dtype: DType) -> Src {
        let mut word = 0u64;
        // SAFETY: a word holds an element of every dtype.
        unsafe { v.write(dtype, (&raw mut word).cast()) };
        let input = Input { dtype, access: Access::Scalar };
        for (at, bound) in self.bound.iter().enumerate() {
            if let Source::Num(k) = *bound
                && self.nums[k] == word
                && self.program.inputs[at] == input
            {
                return Src::Input(at as u8);
            }
        }
        self.nums.push(word);
        self.bind(Source::Num(self.nums.len() - 1), input)
    }

    fn leaf(&mut self, t: &Tensor, shape: &Shape) -> Src {
        let access = if t.is_plain() && t.numel() == shape.numel() {
            Access::Contiguous
        } else if t.numel() == 1 {
            Access::Scalar
        } else {
            Access::Strided
        };
        let known = self.leaves.iter().position(|l| l.reads_same(t));
        let at = known.unwrap_or_else(|| {
            self.leaves.push(t.clone());
            self.leaves.len() - 1
        });
        self.bind(Source::Leaf(at), Input { dtype: t.dtype(), access })
    }

    fn bind(&mut self, to: Source, input: Input) -> Src {
        if let Some(at) = self.bound.iter().position(|b| *b == to) {
            return Src::Input(at as u8);
        }
        self.bound.push(to);
        self.program.inputs.push(input);
        Src::Input(self.bound.len() as u8 - 1)
    }

    /// Gives instructions registers: one that nobody reads any more is used again, but never for the result of the
    /// instruction that reads it last (writing in place is slower).
    fn allocate(&mut self) {
        let code = &mut self.program.code;
        let mut last = vec![usize::MAX; code.len()];
        for (at, i) in code.iter().enumerate() {
            for s in &i.src {
                if let Src::Reg(r) = s {
                    last[*r as usize] = at;
                }
            }
        }
        for s in &self.program.sums {
            if let SumSink::Instr(at) = s {
                last[*at as usize] = code.len();
            }
        }
        let mut free: Vec<u8> = Vec::new();
        let mut next = 0u8;
        let mut register = vec![0u8; code.len()];
        for at in 0..code.len() {
            let dst = free.pop().unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            register[at] = dst;
            let mut ended: Vec<usize> = Vec::new();
            for s in &mut code[at].src {
                if let Src::Reg(r) = *s {
                    let from = r as usize;
                    *s = Src::Reg(register[from]);
                    if last[from] == at && !ended.contains(&from) {
                        ended.push(from);
                    }
                }
            }
            code[at].dst = dst;
            free.extend(ended.into_iter().map(|from| register[from]));
            if last[at] == usize::MAX {
                free.push(dst);
            }
        }
        self.program.registers = next;
    }

    /// Runs the program: computes `roots`, and keeps the parts that others hold and that are worth it. `into` is the
    /// memory for the first root.
    fn run(&mut self, roots: &[&Expr], into: Option<&Buf>, sums: &mut [Total]) -> Result<()> {
        let mut outputs: Vec<(usize, Expr)> = Vec::new();
        // What computing an instruction again would take, from what is kept.
        let mut again = vec![0u32; self.cost.len()];
        for at in 0..self.cost.len() {
            let parts = self.program.code[at].src.iter();
            let parts = parts.map(|s| if let Src::Reg(r) = s { again[*r as usize] } else { 0 });
            again[at] = self.cost[at] + parts.sum::<u32>();
            let same = self.same.iter().filter(|(k, _)| *k == at).map(|(_, e)| e);
            let mut kept = false;
            for e in self.made[at].iter().chain(same) {
                // The plan itself holds one reference.
                let others = e.references() - 1 > e.uses.get();
                let root = roots.iter().any(|r| r.same(e));
                let keep = others && !self.drops_parts && (again[at] >= WORTH_KEEPING || e.passed.get() > 0);
                if root || keep {
                    outputs.push((at, e.clone()));
                    kept = true;
                } else if others {
                    e.passed.set(1);
                }
                e.mark.set(0);
                e.uses.set(0);
            }
            if kept {
                again[at] = 0;
            }
        }
        self.program.outputs = outputs.iter().map(|(at, _)| Output { instr: *at as u16 }).collect();
        tile::join(&mut self.program);
        self.allocate();
        let shape = self.made.iter().flatten().next().map_or(Shape::SCALAR, |e| e.shape.clone());
        let n = shape.numel();
        let mut bufs = Vec::with_capacity(outputs.len());
        for (_, e) in &outputs {
            match into {
                Some(buf) if roots[0].same(e) => bufs.push(buf.clone()),
                _ => bufs.push(BufObj::alloc(n * e.out.size()).map_err(OpError::out_of_memory)?),
            }
        }
        let dims = shape.to_dims();
        let strides: Vec<super::Strides> = self.leaves.iter().map(|t| broadcast_strides(t, &dims)).collect();
        let inputs: Vec<Binding> = self
            .bound
            .iter()
            .map(|b| match *b {
                Source::Leaf(k) => Binding { ptr: self.leaves[k].raw().ptr, strides: &strides[k][..dims.len()] },
                Source::Num(k) => Binding { ptr: (&raw const self.nums[k]).cast(), strides: &[] },
            })
            .collect();
        let pointers: Vec<*mut u8> = bufs.iter().map(|b| b.ptr()).collect();
        let mut bindings = Bindings { n, dims: &dims, inputs: &inputs, outputs: &pointers, sums };
        // SAFETY: inputs are forced and alive in `leaves`, with strides that broadcast them to `dims`; outputs are
        // new blocks of `n` elements, or the block of an input that is read element by element.
        let fault = unsafe { tile::run(&self.program, &mut bindings) };
        if pool::stopped() {
            return Err(OpError::interrupted());
        }
        if fault != 0 {
            return Err(fault_error(fault));
        }
        for ((_, e), buf) in outputs.into_iter().zip(bufs) {
            e.finish(buf);
        }
        Ok(())
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        // A plan that was never run leaves no marks.
        for e in self.made.iter().flatten().chain(self.same.iter().map(|(_, e)| e)) {
            e.mark.set(0);
            e.uses.set(0);
        }
    }
}

/// What an integer kernel's fault means.
pub fn fault_error(fault: u32) -> Box<OpError> {
    if fault & tile::fault::DIV_BY_ZERO != 0 {
        OpError::new("VALUE-10", "an integer was divided by zero")
            .help("float tensors give inf and nan: convert with .float()")
    } else {
        OpError::new("VALUE-11", "an integer was raised to a negative power")
            .help("convert to float first: x.float() ** -1")
    }
}

/// Strides that read `t` in a larger shape that it broadcasts to.
pub fn broadcast_strides(t: &Tensor, dims: &Dims) -> super::Strides {
    let (own, have) = (t.strides(), t.dims());
    let mut out = [0; super::MAX_DIMS];
    for i in 0..have.len().min(dims.len()) {
        let (from, to) = (have.len() - 1 - i, dims.len() - 1 - i);
        out[to] = if have[from] == 1 { 0 } else { own[from] };
    }
    out
}

/// Runs one elementwise operation at once.
pub fn run_now(tiles: &'static Tiles, dtype: DType, out: DType, shape: Shape, args: [Arg; 3]) -> Result<Tensor> {
    let mut forced = args;
    for a in &mut forced {
        if let Arg::Expr(e) = a {
            let buf = force(e)?;
            *a = Arg::Leaf(Tensor::of_buf(e.out, e.shape.clone(), buf));
        }
    }
    let e = ExprObj::make(tiles, dtype, out, shape.clone(), forced)?;
    let buf = force(&e)?;
    Tensor::of_buf_small(out, shape, buf)
}
