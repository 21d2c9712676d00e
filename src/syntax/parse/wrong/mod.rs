//! What is said about a text that does not parse. pest tells how far it came; the tokens around that place tell what
//! was meant, in words, with the Reel form of what people bring along from other languages.

mod faults;
mod operators;
mod recover;
mod scene;
mod structure;
mod words;

pub(super) use faults::faults;
pub(super) use recover::recover;

use crate::diagnostic::Diagnostic;
use crate::syntax::token::Token;
use crate::syntax::words::is_reserved;
use scene::Scene;

/// The token where parsing failed and its neighbours, as the modules here look at them.
struct Place<'s, 't> {
    scene: &'s Scene<'t>,
    /// The failing token; the number of tokens at the end of the text.
    at: usize,
    /// The token before, on this line or an earlier one.
    before: Option<usize>,
    /// The token after, on this line or a later one.
    after: Option<usize>,
    /// The first token of the statement.
    head: usize,
}

impl<'s, 't> Place<'s, 't> {
    fn new(scene: &'s Scene<'t>, at: usize) -> Place<'s, 't> {
        let before = scene.before(at);
        let inside = match scene.token(Some(at)) {
            Some(Token::Close | Token::Newline) | None => before.unwrap_or(at),
            Some(_) => at,
        };
        Place { scene, at, before, after: scene.after(at), head: scene.head(inside) }
    }

    fn text(&self) -> &'t str {
        self.scene.word(Some(self.at))
    }

    fn text_before(&self) -> &'t str {
        self.scene.word(self.before)
    }

    fn text_after(&self) -> &'t str {
        self.scene.word(self.after)
    }

    fn text_of_head(&self) -> &'t str {
        self.scene.word(Some(self.head))
    }

    fn token(&self) -> Option<Token> {
        self.scene.token(Some(self.at))
    }

    fn token_before(&self) -> Option<Token> {
        self.scene.token(self.before)
    }

    /// Whether the token before ends a value, so that an operator or the end of the statement should follow.
    fn follows_value(&self) -> bool {
        match self.token_before() {
            Some(Token::Word) => {
                let word = self.text_before();
                !is_reserved(word) || matches!(word, "true" | "false" | "none" | "break" | "continue" | "return")
            }
            Some(Token::Number | Token::Close | Token::Quote | Token::SingleQuoted) => true,
            _ => false,
        }
    }

    /// Whether the failing token could begin a value.
    fn begins_value(&self) -> bool {
        match self.token() {
            Some(Token::Word) => {
                !is_reserved(self.text())
                    || matches!(self.text(), "if" | "fn" | "try" | "no_grad" | "on" | "not" | "true" | "false" | "none")
            }
            Some(Token::Number | Token::Quote | Token::Open) => true,
            _ => matches!(self.text(), "-" | "|" | "||"),
        }
    }

    /// The end of the line, the block or the text: nothing more comes.
    fn is_end(&self) -> bool {
        matches!(self.token(), None | Some(Token::Newline)) || matches!(self.text(), ";" | "}")
    }

    /// An error at the failing token.
    fn error(&self, code: &'static str, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, message).label(self.scene.span(self.at), label)
    }

    /// An error that says what should stand at the failing token; on the token before if nothing more comes.
    fn needed(&self, code: &'static str, message: impl Into<String>, what: &str) -> Diagnostic {
        match self.before {
            Some(before) if self.is_end() => {
                self.error_at(before, code, message, format!("{what} is needed after this"))
            }
            _ => self.error(code, message, format!("{what} is needed here")),
        }
    }

    /// An error at another token.
    fn error_at(
        &self,
        i: usize,
        code: &'static str,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, message).label(self.scene.span(i), label)
    }

    /// The source from token `from` up to token `to`, on one line and not long, for a help line.
    fn source(&self, from: usize, to: usize) -> String {
        brief(self.scene.source(from, to))
    }
}

/// What is wrong at a token, from the most particular explanation to the most general.
fn diagnose(scene: &Scene, at: usize) -> Diagnostic {
    let place = Place::new(scene, at);
    words::diagnose(&place).or_else(|| operators::diagnose(&place)).unwrap_or_else(|| structure::diagnose(&place))
}

/// A piece of source on one line, cut where it is long.
pub(super) fn brief(source: &str) -> String {
    const LONGEST: usize = 48;
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
