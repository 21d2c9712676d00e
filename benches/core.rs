//! The hot paths, each alone: `cargo bench --bench core [-- FILTER]`. To hold a change against the commit before it, run
//! `cargo bench --bench core -- --save-baseline before` there and `… -- --baseline before` here.
//!
//! Inputs keep every number and gradient away from denormals, which would cost several times as much as the arithmetic.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use reel::device::DType;
use reel::ops::{Operand, add::ADD, mul::MUL, relu::RELU, square::SQUARE, sub::SUB, tanh::TANH};
use reel::session::{Options, Session};
use reel::tape::{BackwardOptions, Cx, Param};
use reel::tensor::{Dims, Num, Tensor};
use reel::vm::function::Args;

/// Numbers in -scale..scale that are the same each time.
fn noise(dims: &[usize], scale: f64, seed: u64) -> Tensor {
    let mut state = seed;
    let next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Num::Float(((z >> 40) as f64 / (1u64 << 23) as f64 - 1.0) * scale)
    };
    Tensor::from_nums(DType::F32, Dims::of(dims), std::iter::repeat_with(next)).expect("fits")
}

/// The core without the language: operations recorded, walked backwards and dropped.
fn core(c: &mut Criterion) {
    let cx = Cx::new();
    let mut group = c.benchmark_group("core");
    let a = Param::new(&cx, &Tensor::scalar(DType::F32, Num::Float(0.99999))).expect("plain");
    for n in [1_000u64, 100_000] {
        group.throughput(Throughput::Elements(n));
        group.bench_function(format!("scalar chain, {n} nodes"), |b| {
            b.iter(|| {
                let w = a.value();
                let mut y = a.value();
                for _ in 0..n / 2 {
                    y = cx.binary_tt(&MUL, &y, &w).expect("finite");
                    y = cx.binary_tn(&ADD, &y, Num::Float(0.25), false).expect("finite");
                }
                cx.backward(&y, BackwardOptions::default()).expect("tracked");
                a.take_grad()
            })
        });
    }
    for n in [1_000usize, 1_000_000] {
        let p = Param::new(&cx, &noise(&[n], 3.0, 1)).expect("plain");
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(format!("tanh-gelu and its sum, {n} floats"), |b| {
            b.iter(|| {
                let x = p.value();
                let cube = cx.mul(cx.mul(&x, &x), &x);
                let inner = cx.mul(cx.add(&x, cx.mul(&cube, 0.044715)), 0.7978845608);
                let y = cx.mul(cx.mul(&x, 0.5), cx.add(cx.tanh(&inner), 1.0));
                let loss = cx.sum_all(&y);
                black_box(loss.num_at(0).expect("computed"));
                cx.backward(&loss, BackwardOptions::default()).expect("tracked");
                p.take_grad()
            })
        });
    }
    group.finish();
}

