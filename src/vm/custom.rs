//! Functions with their own gradient: `fn f(x) { … } backward(g) { … }`.
//!
//! The body runs on fresh leaves, so that what it computes keeps its history for gradients of gradients; its result
//! goes onto the tape as one node, whose gradient is the clause.

use std::rc::Rc;

use super::Vm;
use super::code::Reg;
use super::error::Error;
use super::execute::{set_box, unboxed};
use super::function::Args;
use super::object::Tuple;
use super::operand::tensor;
use super::print::{describe, with_article};
use super::value::{Obj, Value};
use crate::ops::OpError;
use crate::source::Span;
use crate::tape::Cx;
use crate::tape::custom::{Pull, stray};
use crate::tensor::{Dims, Tensor};

pub const CODES: &[(&str, &str)] =
    &[("GRAD-05", "what a `backward` clause gives does not fit the function's parameters")];

/// What the node of such a function needs to run its clause.
struct Clause {
    name: Rc<str>,
    clause: Value,
    span: Span,
    /// The parameter of each tracked input.
    positions: Vec<usize>,
    params: usize,
    inputs: Vec<Dims>,
    outputs: Vec<Tensor>,
    /// The results come as a tuple, with these parts between the tensors.
    is_tuple: bool,
}

impl Vm {
    /// Keeps the arguments as they were passed and gives the body plain values instead.
    pub(super) fn begin_custom(&mut self, args: Reg, site: u16) -> Result<(), Error> {
        let (count, passed) = (self.code().customs[site as usize].args, self.code().customs[site as usize].passed);
        let depth = self.frames.len();
        // Those that an error has ended.
        self.leaves.retain(|(frames, _)| *frames < depth);
        let mut leaves = Vec::new();
        for k in 0..count {
            let value = unboxed(self.peek(args + k));
            let plain = match &value {
                Value::Tensor(t) => Some(t.clone()),
                Value::Cell(p) => Some(p.value()),
                _ => None,
            };
            self.put(passed + k, value);
            let Some(t) = plain else { continue };
            let plain = if t.is_tracked() && self.cx.grad_enabled() {
                let leaf = self.cx.leaf(&t);
                leaves.push(leaf.clone());
                leaf
            } else {
                t.detach()
            };
            match self.peek(args + k) {
                boxed @ Value::Obj(_) => set_box(boxed, Value::Tensor(plain)),
                _ => self.put(args + k, Value::Tensor(plain)),
            }
        }
        self.leaves.push((depth, leaves));
        Ok(())
    }

    /// Puts the body's result onto the tape.
    pub(super) fn end_custom(&mut self, src: Reg, clause: Reg, site: u16) -> Result<(), Error> {
        let custom = &self.code().customs[site as usize];
        let clause = self.read(clause);
        let depth = self.frames.len();
        // Those that an error has ended go first.
        self.leaves.retain(|(frames, _)| *frames <= depth);
        let leaves = self.leaves.pop().map(|(_, leaves)| leaves).unwrap_or_default();
        let result = self.peek(src).clone();
        let parts: Vec<Value> = result.as_tuple().map_or_else(|| vec![result.clone()], |t| t.parts().to_vec());
        let outputs: Vec<Tensor> = parts.iter().filter_map(tensor).collect();
        if let Some(site) = stray(&outputs, &leaves) {
            let e = Error::new(
                "TAPE-05",
                format!(
                    "the body of `{}` reads something tracked that is no argument, so its gradient would be lost",
                    custom.name
                ),
            )
            .help("pass it as an argument, and give its gradient in the `backward` clause too");
            return Err(match self.span_of_site(site) {
                Some(span) => e.label(span, "made here"),
                None => e,
            });
        }
        if leaves.is_empty() {
            return Ok(());
        }
        let passed: Vec<Option<Tensor>> = (0..custom.args).map(|k| tensor(self.peek(custom.passed + k))).collect();
        let positions: Vec<usize> = (0..passed.len()).filter(|k| passed[*k].is_some()).collect();
        let inputs: Vec<Tensor> = passed.into_iter().flatten().collect();
        let outputs: Vec<Tensor> = outputs.iter().map(Tensor::detach).collect();
        let span = match &clause {
            Value::Obj(o) => match &**o {
                Obj::Fn(f) => f.code.span,
                _ => Span::default(),
            },
            _ => Span::default(),
        };
        let clause = Clause {
            name: custom.name.clone(),
            clause,
            span,
            positions,
            params: custom.args as usize,
            inputs: inputs.iter().map(Tensor::to_dims).collect(),
            outputs: outputs.clone(),
            is_tuple: result.as_tuple().is_some(),
        };
        let pull = self.pull_with(move |vm, cx, cotangents| clause.pull(vm, cx, cotangents));
        self.note_site();
        let linked = self.cx.clone().custom(&custom.name, &inputs, outputs, pull)?;
        let mut linked = linked.into_iter().map(Value::Tensor);
        let value = match result.as_tuple() {
            None => linked.next().unwrap_or(result),
            Some(t) => {
                let replaced = parts.into_iter().map(|p| match tensor(&p) {
                    Some(_) => linked.next().unwrap_or(p),
                    None => p,
                });
                Value::obj(Obj::Tuple(Tuple::named(replaced.collect(), t.names())))
            }
        };
        self.put(src, value);
        Ok(())
    }

