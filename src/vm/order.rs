//! What comes before what: numbers exactly, strings by character, tuples and lists part by part; and a stable
//! sort that can fail.

use std::cmp::Ordering;

use super::error::Error;
use super::print::{describe, with_article};
use super::value::Value;
use crate::tensor::Num;

pub const CODES: &[(&str, &str)] = &[("ORDER-01", "two values have no order, so they cannot be sorted or compared")];

/// Tuples nested deeper than this are not compared.
const MAX_DEPTH: usize = 500;

/// Compares host numbers, bools counting as 0 and 1, with no rounding. None when one is no number, or is nan.
pub fn numbers(a: &Value, b: &Value) -> Option<Ordering> {
    let int = |v: &Value| match v {
        Value::Bool(b) => Some(i64::from(*b)),
        Value::Int(i) => Some(*i),
        _ => None,
    };
    match (a, b) {
        (Value::Float(x), Value::Float(y)) => x.partial_cmp(y),
        (Value::Float(x), b) => int_with_float(int(b)?, *x).map(Ordering::reverse),
        (a, Value::Float(y)) => int_with_float(int(a)?, *y),
        (a, b) => Some(int(a)?.cmp(&int(b)?)),
    }
}

fn int_with_float(i: i64, x: f64) -> Option<Ordering> {
    /// Two to the 63, which no i64 reaches.
    const END: f64 = 9_223_372_036_854_775_808.0;
    if x.is_nan() {
        return None;
    }
    if x >= END {
        return Some(Ordering::Less);
    }
    if x < -END {
        return Some(Ordering::Greater);
    }
    let whole = x.trunc();
    // `whole` is within i64. Where the whole parts agree, the fraction decides.
    Some(i.cmp(&(whole as i64)).then(whole.partial_cmp(&x)?))
}

/// The order of two values for sorting, `nan` after every number.
///
/// # Errors
/// When they have none, such as a number and a string.
pub fn compare(a: &Value, b: &Value) -> Result<Ordering, Error> {
    compare_within(a, b, 0)
}

fn compare_within(a: &Value, b: &Value, depth: usize) -> Result<Ordering, Error> {
    if let Some(order) = with_nan(a, b) {
        return Ok(order);
    }
    if let (Some(a), Some(b)) = (host_number(a)?, host_number(b)?)
        && let Some(order) = with_nan(&a, &b)
    {
        return Ok(order);
    }
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return Ok(a.cmp(b));
    }
    if depth == MAX_DEPTH {
        return Err(Error::new(
            "ORDER-01",
            format!("these are nested more than {MAX_DEPTH} deep, too deep to compare"),
        ));
    }
    if let (Some(a), Some(b)) = (a.as_tuple(), b.as_tuple()) {
        return compare_items(a.parts(), b.parts(), depth);
    }
    if let (Some(a), Some(b)) = (a.as_list(), b.as_list()) {
        return compare_items(&a.borrow(), &b.borrow(), depth);
    }
    if a.is_none() && b.is_none() {
        return Ok(Ordering::Equal);
    }
    Err(no_order(a, b))
}

fn compare_items(a: &[Value], b: &[Value], depth: usize) -> Result<Ordering, Error> {
    for (x, y) in a.iter().zip(b) {
        let order = compare_within(x, y, depth + 1)?;
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(a.len().cmp(&b.len()))
}

/// A host number as it is, a tensor or parameter of one element as its number.
fn host_number(v: &Value) -> Result<Option<Value>, Error> {
    let t = match v {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => return Ok(Some(v.clone())),
        Value::Tensor(t) => t.clone(),
        Value::Cell(p) => p.value(),
        _ => return Ok(None),
    };
    Ok(t.item()?.map(|n| match n {
        Num::Bool(b) => Value::Bool(b),
        Num::Int(i) => Value::Int(i),
        Num::Float(x) => Value::Float(x),
    }))
}

/// A total order of host numbers: `nan` comes last, and equals itself.
fn with_nan(a: &Value, b: &Value) -> Option<Ordering> {
    let nan = |v: &Value| matches!(v, Value::Float(x) if x.is_nan());
    let number = |v: &Value| matches!(v, Value::Bool(_) | Value::Int(_) | Value::Float(_));
    if !number(a) || !number(b) {
        return None;
    }
    Some(numbers(a, b).unwrap_or_else(|| nan(a).cmp(&nan(b))))
}

fn no_order(a: &Value, b: &Value) -> Error {
    let (x, y) = (a.kind_name(), b.kind_name());
    let message = if x == y {
        format!("two values of kind {x} have no order: {} and {}", describe(a), describe(b))
    } else {
        format!("{} and {} have no order: {} and {}", with_article(x), with_article(y), describe(a), describe(b))
    };
    let error = Error::new("ORDER-01", message);
    if x == y { error.help("`key:` takes a function that gives what to sort by") } else { error }
}

/// The positions of `keys` in sorted order; equal keys stay as they were, also in `reverse`.
///
/// # Errors
/// When two keys have no order.
pub fn sorted_positions(keys: &[Value], reverse: bool) -> Result<Vec<usize>, Error> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    let turned = |o: Ordering| if reverse { o.reverse() } else { o };
    if keys.iter().all(|k| matches!(k, Value::Bool(_) | Value::Int(_) | Value::Float(_))) {
        order.sort_by(|&i, &j| turned(with_nan(&keys[i], &keys[j]).unwrap_or(Ordering::Equal)));
        return Ok(order);
    }
    if keys.iter().all(|k| k.as_str().is_some()) {
        order.sort_by(|&i, &j| turned(keys[i].as_str().cmp(&keys[j].as_str())));
        return Ok(order);
    }
    merge_sort(&mut order, |i, j| compare(&keys[i], &keys[j]).map(turned))?;
    Ok(order)
}

