//! Methods of strings; the ones that read well as functions are functions too. Positions count characters.
//! What a method does is what Python's does, unless its doc line says otherwise.

use super::args::{self, wrong_kind, wrong_value};
use super::iter;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::print::describe;
use crate::vm::strings;
use crate::vm::value::Value;

const TEXT: BuiltinParam = BuiltinParam::required("text");
const PART: BuiltinParam = BuiltinParam::required("part");
const SEPARATOR: BuiltinParam = BuiltinParam::optional("separator", ParamDefault::None);
const LIMIT: BuiltinParam = BuiltinParam::optional("limit", ParamDefault::Int(-1));
const START: BuiltinParam = BuiltinParam::optional("start", ParamDefault::Int(0));
const END: BuiltinParam = BuiltinParam::optional("end", ParamDefault::None);

/// A list of strings.
fn parts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Value, Error> {
    Ok(Value::list(texts.into_iter().map(Value::str).collect()))
}

/// Negative means no limit.
fn limit(function: &str, args: &[Value], index: usize) -> Result<usize, Error> {
    Ok(usize::try_from(args::int(function, args, index, "limit")?).unwrap_or(usize::MAX))
}

/// The separator, `None` for runs of blanks.
fn separator<'a>(function: &str, args: &'a [Value]) -> Result<Option<&'a str>, Error> {
    match args::opt_str(function, args, 1, "separator")? {
        Some("") => Err(wrong_value(1, format!("`{function}` cannot cut at an empty separator"), &args[1])
            .help("`chars(text)` gives the single characters")),
        separator => Ok(separator),
    }
}

pub static SPLIT: Builtin = Builtin {
    name: "split",
    params: &[TEXT, SEPARATOR, LIMIT],
    doc: "The parts between separators, or between runs of blanks; with `limit`, after at most so many cuts.",
    examples: &["\"a b  c\".split()  # [\"a\", \"b\", \"c\"]", "\"a,b,c\".split(\",\", limit: 1)  # [\"a\", \"b,c\"]"],
    run: |_, args| {
        let (text, limit) = (args::text("split", args)?, limit("split", args, 2)?);
        match separator("split", args)? {
            Some(separator) => parts(text.splitn(limit.saturating_add(1), separator)),
            None => parts(strings::split_blanks(text, limit)),
        }
    },
};

pub static RSPLIT: Builtin = Builtin {
    name: "rsplit",
    params: &[TEXT, SEPARATOR, LIMIT],
    doc: "`split`, with the cuts counted from the end.",
    examples: &["\"a.b.c\".rsplit(\".\", limit: 1)  # [\"a.b\", \"c\"]"],
    run: |_, args| {
        let (text, limit) = (args::text("rsplit", args)?, limit("rsplit", args, 2)?);
        match separator("rsplit", args)? {
            Some(separator) => {
                let mut cut: Vec<&str> = text.rsplitn(limit.saturating_add(1), separator).collect();
                cut.reverse();
                parts(cut)
            }
            None => parts(strings::rsplit_blanks(text, limit)),
        }
    },
};

pub static LINES: Builtin = Builtin {
    name: "lines",
    params: &[TEXT],
    doc: "The lines of the text, without their ends.",
    examples: &["\"a\\nb\\n\".lines()  # [\"a\", \"b\"]"],
    run: |_, args| parts(strings::lines(args::text("lines", args)?)),
};

pub static CHARS: Builtin = Builtin {
    name: "chars",
    params: &[TEXT],
    doc: "The characters of the text, each a string.",
    examples: &["chars(\"aé\")  # [\"a\", \"é\"]"],
    run: |_, args| {
        let text = args::text("chars", args)?;
        iter::check_len(text.len() as u64, "this list")?;
        Ok(Value::list(text.chars().map(Value::str).collect()))
    },
};

pub static PARTITION: Builtin = Builtin {
    name: "partition",
    params: &[TEXT, BuiltinParam::required("separator")],
    doc: "What stands before the first separator, the separator, and what stands after it.",
    examples: &["\"lr=0.1\".partition(\"=\")  # (\"lr\", \"=\", \"0.1\")"],
    run: |_, args| {
        let text = args::text("partition", args)?;
        args::str("partition", args, 1, "separator")?;
        let separator = separator("partition", args)?.unwrap_or_default();
        let (before, after) = text.split_once(separator).unwrap_or((text, ""));
        let found = if before.len() == text.len() { "" } else { separator };
        Ok(Value::tuple([before, found, after].map(Value::str).into()))
    },
};

