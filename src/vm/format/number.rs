//! Ints and floats in the format mini-language: digits, grouping, signs, padding.

use super::{Align, Sign, Spec, SpecError};
use crate::device::DType;
use crate::vm::number::{Digits, not_finite};

/// More decimals than any f64 has; zeros follow.
const ALL_DECIMALS: usize = 1100;

/// A number taken apart for padding: `-`, `0x`, `1234`, `.5e+10%`.
struct Parts<'a> {
    negative: bool,
    prefix: &'a str,
    /// Digits before the point; these are grouped, and padded with zeros.
    whole: &'a str,
    rest: &'a str,
}

impl Spec {
    pub(super) fn int(&self, out: &mut String, n: i64) -> Result<(), SpecError> {
        let size = n.unsigned_abs();
        let (digits, prefix) = match self.kind {
            None | Some('d' | 'n') => (size.to_string(), ""),
            Some('b') => (format!("{size:b}"), "0b"),
            Some('o') => (format!("{size:o}"), "0o"),
            Some('x') => (format!("{size:x}"), "0x"),
            Some('X') => (format!("{size:X}"), "0X"),
            Some('c') => return self.character(out, n),
            Some('s') => {
                return Err(SpecError::unfit("`s` formats strings, and this is an int").help("leave the `s` out"));
            }
            Some(_) => return self.float(out, n as f64, DType::F64),
        };
        if self.precision.is_some() {
            return Err(SpecError::unfit("an int has no decimals to round to").help("add `f`, as in `{n:.2f}`"));
        }
        if self.plain_zero {
            return Err(SpecError::unfit("`z` is for floats, and this is an int"));
        }
        let prefix = if self.alternate { prefix } else { "" };
        self.lay_out(out, Parts { negative: n < 0, prefix, whole: &digits, rest: "" });
        Ok(())
    }

    fn character(&self, out: &mut String, n: i64) -> Result<(), SpecError> {
        if self.sign.is_some() || self.alternate || self.precision.is_some() || self.plain_zero {
            return Err(SpecError::unfit(
                "a sign, `z`, `#` or precision does not go with `c`, which gives a character",
            ));
        }
        let c = u32::try_from(n).ok().and_then(char::from_u32);
        let c = c.ok_or_else(|| SpecError::unfit(format!("{n} is the number of no Unicode character")))?;
        self.pad(out, c.encode_utf8(&mut [0; 4]), Align::Right);
        Ok(())
    }

    /// `dtype` says how many digits are needed where the spec leaves it open.
    pub(super) fn float(&self, out: &mut String, x: f64, dtype: DType) -> Result<(), SpecError> {
        let kind = self.kind.unwrap_or('r');
        match kind {
            'r' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%' => {}
            's' => return Err(SpecError::unfit("`s` formats strings, and this is a float").help("leave the `s` out")),
            _ => {
                return Err(SpecError::unfit(format!("`{kind}` formats ints, and this is a float"))
                    .help("`.0f` rounds to a whole number"));
            }
        }
        let value = if kind == '%' { x * 100.0 } else { x };
        let mut body = String::new();
        match not_finite(value) {
            Some(word) => body.push_str(word.trim_start_matches('-')),
            None => self.finite(&mut body, value.abs(), kind, dtype),
        }
        if kind.is_ascii_uppercase() {
            body.make_ascii_uppercase();
        }
        let rounded_to_zero =
            value.is_finite() && !body.split(['e', 'E']).next().unwrap_or("").contains(|c| matches!(c, '1'..='9'));
        let negative = value.is_sign_negative() && !value.is_nan() && !(self.plain_zero && rounded_to_zero);
        if kind == '%' {
            body.push('%');
        }
        let end = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
        let (whole, rest) = body.split_at(end);
        self.lay_out(out, Parts { negative, prefix: "", whole, rest });
        Ok(())
    }

