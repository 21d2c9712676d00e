//! Text to tree: pest runs `grammar/reel.pest`, the modules here turn its pairs into `ast`.

mod climb;
mod expr;
mod function;
mod literal;
mod rules;
mod stmt;
mod wrong;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::syntax::ast::*;
use crate::syntax::codes;
use pest::Parser;
use pest::iterators::{Pair as PestPair, Pairs as PestPairs};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/reel.pest"]
struct Grammar;

type Pair<'t> = PestPair<'t, Rule>;
type Pairs<'t> = PestPairs<'t, Rule>;

/// The deepest nesting of expressions and blocks that a tree may have, and of brackets. A chain of operators or calls
/// counts with its length, since it is a tree that leans to the left.
pub const MAX_DEPTH: u32 = 300;

/// pest and the builder recurse with the nesting of the text. Within `MAX_DEPTH` an unoptimised build needs
/// more stack than threads have, so parsing brings its own.
const STACK: usize = 16 << 20;

/// The tree of a file or of an entry at the prompt, or everything that is wrong with its text, in its order.
pub fn parse(file: FileId, text: &str) -> Result<Program, Vec<Diagnostic>> {
    stacker::maybe_grow(STACK, STACK, || {
        let mut found = wrong::faults(file, text, MAX_DEPTH as usize);
        if found.is_empty() {
            match pairs(text) {
                Ok(pair) => {
                    let mut builder = Builder::new(file, text);
                    let program = builder.program(pair);
                    if builder.diagnostics.is_empty() {
                        return Ok(program);
                    }
                    found = builder.diagnostics;
                }
                Err(Failure { too_deep: true, at, .. }) => found.push(too_deep(Span::new(file, at, at))),
                Err(failure) => found = wrong::recover(file, text, failure),
            }
        }
        for label in found.iter_mut().flat_map(|d| &mut d.labels) {
            // A label never ends inside a character.
            label.span.end = text.ceil_char_boundary(label.span.end as usize) as u32;
        }
        found.sort_by_key(|d| d.labels.first().map(|l| l.span.start));
        Err(found)
    })
}

/// How far pest came, and what it would have liked to see there.
struct Failure {
    at: usize,
    expected: Vec<Rule>,
    too_deep: bool,
}

/// Runs the grammar.
fn pairs(text: &str) -> Result<Pair<'_>, Failure> {
    use pest::error::{ErrorVariant, InputLocation};
    let failed = match Grammar::parse(Rule::program, text) {
        Ok(mut pairs) => return Ok(pairs.next().expect("the rule `program` gives one pair")),
        Err(e) => e,
    };
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = failed.location;
    Err(match failed.variant {
        ErrorVariant::ParsingError { positives, .. } => Failure { at, expected: positives, too_deep: false },
        // the only other error of a parse: pest has run out of stack
        ErrorVariant::CustomError { .. } => Failure { at, expected: Vec::new(), too_deep: true },
    })
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(codes::TOO_DEEP, "this nests too deeply")
        .label(span, format!("more than {MAX_DEPTH} levels, counting the links of a chain"))
        .help("give a part of it a name with `let`, or use a loop")
}

/// Turns pairs into the tree. What the grammar lets through but the language does not is noted in `diagnostics`, and
/// a stand-in takes its place, so that one pass finds all of it.
struct Builder<'t> {
    file: FileId,
    text: &'t str,
    depth: u32,
    /// Whether functions declared here are methods.
    in_module: bool,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Builder<'t> {
    fn new(file: FileId, text: &'t str) -> Builder<'t> {
        Builder { file, text, depth: 0, in_module: false, diagnostics: Vec::new() }
    }

    fn program(&mut self, pair: Pair<'t>) -> Program {
        let mut stmts = Vec::new();
        for p in pair.into_inner() {
            if p.as_rule() == Rule::body {
                stmts = self.body(p);
            }
        }
        Program { stmts, doc: self.doc_at_top() }
    }

    fn report(&mut self, d: Diagnostic) {
        self.diagnostics.push(d);
    }

    /// The span of a pair whose last token is a real one; a pair that ends in something optional may end in blanks.
    fn span(&self, pair: &Pair<'t>) -> Span {
        let s = pair.as_span();
        Span::new(self.file, s.start(), s.start() + s.as_str().trim_end().len())
    }

    fn name(&self, pair: &Pair<'t>) -> Name {
        Name { text: pair.as_str().into(), span: self.span(pair) }
    }

    /// Runs `build` `levels` deeper, or gives `stand_in` with an error where the tree would be too deep to walk.
    fn deeper<T>(
        &mut self,
        levels: usize,
        span: Span,
        stand_in: impl FnOnce(Span) -> T,
        build: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.depth;
        let depth = before.saturating_add(u32::try_from(levels).unwrap_or(u32::MAX));
        if depth > MAX_DEPTH {
            if !self.diagnostics.iter().any(|d| d.code == codes::TOO_DEEP) {
                self.report(too_deep(span));
            }
            return stand_in(span);
        }
        self.depth = depth;
        let built = build(self);
        self.depth = before;
        built
    }

    /// The `##` lines directly above the line on which a definition starts.
    fn doc_above(&self, start: u32) -> Option<String> {
        let before = &self.text[..start as usize];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        if !before[line_start..].trim().is_empty() {
            return None;
        }
        let mut lines: Vec<&str> = before[..line_start].lines().rev().map_while(doc_line).collect();
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// The `##` lines that begin the file, unless they stand directly above a function or a module, whose they are.
    fn doc_at_top(&self) -> Option<String> {
        let text = self.text.trim_start_matches('\u{feff}').trim_start();
        let lines: Vec<&str> = text.lines().map_while(doc_line).collect();
        let next = text.lines().nth(lines.len()).unwrap_or("").trim_start();
        let defines = ["fn ", "graph ", "module ", "test \""].iter().any(|head| next.starts_with(head));
        (!lines.is_empty() && !defines).then(|| lines.join("\n"))
    }
}

/// The text of a `##` line without its mark and one blank.
fn doc_line(line: &str) -> Option<&str> {
    let text = line.trim().strip_prefix("##")?;
    Some(text.strip_prefix(' ').unwrap_or(text))
}

fn none_at(span: Span) -> Expr {
    Expr { kind: ExprKind::None, span }
}
