//! `assert_close`: what `torch.testing.assert_close` asserts, at any depth of tuples, lists and records.

use std::collections::HashSet;
use std::rc::Rc;

use super::args;
use crate::device::{DType, Device};
use crate::tensor::{Num, Tensor};
use crate::vm::equal;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::number::float_text;
use crate::vm::object::Record;
use crate::vm::print::{self, describe};
use crate::vm::strings::{clipped, is_word, push_quoted};
use crate::vm::value::{Obj, Value};

pub const CODES: &[(&str, &str)] = &[("ASSERT-02", "values that are not close, or not of one shape and dtype")];

pub static ASSERT_CLOSE: Builtin = Builtin {
    name: "assert_close",
    params: &[
        BuiltinParam::required("actual"),
        BuiltinParam::required("expected"),
        BuiltinParam::optional("rtol", ParamDefault::None),
        BuiltinParam::optional("atol", ParamDefault::None),
        BuiltinParam::optional("equal_nan", ParamDefault::Bool(false)),
        BuiltinParam::optional("check_dtype", ParamDefault::Bool(true)),
    ],
    doc: "Fails unless all numbers are within `atol` + `rtol` * |expected|, with PyTorch's tolerances for each dtype; at any depth of tuples, lists and records.",
    examples: &[
        "assert_close([1.0, 2.0], [1.000001, 2.0]); \"close\"  # close",
        "try { assert_close(1.0, 1.1) } catch e { e.code }  # ASSERT-02",
        "assert_close({w: [1.0]}, {w: [1.2]}, rtol: 0, atol: 0.5); \"close\"  # close",
    ],
    run: |_, args| {
        let asked = Asked {
            tolerance: given(args)?,
            equal_nan: args::bool("assert_close", args, 4, "equal_nan")?,
            check_dtype: args::bool("assert_close", args, 5, "check_dtype")?,
        };
        let mut walk = Walk { asked, path: Vec::new(), seen: HashSet::new() };
        walk.all(&args[0], &args[1])?;
        Ok(Value::None)
    },
};

/// Within `atol` + `rtol` * |expected|.
#[derive(Clone, Copy)]
struct Tolerance {
    rtol: f64,
    atol: f64,
}

impl Tolerance {
    /// `default_tolerances` of `torch.testing`.
    fn of(dtype: DType) -> Tolerance {
        let (rtol, atol) = match dtype {
            DType::Bool | DType::I64 => (0.0, 0.0),
            DType::F16 => (1e-3, 1e-5),
            DType::BF16 => (1.6e-2, 1e-5),
            DType::F32 => (1.3e-6, 1e-5),
            DType::F64 => (1e-7, 1e-7),
        };
        Tolerance { rtol, atol }
    }

    fn or_greater(self, other: Tolerance) -> Tolerance {
        Tolerance { rtol: self.rtol.max(other.rtol), atol: self.atol.max(other.atol) }
    }
}

/// `rtol` and `atol`, of which one alone leaves open what the other is.
fn given(args: &[Value]) -> Result<Option<Tolerance>, Error> {
    let number = |index: usize, name: &str| match &args[index] {
        Value::None => Ok(None),
        Value::Int(i) => Ok(Some(*i as f64)),
        Value::Float(x) => Ok(Some(*x)),
        other => Err(args::wrong_kind("assert_close", index, &format!("a number as `{name}`"), other)),
    };
    let (rtol, atol) = (number(2, "rtol")?, number(3, "atol")?);
    for (index, name, value) in [(2, "rtol", rtol), (3, "atol", atol)] {
        if value.is_some_and(|v| v.is_nan() || v < 0.0) {
            return Err(args::wrong_value(index, format!("`{name}` is 0 or more"), &args[index]));
        }
    }
    match (rtol, atol) {
        (Some(rtol), Some(atol)) => Ok(Some(Tolerance { rtol, atol })),
        (None, None) => Ok(None),
        (rtol, _) => {
            let (index, one, other) = if rtol.is_some() { (2, "rtol", "atol") } else { (3, "atol", "rtol") };
            Err(args::wrong_value(index, format!("`{one}` is given without `{other}`"), &args[index])
                .help(format!("give both, as in `{other}: 0`, or neither")))
        }
    }
}

