//! Small sets of data that are part of the program; `data/README.md` has their sources and licences.

use super::args;
use crate::device::DType;
use crate::files::table::Column;
use crate::files::{self, Contents, Format, TableOptions};
use crate::ops::Operand;
use crate::tensor::{Dims, Num, Tensor};
use crate::vm::error::Error;
use crate::vm::function::Builtin;
use crate::vm::value::Value;

pub static IRIS: Builtin = Builtin {
    name: "iris",
    params: &[],
    doc: "150 flowers: `x` f32[150, 4], the lengths and widths of sepal and petal in centimetres, named in `features`; \
          `y` i64[150], 0 to 2, the species, named in `names`. Fisher 1936, CC BY 4.0.",
    examples: &[
        "iris().names  # [\"setosa\", \"versicolor\", \"virginica\"]",
        "iris().x[0]  # f32[4] [5.1, 3.5, 1.4, 0.2]",
    ],
    run: |vm, _| {
        let table = include_bytes!("../../../data/iris.csv");
        let options = TableOptions { header: Some(true), separator: b',', dtype: DType::F32 };
        let Contents::Table(columns) = read(table, Format::Csv, &options)? else { return Err(spoiled()) };
        let (mut features, mut numbers, mut species) = (Vec::new(), Vec::new(), Vec::new());
        for (name, column) in columns {
            match column {
                Column::Numbers(t) => {
                    features.push(Value::str(name));
                    numbers.push(Operand::Tensor(t));
                }
                Column::Words(words) => species = words,
            }
        }
        // Rows are sorted by species.
        let mut names: Vec<String> = species.clone();
        names.dedup();
        let classes = species.iter().map(|s| names.iter().position(|n| n == s).unwrap_or(0));
        let classes: Vec<Num> = classes.map(|k| Num::Int(k as i64)).collect();
        let y = Tensor::from_nums(DType::I64, Dims::of(&[classes.len()]), classes)?;
        let x = args::operation(vm, "column_stack", &numbers)?;
        Ok(Value::record([
            ("x".into(), x),
            ("y".into(), Value::Tensor(y)),
            ("names".into(), Value::list(names.into_iter().map(Value::str).collect())),
            ("features".into(), Value::list(features)),
        ]))
    },
};

pub static DIGITS: Builtin = Builtin {
    name: "digits",
    params: &[],
    doc: "1,797 handwritten digits: `x` f32[1797, 8, 8], whole numbers from 0, white, to 16, black; `y` i64[1797], 0 to 9. \
          Alpaydin and Kaynak 1998, CC BY 4.0.",
    examples: &["digits().x.shape  # (1797, 8, 8)", "digits().y[..5]  # i64[5] [0, 1, 2, 3, 4]"],
    run: |vm, _| {
        let archive = include_bytes!("../../../data/digits.npz");
        let options = TableOptions { header: None, separator: b',', dtype: DType::F32 };
        let Contents::Named(all) = read(archive, Format::Npz, &options)? else { return Err(spoiled()) };
        let mut all = all.into_iter();
        let (Some((_, x)), Some((_, y))) = (all.next(), all.next()) else { return Err(spoiled()) };
        Ok(Value::record([("x".into(), Value::Tensor(vm.cx().cast(&x, DType::F32)?)), ("y".into(), Value::Tensor(y))]))
    },
};

fn read(bytes: &'static [u8], format: Format, options: &TableOptions) -> Result<Contents, Error> {
    files::built_in(bytes, format, options).map_err(|e| Error::new(e.code, e.message))
}

/// A build from a spoiled source.
fn spoiled() -> Error {
    Error::new("FILE-02", "this program was built from damaged data")
}
