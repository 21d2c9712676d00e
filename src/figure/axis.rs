//! An axis: from numbers to places along it, and the numbers that are written beside it.

/// What an axis spans. Of a logarithmic one the ends are powers of ten.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Axis {
    lo: f64,
    hi: f64,
    log: bool,
    /// Marks are whole numbers.
    whole: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Tick {
    /// Where on the axis, from 0 to 1.
    pub place: f64,
    pub label: String,
}

impl Axis {
    /// Spans all values that have a place on it, with `margin` of the whole at either end; None if none has.
    pub fn around(values: impl Iterator<Item = f64>, log: bool, margin: f64) -> Option<Axis> {
        let (mut lo, mut hi, mut whole) = (f64::INFINITY, f64::NEG_INFINITY, true);
        for v in values {
            let at = if log { v.log10() } else { v };
            if at.is_finite() {
                lo = lo.min(at);
                hi = hi.max(at);
                whole &= v.trunc() == v;
            }
        }
        if lo > hi {
            return None;
        }
        if lo == hi {
            // One value stands in the middle.
            let room = if log || lo == 0.0 { 1.0 } else { lo.abs() * 0.5 };
            (lo, hi) = (lo - room, hi + room);
        }
        let room = hi * margin - lo * margin;
        let wider = |end: f64| if end.is_finite() { end } else { f64::MAX.copysign(end) };
        Some(Axis { lo: wider(lo - room), hi: wider(hi + room), log, whole })
    }

    /// From 0 at the axis's beginning to 1 at its end; None for what has no place on it.
    pub fn place(&self, v: f64) -> Option<f64> {
        let at = if self.log { v.log10() } else { v };
        at.is_finite().then(|| self.along(at))
    }

    fn along(&self, at: f64) -> f64 {
        part(at, self.lo, self.hi).clamp(0.0, 1.0)
    }

    /// Marks at round numbers, about as many as `most` and at most a third more.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        let most = most.max(2);
        if self.log
            && let Some(ticks) = self.powers(most)
        {
            return ticks;
        }
        let (lo, hi) = if self.log { (10f64.powf(self.lo), 10f64.powf(self.hi)) } else { (self.lo, self.hi) };
        // Where the round numbers that far apart are too few, nearer ones.
        let ticks = [most, 2 * most, 4 * most]
            .into_iter()
            .find_map(|most| round_numbers(lo, hi, most, self.whole))
            .unwrap_or_else(|| vec![(lo, format!("{lo:e}")), (hi, format!("{hi:e}"))]);
        ticks.into_iter().filter_map(|(v, label)| Some(Tick { place: self.place(v)?, label })).collect()
    }

    /// Marks at powers of ten, with 2 and 5 between few of them; None if there are too few even so.
    fn powers(&self, most: usize) -> Option<Vec<Tick>> {
        let (first, last) = ((self.lo - 1e-9).ceil() as i32, (self.hi + 1e-9).floor() as i32);
        let decades = (last - first + 1).max(0) as usize;
        let mut ticks = Vec::new();
        if decades >= 3 || decades == 2 && most < 5 {
            let stride = decades.div_ceil(most).max(1);
            let powers = (first..=last).filter(|p| p.rem_euclid(stride as i32) == 0);
            ticks.extend(powers.map(|p| Tick { place: self.along(f64::from(p)), label: power(1, p) }));
        } else {
            for p in first - 1..=last {
                for m in [1, 2, 5] {
                    let at = f64::from(p) + f64::from(m).log10();
                    if (self.lo - 1e-9..=self.hi + 1e-9).contains(&at) {
                        ticks.push(Tick { place: self.along(at), label: power(m, p) });
                    }
                }
            }
        }
        (ticks.len() >= 2).then_some(ticks)
    }
}

/// How far `at` is on the way from `lo` to `hi`. The way may be longer than the greatest float.
pub fn part(at: f64, lo: f64, hi: f64) -> f64 {
    if (hi - lo).is_finite() { (at - lo) / (hi - lo) } else { (at / 2.0 - lo / 2.0) / (hi / 2.0 - lo / 2.0) }
}

/// `200`, `0.05`, `2e7`: a digit and a power of ten.
fn power(m: i32, p: i32) -> String {
    match p {
        -4..=-1 => format!("{:.*}", -p as usize, f64::from(m) * 10f64.powi(p)),
        0..=5 => format!("{:.0}", f64::from(m) * 10f64.powi(p)),
        _ => format!("{m}e{p}"),
    }
}

