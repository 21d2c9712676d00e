//! Which vector instructions kernels may use: found once per process, forced by `REEL_ISA`, overridden per
//! thread in tests. Every kernel exists three times; a caller asks [`isa`] and picks.

use crate::device::with_local;
use std::cell::Cell;
use std::sync::OnceLock;

/// The environment variable that forces a set: `avx512`, `avx2` or `baseline`.
pub const VARIABLE: &str = "REEL_ISA";

/// Instruction sets in order of strength; each includes the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Isa {
    /// What the target guarantees: SSE2 on x86-64, whatever rustc compiles for elsewhere.
    Baseline,
    /// AVX2 with FMA and F16C: `target_feature(enable = "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt")`.
    Avx2,
    /// The above and AVX-512 F, BW, DQ, VL, CD.
    Avx512,
}

impl Isa {
    pub const ALL: [Isa; 3] = [Isa::Baseline, Isa::Avx2, Isa::Avx512];

    pub const fn name(self) -> &'static str {
        match self {
            Isa::Baseline => "baseline",
            Isa::Avx2 => "avx2",
            Isa::Avx512 => "avx512",
        }
    }

    /// The strongest set this processor has.
    pub fn best() -> Isa {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(detect)
    }

    /// The sets this processor has, weakest first.
    pub fn available() -> impl Iterator<Item = Isa> {
        Isa::ALL.into_iter().filter(|&isa| isa <= Isa::best())
    }
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Isa {
    macro_rules! all {
        ($($feature:tt)*) => { $(is_x86_feature_detected!($feature) &&)* true };
    }
    if !all!("avx2" "fma" "f16c" "bmi1" "bmi2" "lzcnt" "popcnt") {
        Isa::Baseline
    } else if !all!("avx512f" "avx512bw" "avx512dq" "avx512vl" "avx512cd") {
        Isa::Avx2
    } else {
        Isa::Avx512
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detect() -> Isa {
    Isa::Baseline
}

/// What the environment asked for: the set to use, and what was wrong with the request.
fn requested() -> &'static (Isa, Option<String>) {
    static REQUESTED: OnceLock<(Isa, Option<String>)> = OnceLock::new();
    REQUESTED.get_or_init(|| match std::env::var_os(VARIABLE) {
        Some(value) => resolve(&value.to_string_lossy(), Isa::best()),
        None => (Isa::best(), None),
    })
}

fn resolve(value: &str, best: Isa) -> (Isa, Option<String>) {
    let name = value.trim();
    if name.is_empty() {
        return (best, None);
    }
    match Isa::ALL.into_iter().find(|isa| isa.name().eq_ignore_ascii_case(name)) {
        Some(isa) if isa <= best => (isa, None),
        Some(isa) => {
            let message = format!(
                "{VARIABLE}={}: this processor does not have these instructions; using {}",
                isa.name(),
                best.name()
            );
            (best, Some(message))
        }
        None => {
            let message = format!("{VARIABLE}={name}: expected avx512, avx2 or baseline; using {}", best.name());
            (best, Some(message))
        }
    }
}

/// What was wrong with `REEL_ISA`, for the command line to show; the best supported set is used then.
pub fn requested_error() -> Option<String> {
    requested().1.clone()
}

const UNDECIDED: u8 = u8::MAX;

thread_local! {
    /// This thread's answer, so that the hot path is one load without a lock or a call.
    static CURRENT: Cell<u8> = const { Cell::new(UNDECIDED) };
}

/// The instruction set kernels use on this thread.
#[inline(always)]
pub fn isa() -> Isa {
    match with_local(&CURRENT, Cell::get) {
        0 => Isa::Baseline,
        1 => Isa::Avx2,
        2 => Isa::Avx512,
        _ => decide(),
    }
}

#[cold]
fn decide() -> Isa {
    let isa = requested().0;
    CURRENT.set(isa as u8);
    isa
}

/// Runs `body` with kernels of `isa` (or the best below it that the processor has) on this thread and on the
/// helpers that work for it.
pub fn with_isa<R>(isa: Isa, body: impl FnOnce() -> R) -> R {
    struct Restore(u8);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _restore = Restore(CURRENT.replace(isa.min(Isa::best()) as u8));
    body()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn override_nests_and_restores() {
        let before = isa();
        with_isa(Isa::Baseline, || {
            assert_eq!(isa(), Isa::Baseline);
            with_isa(Isa::Avx512, || assert_eq!(isa(), Isa::best()));
            assert_eq!(isa(), Isa::Baseline);
        });
        assert_eq!(isa(), before);
    }

    #[test]
    fn requests_resolve_to_what_exists() {
        assert_eq!(resolve("avx2", Isa::Avx512), (Isa::Avx2, None));
        assert_eq!(resolve(" BASELINE ", Isa::Avx2), (Isa::Baseline, None));
        assert_eq!(resolve("", Isa::Avx2), (Isa::Avx2, None));
        let (isa, error) = resolve("avx512", Isa::Avx2);
        assert_eq!(isa, Isa::Avx2);
        assert!(error.unwrap().contains("does not have"));
        let (isa, error) = resolve("neon", Isa::Baseline);
        assert_eq!(isa, Isa::Baseline);
        assert!(error.unwrap().contains("REEL_ISA=neon"));
    }

    #[test]
    fn available_ends_with_the_best() {
        assert_eq!(Isa::available().next(), Some(Isa::Baseline));
        assert_eq!(Isa::available().last(), Some(Isa::best()));
    }
}
