//! `load` and `save`: tensors, records of tensors, modules, tables, images, settings and text in files.

mod into;
mod slots;
mod values;

use std::path::Path;

use super::args::{self, wrong_kind, wrong_value};
use crate::device::DType;
use crate::files::{self, Contents, FileError, Format, TableOptions};
use crate::tensor::Tensor;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::print::describe;
use crate::vm::value::Value;

pub const CODES: &[(&str, &str)] = &[
    ("FILE-05", "the tensors of a file do not go with the value that they are loaded into"),
    ("FILE-06", "a value holds something that cannot be saved in this format"),
];

const PATH: BuiltinParam = BuiltinParam::required("path");
const AS: BuiltinParam = BuiltinParam::optional("as", ParamDefault::None);
const HEADER: BuiltinParam = BuiltinParam::optional("header", ParamDefault::None);
const SEP: BuiltinParam = BuiltinParam::optional("sep", ParamDefault::None);

/// Quality of a JPEG, as torchvision has it.
const QUALITY: u8 = 75;

pub static LOAD: Builtin = Builtin {
    name: "load",
    params: &[
        PATH,
        BuiltinParam::optional("into", ParamDefault::None),
        AS,
        BuiltinParam::optional("dtype", ParamDefault::None),
        HEADER,
        SEP,
    ],
    doc: "What a file holds, by its ending or by `as`. The tensor in an .npy file, or the record of tensors in an .npz or \
          .safetensors file; with `into`, puts them into the parameters of a module or record instead, and gives that. \
          Of a .csv or .tsv file a record of its columns: whole numbers are i64, others f32 or `dtype`, missing ones nan, \
          bools bool, all else a list of texts. Columns have the names of the first row unless it has a number in it or \
          `header` is false, else `c0`, `c1`, …; `sep` stands between fields. The image in a .png or .jpg file as f32 of \
          [channels, height, width] from 0 to 1, as torchvision's `ToTensor`. The records and lists in a .json file, \
          the text in a .txt file.",
    examples: &[
        "save(\"x.npy\", [1, 2]); load(\"x.npy\")  # i64[2] [1, 2]",
        "save(\"t.csv\", {n: [1, 2], x: [0.5, 1.0]}); load(\"t.csv\").x  # f32[2] [0.5, 1.0]",
        "save(\"i.png\", zeros(3, 4, 5)); load(\"i.png\").shape  # (3, 4, 5)",
    ],
    run: |vm, args| {
        let path = args::str("load", args, 0, "path")?;
        let format = format("load", args, 2, path)?;
        let table = table_options(args, format)?;
        let named = matches!(format, Format::Npy | Format::Npz | Format::Safetensors);
        if !args[1].is_none() && !named {
            return Err(wrong_value(1, "`into` goes with files of tensors: .npy, .npz and .safetensors", &args[1]));
        }
        let contents = files::load(Path::new(path), format, &table).map_err(|e| file_error(e, path))?;
        if !args[1].is_none() {
            return into::load_into(vm, contents, path, &args[1]);
        }
        value(contents).map_err(|e| file_error(e, path))
    },
};