struct Asked {
    tolerance: Option<Tolerance>,
    equal_nan: bool,
    check_dtype: bool,
}

/// Containers that are being compared, outermost first; no recursion, as nesting has no bound.
struct Walk {
    asked: Asked,
    path: Vec<Level>,
    /// Pairs of containers that are compared or being compared: they may hold themselves.
    seen: HashSet<(*const Obj, *const Obj)>,
}

/// Parts that correspond, and how many of them are done or begun.
struct Level {
    parts: Vec<(Value, Value)>,
    /// Of a record.
    keys: Option<Vec<Rc<str>>>,
    begun: usize,
}

impl Walk {
    fn all(&mut self, actual: &Value, expected: &Value) -> Result<(), Error> {
        self.one(actual, expected)?;
        while let Some(level) = self.path.last_mut() {
            match level.parts.get(level.begun).cloned() {
                Some((actual, expected)) => {
                    level.begun += 1;
                    self.one(&actual, &expected)?;
                }
                None => {
                    self.path.pop();
                }
            }
        }
        Ok(())
    }

    /// Compares two values; the parts of containers are left for later.
    fn one(&mut self, actual: &Value, expected: &Value) -> Result<(), Error> {
        if let (Some(a), Some(b)) = (Numbers::of(actual)?, Numbers::of(expected)?) {
            return self.numbers(&a, &b);
        }
        let (parts, keys) = match (items(actual), items(expected)) {
            (Some(a), Some(b)) if a.len() == b.len() => (a.into_iter().zip(b).collect(), None),
            (Some(_), Some(_)) => {
                return Err(self.mismatch("the lengths differ", describe(actual), describe(expected)));
            }
            _ => match (actual.as_record(), expected.as_record()) {
                (Some(a), Some(b)) => {
                    let missing = |from: &Record, of: &Record| {
                        of.entries().into_iter().find(|(key, _)| from.get(key).is_none()).map(|(key, _)| key)
                    };
                    if let Some(key) = missing(a, b) {
                        return Err(self.mismatch(
                            "the keys differ",
                            format!("has no `{key}`"),
                            format!("has `{key}`"),
                        ));
                    }
                    if let Some(key) = missing(b, a) {
                        return Err(self.mismatch(
                            "the keys differ",
                            format!("has `{key}`"),
                            format!("has no `{key}`"),
                        ));
                    }
                    let entries = a.entries();
                    let keys = entries.iter().map(|(key, _)| key.clone()).collect();
                    let parts = entries.into_iter().map(|(key, v)| (v, b.get(&key).unwrap_or_default()));
                    (parts.collect(), Some(keys))
                }
                _ if equal::equal(actual, expected)? => return Ok(()),
                _ => return Err(self.others(actual, expected)),
            },
        };
        if let (Value::Obj(a), Value::Obj(b)) = (actual, expected)
            && self.seen.insert((Rc::as_ptr(a), Rc::as_ptr(b)))
        {
            self.path.push(Level { parts, keys, begun: 0 });
        }
        Ok(())
    }

    /// Values of other kinds that are not equal.
    fn others(&self, actual: &Value, expected: &Value) -> Error {
        let message = match actual.kind_name() == expected.kind_name() {
            true => "the values differ",
            false => "the kinds differ",
        };
        let e = self.mismatch(message, describe(actual), describe(expected));
        match [actual, expected].into_iter().find(|v| v.as_instance().is_some()) {
            Some(_) => e.help("of modules compare `params(…)` or what they compute"),
            None => e,
        }
    }

    fn numbers(&self, actual: &Numbers, expected: &Numbers) -> Result<(), Error> {
        let shapes = [actual.dims(), expected.dims()];
        if shapes[0] != shapes[1] {
            return Err(self.mismatch("the shapes differ", actual.describe(), expected.describe()));
        }
        if self.asked.check_dtype && !actual.fits(expected) {
            return Err(self
                .mismatch("the dtypes differ", actual.describe(), expected.describe())
                .help("convert one of them, or pass `check_dtype: false`"));
        }
        if let (Some(a), Some(b)) = (actual.device(), expected.device())
            && a != b
        {
            return Err(self.mismatch("the devices differ", actual.describe(), expected.describe()));
        }
        let tolerance = self.asked.tolerance.unwrap_or_else(|| actual.tolerance(expected));
        let mut found = Found::default();
        for at in 0..actual.count() {
            let (a, b) = (actual.at(at)?, expected.at(at)?);
            if let Some(gap) = gap(a, b, tolerance, self.asked.equal_nan) {
                found.add(at, gap, b.to_f64());
            }
        }
        if found.count == 0 { Ok(()) } else { Err(self.not_close(actual, expected, &found, tolerance)?) }
    }

