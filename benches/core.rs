//! What the core costs without the language: the cases of `scripts/bench` written against the crate.
//!
//! `cargo bench --bench core [-- CASE…]` prints the median and the best of several rounds. Inputs keep every number
//! and gradient away from denormals, which would cost several times as much as the arithmetic.

use reel::device::DType;
use reel::ops::{Operand, add::ADD, mul::MUL, relu::RELU, square::SQUARE, sub::SUB, tanh::TANH};
use reel::tape::{BackwardOptions, Cx, Param};
use reel::tensor::{Dims, Num, Tensor};
use std::time::{Duration, Instant};

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let run = |name: &str| wanted.is_empty() || wanted.iter().any(|w| name.contains(w.as_str()));
    for (n, rounds) in [(1_000, 2001), (100_000, 101), (10_000_000, 5)] {
        let name = format!("chain of {n} nodes");
        if run(&name) {
            chain(&name, n, rounds);
        }
    }
    for (n, rounds) in [(1_000, 2001), (100_000, 501), (1_000_000, 101), (10_000_000, 9)] {
        for read_first in [false, true] {
            let name = format!("gelu of {n}{}", if read_first { ", value read first" } else { "" });
            if run(&name) {
                gelu(&name, n, rounds, read_first);
            }
        }
    }
    if run("rnn") {
        rnn();
    }
    if run("seed network") {
        seed_network();
    }
}

/// Prints the median and the best of what `rounds` calls took, each divided by `per`.
fn report(name: &str, per: usize, mut times: Vec<Duration>) {
    times.sort();
    let unit = |d: Duration| {
        let ns = d.as_nanos() as f64 / per as f64;
        if ns < 1e4 {
            format!("{ns:.1} ns")
        } else if ns < 1e7 {
            format!("{:.1} us", ns / 1e3)
        } else {
            format!("{:.1} ms", ns / 1e6)
        }
    };
    println!("{name:<44} median {:>10}   best {:>10}", unit(times[times.len() / 2]), unit(times[0]));
}

fn timed<R>(times: &mut Vec<Duration>, f: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let r = f();
    times.push(start.elapsed());
    r
}

/// Numbers in -1..1 that are the same each time.
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

fn chain(name: &str, n: usize, rounds: usize) {
    let cx = Cx::new();
    let a = Param::new(&cx, &Tensor::scalar(DType::F32, Num::Float(0.75))).expect("plain");
    let (mut forward, mut both) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let start = Instant::now();
        let mut y = a.value();
        let w = a.value();
        for _ in 0..n / 2 {
            y = cx.binary_tt(&MUL, &y, &w).expect("finite");
            y = cx.binary_tn(&ADD, &y, Num::Float(0.25), false).expect("finite");
        }
        forward.push(start.elapsed());
        cx.backward(&y, BackwardOptions::default()).expect("tracked");
        drop(y);
        both.push(start.elapsed());
        a.take_grad();
    }
    report(&format!("{name}: forward, per op"), n, forward);
    report(&format!("{name}: forward, backward, free"), n, both);
}

fn gelu(name: &str, n: usize, rounds: usize, read_first: bool) {
    let cx = Cx::new();
    let p = Param::new(&cx, &noise(&[n], 3.0, 1)).expect("plain");
    let mut times = Vec::new();
    for _ in 0..rounds {
        timed(&mut times, || {
            let x = p.value();
            let cube = cx.mul(cx.mul(&x, &x), &x);
            let inner = cx.mul(cx.add(&x, cx.mul(&cube, 0.044715)), 0.7978845608);
            let y = cx.mul(cx.mul(&x, 0.5), cx.add(cx.tanh(&inner), 1.0));
            let loss = cx.sum_all(&y);
            if read_first {
                loss.num_at(0).expect("computed");
            }
            cx.backward(&loss, BackwardOptions::default()).expect("tracked");
        });
        p.take_grad();
    }
    report(name, 1, times);
}

fn rnn() {
    let (hidden, steps, inputs) = (32, 100, 32);
    let cx = Cx::new();
    // Scaled so that 100 steps neither blow up nor fade into denormals.
    let wh = Param::new(&cx, &noise(&[hidden, hidden], 0.3, 1)).expect("plain");
    let wx = Param::new(&cx, &noise(&[inputs, hidden], 0.3, 2)).expect("plain");
    let b = Param::new(&cx, &noise(&[hidden], 0.1, 3)).expect("plain");
    let xs: Vec<Tensor> = (0..steps).map(|t| noise(&[1, inputs], 1.0, 10 + t)).collect();
    let start = noise(&[1, hidden], 0.5, 4);
    let mut times = Vec::new();
    for _ in 0..501 {
        timed(&mut times, || {
            let mut h = start.clone();
            let (vh, vx, vb) = (wh.value(), wx.value(), b.value());
            for x in &xs {
                let from_x = cx.product_tt(x, &vx).expect("fits");
                let from_h = cx.product_tt(&h, &vh).expect("fits");
                let sum = cx.binary_tt(&ADD, &from_x, &from_h).expect("fits");
                let biased = cx.binary_tt(&ADD, &sum, &vb).expect("fits");
                h = cx.unary(&TANH, &biased).expect("fits");
            }
            let loss = cx.sum_all(&cx.unary(&SQUARE, &h).expect("fits"));
            cx.backward(&loss, BackwardOptions::default()).expect("tracked");
        });
        for p in [&wh, &wx, &b] {
            let g = p.take_grad().expect("reached").to_f64s().expect("computed");
            assert!(g.iter().all(|g| *g == 0.0 || g.abs() > 1e-30), "denormals would be timed");
        }
    }
    report("rnn 32 x 100, forward and backward", 1, times);
}

fn seed_network() {
    let cx = Cx::new();
    let (x, y) = (noise(&[64, 1000], 1.7, 1), noise(&[64, 10], 1.7, 2));
    let mut times = Vec::new();
    for _ in 0..9 {
        let w1 = Param::new(&cx, &noise(&[1000, 100], 1.7, 3)).expect("plain");
        let w2 = Param::new(&cx, &noise(&[100, 10], 1.7, 4)).expect("plain");
        timed(&mut times, || {
            for _ in 0..500 {
                let hidden = cx.unary(&RELU, &cx.matmul(&x, &w1.value())).expect("fits");
                let error = cx.sub(cx.matmul(&hidden, &w2.value()), &y);
                let loss = cx.sum_all(&cx.square(&error));
                cx.backward(&loss, BackwardOptions::default()).expect("tracked");
                for w in [&w1, &w2] {
                    let step = cx.mul(w.take_grad().expect("reached"), 1e-6);
                    w.update(&cx, &SUB, &Operand::Tensor(step)).expect("same shape");
                }
            }
        });
    }
    report("seed network, 500 steps", 1, times);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|l| l.starts_with("VmHWM")) {
        println!("{peak}");
    }
}
