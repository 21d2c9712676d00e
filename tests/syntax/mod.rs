//! The front end through its public surface: text in, tree or diagnostics out.

mod errors;
mod habits;
mod limits;
mod lines;
mod page;
mod shape;
mod soup;
mod tokens;
mod trees;

use reel::source::FileId;
use reel::syntax::ast::Program;
use reel::syntax::parse;

/// The tree of a text that parses, in a line.
fn tree(text: &str) -> String {
    shape::program(&program(text))
}

fn program(text: &str) -> Program {
    match parse(FileId(0), text) {
        Ok(program) => program,
        Err(_) => panic!("{text}\n{}", errors(text)),
    }
}

/// The errors of a text: code, message, each label with the source it stands on, help.
fn errors(text: &str) -> String {
    let Err(diagnostics) = parse(FileId(0), text) else { panic!("this parses: {text}") };
    let mut out = String::new();
    for d in diagnostics {
        out += &format!("{} {}\n", d.code, d.message);
        for label in &d.labels {
            let line = text[..label.span.start as usize].matches('\n').count() + 1;
            out += &format!("  {line}: `{}` {}\n", &text[label.span.range()], label.text);
        }
        if let Some(help) = &d.help {
            out += &format!("  help: {help}\n");
        }
    }
    out
}
