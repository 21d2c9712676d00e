//! Gradients as the program asks for them: `backward`, and functions that give gradient functions.
//!
//! A differentiated function gets fresh leaves for its arguments, linked to the values they came from, so that calls
//! nest; what it closes over keeps its own place on the tape. Uses `tape`, `ops`.

mod check;
mod checkpoint;
mod hook;
mod lift;
mod maps;

use std::rc::Rc;

use super::Vm;
use super::error::Error;
use super::function::{Args, Builtin, BuiltinParam, Native, ParamDefault};
use super::operand::tensor;
use super::print::{describe, with_article};
use super::value::{Kind, Obj, Value};
use crate::device::DType;
use crate::tape::backward::Recording;
use crate::tape::custom::stray;
use crate::tape::{BackwardOptions, Param};
use crate::tensor::{Num, Tensor};
use lift::Lifted;

pub const CODES: &[(&str, &str)] = &[
    ("GRAD-01", "the argument of a differentiated function is nothing that has a gradient"),
    ("GRAD-02", "the result of a differentiated function does not fit: it must be a tensor, for `grad` of one element"),
    ("GRAD-03", "`wrt:` names an argument that the call does not have"),
    ("GRAD-04", "the gradient of a function differs from finite differences"),
    ("GRAD-06", "a checkpoint cannot be made of this function, or the function did not do the same again"),
    ("GRAD-07", "what the function of `on_grad` gives is no gradient"),
    ("WARN-05", "a gradient is zero because the result does not depend on the argument"),
];

pub use check::GRADCHECK;
pub use checkpoint::CHECKPOINT;
pub use hook::ON_GRAD;
pub use maps::{HESSIAN, JACOBIAN, JVP, VJP};

const NONE: ParamDefault = ParamDefault::None;

pub static PARAM: Builtin = Builtin {
    name: "param",
    params: &[BuiltinParam::required("value")],
    doc: "A cell that holds a tensor, its gradient and its identity: a leaf of the tape.",
    examples: &["param([0.5, 2.0])  # param f32[2] [0.5, 2.0]"],
    run: |vm, args| {
        let t = match &args[0] {
            Value::Tensor(t) => t.clone(),
            Value::Cell(p) => {
                return Err(Error::new("CELL-04", "this is a parameter already")
                    .at(0, describe(&Value::Cell(p.clone())))
                    .help("`let v = w` is a second name for it; `copy(w)` makes another of the same numbers"));
            }
            Value::Int(_) | Value::Float(_) => Tensor::scalar(DType::F32, number(&args[0])),
            other => {
                let e =
                    Error::new("ARG-01", format!("`param` takes a tensor, not {}", with_article(other.kind_name())));
                return Err(e.at(0, describe(other)));
            }
        };
        vm.note_site_outside();
        Ok(Value::Cell(Param::new(vm.cx(), &t)?))
    },
};

fn number(value: &Value) -> Num {
    super::operand::number(value).unwrap_or(Num::Float(0.0))
}

pub static BACKWARD: Builtin = Builtin {
    name: "backward",
    params: &[
        BuiltinParam::required("loss"),
        BuiltinParam::optional("seed", NONE),
        BuiltinParam::optional("retain", ParamDefault::Bool(false)),
        BuiltinParam::optional("create_graph", ParamDefault::Bool(false)),
    ],
    doc: "Rewinds the tape from `loss` and adds to the `.grad` of every parameter it reaches.",
    examples: &["let w = param([3.0]); backward(sum(w * w)); w.grad  # f32[1] [6.0]"],
    run: |vm, args| {
        let loss = match tensor(&args[0]) {
            Some(t) => t,
            None => {
                let e = Error::new(
                    "TAPE-01",
                    format!("nothing that is tracked leads to {}", with_article(args[0].kind_name())),
                );
                let e = e.at(0, describe(&args[0]));
                return Err(match &args[0] {
                    Value::Float(_) | Value::Int(_) => {
                        e.help("a host number is never on the tape: `.item()`, `float()` and `int()` leave it")
                    }
                    _ => e.help("call it on the loss, a tensor of one element"),
                });
            }
        };
        let seed = match &args[1] {
            Value::None => None,
            other => Some(super::operand::operand(other).map(|o| o.to_tensor()).ok_or_else(|| {
                let what = with_article(other.kind_name());
                Error::new("ARG-01", format!("the seed is a tensor of the loss's shape, not {what}"))
                    .at(1, describe(other))
            })?),
        };
        let flag = |k: usize, name: &str| match &args[k] {
            Value::Bool(b) => Ok(*b),
            other => Err(Error::new("ARG-01", format!("`{name}` is `true` or `false`")).at(k, describe(other))),
        };
        let options = BackwardOptions { seed, retain: flag(2, "retain")?, create_graph: flag(3, "create_graph")? };
        vm.note_site_outside();
        vm.lend(|cx| cx.backward(&loss, options))?;
        Ok(Value::None)
    },
};

