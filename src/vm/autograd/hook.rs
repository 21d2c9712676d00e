//! `on_grad`: a function that sees a gradient on its way, and may replace it.

use std::rc::Rc;

use super::*;
use crate::tape::Cx;

pub static ON_GRAD: Builtin = Builtin {
    name: "on_grad",
    params: &[BuiltinParam::required("x"), BuiltinParam::required("f")],
    doc: "Gives `x` back, such that `f(g)` is called when its whole gradient `g` is known; what `f` gives, unless it is `none`, goes on in place of `g`. It is about uses of what comes back: those of `x` itself do not pass through `f`. Of what is not on the tape it is that value.",
    examples: &[
        "let w = param([1.0, 2.0]); backward(sum(on_grad(w, |g| g * 10) * 3)); w.grad  # f32[2] [30.0, 30.0]",
        "grad(|x| on_grad(x * x, |g| clamp(g, -1.0, 1.0)) * 2)(3.0)  # 6.0",
    ],
    run: |vm, args| {
        let Some(x) = tensor(&args[0]) else {
            let what = with_article(args[0].kind_name());
            let e = Error::new("ARG-01", format!("`on_grad` takes a tensor or a parameter, not {what}"));
            return Err(e.at(0, describe(&args[0])));
        };
        let f = args[1].take();
        if !is_callable(&f) {
            let what = with_article(f.kind_name());
            let e = Error::new("ARG-01", format!("`on_grad` calls a function with the gradient, not {what}"));
            return Err(e.at(1, describe(&f)).help("write `on_grad(x, |g| …)`"));
        }
        if !x.is_tracked() || !vm.cx.grad_enabled() {
            return Ok(args[0].take());
        }
        vm.note_site();
        let pull = vm.pull_with(move |vm, cx, cots| {
            let Some(g) = cots.first().cloned().flatten() else { return Ok(vec![None]) };
            seen_by(vm, cx, &f, g).map(|g| vec![Some(g)])
        });
        let mut linked = vm.cx.custom(&Rc::from("on_grad"), std::slice::from_ref(&x), vec![x.detach()], pull)?;
        Ok(linked.pop().map_or(Value::None, Value::Tensor))
    },
};

/// The gradient after `f` has seen it.
fn seen_by(vm: &mut Vm, cx: &Cx, f: &Value, g: Tensor) -> Result<Tensor, Error> {
    let (site, grad) = (cx.site(), cx.grad_enabled());
    let given = if grad { g.clone() } else { g.detach() };
    let result = vm.call(f, Args::positional([Value::Tensor(given)]));
    cx.set_site(site);
    let result = result?;
    if result.is_none() {
        return Ok(g);
    }
    let wrong = |what: String| {
        let wanted = format!("{}{}", g.dtype(), g.shape());
        let e = Error::new(
            "GRAD-07",
            format!("the function of `on_grad` gives a gradient of {wanted} or none, not {what}"),
        );
        e.help("a function that only looks ends in `none`")
    };
    match tensor(&result) {
        Some(t) if t.dtype() == g.dtype() && t.dims() == g.dims() => Ok(if grad { t } else { t.detach() }),
        Some(t) => Err(wrong(format!("one of {}{}", t.dtype(), t.shape()))),
        None => Err(wrong(with_article(result.kind_name()))),
    }
}
