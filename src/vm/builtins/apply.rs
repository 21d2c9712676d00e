//! Functions applied to items: `map`, `filter`, `any`, `all`, and `reversed`.

use super::args::{self, wrong_kind, wrong_value};
use super::iter;
use crate::device::DType;
use crate::ops::index::Item;
use crate::tensor::Num;
use crate::vm::Vm;
use crate::vm::error::Error;
use crate::vm::function::{Args, Builtin, BuiltinParam};
use crate::vm::object::Range;
use crate::vm::print::describe;
use crate::vm::value::{Kind, Value};

pub static MAP: Builtin = Builtin {
    name: "map",
    params: &[BuiltinParam::required("f"), BuiltinParam::rest("items")],
    doc: "The list of `f` of each item; of several sequences, `f` of their first items, and so on.",
    examples: &[
        "map(|x| x * x, 0..4)  # [0, 1, 4, 9]",
        "(1, 2) |> map(|x| -x)  # [-1, -2]",
        "map(|a, b| a + b, (1, 2), (10, 20))  # [11, 22]",
    ],
    run: |vm, args| {
        let (f, first) = function_and_items("map", args)?;
        if args.len() == 2 {
            let mut walk = iter::over(vm, "map", first, &args[first].take())?;
            let mut out = Vec::new();
            while let Some(item) = walk.next(vm)? {
                iter::check_len(out.len() as u64, "what `map` makes")?;
                out.push(vm.call(&f, Args::positional([item]))?);
            }
            return Ok(Value::list(out));
        }
        let mut walks = Vec::new();
        for i in first..first + args.len() - 1 {
            walks.push(iter::over(vm, "map", i, &args[i].take())?);
        }
        let mut out = Vec::new();
        'rows: loop {
            let mut row = Vec::with_capacity(walks.len());
            for walk in &mut walks {
                let Some(item) = walk.next(vm)? else { break 'rows };
                row.push(item);
            }
            iter::check_len(out.len() as u64, "what `map` makes")?;
            out.push(vm.call(&f, Args::positional(row))?);
        }
        Ok(Value::list(out))
    },
};

pub static FILTER: Builtin = Builtin {
    name: "filter",
    params: &[BuiltinParam::required("f"), BuiltinParam::required("items")],
    doc: "The list of the items for which `f` is true.",
    examples: &["filter(|x| x % 2 == 1, 0..6)  # [1, 3, 5]"],
    run: |vm, args| {
        let (f, items) = function_and_items("filter", args)?;
        let mut walk = iter::over(vm, "filter", items, &args[items].take())?;
        let mut out = Vec::new();
        while let Some(item) = walk.next(vm)? {
            let keep = vm.call(&f, Args::positional([item.clone()]))?;
            let keep = truth(&keep)?.ok_or_else(|| {
                Error::new("ARG-01", format!("the function of `filter` gives {}, not a bool", describe(&keep)))
            })?;
            if keep {
                iter::check_len(out.len() as u64, "what `filter` makes")?;
                out.push(item);
            }
        }
        Ok(Value::list(out))
    },
};

/// The function, and the position of the first sequence. The function may also stand last, so that a pipe can
/// give the items: `xs |> map(f)`.
fn function_and_items(name: &str, args: &mut [Value]) -> Result<(Value, usize), Error> {
    let last = args.len() - 1;
    if last == 0 {
        return Err(Error::new("ARG-01", format!("`{name}` takes a function and the items to call it with"))
            .at(0, describe(&args[0])));
    }
    let calls = |v: &Value| matches!(v.kind(), Kind::Fn | Kind::Module);
    if !calls(&args[0]) && calls(&args[last]) {
        return Ok((args[last].take(), 0));
    }
    if calls(&args[0]) || args[0].as_native().is_some() {
        return Ok((args[0].take(), 1));
    }
    Err(wrong_kind(name, 0, "a function", &args[0]))
}

/// A bool, or a one-element bool tensor.
pub fn truth(v: &Value) -> Result<Option<bool>, Error> {
    match v {
        Value::Bool(b) => Ok(Some(*b)),
        Value::Tensor(t) if t.dtype() == DType::Bool => Ok(t.item()?.map(Num::to_bool)),
        _ => Ok(None),
    }
}

pub static ANY: Builtin = Builtin {
    name: "any",
    params: &[BuiltinParam::required("items")],
    doc: "Whether at least one item is true; stops there.",
    examples: &["any((false, true))  # true", "any(())  # false"],
    run: |vm, args| find_truth(vm, "any", args, true),
};

pub static ALL: Builtin = Builtin {
    name: "all",
    params: &[BuiltinParam::required("items")],
    doc: "Whether no item is false; stops at the first that is.",
    examples: &["all((false, true))  # false", "all(())  # true"],
    run: |vm, args| find_truth(vm, "all", args, false),
};

/// Walks to the first item that is `wanted`.
fn find_truth(vm: &mut Vm, name: &str, args: &mut [Value], wanted: bool) -> Result<Value, Error> {
    let items = args[0].take();
    let mut walk = iter::over(vm, name, 0, &items)?;
    while let Some(item) = walk.next(vm)? {
        match truth(&item)? {
            Some(found) if found == wanted => return Ok(Value::Bool(wanted)),
            Some(_) => {}
            None => {
                return Err(Error::new("ARG-01", format!("`{name}` takes bools, and one item is {}", describe(&item)))
                    .at(0, describe(&items))
                    .help(format!("compare each: `{name}(map(|x| x != 0, items))`")));
            }
        }
    }
    Ok(Value::Bool(!wanted))
}

pub static REVERSED: Builtin = Builtin {
    name: "reversed",
    params: &[BuiltinParam::required("items")],
    doc: "The same items from the last to the first: a list of a list, a tuple of a tuple, a str of a str.",
    examples: &["reversed((1, 2, 3))  # (3, 2, 1)", "reversed(0..3)  # 2..=0 by -1", "reversed(\"abc\")  # cba"],
    run: |vm, args| {
        let v = args[0].take();
        if let Some(text) = v.as_str() {
            return Ok(Value::str(text.chars().rev().collect::<String>()));
        }
        if let Some(range) = v.as_range() {
            return backwards(range).map(Value::range);
        }
        if let Some(tuple) = v.as_tuple() {
            return Ok(Value::tuple(tuple.parts().iter().rev().cloned().collect()));
        }
        if let Some(t) = args::tensor(&v).filter(|t| t.ndim() > 0) {
            let turned = Item::Slice { start: None, end: None, step: -1 };
            return Ok(Value::Tensor(vm.cx().index(&t, &[turned])?));
        }
        let mut items = iter::collect(vm, "reversed", 0, &v)?;
        items.reverse();
        Ok(Value::list(items))
    },
};

fn backwards(r: Range) -> Result<Range, Error> {
    let none = Range { start: 0, end: 0, step: 1, closed: false };
    match (r.len().checked_sub(1), r.step.checked_neg()) {
        (None, _) => Ok(none),
        (Some(last), Some(step)) => Ok(Range { start: r.at(last), end: r.start, step, closed: true }),
        (Some(_), None) => Err(wrong_value(0, "the step of this range cannot be turned round", &Value::range(r))),
    }
}
