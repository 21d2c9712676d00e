//! Numbers as text, as Python writes and reads them: the shortest decimal that reads back, and the parsers
//! behind `int("…")` and `float("…")`. Uses `device` for the dtypes.

use std::fmt::Write;

use half::{bf16, f16};

use crate::device::DType;

/// The significant digits of a finite number and where its point stands.
pub struct Digits {
    pub negative: bool,
    /// ASCII digits, the first one not `0` unless the number is zero.
    pub digits: String,
    /// The number is `d.ddd` times ten to this.
    pub exponent: i32,
}

impl Digits {
    /// The fewest digits that read back as `x`.
    pub fn shortest_f64(x: f64) -> Digits {
        Digits::split(&format!("{x:e}"))
    }

    pub fn shortest_f32(x: f32) -> Digits {
        Digits::split(&format!("{x:e}"))
    }

    /// The fewest digits that read back in `dtype`, in which `x` is given exactly.
    pub fn shortest(x: f64, dtype: DType) -> Digits {
        match dtype {
            DType::F32 => Digits::shortest_f32(x as f32),
            DType::F16 => Digits::fewest(x, |y| f16::from_f64(y).to_f64() == x),
            DType::BF16 => Digits::fewest(x, |y| bf16::from_f64(y).to_f64() == x),
            DType::F64 | DType::I64 | DType::Bool => Digits::shortest_f64(x),
        }
    }

    /// Half types need at most five digits.
    fn fewest(x: f64, reads_back: impl Fn(f64) -> bool) -> Digits {
        for decimals in 0..8 {
            let text = format!("{x:.decimals$e}");
            if text.parse().is_ok_and(&reads_back) {
                return Digits::split(&text);
            }
        }
        Digits::shortest_f64(x)
    }

    /// `x` rounded to `count` significant digits, at least one; ties go to the even digit.
    pub fn rounded(x: f64, count: usize) -> Digits {
        // No f64 has more than 767 significant digits; what is asked for beyond is zeros.
        let held = count.clamp(1, 770);
        let mut d = Digits::split(&format!("{x:.*e}", held - 1));
        d.digits.extend(std::iter::repeat_n('0', count.saturating_sub(held)));
        d
    }

    /// Takes `-1.25e-7` apart.
    fn split(scientific: &str) -> Digits {
        let (negative, text) = match scientific.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, scientific),
        };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        Digits {
            negative,
            digits: mantissa.chars().filter(|c| *c != '.').collect(),
            exponent: exponent.parse().unwrap_or(0),
        }
    }

    /// `123.45`; a whole number without a point.
    pub fn fixed(&self, out: &mut String) {
        if self.exponent < 0 {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', (-self.exponent - 1) as usize));
            out.push_str(&self.digits);
            return;
        }
        let whole = self.exponent as usize + 1;
        if whole >= self.digits.len() {
            out.push_str(&self.digits);
            out.extend(std::iter::repeat_n('0', whole - self.digits.len()));
        } else {
            out.push_str(&self.digits[..whole]);
            out.push('.');
            out.push_str(&self.digits[whole..]);
        }
    }

    /// `1.2345e-07`, the exponent with its sign and at least two digits.
    pub fn scientific(&self, out: &mut String, e: char) {
        out.push_str(&self.digits[..1]);
        if self.digits.len() > 1 {
            out.push('.');
            out.push_str(&self.digits[1..]);
        }
        push_exponent(out, e, self.exponent);
    }

    /// Drops zeros at the end of the fraction, as `g` does.
    pub fn trim(&mut self) {
        let len = self.digits.trim_end_matches('0').len().max(1);
        self.digits.truncate(len);
    }
}

pub fn push_exponent(out: &mut String, e: char, exponent: i32) {
    let sign = if exponent < 0 { '-' } else { '+' };
    // Writing to a String cannot fail.
    let _ = write!(out, "{e}{sign}{:02}", exponent.unsigned_abs());
}

