//! Gradients against finite differences in f64, of every smooth sample: first ones, second ones (through the recorded
//! first), and products with tangents (`jvp`, as the gradient of the gradient for its cotangent).

use super::samples::{self, Call};
use reel::device::DType;
use reel::ops::{self, Op};
use reel::tape::{Cx, backward::Recording};
use reel::tensor::{Num, Tensor};

/// What finite differences may be off, relative to the largest magnitude (at least 1).
const TOLERANCE: f64 = 1e-5;
/// Samples' numbers are 2^-10 apart, and from kinks: twice this stays on their side.
const STEP: f64 = 1e-4;
/// Beyond this many numbers, differences are taken along a few directions instead of for each number.
const EACH: usize = 40;
const DIRECTIONS: usize = 6;

/// A function of all float operands of a call, seen as one long vector.
struct Function<'c> {
    cx: &'c Cx,
    call: Call,
    at: Vec<usize>,
    start: Vec<Tensor>,
}

impl Function<'_> {
    fn new<'c>(cx: &'c Cx, op: &'static Op, sample: usize) -> Function<'c> {
        let call = samples::call(cx, op, sample, DType::F64);
        let at = call.float_operands();
        let start = call.tensors(&at);
        Function { cx, call, at, start }
    }

    fn len(&self) -> usize {
        self.start.iter().map(Tensor::numel).sum()
    }

    /// The operands moved by `h` along a direction. A strided operand stays strided.
    fn moved(&self, direction: &[Tensor], h: f64) -> Vec<Tensor> {
        let step = |(x, d): (&Tensor, &Tensor)| {
            let moved = self.cx.add(x, self.cx.mul(d, h));
            moved.force().expect("fits");
            moved
        };
        self.start.iter().zip(direction).map(step).collect()
    }

    /// Weighs the float results: their sum with each element times its cotangent.
    fn loss(&self, inputs: &[Tensor]) -> ops::Result<Tensor> {
        let mut sum = Tensor::scalar(DType::F64, Num::Float(0.0));
        for (k, y) in self.call.with(&self.at, inputs).run(self.cx)?.iter().enumerate() {
            if y.dtype().is_float() {
                let weighed = self.cx.mul(y, samples::cotangent(k, DType::F64, y.dims()));
                sum = self.cx.add(&sum, self.cx.sum_all(&weighed));
            }
        }
        Ok(sum)
    }

    /// The gradient of `f` at leaves of `inputs`, zeros where none comes.
    fn gradient(
        &self,
        inputs: &[Tensor],
        recording: Recording,
        f: impl Fn(&[Tensor]) -> ops::Result<Tensor>,
    ) -> ops::Result<(Vec<Tensor>, Vec<Tensor>)> {
        let leaves: Vec<Tensor> = inputs.iter().map(|t| self.cx.leaf(t)).collect();
        let y = f(&leaves)?;
        let found = self.cx.grads(&[(y, Tensor::scalar(DType::F64, Num::Float(1.0)))], &leaves, recording)?;
        let filled =
            found.into_iter().zip(&leaves).map(|(g, x)| g.unwrap_or_else(|| self.cx.zeros(DType::F64, &x.to_dims())));
        Ok((filled.collect(), leaves))
    }

    fn first(&self, inputs: &[Tensor]) -> ops::Result<Vec<Tensor>> {
        Ok(self.gradient(inputs, Recording::Never, |x| self.loss(x))?.0)
    }

    /// Directions to differentiate along: each number alone when there are few.
    fn directions(&self) -> Vec<Vec<Tensor>> {
        let n = self.len();
        let count = if n <= EACH { n } else { DIRECTIONS };
        (0..count)
            .map(|k| {
                let mut at = 0;
                let mut next = || {
                    at += 1;
                    let chosen = if n <= EACH { (at - 1 == k) as u64 as f64 } else { weight(k * n + at) };
                    Num::Float(chosen)
                };
                let like = |x: &Tensor| {
                    let values: Vec<Num> = (0..x.numel()).map(|_| next()).collect();
                    Tensor::from_nums(DType::F64, x.to_dims(), values).expect("fits")
                };
                self.start.iter().map(like).collect()
            })
            .collect()
    }
}

/// Numbers in -1..1.
fn weight(at: usize) -> f64 {
    samples::unit(samples::splitmix(at as u64 ^ 0x5eed)) * 2.0 - 1.0
}

fn dot(a: &[Tensor], b: &[Tensor]) -> f64 {
    let numbers = |t: &Tensor| t.to_f64s().expect("fits");
    a.iter().zip(b).flat_map(|(a, b)| numbers(a).into_iter().zip(numbers(b))).map(|(a, b)| a * b).sum()
}

/// A derivative from four values around a point; the error falls with the fourth power of the step.
fn slope(f: impl Fn(f64) -> ops::Result<f64>) -> ops::Result<f64> {
    let h = STEP;
    let (near, far) = (f(h)? - f(-h)?, f(2.0 * h)? - f(-2.0 * h)?);
    Ok((8.0 * near - far) / (12.0 * h))
}

fn agree(what: &str, got: f64, want: f64, scale: f64) -> Result<(), String> {
    let allowed = TOLERANCE * scale.abs().max(want.abs()).max(1.0);
    if (got - want).abs() <= allowed {
        return Ok(());
    }
    Err(format!("{what} is {got:e}, differences say {want:e}"))
}

