//! Derivatives of functions from tensors to tensors: `vjp`, `jvp`, `jacobian`, `hessian`.

use super::*;
use crate::ops::{self, Operand};
use crate::tensor::Dims;

const REST: BuiltinParam = BuiltinParam::rest("args");

pub static VJP: Builtin = Builtin {
    name: "vjp",
    params: &[BuiltinParam::required("f"), REST],
    doc: "The value of `f` and a function that pulls a gradient of the result back to the arguments.",
    examples: &["let (y, pull) = vjp(|x| x ** 2, [1.0, 2.0]); pull([1.0, 1.0])  # f32[2] [2.0, 4.0]"],
    run: |vm, args| {
        let (f, xs) = function_and_args("vjp", args)?;
        let wrt =
            Wrt { items: (0..xs.positional.len()).map(Pick::Position).collect(), single: xs.positional.len() == 1 };
        let run = run_lifted(vm, &f, &xs, &wrt).map_err(|e| e.shift(1))?;
        let y = result_tensor(&run.result)?;
        let value = run.outside(y.clone());
        Ok(Value::tuple(vec![Value::Tensor(value), Value::native(Pull { y, run, single: wrt.single })]))
    },
};

/// What `vjp` gives beside the value.
struct Pull {
    y: Tensor,
    run: Run,
    single: bool,
}

impl Native for Pull {
    fn kind_name(&self) -> &'static str {
        "fn"
    }

    fn display(&self) -> String {
        format!("fn pull(g: {}{})", self.y.dtype(), self.y.shape())
    }

    fn call(&self, vm: &mut Vm, args: &Args) -> Option<Result<Value, Error>> {
        Some(self.pull(vm, args))
    }
}

impl Pull {
    fn pull(&self, vm: &mut Vm, args: &Args) -> Result<Value, Error> {
        let [g] = &args.positional[..] else {
            return Err(Error::new("CALL-01", "this takes one argument, the gradient of the result"));
        };
        let seed = cotangent(g, &self.y).map_err(|e| e.at(0, describe(g)))?;
        let leaves = &self.run.lifted.leaves;
        let recording = if seed.is_tracked() { Recording::Always } else { Recording::IfOthersAreReached };
        let found = vm.lend(|cx| cx.grads(&[(self.y.clone(), seed)], leaves, recording))?;
        let gradients: Vec<Tensor> = fill(vm, found, leaves);
        let parts = self.run.lifted.trees.iter().map(|tree| tree.fill(&gradients)).collect();
        Ok(one_or_tuple(parts, self.single))
    }
}

/// A gradient that is given for `y`.
fn cotangent(g: &Value, y: &Tensor) -> Result<Tensor, Error> {
    match super::super::operand::operand(g).map(|o| o.to_tensor()) {
        Some(t) if t.dims() == y.dims() => Ok(t),
        Some(t) => {
            Err(Error::new("GRAD-02", format!("this has shape {}, but the result has shape {}", t.shape(), y.shape())))
        }
        None => Err(Error::new("GRAD-02", format!("a gradient is a tensor, not {}", with_article(g.kind_name())))),
    }
}

fn fill(vm: &Vm, found: Vec<Option<Tensor>>, leaves: &[Tensor]) -> Vec<Tensor> {
    found.into_iter().zip(leaves).map(|(g, leaf)| g.unwrap_or_else(|| vm.cx.zeros_like(leaf).detach())).collect()
}

pub static JVP: Builtin = Builtin {
    name: "jvp",
    params: &[BuiltinParam::required("f"), BuiltinParam::required("xs"), BuiltinParam::required("vs")],
    doc: "The value of `f` at `xs` and its change in the direction `vs`; both are tensors, or tuples for several arguments.",
    examples: &["jvp(|x| x ** 2, [1.0, 2.0], [1.0, 0.0])  # (f32[2] [1.0, 4.0], f32[2] [2.0, 0.0])"],
    run: |vm, args| {
        let f = args[0].take();
        let list = |v: &Value| v.as_tuple().map_or_else(|| vec![v.clone()], |t| t.parts().to_vec());
        let (xs, vs) = (list(&args[1]), list(&args[2]));
        if xs.len() != vs.len() {
            let message = format!("{} arguments, but {} directions", xs.len(), vs.len());
            return Err(Error::new("GRAD-02", message).at(1, describe(&args[1])).at(2, describe(&args[2])));
        }
        let wrt = Wrt { items: (0..xs.len()).map(Pick::Position).collect(), single: false };
        let run = run_lifted(vm, &f, &Args::positional(xs), &wrt).map_err(|e| e.relabel(0, 1))?;
        let y = result_tensor(&run.result)?;
        let leaves = &run.lifted.leaves;
        let mut directions = Vec::with_capacity(vs.len());
        for (v, leaf) in vs.iter().zip(leaves) {
            directions.push(cotangent(v, leaf).map_err(|e| e.at(2, describe(v)))?);
        }
        // The pull-back is linear in its cotangent `u`; its own pull-back of `vs` is the tangent.
        let u = vm.cx.leaf(&vm.cx.zeros_like(&y).detach());
        let pulled = vm.lend(|cx| cx.grads(&[(y.clone(), u.clone())], leaves, Recording::Always))?;
        let paired: Vec<(Tensor, Tensor)> = pulled
            .into_iter()
            .zip(directions)
            .filter_map(|(g, v)| Some((g?, v)))
            .filter(|(g, _)| g.is_tracked())
            .collect();
        let tangent = match paired.is_empty() {
            true => None,
            false => {
                let wrt = std::slice::from_ref(&u);
                vm.lend(|cx| cx.grads(&paired, wrt, Recording::IfOthersAreReached))?.pop().flatten()
            }
        };
        let tangent = tangent.unwrap_or_else(|| vm.cx.zeros_like(&y).detach());
        Ok(Value::tuple(vec![Value::Tensor(run.outside(y)), Value::Tensor(tangent)]))
    },
};