/// `nan`, `inf`, `-inf`; None for a finite number.
pub fn not_finite(x: f64) -> Option<&'static str> {
    if x.is_nan() {
        Some("nan")
    } else if x == f64::INFINITY {
        Some("inf")
    } else if x == f64::NEG_INFINITY {
        Some("-inf")
    } else {
        None
    }
}

/// A float in full, as Python's `repr`: `0.1`, `1.0`, `1e-06`, `1e+16`.
pub fn push_float(out: &mut String, x: f64) {
    push_float_of(out, x, DType::F64);
}

/// A float in full, in the digits that its dtype needs: `0.7615942`.
pub fn push_float_of(out: &mut String, x: f64, dtype: DType) {
    if let Some(word) = not_finite(x) {
        return out.push_str(word);
    }
    let d = Digits::shortest(x, dtype);
    if d.negative {
        out.push('-');
    }
    if (-4..16).contains(&d.exponent) {
        let before = out.len();
        d.fixed(out);
        if !out[before..].contains('.') {
            out.push_str(".0");
        }
    } else {
        d.scientific(out, 'e');
    }
}

/// A float inside a tensor's brackets: at most four decimals, no zeros at the end. Below 0.0001 and from
/// 100,000,000 up it takes the scientific form, so that no digit that matters is lost.
pub fn push_float_brief(out: &mut String, x: f64) {
    if let Some(word) = not_finite(x) {
        return out.push_str(word);
    }
    let size = x.abs();
    if size != 0.0 && !(1e-4..1e8).contains(&size) {
        let mut d = Digits::rounded(x, 5);
        d.trim();
        if d.negative {
            out.push('-');
        }
        return d.scientific(out, 'e');
    }
    let before = out.len();
    let _ = write!(out, "{x:.4}");
    let keep = out[before..].trim_end_matches('0').len();
    out.truncate(before + keep);
    if out.ends_with('.') {
        out.push('0');
    }
}

/// A float in full, as Python's `repr`.
pub fn float_text(x: f64) -> String {
    let mut out = String::new();
    push_float(&mut out, x);
    out
}

/// Why a text is no int.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotInt {
    Malformed,
    /// A number, but past 64 bits.
    TooLarge,
}

/// Reads an int as Python's `int(text, base)` does: blanks around it, a sign, single `_` between digits, and
/// `0x 0o 0b` where the base allows; base 0 lets the prefix decide.
pub fn parse_int(text: &str, base: u32) -> Result<i64, NotInt> {
    let text = text.trim();
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let prefix = rest.get(..2).and_then(|p| match p {
        "0x" | "0X" => Some(16),
        "0o" | "0O" => Some(8),
        "0b" | "0B" => Some(2),
        _ => None,
    });
    let (radix, digits) = match prefix {
        // In base 16 `0b1` is the digits 0, b, 1.
        Some(p) if base == 0 || base == p => (p, rest[2..].strip_prefix('_').unwrap_or(&rest[2..])),
        _ if base == 0 => (10, rest),
        _ => (base, rest),
    };
    if base == 0 && prefix.is_none() && digits.starts_with('0') && digits.bytes().any(|b| !matches!(b, b'0' | b'_')) {
        // `010` is octal to some and ten to others.
        return Err(NotInt::Malformed);
    }
    let mut value: Option<i64> = Some(0);
    let mut after_digit = false;
    for c in digits.chars() {
        if c == '_' && after_digit {
            after_digit = false;
            continue;
        }
        let digit = i64::from(c.to_digit(radix).ok_or(NotInt::Malformed)?);
        let digit = if negative { -digit } else { digit };
        value = value.and_then(|v| v.checked_mul(i64::from(radix))?.checked_add(digit));
        after_digit = true;
    }
    if !after_digit {
        return Err(NotInt::Malformed);
    }
    value.ok_or(NotInt::TooLarge)
}

