//! Python's format mini-language, the part after the colon in `{loss:.4f}`:
//! `[[fill]align][sign]["z"]["#"]["0"][width][grouping]["." precision][type]`.
//! Results are Python's to the last character, rounding included. Uses `number`, `print`.

mod number;
#[cfg(test)]
mod tests;

use super::error::Error;
use super::print;
use super::value::Value;
use crate::device::DType;
use crate::tensor::{Num, Tensor};

pub const CODES: &[(&str, &str)] = &[
    ("FORMAT-01", "the part after the colon in `{value:spec}` is no format spec"),
    ("FORMAT-02", "the format spec does not fit this kind of value"),
];

/// Wider or more precise than this is taken for a slip.
const MAX_SIZE: usize = 1_000_000;

/// What stands after the colon, read once and used for any number of values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spec {
    fill: Option<char>,
    align: Option<Align>,
    sign: Option<Sign>,
    /// `z`: a result of `-0.00` loses its sign.
    plain_zero: bool,
    /// `#`: prefixes for `b o x`, a point that always stands.
    alternate: bool,
    /// A `0` before the width.
    zero: bool,
    width: usize,
    group: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Align {
    Left,
    Right,
    Center,
    /// `=`: between the sign and the digits.
    AfterSign,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sign {
    /// `-`, which is also the default.
    Minus,
    Plus,
    Space,
}

/// Why a spec cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpecError {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
}

impl SpecError {
    fn malformed(message: impl Into<String>) -> SpecError {
        SpecError { code: "FORMAT-01", message: message.into(), help: None }
    }

    fn unfit(message: impl Into<String>) -> SpecError {
        SpecError { code: "FORMAT-02", message: message.into(), help: None }
    }

    fn help(mut self, text: impl Into<String>) -> SpecError {
        self.help = Some(text.into());
        self
    }
}

impl From<SpecError> for Error {
    fn from(e: SpecError) -> Error {
        let error = Error::new(e.code, e.message);
        match e.help {
            Some(text) => error.help(text),
            None => error,
        }
    }
}

impl Spec {
    pub fn parse(text: &str) -> Result<Spec, SpecError> {
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        let eat = |c: char, at: &mut usize| {
            let found = chars.get(*at) == Some(&c);
            *at += found as usize;
            found
        };
        let align_at = |i: usize| chars.get(i).copied().and_then(Align::of);
        let (mut fill, mut align) = (None, None);
        if align_at(1).is_some() {
            (fill, align, at) = (Some(chars[0]), align_at(1), 2);
        } else if align_at(0).is_some() {
            (align, at) = (align_at(0), 1);
        }
        let sign = match chars.get(at) {
            Some('+') => Some(Sign::Plus),
            Some('-') => Some(Sign::Minus),
            Some(' ') => Some(Sign::Space),
            _ => None,
        };
        at += sign.is_some() as usize;
        let plain_zero = eat('z', &mut at);
        let alternate = eat('#', &mut at);
        // With a fill of its own, `0` is only the width's first digit.
        let zero = fill.is_none() && eat('0', &mut at);
        let width = size(&chars, &mut at, "width")?.unwrap_or(0);
        let group = [',', '_'].into_iter().find(|c| eat(*c, &mut at));
        if group.is_some() && (eat(',', &mut at) || eat('_', &mut at)) {
            return Err(SpecError::malformed("digits are grouped by either `,` or `_`, given once"));
        }
        let precision = if eat('.', &mut at) {
            let digits = size(&chars, &mut at, "precision")?;
            Some(digits.ok_or_else(|| {
                SpecError::malformed("the `.` of a format spec needs a number after it").help("as in `{x:.2f}`")
            })?)
        } else {
            None
        };
        let kind = chars.get(at).copied();
        if chars.len() > at + 1 {
            return Err(unreadable(text, &chars[at..]));
        }
        let spec = Spec { fill, align, sign, plain_zero, alternate, zero, width, group, precision, kind };
        spec.check_kind(text)?;
        Ok(spec)
    }

    /// Refuses what fits no value at all.
    fn check_kind(&self, text: &str) -> Result<(), SpecError> {
        let Some(kind) = self.kind else { return Ok(()) };
        if !"bcdoxXneEfFgG%s".contains(kind) {
            return Err(unreadable(text, &[kind]));
        }
        let group_fits = match self.group {
            Some(',') => "deEfFgG%".contains(kind),
            Some(_) => "deEfFgG%boxX".contains(kind),
            None => true,
        };
        match self.group {
            Some(group) if !group_fits => Err(SpecError::malformed(format!("`{group}` does not go with `{kind}`"))),
            _ => Ok(()),
        }
    }

