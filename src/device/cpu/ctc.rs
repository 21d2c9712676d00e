//! Connectionist temporal classification (Graves et al. 2006): the probability of a sequence of labels under all ways to
//! spread it, with blanks between, over the steps of a longer sequence; by the forward-backward recursions, in
//! logarithms and f64. One chunk of work is one sequence of the batch.

use super::copy::Shared;
use super::elem::Elem;
use super::pool;

/// A batch of sequences. Step `t` of sequence `n` has the log-probabilities `[(t * batch + n) * classes..][..classes]`.
pub struct Batch<'a> {
    pub batch: usize,
    pub classes: usize,
    pub blank: usize,
    /// Steps of each sequence.
    pub steps: &'a [i64],
    /// Labels of each sequence.
    pub labels: &'a [i64],
    /// The labels, one sequence after another.
    pub targets: &'a [i64],
}

/// Cells between two looks at the stop flag.
const CELLS: usize = 1 << 16;

/// One sequence: its labels with a blank before, between and after them are the states of a chain.
struct Chain<'a> {
    batch: &'a Batch<'a>,
    n: usize,
    steps: usize,
    targets: &'a [i64],
}

impl<'a> Batch<'a> {
    fn chain(&'a self, n: usize) -> Chain<'a> {
        let from: i64 = self.labels[..n].iter().sum();
        let targets = &self.targets[from as usize..][..self.labels[n] as usize];
        Chain { batch: self, n, steps: self.steps[n] as usize, targets }
    }

    /// States of the longest chain.
    pub fn states(&self) -> usize {
        2 * self.labels.iter().max().map_or(0, |&n| n as usize) + 1
    }
}

impl Chain<'_> {
    fn states(&self) -> usize {
        2 * self.targets.len() + 1
    }

    fn class(&self, state: usize) -> usize {
        if state.is_multiple_of(2) { self.batch.blank } else { self.targets[state / 2] as usize }
    }

    /// Whether the blank before a state may be left out.
    fn skips(&self, state: usize) -> bool {
        state % 2 == 1 && state > 2 && self.targets[state / 2] != self.targets[state / 2 - 1]
    }

    fn row(&self, t: usize) -> usize {
        (t * self.batch.batch + self.n) * self.batch.classes
    }

    /// From the log-probabilities of all ways to be in each state at step `t - 1` to those at step `t`.
    fn forward<T: Elem<Wide = f64>>(&self, t: usize, x: &[T], before: &[f64], after: &mut [f64]) {
        let row = &x[self.row(t)..][..self.batch.classes];
        for (state, place) in after.iter_mut().enumerate() {
            let ways = match t {
                0 => {
                    if state < 2 {
                        0.0
                    } else {
                        f64::NEG_INFINITY
                    }
                }
                _ => {
                    let previous = |back: usize| if state < back { f64::NEG_INFINITY } else { before[state - back] };
                    log_sum(previous(0), previous(1), if self.skips(state) { previous(2) } else { f64::NEG_INFINITY })
                }
            };
            *place = ways + row[self.class(state)].wide();
        }
    }

    /// The log-probability of everything, from the states at the last step.
    fn total(&self, last: &[f64]) -> f64 {
        let end = last.len() - 1;
        if self.steps == 0 {
            return if end == 0 { 0.0 } else { f64::NEG_INFINITY };
        }
        log_sum(last[end], if end > 0 { last[end - 1] } else { f64::NEG_INFINITY }, f64::NEG_INFINITY)
    }

    fn stopped(&self, t: usize) -> bool {
        t.is_multiple_of((CELLS / self.states()).max(1)) && pool::stopped()
    }
}

/// ln(e^a + e^b + e^c)
fn log_sum(a: f64, b: f64, c: f64) -> f64 {
    let most = if a.is_nan() || b.is_nan() || c.is_nan() { f64::NAN } else { a.max(b).max(c) };
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + ((a - most).exp() + (b - most).exp() + (c - most).exp()).ln()
}