    fn not_close(&self, a: &Numbers, b: &Numbers, found: &Found, tolerance: Tolerance) -> Result<Error, Error> {
        let place =
            |at: usize| if a.dims().is_empty() { String::new() } else { format!(" at {}", index(a.dims(), at)) };
        let count = match a.count() {
            _ if a.dims().is_empty() => "the numbers are not close".to_string(),
            1 => "the only element is not close".to_string(),
            n => format!("{} of {n} elements {} not close", found.count, if found.count == 1 { "is" } else { "are" }),
        };
        let (gap, ratio) = (&found.gap, &found.ratio);
        let greatest = if found.count == 1 { "" } else { "greatest " };
        let message = format!(
            "{count}: the {greatest}absolute difference is {}{}, the {greatest}relative difference {}{}",
            if a.is_float() || b.is_float() { short(gap.0) } else { format!("{}", gap.0) },
            place(gap.1),
            short(ratio.0),
            place(ratio.1),
        );
        let values = |of: &Numbers| -> Result<String, Error> {
            let mut text = format!("{}{}", of.show(gap.1)?, place(gap.1));
            if ratio.1 != gap.1 {
                text += &format!(", {}{}", of.show(ratio.1)?, place(ratio.1));
            }
            Ok(text)
        };
        let e = self.mismatch(&message, values(a)?, values(b)?);
        let (rtol, atol) = (short(tolerance.rtol), short(tolerance.atol));
        Ok(match (a.at(gap.1)?, b.at(gap.1)?) {
            (Num::Float(x), Num::Float(y)) if x.is_nan() && y.is_nan() => {
                e.help("NaN is close to NaN with `equal_nan: true`")
            }
            _ if tolerance.rtol == 0.0 && tolerance.atol == 0.0 => e.help("they must be equal: rtol and atol are 0"),
            _ => e.help(format!("a difference of {atol} + {rtol} * |expected| is allowed: atol and rtol")),
        })
    }

    /// What differs, where inside the arguments, and both sides of it.
    fn mismatch(&self, message: &str, actual: String, expected: String) -> Error {
        let mut place = String::new();
        for level in &self.path {
            let at = level.begun.saturating_sub(1);
            match level.keys.as_ref().map(|keys| &*keys[at]) {
                Some(key) if is_word(key) => place += &format!(".{key}"),
                Some(key) => {
                    place.push('[');
                    push_quoted(&mut place, key);
                    place.push(']');
                }
                None => place += &format!("[{at}]"),
            }
        }
        let inside = if place.is_empty() { String::new() } else { format!("in `{}` ", clipped(&place, 80)) };
        Error::new("ASSERT-02", format!("{inside}{message}")).at(0, actual).at(1, expected)
    }
}

/// The parts of a tuple or a list.
fn items(value: &Value) -> Option<Vec<Value>> {
    value.as_tuple().map(|t| t.parts().to_vec()).or_else(|| value.as_list().map(|l| l.borrow().to_vec()))
}

/// Numbers to be compared: one of the host, or a tensor's.
enum Numbers {
    Host(Num),
    Tensor(Tensor),
}

impl Numbers {
    fn of(value: &Value) -> Result<Option<Numbers>, Error> {
        Ok(match value {
            Value::Bool(b) => Some(Numbers::Host(Num::Bool(*b))),
            Value::Int(i) => Some(Numbers::Host(Num::Int(*i))),
            Value::Float(x) => Some(Numbers::Host(Num::Float(*x))),
            other => match args::tensor(other) {
                Some(t) => Some(Numbers::Tensor(t.plain()?)),
                None => None,
            },
        })
    }

    fn dims(&self) -> &[usize] {
        match self {
            Numbers::Host(_) => &[],
            Numbers::Tensor(t) => t.dims(),
        }
    }

    fn count(&self) -> usize {
        match self {
            Numbers::Host(_) => 1,
            Numbers::Tensor(t) => t.numel(),
        }
    }