    /// The formatted text between fill characters, for strings and single characters.
    fn pad(&self, out: &mut String, text: &str, default: Align) {
        let missing = self.width.saturating_sub(text.chars().count());
        let left = match self.align.unwrap_or(default) {
            Align::Left => 0,
            Align::Center => missing / 2,
            Align::Right | Align::AfterSign => missing,
        };
        let fill = self.fill.unwrap_or(if self.zero { '0' } else { ' ' });
        out.extend(std::iter::repeat_n(fill, left));
        out.push_str(text);
        out.extend(std::iter::repeat_n(fill, missing - left));
    }

    fn string(&self, out: &mut String, text: &str) -> Result<(), SpecError> {
        let refused = if let Some(kind) = self.kind.filter(|k| *k != 's') {
            return Err(SpecError::unfit(format!("`{kind}` formats numbers, and this is a str"))
                .help("use `int(…)` or `float(…)` on the text first"));
        } else if self.sign.is_some() {
            "a sign"
        } else if self.plain_zero {
            "`z`"
        } else if self.alternate {
            "`#`"
        } else if self.group.is_some() {
            "grouping of digits"
        } else if self.align == Some(Align::AfterSign) {
            "`=`"
        } else {
            let end = self.precision.and_then(|p| text.char_indices().nth(p)).map_or(text.len(), |(i, _)| i);
            self.pad(out, &text[..end], Align::Left);
            return Ok(());
        };
        Err(SpecError::unfit(format!("{refused} in a format spec is for numbers, and this is a str")))
    }
}

impl Align {
    fn of(c: char) -> Option<Align> {
        match c {
            '<' => Some(Align::Left),
            '>' => Some(Align::Right),
            '^' => Some(Align::Center),
            '=' => Some(Align::AfterSign),
            _ => None,
        }
    }
}

/// Reads digits at `at`; None if there are none.
fn size(chars: &[char], at: &mut usize, what: &str) -> Result<Option<usize>, SpecError> {
    let mut n: Option<usize> = None;
    while let Some(digit) = chars.get(*at).and_then(|c| c.to_digit(10)) {
        n = Some(n.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize));
        *at += 1;
    }
    match n {
        Some(n) if n > MAX_SIZE => Err(SpecError::malformed(format!("a {what} of more than {MAX_SIZE} is too much"))),
        n => Ok(n),
    }
}

fn unreadable(text: &str, rest: &[char]) -> SpecError {
    let rest: String = rest.iter().collect();
    let e = SpecError::malformed(format!("`{rest}` in the format spec `{text}` means nothing"));
    match rest.chars().next() {
        Some('i' | 'u') => e.help("ints are formatted by `d`"),
        Some('r') => e.help("`repr(value)` puts strings in quotes"),
        _ => e.help("a spec is `[[fill]align][sign][#][0][width][,][.precision][type]`, as in `{x:>8.2f}`"),
    }
}

/// Appends `v` as `spec` says.
///
/// # Errors
/// When the spec is for other kinds of values, or a tensor's numbers cannot be read.
pub fn write(out: &mut String, v: &Value, spec: &Spec) -> Result<(), Error> {
    let written = match v {
        Value::Int(i) => spec.int(out, *i),
        Value::Float(x) => spec.float(out, *x, DType::F64),
        // As in Python, where bools are ints.
        Value::Bool(b) => spec.int(out, i64::from(*b)),
        Value::Tensor(t) => return tensor(out, t, spec).map_err(|e| e.at(0, print::describe(v))),
        Value::Cell(p) => return tensor(out, &p.data(), spec).map_err(|e| e.at(0, print::describe(v))),
        Value::None | Value::Obj(_) => match v.as_str() {
            Some(text) => spec.string(out, text),
            None => Err(SpecError::unfit(format!(
                "a format spec fits numbers, strings and tensors, but this is {}",
                print::with_article(v.kind_name())
            ))
            .help("to pad its text, format `str(value)`")),
        },
    };
    written.map_err(|e| Error::from(e).at(0, print::describe(v)))
}

/// A tensor of one element as a number; a larger one element by element, in brackets.
fn tensor(out: &mut String, t: &Tensor, spec: &Spec) -> Result<(), Error> {
    let dtype = t.dtype();
    let number = |out: &mut String, n: Num| match n {
        Num::Bool(b) => spec.int(out, i64::from(b)),
        Num::Int(i) => spec.int(out, i),
        Num::Float(x) => spec.float(out, x, dtype),
    };
    match t.item()? {
        Some(n) => Ok(number(out, n)?),
        None => print::tensor::write_numbers(out, t, print::tensor::Room::Alone, |out, n| Ok(number(out, n)?)),
    }
}
