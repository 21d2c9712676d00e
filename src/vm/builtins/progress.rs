//! `progress`: what it walks, with a bar on standard error while it is walked. Where nobody sees the bar a loop walks
//! the items themselves.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::views::nesting;
use super::{args, iter};
use crate::terminal::Bar;
use crate::vm::Vm;
use crate::vm::error::Error;
use crate::vm::function::{Args, Builtin, BuiltinParam, Iterate, Native, ParamDefault};
use crate::vm::print::{self, describe};
use crate::vm::value::Value;

pub static PROGRESS: Builtin = Builtin {
    name: "progress",
    params: &[
        BuiltinParam::required("items"),
        BuiltinParam::optional("desc", ParamDefault::Str("")),
        BuiltinParam::optional("total", ParamDefault::None),
    ],
    doc: "The items, with a bar on standard error while they are walked, which begins with `desc` and counts up to \
          `total` (their number, if it is left out). Of `let bar = progress(…)`, `bar.show(loss: loss)` puts values \
          behind it. Nothing is drawn where standard error is no terminal.",
    examples: &[
        "let n = 0; for k in progress(0..4) { n += k }; n  # 6",
        "let bar = progress((1, 2), desc: \"train\"); for k in bar { bar.show(loss: 1 / k) }; len(bar)  # 2",
    ],
    run: |_, args| {
        let desc = args::str("progress", args, 1, "desc")?.to_string();
        let total = match args::opt_int("progress", args, 2, "total")? {
            None => None,
            Some(n) if n < 0 => return Err(args::wrong_value(2, "`total` counts turns and is not negative", &args[2])),
            Some(n) => Some(n as u64),
        };
        iter::check("progress", 0, &args[0]).map_err(|e| match args[0] {
            Value::Int(n) => e.help(format!("for the ints below it write `progress(0..{n})`")),
            _ => e,
        })?;
        let depth = nesting(&args[..1])?;
        Ok(Value::native(Progress { items: args[0].take(), desc, total, depth, running: RefCell::default() }))
    },
};

struct Progress {
    items: Value,
    desc: String,
    total: Option<u64>,
    depth: usize,
    /// The latest walk, while it lasts.
    running: RefCell<Weak<Running>>,
}

/// A bar with what `show` was last given.
struct Running {
    bar: Bar,
    latest: RefCell<Vec<(Option<Rc<str>>, Value)>>,
}

impl Running {
    /// Writes the values onto the bar. What cannot be read, on a device that has failed, fails where it is used.
    fn write(&self) {
        let mut text = String::new();
        for (name, value) in self.latest.take() {
            if !text.is_empty() {
                text.push_str(", ");
            }
            if let Some(name) = name {
                text.extend([&*name, "="]);
            }
            text.push_str(&short(&value));
        }
        self.bar.set_text(&text);
    }
}

impl Drop for Running {
    /// The bar that stays shows the last values.
    fn drop(&mut self) {
        if !self.latest.borrow().is_empty() {
            self.write();
        }
    }
}

/// A number with four digits, anything else as `print` shows it.
fn short(v: &Value) -> String {
    let number = match v {
        Value::Float(x) => Some(*x),
        Value::Tensor(t) if t.numel() == 1 && t.dtype().is_float() => t.item().ok().flatten().map(|n| n.to_f64()),
        _ => None,
    };
    match number {
        Some(x) if x == 0.0 || (1e-4..1e6).contains(&x.abs()) => {
            let digits = if x == 0.0 { 3.0 } else { 3.0 - x.abs().log10().floor() };
            format!("{x:.*}", digits.clamp(0.0, 8.0) as usize)
        }
        Some(x) if x.is_finite() => format!("{x:.3e}"),
        _ => print::display(v).unwrap_or_else(|_| describe(v)),
    }
}

impl Native for Progress {
    fn kind_name(&self) -> &'static str {
        "progress"
    }

    fn display(&self) -> String {
        format!("progress({})", describe(&self.items))
    }

    fn method(&self, vm: &mut Vm, name: &str, args: &Args) -> Option<Result<Value, Error>> {
        (name == "show").then(|| {
            if vm.bars().visible() {
                self.show(args);
            }
            Ok(Value::None)
        })
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["show"]
    }

    fn length(&self) -> Option<usize> {
        iter::length(&self.items)?.try_into().ok()
    }

    fn get(&self, vm: &mut Vm, index: usize) -> Result<Value, Error> {
        Ok(iter::item_at(vm, &self.items, index as u64)?.unwrap_or_default())
    }

    fn stand_in(&self, vm: &Vm) -> Option<Value> {
        (!vm.bars().visible()).then(|| self.items.clone())
    }

    fn iterate(&self, vm: &mut Vm) -> Option<Result<Box<dyn Iterate>, Error>> {
        Some(self.walk(vm))
    }

    fn depth(&self) -> usize {
        self.depth
    }

    fn take_children(&mut self, out: &mut Vec<Value>) {
        out.push(self.items.take());
    }
}

impl Progress {
    fn walk(&self, vm: &mut Vm) -> Result<Box<dyn Iterate>, Error> {
        let items = iter::over(vm, "progress", 0, &self.items)?;
        if !vm.bars().visible() {
            return Ok(items);
        }
        // Warnings of what ran before stand above the bar.
        vm.flush_warnings();
        let bar = vm.bars().open(&self.desc, self.total.or_else(|| iter::length(&self.items)));
        let running = Rc::new(Running { bar, latest: RefCell::default() });
        *self.running.borrow_mut() = Rc::downgrade(&running);
        Ok(Box::new(Walk { items, running, begun: false }))
    }

    /// Keeps the values, and writes them out only when that will be seen.
    fn show(&self, args: &Args) {
        let Some(running) = self.running.borrow().upgrade() else { return };
        let value = |v: &Value| match args::tensor(v) {
            // The bar needs no tape.
            Some(t) => Value::Tensor(t.detach()),
            None => v.clone(),
        };
        let plain = args.positional.iter().map(|v| (None, value(v)));
        let named = args.named.iter().map(|(name, v)| (Some(name.clone()), value(v)));
        let values = plain.chain(named).collect::<Vec<_>>();
        if values.is_empty() {
            running.bar.set_text("");
        }
        drop(running.latest.replace(values));
        if running.bar.wants_text() {
            running.write();
        }
    }
}

struct Walk {
    items: Box<dyn Iterate>,
    running: Rc<Running>,
    begun: bool,
}

impl Iterate for Walk {
    fn next(&mut self, vm: &mut Vm) -> Result<Option<Value>, Error> {
        if self.begun {
            self.running.bar.advance();
        }
        self.begun = true;
        self.items.next(vm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let of = |x: f64| short(&Value::Float(x));
        assert_eq!(
            [of(0.0), of(1.0), of(0.01234567), of(123.456), of(98765.4)],
            ["0.000", "1.000", "0.01235", "123.5", "98765"]
        );
        assert_eq!([of(1e-9), of(-2.5e7), of(f64::NAN), of(f64::INFINITY)], ["1.000e-9", "-2.500e7", "nan", "inf"]);
        assert_eq!([short(&Value::Int(7)), short(&Value::str("a"))], ["7", "a"]);
    }
}