    /// The digits of a number that is not negative.
    fn finite(&self, body: &mut String, x: f64, kind: char, dtype: DType) {
        let precision = self.precision.unwrap_or(6);
        match kind.to_ascii_lowercase() {
            'f' | '%' => {
                let held = precision.min(ALL_DECIMALS);
                body.push_str(&format!("{x:.held$}"));
                body.extend(std::iter::repeat_n('0', precision - held));
                if self.alternate && precision == 0 {
                    body.push('.');
                }
            }
            'e' => {
                Digits::rounded(x, precision + 1).scientific(body, 'e');
                if self.alternate && precision == 0 {
                    body.insert(1, '.');
                }
            }
            'r' if self.precision.is_none() => {
                let d = Digits::shortest(x, dtype);
                self.general(body, d, -4, 16, true);
            }
            kind => {
                let precision = precision.max(1);
                let mut d = Digits::rounded(x, precision);
                if !self.alternate {
                    d.trim();
                }
                let always_point = kind == 'r';
                self.general(body, d, -4, precision as i32 - i32::from(always_point), always_point);
            }
        }
    }

    /// Fixed form for exponents from `low` to below `high`, else scientific.
    fn general(&self, body: &mut String, d: Digits, low: i32, high: i32, always_point: bool) {
        if (low..high).contains(&d.exponent) {
            d.fixed(body);
            match (body.contains('.'), always_point, self.alternate) {
                (false, true, _) => body.push_str(".0"),
                (false, false, true) => body.push('.'),
                _ => {}
            }
        } else {
            d.scientific(body, 'e');
            if self.alternate && !body.contains('.') {
                body.insert(1, '.');
            }
        }
    }

    fn lay_out(&self, out: &mut String, parts: Parts) {
        let sign = match (parts.negative, self.sign) {
            (true, _) => "-",
            (false, Some(Sign::Plus)) => "+",
            (false, Some(Sign::Space)) => " ",
            (false, _) => "",
        };
        let fill = self.fill.unwrap_or(if self.zero { '0' } else { ' ' });
        let align = self.align.unwrap_or(if self.zero { Align::AfterSign } else { Align::Right });
        let around = sign.len() + parts.prefix.len() + parts.rest.len();
        // Zeros before the number count as its digits, and are grouped with them.
        let zeros = fill == '0' && align == Align::AfterSign;
        let whole = self.grouped(parts.whole, if zeros { self.width.saturating_sub(around) } else { 0 });
        let missing = self.width.saturating_sub(around + whole.len());
        let (left, inner, right) = match align {
            Align::Left => (0, 0, missing),
            Align::Right => (missing, 0, 0),
            Align::Center => (missing / 2, 0, missing - missing / 2),
            Align::AfterSign => (0, missing, 0),
        };
        out.extend(std::iter::repeat_n(fill, left));
        out.push_str(sign);
        out.push_str(parts.prefix);
        out.extend(std::iter::repeat_n(fill, inner));
        out.push_str(&whole);
        out.push_str(parts.rest);
        out.extend(std::iter::repeat_n(fill, right));
    }

    /// `digits` with zeros in front up to `width`, separators counted.
    fn grouped(&self, digits: &str, width: usize) -> String {
        // `inf` and `nan` have no digits to group, as in Python.
        let Some(separator) = self.group.filter(|_| !digits.is_empty()) else {
            return "0".repeat(width.saturating_sub(digits.len())) + digits;
        };
        let size = if self.kind.is_some_and(|k| "boxX".contains(k)) { 4 } else { 3 };
        let mut backwards = Vec::new();
        let mut left = digits.bytes().rev();
        let mut width = width;
        loop {
            // As long as digits are left a group takes them; after that it takes the zeros that are missing.
            let take = size.min(left.len().max(width).max(1));
            let zeros = take.saturating_sub(left.len());
            backwards.extend(left.by_ref().take(take));
            backwards.extend(std::iter::repeat_n(b'0', zeros));
            width = width.saturating_sub(take);
            if left.len() == 0 && width == 0 {
                break;
            }
            backwards.push(separator as u8);
            width = width.saturating_sub(1);
        }
        backwards.iter().rev().map(|b| *b as char).collect()
    }
}
