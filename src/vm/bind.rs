//! Arguments to the parameters of builtins and of the registry's operations, by position, name and default.

use std::rc::Rc;

use super::Vm;
use super::arith;
use super::builtins;
use super::call::{arguments, default_value, is_given};
use super::code::Reg;
use super::error::Error;
use super::function::{Args, Builtin, ParamDefault};
use super::modes::device_named;
use super::operand::{host, int, number, operand};
use super::print::{describe, with_article};
use super::value::{Obj, Value};
use crate::device::DType;
use crate::diagnostic::did_you_mean;
use crate::ops::{self, Attr, Op, Operand, Outputs, Param, ParamKind};
use crate::tensor::{Num, Tensor};

pub const CODES: &[(&str, &str)] = &[
    ("KIND-12", "an argument of an operation is of a kind that it does not take"),
    ("DTYPE-01", "a dtype that does not exist"),
];

/// No argument stands for this slot.
const NOT_GIVEN: usize = usize::MAX;

/// The slots of a builtin, and for each the argument it came from.
pub(super) fn builtin(b: &'static Builtin, args: Args) -> Result<(Vec<Value>, Vec<usize>), Error> {
    let rest_at = b.rest_index();
    let params: Vec<_> = b.params.iter().filter(|p| p.default != ParamDefault::Rest).collect();
    let by_position = rest_at.unwrap_or(params.len());
    let given = args.positional.len();
    let mut slots: Vec<Option<Value>> = vec![None; params.len()];
    let mut from = vec![NOT_GIVEN; params.len()];
    let mut rest = Vec::new();
    for (k, value) in args.positional.into_iter().enumerate() {
        if k < by_position {
            slots[k] = Some(value);
            from[k] = k;
        } else if rest_at.is_some() {
            rest.push((value, k));
        } else {
            return Err(Error::new(
                "CALL-02",
                format!("`{}` takes {}, but {}", b.name, arguments(params.len()), is_given(given)),
            )
            .at(k, "one too many")
            .help(usage(b)));
        }
    }
    for (n, (name, value)) in args.named.into_iter().enumerate() {
        let Some(k) = params.iter().position(|p| *p.name == *name) else {
            let e = Error::new("CALL-03", format!("`{}` has no parameter `{name}`", b.name)).at(given + n, "unknown");
            return Err(match did_you_mean(&name, params.iter().map(|p| p.name)) {
                Some(near) => e.help(format!("did you mean `{near}:`?")),
                None => e.help(usage(b)),
            });
        };
        if slots[k].is_some() {
            return Err(Error::new("CALL-04", format!("`{}` gets `{name}` twice", b.name)).at(given + n, "again"));
        }
        slots[k] = Some(value);
        from[k] = given + n;
    }
    let mut values = Vec::with_capacity(slots.len() + rest.len());
    for (slot, p) in slots.into_iter().zip(&params) {
        values.push(match slot {
            Some(value) => value,
            None if p.default == ParamDefault::Required => {
                return Err(
                    Error::new("CALL-01", format!("`{}` is missing the argument `{}`", b.name, p.name)).help(usage(b))
                );
            }
            None => default_value(p.default),
        });
    }
    for (value, k) in rest {
        values.push(value);
        from.push(k);
    }
    Ok((values, from))
}

fn usage(b: &Builtin) -> String {
    let params: Vec<String> = b
        .params
        .iter()
        .map(|p| match p.default {
            ParamDefault::Rest => format!("...{}", p.name),
            ParamDefault::Required => p.name.to_string(),
            _ => format!("{} = …", p.name),
        })
        .collect();
    format!("it is {}({})", b.name, params.join(", "))
}

// ---------------------------------------------------------------------------------------------------------------------

impl Vm {
    /// An operation on one tensor and nothing else, straight to the kernel. None where it has to be bound like any other.
    #[inline(always)]
    pub(super) fn call_alone(&self, op: &'static Op, t: &Tensor) -> Result<Option<Value>, Error> {
        if self.cx.checks_finite() {
            return Ok(None);
        }
        if let [_] = op.params
            && op.tiles().is_some()
        {
            return Ok(Some(Value::Tensor(self.cx.unary(op, t)?)));
        }
        let left_out = |p: &Param| matches!(p.default, ops::Default::None | ops::Default::Bool(false));
        if !op.params[1..].iter().all(left_out) {
            return Ok(None);
        }
        Ok(self.cx.call_alone(op, t)?.map(|out| outputs_value(op, out)))
    }

