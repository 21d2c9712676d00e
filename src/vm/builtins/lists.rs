//! Methods of lists, some of which tuples and ranges have too; `sorted`.

use super::args::{self, wrong_kind, wrong_value};
use super::iter;
use crate::tensor::Num;
use crate::vm::Vm;
use crate::vm::equal::equal;
use crate::vm::error::Error;
use crate::vm::function::{Args, Builtin, BuiltinParam, ParamDefault};
use crate::vm::order;
use crate::vm::print::describe;
use crate::vm::value::{Kind, Value};

pub const CODES: &[(&str, &str)] = &[
    ("INDEX-11", "a position outside the list was given to `pop` or `insert`, or the list is empty"),
    ("FIND-01", "a value or a text that was to be found or removed is not there"),
];

const LIST: BuiltinParam = BuiltinParam::required("list");

pub static PUSH: Builtin = Builtin {
    name: "push",
    params: &[LIST, BuiltinParam::required("item")],
    doc: "Adds an item at the end of the list.",
    examples: &["let xs = list(1); xs.push(2); xs  # [1, 2]"],
    run: push,
};

pub static APPEND: Builtin = Builtin {
    name: "append",
    params: &[LIST, BuiltinParam::required("item")],
    doc: "Adds an item at the end of the list, as `push` does.",
    examples: &["let xs = list(1); xs.append(2); xs  # [1, 2]"],
    run: push,
};

fn push(_vm: &mut Vm, args: &mut [Value]) -> Result<Value, Error> {
    let item = args[1].take();
    args::list("push", args)?.push(item).map_err(Error::out_of_memory)?;
    Ok(Value::None)
}

pub static POP: Builtin = Builtin {
    name: "pop",
    params: &[LIST, BuiltinParam::optional("index", ParamDefault::Int(-1))],
    doc: "Takes the item at `index`, the last one by default, out of the list and gives it.",
    examples: &["let xs = list(1, 2, 3); (xs.pop(), xs.pop(0), xs)  # (3, 1, [2])"],
    run: |_, args| {
        let index = args::int("pop", args, 1, "index")?;
        let list = args::list("pop", args)?;
        let len = list.len();
        match position(index, len) {
            Some(i) if i < len => Ok(list.borrow_mut().remove(i)),
            _ if len == 0 => Err(Error::new("INDEX-11", "`pop` of an empty list").at(0, describe(&args[0]))),
            _ => Err(outside(index, &args[0], len)),
        }
    },
};

pub static INSERT: Builtin = Builtin {
    name: "insert",
    params: &[LIST, BuiltinParam::required("index"), BuiltinParam::required("item")],
    doc: "Puts an item before the one at `index`; at the length of the list, behind the last.",
    examples: &["let xs = list(1, 3); xs.insert(1, 2); xs  # [1, 2, 3]"],
    run: |_, args| {
        let index = args::int("insert", args, 1, "index")?;
        let item = args[2].take();
        let list = args::list("insert", args)?;
        let len = list.len();
        match position(index, len) {
            Some(i) => {
                list.borrow_mut().insert(i, item);
                list.recount();
                Ok(Value::None)
            }
            None => Err(outside(index, &args[0], len)),
        }
    },
};

/// From 0 to `len`, counted from the end if negative.
fn position(index: i64, len: usize) -> Option<usize> {
    let i = if index < 0 { index.checked_add(len as i64)? } else { index };
    usize::try_from(i).ok().filter(|i| *i <= len)
}

fn outside(index: i64, list: &Value, len: usize) -> Error {
    Error::new("INDEX-11", format!("there is no position {index} in a list of {len}"))
        .at(1, format!("int {index}"))
        .at(0, describe(list))
}

pub static REMOVE: Builtin = Builtin {
    name: "remove",
    params: &[LIST, BuiltinParam::required("item")],
    doc: "Takes the first item that equals `item` out of the list.",
    examples: &["let xs = list(1, 2, 1); xs.remove(1); xs  # [2, 1]"],
    run: |_, args| {
        let list = args::list("remove", args)?;
        match find(&list.to_vec(), &args[1])? {
            Some(i) => {
                list.borrow_mut().remove(i);
                Ok(Value::None)
            }
            None => Err(not_there(&args[1], &args[0])),
        }
    },
};