pub static SAVE: Builtin = Builtin {
    name: "save",
    params: &[
        PATH,
        BuiltinParam::required("value"),
        AS,
        BuiltinParam::optional("compress", ParamDefault::Bool(false)),
        BuiltinParam::optional("quality", ParamDefault::None),
        HEADER,
        SEP,
    ],
    doc: "Writes a value in the format of the file's ending, or of `as`. A tensor to an .npy file; a record of tensors or a \
          module to an .npz (smaller with `compress`) or .safetensors file. Tensors are named by the fields on the way: \
          `layers.0.weight`. What a module holds in a field `_layers` is named without it, as `0.weight`. A field `__x` \
          only refers to something: neither it nor, elsewhere in the module, what it refers to is saved. Of numbers in a \
          module those in records are. To a .csv or .tsv file a record of columns, or a tensor of two dimensions with \
          the names in `header`; to a .png or .jpg file an image of [height, width] or [channels, height, width], floats \
          from 0 to 1 or ints to 255, a .jpg with a `quality` of 1 to 100 (75); records and lists to .json, a text to .txt. \
          The file is replaced as a whole or not at all.",
    examples: &[
        "save(\"w.npz\", {w: [0.5], b: [1]}); load(\"w.npz\")  # {w: f32[1] [0.5], b: i64[1] [1]}",
        "save(\"t.csv\", [[1, 2], [3, 4]], header: (\"a\", \"b\")); load(\"t.csv\")  # {a: i64[2] [1, 3], b: i64[2] [2, 4]}",
        "save(\"s.json\", {lr: 0.1, names: (\"a\", \"b\")}); load(\"s.json\")  # {lr: 0.1, names: [\"a\", \"b\"]}",
    ],
    run: |_, args| {
        let path = args::str("save", args, 0, "path")?;
        let file = Path::new(path);
        let format = format("save", args, 2, path)?;
        let compress = args::bool("save", args, 3, "compress")?;
        if compress && format != Format::Npz {
            return Err(wrong_value(3, "`compress` goes with .npz files", &args[3]));
        }
        let quality = quality(args, format)?;
        if !args[5].is_none() && !is_table(format) {
            return Err(wrong_value(5, "`header` goes with tables, as in .csv files", &args[5]));
        }
        let separator = separator("save", args, 6, format)?;
        let v = &args[1];
        let saved = match format {
            Format::Npy => {
                let Some(operand) = args::operand(v) else {
                    return Err(wrong_kind("save", 1, "one tensor for an `.npy` file", v)
                        .help("the endings `.npz` and `.safetensors` hold tensors by name"));
                };
                files::save_one(file, &operand.to_tensor().detach())
            }
            Format::Npz | Format::Safetensors if args::operand(v).is_some() => {
                return Err(wrong_kind("save", 1, "a record or module for this kind of file", v)
                    .help("give the tensor a name, as in `save(path, {x: x})`, or the file the ending `.npy`"));
            }
            Format::Npz => files::save_npz(file, &slots::named(v)?, compress),
            Format::Safetensors => files::save_safetensors(file, &slots::named(v)?),
            Format::Csv | Format::Tsv => {
                let (columns, names) = values::columns(v)?;
                let names = header(args, 5, columns.len(), names)?;
                files::save_table(file, &columns, names.as_deref(), separator)
            }
            Format::Png => files::save_png(file, &image(v)?),
            Format::Jpeg => files::save_jpeg(file, &image(v)?, quality),
            Format::Json => files::save_text(file, &files::json::print(&values::to_json(v, v, 0)?)),
            Format::Text => match v.as_str() {
                Some(text) => files::save_text(file, text),
                None => {
                    return Err(wrong_kind("save", 1, "a str for a file of text", v)
                        .help("`str(value)` is what `print` shows; `.json` holds records, lists and numbers"));
                }
            },
        };
        saved.map_err(|e| match e.code {
            // What is wrong with the value is shown at the value.
            "FILE-06" => with_help(Error::new(e.code, e.message).at(1, describe(v)), e.help),
            _ => file_error(e, path),
        })?;
        Ok(Value::None)
    },
};

/// With the file's name.
pub fn file_error(e: FileError, path: &str) -> Error {
    with_help(Error::new(e.code, format!("`{path}`: {}", e.message)).at(0, "this file"), e.help)
}

fn with_help(error: Error, help: Option<String>) -> Error {
    match help {
        Some(text) => error.help(text),
        None => error,
    }
}

fn value(contents: Contents) -> Result<Value, FileError> {
    Ok(match contents {
        Contents::One(t) => Value::Tensor(t),
        Contents::Named(all) => Value::record(all.into_iter().map(|(k, t)| (k.into(), Value::Tensor(t)))),
        Contents::Table(all) => Value::record(all.into_iter().map(|(k, c)| (k.into(), values::of_column(c)))),
        Contents::Json(json) => values::of_json(json)?,
        Contents::Text(text) => Value::str(text),
    })
}

