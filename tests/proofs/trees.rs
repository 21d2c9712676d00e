//! Random programs of tensor operations: views, broadcasts, index assignment, updates of parameters, reductions,
//! products, casts, branches on numbers that were computed, backward in the middle. Whether work is put off, and how
//! many threads do it, must not change a bit of any value, gradient or parameter.
//!
//! A failure names the program's seed: `REEL_TREE=SEED` runs that one alone and prints its statements.

use super::forms::{Bits, WAYS, digest};
use super::samples::splitmix;
use reel::device::DType;
use reel::device::cpu::{isa, pool};
use reel::ops::index::Item;
use reel::ops::{self, Attr, Domain, Kind, Op, Operand};
use reel::tape::{BackwardOptions, Cx, Param};
use reel::tensor::{Dims, Num, Tensor, broadcast};
use std::hash::{DefaultHasher, Hash, Hasher};

const PROGRAMS: u64 = 2_500;
const BATCH: u64 = 250;
/// Elements of the largest tensors: enough for several chunks of work.
const LARGEST: usize = 140_000;

/// Random choices, the same for a seed whatever the mode; they may depend on numbers that the program has computed.
struct Choice(u64);

impl Choice {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        splitmix(self.0)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.word() % n.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + super::samples::unit(self.word()) * (high - low)
    }
}

/// A program while it runs.
struct Machine<'c> {
    cx: &'c Cx,
    choice: Choice,
    dtype: DType,
    values: Vec<Tensor>,
    params: Vec<Param>,
    unary: Vec<&'static Op>,
    binary: Vec<&'static Op>,
    /// What the program did, and what it read on the way.
    log: Vec<(String, Option<Bits>)>,
}

/// Elementwise operations of one or two tensors that give floats.
fn elementwise(operands: usize) -> Vec<&'static Op> {
    let fits = |op: &&'static Op| match op.kind {
        Kind::Tile { tiles, domain, .. } => {
            op.params.len() == operands
                && matches!(domain, Domain::Number | Domain::Any | Domain::Float)
                && tiles.result.of(DType::F32) == DType::F32
                && tiles.supports(DType::F32)
        }
        _ => false,
    };
    ops::all().iter().copied().filter(fits).collect()
}

