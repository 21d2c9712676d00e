//! Every operation called wrongly, from its signature: each argument of a call that works is replaced by what does not
//! fit. Whatever comes, it is a value or an error with a code; the session goes on.

use super::samples::{self, Given, Numbers};
use crate::scripts::Sink;
use reel::device::DType;
use reel::ops::{self, Op, sample::Value};
use reel::session::{Options, Session};
use reel::tensor::Num;

/// What stands in an argument's place.
const WRONG: [&str; 30] = [
    "none",
    "true",
    "-1",
    "3",
    "-9223372036854775808",
    "1000000000000",
    "0.5",
    "nan",
    "-inf",
    "\"text\"",
    "()",
    "(1, 2)",
    "(0, 0)",
    "(-3, 1000000000000)",
    "(\"a\", none)",
    "list()",
    "list(1, \"b\")",
    "{a: 1}",
    "1..4",
    "|x| x",
    "sum",
    "ones(0)",
    "tensor(2.5)",
    "ones(7)",
    "[1, -2, 3]",
    "[true, false]",
    "ones(2, 3, 5)",
    "ones(1, 0, 2, 1)",
    "ones(1, 1, 1, 1, 1, 1, 1, 2)",
    "to(ones(2, 2), \"f16\")",
];

/// Calls that take longer are shown, not refused: what is slow here depends on the machine.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

fn tensor(n: &Numbers) -> String {
    let number = |v: &Num| match v {
        Num::Bool(b) => b.to_string(),
        Num::Int(i) => i.to_string(),
        Num::Float(x) if x.is_finite() => format!("{x:?}"),
        Num::Float(x) if x.is_nan() => "nan".to_string(),
        Num::Float(x) => if *x > 0.0 { "inf" } else { "-inf" }.to_string(),
    };
    let values: Vec<String> = n.values.iter().map(number).collect();
    let dims: Vec<String> = n.dims.iter().map(usize::to_string).collect();
    let dtype = n.fixed.unwrap_or(DType::F32).name();
    if n.values.is_empty() {
        return format!("zeros({}, dtype: \"{dtype}\")", dims.join(", "));
    }
    format!(
        "reshape(tensor([{}], dtype: \"{dtype}\"), ({}))",
        values.join(", "),
        dims.join(", ") + if dims.len() == 1 { "," } else { "" }
    )
}

/// A sample's arguments as a program has them.
fn sources(op: &Op, at: usize) -> Vec<String> {
    let host = |v: Value| match v {
        Value::Number(x) if x.is_nan() => "nan".to_string(),
        Value::Number(x) if x.is_infinite() => if x > 0.0 { "inf" } else { "-inf" }.to_string(),
        Value::Number(x) => format!("{x:?}"),
        Value::Int(i) => i.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Str(s) => format!("{s:?}"),
        Value::Tuple(list) => {
            let parts: Vec<String> = list.iter().map(i64::to_string).collect();
            format!("({}{})", parts.join(", "), if list.len() == 1 { "," } else { "" })
        }
        _ => "none".to_string(),
    };
    let given = samples::given(op, at, &op.samples[at]).into_iter();
    given
        .map(|g| match g {
            Given::Tensor(n) => tensor(&n),
            Given::Many(list) => {
                let parts: Vec<String> = list.iter().map(tensor).collect();
                format!("({}{})", parts.join(", "), if list.len() == 1 { "," } else { "" })
            }
            Given::Host(v) => host(v),
        })
        .collect()
}

#[test]
fn wrong_arguments_are_values_or_errors() {
    let sink = Sink::default();
    let fresh = || {
        let options =
            Options { out: Box::new(sink.clone()), memory: Some(1 << 30), seed: Some(1), ..Options::default() };
        Session::new(options)
    };
    let mut session = fresh();
    let (mut calls, mut refused, mut faults) = (0, 0, Vec::new());
    for op in ops::all() {
        if session.eval("its name", op.name).is_err() {
            continue;
        }
        // The first sample, and the one with the most arguments.
        let longest = (0..op.samples.len()).rev().max_by_key(|&at| op.samples[at].args.len());
        let mut chosen: Vec<usize> = longest.into_iter().chain([0]).filter(|&at| at < op.samples.len()).collect();
        chosen.dedup();
        for at in chosen {
            let right = sources(op, at);
            let mut programs = vec![format!("{}({})", op.name, right.join(", "))];
            for k in 0..right.len() {
                programs.extend(WRONG.iter().map(|wrong| {
                    let mut args = right.clone();
                    args[k] = wrong.to_string();
                    format!("{}({})", op.name, args.join(", "))
                }));
            }
            programs.push(format!("{}()", op.name));
            programs.push(format!("{}({}, 1, 2, 3, 4, 5, 6, 7, 8, 9)", op.name, right.join(", ")));
            programs.push(format!("{}({}, colour: 1)", op.name, right.join(", ")));
            for program in programs {
                calls += 1;
                let started = std::time::Instant::now();
                // Values are looked at, and gradients asked for, as that is where what was put off would fail.
                let whole = format!("let out = {program}\nlet seen = str(out)");
                let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| session.eval("wrong", &whole)));
                if started.elapsed() > PATIENCE {
                    println!("took {:?}: {program}", started.elapsed());
                }
                match ran {
                    Ok(Ok(_)) => {}
                    Ok(Err(errors)) => {
                        refused += 1;
                        let told = errors.first().is_some_and(|e| !e.code.is_empty() && !e.message.is_empty());
                        if !told || errors[0].code == "INTERNAL" {
                            faults.push(format!("{program}: an error without words"));
                        }
                    }
                    Err(_) => {
                        faults.push(format!("{program}: panics"));
                        session = fresh();
                    }
                }
            }
        }
        if session.eval("after", "1 + 1").is_err() {
            faults.push(format!("{}: the session does not go on", op.name));
        }
    }
    println!("{calls} calls of {} operations, {refused} refused", ops::all().len());
    assert!(refused * 4 > calls, "wrong arguments are mostly refused");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
