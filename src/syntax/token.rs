//! Tokens of unfinished text: for colour, completion, bracket balance, and to say what is wrong where parsing fails.
//! Nothing here fails; what is no token of Reel gets a token of its own.

use super::words::is_reserved;
use logos::Logos;
use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
    Newline,
    /// `# …`
    Comment,
    /// `## …`
    Doc,
    /// Names and reserved words.
    Word,
    Number,
    /// Operators and punctuation of Reel.
    Symbol,
    /// `(`, `[`, `{`
    Open,
    /// `)`, `]`, `}`
    Close,
    /// `"` or `"""`, at either end of a string.
    Quote,
    /// Characters of a string.
    Text,
    /// `\n`, `\u{3b1}`
    Escape,
    /// The `{` of a hole in a string.
    HoleOpen,
    HoleClose,
    /// What follows the `:` of a hole.
    Spec,
    /// `'…'`, which is no string here.
    SingleQuoted,
    /// An operator of other languages: `&&`, `=>`, `?`.
    Foreign,
    /// A character that has no place outside strings and comments.
    Unknown,
}

/// What colour a token has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    Keyword,
    /// `true`, `false`, `none`
    Constant,
    Name,
    Number,
    Text,
    /// An escape, a hole's braces, a format spec.
    InText,
    Operator,
    Bracket,
    Comment,
    Doc,
    /// Not Reel.
    Wrong,
}

impl Token {
    pub fn class(self, text: &str) -> Class {
        match self {
            Token::Newline | Token::Symbol => Class::Operator,
            Token::Comment => Class::Comment,
            Token::Doc => Class::Doc,
            Token::Word if matches!(text, "true" | "false" | "none") => Class::Constant,
            Token::Word if is_reserved(text) => Class::Keyword,
            Token::Word => Class::Name,
            Token::Number => Class::Number,
            Token::Open | Token::Close => Class::Bracket,
            Token::Quote | Token::Text => Class::Text,
            Token::Escape | Token::HoleOpen | Token::HoleClose | Token::Spec => Class::InText,
            Token::SingleQuoted | Token::Foreign | Token::Unknown => Class::Wrong,
        }
    }
}

/// What stands outside strings; `Lexer` below adds what stands inside.
#[derive(Logos, Clone, Copy, PartialEq, Debug)]
#[logos(skip r"[ \t\r]+")]
enum Code {
    #[token("\n")]
    Newline,
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Comment,
    #[regex(r"[_\p{XID_Start}]\p{XID_Continue}*")]
    Word,
    #[regex(r"[0-9]")]
    Digit,
    #[regex(r"[(\[{]")]
    Open,
    #[regex(r"[)\]}]")]
    Close,
    #[token("\"")]
    #[token("\"\"\"")]
    Quote,
    #[regex(r"\+|-|\*|\*\*|/|//|%|@|==|!=|<|<=|>|>=|=")]
    #[regex(r"(\+|-|\*|\*\*|/|//|%|@)=")]
    #[regex(r"\.|\.\.|\.\.=|\.\.\.|,|:|;|\||\|\||\|>|->")]
    Symbol,
    #[regex(r"&|&&|!|!==|===|~|\^|<<|>>|\+\+|=>|<>|:=|\?|\\|`|\$")]
    Foreign,
    #[regex(r"'[^'\n]*'")]
    SingleQuoted,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Frame {
    Bracket(u8),
    /// A hole in a string.
    Hole,
    Text {
        triple: bool,
    },
}

/// What is wrong with brackets and strings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// A bracket or hole that nothing closes.
    Unclosed(Range<usize>),
    /// Opened by one kind of bracket, closed by another.
    Mismatch { open: Range<usize>, close: Range<usize> },
    /// A closing bracket that nothing opened.
    Stray(Range<usize>),
    /// A string whose line ends, or the whole text, before its closing quote; `in_hole` if it began in a hole.
    OpenString { quote: Range<usize>, end: usize, in_hole: bool },
    /// The bracket that is one too deep.
    TooDeep(Range<usize>),
}

/// The tokens of a text, blanks left out; follows strings into their holes and keeps count of what is open.
pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
    spec_next: bool,
    max_depth: usize,
    frames: Vec<(Frame, Range<usize>)>,
    pub(super) faults: Vec<Fault>,
}

/// All tokens of `text` with their byte ranges.
pub fn tokens(text: &str) -> Tokens<'_> {
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Tokens { text, at, spec_next: false, max_depth: usize::MAX, frames: Vec::new(), faults: Vec::new() }
}

