//! Work on text that knows nothing of values: quoting, and Python's ways to split and cut strings.
//! Positions count characters, not bytes.

/// `text` as a literal of the language that reads back as itself.
pub fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '{' => out.push_str("\\{"),
            c if is_hidden(c) => out.extend(format!("\\u{{{:x}}}", c as u32).chars()),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Invisible characters, and those that turn the direction of what follows.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    out
}

/// Whether a record key can be written without quotes.
pub fn is_word(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// At most `limit` characters of `text`, for messages.
pub fn clipped(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

/// Blanks as Python's `str.split()` sees them.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Parts of `text` between runs of blanks, after at most `limit` cuts; the rest stays whole.
pub fn split_blanks(text: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start_matches(is_blank);
    while !rest.is_empty() {
        let end = rest.find(is_blank).unwrap_or(rest.len());
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        parts.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(is_blank);
    }
    parts
}

/// `split_blanks` from the end.
pub fn rsplit_blanks(text: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end_matches(is_blank);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        let start = rest.char_indices().rev().find(|(_, c)| is_blank(*c)).map_or(0, |(i, c)| i + c.len_utf8());
        parts.push(&rest[start..]);
        rest = rest[..start].trim_end_matches(is_blank);
    }
    parts.reverse();
    parts
}

/// Lines without their ends; an end at the very end begins no further line.
pub fn lines(text: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = text.split('\n').map(|l| l.strip_suffix('\r').unwrap_or(l)).collect();
    if parts.last().is_some_and(|l| l.is_empty()) {
        parts.pop();
    }
    parts
}

/// The part between two positions, as `text[start:end]` in Python: negative ones count from the end, and what
/// lies outside is cut off. None when `start` is past the end.
pub fn slice(text: &str, start: i64, end: Option<i64>) -> Option<(usize, &str)> {
    let len = text.chars().count() as i64;
    let clamp = |i: i64| if i < 0 { i.saturating_add(len).max(0) } else { i };
    let (start, end) = (clamp(start), end.map_or(len, clamp).min(len));
    if start > end {
        return None;
    }
    let byte = |i: i64| text.char_indices().nth(i as usize).map_or(text.len(), |(b, _)| b);
    let (from, to) = (byte(start), byte(end));
    Some((start as usize, &text[from..to]))
}

/// The first letter of each word large, all others small.
pub fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphabetic) {
        out.push_str(&rest[..start]);
        let word = &rest[start..];
        let end = word.find(|c: char| !c.is_alphabetic()).unwrap_or(word.len());
        push_capitalized(&mut out, &word[..end]);
        rest = &word[end..];
    }
    out + rest
}

/// The first character large, all others small.
pub fn capitalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_capitalized(&mut out, text);
    out
}

fn push_capitalized(out: &mut String, word: &str) {
    let Some(first) = word.chars().next() else { return };
    // Of a letter that becomes two, only one is large: `ß` gives `Ss`.
    let mut large = first.to_uppercase();
    out.extend(large.next());
    out.extend(large.flat_map(char::to_lowercase));
    // Lowered as a whole, as the small form of a letter may depend on what stands before it.
    let small = word.to_lowercase();
    out.extend(small.chars().skip(first.to_lowercase().count()));
}

#[cfg(test)]
mod tests {
    use super::*;

    // Each expectation is what Python 3.11 gives.

    #[test]
    fn splitting_at_blanks() {
        assert_eq!(split_blanks("  a b\t c ", usize::MAX), ["a", "b", "c"]);
        assert_eq!(split_blanks(" a b  c ", 1), ["a", "b  c "]);
        assert_eq!(split_blanks(" a ", 0), ["a "]);
        assert!(split_blanks("  ", usize::MAX).is_empty() && split_blanks("", 1).is_empty());
        assert_eq!(rsplit_blanks(" a b  c ", 1), [" a b", "c"]);
        assert_eq!(rsplit_blanks("é\u{2003}ü", usize::MAX), ["é", "ü"]);
        assert_eq!(rsplit_blanks(" a ", 0), [" a"]);
    }

    #[test]
    fn lines_of_all_systems() {
        assert_eq!(lines("a\r\nb\n\nc"), ["a", "b", "", "c"]);
        assert_eq!(lines("a\n"), ["a"]);
        assert!(lines("").is_empty());
    }

    #[test]
    fn slices_are_clipped() {
        assert_eq!(slice("héllo", 1, Some(3)), Some((1, "él")));
        assert_eq!(slice("héllo", -2, None), Some((3, "lo")));
        assert_eq!(slice("héllo", -9, Some(99)), Some((0, "héllo")));
        assert_eq!(slice("héllo", 3, Some(1)), None);
        assert_eq!(slice("héllo", 5, None), Some((5, "")));
        assert_eq!(slice("héllo", 6, None), None);
        assert_eq!(slice("abc", i64::MIN, Some(i64::MIN)), Some((0, "")));
    }

    #[test]
    fn letters_of_words() {
        assert_eq!(title("they're bill's"), "They'Re Bill'S");
        assert_eq!(title("hELLO wORLD 3d"), "Hello World 3D");
        assert_eq!(capitalize("hELLO World"), "Hello world");
        assert_eq!(capitalize(""), "");
    }

    #[test]
    fn quoting_reads_back() {
        assert_eq!(quoted("a\"\\{}\n\0\u{1b}é"), r#""a\"\\\{}\n\0\u{1b}é""#);
    }
}
