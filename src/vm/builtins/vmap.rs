//! `vmap`: a function of one sample as a function of many.

use super::args::{self, wrong_kind, wrong_value};
use crate::device::DType;
use crate::ops::index::Item;
use crate::ops::{self, Attr, Operand};
use crate::tensor::{Num, Tensor};
use crate::vm::Vm;
use crate::vm::autograd::is_callable;
use crate::vm::error::Error;
use crate::vm::function::{Args, Builtin, BuiltinParam, Native, ParamDefault};
use crate::vm::parts;
use crate::vm::print::{describe, with_article};
use crate::vm::value::{Obj, Value};

pub static VMAP: Builtin = Builtin {
    name: "vmap",
    params: &[
        BuiltinParam::required("f"),
        BuiltinParam::optional("in_dims", ParamDefault::Int(0)),
        BuiltinParam::optional("out_dims", ParamDefault::Int(0)),
    ],
    doc: "A function that calls `f` for each slice of its tensors along a dimension, and stacks the results: `in_dims` is that dimension, or a tuple with one for each argument, `none` for an argument that every call gets whole; what holds no tensor is passed as it is too. `out_dims` is where the results are stacked. The calls are made one after the other, so `f` may branch on numbers, and draws its own random numbers for each sample.",
    examples: &[
        "vmap(|x| sum(x * x))([[1.0, 2.0], [3.0, 4.0]])  # f32[2] [5.0, 25.0]",
        "vmap(grad(|w, x| sum(w * x)), in_dims: (none, 0))([1.0, 1.0], [[1.0, 2.0], [3.0, 4.0]])  # f32[2, 2] [[1.0, 2.0], [3.0, 4.0]]",
        "vmap(|x| if x > 0 { x } else { 0.0 }, out_dims: -1)([-1.0, 2.0])  # f32[2] [0.0, 2.0]",
    ],
    run: |_, args| {
        let f = args[0].take();
        if !is_callable(&f) {
            return Err(wrong_kind("vmap", 0, "a function", &f));
        }
        let (of, to) = (Along::read(&args[1], true, 1)?, Along::read(&args[2], false, 2)?);
        Ok(Value::native(Mapped { f, of, to }))
    },
};

/// The dimensions that are mapped, or along which results are stacked.
enum Along {
    All(Option<i64>),
    Each(Vec<Option<i64>>),
}

impl Along {
    fn read(value: &Value, may_be_none: bool, at: usize) -> Result<Along, Error> {
        let dim = |v: &Value| match v {
            Value::Int(d) => Ok(Some(*d)),
            Value::None if may_be_none => Ok(None),
            _ if may_be_none => Err(wrong_kind("vmap", at, "an int, `none` or a tuple of them as `in_dims`", value)),
            _ => Err(wrong_kind("vmap", at, "an int or a tuple of ints as `out_dims`", value)),
        };
        match value.as_tuple() {
            Some(t) => t.parts().iter().map(dim).collect::<Result<_, _>>().map(Along::Each),
            None => dim(value).map(Along::All),
        }
    }
}

/// What `vmap(f)` gives.
struct Mapped {
    f: Value,
    of: Along,
    to: Along,
}

impl Native for Mapped {
    fn kind_name(&self) -> &'static str {
        "fn"
    }

    fn display(&self) -> String {
        format!("vmap({})", describe(&self.f))
    }

    fn call(&self, vm: &mut Vm, args: &Args) -> Option<Result<Value, Error>> {
        Some(self.evaluate(vm, args))
    }

    fn take_children(&mut self, out: &mut Vec<Value>) {
        out.push(self.f.take());
    }
}

/// The size of the mapped dimension, and what said so.
#[derive(Default)]
struct Size {
    known: Option<(usize, usize, String)>,
}

impl Size {
    /// The dimension `d` of tensor `t`, which argument `at` is or holds, counted from the front.
    fn look(&mut self, t: &Tensor, d: i64, at: usize) -> Result<usize, Error> {
        let n = t.ndim() as i64;
        let own = || format!("{}{}", t.dtype(), t.shape());
        if d < -n || d >= n {
            let message = match n {
                0 => "`vmap` maps over a dimension, and this tensor has none".to_string(),
                _ => format!("`vmap` maps over dimension {d}, which this tensor does not have"),
            };
            return Err(Error::new("ARG-02", message)
                .at(at, own())
                .help("`in_dims:` takes `none` for an argument that every call gets whole"));
        }
        let dim = if d < 0 { d + n } else { d } as usize;
        let size = t.dims()[dim];
        match &self.known {
            Some((first, other, text)) if *first != size => {
                let message = format!("`vmap` maps over dimensions of one size, but these are {first} and {size}");
                let e = Error::new("ARG-02", message).at(at, format!("{}: {size} along dimension {dim}", own()));
                Err(if *other == at { e } else { e.at(*other, text.clone()) })
            }
            Some(_) => Ok(dim),
            None => {
                self.known = Some((size, at, format!("{}: {size} along dimension {dim}", own())));
                Ok(dim)
            }
        }
    }
}

