//! Groups made of channels: batch norm, group norm, instance norm. The tensor is (batch, channels, elements of one
//! channel), and each channel has one factor and one summand.

use super::*;

/// What is normalised together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Over {
    /// Each channel, over the batch.
    Batch,
    /// So many groups of channels, each example for itself.
    Groups(usize),
}

/// Elements below which channels are short.
const SHORT: usize = 32;

#[derive(Clone, Copy, Debug)]
pub struct Channels {
    pub batch: usize,
    pub channels: usize,
    /// Elements of one channel of one example.
    pub n: usize,
    pub over: Over,
    pub eps: f64,
}

impl Channels {
    /// How many means there are.
    pub fn groups(&self) -> usize {
        match self.over {
            Over::Batch => self.channels,
            Over::Groups(groups) => self.batch * groups,
        }
    }

    /// Elements of a group.
    fn size(&self) -> usize {
        match self.over {
            Over::Batch => self.batch * self.n,
            Over::Groups(groups) => self.channels / groups.max(1) * self.n,
        }
    }

    /// Whether channels are so short that rows of all of them are worked on instead.
    fn are_columns(&self) -> bool {
        self.over == Over::Batch && self.n < SHORT && self.channels * self.n <= CHUNK && self.segments() * self.n > 0
    }

    /// Bytes that are needed beside the results, about.
    pub fn scratch(&self) -> usize {
        self.segments().saturating_mul(self.n.div_ceil(CHUNK).max(1)).saturating_mul(2 * size_of::<Moments>())
    }

    /// Channels of all examples.
    fn segments(&self) -> usize {
        self.batch * self.channels
    }

    /// The group and the channel of a segment.
    #[inline(always)]
    fn place(&self, segment: usize) -> (usize, usize) {
        let channel = segment % self.channels;
        match self.over {
            Over::Batch => (channel, channel),
            Over::Groups(groups) => (segment / (self.channels / groups), channel),
        }
    }

    /// Joins what is known of pieces to one for each group, in order.
    fn join<S: Copy>(&self, found: &[S], start: S, join: impl Fn(S, S, usize) -> S) -> Vec<S> {
        let each = self.n.div_ceil(CHUNK).max(1);
        let mut groups = vec![start; self.groups()];
        for (segment, pieces) in found.chunks_exact(each).enumerate() {
            let (group, channel) = self.place(segment);
            groups[group] = pieces.iter().fold(groups[group], |a, &b| join(a, b, channel));
        }
        groups
    }
}

/// `y = (x - mean) rstd w + b` of each group, and the means and variances.
pub fn forward<T: Floating>(
    c: &Channels,
    x: &[T],
    (w, b): (Option<&[T]>, Option<&[T]>),
    y: &mut [T],
    mean: &mut [T],
    var: &mut [T],
) {
    if c.are_columns() {
        return columns::forward(c, x, (w, b), y, mean, var);
    }
    let n = c.n;
    let numel = c.segments() * n;
    let (x, y) = (&x[..numel], Shared(y[..numel].as_mut_ptr()));
    let found = by_piece(c.segments(), n, |segment, from, len| moments(&x[segment * n + from..][..len]));
    let groups = c.join(&found, Moments::default(), |a, b, _| a.join(b));
    for ((m, mean), var) in groups.iter().zip(&mut *mean).zip(&mut *var) {
        (*mean, *var) = (T::narrow(m.mean), T::narrow(m.var()));
    }
    let (mean, rstd) = (&*mean, var.iter().map(|&v| rstd_of(v, c.eps)).collect::<Vec<T>>());
    pieces(c.segments(), n, &|segment, from, len| {
        let (group, channel) = c.place(segment);
        let scale = w.map_or(rstd[group], |w| T::narrow(w[channel].wide() * rstd[group].wide()));
        let at = segment * n + from;
        // SAFETY: pieces of channels are disjoint parts of `y`.
        let y = unsafe { part(&y, at, len) };
        write_even(&x[at..][..len], mean[group], scale, b.map_or(T::default(), |b| b[channel]), y);
    });
}

/// The gradients of [`forward`] from that of its result, `g`.
pub fn backward<T: Floating>(
    c: &Channels,
    (x, w, g): (&[T], Option<&[T]>, &[T]),
    (mean, var): (&[T], &[T]),
    wanted: Wanted<T>,
) {
    let rstd: Vec<T> = var.iter().map(|&v| rstd_of(v, c.eps)).collect();
    if c.are_columns() {
        return columns::backward(c, (x, w, g), (mean, &rstd), wanted);
    }
    let n = c.n;
    let numel = c.segments() * n;
    let (x, g) = (&x[..numel], &g[..numel]);
    let sums = by_piece(c.segments(), n, |segment, from, len| {
        let at = segment * n + from;
        sums_even(&x[at..][..len], &g[at..][..len], mean[c.place(segment).0])
    });
    let each = n.div_ceil(CHUNK).max(1);
    for (out, which) in [(wanted.w, 1), (wanted.b, 0)] {
        let Some(out) = out else { continue };
        let mut totals = vec![0.0; c.channels];
        for (segment, pieces) in sums.chunks_exact(each).enumerate() {
            let (group, channel) = c.place(segment);
            let factor = if which == 1 { rstd[group].wide() } else { 1.0 };
            totals[channel] = pieces.iter().fold(totals[channel], |a, s| a + s[which] * factor);
        }
        out.iter_mut().zip(totals).for_each(|(o, t)| *o = T::narrow(t));
    }
    let Some(dx) = wanted.x else { return };
    let out = Shared(dx[..numel].as_mut_ptr());
    let size = c.size() as f64;
    let factor = |channel: usize| w.map_or(1.0, |w| w[channel].wide());
    let groups =
        c.join(&sums, [0.0; 2], |a, s, channel| [a[0] + s[0] * factor(channel), a[1] + s[1] * factor(channel)]);
    let lines: Vec<(T, T)> = groups
        .iter()
        .zip(&rstd)
        .map(|([sum, moment], rstd)| {
            let rstd = rstd.wide();
            (T::narrow(moment * rstd * rstd * rstd / size), T::narrow(sum * rstd / size))
        })
        .collect();
    pieces(c.segments(), n, &|segment, from, len| {
        let (group, channel) = c.place(segment);
        let scale = T::narrow(factor(channel) * rstd[group].wide());
        let at = segment * n + from;
        let (slope, level) = lines[group];
        // SAFETY: pieces of channels are disjoint parts of `dx`.
        let dx = unsafe { part(&out, at, len) };
        gradient_even(&x[at..][..len], &g[at..][..len], mean[group], scale, slope, level, dx);
    });
}
