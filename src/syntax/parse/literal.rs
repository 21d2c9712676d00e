//! Numbers and strings.

use super::stmt::{inner, take};
use super::*;

impl<'t> Builder<'t> {
    pub(super) fn number(&mut self, pair: Pair<'t>) -> Expr {
        let span = self.span(&pair);
        let digits = pair.as_str().replace('_', "");
        let is_float = digits.contains(['.', 'e', 'E']);
        let kind =
            if is_float { digits.parse().map(ExprKind::Float).ok() } else { digits.parse().map(ExprKind::Int).ok() };
        let kind = kind.unwrap_or_else(|| {
            self.report(
                Diagnostic::error(codes::NUMBER, "this whole number does not fit in an int")
                    .label(span, format!("larger than {}", i64::MAX))
                    .help(format!("for a float write `{digits}.0`")),
            );
            ExprKind::Int(0)
        });
        Expr { kind, span }
    }

    pub(super) fn string(&mut self, pair: Pair<'t>) -> Expr {
        let span = self.span(&pair);
        let mut parts: Vec<StrPart> = Vec::new();
        for p in pair.into_inner() {
            let text = match p.as_rule() {
                Rule::hole => {
                    let hole = self.hole(p);
                    parts.push(hole);
                    continue;
                }
                Rule::escape => self.escape(p).map(String::from).unwrap_or_default(),
                _ => p.as_str().replace("\r\n", "\n"),
            };
            match parts.last_mut() {
                Some(StrPart::Text(t)) => t.push_str(&text),
                _ => parts.push(StrPart::Text(text)),
            }
        }
        Expr { kind: ExprKind::Str(parts), span }
    }

    fn hole(&mut self, pair: Pair<'t>) -> StrPart {
        let mut parts = pair.into_inner();
        let expr = self.expr(take(&mut parts));
        let spec = parts.next().map(|p| {
            let span = self.span_exact(&p);
            (p.as_str()[1..].to_string(), Span { start: span.start + 1, ..span })
        });
        StrPart::Hole { expr, spec }
    }

    /// A string without holes: a key, a path.
    pub(super) fn plain_string(&mut self, pair: Pair<'t>) -> String {
        let mut text = String::new();
        for p in pair.into_inner() {
            match p.as_rule() {
                Rule::escape => text.extend(self.escape(p)),
                _ => text.push_str(p.as_str()),
            }
        }
        text
    }

    fn escape(&mut self, pair: Pair<'t>) -> Option<char> {
        let code = &pair.as_str()[1..];
        let known = match code {
            "n" => Some('\n'),
            "t" => Some('\t'),
            "r" => Some('\r'),
            "0" => Some('\0'),
            "\\" | "\"" | "{" | "}" => code.chars().next(),
            _ => code
                .strip_prefix("u{")
                .and_then(|c| c.strip_suffix('}'))
                .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
                .and_then(|hex| u32::from_str_radix(hex, 16).ok())
                .and_then(char::from_u32),
        };
        if known.is_none() {
            let span = self.span_exact(&pair);
            let (message, help) = if code.starts_with('u') {
                (
                    "this is no character",
                    "`\\u{…}` takes the hexadecimal number of a Unicode character, as in `\\u{3b1}`",
                )
            } else {
                (
                    "this escape is not known",
                    "the escapes are `\\n \\t \\r \\0 \\\\ \\\" \\{ \\} \\u{…}`; a backslash itself is `\\\\`",
                )
            };
            self.report(Diagnostic::error(codes::ESCAPE, message).label(span, "here").help(help));
        }
        known
    }

    fn span_exact(&self, pair: &Pair<'t>) -> Span {
        Span::new(self.file, pair.as_span().start(), pair.as_span().end())
    }

    /// `lr: 0.1` in a record.
    pub(super) fn entry(&mut self, pair: Pair<'t>) -> (Name, Expr) {
        let mut parts = pair.into_inner();
        let key = take(&mut parts);
        let name = match key.as_rule() {
            Rule::plain_string => Name { span: self.span(&key), text: self.plain_string(key).into() },
            _ => self.name(&key),
        };
        (name, self.expr(take(&mut parts)))
    }

    pub(super) fn constant(&self, pair: &Pair<'t>) -> Expr {
        let kind = match pair.as_str() {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            _ => ExprKind::None,
        };
        Expr { kind, span: self.span(pair) }
    }

    pub(super) fn spread_or_named(&mut self, pair: Pair<'t>) -> Arg {
        let start = self.span(&pair);
        let (kind, value) = match pair.as_rule() {
            Rule::spread => (ArgKind::Spread, self.expr(inner(pair))),
            _ => {
                let mut parts = pair.into_inner();
                let name = self.name(&take(&mut parts));
                (ArgKind::Named(name), self.expr(take(&mut parts)))
            }
        };
        let span = Span { end: value.span.end, ..start };
        Arg { kind, value, span }
    }
}
