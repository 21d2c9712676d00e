//! Methods that every module has: `train` and `eval`.

use super::args;
use crate::vm::cells::walk;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::value::{Obj, Value};

const MODULE: BuiltinParam = BuiltinParam::required("module");

pub static TRAIN: Builtin = Builtin {
    name: "train",
    params: &[MODULE, BuiltinParam::optional("mode", ParamDefault::Bool(true))],
    doc: "Sets `training` of a module and of all modules in it, and gives the module back.",
    examples: &["module M() { let a = 1 }; M().train().training  # true"],
    run: |_, args| {
        let mode = args::bool("train", args, 1, "mode")?;
        set("train", args, mode)
    },
};

pub static EVAL: Builtin = Builtin {
    name: "eval",
    params: &[MODULE],
    doc: "Sets `training` of a module and of all modules in it to false, and gives the module back.",
    examples: &["module M() { let a = 1 }; M().eval().training  # false"],
    run: |_, args| set("eval", args, false),
};

fn set(function: &str, args: &mut [Value], mode: bool) -> Result<Value, Error> {
    if !matches!(&args[0], Value::Obj(o) if matches!(**o, Obj::Instance(_))) {
        return Err(args::wrong_kind(function, 0, "a module", &args[0]));
    }
    walk(&args[0], |v| {
        if let Value::Obj(o) = v
            && let Obj::Instance(i) = &**o
        {
            i.training.set(mode);
        }
    });
    Ok(args[0].take())
}