fn find(items: &[Value], wanted: &Value) -> Result<Option<usize>, Error> {
    for (i, item) in items.iter().enumerate() {
        if equal(item, wanted)? {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

fn not_there(wanted: &Value, items: &Value) -> Error {
    Error::new("FIND-01", format!("{} is not in the {}", describe(wanted), items.kind_name()))
        .at(1, describe(wanted))
        .at(0, describe(items))
}

pub static EXTEND: Builtin = Builtin {
    name: "extend",
    params: &[LIST, BuiltinParam::required("items")],
    doc: "Adds all items of a tuple, list, range or the like at the end of the list.",
    examples: &["let xs = list(1); xs.extend((2, 3)); xs  # [1, 2, 3]"],
    run: |vm, args| {
        args::list("extend", args)?;
        let mut items = iter::collect(vm, "extend", 1, &args[1].take())?;
        let list = args::list("extend", args)?;
        iter::check_len((list.len() + items.len()) as u64, "this list")?;
        list.borrow_mut().append(&mut items);
        list.recount();
        Ok(Value::None)
    },
};

pub static CLEAR: Builtin = Builtin {
    name: "clear",
    params: &[LIST],
    doc: "Takes all items out of the list.",
    examples: &["let xs = list(1, 2); xs.clear(); xs  # []"],
    run: |_, args| {
        // The items go only after the list is free to be looked at again.
        let items = std::mem::take(&mut *args::list("clear", args)?.borrow_mut());
        drop(items);
        Ok(Value::None)
    },
};

pub static REVERSE: Builtin = Builtin {
    name: "reverse",
    params: &[LIST],
    doc: "Turns the list round, in place.",
    examples: &["let xs = list(1, 2); xs.reverse(); xs  # [2, 1]"],
    run: |_, args| {
        args::list("reverse", args)?.borrow_mut().reverse();
        Ok(Value::None)
    },
};

const KEY: BuiltinParam = BuiltinParam::optional("key", ParamDefault::None);
const DESCENDING: BuiltinParam = BuiltinParam::optional("reverse", ParamDefault::Bool(false));

pub static SORT: Builtin = Builtin {
    name: "sort",
    params: &[LIST, KEY, DESCENDING],
    doc: "Sorts the list in place, by `key` of each item if one is given; equal items keep their order.",
    examples: &["let xs = list(3, 1, 2); xs.sort(); xs  # [1, 2, 3]"],
    run: |vm, args| {
        let items = args::list("sort", args)?.to_vec();
        let sorted = sort(vm, "sort", items, args)?;
        let old = std::mem::replace(&mut *args::list("sort", args)?.borrow_mut(), sorted);
        drop(old);
        Ok(Value::None)
    },
};

pub static SORTED: Builtin = Builtin {
    name: "sorted",
    params: &[BuiltinParam::required("items"), KEY, DESCENDING],
    doc: "A sorted list of the items, by `key` of each if one is given; equal items keep their order.",
    examples: &[
        "sorted((3, 1, 2))  # [1, 2, 3]",
        "sorted((\"bb\", \"a\"), key: len)  # [\"a\", \"bb\"]",
        "sorted(0..3, reverse: true)  # [2, 1, 0]",
    ],
    run: |vm, args| {
        if matches!(args[0].kind(), Kind::Tensor | Kind::Param) {
            return Err(wrong_kind("sorted", 0, "a tuple, list or the like", &args[0]).help("write `sort(x).values`"));
        }
        let items = iter::collect(vm, "sorted", 0, &args[0].take())?;
        sort(vm, "sorted", items, args).map(Value::list)
    },
};

/// Sorts by the key in the second argument, in the direction of the third.
fn sort(vm: &mut Vm, name: &str, mut items: Vec<Value>, args: &[Value]) -> Result<Vec<Value>, Error> {
    let reverse = args::bool(name, args, 2, "reverse")?;
    let order = if args[1].is_none() {
        order::sorted_positions(&items, reverse)?
    } else {
        let mut keys = Vec::with_capacity(items.len());
        for item in &items {
            keys.push(vm.call(&args[1], Args::positional([item.clone()]))?);
        }
        order::sorted_positions(&keys, reverse)?
    };
    Ok(order.into_iter().map(|i| items[i].take()).collect())
}

// ---------------------------------------------------------------------------------------------------------------------

const ITEMS: BuiltinParam = BuiltinParam::required("items");
const ITEM: BuiltinParam = BuiltinParam::required("item");

pub static INDEX: Builtin = Builtin {
    name: "index",
    params: &[ITEMS, ITEM],
    doc: "The position of the first item that equals `item`; an error if there is none.",
    examples: &["list(5, 6).index(6)  # 1"],
    run: |vm, args| {
        let items = iter::collect(vm, "index", 0, &args[0])?;
        match find(&items, &args[1])? {
            Some(i) => Ok(Value::Int(i as i64)),
            None => Err(not_there(&args[1], &args[0]).help("`item in items` asks whether it is there")),
        }
    },
};

pub static COUNT: Builtin = Builtin {
    name: "count",
    params: &[ITEMS, ITEM],
    doc: "How many items equal `item`.",
    examples: &["list(1, 2, 1).count(1)  # 2"],
    run: |vm, args| {
        let items = args[0].take();
        let mut walk = iter::over(vm, "count", 0, &items)?;
        let mut n = 0;
        while let Some(item) = walk.next(vm)? {
            n += i64::from(equal(&item, &args[1])?);
        }
        Ok(Value::Int(n))
    },
};

pub static CONTAINS: Builtin = Builtin {
    name: "contains",
    params: &[ITEMS, ITEM],
    doc: "Whether an item equals `item`, a record has the key, or a str has the text in it: `item in items`.",
    examples: &["contains(\"reel\", \"ee\")  # true", "list(1, 2).contains(3)  # false"],
    run: |vm, args| contains(vm, &args[0], &args[1]).map(Value::Bool),
};

/// `item in items`; the container is operand 0, the item operand 1.
///
/// # Errors
/// When `items` can hold nothing, or the item is of a kind that it cannot hold.
pub fn contains(vm: &mut Vm, items: &Value, item: &Value) -> Result<bool, Error> {
    if let Some(text) = items.as_str() {
        let part = item.as_str().ok_or_else(|| wrong_kind("in", 1, "a str to look for in a str", item))?;
        return Ok(text.contains(part));
    }
    if let Some(record) = items.as_record() {
        let key = item.as_str().ok_or_else(|| wrong_kind("in", 1, "a str, as the keys of a record are", item))?;
        return Ok(record.contains(key));
    }
    if let Some(range) = items.as_range() {
        return Ok(match item {
            Value::Int(i) => range.contains(*i),
            Value::Bool(b) => range.contains(i64::from(*b)),
            Value::Float(x) => x.fract() == 0.0 && x.abs() < 9.2e18 && range.contains(*x as i64),
            other => args::item(other)?.is_some_and(|n| match n {
                Num::Float(x) => x.fract() == 0.0 && x.abs() < 9.2e18 && range.contains(x as i64),
                n => range.contains(n.to_i64()),
            }),
        });
    }
    if let Some(list) = items.as_list() {
        return Ok(find(&list.to_vec(), item)?.is_some());
    }
    if let Some(tuple) = items.as_tuple() {
        return Ok(find(tuple.parts(), item)?.is_some());
    }
    let mut walk = iter::over(vm, "in", 0, items)?;
    while let Some(found) = walk.next(vm)? {
        if equal(&found, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub static JOIN: Builtin = Builtin {
    name: "join",
    params: &[BuiltinParam::required("separator"), BuiltinParam::optional("items", ParamDefault::None)],
    doc: "The strings in `items` as one, with the separator between them. Also as `items.join(separator)`.",
    examples: &["\", \".join((\"a\", \"b\"))  # a, b", "list(\"x\", \"y\").join(\"-\")  # x-y"],
    run: |vm, args| {
        let (separator, items) = if args[0].as_str().is_some() && !args[1].is_none() { (0, 1) } else { (1, 0) };
        let items_value = args[items].take();
        let separator = if args[separator].is_none() { "" } else { args::str("join", args, separator, "separator")? };
        let separator = separator.to_string();
        let mut walk = iter::over(vm, "join", items, &items_value)?;
        let (mut out, mut n) = (String::new(), 0);
        while let Some(item) = walk.next(vm)? {
            let text = item.as_str().ok_or_else(|| {
                wrong_value(items, format!("`join` takes strings, and item {n} is {}", describe(&item)), &items_value)
                    .help("`map(str, items)` makes strings of them")
            })?;
            if n > 0 {
                out.push_str(&separator);
            }
            out.push_str(text);
            iter::check_len(out.len() as u64, "this text")?;
            n += 1;
        }
        Ok(Value::str(out))
    },
};