    /// An operation on one argument: straight to the kernel for a tensor.
    #[inline(never)] // keeps the inner loop small
    pub(super) fn unary(&mut self, dst: Reg, a: Reg, op: u16) -> Result<(), Error> {
        let op = self.code().ops[op as usize];
        self.note_site();
        let alone = match self.peek(a) {
            Value::Tensor(t) => self.call_alone(op, t)?,
            Value::Cell(p) => self.call_alone(op, &p.value())?,
            _ => None,
        };
        let value = match alone {
            Some(value) => value,
            None => {
                let x = self.read(a);
                self.call_op_with(op, Args::positional([x]))?
            }
        };
        self.used(a);
        self.put(dst, value);
        Ok(())
    }

    pub(super) fn call_op(&mut self, dst: Reg, at: Reg, site: u16) -> Result<(), Error> {
        let site = &self.code().op_calls[site as usize];
        let args = self.gather(&site.args, at, 0)?;
        self.note_site();
        let value = self.call_op_with(site.op, args)?;
        self.put(dst, value);
        Ok(())
    }

    /// Any operation with gathered arguments. Host numbers only give host numbers.
    pub(super) fn call_op_with(&mut self, op: &'static Op, args: Args) -> Result<Value, Error> {
        if let Some(twin) = builtins::twin(op, &args) {
            let (mut slots, from) = builtin(twin, args)?;
            return (twin.run)(self, &mut slots).map_err(|e| e.map(&from));
        }
        let bound = Bound::new(self, op, args)?;
        if bound.host_only
            && let Some(value) = self.host_op(op, &bound)?
        {
            if self.cx.checks_finite()
                && let Value::Float(x) = value
            {
                let made = Outputs::One(Tensor::scalar(DType::F64, Num::Float(x)));
                self.check_call(op, &bound, &made).map_err(|e| e.map(&bound.from))?;
            }
            return Ok(value);
        }
        let outputs = self.cx.call(op, &bound.tensors, &bound.attrs).map_err(|e| Error::from(e).map(&bound.from))?;
        if self.cx.checks_finite() {
            self.check_call(op, &bound, &outputs).map_err(|e| e.map(&bound.from))?;
        }
        Ok(outputs_value(op, outputs))
    }

    #[cold]
    fn check_call(&self, op: &'static Op, bound: &Bound, outputs: &Outputs) -> Result<(), Error> {
        let is_finite = |a: &Attr| match a {
            Attr::Float(x) => x.is_finite(),
            Attr::Floats(list) => list.iter().all(|x| x.is_finite()),
            _ => true,
        };
        if !bound.attrs.iter().all(is_finite) {
            return Ok(());
        }
        let params: Vec<usize> = (0..op.params.len()).filter(|k| op.params[*k].kind.is_tensor()).collect();
        let last = params.last().copied().unwrap_or(0);
        let operands: Vec<(usize, &Operand)> =
            bound.tensors.iter().enumerate().map(|(k, o)| (params.get(k).copied().unwrap_or(last), o)).collect();
        match outputs {
            Outputs::One(t) => self.check_made(op.name, &operands, std::slice::from_ref(t)),
            Outputs::Many(list) => self.check_made(op.name, &operands, list),
        }
    }

