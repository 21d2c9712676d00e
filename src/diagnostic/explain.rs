//! The pages behind `reel explain CODE`: what causes an error, a program that has it and one that does not.
//! They are written in `docs/errors/`, one file for each family of codes. Uses nothing else of the crate.

/// The page of one code.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub code: &'static str,
    pub title: &'static str,
    /// Markdown, without the heading.
    pub body: &'static str,
}

/// A program on a page.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    pub text: &'static str,
    /// Has the error of the page; the others run.
    pub fails: bool,
    /// An option of the command that it is run with.
    pub option: Option<&'static str>,
}

/// The files of `docs/errors/`.
const FILES: &[&str] = &[
    include_str!("../../docs/errors/ARG.md"),
    include_str!("../../docs/errors/ASSERT.md"),
    include_str!("../../docs/errors/CALL.md"),
    include_str!("../../docs/errors/CELL.md"),
    include_str!("../../docs/errors/DEVICE.md"),
    include_str!("../../docs/errors/FILE.md"),
    include_str!("../../docs/errors/FIND.md"),
    include_str!("../../docs/errors/FLOW.md"),
    include_str!("../../docs/errors/FORMAT.md"),
    include_str!("../../docs/errors/GRAD.md"),
    include_str!("../../docs/errors/INDEX.md"),
    include_str!("../../docs/errors/IO.md"),
    include_str!("../../docs/errors/LIMIT.md"),
    include_str!("../../docs/errors/NAME.md"),
    include_str!("../../docs/errors/NAN.md"),
    include_str!("../../docs/errors/ORDER.md"),
    include_str!("../../docs/errors/PARSE.md"),
    include_str!("../../docs/errors/PLOT.md"),
    include_str!("../../docs/errors/SHAPE.md"),
    include_str!("../../docs/errors/SYNTAX.md"),
    include_str!("../../docs/errors/TAPE.md"),
    include_str!("../../docs/errors/TYPE.md"),
    include_str!("../../docs/errors/USER.md"),
    include_str!("../../docs/errors/VALUE.md"),
    include_str!("../../docs/errors/WARN.md"),
];

/// All pages, in the order of the files.
pub fn pages() -> impl Iterator<Item = Page> {
    FILES.iter().flat_map(|file| file.split("\n## ").skip(1)).filter_map(|section| {
        let (heading, body) = section.split_once('\n')?;
        let (code, title) = heading.split_once(": ")?;
        Some(Page { code, title, body: body.trim() })
    })
}

/// The page of a code, in upper or lower case.
pub fn page(code: &str) -> Option<Page> {
    pages().find(|p| p.code.eq_ignore_ascii_case(code))
}

impl Page {
    /// The programs between fences: ` ```reel ` runs, ` ```reel fails ` does not; an
    /// option such as `--check-nan` may follow.
    pub fn examples(&self) -> impl Iterator<Item = Example> {
        self.body.split("```").skip(1).step_by(2).filter_map(|fenced| {
            let (head, text) = fenced.split_once('\n')?;
            let mut words = head.split(' ');
            let is_reel = words.next() == Some("reel");
            let (mut fails, mut option) = (false, None);
            for word in words {
                match word {
                    "fails" => fails = true,
                    word => option = Some(word),
                }
            }
            is_reel.then_some(Example { text, fails, option })
        })
    }

    /// As shown in a terminal: programs indented instead of fenced.
    pub fn text(&self) -> String {
        let mut out = format!("{}: {}\n\n", self.code, self.title);
        let mut in_program = false;
        for line in self.body.lines() {
            if line.starts_with("```") {
                in_program = !in_program;
                continue;
            }
            if in_program && !line.is_empty() {
                out.push_str("    ");
            }
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}
