//! From one kind of value to another: `int`, `float`, `bool`, `str`, `list`, `tuple`, `record` and the like.

use std::rc::Rc;

use super::args::{self, wrong_kind, wrong_value};
use super::iter;
use crate::tensor::Num;
use crate::vm::error::Error;
use crate::vm::format::{self, Spec};
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::number::{NotInt, parse_float, parse_int};
use crate::vm::object::Record;
use crate::vm::print::{self, describe};
use crate::vm::strings::{clipped, quoted};
use crate::vm::value::{Obj, Value};

pub const CODES: &[(&str, &str)] =
    &[("PARSE-01", "a text that should be a number is none"), ("ARG-06", "a number does not fit in an int")];

pub static KIND: Builtin = Builtin {
    name: "kind",
    params: &[BuiltinParam::required("value")],
    doc: "The name of the value's kind.",
    examples: &["kind(1.5)  # float", "kind((1, 2))  # tuple"],
    run: |_, args| Ok(Value::str(args[0].kind_name())),
};

pub static INT: Builtin = Builtin {
    name: "int",
    params: &[BuiltinParam::required("value"), BuiltinParam::optional("base", ParamDefault::None)],
    doc: "An int from a number (its fraction is dropped), a bool, a text or a one-element tensor.",
    examples: &["int(3.9)  # 3", "int(\"12\")  # 12", "int(\"ff\", base: 16)  # 255"],
    run: |_, args| {
        let base = args::opt_int("int", args, 1, "base")?;
        if let Some(text) = args[0].as_str() {
            let base = match base.unwrap_or(10) {
                b @ (0 | 2..=36) => b as u32,
                _ => return Err(wrong_value(1, "the base of `int` is 2 to 36, or 0 to go by the prefix", &args[1])),
            };
            return parse_int(text, base).map(Value::Int).map_err(|why| no_int(text, base, why, &args[0]));
        }
        if base.is_some() {
            return Err(wrong_kind("int", 0, "a str where a `base` is given", &args[0]));
        }
        match &args[0] {
            Value::Int(i) => Ok(Value::Int(*i)),
            Value::Bool(b) => Ok(Value::Int(i64::from(*b))),
            Value::Float(x) => truncated(*x, &args[0]),
            Value::Tensor(_) | Value::Cell(_) => match element("int", &args[0])? {
                Num::Float(x) => truncated(x, &args[0]),
                n => Ok(Value::Int(n.to_i64())),
            },
            other => Err(wrong_kind("int", 0, "a number, a str or a one-element tensor", other)),
        }
    },
};

/// The number of a one-element tensor or parameter. It leaves the tape here.
fn element(function: &str, v: &Value) -> Result<Num, Error> {
    args::item(v)?.ok_or_else(|| {
        let n = args::tensor(v).map_or(0, |t| t.numel());
        Error::new("ARG-02", format!("`{function}` takes a tensor of one element, and this one has {n}"))
            .at(0, describe(v))
            .help(match function {
                "int" => "`x.long()` converts every element",
                "float" => "`x.float()` converts every element",
                _ => "`x != 0` asks of every element, `any(x != 0)` of all at once",
            })
    })
}

/// Drops the fraction.
fn truncated(x: f64, v: &Value) -> Result<Value, Error> {
    /// Two to the 63, which no i64 reaches.
    const END: f64 = 9_223_372_036_854_775_808.0;
    let whole = x.trunc();
    if (-END..END).contains(&whole) {
        return Ok(Value::Int(whole as i64));
    }
    let why = if x.is_finite() { "does not fit in an int" } else { "is no whole number" };
    Err(Error::new("ARG-06", format!("{} {why}", print::describe(v))).at(0, describe(v)))
}

fn no_int(text: &str, base: u32, why: NotInt, v: &Value) -> Error {
    let shown = quoted(&clipped(text, 40));
    if why == NotInt::TooLarge {
        return Error::new("ARG-06", format!("{shown} does not fit in an int"))
            .at(0, describe(v))
            .help("`float(text)` reads larger numbers, to about 16 digits");
    }
    let message = match base {
        10 => format!("{shown} is no int"),
        0 => format!("{shown} is no int with or without `0x`, `0o` or `0b`"),
        base => format!("{shown} is no int in base {base}"),
    };
    let error = Error::new("PARSE-01", message).at(0, describe(v));
    if parse_float(text).is_some() { error.help("it is a float: `int(float(text))` drops the fraction") } else { error }
}

pub static FLOAT: Builtin = Builtin {
    name: "float",
    params: &[BuiltinParam::required("value")],
    doc: "A float from a number, a bool, a text or a one-element tensor.",
    examples: &["float(2)  # 2.0", "float(\"1e3\")  # 1000.0"],
    run: |_, args| match &args[0] {
        Value::Float(x) => Ok(Value::Float(*x)),
        Value::Int(i) => Ok(Value::Float(*i as f64)),
        Value::Bool(b) => Ok(Value::Float(f64::from(u8::from(*b)))),
        Value::Tensor(_) | Value::Cell(_) => Ok(Value::Float(element("float", &args[0])?.to_f64())),
        other => match other.as_str() {
            Some(text) => parse_float(text).map(Value::Float).ok_or_else(|| {
                Error::new("PARSE-01", format!("{} is no number", quoted(&clipped(text, 40)))).at(0, describe(other))
            }),
            None => Err(wrong_kind("float", 0, "a number, a str or a one-element tensor", other)),
        },
    },
};