pub static JACOBIAN: Builtin = Builtin {
    name: "jacobian",
    params: &[BuiltinParam::required("f"), BuiltinParam::required("x"), REST],
    doc: "Every derivative of every element of `f(x)`: a tensor of the result's shape and then the argument's.",
    examples: &["jacobian(|x| x ** 2, [1.0, 2.0])  # f32[2, 2] [[2.0, 0.0], [0.0, 4.0]]"],
    run: |vm, args| {
        let (f, xs) = function_and_args("jacobian", args)?;
        let run = run_lifted(vm, &f, &xs, &first()).map_err(|e| e.shift(1))?;
        let y = result_tensor(&run.result)?;
        rows(vm, &y, single_leaf(&run)?, Recording::IfOthersAreReached)
    },
};

pub static HESSIAN: Builtin = Builtin {
    name: "hessian",
    params: &[BuiltinParam::required("f"), BuiltinParam::required("x"), REST],
    doc: "The second derivatives of a function with one number as its result: a tensor of the argument's shape twice.",
    examples: &["hessian(|x| sum(x ** 3), [1.0, 2.0])  # f32[2, 2] [[6.0, 0.0], [0.0, 12.0]]"],
    run: |vm, args| {
        let (f, xs) = function_and_args("hessian", args)?;
        let run = run_lifted(vm, &f, &xs, &first()).map_err(|e| e.shift(1))?;
        let y = result_tensor(&run.result)?;
        let seed = one_for(&y)?;
        let leaf = single_leaf(&run)?;
        let wrt = std::slice::from_ref(leaf);
        let gradient = vm.lend(|cx| cx.grads(&[(y, seed)], wrt, Recording::Always))?.pop().flatten();
        let gradient = gradient.unwrap_or_else(|| vm.cx.zeros_like(leaf).detach());
        rows(vm, &gradient, leaf, Recording::IfOthersAreReached)
    },
};

fn first() -> Wrt {
    Wrt { items: vec![Pick::Position(0)], single: true }
}

fn single_leaf(run: &Run) -> Result<&Tensor, Error> {
    match &run.lifted.leaves[..] {
        [leaf] => Ok(leaf),
        _ => Err(Error::new("GRAD-01", "the argument is one tensor here; `grad` and `vjp` take tuples and records")
            .at(1, "this one")),
    }
}

/// The function and the arguments for it out of a builtin's slots: the named ones first, then the rest.
fn function_and_args(name: &str, args: &mut [Value]) -> Result<(Value, Args), Error> {
    let f = args[0].take();
    if !is_callable(&f) {
        let what = with_article(f.kind_name());
        return Err(Error::new("GRAD-01", format!("`{name}` takes a function, not {what}")).at(0, describe(&f)));
    }
    Ok((f, Args::positional(args[1..].iter_mut().map(Value::take))))
}

/// The gradient of each element of `y` for `x`, in one tensor.
fn rows(vm: &mut Vm, y: &Tensor, x: &Tensor, recording: Recording) -> Result<Value, Error> {
    let n = y.numel();
    let mut rows = Vec::with_capacity(n);
    for k in 0..n {
        vm.check_interrupt()?;
        let seed = Tensor::from_nums(y.dtype(), y.to_dims(), (0..n).map(|i| Num::Float((i == k) as u8 as f64)))?;
        let wrt = std::slice::from_ref(x);
        let row = vm.lend(|cx| cx.grads(&[(y.clone(), seed)], wrt, recording))?.pop().flatten();
        rows.push(Operand::Tensor(row.unwrap_or_else(|| vm.cx.zeros_like(x).detach())));
    }
    let dims: Vec<usize> = y.dims().iter().chain(x.dims()).copied().collect();
    if dims.len() > crate::tensor::MAX_DIMS {
        return Err(Error::new("GRAD-02", format!("the result would have {} dimensions", dims.len())));
    }
    if n == 0 {
        return Ok(Value::Tensor(vm.cx.zeros(x.dtype(), &Dims::of(&dims))));
    }
    let stack = ops::find("stack").ok_or_else(|| super::super::arith::no_operation("stack"))?;
    let stacked = vm.cx.call1(stack, &rows, &super::super::bind::default_attrs(stack))?;
    Ok(Value::Tensor(vm.cx.reshape(&stacked, &dims)))
}