/// Sorts from the bottom up, stopping at the first comparison that fails. std's sort cannot stop, and may panic
/// when told something that is no order.
fn merge_sort(
    items: &mut Vec<usize>,
    mut compare: impl FnMut(usize, usize) -> Result<Ordering, Error>,
) -> Result<(), Error> {
    let len = items.len();
    let mut from = std::mem::take(items);
    let mut width = 1;
    while width < len {
        let mut to = Vec::with_capacity(len);
        for start in (0..len).step_by(2 * width) {
            let middle = (start + width).min(len);
            let end = (start + 2 * width).min(len);
            let (mut left, mut right) = (start, middle);
            while left < middle && right < end {
                // The left one on a tie keeps the sort stable.
                if compare(from[right], from[left])?.is_lt() {
                    to.push(from[right]);
                    right += 1;
                } else {
                    to.push(from[left]);
                    left += 1;
                }
            }
            to.extend_from_slice(&from[left..middle]);
            to.extend_from_slice(&from[right..end]);
        }
        from = to;
        width *= 2;
    }
    *items = from;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_map(Value::Float),
            any::<bool>().prop_map(Value::Bool),
            (-3i64..3).prop_map(Value::Int),
            (-3i64..3).prop_map(|i| Value::Float(i as f64 / 2.0)),
            Just(Value::Float(i64::MAX as f64)),
            Just(Value::Int(i64::MAX)),
        ]
    }

    #[test]
    fn ints_and_floats_are_not_rounded_to_meet() {
        let cmp = |i: i64, x: f64| int_with_float(i, x);
        assert_eq!(cmp(i64::MAX, i64::MAX as f64), Some(Ordering::Less));
        assert_eq!(cmp((1 << 53) + 1, (1u64 << 53) as f64), Some(Ordering::Greater));
        assert_eq!(cmp(0, 0.5), Some(Ordering::Less));
        assert_eq!(cmp(0, -0.5), Some(Ordering::Greater));
        assert_eq!(cmp(-1, -1.5), Some(Ordering::Greater));
        assert_eq!(cmp(0, f64::NEG_INFINITY), Some(Ordering::Greater));
        assert_eq!(cmp(0, f64::NAN), None);
    }

    #[test]
    fn tuples_part_by_part_and_errors_where_there_is_no_order() {
        let t = |a: i64, b: &str| Value::tuple(vec![Value::Int(a), Value::str(b)]);
        assert!(compare(&t(1, "b"), &t(2, "a")).is_ok_and(Ordering::is_lt));
        assert!(compare(&t(1, "b"), &t(1, "a")).is_ok_and(Ordering::is_gt));
        assert!(compare(&Value::tuple(vec![]), &t(1, "a")).is_ok_and(Ordering::is_lt));
        assert!(compare(&Value::Int(1), &Value::str("a")).is_err());
        assert!(compare(&Value::None, &Value::None).is_ok_and(Ordering::is_eq));
        let l = Value::list(vec![]);
        l.as_list().expect("a list").push(l.clone()).expect("fits");
        assert!(compare(&l, &l).is_err());
        l.as_list().expect("a list").pop();
        assert!(sorted_positions(&[Value::Int(1), Value::None, Value::str("a")], false).is_err());
    }

    proptest! {
        #[test]
        fn numbers_have_a_total_order(a in number(), b in number(), c in number()) {
            let le = |x: &Value, y: &Value| compare(x, y).expect("numbers").is_le();
            prop_assert_eq!(compare(&a, &b).expect("numbers"), compare(&b, &a).expect("numbers").reverse());
            prop_assert!(!(le(&a, &b) && le(&b, &c)) || le(&a, &c));
        }

        #[test]
        fn the_own_sort_agrees_with_std(keys in prop::collection::vec(-5i64..5, 0..60), reverse: bool) {
            // Tuples take the sort that can fail.
            let values: Vec<Value> = keys.iter().map(|k| Value::tuple(vec![Value::Int(*k)])).collect();
            let mut expected: Vec<usize> = (0..keys.len()).collect();
            expected.sort_by(|&i, &j| if reverse { keys[j].cmp(&keys[i]) } else { keys[i].cmp(&keys[j]) });
            prop_assert_eq!(sorted_positions(&values, reverse).expect("ints"), expected);
        }
    }
}
