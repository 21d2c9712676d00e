//! `plot`: numbers as a picture, on the screen or in a file.

use std::path::Path;

use super::args::{self, wrong_kind, wrong_value};
use super::output::say;
use crate::device::cpu::alloc;
use crate::figure::{Format, Plot, Series, Style};
use crate::files;
use crate::tensor::Tensor;
use crate::vm::Vm;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::print::describe;
use crate::vm::value::{Obj, Value};

pub const CODES: &[(&str, &str)] = &[
    ("PLOT-01", "there is nothing to draw: no numbers, or none that are finite"),
    ("PLOT-02", "the two coordinates of points are not equally many"),
];

pub static PLOT: Builtin = Builtin {
    name: "plot",
    params: &[
        BuiltinParam::rest("data"),
        BuiltinParam::optional("title", ParamDefault::Str("")),
        BuiltinParam::optional("xlabel", ParamDefault::Str("")),
        BuiltinParam::optional("ylabel", ParamDefault::Str("")),
        BuiltinParam::optional("style", ParamDefault::Str("line")),
        BuiltinParam::optional("log_x", ParamDefault::Bool(false)),
        BuiltinParam::optional("log_y", ParamDefault::Bool(false)),
        BuiltinParam::optional("width", ParamDefault::None),
        BuiltinParam::optional("height", ParamDefault::None),
        BuiltinParam::optional("file", ParamDefault::None),
    ],
    doc: "Draws numbers: `plot(ys)`, `plot(xs, ys)`, or a record of series by name, of which each may be a tuple \
          `(xs, ys)`. The columns of a tensor of two dimensions are series. `style` is \"line\" or \"scatter\". On the \
          screen `width` and `height` count characters; with `file`, an .svg or .png, they are pixels.",
    examples: &[
        "plot([0, 1, 4, 9], width: 24, height: 5)  #   │                  ⢀⠤⠊\n  │                ⡠⠒⠁\n5 ┤             ⣀⠔⠊\n\
         \x20 │         ⣀⠤⠒⠉\n0 ┤⣀⣀⠤⠤⠤⠔⠒⠒⠉\n  └┬──────┬─────┬──────┬\n   0      1     2      3",
    ],
    run,
};

/// Where `run` finds its arguments.
const TITLE: usize = 0;
const STYLE: usize = 3;
const LOG: usize = 4;
const SIZE: usize = 6;
pub const FILE: usize = 8;
const DATA: usize = 9;

fn run(vm: &mut Vm, args: &mut [Value]) -> Result<Value, Error> {
    let text = |k: usize, name| args::str("plot", args, TITLE + k, name).map(str::to_string);
    let file = target("plot", args, FILE)?;
    let (widths, heights) = if file.is_some() { (100..=8000, 100..=8000) } else { (20..=1000, 3..=500) };
    let plot = Plot {
        series: series(args)?,
        title: text(0, "title")?,
        xlabel: text(1, "xlabel")?,
        ylabel: text(2, "ylabel")?,
        style: style(args)?,
        log_x: args::bool("plot", args, LOG, "log_x")?,
        log_y: args::bool("plot", args, LOG + 1, "log_y")?,
        width: size("plot", args, SIZE, "width", widths)?,
        height: size("plot", args, SIZE + 1, "height", heights)?,
    };
    let nothing = || {
        let e = Error::new("PLOT-01", "there is nothing to draw: no point has two finite coordinates");
        let e = e.at(DATA, describe(&args[DATA]));
        if plot.log_x || plot.log_y { e.help("on a logarithmic axis only numbers above 0 have a place") } else { e }
    };
    match file {
        None => {
            let drawn = plot.text(vm.screen()).ok_or_else(nothing)?;
            say(vm, &drawn, false)
        }
        Some((path, format)) => {
            // What is painted, and where it is covered.
            let pixels = plot.width.unwrap_or(0) * plot.height.unwrap_or(0);
            alloc::check(pixels * 4).map_err(Error::out_of_memory)?;
            let bytes = plot.file(format).ok_or_else(nothing)?;
            save(path, &bytes, FILE)
        }
    }
}

