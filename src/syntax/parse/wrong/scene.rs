//! The tokens around the place where parsing failed, with the brackets they stand in.

use crate::source::{FileId, Span};
use crate::syntax::token::{Token, continues, tokens};
use crate::syntax::words::is_reserved;
use std::ops::Range;

/// A token, and the index of the bracket, hole or quote that it stands in.
#[derive(Clone, Debug)]
pub(super) struct Lexeme {
    pub token: Token,
    pub range: Range<usize>,
    pub parent: Option<usize>,
}

/// A text as tokens, comments left out.
pub(super) struct Scene<'t> {
    pub file: FileId,
    pub text: &'t str,
    pub lexemes: Vec<Lexeme>,
}

impl<'t> Scene<'t> {
    pub fn new(file: FileId, text: &'t str) -> Scene<'t> {
        let mut lexemes = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for (token, range) in tokens(text) {
            if matches!(token, Token::Comment | Token::Doc) {
                continue;
            }
            let closes = match token {
                Token::Close | Token::HoleClose => true,
                Token::Quote => open.last().is_some_and(|&i: &usize| is_quote(&lexemes[i])),
                _ => false,
            };
            if closes {
                open.pop();
            }
            let parent = open.last().copied();
            if matches!(token, Token::Open | Token::HoleOpen) || (token == Token::Quote && !closes) {
                open.push(lexemes.len());
            }
            lexemes.push(Lexeme { token, range, parent });
        }
        Scene { file, text, lexemes }
    }

    /// The token that covers or follows a byte; the number of tokens if none does.
    pub fn at(&self, byte: usize) -> usize {
        self.lexemes.partition_point(|l| l.range.end <= byte)
    }

    /// The text of a token; empty past either end.
    pub fn word(&self, i: Option<usize>) -> &'t str {
        i.and_then(|i| self.lexemes.get(i)).map_or("", |l| &self.text[l.range.clone()])
    }

    pub fn token(&self, i: Option<usize>) -> Option<Token> {
        Some(self.lexemes.get(i?)?.token)
    }

    /// The token before, newlines left out.
    pub fn before(&self, i: usize) -> Option<usize> {
        self.lexemes[..i].iter().rposition(|l| l.token != Token::Newline)
    }

    /// The token after, newlines left out.
    pub fn after(&self, i: usize) -> Option<usize> {
        let rest = self.lexemes.get(i + 1..)?;
        rest.iter().position(|l| l.token != Token::Newline).map(|n| i + 1 + n)
    }

    /// Whether two tokens touch.
    pub fn touch(&self, left: usize, right: usize) -> bool {
        match (self.lexemes.get(left), self.lexemes.get(right)) {
            (Some(l), Some(r)) => l.range.end == r.range.start,
            _ => false,
        }
    }

    pub fn parent(&self, i: usize) -> Option<usize> {
        match self.lexemes.get(i) {
            Some(l) => l.parent,
            None => None,
        }
    }

    /// The text of the bracket around a token: `(`, `[`, `{`, `"`; empty at the top.
    pub fn around(&self, i: usize) -> &'t str {
        self.word(self.parent(i))
    }

    pub fn span(&self, i: usize) -> Span {
        match self.lexemes.get(i) {
            Some(l) => Span::new(self.file, l.range.start, l.range.end),
            None => Span::new(self.file, self.text.len(), self.text.len()),
        }
    }

    /// The source from one token up to, not with, another, without blanks at its ends.
    pub fn source(&self, from: usize, to: usize) -> &'t str {
        let start = self.span(from).start as usize;
        let end = self.span(to).start as usize;
        self.text.get(start..end).unwrap_or("").trim()
    }

    /// The token that closes the bracket at `open`.
    pub fn closer(&self, open: usize) -> usize {
        let rest = self.lexemes.get(open + 1..).unwrap_or_default();
        open + 1 + rest.iter().position(|l| l.parent < Some(open)).unwrap_or(rest.len())
    }

    /// The first token from `i` on, in the same bracket, for which `stop` holds, or where that bracket closes, or
    /// the statement ends.
    pub fn find(&self, i: usize, stop: impl Fn(&str) -> bool) -> usize {
        let parent = self.parent(i);
        let mut j = i;
        while let Some(l) = self.lexemes.get(j) {
            if l.parent < parent || (l.parent == parent && (stop(self.word(Some(j))) || self.ends_statement(j))) {
                return j;
            }
            j += 1;
        }
        j
    }

    /// Whether a `{` opens a record: it stands where a value can, and a key and `:` follow.
    pub fn is_record(&self, open: usize) -> bool {
        if open.checked_sub(1).is_some_and(|before| self.wants_block(before)) {
            return false;
        }
        let Some(first) = self.after(open) else { return false };
        let key = match self.token(Some(first)) {
            Some(Token::Quote) => self.closer(first),
            Some(Token::Word) => first,
            _ => return false,
        };
        self.word(self.after(key)) == ":"
    }

    /// Whether a `{` right after this token is that of a block: it follows a head, not an operator.
    fn wants_block(&self, i: usize) -> bool {
        match self.token(Some(i)) {
            Some(Token::Word) => {
                let word = self.word(Some(i));
                !is_reserved(word) || matches!(word, "else" | "try" | "catch" | "no_grad" | "true" | "false" | "none")
            }
            Some(Token::Close | Token::Quote | Token::Number) => true,
            _ => false,
        }
    }

    /// Whether newlines end statements directly inside the bracket that holds token `i`.
    fn in_block(&self, i: usize) -> bool {
        match self.parent(i) {
            None => true,
            Some(p) => self.token(Some(p)) == Some(Token::Open) && self.word(Some(p)) == "{" && !self.is_record(p),
        }
    }

    /// Whether this newline or `;` ends a statement.
    pub fn ends_statement(&self, i: usize) -> bool {
        if !self.in_block(i) {
            return false;
        }
        match self.token(Some(i)) {
            Some(Token::Newline) => {
                let goes_on = self.before(i).is_some_and(|b| {
                    let l = &self.lexemes[b];
                    let word = self.word(Some(b));
                    // `import "a":` goes on, `if x:` is another language
                    let continues = match word {
                        ":" => self.token(self.before(b)) == Some(Token::Quote),
                        _ => continues(l.token, word),
                    };
                    l.parent == self.parent(i) && continues
                });
                let taken_up = self.after(i).is_some_and(|a| {
                    let next = self.word(Some(a + 1));
                    match self.word(Some(a)) {
                        "|>" => true,
                        "." => self.touch(a, a + 1) && next.starts_with(|c: char| c == '_' || c.is_alphabetic()),
                        _ => false,
                    }
                });
                !goes_on && !taken_up
            }
            Some(_) => self.word(Some(i)) == ";",
            None => true,
        }
    }

    /// The first token of the innermost statement that holds token `i`.
    pub fn head(&self, i: usize) -> usize {
        let mut inner = i.min(self.lexemes.len());
        while !self.in_block(inner) {
            match self.parent(inner) {
                Some(p) => inner = p,
                None => break,
            }
        }
        let parent = self.parent(inner);
        let mut head = inner;
        for j in (0..inner).rev() {
            if Some(j) == parent {
                break;
            }
            if self.lexemes[j].parent != parent {
                continue;
            }
            if self.ends_statement(j) {
                break;
            }
            if self.lexemes[j].token != Token::Newline {
                head = j;
            }
        }
        head
    }
}

fn is_quote(l: &Lexeme) -> bool {
    l.token == Token::Quote
}
