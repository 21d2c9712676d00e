//! Numbers from items: `len`, `sum`, `mean`, `min`, `max`. Of a tensor argument the operation of the same name
//! takes care; these serve tuples, lists and ranges.

use std::cmp::Ordering;

use super::args::{self, wrong_kind, wrong_value};
use super::iter;
use crate::ops::Operand;
use crate::tensor::Num;
use crate::vm::Vm;
use crate::vm::error::Error;
use crate::vm::function::{Args, Builtin, BuiltinParam, ParamDefault};
use crate::vm::object::Range;
use crate::vm::order;
use crate::vm::print::describe;
use crate::vm::value::Value;

pub const CODES: &[(&str, &str)] =
    &[("ARG-04", "no items, where at least one is needed"), ("ARG-05", "the items add up to more than an int holds")];

pub static LEN: Builtin = Builtin {
    name: "len",
    params: &[BuiltinParam::required("items")],
    doc: "How many items, characters, keys or rows there are.",
    examples: &["len((4, 5))  # 2", "len(\"héllo\")  # 5", "len(0..10 by 3)  # 4"],
    run: |_, args| match iter::length(&args[0]) {
        Some(n) => match i64::try_from(n) {
            Ok(n) => Ok(Value::Int(n)),
            Err(_) => Err(wrong_value(0, "this range is longer than an int can say", &args[0])),
        },
        None => Err(wrong_kind("len", 0, "a str, tuple, list, record, range or tensor with dimensions", &args[0])),
    },
};

pub static SUM: Builtin = Builtin {
    name: "sum",
    params: &[BuiltinParam::required("items"), BuiltinParam::optional("start", ParamDefault::Int(0))],
    doc: "All items added up.",
    examples: &["sum((1, 2, 3))  # 6", "sum(0..=100)  # 5050", "sum(list(0.5, 1))  # 1.5"],
    run: |vm, args| {
        let (items, start) = (args[0].take(), args[1].take());
        if let Some(text) = start.as_str().or(items.as_str()) {
            return Err(Error::new(
                "ARG-01",
                format!("`sum` adds numbers, not text such as {}", describe(&Value::str(text))),
            )
            .help("`\"\".join(items)` puts strings together"));
        }
        if let (Some(r), Value::Int(start)) = (items.as_range(), &start) {
            return range_sum(r).and_then(|s| s.checked_add(*start)).map(Value::Int).ok_or_else(overflow);
        }
        add_up(vm, "sum", &items, start).map(|(sum, _)| sum)
    },
};

pub static MEAN: Builtin = Builtin {
    name: "mean",
    params: &[BuiltinParam::required("items")],
    doc: "The sum of the items divided by their number.",
    examples: &["mean((1, 2))  # 1.5"],
    run: |vm, args| {
        let items = args[0].take();
        if let Some(r) = items.as_range()
            && !r.is_empty()
        {
            return Ok(Value::Float((r.start as f64 + r.at(r.len() - 1) as f64) / 2.0));
        }
        let (sum, count) = add_up(vm, "mean", &items, Value::Int(0))?;
        match sum {
            _ if count == 0 => Err(empty("mean", &items)),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => Ok(Value::Float(host(&sum) / count as f64)),
            Value::Tensor(t) => args::operation(vm, "div", &[t.into(), Operand::Num(Num::Float(count as f64))]),
            _ => Err(wrong_kind("mean", 0, "numbers", &sum)),
        }
    },
};

fn host(v: &Value) -> f64 {
    match v {
        Value::Int(i) => *i as f64,
        Value::Float(x) => *x,
        Value::Bool(b) => f64::from(u8::from(*b)),
        _ => f64::NAN,
    }
}

fn empty(name: &str, items: &Value) -> Error {
    Error::new("ARG-04", format!("`{name}` of no items has no answer")).at(0, describe(items))
}

fn overflow() -> Error {
    Error::new("ARG-05", "this sum does not fit in an int").help("start from a float: `sum(items, start: 0.0)`")
}

