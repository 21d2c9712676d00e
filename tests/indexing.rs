//! Indexing and index assignment against numpy (`tests/golden/indexing.json`, made by `scripts/golden`), through the
//! language, and their gradients against what they do: each place that was read gets its cotangent back.

use serde_json::Value as Json;

use reel::session::{Options, Session};
use reel::vm::value::Value;

fn session() -> Session {
    Session::new(Options { out: Box::new(std::io::sink()), ..Options::default() })
}

fn numbers(session: &mut Session, program: &str) -> Result<(Vec<usize>, Vec<f64>), String> {
    match session.eval("case.reel", program) {
        Ok(Value::Tensor(t)) => Ok((t.dims().to_vec(), t.to_f64s().map_err(|e| e.to_string())?)),
        Ok(Value::Int(i)) => Ok((Vec::new(), vec![i as f64])),
        Ok(_) => Err("no tensor".into()),
        Err(errors) => Err(format!("{} {}", errors[0].code, errors[0].message)),
    }
}

fn list(v: &Json) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn check(session: &mut Session, case: &Json) -> Result<(), String> {
    let shape: Vec<String> = case["shape"].as_array().unwrap().iter().map(Json::to_string).collect();
    let n: usize = case["shape"].as_array().unwrap().iter().map(|d| d.as_u64().unwrap() as usize).product();
    let (shape, index) = (shape.join(", "), case["index"].as_str().unwrap());
    let x = format!("let x = reshape(arange({n}), {shape})\n");
    let read = numbers(session, &format!("{x}x[{index}]"));
    if case["raises"] == true {
        return match read {
            Err(e) if e.starts_with("INDEX") => Ok(()),
            other => Err(format!("numpy refuses, this gives {other:?}")),
        };
    }
    let (dims, got) = read?;
    let want = list(&case["v"]);
    let want_dims: Vec<usize> = list(&case["dims"]).iter().map(|d| *d as usize).collect();
    if dims != want_dims || got != want {
        return Err(format!("{dims:?} {got:?}, numpy {want_dims:?} {want:?}"));
    }
    // The gradient of a weighted sum: each place has the sum of the weights with which it was read.
    let weights =
        format!("{x}let w = param(x.double())\nlet y = w[{index}]\nlet c = (arange(y.numel()) + 1).double()\n");
    let (_, grad) = numbers(session, &format!("{weights}grad(sum(y.reshape(-1) * c), of: w)"))?;
    let mut expected = vec![0.0; n];
    for (k, place) in want.iter().enumerate() {
        expected[*place as usize] += k as f64 + 1.0;
    }
    if grad != expected {
        return Err(format!("gradient {grad:?}, expected {expected:?}"));
    }
    let Some(value) = case["value"].as_str() else { return Ok(()) };
    let (_, after) = numbers(session, &format!("{x}x[{index}] = {value}\nx"))?;
    if after != list(&case["after"]) {
        return Err(format!("= {value} gives {after:?}, numpy {:?}", list(&case["after"])));
    }
    // What was overwritten has no gradient left; what was not has all of it.
    let set = format!("let w = param(x.double())\nlet y = w * 2\ny[{index}] = {value}\n");
    let (_, grad) = numbers(session, &format!("{x}{set}grad(sum(y), of: w)"))?;
    let expected: Vec<f64> = (0..n).map(|k| if want.contains(&(k as f64)) { 0.0 } else { 2.0 }).collect();
    if grad != expected {
        return Err(format!("gradient beside = {value} is {grad:?}, expected {expected:?}"));
    }
    Ok(())
}

#[test]
fn as_numpy_does() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/indexing.json");
    let golden: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = golden.as_array().unwrap();
    let mut session = session();
    let mut failures = Vec::new();
    for case in cases {
        if let Err(e) = check(&mut session, case) {
            failures.push(format!("{} [{}]: {e}", case["shape"], case["index"].as_str().unwrap()));
        }
    }
    println!("{} indexes", cases.len());
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), cases.len(), failures.join("\n"));
}