fn style(args: &[Value]) -> Result<Style, Error> {
    match args::str("plot", args, STYLE, "style")? {
        "line" => Ok(Style::Line),
        "scatter" => Ok(Style::Scatter),
        _ => Err(wrong_value(STYLE, "`style` is \"line\" or \"scatter\"", &args[STYLE])),
    }
}

// --- What pictures have in common --------------------------------------------------------------------------------------

/// The file that a picture goes to, if it does.
pub fn target<'a>(function: &str, args: &'a [Value], index: usize) -> Result<Option<(&'a Path, Format)>, Error> {
    let Some(path) = args::opt_str(function, args, index, "file")? else { return Ok(None) };
    match Format::of(Path::new(path)) {
        Some(format) => Ok(Some((Path::new(path), format))),
        None => Err(Error::new("FILE-04", format!("`{path}`: the file's name does not say its format"))
            .at(index, "this file")
            .help("pictures end in `.svg` or `.png`")),
    }
}

pub fn save(path: &Path, bytes: &[u8], index: usize) -> Result<Value, Error> {
    let saved = files::save_bytes(path, bytes).map_err(|e| super::files::file_error(e, &path.to_string_lossy()));
    saved.map(|()| Value::None).map_err(|e| e.relabel(0, index))
}

/// A number of characters or pixels.
pub fn size(
    function: &str,
    args: &[Value],
    index: usize,
    name: &str,
    allowed: std::ops::RangeInclusive<i64>,
) -> Result<Option<usize>, Error> {
    match args::opt_int(function, args, index, name)? {
        None => Ok(None),
        Some(n) if allowed.contains(&n) => Ok(Some(n as usize)),
        Some(_) => {
            let message = format!("`{name}` is from {} to {} here", allowed.start(), allowed.end());
            Err(wrong_value(index, message, &args[index]))
        }
    }
}

/// The numbers of a tensor, for which there must be memory.
pub fn numbers(t: &Tensor) -> Result<Vec<f64>, Error> {
    // Each number once as it is and once as a float.
    alloc::check(t.numel().saturating_mul(32)).map_err(Error::out_of_memory)?;
    Ok(t.to_f64s()?)
}

// --- Series ------------------------------------------------------------------------------------------------------------

fn series(args: &[Value]) -> Result<Vec<Series>, Error> {
    let all = match &args[DATA..] {
        [ys] => named(None, ys, DATA)?,
        [xs, ys] => named(Some(xs), ys, DATA + 1)?,
        [] => {
            return Err(
                Error::new("ARG-02", "`plot` needs something to draw").help("as in `plot(ys)` or `plot(xs, ys)`")
            );
        }
        [_, _, third, ..] => {
            let e = Error::new("ARG-02", "`plot` takes `ys`, or `xs` and `ys`").at(DATA + 2, describe(third));
            return Err(e.help("several series go into a record: `plot({train: a, test: b})`"));
        }
    };
    match all.iter().any(|s| !s.ys.is_empty()) {
        true => Ok(all),
        false => {
            let data = args.len() - 1;
            Err(Error::new("PLOT-01", "there is nothing to draw: there are no numbers").at(data, describe(&args[data])))
        }
    }
}

/// The series in `ys`: one, those of a record, or the columns of a tensor.
fn named(xs: Option<&Value>, ys: &Value, index: usize) -> Result<Vec<Series>, Error> {
    let Some(record) = ys.as_record() else { return several(xs, ys, index, None) };
    let mut all = Vec::new();
    for (name, value) in record.entries() {
        match value.as_tuple().map(|t| t.parts()) {
            Some([own, ys]) if xs.is_none() && is_sequence(own) && is_sequence(ys) => {
                all.extend(several(Some(own), ys, index, Some(&name))?);
            }
            _ => all.extend(several(xs, &value, index, Some(&name))?),
        }
    }
    Ok(all)
}

fn is_sequence(v: &Value) -> bool {
    match args::tensor(v) {
        Some(t) => t.ndim() > 0,
        None => v.as_tuple().is_some() || v.as_list().is_some() || v.as_range().is_some(),
    }
}