/// The sum of an arithmetic progression; None when it does not fit.
fn range_sum(r: Range) -> Option<i64> {
    let n = i128::from(r.len());
    if n == 0 {
        return Some(0);
    }
    let ends = i128::from(r.start) + i128::from(r.at(r.len() - 1));
    // Either factor is even: of an even count, or of the two ends of an odd one.
    let sum = if n % 2 == 0 { (n / 2).checked_mul(ends)? } else { n.checked_mul(ends / 2)? };
    sum.try_into().ok()
}

/// A running sum.
enum Sum {
    Int(i64),
    /// With what rounding has cost so far (Neumaier's summation): ten times 0.1 is 1.0.
    Float {
        sum: f64,
        lost: f64,
    },
    Other(Value),
}

impl Sum {
    fn of(v: Value) -> Sum {
        match v {
            Value::Bool(b) => Sum::Int(i64::from(b)),
            Value::Int(i) => Sum::Int(i),
            Value::Float(sum) => Sum::Float { sum, lost: 0.0 },
            other => Sum::Other(other),
        }
    }

    fn value(self) -> Value {
        match self {
            Sum::Int(i) => Value::Int(i),
            // The correction is nan where the sum is not finite.
            Sum::Float { sum, lost } => Value::Float(if lost.is_finite() { sum + lost } else { sum }),
            Sum::Other(v) => v,
        }
    }

    fn add(self, vm: &mut Vm, item: Value) -> Result<Sum, Error> {
        match (self, Sum::of(item)) {
            (Sum::Int(a), Sum::Int(b)) => a.checked_add(b).map(Sum::Int).ok_or_else(overflow),
            (Sum::Int(a), Sum::Float { sum: x, .. }) => Ok(Sum::Float { sum: a as f64, lost: 0.0 }.plus(x)),
            (a @ Sum::Float { .. }, Sum::Int(b)) => Ok(a.plus(b as f64)),
            (a @ Sum::Float { .. }, Sum::Float { sum: x, .. }) => Ok(a.plus(x)),
            (a, b) => add_values(vm, a.value(), b.value()).map(Sum::Other),
        }
    }

    fn plus(self, x: f64) -> Sum {
        let Sum::Float { sum, lost } = self else { return self };
        let total = sum + x;
        let missed = if sum.abs() >= x.abs() { (sum - total) + x } else { (x - total) + sum };
        Sum::Float { sum: total, lost: lost + missed }
    }
}

