//! JSON: what `.json` files and the headers of `.safetensors` are written in. Objects keep their order; `NaN` and
//! `Infinity` are taken and written as Python's `json` does.

use super::{FileError, Result};

/// Deeper nesting is refused, in reading and in writing.
pub const MAX_DEPTH: usize = 128;

/// Bytes of values that one byte of text can become, about: `[` and `,` make one each.
pub const MOST_PER_BYTE: usize = 32;

#[derive(Clone, PartialEq, Debug)]
pub enum Json {
    Null,
    Bool(bool),
    /// A whole number that is not negative.
    Size(u64),
    /// A whole number below zero.
    Int(i64),
    Number(f64),
    Str(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

pub fn parse(text: &str) -> Result<Json> {
    let mut p = Parser { text, at: 0 };
    let value = p.value(0)?;
    p.blanks();
    if p.at < text.len() { Err(p.wrong()) } else { Ok(value) }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn wrong(&self) -> FileError {
        let before = &self.text[..self.at];
        let line = 1 + before.matches('\n').count();
        let column = 1 + before.chars().rev().take_while(|c| *c != '\n').count();
        FileError::damaged(format!("no JSON at line {line}, column {column}"))
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        if self.eat(token) { Ok(()) } else { Err(self.wrong()) }
    }

    fn value(&mut self, depth: usize) -> Result<Json> {
        if depth > MAX_DEPTH {
            return Err(self.wrong());
        }
        if self.eat("{") {
            let mut entries = Vec::new();
            if !self.eat("}") {
                loop {
                    self.expect("\"")?;
                    let key = self.string()?;
                    self.expect(":")?;
                    entries.push((key, self.value(depth + 1)?));
                    if !self.eat(",") {
                        break;
                    }
                }
                self.expect("}")?;
            }
            return Ok(Json::Object(entries));
        }
        if self.eat("[") {
            let mut items = Vec::new();
            if !self.eat("]") {
                loop {
                    items.push(self.value(depth + 1)?);
                    if !self.eat(",") {
                        break;
                    }
                }
                self.expect("]")?;
            }
            return Ok(Json::Array(items));
        }
        if self.eat("\"") {
            return self.string().map(Json::Str);
        }
        let words = [
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("null", Json::Null),
            ("NaN", Json::Number(f64::NAN)),
            ("Infinity", Json::Number(f64::INFINITY)),
            ("-Infinity", Json::Number(f64::NEG_INFINITY)),
        ];
        for (word, value) in words {
            if self.eat(word) {
                return Ok(value);
            }
        }
        self.number()
    }

    fn number(&mut self) -> Result<Json> {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest().find(|c| !is_part(c)).unwrap_or(self.rest().len());
        let digits = &self.rest()[..end];
        if !digits.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.wrong());
        }
        let beyond = || FileError::unfit(format!("the number {digits} is beyond 64 bits"));
        let is_whole = !digits.contains(['.', 'e', 'E']);
        let value = match digits.parse::<u64>() {
            Ok(n) => Json::Size(n),
            Err(_) if is_whole && digits[1..].bytes().all(|b| b.is_ascii_digit()) => {
                Json::Int(digits.parse().map_err(|_| beyond())?)
            }
            Err(_) => match digits.parse::<f64>() {
                Ok(x) if x.is_finite() => Json::Number(x),
                Ok(_) => return Err(beyond()),
                Err(_) => return Err(self.wrong()),
            },
        };
        self.at += end;
        Ok(value)
    }

    /// The rest of a string whose opening quote has been read.
    fn string(&mut self) -> Result<String> {
        let mut out = String::new();
        loop {
            let c = self.rest().chars().next().ok_or_else(|| self.wrong())?;
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(out),
                '\\' => out.push(self.escape()?),
                c if c < ' ' => return Err(self.wrong()),
                c => out.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let c = self.rest().chars().next().ok_or_else(|| self.wrong())?;
        self.at += c.len_utf8();
        Ok(match c {
            '"' | '\\' | '/' => c,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let high = self.unit()?;
                if !(0xd800..0xdc00).contains(&high) {
                    return char::from_u32(high).ok_or_else(|| self.wrong());
                }
                // A character beyond 16 bits comes in two halves.
                if !self.rest().starts_with("\\u") {
                    return Err(self.wrong());
                }
                self.at += 2;
                let low = self.unit()?;
                if !(0xdc00..0xe000).contains(&low) {
                    return Err(self.wrong());
                }
                let both = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(both).ok_or_else(|| self.wrong());
            }
            _ => return Err(self.wrong()),
        })
    }