pub static BOOL: Builtin = Builtin {
    name: "bool",
    params: &[BuiltinParam::required("value")],
    doc: "A bool from a number (whether it is not 0) or a one-element tensor.",
    examples: &["bool(0)  # false", "bool(0.5)  # true"],
    run: |_, args| match &args[0] {
        Value::Bool(b) => Ok(Value::Bool(*b)),
        Value::Int(i) => Ok(Value::Bool(*i != 0)),
        Value::Float(x) => Ok(Value::Bool(*x != 0.0)),
        Value::Tensor(_) | Value::Cell(_) => Ok(Value::Bool(element("bool", &args[0])?.to_bool())),
        other => {
            let help = if other.is_none() {
                "write what is meant: `value != none`"
            } else if other.as_str().is_some() {
                "write what is meant: `text != \"\"`, or `text == \"true\"`"
            } else {
                "write what is meant: `len(items) > 0`"
            };
            Err(wrong_kind("bool", 0, "a number, a bool or a one-element tensor", other).help(help))
        }
    },
};

pub static STR: Builtin = Builtin {
    name: "str",
    params: &[BuiltinParam::required("value")],
    doc: "The text that `print` shows.",
    examples: &["str(1e-6)  # 1e-06", "str((1, \"a\"))  # (1, \"a\")"],
    run: |_, args| {
        if args[0].as_str().is_some() { Ok(args[0].take()) } else { print::display(&args[0]).map(Value::str) }
    },
};

pub static REPR: Builtin = Builtin {
    name: "repr",
    params: &[BuiltinParam::required("value")],
    doc: "`str`, with a string in quotes.",
    examples: &["repr(\"a\\n\") == \"\\\"a\\\\n\\\"\"  # true"],
    run: |_, args| print::repr(&args[0]).map(Value::str),
};

pub static FORMAT: Builtin = Builtin {
    name: "format",
    params: &[BuiltinParam::required("value"), BuiltinParam::optional("spec", ParamDefault::Str(""))],
    doc: "The value as a format spec says, for specs that are only known when the program runs.",
    examples: &["format(3.14159, \".2f\")  # 3.14", "let w = 6; format(42, \"0{w}d\")  # 000042"],
    run: |_, args| {
        let spec = args::str("format", args, 1, "spec")?;
        if spec.is_empty() {
            return print::display(&args[0]).map(Value::str);
        }
        let spec = Spec::parse(spec).map_err(|e| Error::from(e).at(1, describe(&args[1])))?;
        let mut out = String::new();
        format::write(&mut out, &args[0], &spec)?;
        Ok(Value::str(out))
    },
};

pub static LIST: Builtin = Builtin {
    name: "list",
    params: &[BuiltinParam::rest("items")],
    doc: "A list of its arguments; `list(...items)` spreads what can be walked.",
    examples: &["list(1, 2)  # [1, 2]", "list(...0..3)  # [0, 1, 2]"],
    run: |_, args| Ok(Value::list(args.iter_mut().map(Value::take).collect())),
};

pub static TUPLE: Builtin = Builtin {
    name: "tuple",
    params: &[BuiltinParam::rest("items")],
    doc: "A tuple of its arguments; `tuple(...items)` spreads what can be walked.",
    examples: &["tuple(1, 2)  # (1, 2)", "tuple(...\"ab\")  # (\"a\", \"b\")"],
    run: |_, args| Ok(Value::tuple(args.iter_mut().map(Value::take).collect())),
};

pub static RECORD: Builtin = Builtin {
    name: "record",
    params: &[BuiltinParam::optional("pairs", ParamDefault::None)],
    doc: "A record of pairs of a key and a value; of a record, a new one with the same entries.",
    examples: &[
        "record(((\"a\", 1), (\"b\", 2)))  # {a: 1, b: 2}",
        "record(zip((\"a\", \"b\"), 0..2))  # {a: 0, b: 1}",
    ],
    run: |vm, args| {
        let pairs = args[0].take();
        let record = Record::default();
        if let Some(from) = pairs.as_record() {
            for (key, value) in from.entries() {
                record.set(key, value);
            }
        } else if !pairs.is_none() {
            let mut walk = iter::over(vm, "record", 0, &pairs)?;
            while let Some(pair) = walk.next(vm)? {
                let (key, value) = as_pair(&pair).ok_or_else(|| {
                    Error::new("ARG-01", format!("`record` takes pairs of a str and a value, not {}", describe(&pair)))
                        .at(0, describe(&pairs))
                })?;
                record.set(key, value);
            }
        }
        Ok(Value::obj(Obj::Record(record)))
    },
};

fn as_pair(v: &Value) -> Option<(Rc<str>, Value)> {
    let (key, value) = match (v.as_tuple(), v.as_list()) {
        (Some(t), _) if t.len() == 2 => (t.parts()[0].clone(), t.parts()[1].clone()),
        (_, Some(l)) if l.len() == 2 => (l.get(0)?, l.get(1)?),
        _ => return None,
    };
    Some((key.as_str()?.into(), value))
}

pub static ORD: Builtin = Builtin {
    name: "ord",
    params: &[BuiltinParam::required("character")],
    doc: "The Unicode number of a character.",
    examples: &["ord(\"a\")  # 97"],
    run: |_, args| {
        let text = args::str("ord", args, 0, "character")?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(Value::Int(i64::from(u32::from(c)))),
            _ => Err(wrong_value(0, "`ord` takes a str of exactly one character", &args[0])),
        }
    },
};

pub static CHR: Builtin = Builtin {
    name: "chr",
    params: &[BuiltinParam::required("number")],
    doc: "The character with a Unicode number.",
    examples: &["chr(955)  # λ"],
    run: |_, args| {
        let n = args::int("chr", args, 0, "number")?;
        match u32::try_from(n).ok().and_then(char::from_u32) {
            Some(c) => Ok(Value::str(c)),
            None => Err(wrong_value(0, format!("{n} is the number of no Unicode character"), &args[0])),
        }
    },
};
