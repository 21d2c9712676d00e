//! The networks of `tests/golden/seed`, trained by Reel programs from PyTorch's start: their losses follow PyTorch's.
//! The README there says where the numbers come from and how closely f32 can follow them.

use std::path::Path;

use reel::session::{Options, Session};
use serde_json::Value as Json;

use crate::scripts::Sink;

/// Steps over which rounding does not yet decide.
const STEPS: usize = 200;

/// Runs `tests/seed/{program}.reel`, which is given the data and `run`, and holds each loss against those of `run`.
#[track_caller]
fn follows(program: &str, run: &str, tolerance: f64) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let sink = Sink::default();
    let mut session = Session::new(Options { out: Box::new(sink.clone()), ..Options::default() });
    let start = tests.join("golden/seed/start.npz").display().to_string();
    let ran = session.run_file(&tests.join("seed").join(program).with_extension("reel"), &[start, run.into()]);
    assert!(ran.is_ok(), "{program}: {:?}", ran.err().map(|e| e[0].message.clone()));
    let text = std::fs::read_to_string(tests.join("golden/seed/losses.json")).unwrap();
    let golden: Json = serde_json::from_str(&text).unwrap();
    let want: Vec<f64> = golden["float64"][run].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    let got: Vec<f64> = sink.text().lines().map(|l| l.parse().expect("a loss")).collect();
    assert_eq!(got.len(), want.len());
    let worst = got.iter().zip(&want).take(STEPS).map(|(g, w)| ((g - w) / w).abs()).fold(0.0, f64::max);
    println!("{run} by {program}: {worst:.1e} from PyTorch's f64 losses over {STEPS} steps");
    assert!(worst <= tolerance, "{run} by {program}: {worst:e} away, {tolerance:e} allowed");
    assert!(got[499] < got[0] * 1e-3, "{program}: {} after 500 steps", got[499]);
}

#[test]
fn built_in_relu() {
    follows("autograd", "autograd", 1e-3);
}

#[test]
fn by_hand() {
    follows("by_hand", "autograd", 1e-3);
}

#[test]
fn custom_gradient() {
    follows("custom_gradient", "autograd", 1e-3);
}

#[test]
fn gradient_descent() {
    follows("layers", "nn", 1e-3);
}

#[test]
fn adam() {
    follows("layers", "adam", 1e-3);
}

#[test]
fn adamw() {
    follows("layers", "adamw", 1e-3);
}

#[test]
fn adagrad() {
    follows("layers", "adagrad", 1e-2);
}

#[test]
fn rmsprop() {
    follows("layers", "rmsprop", 1e-3);
}

#[test]
fn dynamic() {
    follows("dynamic", "dynamic", 1e-2);
}
