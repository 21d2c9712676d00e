//! Values as columns of a table and as JSON, and back.

use crate::device::DType;
use crate::device::cpu::alloc;
use crate::files::FileError;
use crate::files::json::{Json, MAX_DEPTH};
use crate::files::table::Column;
use crate::ops::OpError;
use crate::tensor::{Dims, Num, Tensor};
use crate::vm::builtins::args;
use crate::vm::error::Error;
use crate::vm::print::describe;
use crate::vm::value::{Obj, Value};

/// A column as a program has it.
pub fn of_column(column: Column) -> Value {
    match column {
        Column::Numbers(t) => Value::Tensor(t),
        Column::Words(words) => Value::list(words.into_iter().map(Value::str).collect()),
    }
}

fn unfit(message: String, v: &Value) -> Error {
    Error::new("FILE-06", message).at(1, describe(v))
}

/// The columns of a record, with their names, or of a tensor, without.
pub fn columns(v: &Value) -> Result<(Vec<Column>, Option<Vec<String>>), Error> {
    if let Some(t) = args::tensor(v) {
        return Ok((columns_of(&t.detach(), v)?, None));
    }
    let Some(record) = v.as_record() else {
        return Err(args::wrong_kind("save", 1, "a record of columns or a tensor of two dimensions", v));
    };
    let (mut columns, mut names) = (Vec::new(), Vec::new());
    for (name, value) in record.entries() {
        columns.push(column(&name, &value, v)?);
        names.push(name.to_string());
    }
    let Some(first) = columns.first() else { return Err(unfit("the record has no columns".into(), v)) };
    let rows = |n| if n == 1 { "1 row".to_string() } else { format!("{n} rows") };
    match columns.iter().zip(&names).find(|(c, _)| c.rows() != first.rows()) {
        Some((c, name)) => {
            let (n, all) = (rows(c.rows()), rows(first.rows()));
            Err(unfit(format!("the columns differ in length: `{}` has {all}, and `{name}` has {n}", names[0]), v))
        }
        None => Ok((columns, Some(names))),
    }
}

fn columns_of(t: &Tensor, v: &Value) -> Result<Vec<Column>, Error> {
    match *t.dims() {
        [_] => Ok(vec![Column::Numbers(t.clone())]),
        [n, m] => {
            let t = t.plain()?;
            let column = |k: usize| -> Result<Column, Error> {
                let strides = [m as isize, 0, 0, 0, 0, 0, 0, 0];
                Ok(Column::Numbers(t.view(Dims::of(&[n]), k as isize, &strides)?))
            };
            (0..m).map(column).collect()
        }
        _ => Err(unfit("a table has rows and columns, two dimensions".into(), v)),
    }
}

fn column(name: &str, v: &Value, whole: &Value) -> Result<Column, Error> {
    if let Some(t) = args::tensor(v)
        && t.ndim() == 1
    {
        return Ok(Column::Numbers(t.detach()));
    }
    let items = match v {
        Value::Obj(o) => match &**o {
            Obj::List(l) => l.to_vec(),
            Obj::Tuple(t) => t.parts().to_vec(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    let is_list = v.as_list().is_some() || v.as_tuple().is_some();
    let words: Option<Vec<String>> = items.iter().map(|i| i.as_str().map(str::to_string)).collect();
    let numbers: Option<Vec<Num>> = items.iter().map(args::host_number).collect();
    match (words, numbers) {
        _ if !is_list => {}
        (Some(words), _) => return Ok(Column::Words(words)),
        (_, Some(numbers)) => {
            let dtype = numbers.iter().map(|n| match n {
                Num::Float(_) => DType::F64,
                n => n.dtype(),
            });
            let dtype = dtype.reduce(DType::promote).unwrap_or(DType::F64);
            return Ok(Column::Numbers(Tensor::from_nums(dtype, Dims::of(&[numbers.len()]), numbers)?));
        }
        _ => {}
    }
    let message =
        format!("a column is a tensor of one dimension, or a list of texts or of numbers, and `{name}` is not");
    let what = describe(v);
    Err(unfit(message, whole).help(format!("`{name}` is {what}")))
}

// ---------------------------------------------------------------------------------------------------------------------

fn too_deep(v: &Value) -> Error {
    unfit(format!("the value is nested more than {MAX_DEPTH} deep, or holds itself"), v)
}

/// A value made of records, lists, tuples, texts, numbers and tensors.
pub fn to_json(v: &Value, root: &Value, depth: usize) -> Result<Json, Error> {
    if depth > MAX_DEPTH {
        return Err(too_deep(root));
    }
    if let Some(t) = args::tensor(v) {
        if t.numel() == 0 {
            return Ok(Json::Array(Vec::new()));
        }
        let need = t.numel().saturating_mul(size_of::<Num>() + 2 * size_of::<Json>());
        alloc::check(need).map_err(OpError::out_of_memory)?;
        return Ok(nested(t.dims(), &mut t.to_nums()?.into_iter()));
    }
    let part = |v: &Value| to_json(v, root, depth + 1);
    Ok(match v {
        Value::None => Json::Null,
        Value::Obj(o) => match &**o {
            Obj::Str(s) => Json::Str(s.as_str().to_string()),
            Obj::Tuple(t) => Json::Array(t.parts().iter().map(part).collect::<Result<_, _>>()?),
            Obj::List(l) => Json::Array(l.borrow().iter().map(part).collect::<Result<_, _>>()?),
            Obj::Record(r) => {
                let entries = r.entries().into_iter().map(|(k, v)| Ok((k.to_string(), part(&v)?)));
                Json::Object(entries.collect::<Result<_, Error>>()?)
            }
            Obj::Instance(_) => {
                return Err(unfit(format!("a `.json` does not hold modules, as {} is one", describe(v)), root)
                    .help("`.safetensors` holds their parameters"));
            }
            _ => return Err(unfit(format!("a `.json` holds no {}", v.kind_name()), root)),
        },
        other => match args::host_number(other) {
            Some(n) => number(n),
            None => return Err(unfit(format!("a `.json` holds no {}", v.kind_name()), root)),
        },
    })
}

fn number(n: Num) -> Json {
    match n {
        Num::Bool(b) => Json::Bool(b),
        Num::Int(i) => u64::try_from(i).map_or(Json::Int(i), Json::Size),
        Num::Float(x) => Json::Number(x),
    }
}

fn nested(dims: &[usize], nums: &mut impl Iterator<Item = Num>) -> Json {
    match dims {
        [] => nums.next().map_or(Json::Null, number),
        [n, rest @ ..] => Json::Array((0..*n).map(|_| nested(rest, nums)).collect()),
    }
}

/// Objects become records, arrays lists.
pub fn of_json(json: Json) -> Result<Value, FileError> {
    Ok(match json {
        Json::Null => Value::None,
        Json::Bool(b) => Value::Bool(b),
        Json::Size(n) => Value::Int(i64::try_from(n).map_err(|_| FileError {
            code: "FILE-03",
            message: format!("the number {n} does not fit in an int"),
            help: None,
        })?),
        Json::Int(n) => Value::Int(n),
        Json::Number(x) => Value::Float(x),
        Json::Str(text) => Value::str(text),
        Json::Array(items) => Value::list(items.into_iter().map(of_json).collect::<Result<_, _>>()?),
        Json::Object(entries) => {
            let entries: Vec<_> =
                entries.into_iter().map(|(k, v)| Ok((k.into(), of_json(v)?))).collect::<Result<_, FileError>>()?;
            Value::record(entries)
        }
    })
}
