//! Every operator on every pair of dtypes, and with host numbers, against PyTorch's dtypes and numbers
//! (`tests/golden/promotion.json`, made by `scripts/golden`), but for what the language changes:
//! bools count as i64 in arithmetic, `@` promotes too, and tensors of no dimensions promote like any other.

use reel::device::DType;
use reel::ops::{self, Operand};
use reel::tape::Cx;
use reel::tensor::{Num, Tensor};
use serde_json::Value as Json;

const ARITHMETIC: &[&str] = &["add", "sub", "mul", "div", "floor_div", "rem", "pow", "matmul"];

/// `f32` holding 3 (2 on the right), or `host float`.
fn operand(text: &str, left: bool, dims: &[usize]) -> Operand {
    match text {
        "host bool" => Operand::Num(Num::Bool(true)),
        "host int" => Operand::Num(Num::Int(2)),
        "host float" => Operand::Num(Num::Float(2.5)),
        dtype => {
            let dtype = DType::parse(dtype).expect("a dtype");
            let value = if left { 3 } else { 2 };
            let num = if dtype == DType::Bool { Num::Bool(true) } else { Num::Int(value) };
            Operand::Tensor(Tensor::full(dtype, reel::tensor::Dims::of(dims), num).expect("fits"))
        }
    }
}

/// A bool operand as what it counts as.
fn counted(o: &Operand) -> Operand {
    match o {
        Operand::Num(Num::Bool(b)) => Operand::Num(Num::Int(i64::from(*b))),
        Operand::Tensor(t) if t.dtype() == DType::Bool => Cx::new().cast(t, DType::I64).expect("fits").into(),
        other => other.clone(),
    }
}

fn compute(name: &str, a: Operand, b: Operand) -> Result<(DType, f64), String> {
    let op = ops::find(name).expect("an operation");
    let condition = Operand::Tensor(Tensor::full(DType::Bool, reel::tensor::Dims::of(&[1]), Num::Bool(true)).unwrap());
    let args = if name == "where" { vec![condition, a, b] } else { vec![a, b] };
    let y = Cx::new().call1(op, &args, &[]).map_err(|e| e.to_string())?;
    Ok((y.dtype(), y.to_f64s().expect("computed")[0]))
}

fn is_bool(text: &str) -> bool {
    text == "bool" || text == "host bool"
}

fn check(name: &str, a: &str, b: &str, want: &Json) -> Result<(), String> {
    // Beside a host operand, the tensor holds 3 on either side.
    let left = |other: &str| other.starts_with("host");
    let (x, y) = (operand(a, true, &[1]), operand(b, left(a), &[1]));
    let got = compute(name, x.clone(), y.clone());
    let refused = want["raises"].as_str();
    if ARITHMETIC.contains(&name) && (is_bool(a) && is_bool(b) || refused.is_some() && (is_bool(a) || is_bool(b))) {
        // torch keeps bool, or refuses.
        let by_hand = compute(name, counted(&x), counted(&y))?;
        return if got.as_ref() == Ok(&by_hand) { Ok(()) } else { Err(format!("{got:?}, as ints {by_hand:?}")) };
    }
    let (dtype, number) = got?;
    if let Some(reason) = refused {
        let wide = DType::parse(a).zip(DType::parse(b)).map(|(a, b)| a.promote(b));
        let promoted = name == "matmul" && a != b && Some(dtype) == wide && number == 6.0;
        return if promoted { Ok(()) } else { Err(format!("{dtype} {number}, but torch refuses: {reason}")) };
    }
    let wanted = (want["dtype"].as_str().unwrap(), want["v"].as_f64().unwrap());
    let near = (number - wanted.1).abs() <= 1e-2 * wanted.1.abs() && (dtype.is_float() || number == wanted.1);
    if dtype.name() != wanted.0 || !near {
        return Err(format!("{dtype} {number}, torch {wanted:?}"));
    }
    // No dimensions on either side, or on both.
    if !a.starts_with("host") && !b.starts_with("host") && name != "matmul" {
        for (da, db) in [(&[][..], &[1][..]), (&[1], &[]), (&[], &[])] {
            let small = compute(name, operand(a, true, da), operand(b, false, db))?;
            if small != (dtype, number) {
                return Err(format!("{small:?} without dimensions, else {dtype} {number}"));
            }
        }
    }
    Ok(())
}

#[test]
fn operators_promote_as_pytorch_does() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/promotion.json");
    let golden: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (mut checked, mut failures) = (0, Vec::new());
    for (name, rows) in golden.as_object().unwrap() {
        for (pair, want) in rows.as_object().unwrap() {
            let (a, b) = pair.split_once(',').unwrap();
            checked += 1;
            if let Err(e) = check(name, a, b, want) {
                failures.push(format!("{name} of {a} and {b}: {e}"));
            }
        }
    }
    assert!(checked > 500, "{checked} pairs");
    println!("{checked} pairs of dtypes");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