/// Checks one sample; gives how many comparisons were made.
fn check(op: &'static Op, at: usize) -> Result<usize, String> {
    let cx = Cx::new();
    let f = Function::new(&cx, op, at);
    let told = |e: Box<ops::OpError>| e.to_string();
    let number = |t: Tensor| t.num_at(0).map(Num::to_f64);
    let mut checks = 0;
    if f.at.is_empty() {
        return Ok(0);
    }
    let first = f.first(&f.start).map_err(told)?;
    for (g, x) in first.iter().zip(&f.start) {
        if g.dims() != x.dims() || g.dtype() != DType::F64 {
            return Err(format!("the gradient of {}{} is {}{}", x.dtype(), x.shape(), g.dtype(), g.shape()));
        }
    }
    let size = first.iter().flat_map(|g| g.to_f64s().expect("fits")).fold(0.0f64, |m, x| m.max(x.abs()));
    for d in f.directions() {
        let want = slope(|h| number(f.loss(&f.moved(&d, h))?)).map_err(told)?;
        agree("the gradient", dot(&first, &d), want, size)?;
        checks += 1;
    }
    checks += check_second(&f).map_err(|e| format!("second order: {e}"))?;
    checks += check_tangents(&f).map_err(|e| format!("jvp: {e}"))?;
    Ok(checks)
}

/// The gradient of a weighed first gradient against differences of that gradient.
fn check_second(f: &Function) -> Result<usize, String> {
    let told = |e: Box<ops::OpError>| e.to_string();
    let mut at = 0;
    let weigh = |x: &Tensor| {
        let values: Vec<Num> = (0..x.numel()).map(|i| Num::Float(weight(at + i))).collect();
        at += x.numel();
        Tensor::from_nums(DType::F64, x.to_dims(), values).expect("fits")
    };
    let weights: Vec<Tensor> = f.start.iter().map(weigh).collect();
    let weighed = |x: &[Tensor]| -> ops::Result<Tensor> {
        // The inner leaves are linked to `x`, so the outer gradient goes through them.
        let (g, _) = f.gradient(x, Recording::Always, |x| f.loss(x))?;
        let mut sum = Tensor::scalar(DType::F64, Num::Float(0.0));
        for (g, w) in g.iter().zip(&weights) {
            sum = f.cx.add(&sum, f.cx.sum_all(&f.cx.mul(g, w)));
        }
        Ok(sum)
    };
    let (second, _) = f.gradient(&f.start, Recording::Never, weighed).map_err(told)?;
    let size = second.iter().flat_map(|g| g.to_f64s().expect("fits")).fold(0.0f64, |m, x| m.max(x.abs()));
    let mut checks = 0;
    for d in f.directions() {
        let along = |h: f64| f.first(&f.moved(&d, h)).map(|g| dot(&g, &weights));
        let want = slope(along).map_err(told)?;
        agree("the gradient of the gradient", dot(&second, &d), want, size)?;
        checks += 1;
    }
    Ok(checks)
}

/// The tangent of each result for a direction, as the gradient of the pulled-back cotangent, against differences.
fn check_tangents(f: &Function) -> Result<usize, String> {
    let told = |e: Box<ops::OpError>| e.to_string();
    let run = |x: &[Tensor]| f.call.with(&f.at, x).run(f.cx);
    let leaves: Vec<Tensor> = f.start.iter().map(|t| f.cx.leaf(t)).collect();
    let ys: Vec<(usize, Tensor)> =
        run(&leaves).map_err(told)?.into_iter().enumerate().filter(|(_, y)| y.is_tracked()).collect();
    let mut checks = 0;
    for d in f.directions().into_iter().take(DIRECTIONS) {
        let seeds: Vec<Tensor> = ys.iter().map(|(_, y)| f.cx.leaf(&f.cx.zeros(DType::F64, &y.to_dims()))).collect();
        let pairs: Vec<(Tensor, Tensor)> = ys.iter().map(|(_, y)| y.clone()).zip(seeds.iter().cloned()).collect();
        let pulled = f.cx.grads(&pairs, &leaves, Recording::Always).map_err(told)?;
        let along: Vec<(Tensor, Tensor)> =
            pulled.into_iter().zip(&d).filter_map(|(g, d)| Some((g?, d.clone()))).collect();
        let tangents = f.cx.grads(&along, &seeds, Recording::Never).map_err(told)?;
        for ((k, y), tangent) in ys.iter().zip(tangents) {
            let tangent = match tangent {
                Some(t) => t.to_f64s().map_err(told)?,
                None => vec![0.0; y.numel()],
            };
            let size = tangent.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            let value = |h: f64| run(&f.moved(&d, h))?[*k].to_f64s();
            let h = STEP;
            let [a, b, c, e] = [value(h), value(-h), value(2.0 * h), value(-2.0 * h)].map(|v| v.map_err(told));
            let (a, b, c, e) = (a?, b?, c?, e?);
            for i in 0..y.numel() {
                let want = (8.0 * (a[i] - b[i]) - (c[i] - e[i])) / (12.0 * h);
                agree(&format!("the tangent of result {k} element {i}"), tangent[i], want, size)?;
                checks += 1;
            }
        }
    }
    Ok(checks)
}

#[test]
fn gradients_agree_with_differences() {
    let (mut smooth, mut checks, mut failures) = (0, 0, Vec::new());
    for op in ops::all() {
        for at in (0..op.samples.len()).filter(|&at| op.samples[at].smooth) {
            smooth += 1;
            match std::panic::catch_unwind(|| check(op, at)) {
                Ok(Ok(n)) => checks += n,
                Ok(Err(e)) => failures.push(format!("{}: {e}", samples::label(op, at))),
                Err(_) => failures.push(format!("{}: panics", samples::label(op, at))),
            }
        }
    }
    println!("{} operations, {smooth} smooth samples, {checks} derivatives against differences", ops::all().len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
