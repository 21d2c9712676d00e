//! `checkpoint`: a function whose tape is let go and made again in backward.

use std::rc::Rc;

use super::*;
use crate::device::Device;
use crate::ops::Meta;
use crate::tape::{Cx, Rng};
use crate::vm::parts;

pub static CHECKPOINT: Builtin = Builtin {
    name: "checkpoint",
    params: &[BuiltinParam::required("f"), BuiltinParam::rest("args")],
    doc: "`f` of the arguments, without keeping its tape: backward runs `f` once more, from the same random numbers, and passes gradients on to the arguments and to all that `f` reads, such as the parameters of a module. It trades time for memory. `f` should do the same both times: what it prints is printed twice, and parameters should not change in between.",
    examples: &[
        "let w = param([3.0]); backward(sum(checkpoint(|x| x * w, [2.0]))); w.grad  # f32[1] [2.0]",
        "grad(|x| checkpoint(|y| y ** 3, x))(2.0)  # 12.0",
    ],
    run: |vm, args| {
        let f = args[0].take();
        if !is_callable(&f) {
            let what = with_article(f.kind_name());
            let e = Error::new("GRAD-01", format!("`checkpoint` takes a function, not {what}"));
            return Err(e.at(0, describe(&f)).help("write `checkpoint(f, x)`, not `checkpoint(f(x))`"));
        }
        let args = Args::positional(args[1..].iter_mut().map(Value::take));
        if !vm.cx.grad_enabled() {
            return vm.call(&f, args).map_err(|e| e.shift(1));
        }
        run(vm, f, args).map_err(|e| e.shift(1))
    },
};

/// A function that can be run again, and what it came to the first time.
struct Again {
    f: Value,
    args: Args,
    random: Rng,
    device: Device,
    /// The tracked results.
    results: Vec<Meta>,
    /// What it reached; these are the node's inputs.
    edges: Vec<Tensor>,
}

fn run(vm: &mut Vm, f: Value, args: Args) -> Result<Value, Error> {
    let (random, device) = (vm.cx.random_state(), vm.cx.device());
    let (value, results, edges) = recorded(vm, &f, &args)?;
    if results.is_empty() {
        return Ok(value);
    }
    let outputs = results.iter().map(Tensor::detach).collect();
    let metas = results.iter().map(Meta::of).collect();
    let again = Again { f, args, random, device, results: metas, edges: edges.clone() };
    vm.note_site();
    let pull = vm.pull_with(move |vm, cx, cots| again.pull(vm, cx, cots));
    let linked = vm.cx.custom(&Rc::from("checkpoint"), &edges, outputs, pull)?;
    // The same walk over the same value meets the results in the same order.
    let mut linked = linked.into_iter();
    let mut inside = results.into_iter().peekable();
    Ok(parts::replace(&value, 0, &mut |t| {
        let is_next = inside.peek().is_some_and(|r| r.same_place(t));
        if is_next { inside.next().and(linked.next()) } else { None }
    }))
}

type Recorded = (Value, Vec<Tensor>, Vec<Tensor>);

/// Calls `f`: its value, the tensors in it that it recorded, and what these lead to.
fn recorded(vm: &mut Vm, f: &Value, args: &Args) -> Result<Recorded, Error> {
    let cx = vm.cx.clone();
    let recorded = cx.at_next_level(|level| {
        let value = vm.call(f, args.clone())?;
        let mut results = Vec::new();
        parts::replace(&value, 0, &mut |t| {
            if cx.made_inside(t, level) {
                results.push(t.clone());
            }
            None
        });
        let edges = cx.reached(&results, level);
        Ok((value, results, edges))
    });
    recorded
        .unwrap_or_else(|| Err(Error::new("GRAD-06", "checkpoints are nested too deeply: at most 15 in each other")))
}

impl Again {
    fn pull(&self, vm: &mut Vm, cx: &Cx, cots: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>, Error> {
        let recording = if cx.grad_enabled() { Recording::Always } else { Recording::Never };
        let (random, device, site) = (cx.set_random_state(self.random), cx.set_device(self.device), cx.site());
        let grad = cx.set_grad_enabled(true);
        let again = recorded(vm, &self.f, &self.args);
        cx.set_grad_enabled(grad);
        cx.set_random_state(random);
        cx.set_device(device);
        cx.set_site(site);
        let (_, results, edges) = again?;
        if results.len() != self.results.len() || results.iter().zip(&self.results).any(|(t, m)| Meta::of(t) != *m) {
            return Err(differs("its results have other shapes"));
        }
        let is_known = |t: &Tensor| self.edges.iter().any(|e| e.same_place(t));
        if edges.iter().any(|t| !is_known(t) && !cx.is_new_parameter(t)) {
            return Err(differs("it read something tracked that it had not read before"));
        }
        let roots: Vec<(Tensor, Tensor)> =
            results.into_iter().zip(cots).filter_map(|(y, g)| Some((y, g.clone()?))).collect();
        let wrt: Vec<Tensor> = self.edges.iter().chain(edges.iter().filter(|t| !is_known(t))).cloned().collect();
        let mut found = vm.lend(|cx| cx.grads_up_to(&roots, &wrt, recording))?;
        found.truncate(self.edges.len());
        Ok(found)
    }
}

fn differs(how: &str) -> Error {
    Error::new("GRAD-06", format!("the function of a checkpoint did not do the same when backward ran it again: {how}"))
        .help("what it reads, lists and variables too, must be as it was until backward")
}
