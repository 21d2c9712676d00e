//! `summary`: the parts of a model with their output shapes and sizes.

use std::collections::HashMap;
use std::rc::Rc;

use super::args::wrong_kind;
use super::output::say;
use crate::tensor::Tensor;
use crate::vm::Vm;
use crate::vm::cells::{cells, walk};
use crate::vm::error::Error;
use crate::vm::function::{Args, Builtin, BuiltinParam};
use crate::vm::print::module::{Line, grouped, modules};
use crate::vm::value::{Obj, Value};
use crate::vm::watch::Watched;

pub static SUMMARY: Builtin = Builtin {
    name: "summary",
    params: &[BuiltinParam::required("model"), BuiltinParam::rest("inputs")],
    doc: "Prints a table of the modules in `model` and their parameters. With inputs the model is called once, as after \
          `eval` and without a tape, and the table has the shapes of what each module gave.",
    examples: &["summary(Linear(2, 3), ones(4, 2))  # module                                   output  parameters\n\
         Linear(in_features: 2, out_features: 3)  [4, 3]           9\n9 trainable parameters, 36 bytes"],
    run: |vm, args| {
        let model = args[0].take();
        let is_container = model.as_list().is_some() || model.as_tuple().is_some() || model.as_record().is_some();
        if model.as_instance().is_none() && !(is_container && args.len() == 1) {
            let wanted = if is_container { "a module where an input is given" } else { "a module" };
            return Err(wrong_kind("summary", 0, wanted, &model));
        }
        let seen = match &args[1..] {
            [] => None,
            inputs => Some(look(vm, &model, inputs)?),
        };
        say(vm, &table(&model, seen.as_deref())?, false)
    },
};

/// Calls the model, and leaves everything but what the program itself changes as it was.
fn look(vm: &mut Vm, model: &Value, inputs: &[Value]) -> Result<Vec<Watched>, Error> {
    let mut modes = Vec::new();
    walk(model, |v| {
        if let Some(i) = v.as_instance() {
            modes.push((v.clone(), i.training.replace(false)));
        }
    });
    let random = vm.cx().random_state();
    let grad = vm.cx().set_grad_enabled(false);
    let result = vm.watch(model, Args::positional(inputs.iter().cloned()));
    vm.cx().set_grad_enabled(grad);
    vm.cx().set_random_state(random);
    for (module, mode) in &modes {
        if let Some(i) = module.as_instance() {
            i.training.set(*mode);
        }
    }
    result
}

fn table(model: &Value, seen: Option<&[Watched]>) -> Result<String, Error> {
    let lines = modules(model)?;
    let mut rows = vec![["module".to_string(), "output".into(), "parameters".into()]];
    let shapes = seen.map(shapes);
    for line in &lines {
        let output = shapes.as_ref().map_or(String::new(), |shapes| output(line, shapes));
        rows.push([line.text.clone(), output, line.count.map(grouped).unwrap_or_default()]);
    }
    let width = |k: usize| rows.iter().map(|r| r[k].chars().count()).max().unwrap_or(0);
    let (first, second, third) = (width(0), width(1), width(2));
    let mut out = String::new();
    for row in &rows {
        let line = match seen {
            Some(_) => format!("{:first$}  {:second$}  {:>third$}", row[0], row[1], row[2]),
            None => format!("{:first$}  {:>third$}", row[0], row[2]),
        };
        out.push_str(line.trim_end());
        out.push('\n');
    }
    Ok(out + &totals(model))
}

/// The last shape that each module gave, and how often it was called.
fn shapes(seen: &[Watched]) -> HashMap<*const Obj, (&str, usize)> {
    let mut shapes = HashMap::new();
    for call in seen {
        let Value::Obj(o) = &call.module else { continue };
        let entry = shapes.entry(Rc::as_ptr(o)).or_insert(("", 0));
        *entry = (&call.shape, entry.1 + 1);
    }
    shapes
}

fn output(line: &Line, shapes: &HashMap<*const Obj, (&str, usize)>) -> String {
    let Value::Obj(o) = &line.value else { return String::new() };
    if line.value.as_instance().is_none() || !line.is_new {
        return String::new();
    }
    match shapes.get(&Rc::as_ptr(o)) {
        None => "not called".into(),
        Some((shape, 1)) => (*shape).into(),
        Some((shape, times)) => format!("{shape} × {times}"),
    }
}

/// Numbers and bytes of tensors.
fn size<'a>(tensors: impl Iterator<Item = &'a Tensor>) -> (usize, usize) {
    tensors.fold((0, 0), |(n, bytes), t| (n + t.numel(), bytes + t.numel() * t.dtype().size()))
}

fn totals(model: &Value) -> String {
    let parameters: Vec<Tensor> = cells(model).iter().map(|p| p.data()).collect();
    let mut buffers = Vec::new();
    walk(model, |v| {
        if let Value::Tensor(t) = v {
            buffers.push(t.clone());
        }
    });
    let (n, bytes) = size(parameters.iter());
    let s = |n| if n == 1 { "" } else { "s" };
    let mut out = format!("{} trainable parameter{}, {}\n", grouped(n), s(n), in_bytes(bytes));
    let (n, bytes) = size(buffers.iter());
    if n > 0 {
        out += &format!("{} number{} in buffers, {}\n", grouped(n), s(n), in_bytes(bytes));
    }
    out
}

/// `812 bytes`, `5.4 MB`
fn in_bytes(n: usize) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if n < 1000 {
        return if n == 1 { "1 byte".into() } else { format!("{n} bytes") };
    }
    let mut size = n as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}