pub static GRAD: Builtin = Builtin {
    name: "grad",
    params: &[
        BuiltinParam::required("f"),
        BuiltinParam::optional("of", NONE),
        BuiltinParam::optional("wrt", NONE),
        BuiltinParam::optional("seed", NONE),
    ],
    doc: "The gradient of a function, as a function: `grad(f)(x)`. For tensors `grad(y, of: x)`, which leaves the tape as it was.",
    examples: &[
        "grad(|x| x ** 2)(3.0)  # 6.0",
        "let w = param([1.0, 2.0]); grad(sum(w * w), of: w)  # f32[2] [2.0, 4.0]",
    ],
    run: |vm, args| {
        if !args[1].is_none() {
            return grad_of(vm, args);
        }
        if tensor(&args[0]).is_some() {
            return Err(Error::new("GRAD-01", "`grad` of a tensor needs to know of what")
                .at(0, describe(&args[0]))
                .help("write `grad(y, of: x)`; or give `grad` a function, as in `grad(f)(x)`"));
        }
        gradient_function("grad", args[0].take(), &args[2], false)
    },
};

pub static VALUE_AND_GRAD: Builtin = Builtin {
    name: "value_and_grad",
    params: &[BuiltinParam::required("f"), BuiltinParam::optional("wrt", NONE)],
    doc: "Like `grad(f)`, but the function gives a tuple of value and gradient.",
    examples: &["value_and_grad(|x| x ** 2)(3.0)  # (9.0, 6.0)"],
    run: |_, args| gradient_function("value_and_grad", args[0].take(), &args[1], true),
};

fn gradient_function(name: &'static str, f: Value, wrt: &Value, with_value: bool) -> Result<Value, Error> {
    if !is_callable(&f) {
        let what = with_article(f.kind_name());
        return Err(Error::new("GRAD-01", format!("`{name}` takes a function, not {what}")).at(0, describe(&f)));
    }
    let wrt = Wrt::read(wrt).map_err(|e| e.at(if with_value { 1 } else { 2 }, describe(wrt)))?;
    Ok(Value::native(GradientFunction { name, f, wrt, with_value }))
}

pub(super) fn is_callable(f: &Value) -> bool {
    f.kind() == Kind::Fn || f.as_instance().is_some() || f.as_native().is_some()
}

/// `grad(y, of: (a, b))`
fn grad_of(vm: &mut Vm, args: &[Value]) -> Result<Value, Error> {
    let Some(y) = tensor(&args[0]) else {
        let what = with_article(args[0].kind_name());
        return Err(Error::new("GRAD-01", format!("with `of:` the first argument is a tensor, not {what}"))
            .at(0, describe(&args[0])));
    };
    if !y.is_tracked() {
        return Err(Error::new("TAPE-01", "nothing that is tracked leads to this, so there is no gradient to compute")
            .at(0, describe(&args[0]))
            .help("what it should be differentiated for must be a param(…), or made from one"));
    }
    let seed = match &args[3] {
        Value::None => one_for(&y).map_err(|e| e.at(0, describe(&args[0])))?,
        other => match super::operand::operand(other).map(|o| o.to_tensor()) {
            Some(s) if s.dims() == y.dims() => s,
            _ => {
                return Err(Error::new("GRAD-02", "the seed has the shape of what it is for")
                    .at(3, describe(other))
                    .at(0, describe(&args[0])));
            }
        },
    };
    let single = args[1].as_tuple().is_none() && args[1].as_list().is_none();
    let of = if single { vec![args[1].clone()] } else { vm.items_of(&args[1])?.unwrap_or_default() };
    let mut wrt = Vec::with_capacity(of.len());
    for v in &of {
        match tensor(v) {
            Some(t) if t.is_tracked() => wrt.push(t),
            Some(_) => {
                return Err(Error::new("GRAD-01", "this is not tracked, so nothing depends on it")
                    .at(1, describe(v))
                    .help("make it a `param(…)`"));
            }
            None => {
                return Err(Error::new("GRAD-01", format!("{} has no gradient", with_article(v.kind_name())))
                    .at(1, describe(v)));
            }
        }
    }
    let found = vm.lend(|cx| cx.grads(&[(y, seed)], &wrt, Recording::Always))?;
    let values =
        found.into_iter().zip(&wrt).map(|(g, t)| Value::Tensor(g.unwrap_or_else(|| vm.cx.zeros_like(t)))).collect();
    Ok(one_or_tuple(values, single))
}