    /// An operation given host numbers only: computed in i64 if it can, else in f64, and taken out again.
    fn host_op(&mut self, op: &'static Op, bound: &Bound) -> Result<Option<Value>, Error> {
        let operators = arith::operators();
        // The operators of host numbers have rules of their own.
        if let [Operand::Num(x), Operand::Num(y)] = bound.tensors[..]
            && let Some(arith) = operators.arith_of(op)
        {
            return self.arith_values(arith, &host(x), &host(y)).map(Some);
        }
        let floats = bound.tensors.iter().any(|o| matches!(o, Operand::Num(Num::Float(_))));
        let scalars = |dtype: Option<DType>| -> Vec<Operand> {
            bound
                .tensors
                .iter()
                .map(|o| match o {
                    Operand::Num(n) => Operand::Tensor(Tensor::scalar(dtype.unwrap_or(n.dtype()), *n)),
                    other => other.clone(),
                })
                .collect()
        };
        // Integers stay integers where the operation keeps them; a float result is computed again in f64.
        if !floats {
            let out = self.cx.call(op, &scalars(None), &bound.attrs).map_err(|e| Error::from(e).map(&bound.from))?;
            if let Outputs::One(t) = &out
                && (t.ndim() > 0 || !t.dtype().is_float())
            {
                return Ok(Some(match t.ndim() {
                    0 => t.item()?.map_or(Value::None, host),
                    _ => outputs_value(op, out),
                }));
            }
            if let Outputs::Many(_) = out {
                return Ok(Some(outputs_value(op, out)));
            }
        }
        let out =
            self.cx.call(op, &scalars(Some(DType::F64)), &bound.attrs).map_err(|e| Error::from(e).map(&bound.from))?;
        Ok(Some(match &out {
            Outputs::One(t) if t.ndim() == 0 => t.item()?.map_or(Value::None, host),
            _ => outputs_value(op, out),
        }))
    }
}

/// What an operation gives, as a value.
pub(super) fn outputs_value(op: &'static Op, outputs: Outputs) -> Value {
    match outputs {
        Outputs::One(t) => Value::Tensor(t),
        Outputs::Many(parts) => Value::named_tuple(parts.into_iter().map(Value::Tensor).collect(), op.parts),
    }
}

/// The attributes of an operation that is given nothing but tensors.
pub(super) fn default_attrs(op: &'static Op) -> Vec<Attr> {
    op.params.iter().filter(|p| !p.kind.is_tensor()).map(|p| default_attr(p.default)).collect()
}

fn default_attr(default: ops::Default) -> Attr {
    match default {
        ops::Default::Required | ops::Default::None => Attr::None,
        ops::Default::Bool(v) => Attr::Bool(v),
        ops::Default::Int(v) => Attr::Int(v),
        ops::Default::Float(v) => Attr::Float(v),
        ops::Default::Str(v) => Attr::Str(Rc::from(v)),
    }
}

/// Arguments of an operation in the order of its parameters.
struct Bound {
    tensors: Vec<Operand>,
    attrs: Vec<Attr>,
    /// For each parameter the argument it came from.
    from: Vec<usize>,
    /// Tensor arguments are there, and all are host numbers.
    host_only: bool,
}

impl Bound {
    fn new(vm: &mut Vm, op: &'static Op, args: Args) -> Result<Bound, Error> {
        let given = args.positional.len();
        let mut slots: Vec<Option<Value>> = vec![None; op.params.len()];
        let mut from = vec![NOT_GIVEN; op.params.len()];
        // Positional arguments that a collecting parameter takes: `zeros(2, 3)`, `cat(a, b)`.
        let mut collected: Vec<Value> = Vec::new();
        let mut collects: Option<usize> = None;
        for (k, value) in args.positional.into_iter().enumerate() {
            let param = collects.or_else(|| op.params.get(k).map(|_| k));
            let Some(p) = param else {
                return Err(Error::new(
                    "CALL-02",
                    format!("`{}` takes {}, but {}", op.name, arguments(op.params.len()), is_given(given)),
                )
                .at(k, "one too many")
                .help(op_usage(op)));
            };
            let variadic = matches!(op.params[p].kind, ParamKind::Shape | ParamKind::Tensors);
            let alone = collects.is_none() && variadic && is_sequence(&value);
            if variadic && !alone {
                if collects.is_none() {
                    collects = Some(p);
                    from[p] = k;
                }
                collected.push(value);
            } else {
                slots[p] = Some(value);
                from[p] = k;
            }
        }
        if let Some(p) = collects {
            // Where the parameter is the last, its tensors have positions of their own.
            if p + 1 == op.params.len() {
                let first = from[p];
                from.extend((1..collected.len()).map(|k| first + k));
            }
            slots[p] = Some(Value::tuple(collected));
        }
        for (n, (name, value)) in args.named.into_iter().enumerate() {
            let Some(p) = op.params.iter().position(|p| *p.name == *name) else {
                let e =
                    Error::new("CALL-03", format!("`{}` has no parameter `{name}`", op.name)).at(given + n, "unknown");
                return Err(match did_you_mean(&name, op.params.iter().map(|p| p.name)) {
                    Some(near) => e.help(format!("did you mean `{near}:`?")),
                    None => e.help(op_usage(op)),
                });
            };
            if slots[p].is_some() {
                return Err(Error::new("CALL-04", format!("`{}` gets `{name}` twice", op.name)).at(given + n, "again"));
            }
            slots[p] = Some(value);
            from[p] = given + n;
        }
        let mut bound = Bound { tensors: Vec::new(), attrs: Vec::new(), from, host_only: false };
        for (p, slot) in op.params.iter().zip(slots) {
            bound.push(vm, op, p, slot)?;
        }
        bound.host_only =
            !bound.tensors.is_empty() && bound.tensors.iter().all(|o| matches!(o, Operand::Num(_) | Operand::None));
        Ok(bound)
    }

