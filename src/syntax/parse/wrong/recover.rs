//! Several errors from one text: each statement that does not parse is blanked out, byte for byte, and the rest is
//! parsed again. A block whose head is wrong stays, so that errors inside it are found too.

use super::diagnose;
use super::scene::Scene;
use crate::diagnostic::Diagnostic;
use crate::source::FileId;
use crate::syntax::codes;
use crate::syntax::parse::{Builder, Failure, Rule, pairs};
use crate::syntax::token::Token;

/// No more errors than this are told at once.
const MOST_ERRORS: usize = 20;
/// Bytes parsed in all while looking for further errors, so that a long text is not parsed twenty times.
const MOST_BYTES: usize = 4 << 20;

/// Words that go on with the statement on the line before, in Reel or where people come from.
const BRANCHES: &[&str] = &["else", "catch", "elif", "except", "finally"];
/// What can follow a statement that is already complete, on the line after it.
const CONTINUATIONS: &[Rule] =
    &[Rule::field, Rule::pipe, Rule::else_if, Rule::else_block, Rule::kw_else, Rule::kw_catch];

/// The errors of a text that failed to parse, and those in the tree of the rest.
pub(in crate::syntax::parse) fn recover(file: FileId, text: &str, failure: Failure) -> Vec<Diagnostic> {
    let mut rest = text.to_string();
    let mut failure = failure;
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut budget = MOST_BYTES;
    loop {
        let scene = Scene::new(file, &rest);
        let place = place(&scene, &failure);
        // where one branch was written in another way, its `else` follows nothing
        let follows =
            scene.word(Some(place)) == "else" && found.iter().any(|d| matches!(d.code, codes::COLON | codes::ELSE));
        if !follows {
            found.push(diagnose(&scene, place));
        }
        let Some(blanked) = blank(&scene, place) else { break };
        if found.len() == MOST_ERRORS || budget < rest.len() {
            break;
        }
        rest = blanked;
        budget -= rest.len();
        match pairs(&rest) {
            Ok(pair) => {
                let mut builder = Builder::new(file, &rest);
                builder.program(pair);
                found.append(&mut builder.diagnostics);
                break;
            }
            Err(next) => failure = next,
        }
    }
    found
}

/// The token at which parsing failed. Looking for `.name`, `|>`, `else` on the next line, pest gets further than the
/// end of the statement that is wrong; so if nothing else was looked for there, the end of that line is meant.
fn place(scene: &Scene, failure: &Failure) -> usize {
    let at = scene.at(failure.at);
    let only_continuations = failure.expected.iter().all(|r| CONTINUATIONS.contains(r));
    match scene.before(at) {
        Some(before) if only_continuations && before + 1 < at => before + 1,
        _ => at,
    }
}

/// The text without the statement around `place`; nothing if that leaves the text as it is.
fn blank(scene: &Scene, place: usize) -> Option<String> {
    let inside = match scene.token(Some(place)) {
        Some(Token::Close | Token::Newline) | None => scene.before(place)?,
        Some(_) => place,
    };
    let head = scene.head(inside);
    let parent = scene.parent(head);
    let mut bytes = scene.text.as_bytes().to_vec();
    let mut blanked = false;
    let mut starts_run = true;
    let mut i = head;
    while i < scene.lexemes.len() {
        let lexeme = &scene.lexemes[i];
        let ends = lexeme.parent == parent && scene.ends_statement(i) && i > inside;
        if lexeme.parent < parent || (ends && !BRANCHES.contains(&scene.word(scene.after(i)))) {
            break;
        }
        if scene.token(Some(i)) == Some(Token::Open) && scene.word(Some(i)) == "{" {
            let close = scene.closer(i);
            if !(i..=close).contains(&inside) && !scene.is_record(i) {
                i = close + 1;
                starts_run = true;
                continue;
            }
        }
        if lexeme.token != Token::Newline {
            bytes[lexeme.range.clone()].fill(b' ');
            if std::mem::take(&mut starts_run) {
                // parts the blocks to its left and right
                bytes[lexeme.range.start] = b';';
            }
            blanked |= scene.word(Some(i)) != ";";
        }
        i += 1;
    }
    // whole characters were replaced by as many ASCII bytes
    blanked.then(|| String::from_utf8_lossy(&bytes).into_owned())
}
