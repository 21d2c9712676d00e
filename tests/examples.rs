//! The scripts in `examples/` that are no chapters of the tutorial: each runs without a warning and ends as it should.

use crate::cli::run_in;
use crate::documents::{root, stems};

/// A script, the words that its last line begins with, and between what the number after them is.
const ENDS: &[(&str, &str, f64, f64)] = &[
    ("bouncing_ball", "off by ", 0.0, 0.01),
    ("char_model", "accuracy ", 0.97, 1.0),
    ("digits_conv", "test accuracy ", 0.96, 1.0),
    ("dynamic_while", "the root of ", 48.9, 49.1),
    ("gan_1d", "made: mean size ", 1.5, 2.5),
    ("linear_regression", "largest difference from least squares: ", 0.0, 1e-4),
    ("neural_ode", "mean error from a new place ", 0.0, 0.1),
    ("policy_gradient", "in the end they stand for ", 180.0, 200.0),
    ("rnn_sequences", "test accuracy ", 0.98, 1.0),
    ("spiral", "test accuracy ", 0.97, 1.0),
    ("xor", "1 xor 1 = 0  (", 0.0, 0.05),
];

/// Whether the script ran in silence and its last line is as it should be.
fn ends_well(name: &str, start: &str, low: f64, high: f64) -> Result<(), String> {
    let (code, stdout, stderr) = run_in(root(), &[&format!("examples/{name}.reel")], "");
    let last = stdout.lines().last().unwrap_or_default();
    let number: Option<f64> = last.strip_prefix(start).and_then(|rest| {
        let rest = rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        rest[..end].parse().ok()
    });
    if code == Some(0) && stderr.is_empty() && number.is_some_and(|n| (low..=high).contains(&n)) {
        return Ok(());
    }
    Err(format!("{name}: {code:?}, `{last}` is not `{start}` and {low} to {high}\n{stderr}"))
}

/// Training takes a while without optimisations, so this is a test of a release build.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without --release")]
fn the_examples_end_well() {
    let mut names = stems("examples", ".reel");
    names.retain(|n| !n.starts_with(|c: char| c.is_ascii_digit()));
    let known: Vec<&str> = ENDS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, known, "the table above has one row for each script");
    let wrong: Vec<String> =
        ENDS.iter().filter_map(|(name, start, low, high)| ends_well(name, start, *low, *high).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
