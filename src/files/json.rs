//! As much of JSON as the headers of `.safetensors` need: all of it is read, objects keep their order.

use super::{FileError, Result};

/// Deeper nesting is no header.
const MAX_DEPTH: usize = 32;

#[derive(Clone, PartialEq, Debug)]
pub enum Json {
    Null,
    Bool(bool),
    /// A whole number that is not negative; other numbers are `Number`.
    Size(u64),
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
        FileError::damaged(format!("the header is no JSON at byte {}", self.at))
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
        for (word, value) in [("true", Json::Bool(true)), ("false", Json::Bool(false)), ("null", Json::Null)] {
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
        let starts_well = digits.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        let value = match digits.parse::<u64>() {
            Ok(n) if starts_well => Json::Size(n),
            _ if starts_well => Json::Number(digits.parse().map_err(|_| self.wrong())?),
            _ => return Err(self.wrong()),
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
                    Json::Number(-2.0),
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
            &nested,
        ] {
            assert!(parse(text).is_err(), "{:.20}", text);
        }
    }
}
