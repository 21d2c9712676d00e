//! Parameters and the tape: `zero_grad`, `params`, `tape`; and the generator's `seed`. `param`, `backward` and the
//! gradients as functions are in `vm::autograd`.

use super::args;
use crate::tape::{Param, Tape, TapeNode};
use crate::tensor::Tensor;
use crate::vm::Vm;
use crate::vm::cells::cells;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, Native};
use crate::vm::value::Value;
use std::fmt::Write;
use std::rc::Rc;

/// The parameters in an argument; without any it is an error.
fn cells_in(function: &str, v: &Value) -> Result<Vec<Param>, Error> {
    let found = cells(v);
    if !found.is_empty() {
        return Ok(found);
    }
    if matches!(v, Value::Tensor(_)) {
        return Err(args::wrong_kind(function, 0, "a parameter, or a tuple, list, record or module of them", v)
            .help("what is learned is a `param(…)`; a tensor is a value"));
    }
    match v {
        Value::Obj(_) if v.as_str().is_none() => Ok(found),
        _ => Err(args::wrong_kind(function, 0, "a parameter, or a tuple, list, record or module of them", v)),
    }
}

pub static ZERO_GRAD: Builtin = Builtin {
    name: "zero_grad",
    params: &[BuiltinParam::required("of")],
    doc: "Sets the gradient of a parameter, or of all parameters in a module, tuple, list or record, to `none`.",
    examples: &["let w = param([3.0]); backward(sum(w)); zero_grad(w); print(w.grad)  # none"],
    run: |vm, args| {
        for p in cells_in("zero_grad", &args[0])? {
            p.set_grad(vm.cx(), None)?;
        }
        Ok(Value::None)
    },
};

const PARAMS_DOC: &str = "The parameters in a module, tuple, list or record, each once, at any depth.";

fn params(_: &mut Vm, args: &mut [Value]) -> Result<Value, Error> {
    Ok(Value::list(cells_in("params", &args[0])?.into_iter().map(Value::Cell).collect()))
}

pub static PARAMS: Builtin = Builtin {
    name: "params",
    params: &[BuiltinParam::required("of")],
    doc: PARAMS_DOC,
    examples: &["let w = param([1.0]); len(params((w, list(w))))  # 1"],
    run: params,
};

pub static PARAMETERS: Builtin = Builtin {
    name: "parameters",
    params: &[BuiltinParam::required("of")],
    doc: PARAMS_DOC,
    examples: &["let w = param([1.0]); len(parameters({a: w, b: (w, 2)}))  # 1"],
    run: params,
};

pub static SEED: Builtin = Builtin {
    name: "seed",
    params: &[BuiltinParam::required("n")],
    doc: "Seeds the random numbers: the same program then draws the same ones, on any device.",
    examples: &["seed(0); let a = rand(2); seed(0); all(rand(2) == a)  # true"],
    run: |vm, args| {
        let n = args::int("seed", args, 0, "n")?;
        vm.cx().seed(n as u64);
        Ok(Value::None)
    },
};

pub static TAPE: Builtin = Builtin {
    name: "tape",
    params: &[BuiltinParam::required("of")],
    doc: "What led to a tensor: a value that prints as a table and iterates over its nodes.",
    examples: &["let w = param([2.0]); len(tape(w * w + 1))  # 3"],
    run: |vm, args| {
        let Some(t) = args::tensor(&args[0]) else { return Err(args::wrong_kind("tape", 0, "a tensor", &args[0])) };
        Ok(Value::native(TapeView::new(vm, &t)))
    },
};

/// A tape with the lines of its nodes, which only the machine knows.
struct TapeView {
    tape: Rc<Tape>,
    lines: Rc<[Option<u32>]>,
}

impl TapeView {
    fn new(vm: &Vm, t: &Tensor) -> TapeView {
        let tape = Tape::of(t);
        let sources = vm.sources().borrow();
        let line = |n: TapeNode| vm.span_of_site(n.site()).map(|span| sources.line(span));
        let lines = tape.iter().map(line).collect();
        TapeView { tape: Rc::new(tape), lines }
    }

    fn row(&self, k: usize) -> [String; 6] {
        let Some(n) = self.tape.node(k) else { return Default::default() };
        let line = self.lines[k].map_or(String::new(), |l| l.to_string());
        let turns: Vec<String> = n.iterations().iter().map(|i| i.to_string()).collect();
        let inputs: Vec<String> = n.inputs.iter().map(|i| i.map_or("·".to_string(), |i| format!("#{i}"))).collect();
        let shape = n.meta().map_or(String::new(), |m| m.to_string());
        let saved = if n.is_leaf() {
            "leaf"
        } else if n.is_freed() {
            "released"
        } else if n.is_saved() {
            "yes"
        } else {
            ""
        };
        [line, turns.join("."), n.op().to_string(), inputs.join(" "), shape, saved.to_string()]
    }
}

