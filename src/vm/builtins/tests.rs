//! `cases.tsv` holds what Python 3.11 gave: our name of the function, the result (`!` for an error), the arguments.

use proptest::prelude::*;

use super::*;
use crate::device::DType;
use crate::tape::{Cx, Param};
use crate::tensor::Tensor;
use crate::vm::Vm;
use crate::vm::error::{Error, Fault};
use crate::vm::function::ParamDefault;
use crate::vm::print;
use crate::vm::value::Value;

fn machine() -> Vm {
    Vm::new(crate::vm::Setup::default())
}

/// Lays positional arguments out as the machine does.
fn call(builtin: &Builtin, given: Vec<Value>) -> Result<Value, Error> {
    let mut given = given.into_iter();
    let mut args = Vec::new();
    let rest = builtin.rest_index();
    for (i, p) in builtin.params.iter().enumerate() {
        if Some(i) == rest {
            continue;
        }
        let passed = if rest.is_some_and(|r| r < i) { None } else { given.next() };
        args.push(passed.unwrap_or_else(|| match p.default {
            ParamDefault::Bool(b) => Value::Bool(b),
            ParamDefault::Int(i) => Value::Int(i),
            ParamDefault::Float(x) => Value::Float(x),
            ParamDefault::Str(s) => Value::str(s),
            ParamDefault::None | ParamDefault::Required | ParamDefault::Rest => Value::None,
        }));
    }
    args.extend(given);
    (builtin.run)(&mut machine(), &mut args)
}

fn decode(text: &str) -> Value {
    let (tag, rest) = text.split_once(':').expect("a tag");
    match tag {
        "n" => Value::None,
        "b" => Value::Bool(rest == "true"),
        "i" => Value::Int(rest.parse().expect("an int")),
        "f" => Value::Float(rest.parse().expect("a float")),
        "s" => {
            let rest = rest.replace("\\\\", "\u{1}").replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r");
            Value::str(rest.replace('\u{1}', "\\"))
        }
        _ if rest.is_empty() => Value::list(vec![]),
        _ => Value::list(rest.split('|').map(decode).collect()),
    }
}

