//! Methods of records; `keys`, `values` and `items` also as functions.

use super::args;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::print::describe;
use crate::vm::value::Value;

pub const CODES: &[(&str, &str)] = &[("KEY-01", "the record has no such key")];

const RECORD: BuiltinParam = BuiltinParam::required("record");
const KEY: BuiltinParam = BuiltinParam::required("key");
const DEFAULT: BuiltinParam = BuiltinParam::optional("default", ParamDefault::None);

pub static KEYS: Builtin = Builtin {
    name: "keys",
    params: &[RECORD],
    doc: "The keys of a record, as a list.",
    examples: &["keys({a: 1, b: 2})  # [\"a\", \"b\"]"],
    run: |_, args| {
        let entries = args::record("keys", args)?.entries();
        Ok(Value::list(entries.into_iter().map(|(k, _)| Value::str(&*k)).collect()))
    },
};

pub static VALUES: Builtin = Builtin {
    name: "values",
    params: &[RECORD],
    doc: "The values of a record, as a list.",
    examples: &["values({a: 1, b: 2})  # [1, 2]"],
    run: |_, args| {
        let entries = args::record("values", args)?.entries();
        Ok(Value::list(entries.into_iter().map(|(_, v)| v).collect()))
    },
};

pub static ITEMS: Builtin = Builtin {
    name: "items",
    params: &[RECORD],
    doc: "The pairs of key and value of a record, as a list of tuples.",
    examples: &["items({a: 1})  # [(\"a\", 1)]"],
    run: |_, args| {
        let entries = args::record("items", args)?.entries();
        Ok(Value::list(entries.into_iter().map(|(k, v)| Value::tuple(vec![Value::str(&*k), v])).collect()))
    },
};

pub static GET: Builtin = Builtin {
    name: "get",
    params: &[RECORD, KEY, DEFAULT],
    doc: "The value of a key, or `default` if the record does not have it.",
    examples: &["{a: 1}.get(\"a\")  # 1", "{a: 1}.get(\"b\", 0)  # 0"],
    run: |_, args| {
        let key = args::str("get", args, 1, "key")?;
        let found = args::record("get", args)?.get(key);
        Ok(found.unwrap_or_else(|| args[2].take()))
    },
};

pub static POP: Builtin = Builtin {
    name: "pop",
    params: &[RECORD, KEY, DEFAULT],
    doc: "Takes a key out of the record and gives its value, or `default` if it was not there.",
    examples: &["let r = {a: 1}; (r.pop(\"a\"), r)  # (1, {})"],
    run: |_, args| {
        let key = args::str("pop", args, 1, "key")?;
        let found = args::record("pop", args)?.remove(key);
        Ok(found.unwrap_or_else(|| args[2].take()))
    },
};

pub static REMOVE: Builtin = Builtin {
    name: "remove",
    params: &[RECORD, KEY],
    doc: "Takes a key out of the record and gives its value; an error if it is not there.",
    examples: &["let r = {a: 1, b: 2}; r.remove(\"a\"); r  # {b: 2}"],
    run: |_, args| {
        let key = args::str("remove", args, 1, "key")?;
        let record = args::record("remove", args)?;
        record.remove(key).ok_or_else(|| no_key(key, &args[0]))
    },
};

/// The error for a key that a record does not have, operand 1 being the key.
pub fn no_key(key: &str, record: &Value) -> Error {
    let keys: Vec<_> =
        record.as_record().map(|r| r.entries().into_iter().map(|(k, _)| k).collect()).unwrap_or_default();
    let error =
        Error::new("KEY-01", format!("the record has no key `{key}`")).at(1, "not a key of it").at(0, describe(record));
    match crate::diagnostic::did_you_mean(key, keys.iter().map(|k| &**k)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if keys.is_empty() => error.help("the record is empty"),
        None if keys.len() <= 10 => error.help(format!("its keys are {}", keys.join(", "))),
        None => error,
    }
}

pub static SETDEFAULT: Builtin = Builtin {
    name: "setdefault",
    params: &[RECORD, KEY, DEFAULT],
    doc: "The value of a key, which is set to `default` first if the record does not have it.",
    examples: &["let r = {}; r.setdefault(\"a\", list()).push(1); r  # {a: [1]}"],
    run: |_, args| {
        let key = args::str("setdefault", args, 1, "key")?;
        let record = args::record("setdefault", args)?;
        Ok(record.get(key).unwrap_or_else(|| {
            record.set(key.into(), args[2].clone());
            args[2].clone()
        }))
    },
};

pub static UPDATE: Builtin = Builtin {
    name: "update",
    params: &[RECORD, BuiltinParam::required("other")],
    doc: "Sets every entry of another record in this one.",
    examples: &["let r = {a: 1, b: 2}; r.update({b: 3, c: 4}); r  # {a: 1, b: 3, c: 4}"],
    run: |_, args| {
        let record = args::record("update", args)?;
        let other = args[1].as_record().ok_or_else(|| args::wrong_kind("update", 1, "a record", &args[1]))?;
        for (key, value) in other.entries() {
            record.set(key, value);
        }
        Ok(Value::None)
    },
};

pub static CLEAR: Builtin = Builtin {
    name: "clear",
    params: &[RECORD],
    doc: "Takes all entries out of the record.",
    examples: &["let r = {a: 1}; r.clear(); r  # {}"],
    run: |_, args| {
        args::record("clear", args)?.clear();
        Ok(Value::None)
    },
};
