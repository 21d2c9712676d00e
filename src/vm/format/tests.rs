//! `cases.tsv` holds what Python 3.11's `format(value, spec)` gave: kind, value, spec, result, `!` for an error.

use proptest::prelude::*;

use super::*;

fn formatted(v: &Value, spec: &str) -> Result<String, String> {
    let spec = Spec::parse(spec).map_err(|e| e.message)?;
    let mut out = String::new();
    write(&mut out, v, &spec).map_err(|e| format!("{e:?}"))?;
    Ok(out)
}

#[test]
fn every_case_is_as_in_python() {
    let mut wrong = Vec::new();
    for line in include_str!("cases.tsv").lines() {
        let [kind, text, spec, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let value = match kind {
            "int" => Value::Int(text.parse().expect("an int")),
            "float" => Value::Float(text.parse().expect("a float")),
            "bool" => Value::Bool(text == "True"),
            _ => Value::str(text),
        };
        let got = formatted(&value, spec);
        if got.as_deref().unwrap_or("!") != expected {
            wrong.push(format!("{text:?} as {spec:?} is {expected:?} in Python, not {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_python_would_take_hours_for_is_refused() {
    assert!(Spec::parse("1000001").is_err() && Spec::parse(".99999999999999999999f").is_err());
    assert_eq!(formatted(&Value::Float(1.0), ".1000000f").map(|s| s.len()), Ok(1_000_002));
}

#[test]
fn other_values_are_refused_in_words() {
    let e = formatted(&Value::list(vec![]), ">5").expect_err("a list");
    assert!(e.contains("this is a list"), "{e}");
}

proptest! {
    #[test]
    fn no_spec_panics(spec in "\\PC{0,12}", x in any::<f64>(), n in any::<i64>(), s in "\\PC{0,5}") {
        for v in [Value::Float(x), Value::Int(n), Value::str(s)] {
            let _ = formatted(&v, &spec);
        }
    }

    #[test]
    fn likely_specs_do_not_panic_and_fill_their_width(
        spec in "([*0é]?[<>^=])?[+ -]?z?#?0?[0-9]{0,2}[,_]?(\\.[0-9]{1,2})?[bdoxXneEfFgG%]?",
        x in any::<f64>(), n in any::<i64>(),
    ) {
        for v in [Value::Float(x), Value::Int(n)] {
            if let Ok(text) = formatted(&v, &spec) {
                let width = Spec::parse(&spec).map_or(0, |s| s.width);
                prop_assert!(text.chars().count() >= width);
            }
        }
    }
}

#[test]
fn tensors_are_formatted_element_by_element() {
    let t =
        |dtype, dims: &[usize], values: &[f64]| Value::Tensor(Tensor::from_f64s(dtype, dims, values).expect("fits"));
    let f32s = t(DType::F32, &[2, 2], &[0.1, 2.0, -3.456, 1e-9]);
    assert_eq!(formatted(&f32s, ".2f").as_deref(), Ok("[[0.10, 2.00], [-3.46, 0.00]]"));
    // One element is a number, with the digits of its dtype.
    assert_eq!(formatted(&t(DType::F32, &[1, 1], &[0.1]), ">6").as_deref(), Ok("   0.1"));
    assert_eq!(formatted(&t(DType::F32, &[], &[0.1]), ".17g").as_deref(), Ok("0.10000000149011612"));
    assert_eq!(formatted(&t(DType::I64, &[2], &[10.0, 255.0]), "#x").as_deref(), Ok("[0xa, 0xff]"));
    assert!(formatted(&f32s, "d").is_err());
}