    fn push(&mut self, vm: &mut Vm, op: &'static Op, p: &'static Param, value: Option<Value>) -> Result<(), Error> {
        let position = op.params.iter().position(|q| std::ptr::eq(q, p)).unwrap_or(0);
        let from = self.from[position];
        let wrong = |wanted: &str, value: &Value| {
            let what = with_article(value.kind_name());
            Error::new("KIND-12", format!("`{}` takes {wanted} as `{}`, not {what}", op.name, p.name))
                .at(from, describe(value))
        };
        let Some(value) = value else {
            if p.default == ops::Default::Required {
                return Err(Error::new("CALL-01", format!("`{}` is missing the argument `{}`", op.name, p.name))
                    .help(op_usage(op)));
            }
            match p.kind {
                ParamKind::Tensor | ParamKind::OptTensor => self.tensors.push(match p.default {
                    ops::Default::Int(v) => Operand::Num(Num::Int(v)),
                    ops::Default::Float(v) => Operand::Num(Num::Float(v)),
                    ops::Default::Bool(v) => Operand::Num(Num::Bool(v)),
                    _ => Operand::None,
                }),
                ParamKind::Tensors => {}
                _ => self.attrs.push(default_attr(p.default)),
            }
            return Ok(());
        };
        match p.kind {
            ParamKind::Tensor => match operand(&value) {
                Some(o) => self.tensors.push(o),
                None => return Err(tensor_hint(wrong("a tensor or a number", &value), &value)),
            },
            ParamKind::OptTensor => match (&value, operand(&value)) {
                (Value::None, _) => self.tensors.push(Operand::None),
                (_, Some(o)) => self.tensors.push(o),
                (_, None) => return Err(wrong("a tensor, a number or `none`", &value)),
            },
            ParamKind::Tensors => {
                let Some(items) = sequence_or_rows(vm, &value)? else { return Err(wrong("tensors", &value)) };
                if position + 1 == op.params.len() && self.from.len() == op.params.len() {
                    // All of a tuple stand in one place.
                    self.from.extend((1..items.len()).map(|_| from));
                }
                for item in items {
                    match operand(&item) {
                        Some(o) => self.tensors.push(o),
                        None => return Err(wrong("tensors", &item)),
                    }
                }
            }
            ParamKind::Int | ParamKind::Dim => match int(&value) {
                Some(i) => self.attrs.push(Attr::Int(i)),
                None if value.is_none() && p.default == ops::Default::None => self.attrs.push(Attr::None),
                None => return Err(wrong("an int", &value)),
            },
            ParamKind::Float | ParamKind::Number => match (&value, number_of(&value)?) {
                (_, Some(Num::Int(i))) if p.kind == ParamKind::Number => self.attrs.push(Attr::Int(i)),
                (_, Some(n)) => self.attrs.push(Attr::Float(n.to_f64())),
                (Value::None, None) if p.default == ops::Default::None => self.attrs.push(Attr::None),
                (_, None) => return Err(wrong("a number", &value)),
            },
            ParamKind::Bool => match &value {
                Value::Bool(b) => self.attrs.push(Attr::Bool(*b)),
                Value::None if p.default == ops::Default::None => self.attrs.push(Attr::None),
                other => return Err(wrong("`true` or `false`", other)),
            },
            ParamKind::Str => match (value.as_str(), &value) {
                (Some(s), _) => self.attrs.push(Attr::Str(Rc::from(s))),
                (None, Value::None) if p.default == ops::Default::None => self.attrs.push(Attr::None),
                (None, other) => return Err(wrong("a string", other)),
            },
            ParamKind::Dims | ParamKind::Ints | ParamKind::Shape => match &value {
                Value::None if p.default == ops::Default::None => self.attrs.push(Attr::None),
                value => match ints(vm, value)? {
                    // One int may mean something else than a tuple of one: `split(x, 2)`.
                    Some(list) if p.kind != ParamKind::Shape && int(value).is_some() => {
                        self.attrs.push(Attr::Int(list[0]));
                    }
                    Some(list) => self.attrs.push(Attr::Ints(list.into())),
                    None => return Err(wrong("ints", value)),
                },
            },
            ParamKind::IntsOrStr => match (value.as_str(), &value) {
                (Some(s), _) => self.attrs.push(Attr::Str(Rc::from(s))),
                (None, value) => match ints(vm, value)? {
                    Some(list) => self.attrs.push(Attr::Ints(list.into())),
                    None => return Err(wrong("ints or a name", value)),
                },
            },
            ParamKind::OpenInts | ParamKind::Numbers => {
                let parts = match is_sequence(&value) {
                    true => vm.items_of(&value)?.unwrap_or_default(),
                    false => vec![value.clone()],
                };
                let open = |v: &Value| if v.is_none() { Some(Param::OPEN) } else { int(v) };
                if value.is_none() && p.default == ops::Default::None {
                    self.attrs.push(Attr::None);
                } else if let (ParamKind::OpenInts, Some(list)) =
                    (p.kind, parts.iter().map(open).collect::<Option<Vec<i64>>>())
                {
                    self.attrs.push(Attr::Ints(list.into()));
                } else if let (ParamKind::Numbers, Some(list)) =
                    (p.kind, parts.iter().map(number).collect::<Option<Vec<Num>>>())
                {
                    self.attrs.push(Attr::Floats(list.into_iter().map(Num::to_f64).collect()));
                } else {
                    let wanted = if p.kind == ParamKind::Numbers { "numbers" } else { "ints" };
                    return Err(wrong(wanted, &value));
                }
            }
            ParamKind::DType => match value.as_str() {
                Some(s) => match DType::parse(s) {
                    Some(d) => self.attrs.push(Attr::DType(d)),
                    None => return Err(unknown_dtype(s).at(from, "this one")),
                },
                None if value.is_none() => self.attrs.push(Attr::None),
                None => return Err(wrong("the name of a dtype", &value)),
            },
            ParamKind::Device => match value.as_str() {
                Some(s) => self.attrs.push(Attr::Device(device_named(s).map_err(|e| e.at(from, "this one"))?)),
                None if value.is_none() => self.attrs.push(Attr::None),
                None => return Err(wrong("the name of a device", &value)),
            },
            ParamKind::NumberOrStr => match (value.as_str(), number_of(&value)?) {
                (Some(s), _) => self.attrs.push(Attr::Str(Rc::from(s))),
                (None, Some(Num::Int(i))) => self.attrs.push(Attr::Int(i)),
                (None, Some(n)) => self.attrs.push(Attr::Float(n.to_f64())),
                (None, None) if value.is_none() && p.default == ops::Default::None => self.attrs.push(Attr::None),
                (None, None) => return Err(wrong("a number or a string", &value)),
            },
            ParamKind::IntPairs => match int(&value) {
                Some(i) => self.attrs.push(Attr::Int(i)),
                None => match pairs(vm, &value)? {
                    Some([left, right]) if left.len() == right.len() => {
                        self.attrs.push(Attr::Ints(left.into_iter().chain(right).collect()));
                    }
                    Some([left, right]) => {
                        let message = format!("`{}` pairs {} dims with {}", op.name, left.len(), right.len());
                        return Err(Error::new("VALUE-12", message).at(from, "as many are needed on both sides"));
                    }
                    None => return Err(wrong("an int, or a pair of tuples of ints", &value)),
                },
            },
        }
        Ok(())
    }
}