/// Reads a float as Python's `float(text)` does.
pub fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    let word = matches!(&*lower, "inf" | "infinity" | "nan");
    // What Rust reads beyond this is spelled differently in Python, and the other way round.
    if !word && !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if !unsigned.contains('_') {
        return text.parse().ok();
    }
    let bytes = unsigned.as_bytes();
    let between_digits =
        |i: usize| i > 0 && bytes[i - 1].is_ascii_digit() && bytes.get(i + 1).is_some_and(u8::is_ascii_digit);
    if (0..bytes.len()).any(|i| bytes[i] == b'_' && !between_digits(i)) {
        return None;
    }
    text.replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(x: f64, dtype: DType) -> String {
        let mut s = String::new();
        push_float_of(&mut s, x, dtype);
        s
    }

    fn brief(x: f64) -> String {
        let mut s = String::new();
        push_float_brief(&mut s, x);
        s
    }

    #[test]
    fn half_and_single_numbers_are_as_short_as_their_dtype_allows() {
        assert_eq!(of(0.1f32 as f64, DType::F32), "0.1");
        assert_eq!(of(1f32.tanh() as f64, DType::F32), "0.7615942");
        assert_eq!(of(f16::from_f64(0.1).to_f64(), DType::F16), "0.1");
        assert_eq!(of(f16::MAX.to_f64(), DType::F16), "65500.0");
        assert_eq!(of(bf16::from_f64(2.71875).to_f64(), DType::BF16), "2.72");
        assert_eq!(of(f16::from_bits(1).to_f64(), DType::F16), "6e-08");
        for bits in 0..=u16::MAX {
            let (x, y) = (f16::from_bits(bits).to_f64(), bf16::from_bits(bits).to_f64());
            if x.is_finite() {
                assert_eq!(f16::from_f64(of(x, DType::F16).parse().expect("a number")).to_bits(), bits);
            }
            if y.is_finite() {
                assert_eq!(bf16::from_f64(of(y, DType::BF16).parse().expect("a number")).to_bits(), bits);
            }
        }
    }

    #[test]
    fn inside_brackets_four_decimals_are_enough() {
        let cases = [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (0.7615942, "0.7616"),
            (-0.25, "-0.25"),
            (1234567.25, "1234567.25"),
            (0.0001, "0.0001"),
            (0.00001234567, "1.2346e-05"),
            (1e-6, "1e-06"),
            (1e8, "1e+08"),
            (99999999.0, "99999999.0"),
            (-1.5e300, "-1.5e+300"),
            (0.99999, "1.0"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (x, text) in cases {
            assert_eq!(brief(x), text);
        }
    }

    #[test]
    fn ints_from_text() {
        let good = [
            ("12", 10, 12),
            (" -7\n", 10, -7),
            ("+5", 10, 5),
            ("1_000", 10, 1000),
            ("ff", 16, 255),
            ("0xff", 16, 255),
            ("0b1", 16, 0xb1),
            ("0b101", 0, 5),
            ("0o17", 8, 15),
            ("0x_1", 0, 1),
            ("00", 0, 0),
            ("z", 36, 35),
            ("-9223372036854775808", 10, i64::MIN),
        ];
        for (text, base, n) in good {
            assert_eq!(parse_int(text, base), Ok(n), "{text}");
        }
        for text in ["", " ", "-", "1__0", "_1", "1_", "1.0", "é", "0x1", "- 1", "--1"] {
            assert_eq!(parse_int(text, 10), Err(NotInt::Malformed), "{text}");
        }
        assert_eq!(parse_int("010", 0), Err(NotInt::Malformed));
        assert_eq!(parse_int("9223372036854775808", 10), Err(NotInt::TooLarge));
    }

    #[test]
    fn floats_from_text() {
        let good = [("1e3", 1000.0), (" .5 ", 0.5), ("5.", 5.0), ("-1_0.0_1", -10.01), ("+inf", f64::INFINITY)];
        for (text, x) in good {
            assert_eq!(parse_float(text), Some(x), "{text}");
        }
        assert!(parse_float("-NaN").is_some_and(f64::is_nan));
        assert_eq!(parse_float("1e400"), Some(f64::INFINITY));
        for text in ["", ".", "1_.0", "_1", "1__0", "e5", "1e", "0x10", "infi", "1 2", "--1"] {
            assert_eq!(parse_float(text), None, "{text}");
        }
    }
}
