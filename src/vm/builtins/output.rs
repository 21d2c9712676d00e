//! What a program says, and the clock.

use std::sync::OnceLock;
use std::time::Instant;

use super::args;
use crate::vm::Vm;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::print;
use crate::vm::value::Value;

pub const CODES: &[(&str, &str)] = &[
    ("USER-01", "the program itself raised this with `error(…)`"),
    ("IO-01", "what the program printed could not be written"),
];

pub static PRINT: Builtin = Builtin {
    name: "print",
    params: &[
        BuiltinParam::rest("values"),
        BuiltinParam::optional("sep", ParamDefault::Str(" ")),
        BuiltinParam::optional("end", ParamDefault::Str("\n")),
        BuiltinParam::optional("flush", ParamDefault::Bool(false)),
    ],
    doc: "Writes values with `sep` between them and `end` after the last; with `flush`, so that it shows at once.",
    examples: &["print(1, 2, sep: \", \")  # 1, 2"],
    run: |vm, args| {
        let sep = args::str("print", args, 0, "sep")?;
        let end = args::str("print", args, 1, "end")?;
        let flush = args::bool("print", args, 2, "flush")?;
        let mut line = String::new();
        for (i, v) in args[3..].iter().enumerate() {
            if i > 0 {
                line.push_str(sep);
            }
            print::write(&mut line, v)?;
        }
        line.push_str(end);
        say(vm, &line, flush)
    },
};

/// Writes what the program shows; gives `none`.
pub fn say(vm: &mut Vm, text: &str, flush: bool) -> Result<Value, Error> {
    let written = vm.out().write_all(text.as_bytes());
    let shown = if flush { written.and_then(|()| vm.out().flush()) } else { written };
    match shown {
        Ok(()) => Ok(Value::None),
        Err(e) => Err(Error::new("IO-01", format!("the output cannot be written: {e}"))),
    }
}

pub static ERROR: Builtin = Builtin {
    name: "error",
    params: &[BuiltinParam::required("message")],
    doc: "Ends the program, or the `try` around it, with a message of its own.",
    examples: &["try { error(\"too cold\") } catch e { e.message }  # too cold"],
    run: |_, args| Err(Error::new("USER-01", print::display(&args[0])?)),
};

pub static CLOCK: Builtin = Builtin {
    name: "clock",
    params: &[],
    doc: "Seconds since some moment in the past, for measuring; never goes backwards.",
    examples: &["clock() >= 0.0  # true"],
    run: |_, _| {
        static START: OnceLock<Instant> = OnceLock::new();
        Ok(Value::Float(START.get_or_init(Instant::now).elapsed().as_secs_f64()))
    },
};