fn is_sequence(value: &Value) -> bool {
    value.as_tuple().is_some() || value.as_list().is_some()
}

/// A host number, or a tensor of one element that is not tracked.
fn number_of(value: &Value) -> Result<Option<Num>, Error> {
    Ok(match value {
        Value::Tensor(t) if t.numel() == 1 && !t.is_tracked() => t.item()?,
        other => number(other),
    })
}

fn sequence_or_rows(vm: &mut Vm, value: &Value) -> Result<Option<Vec<Value>>, Error> {
    match value {
        Value::Obj(o) if matches!(**o, Obj::Tuple(_) | Obj::List(_) | Obj::Native(_)) => vm.items_of(value),
        Value::Tensor(_) | Value::Cell(_) => Ok(Some(vec![value.clone()])),
        _ => Ok(None),
    }
}

/// An int, or a sequence of ints.
fn ints(vm: &mut Vm, value: &Value) -> Result<Option<Vec<i64>>, Error> {
    if let Some(i) = int(value) {
        return Ok(Some(vec![i]));
    }
    match value {
        Value::Tensor(t) if t.ndim() == 1 && t.dtype() == DType::I64 => {
            Ok(Some(t.to_nums()?.into_iter().map(Num::to_i64).collect()))
        }
        Value::Obj(o) if matches!(**o, Obj::Tuple(_) | Obj::List(_) | Obj::Range(_)) => {
            let mut items = vm.items_of(value)?.unwrap_or_default();
            // `zeros(x.shape)` after other sizes: one level of nesting is read.
            if let [only] = &items[..]
                && is_sequence(only)
            {
                items = vm.items_of(&only.clone())?.unwrap_or_default();
            }
            Ok(items.iter().map(int).collect())
        }
        _ => Ok(None),
    }
}

