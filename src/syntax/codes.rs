//! The codes of everything that can be wrong with a text, each with its meaning in a line.

macro_rules! codes {
    ($($name:ident = $code:literal, $meaning:literal;)*) => {
        $(pub(super) const $name: &str = $code;)*
        /// Every code of this stage and what it means.
        pub const CODES: &[(&str, &str)] = &[$(($code, $meaning)),*];
    };
}

codes! {
    UNEXPECTED = "SYNTAX-01", "something stands where it cannot";
    BRACKET = "SYNTAX-02", "a bracket is not closed, or closed by one of another kind";
    OPEN_STRING = "SYNTAX-03", "a string is not closed";
    TOO_DEEP = "SYNTAX-04", "brackets, blocks or chains nest too deeply";
    CHARACTER = "SYNTAX-05", "a character that has no meaning outside strings";
    NUMBER = "SYNTAX-06", "a number that is not written as Reel writes it, or does not fit";
    ESCAPE = "SYNTAX-07", "an unknown escape in a string";
    HOLE = "SYNTAX-08", "a hole in a string that is empty or badly written";
    COMPARISON = "SYNTAX-09", "comparisons that chain";
    PLACE = "SYNTAX-10", "an assignment to something that is no place";
    ASSIGNMENT = "SYNTAX-11", "an assignment inside an expression";
    PIPE = "SYNTAX-12", "something that is no function to the right of `|>`";
    PARAMETERS = "SYNTAX-13", "parameters in an order or number that cannot be";
    ARGUMENTS = "SYNTAX-14", "arguments or keys in an order that cannot be, or twice";
    RESERVED = "SYNTAX-15", "a reserved word where a name is needed";
    SEPARATOR = "SYNTAX-16", "two statements on a line without `;` between them";
    BLOCK = "SYNTAX-17", "a block `{ … }` is missing";
    COMMA = "SYNTAX-18", "a comma is missing";
    PRECEDENCE = "SYNTAX-19", "an operator that needs parentheses here";
    TUPLE = "SYNTAX-20", "several names or values without the parentheses of a tuple";
    LET = "SYNTAX-21", "a `let` without a name or a value";
    IMPORT = "SYNTAX-22", "an `import` that names no file or nothing from it";
    ELSE = "SYNTAX-23", "an `else` or `catch` that does not follow its block, or is written `elif` or `except`";
    FUNCTION = "SYNTAX-24", "a function written as in another language";
    CONSTANT = "SYNTAX-25", "`True`, `False` or `None`";
    SLICE = "SYNTAX-26", "a slice with `:`";
    NAMED = "SYNTAX-27", "a named argument with `=`";
    CONDITIONAL = "SYNTAX-28", "a condition behind its value, or `?` and `:`";
    COLON = "SYNTAX-29", "a block after `:`";
    WORD = "SYNTAX-30", "a word of another language";
    QUOTES = "SYNTAX-31", "a string in other quotes, or with a letter before them";
    OPERATOR = "SYNTAX-32", "an operator of another language";
    IS = "SYNTAX-33", "`is` or `is not`";
    SPREAD = "SYNTAX-34", "`*` or `**` where `...` is meant, or `...` outside a call";
    SELF = "SYNTAX-35", "a method with a `self` parameter";
    TEST = "SYNTAX-36", "a test without a name or a block, or inside another block";
}