    /// A gradient that the machine computes when the tape is walked.
    pub(super) fn pull_with(
        &self,
        run: impl Fn(&mut Vm, &Cx, &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>, Error> + 'static,
    ) -> Pull {
        let lent = self.lent.clone();
        Box::new(move |cx, cotangents| {
            // SAFETY: `lend` has set the pointer from the `&mut Vm` that its caller holds and does not use while the
            // tape is walked, which is now.
            let Some(vm) = (unsafe { lent.get().as_mut() }) else {
                return Err(OpError::new("GRAD-05", "a gradient of the program was asked for outside of it"));
            };
            run(vm, cx, cotangents).map_err(|e| {
                vm.raised = Some(e);
                OpError::new("GRAD-05", "a function of the program failed while the tape was walked")
            })
        })
    }
}

impl Clause {
    fn pull(&self, vm: &mut Vm, cx: &Cx, cotangents: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>, Error> {
        let mut given = Vec::with_capacity(self.outputs.len());
        for (k, out) in self.outputs.iter().enumerate() {
            given.push(Value::Tensor(match cotangents.get(k).cloned().flatten() {
                Some(g) => g,
                None => cx.zeros(out.dtype(), &out.to_dims()),
            }));
        }
        let g = match (self.is_tuple, given.pop()) {
            (false, Some(only)) => only,
            (_, last) => {
                given.extend(last);
                Value::tuple(given)
            }
        };
        vm.call(&self.clause, Args::positional([g])).and_then(|value| self.gradients(&value))
    }

    /// One gradient for each tracked input out of what the clause gave.
    fn gradients(&self, value: &Value) -> Result<Vec<Option<Tensor>>, Error> {
        let wrong = |message: String| Error::new("GRAD-05", message).label(self.span, "this clause");
        let parts: Vec<Value> = match (self.params, value.as_tuple()) {
            (1, Some(t)) if t.len() == 1 => t.parts().to_vec(),
            (1, _) => vec![value.clone()],
            (_, Some(t)) => t.parts().to_vec(),
            (n, None) => {
                let got = with_article(value.kind_name());
                let name = &self.name;
                return Err(wrong(format!(
                    "`{name}` has {n} parameters, so its clause gives a tuple of {n} gradients, not {got}"
                )));
            }
        };
        if parts.len() != self.params {
            let (name, n, m) = (&self.name, self.params, parts.len());
            return Err(wrong(format!("`{name}` has {n} parameters, but its clause gives {m} gradients")));
        }
        let mut found = Vec::with_capacity(self.positions.len());
        for (input, k) in self.positions.iter().enumerate() {
            found.push(match &parts[*k] {
                Value::None => None,
                part => match tensor(part) {
                    Some(g) if g.dims() == &*self.inputs[input] => Some(g),
                    Some(g) => {
                        let (shape, want) = (g.shape(), &self.inputs[input]);
                        return Err(wrong(format!(
                            "gradient {k} of `{}` has shape {shape}, but its argument has shape {want}",
                            self.name
                        ))
                        .help("sum over what was broadcast, or expand to the argument's shape"));
                    }
                    None => {
                        return Err(wrong(format!("gradient {k} of `{}` is {}, no tensor", self.name, describe(part))));
                    }
                },
            });
        }
        Ok(found)
    }
}
