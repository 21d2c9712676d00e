//! The words with a meaning of their own. `grammar/reel.pest` has to spell the reserved ones too; a test compares.

/// Words that cannot be names. After `.` and before `:` they are ordinary.
pub const RESERVED: &[&str] = &[
    "let", "fn", "module", "import", "if", "else", "for", "in", "by", "while", "break", "continue", "return", "try",
    "catch", "assert", "and", "or", "not", "true", "false", "none", "no_grad", "on",
];

/// Words with a meaning in one place only, names elsewhere: `graph` before `fn`, `backward` after a function's `}`,
/// `as` in an import, `self` in a module, `result` in a `backward` clause, `test` before a string.
pub const CONTEXTUAL: &[&str] = &["graph", "backward", "as", "self", "result", "test"];

pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}