impl Machine<'_> {
    fn new(cx: &Cx, seed: u64) -> Machine<'_> {
        let mut choice = Choice(seed << 20);
        let dtype = *choice.of(&[DType::F32, DType::F32, DType::F64, DType::BF16]);
        let (unary, binary) = (elementwise(1), elementwise(2));
        let mut m = Machine { cx, choice, dtype, values: vec![], params: vec![], unary, binary, log: vec![] };
        let base = m.shape();
        for k in 0..2 + m.choice.below(3) {
            // Most shapes broadcast with the first one.
            let dims = if k == 0 { base.clone() } else { m.shape_like(&base) };
            let t = m.noise(&dims);
            let p = Param::new(cx, &t).expect("plain");
            m.values.push(p.value());
            m.params.push(p);
        }
        let t = m.noise(&base);
        m.values.push(t);
        m
    }

    fn shape(&mut self) -> Vec<usize> {
        if self.choice.chance(4) {
            return vec![*self.choice.of(&[200, 333]), *self.choice.of(&[256, 401])];
        }
        let rank = self.choice.below(4);
        (0..rank).map(|_| *self.choice.of(&[1, 2, 3, 4, 5, 8, 17, 40])).collect()
    }

    /// A shape that broadcasts with `dims`.
    fn shape_like(&mut self, dims: &[usize]) -> Vec<usize> {
        let from = self.choice.below(dims.len() + 1);
        dims[from..].iter().map(|&d| if self.choice.chance(25) { 1 } else { d }).collect()
    }

    fn noise(&mut self, dims: &[usize]) -> Tensor {
        let mut at = self.choice.word();
        let next = || {
            at = at.wrapping_add(1);
            Num::Float(super::samples::unit(splitmix(at)) * 4.0 - 2.0)
        };
        Tensor::from_nums(self.dtype, Dims::of(dims), std::iter::repeat_with(next)).expect("fits")
    }

    fn pick(&mut self) -> Tensor {
        // Later values more often: chains grow.
        let n = self.values.len();
        let back = self.choice.below(n).min(self.choice.below(n));
        self.values[n - 1 - back].clone()
    }

    fn note(&mut self, what: String) {
        self.log.push((what, None));
    }

    fn read(&mut self, what: String, t: &Tensor) {
        self.log.push((what, Some(digest(t))));
    }

    fn keep(&mut self, what: &str, t: Tensor) {
        self.note(format!("v{} = {what}: {}{}", self.values.len(), t.dtype(), t.shape()));
        self.values.push(t);
    }

    /// A result that may be an error: both modes must refuse alike.
    fn keep_result(&mut self, what: &str, r: ops::Result<Tensor>) {
        match r {
            Ok(t) => self.keep(what, t),
            Err(e) => self.note(format!("{what} refused: {}", e.code)),
        }
    }

    /// A random index for `x`; without duplicates in index tensors, as their order of writing is the last's.
    fn items(&mut self, x: &Tensor) -> Vec<Item> {
        let mut items = Vec::new();
        let mut dims = x.dims().to_vec();
        if self.choice.chance(15) {
            items.push(Item::NewAxis);
        }
        if self.choice.chance(15) {
            items.push(Item::Ellipsis);
            let used = self.choice.below(dims.len() + 1);
            dims.drain(..dims.len() - used);
        }
        for &d in &dims {
            if self.choice.chance(20) {
                break;
            }
            items.push(match self.choice.below(10) {
                0..=2 if d > 0 => {
                    Item::At(self.choice.below(d) as i64 - if self.choice.chance(30) { d as i64 } else { 0 })
                }
                3 if d > 0 => {
                    let picks: Vec<i64> = (0..1 + self.choice.below(4)).map(|_| self.choice.below(d) as i64).collect();
                    Item::Tensor(Tensor::from_i64s(&[picks.len()], &picks).expect("fits"))
                }
                4 => {
                    let mask = (0..d).map(|_| Num::Bool(self.choice.chance(60)));
                    Item::Tensor(Tensor::from_nums(DType::Bool, Dims::of(&[d]), mask).expect("fits"))
                }
                _ => {
                    let mut end = || {
                        if self.choice.chance(50) { None } else { Some(self.choice.below(d + 2) as i64 - 1) }
                    };
                    let (start, end) = (end(), end());
                    Item::Slice { start, end, step: *self.choice.of(&[1, 1, 1, 2, -1, -2]) }
                }
            });
        }
        items
    }

    fn statement(&mut self) {
        let cx = self.cx;
        match self.choice.below(100) {
            0..=19 => {
                let (x, op) = (self.pick(), *self.choice.of(&self.unary.clone()));
                // Within most domains, and never growing.
                let x = if self.choice.chance(70) { cx.tanh(&x) } else { x };
                let y = cx.unary(op, &x);
                self.keep_result(op.name, y);
            }
            20..=42 => {
                let (x, y, op) = (self.pick(), self.pick(), *self.choice.of(&self.binary.clone()));
                let size = broadcast(&x.to_dims(), y.dims()).ok().and_then(|d| d.numel()).unwrap_or(0);
                if size <= LARGEST {
                    let r = cx.binary(op, &x.into(), &y.into());
                    self.keep_result(op.name, r);
                }
            }
            43..=50 => {
                let (x, op) = (self.pick(), *self.choice.of(&self.binary.clone()));
                let v = match self.choice.chance(30) {
                    true => Operand::Num(Num::Int(self.choice.below(5) as i64 - 2)),
                    false => Operand::Num(Num::Float(self.choice.between(-2.0, 2.0))),
                };
                let r =
                    if self.choice.chance(50) { cx.binary(op, &x.into(), &v) } else { cx.binary(op, &v, &x.into()) };
                self.keep_result(op.name, r);
            }
            51..=60 => self.view(),
            61..=66 => {
                let x = self.pick();
                let items = self.items(&x);
                let r = cx.index(&x, &items);
                self.keep_result(&format!("read {items:?} of {:?}", x.dims()), r);
            }
            67..=75 => self.assign(),
            76..=82 => self.reduce(),
            83..=85 => {
                let (x, y) = (self.pick(), self.pick());
                if x.numel() * y.dims().last().unwrap_or(&1) <= 4 * LARGEST {
                    let r = cx.product(&x.into(), &y.into());
                    self.keep_result("product", r.map(|t| cx.tanh(&t)));
                }
            }
            86..=88 => self.update(),
            89..=91 => {
                let x = self.pick();
                let s = cx.sum_all(&x);
                self.read("read a sum".into(), &s);
                // A branch on what was computed.
                if s.num_at(0).expect("fits").to_f64() > 0.0 {
                    self.choice.word();
                    self.statement();
                } else {
                    self.keep("detach", x.detach());
                }
            }
            92 => {
                let (x, w) = (self.pick(), self.pick());
                let mut acc = x.clone();
                for _ in 0..self.choice.below(50) {
                    acc = if acc.numel() < 50_000 { cx.add(cx.mul(&acc, 0.5), &w) } else { cx.tanh(&acc) };
                }
                self.keep("a loop", acc);
            }
            93..=94 => {
                let x = self.pick();
                let dtype = *self.choice.of(&[DType::F32, DType::F64, DType::F16, DType::BF16]);
                let r = cx.cast(&x, dtype);
                self.keep_result("cast", r);
            }
            95..=97 if self.values.len() > 2 => {
                let at = self.choice.below(self.values.len());
                self.values.swap_remove(at);
                self.note(format!("drop v{at}"));
            }
            _ => self.backward(),
        }
    }

    fn view(&mut self) {
        let (cx, x) = (self.cx, self.pick());
        let n = x.ndim();
        match self.choice.below(5) {
            0 if n >= 2 => {
                let (a, b) = (self.choice.below(n) as i64, self.choice.below(n) as i64);
                self.keep(&format!("transpose {a} {b}"), cx.transpose(&x, a, b));
            }
            1 => {
                let mut order: Vec<i64> = (0..n as i64).collect();
                for i in (1..n).rev() {
                    order.swap(i, self.choice.below(i + 1));
                }
                self.keep(&format!("permute {order:?}"), cx.permute(&x, &order));
            }
            2 => {
                let dims = if n > 0 && self.choice.chance(50) {
                    vec![x.numel()]
                } else {
                    let mut dims = x.dims().to_vec();
                    dims.reverse();
                    dims
                };
                self.keep(&format!("reshape {dims:?}"), cx.reshape(&x, &dims));
            }
            3 if x.numel() < 10_000 => {
                let mut dims: Vec<usize> = x.dims().iter().map(|&d| if d == 1 { 3 } else { d }).collect();
                if n < 4 {
                    dims.insert(0, 2);
                }
                self.keep(&format!("expand {dims:?}"), cx.expand(&x, &dims));
            }
            _ => {
                let one = vec![Item::Ellipsis, Item::NewAxis];
                let r = if n < 4 { cx.index(&x, &one) } else { Ok(x) };
                self.keep_result("new axis", r);
            }
        }
    }

    /// `x[items] = v`, with `x` given away or still held by the program.
    fn assign(&mut self) {
        let at = self.choice.below(self.values.len());
        let x = if self.choice.chance(60) { self.values.swap_remove(at) } else { self.values[at].clone() };
        if self.values.is_empty() {
            self.values.push(x.clone());
        }
        let items = self.items(&x);
        let value: Operand = match self.choice.below(4) {
            0 => self.choice.between(-2.0, 2.0).into(),
            // Reads what it writes to.
            1 => match self.cx.index(&x, &items) {
                Ok(part) => self.cx.mul(&part, 0.5).into(),
                Err(_) => 0.25.into(),
            },
            2 => self.cx.sum_all(&self.pick()).into(),
            _ => self.pick().into(),
        };
        // Of duplicates the last written stands; which one that is has no gradient anybody defined.
        let picks = items.iter().any(|i| matches!(i, Item::Tensor(t) if t.dtype() == DType::I64));
        let value = if picks { 0.75.into() } else { value };
        let what = format!("assign {items:?} of {:?}", x.dims());
        let mut x = x;
        let r = self.cx.index_put(&mut x, &items, &value).map(|()| x);
        self.keep_result(&what, r);
    }

    fn reduce(&mut self) {
        let (cx, x) = (self.cx, self.pick());
        let names =
            ["sum", "mean", "max", "min", "amax", "amin", "prod", "logsumexp", "softmax", "cumsum", "var", "norm"];
        let name: &&str = self.choice.of(&names);
        let Some(op) = ops::find(name) else { return };
        let attrs: Vec<Attr> = op
            .params
            .iter()
            .filter(|p| !p.kind.is_tensor())
            .map(|p| match (p.name, p.kind, p.default) {
                ("dim", _, _) if x.ndim() > 0 => Attr::Int(self.choice.below(x.ndim()) as i64),
                ("dim", ops::ParamKind::Dims, _) => Attr::None,
                ("dim", ..) => Attr::Int(0),
                ("keepdim", ..) => Attr::Bool(self.choice.chance(50)),
                (_, _, ops::Default::Float(v)) => Attr::Float(v),
                (_, _, ops::Default::Int(v)) => Attr::Int(v),
                (_, _, ops::Default::Bool(v)) => Attr::Bool(v),
                (_, _, ops::Default::Str(v)) => Attr::Str(v.into()),
                _ => Attr::None,
            })
            .collect();
        let r = cx.call(op, &[x.into()], &attrs).map(|o| o.one());
        self.keep_result(&format!("{} {attrs:?}", op.name), r.map(|t| cx.tanh(&t)));
    }

    /// `w -= e`, also while expressions that read `w` are still waiting.
    fn update(&mut self) {
        let p = self.choice.of(&self.params.clone()).clone();
        let x = self.pick().detach();
        let e = self.cx.without_grad(|| self.cx.mul(self.cx.tanh(&x), 0.1));
        let name = *self.choice.of(&["sub", "add", "mul"]);
        let op = ops::find(name).expect("an operator");
        let r = p.update(self.cx, op, &Operand::Tensor(e)).map_err(|e| e.code);
        self.note(format!("update {name}: {r:?}"));
        self.values.push(p.value());
    }

    fn backward(&mut self) {
        let x = self.pick();
        let squashed = self.cx.tanh(&x);
        let loss = self.cx.sum_all(&squashed);
        let options = BackwardOptions { retain: true, ..Default::default() };
        match self.cx.backward(&loss, options) {
            Ok(()) => {
                let grads: Vec<Tensor> = self.params.iter().filter_map(Param::grad).collect();
                self.note(format!("backward: {} gradients", grads.len()));
                if self.choice.chance(50) {
                    self.values.extend(grads);
                }
            }
            Err(e) => self.note(format!("backward refused: {}", e.code)),
        }
    }

    /// Everything that the program has left behind.
    fn finish(mut self) -> Vec<(String, Option<Bits>)> {
        self.backward();
        for (k, t) in std::mem::take(&mut self.values).iter().enumerate() {
            self.read(format!("value {k} at the end"), t);
        }
        for (k, p) in std::mem::take(&mut self.params).iter().enumerate() {
            self.read(format!("parameter {k} at the end"), &p.data());
            if let Some(g) = p.grad() {
                self.read(format!("gradient {k} at the end"), &g);
            }
        }
        self.log
    }
}