fn one_or_tuple(mut values: Vec<Value>, single: bool) -> Value {
    match (single, values.len()) {
        (true, 1) => values.remove(0),
        _ => Value::tuple(values),
    }
}

/// The starting cotangent of a result of one element.
fn one_for(y: &Tensor) -> Result<Tensor, Error> {
    if y.numel() != 1 {
        return Err(Error::new(
            "GRAD-02",
            format!("a gradient needs one number to start from, but the result has shape {}", y.shape()),
        )
        .help("reduce it with `sum` or `mean`; `jacobian(f, x)` takes every element"));
    }
    Ok(Tensor::full(y.dtype(), y.to_dims(), Num::Float(1.0))?)
}

// ---------------------------------------------------------------------------------------------------------------------

/// Which arguments a gradient is for.
#[derive(Clone)]
struct Wrt {
    items: Vec<Pick>,
    /// One, not in a tuple.
    single: bool,
}

#[derive(Clone)]
enum Pick {
    Position(usize),
    Name(Rc<str>),
}

impl Wrt {
    fn read(value: &Value) -> Result<Wrt, Error> {
        let pick = |v: &Value| match (v, v.as_str()) {
            (Value::Int(k), _) if *k >= 0 => Ok(Pick::Position(*k as usize)),
            (_, Some(name)) => Ok(Pick::Name(name.into())),
            _ => Err(Error::new("GRAD-03", "`wrt:` takes a position, a name, or a tuple of them")),
        };
        match (value, value.as_tuple()) {
            (Value::None, _) => Ok(Wrt { items: vec![Pick::Position(0)], single: true }),
            (_, Some(t)) => Ok(Wrt { items: t.parts().iter().map(pick).collect::<Result<_, _>>()?, single: false }),
            (v, None) => Ok(Wrt { items: vec![pick(v)?], single: true }),
        }
    }
}

/// What `grad(f)` and `value_and_grad(f)` give.
struct GradientFunction {
    name: &'static str,
    f: Value,
    wrt: Wrt,
    with_value: bool,
}

impl Native for GradientFunction {
    fn kind_name(&self) -> &'static str {
        "fn"
    }

    fn display(&self) -> String {
        format!("{}({})", self.name, describe(&self.f))
    }

    fn call(&self, vm: &mut Vm, args: &Args) -> Option<Result<Value, Error>> {
        Some(self.evaluate(vm, args))
    }

    fn take_children(&mut self, out: &mut Vec<Value>) {
        out.push(self.f.take());
    }
}

impl GradientFunction {
    fn evaluate(&self, vm: &mut Vm, args: &Args) -> Result<Value, Error> {
        let run = run_lifted(vm, &self.f, args, &self.wrt)?;
        let y = result_tensor(&run.result)?;
        let seed = one_for(&y)?;
        let leaves = &run.lifted.leaves;
        let nested = self.f.as_native().is_some_and(|n| n.downcast::<GradientFunction>().is_some());
        if !nested {
            warn_constant(vm, &y, leaves);
        }
        let found = vm.lend(|cx| cx.grads(&[(y.clone(), seed)], leaves, Recording::IfOthersAreReached))?;
        let gradients: Vec<Tensor> = found
            .into_iter()
            .zip(leaves)
            .map(|(g, leaf)| g.unwrap_or_else(|| vm.cx.zeros_like(leaf).detach()))
            .collect();
        let parts = run.lifted.trees.iter().map(|tree| tree.fill(&gradients)).collect();
        let gradient = one_or_tuple(parts, self.wrt.single);
        if !self.with_value {
            return Ok(gradient);
        }
        Ok(Value::tuple(vec![Value::Tensor(run.outside(y)), gradient]))
    }
}