// --- Letters -----------------------------------------------------------------------------------------------------------

/// Methods that give a new text and take nothing else.
macro_rules! rewrite {
    ($($const:ident $name:literal $doc:literal $example:literal $f:expr;)*) => {$(
        pub static $const: Builtin = Builtin {
            name: $name,
            params: &[TEXT],
            doc: $doc,
            examples: &[$example],
            run: |_, args| {
                let rewrite: fn(&str) -> String = $f;
                args::text($name, args).map(|text| Value::str(rewrite(text)))
            },
        };
    )*};
}

rewrite! {
    UPPER "upper" "The text in capitals." "upper(\"abc\")  # ABC" str::to_uppercase;
    LOWER "lower" "The text in small letters." "lower(\"ABC\")  # abc" str::to_lowercase;
    TITLE "title" "The text with a capital at the start of each word." "\"the end\".title()  # The End" strings::title;
    CAPITALIZE "capitalize" "The text with a capital at its start and small letters after it."
        "\"tHE end\".capitalize()  # The end" strings::capitalize;
}

/// Questions about every character of a text that is not empty.
macro_rules! question {
    ($($const:ident $name:literal $doc:literal $example:literal $f:expr;)*) => {$(
        pub static $const: Builtin = Builtin {
            name: $name,
            params: &[TEXT],
            doc: $doc,
            examples: &[$example],
            run: |_, args| {
                let question: fn(&str) -> bool = $f;
                args::text($name, args).map(|text| Value::Bool(question(text)))
            },
        };
    )*};
}

fn every(text: &str, is: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(is)
}

question! {
    IS_DIGIT "is_digit" "Whether the text is digits 0 to 9 and nothing else." "\"42\".is_digit()  # true"
        |t| every(t, |c| c.is_ascii_digit());
    IS_ALPHA "is_alpha" "Whether the text is letters and nothing else." "\"aé\".is_alpha()  # true"
        |t| every(t, char::is_alphabetic);
    IS_ALNUM "is_alnum" "Whether the text is letters and digits and nothing else." "\"a-1\".is_alnum()  # false"
        |t| every(t, char::is_alphanumeric);
    IS_SPACE "is_space" "Whether the text is blanks and nothing else." "\" \\t\".is_space()  # true"
        |t| every(t, strings::is_blank);
    IS_UPPER "is_upper" "Whether there are letters, none of them small." "\"A1\".is_upper()  # true"
        |t| t.chars().any(char::is_uppercase) && !t.chars().any(char::is_lowercase);
    IS_LOWER "is_lower" "Whether there are letters, none of them capital." "\"a1\".is_lower()  # true"
        |t| t.chars().any(char::is_lowercase) && !t.chars().any(char::is_uppercase);
}

// --- Ends --------------------------------------------------------------------------------------------------------------

const CHARACTERS: BuiltinParam = BuiltinParam::optional("characters", ParamDefault::None);

/// Cuts blanks, or any of the given characters, off the chosen ends.
fn strip(function: &str, args: &[Value], start: bool, end: bool) -> Result<Value, Error> {
    let mut text = args::text(function, args)?;
    let characters = args::opt_str(function, args, 1, "characters")?;
    let goes = |c: char| characters.map_or(strings::is_blank(c), |set| set.contains(c));
    if start {
        text = text.trim_start_matches(goes);
    }
    if end {
        text = text.trim_end_matches(goes);
    }
    Ok(Value::str(text))
}

pub static STRIP: Builtin = Builtin {
    name: "strip",
    params: &[TEXT, CHARACTERS],
    doc: "The text without blanks, or without any of `characters`, at its ends.",
    examples: &["strip(\"  a b \")  # a b", "\"--a-\".strip(\"-\")  # a"],
    run: |_, args| strip("strip", args, true, true),
};

pub static LSTRIP: Builtin = Builtin {
    name: "lstrip",
    params: &[TEXT, CHARACTERS],
    doc: "`strip` at the start alone.",
    examples: &["\"001\".lstrip(\"0\")  # 1"],
    run: |_, args| strip("lstrip", args, true, false),
};

pub static RSTRIP: Builtin = Builtin {
    name: "rstrip",
    params: &[TEXT, CHARACTERS],
    doc: "`strip` at the end alone.",
    examples: &["\"a!!\".rstrip(\"!\")  # a"],
    run: |_, args| strip("rstrip", args, false, true),
};