/// An argument with its tensors' mapped dimensions in the order in which they are met; empty for one that stays whole.
struct Sliced {
    value: Value,
    dims: Vec<usize>,
}

impl Sliced {
    fn new(value: &Value, dim: Option<i64>, at: usize, size: &mut Size) -> Result<Sliced, Error> {
        let value = args::tensor(value).map_or_else(|| value.clone(), Value::Tensor);
        let mut dims = Vec::new();
        let mut failed = None;
        if let Some(d) = dim {
            parts::replace(&value, 0, &mut |t| {
                match size.look(t, d, at) {
                    Ok(d) => dims.push(d),
                    Err(e) => failed = failed.take().or(Some(e)),
                }
                None
            });
        }
        failed.map_or(Ok(Sliced { value, dims }), Err)
    }

    fn sample(&self, vm: &Vm, k: usize) -> Result<Value, Error> {
        if self.dims.is_empty() {
            return Ok(self.value.clone());
        }
        let mut dims = self.dims.iter();
        let mut failed = None;
        let value = parts::replace(&self.value, 0, &mut |t| {
            let whole = Item::Slice { start: None, end: None, step: 1 };
            let mut items = vec![whole; *dims.next()?];
            items.push(Item::At(k as i64));
            match vm.cx().index(t, &items) {
                Ok(t) => Some(t),
                Err(e) => {
                    failed = Some(e);
                    None
                }
            }
        });
        failed.map_or(Ok(value), |e| Err(e.into()))
    }
}

impl Mapped {
    fn evaluate(&self, vm: &mut Vm, args: &Args) -> Result<Value, Error> {
        let given = args.positional.len();
        if let Along::Each(dims) = &self.of
            && dims.len() != given
        {
            let message = format!("`in_dims` has {} parts, but the call has {given} arguments", dims.len());
            return Err(Error::new("ARG-02", message));
        }
        let mut size = Size::default();
        let mut positional = Vec::with_capacity(given);
        for (k, value) in args.positional.iter().enumerate() {
            let (dim, must) = match &self.of {
                Along::All(d) => (*d, false),
                Along::Each(dims) => (dims[k], dims[k].is_some()),
            };
            let sliced = Sliced::new(value, dim, k, &mut size)?;
            if must && sliced.dims.is_empty() {
                let message =
                    format!("`in_dims` maps argument {k}, which is {}, no tensor", with_article(value.kind_name()));
                return Err(wrong_value(k, message, value).help("give `none` for it: every call then gets it whole"));
            }
            positional.push(sliced);
        }
        let named_dim = if let Along::All(d) = self.of { d } else { Some(0) };
        let mut named = Vec::with_capacity(args.named.len());
        for (k, (name, value)) in args.named.iter().enumerate() {
            named.push((name.clone(), Sliced::new(value, named_dim, given + k, &mut size)?));
        }
        let Some((n, at, _)) = size.known else {
            return Err(Error::new(
                "ARG-02",
                "`vmap` has nothing to map over: no argument is a tensor with a mapped dimension",
            )
            .help("call the function itself, or say with `in_dims:` what to map"));
        };
        if n == 0 {
            return Err(Error::new(
                "ARG-02",
                "`vmap` maps over a dimension of no samples, so what one gives is unknown",
            )
            .at(at, "this is empty"));
        }
        let mut results = Vec::with_capacity(n);
        for k in 0..n {
            vm.check_interrupt()?;
            let mut call = Args::default();
            for a in &positional {
                call.positional.push(a.sample(vm, k)?);
            }
            for (name, a) in &named {
                call.named.push((name.clone(), a.sample(vm, k)?));
            }
            results.push(vm.call(&self.f, call)?);
        }
        match (&self.to, results[0].as_tuple()) {
            (Along::All(d), _) => stacked(vm, &results, d.unwrap_or(0), 0),
            (Along::Each(dims), Some(t)) if t.len() == dims.len() => {
                let part = |v: &Value, j: usize| v.as_tuple().and_then(|t| t.parts().get(j).cloned());
                let mut parts = Vec::with_capacity(dims.len());
                for (j, d) in dims.iter().enumerate() {
                    let column: Option<Vec<Value>> = results.iter().map(|v| part(v, j)).collect();
                    let column = column.ok_or_else(|| unlike(&results))?;
                    parts.push(stacked(vm, &column, d.unwrap_or(0), 1)?);
                }
                Ok(Value::tuple(parts))
            }
            (Along::Each(dims), _) => {
                let what = with_article(results[0].kind_name());
                let message = format!("`out_dims` has {} parts, but the function gives {what}", dims.len());
                Err(Error::new("ARG-02", message).help("a tuple of `out_dims` is for a tuple of as many results"))
            }
        }
    }
}