impl<'t> Tokens<'t> {
    /// Brackets deeper than this are a fault.
    pub(super) fn with_max_depth(mut self, max_depth: usize) -> Tokens<'t> {
        self.max_depth = max_depth;
        self
    }

    /// What is open here, outermost first, each with where it was opened.
    pub(super) fn open(&self) -> &[(Frame, Range<usize>)] {
        &self.frames
    }

    /// Reads to the end; what is then open is a fault too.
    pub(super) fn into_faults(mut self) -> Vec<Fault> {
        while self.next().is_some() {}
        let end = self.text.len();
        let frames = std::mem::take(&mut self.frames);
        let in_hole = |i: usize| i > 0 && frames[i - 1].0 == Frame::Hole;
        for (i, (frame, opened)) in frames.iter().enumerate().rev() {
            self.faults.push(match frame {
                Frame::Text { .. } => Fault::OpenString { quote: opened.clone(), end, in_hole: in_hole(i) },
                _ => Fault::Unclosed(opened.clone()),
            });
        }
        self.faults
    }

    fn push(&mut self, frame: Frame, opened: Range<usize>) {
        if self.frames.len() == self.max_depth {
            self.faults.push(Fault::TooDeep(opened.clone()));
        }
        self.frames.push((frame, opened));
    }

    fn emit(&mut self, token: Token, len: usize) -> Option<(Token, Range<usize>)> {
        let start = self.at;
        self.at += len;
        Some((token, start..self.at))
    }

    fn in_text(&mut self, triple: bool, opened: Range<usize>) -> Option<(Token, Range<usize>)> {
        let rest = &self.text[self.at..];
        let quote = if triple { "\"\"\"" } else { "\"" };
        if rest.starts_with(quote) {
            self.frames.pop();
            return self.emit(Token::Quote, quote.len());
        }
        match rest.chars().next()? {
            '\\' => self.emit(Token::Escape, escape_len(rest)),
            '{' => {
                self.push(Frame::Hole, self.at..self.at + 1);
                self.emit(Token::HoleOpen, 1)
            }
            '\n' if !triple => {
                self.frames.pop();
                let in_hole = matches!(self.frames.last(), Some((Frame::Hole, _)));
                self.faults.push(Fault::OpenString { quote: opened, end: self.at, in_hole });
                self.emit(Token::Newline, 1)
            }
            first => {
                let stops = |c: char| matches!(c, '"' | '\\' | '{') || (c == '\n' && !triple);
                let first = first.len_utf8();
                let len = rest[first..].find(stops).map_or(rest.len(), |n| n + first);
                self.emit(Token::Text, len)
            }
        }
    }

    fn in_code(&mut self) -> Option<(Token, Range<usize>)> {
        let rest = &self.text[self.at..];
        if std::mem::take(&mut self.spec_next) {
            let len = rest.find(['}', '{', '"', '\n']).unwrap_or(rest.len());
            if len > 0 {
                return self.emit(Token::Spec, len);
            }
        }
        let mut lexer = Code::lexer(rest);
        let code = lexer.next()?;
        let span = lexer.span();
        let text = &rest[span.clone()];
        self.at += span.start;
        let place = self.at..self.at + text.len();
        let token = match code {
            // a quote without its partner makes logos take the rest of the line
            Err(()) => return self.emit(Token::Unknown, text.chars().next().map_or(1, char::len_utf8)),
            Ok(Code::Newline) => Token::Newline,
            Ok(Code::Comment) if text.starts_with("##") => Token::Doc,
            Ok(Code::Comment) => Token::Comment,
            Ok(Code::Word) => Token::Word,
            Ok(Code::Digit) => return self.emit(Token::Number, number_len(&rest[span.start..])),
            Ok(Code::Open) => {
                self.push(Frame::Bracket(text.as_bytes()[0]), place);
                Token::Open
            }
            Ok(Code::Close) => self.close(text.as_bytes()[0], place),
            Ok(Code::Quote) => {
                self.push(Frame::Text { triple: text.len() == 3 }, place);
                Token::Quote
            }
            Ok(Code::Symbol) => {
                self.spec_next = text == ":" && matches!(self.frames.last(), Some((Frame::Hole, _)));
                Token::Symbol
            }
            Ok(Code::Foreign) => Token::Foreign,
            Ok(Code::SingleQuoted) => Token::SingleQuoted,
        };
        self.emit(token, text.len())
    }

    /// A closing bracket: pops what it closes, past what was left open inside.
    fn close(&mut self, bracket: u8, place: Range<usize>) -> Token {
        let closes = |frame: &Frame| match frame {
            Frame::Bracket(open) => matches!((open, bracket), (b'(', b')') | (b'[', b']') | (b'{', b'}')),
            Frame::Hole => bracket == b'}',
            Frame::Text { .. } => false,
        };
        let Some((innermost, opened)) = self.frames.last().cloned() else {
            self.faults.push(Fault::Stray(place));
            return Token::Close;
        };
        if closes(&innermost) {
            self.frames.pop();
            return if innermost == Frame::Hole { Token::HoleClose } else { Token::Close };
        }
        self.faults.push(Fault::Mismatch { open: opened, close: place });
        let in_reach = self.frames.iter().rev().take_while(|(f, _)| !matches!(f, Frame::Text { .. }));
        if let Some(n) = in_reach.map(|(f, _)| closes(f)).position(|hit| hit) {
            self.frames.truncate(self.frames.len() - n - 1);
        }
        Token::Close
    }
}

