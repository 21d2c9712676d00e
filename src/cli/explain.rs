//! `reel explain CODE`: the page of an error's code.

use std::io::{self, Write};

use clap::{Arg, ArgMatches, Command};

use super::Exit;
use crate::diagnostic::did_you_mean;
use crate::diagnostic::explain::{page, pages};

pub fn command() -> Command {
    Command::new("explain")
        .about("Show the page of an error's code, or the list of codes")
        .arg(Arg::new("code").value_name("CODE").help("As in SHAPE-01"))
}

pub fn run(matches: &ArgMatches, out: &mut dyn Write) -> io::Result<Exit> {
    let Some(code) = matches.get_one::<String>("code") else {
        for page in pages() {
            writeln!(out, "{:<12} {}", page.code, page.title)?;
        }
        return Ok(Exit::Fine);
    };
    if let Some(page) = page(code) {
        out.write_all(page.text().as_bytes())?;
        return Ok(Exit::Fine);
    }
    let near = did_you_mean(&code.to_uppercase(), pages().map(|p| p.code));
    let near = near.map_or(String::new(), |n| format!("; did you mean {n}?"));
    eprintln!("reel: there is no code {code}{near}\n`reel explain` lists all codes");
    Ok(Exit::Usage)
}