    fn at(&self, at: usize) -> Result<Num, Error> {
        match self {
            Numbers::Host(n) => Ok(*n),
            Numbers::Tensor(t) => Ok(t.num_at(at)?),
        }
    }

    fn dtype(&self) -> DType {
        match self {
            Numbers::Host(Num::Bool(_)) => DType::Bool,
            Numbers::Host(Num::Int(_)) => DType::I64,
            Numbers::Host(Num::Float(_)) => DType::F64,
            Numbers::Tensor(t) => t.dtype(),
        }
    }

    fn is_float(&self) -> bool {
        self.dtype().is_float()
    }

    fn device(&self) -> Option<Device> {
        match self {
            Numbers::Host(_) => None,
            Numbers::Tensor(t) => Some(t.device()),
        }
    }

    /// Whether the dtypes agree. A host number takes a tensor's, if that can hold it: no float an i64's.
    fn fits(&self, other: &Numbers) -> bool {
        match (self, other) {
            (Numbers::Host(n), Numbers::Tensor(t)) | (Numbers::Tensor(t), Numbers::Host(n)) => match n {
                Num::Bool(_) => t.dtype() == DType::Bool,
                Num::Int(_) => t.dtype() != DType::Bool,
                Num::Float(_) => t.dtype().is_float(),
            },
            _ => self.dtype() == other.dtype(),
        }
    }

    fn tolerance(&self, other: &Numbers) -> Tolerance {
        match (self, other) {
            (Numbers::Host(_), Numbers::Tensor(t)) | (Numbers::Tensor(t), Numbers::Host(_)) if t.dtype().is_float() => {
                Tolerance::of(t.dtype())
            }
            _ => Tolerance::of(self.dtype()).or_greater(Tolerance::of(other.dtype())),
        }
    }

    fn describe(&self) -> String {
        match self {
            Numbers::Host(n) => describe(&args::host(*n)),
            Numbers::Tensor(t) => describe(&Value::Tensor(t.clone())),
        }
    }

    /// One of them, as it prints.
    fn show(&self, at: usize) -> Result<String, Error> {
        match self {
            Numbers::Host(n) => print::display(&args::host(*n)),
            Numbers::Tensor(t) => print::display(&Value::Tensor(Tensor::scalar(t.dtype(), t.num_at(at)?))),
        }
    }
}

/// How far two numbers are apart, if that is too far.
fn gap(a: Num, b: Num, tolerance: Tolerance, equal_nan: bool) -> Option<f64> {
    let gap = match (a, b) {
        (Num::Float(_), _) | (_, Num::Float(_)) => {
            let (a, b) = (a.to_f64(), b.to_f64());
            if a == b || (equal_nan && a.is_nan() && b.is_nan()) {
                return None;
            }
            (a - b).abs()
        }
        _ => (i128::from(a.to_i64()) - i128::from(b.to_i64())).unsigned_abs() as f64,
    };
    // An infinity is close to itself alone.
    let close = gap == 0.0 || gap.is_finite() && gap <= tolerance.atol + tolerance.rtol * b.to_f64().abs();
    (!close).then_some(gap)
}

/// What was found among the elements: how many are too far apart, and the greatest differences with their places.
#[derive(Default)]
struct Found {
    count: usize,
    gap: (f64, usize),
    ratio: (f64, usize),
}

impl Found {
    fn add(&mut self, at: usize, gap: f64, expected: f64) {
        let ratio = gap / expected.abs();
        // NaN counts as the greatest, as in PyTorch.
        let first = self.count == 0;
        for (greatest, value) in [(&mut self.gap, gap), (&mut self.ratio, ratio)] {
            if first || value > greatest.0 || (value.is_nan() && !greatest.0.is_nan()) {
                *greatest = (value, at);
            }
        }
        self.count += 1;
    }
}

/// `[1, 2]`
fn index(dims: &[usize], at: usize) -> String {
    let mut rest = at;
    let mut places: Vec<String> = Vec::new();
    for d in dims.iter().rev() {
        places.push((rest % d).to_string());
        rest /= d;
    }
    places.reverse();
    format!("[{}]", places.join(", "))
}

/// Four digits of a number.
fn short(x: f64) -> String {
    float_text(format!("{x:.3e}").parse().unwrap_or(x))
}