fn several(xs: Option<&Value>, ys: &Value, index: usize, name: Option<&str>) -> Result<Vec<Series>, Error> {
    let columns = match args::tensor(ys) {
        Some(t) if t.ndim() == 2 => columns(&t)?,
        _ => vec![sequence(ys, index, name)?],
    };
    let xs = xs.map(|xs| sequence(xs, index.min(DATA), name)).transpose()?;
    let one = columns.len() == 1;
    let column = |(k, ys): (usize, Vec<f64>)| {
        let name = match name {
            Some(name) if one => Some(name.to_string()),
            Some(name) => Some(format!("{name} {k}")),
            None if one => None,
            None => Some(k.to_string()),
        };
        let xs = match &xs {
            None => (0..ys.len()).map(|k| k as f64).collect(),
            Some(xs) if xs.len() == ys.len() => xs.clone(),
            Some(xs) => return Err(uneven(xs.len(), ys.len(), name.as_deref(), index)),
        };
        Ok(Series { name, xs, ys })
    };
    columns.into_iter().enumerate().map(column).collect()
}

fn uneven(xs: usize, ys: usize, name: Option<&str>, index: usize) -> Error {
    let of = name.map_or(String::new(), |n| format!(" of `{n}`"));
    let e = Error::new("PLOT-02", format!("the points{of} have {xs} x and {ys} y"));
    let e = e.at(index, format!("{ys} y"));
    if index > DATA { e.at(DATA, format!("{xs} x")) } else { e }
}

fn columns(t: &Tensor) -> Result<Vec<Vec<f64>>, Error> {
    let (rows, width) = (t.dims()[0], t.dims()[1]);
    if width > MOST {
        return Err(Error::new("ARG-02", format!("each column is a series, and {width} are too many to tell apart"))
            .at(DATA, format!("{}", t.to_dims()))
            .help("`x.T` has the rows as columns; `imshow(x)` shows all of it"));
    }
    let all = numbers(t)?;
    Ok((0..width).map(|c| (0..rows).map(|r| all[r * width + c]).collect()).collect())
}

/// More series are no picture.
const MOST: usize = 50;

/// The numbers of a tensor of one dimension, or of what holds numbers one by one.
fn sequence(v: &Value, index: usize, name: Option<&str>) -> Result<Vec<f64>, Error> {
    let of = name.map_or(String::new(), |n| format!(" as `{n}`"));
    let wrong =
        |v: &Value| wrong_kind("plot", index, &format!("numbers{of}: a tensor of one dimension, a list or a tuple"), v);
    if let Some(t) = args::tensor(v) {
        return match t.ndim() {
            1 => numbers(&t),
            n => {
                let dims = t.to_dims();
                let e = Error::new("ARG-02", format!("`plot` takes tensors of one dimension{of}, and this has {n}"));
                let e = e.at(index, format!("{dims}"));
                Err(if n > 1 { e.help("`imshow(x)` shows a tensor of two dimensions as a picture") } else { e })
            }
        };
    }
    let Value::Obj(o) = v else { return Err(wrong(v)) };
    let items = match &**o {
        Obj::Tuple(t) => t.parts().to_vec(),
        Obj::List(l) => l.to_vec(),
        Obj::Range(r) => {
            let n = super::iter::check_len(r.len(), "what `plot` draws")?;
            return Ok((0..n).map(|k| r.at(k as u64) as f64).collect());
        }
        Obj::Record(_) | Obj::Str(_) => return Err(wrong(v)),
        _ => return Err(wrong(v)),
    };
    let number = |(k, item): (usize, &Value)| match args::operand(item) {
        Some(operand) => operand.to_tensor().item()?.map(|n| n.to_f64()).ok_or_else(|| {
            let e = Error::new("ARG-02", format!("item {k} is no single number, but {}", describe(item)));
            e.at(index, describe(v)).help("several series go into a record: `plot({a: …, b: …})`")
        }),
        None => {
            Err(Error::new("ARG-01", format!("item {k} is no number, but {}", describe(item))).at(index, describe(v)))
        }
    };
    items.iter().enumerate().map(number).collect()
}