/// Networks, still without the language.
fn networks(c: &mut Criterion) {
    let cx = Cx::new();
    let mut group = c.benchmark_group("networks");
    // Scaled so that 100 steps neither blow up nor fade into denormals.
    let param = |dims: &[usize], scale, seed| Param::new(&cx, &noise(dims, scale, seed)).expect("plain");
    let (wh, wx, b) = (param(&[32, 32], 0.3, 1), param(&[32, 32], 0.3, 2), param(&[32], 0.1, 3));
    let xs: Vec<Tensor> = (0..100).map(|t| noise(&[1, 32], 1.0, 10 + t)).collect();
    let start = noise(&[1, 32], 0.5, 4);
    group.bench_function("RNN, hidden 32, 100 steps", |bench| {
        bench.iter(|| {
            let mut h = start.clone();
            let (vh, vx, vb) = (wh.value(), wx.value(), b.value());
            for x in &xs {
                let from_x = cx.product_tt(x, &vx).expect("fits");
                let from_h = cx.product_tt(&h, &vh).expect("fits");
                let sum = cx.binary_tt(&ADD, &from_x, &from_h).expect("fits");
                h = cx.unary(&TANH, &cx.binary_tt(&ADD, &sum, &vb).expect("fits")).expect("fits");
            }
            let loss = cx.sum_all(&cx.unary(&SQUARE, &h).expect("fits"));
            cx.backward(&loss, BackwardOptions::default()).expect("tracked");
            [&wh, &wx, &b].map(Param::take_grad)
        })
    });
    let (x, y) = (noise(&[64, 1000], 1.7, 1), noise(&[64, 10], 1.7, 2));
    let (w1, w2) = (param(&[1000, 100], 1.7, 3), param(&[100, 10], 1.7, 4));
    group.bench_function("seed network, one step", |bench| {
        bench.iter(|| {
            let hidden = cx.unary(&RELU, &cx.matmul(&x, &w1.value())).expect("fits");
            let loss = cx.sum_all(&cx.square(cx.sub(cx.matmul(&hidden, &w2.value()), &y)));
            cx.backward(&loss, BackwardOptions::default()).expect("tracked");
            for w in [&w1, &w2] {
                let step = cx.mul(w.take_grad().expect("reached"), 1e-6);
                w.update(&cx, &SUB, &Operand::Tensor(step)).expect("same shape");
            }
        })
    });
    group.finish();
}

/// Products without a tape, as many floating-point operations as "elements".
fn products(c: &mut Criterion) {
    let cx = Cx::new();
    let mut group = c.benchmark_group("products");
    for (m, k, n) in [(4, 8, 8), (64, 1000, 100), (256, 256, 256), (1024, 1024, 1024)] {
        let (a, b) = (noise(&[m, k], 1.0, 1), noise(&[k, n], 1.0, 2));
        group.throughput(Throughput::Elements(2 * (m * k * n) as u64));
        group.bench_function(format!("{m} x {k} x {n}"), |bench| bench.iter(|| cx.matmul(&a, &b)));
    }
    group.finish();
}

const PROGRAMS: &str = "
fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }
fn calls() { fib(20) }
fn additions() { let x = 0.0; for _ in 0..100000 { x += 1.5 }; x }
fn closures() { let total = 0; let add = fn(x) { total += x }; for i in 0..10000 { add(i) }; total }
let a = param(tensor(0.99999))
fn chain() { let y = a; for _ in 0..500 { y = y * a; y = y + 0.25 }; backward(y); zero_grad(a) }
seed(0)
let x = [[0.0, 0], [0, 1], [1, 0], [1, 1]]
let y = [[0.0], [1], [1], [0]]
let (w1, b1, w2, b2) = (param(randn(2, 8)), param(zeros(8)), param(randn(8, 1)), param(zeros(1)))
fn xor() {
    let p = sigmoid(tanh(x @ w1 + b1) @ w2 + b2)
    backward(mean((p - y) ** 2))
    for w in (w1, b1, w2, b2) { w -= 0.5 * w.grad; zero_grad(w) }
}";

/// Programs, from a function that is compiled already.
fn language(c: &mut Criterion) {
    let mut session = Session::new(Options::default());
    session.eval("programs", PROGRAMS).expect("the programs run");
    let mut group = c.benchmark_group("language");
    for name in ["calls", "additions", "closures", "chain", "xor"] {
        let f = session.global(name).expect("defined above");
        group.bench_function(name, |b| {
            b.iter(|| session.vm().call(&f, Args::default()).map_err(|_| "it fails").expect("it runs"))
        });
    }
    group.finish();
    let text = "fn f(x, w) {\n    let y = relu(x @ w)\n    for i in 0..10 { y = y * 0.5 + x[i, ..] }\n}\n".repeat(250);
    c.bench_function("parse and compile, 1000 lines", |b| b.iter(|| session.eval("text", &text).is_ok()));
}

criterion_group! {
    name = hot_paths;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = core, networks, products, language
}
criterion_main!(hot_paths);