type Trace = Vec<(String, Option<Bits>)>;

fn run(cx: &Cx, seed: u64) -> Trace {
    let mut m = Machine::new(cx, seed);
    for _ in 0..8 + m.choice.below(25) {
        m.statement();
    }
    m.finish()
}

fn context(put_off_from: usize) -> Cx {
    let cx = Cx::new();
    cx.seed(7);
    cx.set_put_off_from(put_off_from);
    cx
}

fn hash(trace: &Trace) -> u64 {
    let mut h = DefaultHasher::new();
    trace.hash(&mut h);
    h.finish()
}

/// Where the plainest way and another part; runs both again.
fn explain(seed: u64, way: (usize, usize)) -> String {
    let traces = [WAYS[0], way].map(|(put_off_from, threads)| {
        pool::set_threads(threads);
        run(&context(put_off_from), seed)
    });
    let [want, got] = &traces;
    let at = want.iter().zip(got).take_while(|(a, b)| a == b).count();
    let statements: Vec<&str> = want.iter().take(at + 1).map(|(what, _)| what.as_str()).collect();
    format!("{}\n  got      {:.300?}\n  expected {:.300?}", statements.join("\n"), got.get(at), want.get(at))
}

#[test]
fn random_programs_give_the_same_bits() {
    let only: Option<u64> = std::env::var("REEL_TREE").ok().map(|s| s.parse().expect("a seed"));
    if let Some(seed) = only {
        for (what, value) in run(&context(usize::MAX), seed) {
            println!("{what} {:.200}", value.map_or(String::new(), |v| format!("{v:?}")));
        }
    }
    let seeds: Vec<u64> = only.map_or_else(|| (0..PROGRAMS).collect(), |s| vec![s]);
    let (mut runs, mut statements, mut failures) = (0, 0, Vec::new());
    for batch in seeds.chunks(BATCH as usize) {
        for isa in isa::Isa::available() {
            isa::with_isa(isa, || {
                let mut first: Vec<u64> = Vec::new();
                for (put_off_from, threads) in WAYS {
                    pool::set_threads(threads);
                    for (k, &seed) in batch.iter().enumerate() {
                        let ran = std::panic::catch_unwind(|| run(&context(put_off_from), seed));
                        let Ok(trace) = ran else {
                            failures.push(format!("program {seed} panics ({isa:?}, {put_off_from}, {threads})"));
                            first.push(0);
                            continue;
                        };
                        runs += 1;
                        statements += trace.len();
                        let h = hash(&trace);
                        match first.get(k) {
                            None => first.push(h),
                            Some(want) if *want == h => {}
                            Some(_) => failures.push(format!(
                                "program {seed} with {isa:?}, put off from {put_off_from}, {threads} thread(s):\n{}",
                                explain(seed, (put_off_from, threads))
                            )),
                        }
                    }
                }
            });
        }
    }
    pool::set_threads(0);
    println!("{} programs, {runs} runs, {statements} statements and values", seeds.len());
    failures.truncate(5);
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