/// What `as` says, or else the file's ending.
fn format(function: &str, args: &[Value], index: usize, path: &str) -> Result<Format, Error> {
    let Some(named) = args::opt_str(function, args, index, "as")? else {
        return Format::of(Path::new(path)).map_err(|e| file_error(e, path));
    };
    Format::named(named.trim_start_matches('.')).ok_or_else(|| {
        wrong_value(index, format!("there is no format `{named}`"), &args[index])
            .help(format!("formats go by their endings: {}", Format::known()))
    })
}

fn is_table(format: Format) -> bool {
    matches!(format, Format::Csv | Format::Tsv)
}

fn table_options(args: &[Value], format: Format) -> Result<TableOptions, Error> {
    for (index, name) in [(3, "dtype"), (4, "header"), (5, "sep")] {
        if !args[index].is_none() && !is_table(format) {
            return Err(wrong_value(index, format!("`{name}` goes with tables, as in .csv files"), &args[index]));
        }
    }
    let dtype = match args::opt_str("load", args, 3, "dtype")? {
        None | Some("f32") => DType::F32,
        Some("f64") => DType::F64,
        Some(other) => {
            return Err(wrong_value(3, format!("columns are read as \"f32\" or \"f64\", not as {other:?}"), &args[3])
                .help("`to` converts them afterwards, as in `to(t.x, \"i64\")`"));
        }
    };
    let header = if args[4].is_none() { None } else { Some(args::bool("load", args, 4, "header")?) };
    Ok(TableOptions { header, separator: separator("load", args, 5, format)?, dtype })
}

/// One character between the fields.
fn separator(function: &str, args: &[Value], index: usize, format: Format) -> Result<u8, Error> {
    match args::opt_str(function, args, index, "sep")? {
        None => Ok(format.separator()),
        Some(_) if !is_table(format) => {
            Err(wrong_value(index, "`sep` goes with tables, as in .csv files", &args[index]))
        }
        Some(text) => match text.as_bytes() {
            [b] if b.is_ascii() && !matches!(b, b'"' | b'\n' | b'\r' | 0) => Ok(*b),
            _ => Err(wrong_value(index, "a separator is one ASCII character, and no quote or line end", &args[index])),
        },
    }
}

/// The names above the columns: those of a record unless `header` is false, or the ones that `header` gives.
fn header(
    args: &[Value],
    index: usize,
    columns: usize,
    own: Option<Vec<String>>,
) -> Result<Option<Vec<String>>, Error> {
    let v = &args[index];
    let parts = match v {
        Value::None => return Ok(own),
        Value::Bool(false) => return Ok(None),
        Value::Bool(true) => return Ok(Some(own.unwrap_or_else(|| (0..columns).map(|k| format!("c{k}")).collect()))),
        _ => v.as_tuple().map(|t| t.parts().to_vec()).or_else(|| v.as_list().map(|l| l.to_vec())),
    };
    let names: Option<Vec<String>> =
        parts.and_then(|p| p.iter().map(|name| name.as_str().map(str::to_string)).collect());
    let Some(names) = names else {
        return Err(wrong_kind("save", index, "a bool, or a tuple or list of names, as `header`", v));
    };
    if names.len() != columns {
        let n = names.len();
        return Err(wrong_value(index, format!("`header` has {n} names, and there are {columns} columns"), v));
    }
    if let Some(k) = (1..names.len()).find(|k| names[..*k].contains(&names[*k])) {
        return Err(wrong_value(index, format!("`header` has the name `{}` twice", names[k]), v));
    }
    Ok(Some(names))
}

fn quality(args: &[Value], format: Format) -> Result<u8, Error> {
    match args::opt_int("save", args, 4, "quality")? {
        None => Ok(QUALITY),
        Some(_) if format != Format::Jpeg => Err(wrong_value(4, "`quality` goes with .jpg files", &args[4])),
        Some(q @ 1..=100) => Ok(q as u8),
        Some(_) => Err(wrong_value(4, "a quality is from 1 to 100", &args[4])),
    }
}

fn image(v: &Value) -> Result<Tensor, Error> {
    match args::tensor(v) {
        Some(t) => Ok(t.detach()),
        None => Err(wrong_kind("save", 1, "a tensor for an image", v)),
    }
}