#[test]
fn every_case_is_as_in_python() {
    let mut wrong = Vec::new();
    for line in include_str!("cases.tsv").lines() {
        let mut fields = line.split('\t');
        let (name, expected) = (fields.next().expect("a name"), fields.next().expect("a result"));
        let args: Vec<Value> = fields.map(decode).collect();
        let builtin = method(args[0].kind(), name).or_else(|| global(name)).expect(name);
        let got = call(builtin, args.clone()).map(|v| {
            // Where Python gives a tuple the table has a list.
            v.as_tuple().map(|t| Value::list(t.parts().to_vec())).unwrap_or(v)
        });
        let got = got.map_or("!".to_string(), |v| shown(&v));
        let expected = if expected == "!" { expected.to_string() } else { shown(&decode(expected)) };
        if got != expected {
            let args: Vec<String> = args.iter().map(shown).collect();
            wrong.push(format!("{name}({}) is {expected} in Python, not {got}", args.join(", ")));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn names_are_sorted_and_once_each() {
    let globals: Vec<&str> = GLOBALS.iter().map(|b| b.name).collect();
    for pair in METHODS.windows(2) {
        let key = |(k, b): (Kind, &Builtin)| (k.name(), b.name);
        assert!(pair[0].0 != pair[1].0 || key(pair[0]) != key(pair[1]), "{} twice", pair[0].1.name);
    }
    for (i, name) in globals.iter().enumerate() {
        assert!(!globals[..i].contains(name), "{name} twice");
    }
}

#[test]
fn codes_are_once_each() {
    let codes: Vec<&str> = CODES.iter().flat_map(|t| t.iter()).map(|(code, _)| *code).collect();
    for (i, code) in codes.iter().enumerate() {
        assert!(!codes[..i].contains(code), "{code} twice");
    }
}

#[test]
fn every_builtin_says_what_it_does_and_shows_it() {
    for b in GLOBALS.iter().copied().chain(METHODS.iter().map(|(_, b)| *b)) {
        assert!(b.doc.ends_with('.') && !b.examples.is_empty(), "{}", b.name);
        assert!(b.examples.iter().all(|e| e.contains("  # ")), "{}", b.name);
    }
}

fn tensor(values: &[f64]) -> Value {
    Value::Tensor(Tensor::from_f64s(DType::F32, &[values.len()], values).expect("fits"))
}

fn cell(values: &[f64]) -> Value {
    match tensor(values) {
        Value::Tensor(t) => Value::Cell(Param::new(&Cx::new(), &t).expect("not tracked")),
        other => other,
    }
}

fn shown(v: &Value) -> String {
    print::repr(v).expect("on the CPU")
}

fn code(result: Result<Value, Error>) -> String {
    match result.expect_err("an error").into_fault() {
        Fault::Operands(o) => format!("{} {}", o.code, o.message),
        _ => String::new(),
    }
}

#[test]
fn tensors_where_numbers_are_expected() {
    let one = || tensor(&[2.5]);
    let run = |name: &str, args: Vec<Value>| {
        shown(&call(global(name).expect(name), args).unwrap_or_else(|e| panic!("{name}: {e:?}")))
    };
    assert_eq!(run("int", vec![one()]), "2");
    assert_eq!(run("float", vec![cell(&[0.5])]), "0.5");
    assert_eq!(run("bool", vec![one()]), "true");
    assert!(code(call(&convert::INT, vec![tensor(&[1.0, 2.0])])).contains("this one has 2"));
    assert_eq!(run("len", vec![tensor(&[1.0, 2.0])]), "2");
    assert_eq!(
        run("sum", vec![Value::list(vec![tensor(&[1.0, 2.0]), cell(&[3.0, 4.0]), Value::Int(1)])]),
        "f32[2] [5.0, 7.0]"
    );
    assert_eq!(run("mean", vec![Value::tuple(vec![tensor(&[1.0]), tensor(&[2.0])])]), "f32[1] [1.5]");
    assert_eq!(
        run("sorted", vec![Value::list(vec![one(), Value::Int(3), Value::Float(-1.0)])]),
        "[-1.0, f32[1] [2.5], 3]"
    );
    assert_eq!(run("max", vec![tensor(&[1.0, 0.0]), tensor(&[0.0, 2.0]), Value::Float(0.5)]), "f32[2] [1.0, 2.0]");
    assert_eq!(run("reversed", vec![tensor(&[1.0, 2.0])]), "f32[2] [2.0, 1.0]");
    assert_eq!(run("list", vec![one()]), "[f32[1] [2.5]]");
    let same = |a: &Value, b: &Value| run("same", vec![a.clone(), b.clone()]);
    let w = cell(&[1.0]);
    assert_eq!((&*same(&w, &w), &*same(&w, &cell(&[1.0])), &*same(&one(), &one())), ("true", "false", "true"));
}

#[test]
fn copies_of_parameters_are_other_cells() {
    let w = cell(&[1.0, 2.0]);
    let Value::Cell(p) = &w else { panic!("a cell") };
    let grad = Tensor::from_f64s(DType::F32, &[2], &[5.0, 6.0]).expect("fits");
    p.set_grad(&Cx::new(), Some(&grad)).expect("fits");
    let both = call(&copies::COPY, vec![Value::tuple(vec![w.clone(), w.clone()])]).expect("fits");
    let parts = both.as_tuple().expect("a tuple").parts();
    let (Value::Cell(a), Value::Cell(b)) = (&parts[0], &parts[1]) else { panic!("cells") };
    assert!(a.is_same(b) && !a.is_same(p));
    assert_eq!(a.grad().expect("copied").to_f64s().expect("there"), [5.0, 6.0]);
    a.assign(&Cx::new(), &grad).expect("fits");
    assert_eq!(shown(&w), "param f32[2] [1.0, 2.0]");
}

#[test]
fn rows_are_walked() {
    let x = Tensor::from_f64s(DType::F32, &[2, 2], &[1.0, 2.0, 3.0, 4.0]).expect("fits");
    let rows = iter::collect(&mut machine(), "f", 0, &Value::Tensor(x)).expect("rows");
    assert_eq!(shown(&Value::list(rows)), "[f32[2] [1.0, 2.0], f32[2] [3.0, 4.0]]");
    let none = Value::Tensor(Tensor::from_f64s(DType::F32, &[], &[1.0]).expect("fits"));
    assert!(code(call(&sums::LEN, vec![none])).starts_with("ARG-01"));
}

#[test]
fn views_of_views_end() {
    let mut v = Value::tuple(vec![Value::Int(1)]);
    for _ in 0..150 {
        v = call(&views::ZIP, vec![v]).expect("shallow");
    }
    assert_eq!(call(&sums::LEN, vec![v.clone()]).map(|v| shown(&v)).ok().as_deref(), Some("1"));
    let deeper = (0..100).try_fold(v, |v, _| call(&views::ENUMERATE, vec![v]));
    assert!(code(deeper).starts_with("LIMIT-13"));
}

#[test]
fn files_and_models() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| Value::str(folder.path().join(name).to_str().expect("UTF-8"));
    let save = |name: &str, v: &Value| call(&files::SAVE, vec![path(name), v.clone()]);
    let load =
        |name: &str, into: Option<&Value>| call(&files::LOAD, [path(name)].into_iter().chain(into.cloned()).collect());
    let w = cell(&[1.0, 2.0]);
    let model = |w: &Value, step: i64| {
        let layers = Value::list(vec![w.clone(), tensor(&[7.0])]);
        Value::record([("layers".into(), layers), ("a.b".into(), Value::Int(step)), ("again".into(), w.clone())])
    };
    for name in ["m.npz", "m.safetensors"] {
        save(name, &model(&w, 3)).expect("written");
        let read = load(name, None).expect("read");
        assert_eq!(shown(&read), r#"{"layers.0": f32[2] [1.0, 2.0], "layers.1": f32[1] [7.0], "a.b": 3}"#);
        let other = model(&cell(&[0.0, 0.0]), 0);
        let back = load(name, Some(&other)).expect("fits");
        assert_eq!(
            shown(&back),
            r#"{layers: [param f32[2] [1.0, 2.0], f32[1] [7.0]], "a.b": 3, again: param f32[2] [1.0, 2.0]}"#
        );
        assert!(call(&copies::SAME, vec![back, other]).is_ok_and(|v| matches!(v, Value::Bool(true))));
        // Nothing changes unless all of it fits.
        let wrong = Value::record([
            ("layers".into(), Value::list(vec![cell(&[0.0, 0.0]), tensor(&[0.0])])),
            ("a_b".into(), Value::Int(0)),
        ]);
        let before = shown(&wrong);
        assert!(code(load(name, Some(&wrong))).contains("lacks `a_b` and has `a.b`"));
        assert_eq!(shown(&wrong), before);
        let wrong = model(&cell(&[0.0]), 0);
        assert!(code(load(name, Some(&wrong))).contains("has shape [1]"));
    }
    save("w.npy", &w).expect("written");
    assert_eq!(shown(&load("w.npy", None).expect("read")), "f32[2] [1.0, 2.0]");
    // A float keeps all its digits.
    let rate = |x: f64| Value::record([("lr".into(), Value::Float(x))]);
    save("f.npz", &rate(0.1)).expect("written");
    assert_eq!(shown(&load("f.npz", Some(&rate(0.0))).expect("fits")), "{lr: 0.1}");
    let v = cell(&[0.0, 0.0]);
    load("w.npy", Some(&v)).expect("fits");
    assert_eq!(shown(&v), "param f32[2] [1.0, 2.0]");
    assert!(code(load("w.npy", Some(&tensor(&[0.0, 0.0])))).starts_with("FILE-05"));
    assert!(code(save("w.npy", &model(&w, 1))).starts_with("ARG-01"));
    assert!(code(save("w.npz", &w)).starts_with("ARG-01"));
    assert!(code(save("x.npz", &Value::record([("s".into(), Value::str("a"))]))).starts_with("FILE-06"));
    assert!(code(load("none.npz", None)).starts_with("FILE-01"));
    assert!(code(load("a.txt", None)).starts_with("FILE-01"));
    assert!(code(load("a.docx", None)).starts_with("FILE-04"));
    assert!(code(load("a.pt", None)).starts_with("FILE-04"));
}

/// Any value that needs no tensor, three levels deep.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-4i64..9).prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        "\\PC{0,6}".prop_map(Value::str),
        "[ab ,]{0,6}".prop_map(Value::str),
        (any::<i64>(), any::<i64>(), any::<bool>()).prop_map(|(start, end, closed)| {
            Value::range(crate::vm::object::Range { start, end, step: 1, closed })
        }),
        (-9i64..9, -9i64..9, 1i64..4).prop_map(|(start, end, step)| {
            Value::range(crate::vm::object::Range { start, end, step: -step, closed: false })
        }),
        Just(Value::builtin(&sums::LEN)),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::tuple),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::list),
            prop::collection::vec(("[ab]{0,2}", inner), 0..3)
                .prop_map(|e| Value::record(e.into_iter().map(|(k, v)| (k.as_str().into(), v)))),
        ]
    })
}

proptest! {
    /// Whatever they are given, builtins answer or refuse.
    #[test]
    fn nothing_panics(which in any::<prop::sample::Index>(), given in prop::collection::vec(value(), 1..5)) {
        let all: Vec<&Builtin> = GLOBALS.iter().copied().chain(METHODS.iter().map(|(_, b)| *b)).collect();
        let builtin = all[which.index(all.len())];
        match call(builtin, given) {
            Ok(v) => {
                print::display(&v).expect("no tensor to read");
            }
            Err(e) => prop_assert!(matches!(e.fault(), Fault::Operands(_)), "a placed error"),
        }
    }
}