/// Adds two values of which at least one is no host number.
fn add_values(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Error> {
    if let (Some(a), Some(b)) = (args::operand(&a), args::operand(&b)) {
        return args::operation(vm, "add", &[a, b]);
    }
    if let (Some(a), Some(b)) = (a.as_list(), b.as_list()) {
        let mut items = a.to_vec();
        items.extend(b.to_vec());
        return Ok(Value::list(items));
    }
    if let (Some(a), Some(b)) = (a.as_tuple(), b.as_tuple()) {
        return Ok(Value::tuple(a.parts().iter().chain(b.parts()).cloned().collect()));
    }
    let error = Error::new("ARG-01", format!("{} and {} cannot be added", describe(&a), describe(&b)));
    Err(if b.as_str().is_some() {
        error.help("`\"\".join(items)` puts strings together")
    } else if b.as_list().is_some() || b.as_tuple().is_some() {
        error.help("give `start:` an empty one, as in `sum(lists, start: list())`")
    } else {
        error
    })
}

/// The sum and how many items it has.
fn add_up(vm: &mut Vm, name: &str, items: &Value, start: Value) -> Result<(Value, u64), Error> {
    let mut walk = iter::over(vm, name, 0, items)?;
    let (mut sum, mut count) = (Sum::of(start), 0);
    while let Some(item) = walk.next(vm)? {
        sum = sum.add(vm, item)?;
        count += 1;
    }
    Ok((sum.value(), count))
}

// ---------------------------------------------------------------------------------------------------------------------

const EXTREME_PARAMS: &[BuiltinParam] = &[
    BuiltinParam::rest("items"),
    BuiltinParam::optional("key", ParamDefault::None),
    BuiltinParam::optional("default", ParamDefault::None),
];

pub static MIN: Builtin = Builtin {
    name: "min",
    params: EXTREME_PARAMS,
    doc: "The smallest item, or the smallest of several arguments; `key` gives what to compare by.",
    examples: &["min((3, 1, 2))  # 1", "min(3, 1)  # 1", "min((\"bb\", \"a\"), key: len)  # a"],
    run: |vm, args| extreme(vm, "min", Ordering::Less, args),
};

pub static MAX: Builtin = Builtin {
    name: "max",
    params: EXTREME_PARAMS,
    doc: "The largest item, or the largest of several arguments; `key` gives what to compare by.",
    examples: &["max((3, 1, 2))  # 3", "max(2, 3)  # 3", "max((), default: 0)  # 0"],
    run: |vm, args| extreme(vm, "max", Ordering::Greater, args),
};

/// The first item that comes `wanted` of all others. One that is nan wins, as nan is no answer to hide.
fn extreme(vm: &mut Vm, name: &str, wanted: Ordering, args: &mut [Value]) -> Result<Value, Error> {
    let (key, default) = (args[0].take(), args[1].take());
    let tensors: Option<Vec<Operand>> = args[2..].iter().map(args::operand).collect();
    if let (Some(operands), true) = (tensors, key.is_none())
        && operands.iter().filter(|o| o.tensor().is_some()).count() > 1
    {
        return extreme_of_tensors(vm, name, &operands);
    }
    let items = match args.len() {
        2 => return Err(Error::new("ARG-04", format!("`{name}` of nothing: it takes items, or several values"))),
        3 => args[2].take(),
        _ => Value::tuple(args[2..].iter_mut().map(Value::take).collect()),
    };
    if let (Some(r), true) = (items.as_range(), key.is_none())
        && !r.is_empty()
    {
        let (first, last) = (r.at(0), r.at(r.len() - 1));
        return Ok(Value::Int(if wanted.is_lt() { first.min(last) } else { first.max(last) }));
    }
    let mut walk = iter::over(vm, name, 2, &items)?;
    let mut best: Option<(Value, Value)> = None;
    while let Some(item) = walk.next(vm)? {
        let by = if key.is_none() { item.clone() } else { vm.call(&key, Args::positional([item.clone()]))? };
        if matches!(by, Value::Float(x) if x.is_nan()) {
            return Ok(item);
        }
        let better = match &best {
            Some((_, best)) => order::compare(&by, best)? == wanted,
            None => true,
        };
        if better {
            best = Some((item, by));
        }
    }
    match best {
        Some((item, _)) => Ok(item),
        None if !default.is_none() => Ok(default),
        None => Err(empty(name, &items).help(format!("`{name}(items, default: …)` has an answer for no items"))),
    }
}

/// The extremes of several tensors, and numbers among them, element by element.
fn extreme_of_tensors(vm: &Vm, name: &str, operands: &[Operand]) -> Result<Value, Error> {
    let [first, rest @ ..] = operands else { return Ok(Value::None) };
    let pairwise = if name == "min" { "minimum" } else { "maximum" };
    let mut best = first.clone();
    for other in rest {
        let value = args::operation(vm, pairwise, &[best, other.clone()])?;
        best = args::operand(&value).unwrap_or(Operand::None);
    }
    Ok(best.tensor().cloned().map_or(Value::None, Value::Tensor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_added_up_without_a_walk() {
        let r = |start, end, step, closed| Range { start, end, step, closed };
        assert_eq!(range_sum(r(0, 100, 1, true)), Some(5050));
        assert_eq!(range_sum(r(0, 10, 3, false)), Some(18));
        assert_eq!(range_sum(r(10, 0, -3, false)), Some(22));
        assert_eq!(range_sum(r(5, 5, 1, false)), Some(0));
        assert_eq!(range_sum(r(i64::MIN, i64::MAX, 1, true)), None);
        assert_eq!(range_sum(r(-i64::MAX, i64::MAX, 1, true)), Some(0));
    }

    #[test]
    fn floats_are_added_up_as_if_at_once() {
        let sum = |xs: &[f64]| {
            let start = Sum::Float { sum: 0.0, lost: 0.0 };
            match xs.iter().fold(start, |s, x| s.plus(*x)).value() {
                Value::Float(x) => x,
                _ => f64::NAN,
            }
        };
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1e100, 1.0, -1e100]), 1.0);
        assert_eq!(sum(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
    }
}