/// Whether the text has one of the parts in the second argument, a str or a tuple of them, at its end.
fn has_end(function: &str, args: &[Value], is: fn(&str, &str) -> bool) -> Result<Value, Error> {
    let text = args::text(function, args)?;
    let Some(parts) = args[1].as_tuple() else {
        return args::str(function, args, 1, "part").map(|part| Value::Bool(is(text, part)));
    };
    for part in parts.parts() {
        let part = part.as_str().ok_or_else(|| wrong_kind(function, 1, "a str or a tuple of them", part))?;
        if is(text, part) {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub static STARTS_WITH: Builtin = Builtin {
    name: "starts_with",
    params: &[TEXT, PART],
    doc: "Whether the text begins with `part`, or with one of a tuple of parts.",
    examples: &["starts_with(\"reel\", \"re\")  # true"],
    run: |_, args| has_end("starts_with", args, |text, part| text.starts_with(part)),
};

pub static ENDS_WITH: Builtin = Builtin {
    name: "ends_with",
    params: &[TEXT, PART],
    doc: "Whether the text ends with `part`, or with one of a tuple of parts.",
    examples: &["ends_with(\"a.reel\", (\".reel\", \".txt\"))  # true"],
    run: |_, args| has_end("ends_with", args, |text, part| text.ends_with(part)),
};

pub static REMOVE_PREFIX: Builtin = Builtin {
    name: "remove_prefix",
    params: &[TEXT, PART],
    doc: "The text without `part` at its start, if it is there.",
    examples: &["\"w_out\".remove_prefix(\"w_\")  # out"],
    run: |_, args| {
        let (text, part) = (args::text("remove_prefix", args)?, args::str("remove_prefix", args, 1, "part")?);
        Ok(Value::str(text.strip_prefix(part).unwrap_or(text)))
    },
};

pub static REMOVE_SUFFIX: Builtin = Builtin {
    name: "remove_suffix",
    params: &[TEXT, PART],
    doc: "The text without `part` at its end, if it is there.",
    examples: &["\"a.npy\".remove_suffix(\".npy\")  # a"],
    run: |_, args| {
        let (text, part) = (args::text("remove_suffix", args)?, args::str("remove_suffix", args, 1, "part")?);
        Ok(Value::str(text.strip_suffix(part).unwrap_or(text)))
    },
};

// --- Parts -------------------------------------------------------------------------------------------------------------

/// The position of the part between `start` and `end`.
fn find(function: &str, args: &[Value], last: bool) -> Result<Option<usize>, Error> {
    let (text, part) = (args::text(function, args)?, args::str(function, args, 1, "part")?);
    let (start, end) = (args::int(function, args, 2, "start")?, args::opt_int(function, args, 3, "end")?);
    let Some((first, within)) = strings::slice(text, start, end) else { return Ok(None) };
    let byte = if last { within.rfind(part) } else { within.find(part) };
    Ok(byte.map(|b| first + within[..b].chars().count()))
}

/// -1 for "nowhere".
fn found(position: Option<usize>) -> Value {
    Value::Int(position.map_or(-1, |i| i as i64))
}

pub static FIND: Builtin = Builtin {
    name: "find",
    params: &[TEXT, PART, START, END],
    doc: "The position of the first `part` in the text, -1 if there is none.",
    examples: &["\"reel\".find(\"e\")  # 1", "\"reel\".find(\"x\")  # -1"],
    run: |_, args| find("find", args, false).map(found),
};

pub static RFIND: Builtin = Builtin {
    name: "rfind",
    params: &[TEXT, PART, START, END],
    doc: "The position of the last `part` in the text, -1 if there is none.",
    examples: &["\"reel\".rfind(\"e\")  # 2"],
    run: |_, args| find("rfind", args, true).map(found),
};

pub static INDEX: Builtin = Builtin {
    name: "index",
    params: &[TEXT, PART, START, END],
    doc: "The position of the first `part` in the text; an error if there is none.",
    examples: &["\"reel\".index(\"l\")  # 3"],
    run: |_, args| match find("index", args, false)? {
        Some(i) => Ok(Value::Int(i as i64)),
        None => Err(Error::new("FIND-01", format!("{} is not in the text", describe(&args[1])))
            .at(1, describe(&args[1]))
            .at(0, describe(&args[0]))
            .help("`find` gives -1 instead of an error")),
    },
};

pub static COUNT: Builtin = Builtin {
    name: "count",
    params: &[TEXT, PART],
    doc: "How often `part` is in the text, not counting overlaps.",
    examples: &["\"banana\".count(\"an\")  # 2"],
    run: |_, args| {
        let (text, part) = (args::text("count", args)?, args::str("count", args, 1, "part")?);
        Ok(Value::Int(text.matches(part).count() as i64))
    },
};

pub static REPLACE: Builtin = Builtin {
    name: "replace",
    params: &[TEXT, BuiltinParam::required("old"), BuiltinParam::required("new"), LIMIT],
    doc: "The text with `new` in the place of each `old`; with `limit`, of the first so many.",
    examples: &["replace(\"a-b-c\", \"-\", \"+\")  # a+b+c", "\"a-b-c\".replace(\"-\", \"\", limit: 1)  # ab-c"],
    run: |_, args| {
        let (text, limit) = (args::text("replace", args)?, limit("replace", args, 3)?);
        let (old, new) = (args::str("replace", args, 1, "old")?, args::str("replace", args, 2, "new")?);
        let times = text.matches(old).count().min(limit) as u64;
        iter::check_len((text.len() as u64).saturating_add(times.saturating_mul(new.len() as u64)), "this text")?;
        Ok(Value::str(text.replacen(old, new, limit)))
    },
};

pub static REPEAT: Builtin = Builtin {
    name: "repeat",
    params: &[TEXT, BuiltinParam::required("times")],
    doc: "The text so many times over.",
    examples: &["\"-=\".repeat(3)  # -=-=-="],
    run: |_, args| {
        let (text, times) = (args::text("repeat", args)?, args::int("repeat", args, 1, "times")?);
        repeat(text, times).map(Value::str)
    },
};

/// `text * times`; nothing for a negative number.
pub fn repeat(text: &str, times: i64) -> Result<String, Error> {
    let times = u64::try_from(times).unwrap_or(0);
    let len = iter::check_len((text.len() as u64).saturating_mul(times), "this text")?;
    // An empty text may be asked for any number of times.
    Ok(if len == 0 { String::new() } else { text.repeat(times as usize) })
}

// --- Width -------------------------------------------------------------------------------------------------------------

const WIDTH: BuiltinParam = BuiltinParam::required("width");
const FILL: BuiltinParam = BuiltinParam::optional("fill", ParamDefault::Str(" "));

/// Puts what is missing to the width around the text; `left` says how much of it comes before.
fn justify(function: &str, args: &[Value], left: fn(missing: usize, width: usize) -> usize) -> Result<Value, Error> {
    let (text, width) = (args::text(function, args)?, args::int(function, args, 1, "width")?);
    let fill = args::str(function, args, 2, "fill")?;
    if fill.chars().count() != 1 {
        return Err(wrong_value(2, format!("`{function}` fills with a single character"), &args[2]));
    }
    let width = usize::try_from(width).unwrap_or(0);
    iter::check_len((width as u64).saturating_mul(fill.len() as u64), "this text")?;
    let missing = width.saturating_sub(text.chars().count());
    let before = left(missing, width);
    Ok(Value::str(fill.repeat(before) + text + &fill.repeat(missing - before)))
}

pub static LJUST: Builtin = Builtin {
    name: "ljust",
    params: &[TEXT, WIDTH, FILL],
    doc: "The text at the left of a field of so many characters.",
    examples: &["\"ab\".ljust(4, \".\")  # ab.."],
    run: |_, args| justify("ljust", args, |_, _| 0),
};

pub static RJUST: Builtin = Builtin {
    name: "rjust",
    params: &[TEXT, WIDTH, FILL],
    doc: "The text at the right of a field of so many characters.",
    examples: &["\"ab\".rjust(4, \".\")  # ..ab"],
    run: |_, args| justify("rjust", args, |missing, _| missing),
};

pub static CENTER: Builtin = Builtin {
    name: "center",
    params: &[TEXT, WIDTH, FILL],
    doc: "The text in the middle of a field of so many characters.",
    examples: &["\"ab\".center(6, \".\")  # ..ab.."],
    // Where the middle is not exact Python looks at the width too.
    run: |_, args| justify("center", args, |missing, width| missing / 2 + (missing & width & 1)),
};