/// Rows at each end of a long table.
const SHOWN: usize = 20;

impl Native for TapeView {
    fn kind_name(&self) -> &'static str {
        "tape"
    }

    fn display(&self) -> String {
        let n = self.tape.len();
        let mut rows = vec![["line", "turn", "op", "inputs", "shape", "saved"].map(str::to_string)];
        let (head, tail) = if n <= 2 * SHOWN { (n, n) } else { (SHOWN, n - SHOWN) };
        rows.extend((0..head).map(|k| self.row(k)));
        rows.extend((tail..n).map(|k| self.row(k)));
        let numbers: Vec<String> = (0..head).chain(tail..n).map(|k| format!("#{k}")).collect();
        let wide = numbers.iter().map(String::len).max().unwrap_or(0);
        let width = |c: usize| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..6).map(width).collect();
        let mut out = format!("tape of {n} node{}", if n == 1 { "" } else { "s" });
        for (k, row) in rows.iter().enumerate() {
            let number = if k == 0 { "" } else { &numbers[k - 1] };
            let mut text = format!("{number:wide$}");
            for (cell, width) in row.iter().zip(&widths) {
                // Writing to a string cannot fail.
                let _ = write!(text, "  {cell:width$}");
            }
            out.push('\n');
            out.push_str(text.trim_end());
            if k == head && head < tail {
                let _ = write!(out, "\n… {} more", tail - head);
            }
        }
        out
    }

    fn length(&self) -> Option<usize> {
        Some(self.tape.len())
    }

    fn get(&self, _: &mut Vm, index: usize) -> Result<Value, Error> {
        Ok(Value::native(NodeView { tape: self.tape.clone(), lines: self.lines.clone(), at: index }))
    }
}

/// One node, by its position.
struct NodeView {
    tape: Rc<Tape>,
    lines: Rc<[Option<u32>]>,
    at: usize,
}

impl NodeView {
    fn node(&self) -> TapeNode<'_> {
        self.tape.node(self.at).expect("a position of the tape")
    }
}

impl Native for NodeView {
    fn kind_name(&self) -> &'static str {
        "node"
    }

    fn display(&self) -> String {
        let n = self.node();
        let shape = n.meta().map_or(String::new(), |m| format!(" {m}"));
        format!("#{} {}{shape}", self.at, n.op())
    }

    fn field(&self, _: &mut Vm, name: &str) -> Option<Result<Value, Error>> {
        let n = self.node();
        let tensor = |t: Option<Tensor>| t.map_or(Value::None, Value::Tensor);
        Some(Ok(match name {
            "op" => Value::str(n.op()),
            "shape" => match n.meta() {
                Some(m) => Value::tuple(m.dims.iter().map(|d| Value::Int(*d as i64)).collect()),
                None => Value::None,
            },
            "line" => self.lines[self.at].map_or(Value::None, |l| Value::Int(l as i64)),
            "iteration" => match &n.iterations()[..] {
                [one] => Value::Int(*one as i64),
                many => Value::tuple(many.iter().map(|i| Value::Int(*i as i64)).collect()),
            },
            "inputs" => {
                let of = |i: usize| NodeView { tape: self.tape.clone(), lines: self.lines.clone(), at: i };
                Value::tuple(n.inputs.iter().map(|i| i.map_or(Value::None, |i| Value::native(of(i)))).collect())
            }
            "value" => tensor(n.value()),
            "grad" => tensor(n.grad()),
            "saved" => Value::Bool(n.is_saved()),
            _ => return None,
        }))
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["op", "shape", "line", "iteration", "inputs", "value", "grad", "saved"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vm::Setup;
    use crate::vm::print::display;

    #[test]
    fn a_tape_prints_as_a_table() {
        let vm = Vm::new(Setup::default());
        vm.cx().set_keep_values(true);
        let t = Tensor::from_f64s(crate::device::DType::F32, &[2], &[1.0, 2.0]).expect("fits");
        let p = Param::new(vm.cx(), &t).expect("plain");
        let y = vm.cx().sum_all(&vm.cx().mul(p.value(), p.value()));
        let view = TapeView::new(&vm, &y);
        let text = display(&Value::native(view)).expect("there");
        assert!(text.starts_with("tape of 3 nodes"), "{text}");
        assert!(text.contains("mul") && text.contains("#0 #0") && text.contains("f32[2]"), "{text}");
    }
}