/// The negative log-probability of each sequence's labels, with `zero` 0 where it is infinite. `scratch` has room for the states of two steps of every
/// sequence.
pub fn losses<T: Elem<Wide = f64>>(b: &Batch, zero: bool, x: &[T], scratch: &mut [f64], dst: &mut [T]) {
    let (states, out) = (b.states(), Shared(dst.as_mut_ptr()));
    let room = Shared(scratch[..2 * states * b.batch].as_mut_ptr());
    pool::parallel(b.batch, &|n| {
        let chain = b.chain(n);
        // SAFETY: each sequence has its own part.
        let rows = unsafe { std::slice::from_raw_parts_mut(room.get().add(2 * states * n), 2 * states) };
        let (mut before, mut after) = rows.split_at_mut(states);
        for t in 0..chain.steps {
            if chain.stopped(t) {
                return;
            }
            chain.forward(t, x, &before[..chain.states()], &mut after[..chain.states()]);
            std::mem::swap(&mut before, &mut after);
        }
        let total = chain.total(&before[..chain.states()]);
        let loss = if zero && total == f64::NEG_INFINITY { 0.0 } else { -total };
        // SAFETY: each sequence has its own place.
        unsafe { *out.get().add(n) = T::narrow(loss) };
    });
}

/// The gradient of the losses for the log-probabilities: less the probability of being at each class at each step, times
/// the loss's cotangent. Where no way leads to the labels it is NaN, or 0 with `zero`. `scratch` has room for the states
/// of all steps of every sequence and of two more.
pub fn gradient<T: Elem<Wide = f64>>(b: &Batch, zero: bool, x: &[T], g: &[T], scratch: &mut [f64], dst: &mut [T]) {
    let (states, steps) = (b.states(), b.steps.iter().max().map_or(0, |&n| n as usize) + 2);
    dst.fill(T::default());
    let (out, room) = (Shared(dst.as_mut_ptr()), Shared(scratch[..steps * states * b.batch].as_mut_ptr()));
    pool::parallel(b.batch, &|n| {
        let chain = b.chain(n);
        let (own, g) = (chain.states(), g[n].wide());
        // SAFETY: each sequence has its own part.
        let table = unsafe { std::slice::from_raw_parts_mut(room.get().add(steps * states * n), steps * states) };
        let (table, rows) = table.split_at_mut((steps - 2) * states);
        let (mut later, mut now) = rows.split_at_mut(states);
        for t in 0..chain.steps {
            if chain.stopped(t) {
                return;
            }
            let (before, after) = table.split_at_mut(t * states);
            let before = if t == 0 { &[][..] } else { &before[(t - 1) * states..][..own] };
            chain.forward(t, x, before, &mut after[..own]);
        }
        if chain.steps == 0 {
            return;
        }
        let total = chain.total(&table[(chain.steps - 1) * states..][..own]);
        let lost = total == f64::NEG_INFINITY;
        if lost && zero {
            return;
        }
        let mut sums = vec![0.0f64; b.classes];
        for t in (0..chain.steps).rev() {
            if chain.stopped(t) {
                return;
            }
            for state in 0..own {
                now[state] = if t + 1 == chain.steps {
                    if state + 2 >= own { 0.0 } else { f64::NEG_INFINITY }
                } else {
                    let row = &x[chain.row(t + 1)..][..b.classes];
                    let next = |on: usize| match state + on < own {
                        true => later[state + on] + row[chain.class(state + on)].wide(),
                        false => f64::NEG_INFINITY,
                    };
                    let skip = state + 2 < own && chain.skips(state + 2);
                    log_sum(next(0), next(1), if skip { next(2) } else { f64::NEG_INFINITY })
                };
            }
            for state in 0..own {
                sums[chain.class(state)] += (table[t * states + state] + now[state] - total).exp();
            }
            // SAFETY: each step of each sequence has its own part.
            let row = unsafe { std::slice::from_raw_parts_mut(out.get().add(chain.row(t)), b.classes) };
            for (place, sum) in row.iter_mut().zip(&mut sums) {
                *place = T::narrow(if lost { f64::NAN } else { -g * *sum });
                *sum = 0.0;
            }
            std::mem::swap(&mut later, &mut now);
        }
    });
}