/// A function that ran on fresh leaves.
struct Run {
    result: Value,
    lifted: Lifted,
}

impl Run {
    /// A result as the program gets it: on the tape only if something outside leads to it.
    fn outside(&self, y: Tensor) -> Tensor {
        let depends = self.lifted.was_tracked || stray(std::slice::from_ref(&y), &self.lifted.leaves).is_some();
        if depends { y } else { y.detach() }
    }
}

/// Calls `f` with leaves in place of the arguments that `wrt` picks.
fn run_lifted(vm: &mut Vm, f: &Value, args: &Args, wrt: &Wrt) -> Result<Run, Error> {
    let mut args = args.clone();
    let mut lifted = Lifted::default();
    let given = args.positional.len();
    for pick in &wrt.items {
        let missing =
            |what: String| Error::new("GRAD-03", format!("the gradient is for {what}, which the call does not give"));
        let (value, operand) = match pick {
            Pick::Position(k) => {
                let value = args.positional.get_mut(*k);
                (value.ok_or_else(|| missing(format!("argument {k}")))?, *k)
            }
            Pick::Name(name) => {
                let by_name = args.named.iter().position(|(n, _)| n == name);
                match (by_name, position_of(f, name)) {
                    (Some(k), _) => (&mut args.named[k].1, given + k),
                    (None, Some(k)) if k < given => (&mut args.positional[k], k),
                    _ => return Err(missing(format!("`{name}`"))),
                }
            }
        };
        let leaf = lifted.lift(&vm.cx, value).map_err(|e| e.at(operand, describe(value)))?;
        *value = leaf;
    }
    let before = vm.cx.set_grad_enabled(true);
    let result = vm.call(f, args);
    vm.cx.set_grad_enabled(before);
    Ok(Run { result: result?, lifted })
}

/// The position of a parameter of a function of the program.
fn position_of(f: &Value, name: &str) -> Option<usize> {
    let Value::Obj(o) = f else { return None };
    match &**o {
        Obj::Fn(f) => f.code.params.iter().position(|p| &*p.name == name),
        Obj::BoundMethod(b) => position_of(&b.method, name),
        Obj::Instance(i) => position_of(i.class.method("forward")?, name),
        Obj::Op(op) => op.params.iter().position(|p| p.name == name),
        Obj::Builtin(b) => b.params.iter().position(|p| p.name == name),
        _ => None,
    }
}

/// The result of a differentiated function: a float tensor; a host number is a constant.
fn result_tensor(value: &Value) -> Result<Tensor, Error> {
    let wrong = |why: String| {
        let e = Error::new("GRAD-02", format!("a function that is differentiated gives a float tensor, not {why}"));
        match value {
            Value::None => e.help("does it end in an expression?"),
            Value::Int(_) | Value::Float(_) => {
                e.help("a host number is never on the tape: `.item()`, `float()` and `int()` leave it")
            }
            _ => e,
        }
    };
    match tensor(value) {
        Some(t) if t.dtype().is_float() => Ok(t),
        Some(t) => Err(wrong(format!("one of {}", t.dtype()))),
        None => Err(wrong(with_article(value.kind_name()))),
    }
}

fn warn_constant(vm: &Vm, y: &Tensor, leaves: &[Tensor]) {
    // The gradient of a linear function is constant, and rightly so: nested calls are not suspicious. The program
    // itself is one call out of Rust.
    if !y.is_tracked() && leaves.iter().all(|l| l.node().and_then(|n| n.input(0)).is_none()) && vm.native_calls <= 1 {
        vm.cx.warn(
            "WARN-05",
            || "the gradient is zero: the result does not depend on the argument".into(),
            Some("detach, .data, .item(), no_grad and comparisons cut the tape"),
        );
    }
}