impl Iterator for Tokens<'_> {
    type Item = (Token, Range<usize>);

    fn next(&mut self) -> Option<(Token, Range<usize>)> {
        match self.frames.last() {
            Some((Frame::Text { triple }, opened)) => {
                let (triple, opened) = (*triple, opened.clone());
                self.in_text(triple, opened)
            }
            _ => self.in_code(),
        }
    }
}

/// The length of the escape at the start of `text`.
fn escape_len(text: &str) -> usize {
    if let Some(rest) = text.strip_prefix("\\u{") {
        let hex = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        return "\\u{".len() + hex + usize::from(rest[hex..].starts_with('}'));
    }
    1 + text[1..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8)
}

/// The length of the number at the start of `text`, with the letters that stick to it, which make it a wrong one.
fn number_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(b'\n');
    let is_word = |i: usize| text[i..].starts_with(|c: char| c == '_' || c.is_alphanumeric());
    let digits = |mut i: usize| {
        while at(i).is_ascii_digit() || (at(i) == b'_' && at(i + 1).is_ascii_digit()) {
            i += 1;
        }
        i
    };
    let mut end = digits(0);
    if at(end) == b'.' && at(end + 1).is_ascii_digit() {
        end = digits(end + 1);
    } else if at(end) == b'.' && at(end + 1) != b'.' && !is_word(end + 1) {
        return end + 1;
    }
    if matches!(at(end), b'e' | b'E') {
        let sign = usize::from(matches!(at(end + 1), b'+' | b'-'));
        if at(end + 1 + sign).is_ascii_digit() {
            end = digits(end + 1 + sign);
        }
    }
    end + text[end..].find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len() - end)
}

/// Whether a text typed so far can be run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Completeness {
    /// To be run; parsing it may still fail.
    Complete,
    /// More lines have to follow: something is open, or the last line ends in an operator.
    Incomplete,
    /// No further line can mend it.
    Invalid,
}

/// Decides whether the prompt runs `text` or asks for another line. `else` and `catch` are expected on the line of
/// the `}` before them, so a block that is closed is complete.
pub fn is_complete(text: &str) -> Completeness {
    let mut all = tokens(text);
    let mut last = None;
    let mut statement_start = true;
    let mut imports = false;
    while let Some((token, range)) = all.next() {
        match token {
            Token::SingleQuoted | Token::Foreign | Token::Unknown => return Completeness::Invalid,
            Token::Newline => statement_start = all.open().is_empty(),
            Token::Comment => {}
            _ => {
                if std::mem::take(&mut statement_start) {
                    imports = &text[range.clone()] == "import";
                }
                last = Some((token, range));
            }
        }
        if !all.faults.is_empty() {
            return Completeness::Invalid;
        }
    }
    match all.open().last() {
        Some((Frame::Text { triple: false }, _)) => return Completeness::Invalid,
        Some(_) => return Completeness::Incomplete,
        None => {}
    }
    match last {
        Some((Token::Symbol, range)) if &text[range.clone()] == ":" && !imports => Completeness::Invalid,
        Some((token, range)) if continues(token, &text[range.clone()]) => Completeness::Incomplete,
        _ => Completeness::Complete,
    }
}

/// Whether a statement goes on after a line that ends in this token.
pub(super) fn continues(token: Token, text: &str) -> bool {
    match token {
        Token::Doc => true,
        Token::Symbol => !matches!(text, ";" | "." | "|" | "||" | "..."),
        Token::Word => matches!(text, "and" | "or" | "in" | "by"),
        _ => false,
    }
}