/// Numbers that are multiples of 1, 2 or 5 times a power of ten, with equally many decimals. None where floats are
/// too coarse for it.
fn round_numbers(lo: f64, hi: f64, most: usize, whole: bool) -> Option<Vec<(f64, String)>> {
    let raw = hi / most as f64 - lo / most as f64;
    let mut exponent = raw.log10().floor();
    let unit = 10f64.powf(exponent);
    let mut digit = [1.0, 2.0, 5.0].into_iter().find(|d| d * unit >= raw * 0.75).unwrap_or(10.0);
    if whole && digit * unit < 1.0 {
        (digit, exponent) = (1.0, 0.0);
    }
    if digit == 10.0 {
        (digit, exponent) = (1.0, exponent + 1.0);
    }
    let step = digit * 10f64.powf(exponent);
    let (first, last) = ((lo / step - 1e-6).ceil(), (hi / step + 1e-6).floor());
    let fine = step.is_normal() && first.abs() < 1e15 && last.abs() < 1e15 && last - first < 1000.0 && last > first;
    if !fine {
        return None;
    }
    let widest = first.abs().max(last.abs()) * step;
    let magnitude = widest.log10().floor();
    let plain = (-6.0..=0.0).contains(&exponent) && magnitude < 7.0 || exponent > 0.0 && magnitude < 6.0;
    let label = |v: f64| {
        if v == 0.0 {
            "0".into()
        } else if plain {
            format!("{v:.*}", (-exponent).max(0.0) as usize)
        } else {
            let digits = v.abs().log10().floor() - exponent;
            format!("{v:.*e}", digits.max(0.0) as usize)
        }
    };
    let multiples = (first as i64)..=(last as i64);
    // Dividing by a power of ten is exact where multiplying by its inverse is not.
    let at = |k: i64| if exponent < 0.0 { k as f64 * digit / 10f64.powf(-exponent) } else { k as f64 * step };
    Some(multiples.map(|k| (at(k), label(at(k)))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(lo: f64, hi: f64, log: bool, most: usize) -> Vec<String> {
        let axis = Axis::around([lo, hi].into_iter(), log, 0.0).expect("finite");
        axis.ticks(most).into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn round_numbers_beside_an_axis() {
        assert_eq!(labels(0.0, 499.0, false, 5), ["0", "100", "200", "300", "400"]);
        assert_eq!(labels(0.0, 1.03, false, 5), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(-0.31, 0.3, false, 6), ["-0.3", "-0.2", "-0.1", "0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(0.0, 3.0, false, 10), ["0", "1", "2", "3"]);
        assert_eq!(labels(1e-7, 5.5e-7, false, 5), ["1e-7", "2e-7", "3e-7", "4e-7", "5e-7"]);
        assert_eq!(labels(0.948, 9.95, false, 2), ["2", "4", "6", "8"]);
        assert_eq!(labels(0.0, 2e9, false, 4), ["0", "5e8", "1.0e9", "1.5e9", "2.0e9"]);
        assert_eq!(
            labels(100_000.5, 100_002.5, false, 4),
            ["100000.5", "100001.0", "100001.5", "100002.0", "100002.5"]
        );
    }

    #[test]
    fn powers_beside_a_logarithmic_axis() {
        assert_eq!(labels(1e-3, 100.0, true, 6), ["0.001", "0.01", "0.1", "1", "10", "100"]);
        assert_eq!(labels(1e-12, 1.0, true, 4), ["1e-12", "1e-8", "0.0001", "1"]);
        assert_eq!(labels(3.0, 60.0, true, 6), ["5", "10", "20", "50"]);
        assert_eq!(labels(3.1, 3.4, true, 4), ["3.1", "3.2", "3.3", "3.4"]);
    }

    #[test]
    fn extremes_have_places_and_marks() {
        for (lo, hi) in
            [(-f64::MAX, f64::MAX), (0.0, 5e-324), (1e16, 1e16 + 2.0), (5.0, 5.0), (0.0, 0.0), (-1e-310, 1e-310)]
        {
            let axis = Axis::around([lo, hi].into_iter(), false, 0.05).expect("finite");
            let ticks = axis.ticks(5);
            assert!(!ticks.is_empty() && ticks.len() < 20, "{lo} {hi}: {ticks:?}");
            assert!(ticks.iter().all(|t| (0.0..=1.0).contains(&t.place)), "{ticks:?}");
            assert!(axis.place(lo).is_some_and(|p| (0.0..=0.51).contains(&p)), "{lo} {hi}");
            assert!(axis.place(f64::NAN).is_none() && axis.place(f64::INFINITY).is_none());
        }
        assert_eq!(Axis::around([f64::NAN].into_iter(), false, 0.0), None);
        assert_eq!(Axis::around([-1.0, 0.0].into_iter(), true, 0.0), None);
        let constant = Axis::around([4.0].into_iter(), false, 0.0).expect("finite");
        assert_eq!(constant.place(4.0), Some(0.5));
    }
}