    fn unit(&mut self) -> Result<u32> {
        let digits = self.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|d| u32::from_str_radix(d, 16).ok()).ok_or_else(|| self.wrong())?;
        self.at += 4;
        Ok(unit)
    }
}

/// The text of a value: objects with a line for each entry, and arrays with one for each item unless all are short.
pub fn print(value: &Json) -> String {
    let mut out = String::new();
    push(&mut out, value, 0);
    out.push('\n');
    out
}

fn push(out: &mut String, value: &Json, depth: usize) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(b) => out.push_str(&b.to_string()),
        Json::Size(n) => out.push_str(&n.to_string()),
        Json::Int(n) => out.push_str(&n.to_string()),
        Json::Number(x) if x.is_nan() => out.push_str("NaN"),
        Json::Number(x) if x.is_infinite() => out.push_str(if *x > 0.0 { "Infinity" } else { "-Infinity" }),
        Json::Number(x) => out.push_str(&format!("{x:?}")),
        Json::Str(text) => push_string(out, text),
        Json::Array(items) => {
            let is_part = |i: &Json| {
                matches!(i, Json::Array(a) if !a.is_empty()) || matches!(i, Json::Object(o) if !o.is_empty())
            };
            let lines = items.iter().any(is_part);
            out.push('[');
            for (k, item) in items.iter().enumerate() {
                next_item(out, k, lines, depth + 1);
                push(out, item, depth + 1);
            }
            end(out, lines, depth);
            out.push(']');
        }
        Json::Object(entries) => {
            out.push('{');
            for (k, (key, item)) in entries.iter().enumerate() {
                next_item(out, k, true, depth + 1);
                push_string(out, key);
                out.push_str(": ");
                push(out, item, depth + 1);
            }
            end(out, !entries.is_empty(), depth);
            out.push('}');
        }
    }
}

fn next_item(out: &mut String, index: usize, lines: bool, depth: usize) {
    match (index > 0, lines) {
        (true, true) => out.push_str(",\n"),
        (true, false) => out.push_str(", "),
        (false, true) => out.push('\n'),
        (false, false) => {}
    }
    out.extend(std::iter::repeat_n("  ", if lines { depth } else { 0 }));
}

fn end(out: &mut String, lines: bool, depth: usize) {
    if lines {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    }
}

/// Appends `text` in quotes.
pub fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_headers_have() {
        let text = r#" {"a\u00e9\ud83d\ude00\n": [1, -2, 3.5e1, true, null, "x"], "b": {}, "c": []} "#;
        let expected = Json::Object(vec![
            (
                "aé😀\n".into(),
                Json::Array(vec![
                    Json::Size(1),
                    Json::Int(-2),
                    Json::Number(35.0),
                    Json::Bool(true),
                    Json::Null,
                    Json::Str("x".into()),
                ]),
            ),
            ("b".into(), Json::Object(vec![])),
            ("c".into(), Json::Array(vec![])),
        ]);
        assert_eq!(parse(text).expect("JSON"), expected);
        assert_eq!(parse(&print(&expected)).expect("JSON"), expected);
        assert_eq!(print(&Json::Object(vec![])), "{}\n");
        let mut quoted = String::new();
        push_string(&mut quoted, "a\"\\\u{1}é");
        assert_eq!(parse(&quoted).expect("JSON"), Json::Str("a\"\\\u{1}é".into()));
    }

    #[test]
    fn what_is_no_json() {
        let nested = "[".repeat(100_000);
        for text in [
            "",
            "{",
            "{\"a\"}",
            "[1,]",
            "1 2",
            "\"a",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "+1",
            "nul",
            "\"\\x\"",
            "1e999",
            "18446744073709551616",
            "-9223372036854775809",
            "--1",
            &nested,
        ] {
            assert!(parse(text).is_err(), "{:.20}", text);
        }
    }
}