fn unlike(results: &[Value]) -> Error {
    let first = describe(&results[0]);
    let other = results.iter().enumerate().map(|(k, v)| (k, describe(v))).find(|(_, text)| *text != first);
    let (k, other) = other.unwrap_or((0, first.clone()));
    let message =
        format!("`vmap` stacks results that are alike, but sample 0 gives {first} and sample {k} gives {other}");
    Error::new("ARG-02", message)
}

/// Values of all samples as one, whose tensors have a new dimension.
fn stacked(vm: &Vm, values: &[Value], dim: i64, depth: usize) -> Result<Value, Error> {
    let first = &values[0];
    let number = |v: &Value| match v {
        Value::Float(_) => args::operand(v).map(|o| o.to_tensor()).and_then(|t| vm.cx().cast(&t, DType::F32).ok()),
        Value::Bool(b) => Some(Tensor::scalar(DType::Bool, Num::Bool(*b))),
        Value::Int(i) => Some(Tensor::scalar(DType::I64, Num::Int(*i))),
        other => args::tensor(other),
    };
    let tensors: Option<Vec<Tensor>> = values.iter().map(number).collect();
    if let Some(tensors) = tensors {
        let dims = tensors[0].to_dims();
        if tensors.iter().any(|t| t.to_dims() != dims) {
            return Err(unlike(values).help("each call must give tensors of one shape"));
        }
        let n = dims.len() as i64 + 1;
        if dim < -n || dim >= n {
            let message = format!("`out_dims` is {dim}, but the stacked results have {n} dimensions");
            return Err(Error::new("ARG-02", message));
        }
        let op = ops::find("stack").ok_or_else(|| Error::new("ARG-02", "there is no operation `stack`"))?;
        let operands: Vec<Operand> = tensors.into_iter().map(Operand::Tensor).collect();
        return Ok(Value::Tensor(vm.cx().call1(op, &operands, &[Attr::Int(dim)])?));
    }
    if values.iter().all(Value::is_none) {
        return Ok(Value::None);
    }
    if depth > parts::MAX_DEPTH {
        return Err(Error::new("ARG-02", "the results are nested too deeply to be stacked"));
    }
    let columns = |rows: Vec<Vec<Value>>| -> Result<Vec<Value>, Error> {
        if rows.iter().any(|r| r.len() != rows[0].len()) {
            return Err(unlike(values));
        }
        let column = |j: usize| rows.iter().map(|r| r[j].clone()).collect::<Vec<_>>();
        (0..rows[0].len()).map(|j| stacked(vm, &column(j), dim, depth + 1)).collect()
    };
    if let Some(t) = first.as_tuple() {
        let rows: Option<Vec<Vec<Value>>> = values.iter().map(|v| Some(v.as_tuple()?.parts().to_vec())).collect();
        let parts = columns(rows.ok_or_else(|| unlike(values))?)?;
        return Ok(Value::obj(Obj::Tuple(crate::vm::object::Tuple::named(parts, t.names()))));
    }
    if first.as_list().is_some() {
        let rows: Option<Vec<Vec<Value>>> = values.iter().map(|v| Some(v.as_list()?.to_vec())).collect();
        return columns(rows.ok_or_else(|| unlike(values))?).map(Value::list);
    }
    if let Some(r) = first.as_record() {
        let keys: Vec<_> = r.entries().into_iter().map(|(k, _)| k).collect();
        let row = |v: &Value| -> Option<Vec<Value>> {
            let (own, parts): (Vec<_>, Vec<_>) = v.as_record()?.entries().into_iter().unzip();
            (own == keys).then_some(parts)
        };
        let rows: Option<Vec<Vec<Value>>> = values.iter().map(row).collect();
        let parts = columns(rows.ok_or_else(|| unlike(values))?)?;
        return Ok(Value::record(keys.into_iter().zip(parts)));
    }
    match values.iter().find(|v| v.kind() != first.kind()) {
        Some(_) => Err(unlike(values)),
        None => {
            let what = with_article(first.kind_name());
            Err(Error::new(
                "ARG-02",
                format!("`vmap` stacks tensors and numbers, also in tuples, lists and records, not {what}"),
            ))
        }
    }
}
