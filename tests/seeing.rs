//! Progress bars and pictures, as they are on a terminal.
#![cfg(unix)]

use crate::cli;
use crate::repl::{Terminal, WIDTH};

/// What a terminal shows after it was sent `text`: its lines, without blanks at their ends.
fn screen(text: &str) -> Vec<String> {
    let mut lines: Vec<Vec<char>> = vec![Vec::new()];
    let (mut row, mut column) = (0, 0);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => column = 0,
            '\n' => row += 1,
            '\x1b' => {
                assert_eq!(chars.next(), Some('['), "a control sequence");
                let mut argument = String::new();
                let end = loop {
                    match chars.next() {
                        Some(c) if c.is_ascii_digit() || c == ';' || c == '?' => argument.push(c),
                        Some(c) => break c,
                        None => return vec!["cut off".into()],
                    }
                };
                let n: usize = argument.parse().unwrap_or(1);
                match end {
                    'A' => row -= n.min(row),
                    'B' => row += n,
                    'C' => column += n,
                    'D' => column -= n.min(column),
                    'K' if argument == "2" => lines[row].clear(),
                    'K' => lines[row].truncate(column),
                    'J' => {
                        lines[row].truncate(column);
                        lines.truncate(row + 1);
                    }
                    'm' | 'h' | 'l' => {}
                    other => panic!("what is {argument}{other}?"),
                }
            }
            c => {
                if column == usize::from(WIDTH) {
                    (row, column) = (row + 1, 0);
                }
                lines.resize_with(lines.len().max(row + 1), Vec::new);
                let line = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                column += 1;
            }
        }
        lines.resize_with(lines.len().max(row + 1), Vec::new);
    }
    lines.iter().map(|line| line.iter().collect::<String>().trim_end().to_string()).collect()
}

/// The screen after a program.
fn after(program: &str) -> (Option<i32>, Vec<String>, String) {
    let wait = "fn wait(s) { let end = clock() + s; while clock() < end { } }\n";
    let (status, text) = Terminal::run(&["-e", &format!("{wait}{program}")]).finish();
    (status.code(), screen(&text), text)
}

#[test]
fn what_is_printed_stands_above_the_bar() {
    let (code, lines, text) = after(
        "print(\"before\", end: \"\")
         let bar = progress(0..20, desc: \"train\")
         for t in bar {
             wait(0.02)
             bar.show(loss: 1 / (t + 1))
             if t % 5 == 0 { print(\"turn {t}\") }
         }
         print(\"after\")",
    );
    assert_eq!(code, Some(0), "{lines:#?}");
    let (bar, printed): (Vec<&String>, Vec<&String>) = lines.iter().partition(|l| l.contains('|'));
    assert_eq!(printed, ["before", "turn 0", "turn 5", "turn 10", "turn 15", "after", ""], "{lines:#?}");
    assert!(bar.len() == 1 && bar[0].starts_with("train: 100%|███") && bar[0].contains("| 20/20 [0:00, "), "{bar:?}");
    assert!(bar[0].ends_with("/s, loss=0.05000]"), "{bar:?}");
    assert_eq!(lines[lines.len() - 3], *bar[0], "the bar stands where its loop ended: {lines:#?}");
    let seen = (1..20).filter(|k| text.contains(&format!("{k}/20 ["))).count();
    assert!(seen >= 3, "{seen} steps were drawn");
}

#[test]
fn a_bar_is_drawn_about_fifteen_times_a_second() {
    let (_, lines, text) = after("for t in progress(0..1000) { wait(0.001) }");
    assert_eq!(lines.len(), 2, "{lines:#?}");
    let drawn = text.matches("/1000 [").count();
    assert!((5..60).contains(&drawn), "{drawn} times");
}

#[test]
fn bars_inside_bars_go_and_the_outer_one_stays() {
    let (code, lines, text) = after(
        "for e in progress(0..3, desc: \"epochs\") {
             for b in progress(0..4, desc: \"batches\") { wait(0.05); if b == 2 and e == 1 { break } }
             try { for b in progress(0..4, desc: \"fails\") { wait(0.05); error(\"no\") } } catch e { }
         }",
    );
    assert_eq!(code, Some(0), "{lines:#?}");
    assert!(text.contains("batches: ") && text.contains("fails: "), "{text}");
    assert!(lines.len() == 2 && lines[0].starts_with("epochs: 100%|") && lines[1].is_empty(), "{lines:#?}");
}

#[test]
fn after_a_break_a_return_and_an_error_the_terminal_is_clean() {
    let (code, lines, _) = after(
        "for t in progress(0..10) { wait(0.01); if t == 5 { print(1); print(2); print(3, end: \"\"); break } }
         fn f() { for t in progress(0..10) { if t == 2 { return t } } }
         print(f())
         try { for t in progress(0..10) { if t == 3 { error(\"caught\") } } } catch e { print(e.message) }
         for t in progress(0..10, desc: \"last\") { if t == 4 { error(\"not caught\") } }",
    );
    assert_eq!(code, Some(1));
    let kept: Vec<&str> = lines.iter().map(|l| l.split("/10 [").next().unwrap()).collect();
    let ends = |k: usize, end: &str| assert!(kept[k].ends_with(end), "{k}: {end:?} in {lines:#?}");
    ends(0, "1");
    ends(1, "2");
    ends(2, "| 5");
    // What has no end of its line waits for it, or for the end of the bar.
    ends(3, "3");
    ends(4, "| 2");
    ends(5, "2");
    ends(6, "| 3");
    ends(7, "caught");
    ends(8, "| 4");
    assert!(lines[9].starts_with("USER-01"), "{lines:#?}");
}

#[test]
fn ctrl_c_leaves_the_bar_and_the_prompt_goes_on() {
    let mut t = Terminal::run(&[]);
    t.expect("> ");
    t.send("for t in progress(0..1000000000000) { if t == 100 { print(\"be\" + \"gun\") } }\r");
    t.expect("begun");
    t.send("\x03");
    t.expect("interrupted");
    t.expect("> ");
    t.send("for t in progress(list(1, 2)) { print(t * 7) }\r");
    t.expect("14");
    t.expect("| 2/2 [");
    t.expect("> ");
    t.send("6 * 7\r");
    t.expect("\n42\n");
    t.expect("> ");
    t.send(":quit\r");
    assert!(t.finish().0.success());
}

#[test]
fn without_a_total_the_turns_are_counted() {
    let (code, lines, _) = after("for t in progress(filter(|k| k > 1, 0..5), desc: \"all\") { wait(0.01) }");
    assert_eq!(code, Some(0), "{lines:#?}");
    assert!(lines[0].starts_with("all: 3") || lines[0].starts_with("all: 100%|"), "{lines:#?}");
}

#[test]
fn without_a_terminal_nothing_is_drawn() {
    let (code, out, err) = cli::run(&["-"], "let bar = progress(0..3)\nfor t in bar { bar.show(t: t); print(t) }\n");
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "0\n1\n2\n", ""));
}

#[test]
fn pictures_know_the_terminal() {
    let (code, lines, text) = after("plot({a: [0, 1, 4], b: [4, 1, 0]}, title: \"two\"); imshow([[0, 1], [1, 0]])");
    assert_eq!(code, Some(0), "{lines:#?}");
    // As wide as the terminal. `NO_COLOR` is set here, so series have letters.
    assert!(lines.iter().any(|l| l.chars().count() == usize::from(WIDTH)), "{lines:#?}");
    assert!(text.contains("* a   o b") && text.contains("@@"), "{text}");
}
