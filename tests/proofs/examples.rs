//! The examples in the documentation of operations and builtins: each prints what stands behind its `#`.

use std::cell::RefCell;
use std::rc::Rc;

use reel::ops;
use reel::session::{Options, Session};
use reel::vm::builtins;

use crate::scripts::Sink;

/// What a program prints, and behind it the value of its last expression if it has one; warnings and errors by code.
fn outcome(text: &str) -> String {
    let (sink, warned) = (Sink::default(), Rc::new(RefCell::new(Vec::new())));
    let seen = warned.clone();
    let mut session = Session::new(Options {
        out: Box::new(sink.clone()),
        warnings: Box::new(move |w, _| seen.borrow_mut().push(w.code)),
        seed: Some(0),
        ..Options::default()
    });
    let ran = session.eval("an example", text).and_then(|value| {
        if value.kind().name() != "none" {
            session.define("value", value);
            session.eval("its value", "print(value)")?;
        }
        Ok(())
    });
    let mut lines = sink.text().trim_end().to_string();
    for code in warned.borrow().iter() {
        lines.push_str(&format!(" warning {code}"));
    }
    match ran {
        Ok(()) => lines,
        Err(errors) => format!("{lines} {} {}", errors[0].code, errors[0].message),
    }
}

#[test]
fn examples_print_what_they_say() {
    let of_ops = ops::all().iter().map(|op| (op.name, op.examples));
    let methods = builtins::METHODS.iter().map(|(_, b)| *b);
    let of_builtins = builtins::GLOBALS.iter().copied().chain(methods).map(|b| (b.name, b.examples));
    let (mut names, mut run, mut wrong) = (0, 0, Vec::new());
    let folder = tempfile::tempdir().unwrap();
    for (name, examples) in of_ops.chain(of_builtins) {
        names += 1;
        if examples.is_empty() {
            wrong.push(format!("{name}: no example"));
        }
        for example in examples {
            run += 1;
            let Some((code, want)) = example.rsplit_once("  # ") else {
                wrong.push(format!("{name}: {example} does not say what it prints"));
                continue;
            };
            let folder = format!("(\"{}/", folder.path().display());
            let code = code.replace("save(\"", &format!("save{folder}")).replace("load(\"", &format!("load{folder}"));
            let got = outcome(&code);
            if got != want {
                wrong.push(format!("{name}: {code}\n  prints {got}\n  not    {want}"));
            }
        }
    }
    println!("{names} operations and builtins, {run} examples");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