/// A pair of ints or of sequences of ints.
fn pairs(vm: &mut Vm, value: &Value) -> Result<Option<[Vec<i64>; 2]>, Error> {
    let items = match value {
        Value::Obj(o) if matches!(**o, Obj::Tuple(_) | Obj::List(_)) => vm.items_of(value)?.unwrap_or_default(),
        Value::Tensor(t) if t.ndim() > 0 && t.dims()[0] == 2 => match t.dtype() {
            DType::I64 => {
                let all: Vec<i64> = t.to_nums()?.into_iter().map(Num::to_i64).collect();
                let (left, right) = all.split_at(all.len() / 2);
                return Ok(Some([left.to_vec(), right.to_vec()]));
            }
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let [left, right] = &items[..] else { return Ok(None) };
    Ok(ints(vm, left)?.zip(ints(vm, right)?).map(|(left, right)| [left, right]))
}

fn tensor_hint(e: Error, value: &Value) -> Error {
    if is_sequence(value) || value.as_range().is_some() {
        e.help("`tensor(xs)` makes a tensor of numbers")
    } else if value.is_none() {
        e.help("it is `none`: a `.grad` is `none` until a `backward` reaches it, and a function without a last expression gives `none`")
    } else {
        e
    }
}

pub(super) fn unknown_dtype(name: &str) -> Error {
    let known: Vec<&str> = DType::ALL.iter().map(|d| d.name()).collect();
    let torch = match name {
        "float32" | "float" => Some("f32"),
        "float64" | "double" => Some("f64"),
        "float16" | "half" => Some("f16"),
        "bfloat16" => Some("bf16"),
        "int64" | "long" | "int" => Some("i64"),
        _ => None,
    };
    let e = Error::new("DTYPE-01", format!("there is no dtype `{name}`"));
    match torch.or_else(|| did_you_mean(name, known.iter().copied())) {
        Some(near) => e.help(format!("write \"{near}\"")),
        None => e.help(format!("dtypes are {}", known.join(", "))),
    }
}

fn op_usage(op: &Op) -> String {
    let params: Vec<String> = op
        .params
        .iter()
        .map(|p| match (p.kind, p.default) {
            (ParamKind::Shape | ParamKind::Tensors, _) => format!("...{}", p.name),
            (_, ops::Default::Required) => p.name.to_string(),
            _ => format!("{} = …", p.name),
        })
        .collect();
    format!("it is {}({})", op.name, params.join(", "))
}
