//! Tensors and host values: `tensor`, `item`, `tolist`, torch's casts, `cuda_available`.

use super::args;
use crate::device::DType;
use crate::tensor::{MAX_DIMS, Num, Tensor};
use crate::vm::Vm;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::print::describe;
use crate::vm::value::{Obj, Value};

pub const CODES: &[(&str, &str)] = &[
    ("TENSOR-05", "`item` of a tensor that has not exactly one element"),
    ("DTYPE-01", "a dtype that does not exist"),
];

pub static TENSOR: Builtin = Builtin {
    name: "tensor",
    params: &[
        BuiltinParam::required("data"),
        BuiltinParam::optional("dtype", ParamDefault::None),
        BuiltinParam::optional("device", ParamDefault::None),
    ],
    doc: "A tensor of numbers, lists, tuples or ranges of them, or tensors, which are stacked.",
    examples: &["tensor(list(1, 2), dtype: \"f32\")  # f32[2] [1.0, 2.0]", "tensor(2.5)  # 2.5"],
    run: |vm, args| {
        let dtype = match args::opt_str("tensor", args, 1, "dtype")? {
            None => None,
            Some(name) => Some(DType::parse(name).ok_or_else(|| crate::vm::bind::unknown_dtype(name).at(1, "here"))?),
        };
        let wide = dtype == Some(DType::F64);
        let value = build(vm, &args[0], wide, 0)?;
        let t = match (&value, args::operand(&value)) {
            (_, Some(o)) => o.to_tensor(),
            _ => return Err(args::wrong_kind("tensor", 0, "numbers, or a tuple or list of them", &args[0])),
        };
        let t = match dtype {
            Some(d) => vm.cx().cast(&t, d)?,
            None => t,
        };
        match args::opt_str("tensor", args, 2, "device")? {
            Some(name) => vm.to_device(t, name).map(Value::Tensor),
            None => Ok(Value::Tensor(t)),
        }
    },
};

/// Numbers and nested sequences of them as one tensor or number. Depth is bounded, as a tensor has few dimensions.
fn build(vm: &mut Vm, data: &Value, wide: bool, depth: usize) -> Result<Value, Error> {
    if depth > MAX_DIMS {
        return Err(Error::new(
            "SHAPE-05",
            format!("a tensor has at most {MAX_DIMS} dimensions, this is nested deeper"),
        )
        .at(0, describe(data)));
    }
    if args::operand(data).is_some() {
        return Ok(match data {
            Value::Float(x) if wide => Value::Tensor(Tensor::scalar(DType::F64, Num::Float(*x))),
            other => other.clone(),
        });
    }
    let items: Vec<Value> = match data {
        Value::Obj(o) => match &**o {
            Obj::List(l) => l.to_vec(),
            Obj::Tuple(t) => t.parts().to_vec(),
            Obj::Range(r) => {
                crate::device::cpu::alloc::check((r.len() as usize).saturating_mul(size_of::<Value>()))
                    .map_err(crate::ops::OpError::out_of_memory)?;
                (0..r.len()).map(|k| Value::Int(r.at(k))).collect()
            }
            _ => return Err(args::wrong_kind("tensor", 0, "numbers, or a tuple or list of them", data)),
        },
        other => return Err(args::wrong_kind("tensor", 0, "numbers, or a tuple or list of them", other)),
    };
    let mut rows = Vec::with_capacity(items.len());
    for item in &items {
        rows.push(build(vm, item, wide, depth + 1)?);
    }
    vm.tensor_of(&rows, wide).map_err(|e| e.map(&vec![0; rows.len()]))
}

pub static ITEM: Builtin = Builtin {
    name: "item",
    params: &[BuiltinParam::required("x")],
    doc: "The number of a tensor of one element, exactly, as a host number.",
    examples: &["[2.5].item()  # 2.5"],
    run: |_, args| match args::tensor(&args[0]) {
        Some(t) => match t.item()? {
            Some(n) => Ok(args::host(n)),
            None => {
                Err(Error::new("TENSOR-05", format!("`item` needs one element, and this tensor has {}", t.numel()))
                    .at(0, describe(&args[0]))
                    .help(
                        "index one out, as in `x[0].item()`, reduce with `sum` or `mean`, or take all with `.tolist()`",
                    ))
            }
        },
        None => Err(args::wrong_kind("item", 0, "a tensor", &args[0])),
    },
};

pub static TOLIST: Builtin = Builtin {
    name: "tolist",
    params: &[BuiltinParam::required("x")],
    doc: "The numbers as lists of lists, exactly, as host numbers.",
    examples: &["[[1, 2], [3, 4]].tolist()  # [[1, 2], [3, 4]]"],
    run: |_, args| {
        let Some(t) = args::tensor(&args[0]) else { return Err(args::wrong_kind("tolist", 0, "a tensor", &args[0])) };
        crate::device::cpu::alloc::check(t.numel().saturating_mul(2 * size_of::<Value>()))
            .map_err(crate::ops::OpError::out_of_memory)?;
        let mut level: Vec<Value> = t.to_nums()?.into_iter().map(args::host).collect();
        for &d in t.dims().iter().rev() {
            // Rows of an empty tensor: as many empty lists as the dimensions in front say.
            level = match d {
                0 => Vec::new(),
                d => level.chunks(d).map(|row| Value::list(row.to_vec())).collect(),
            };
            if d == 0 {
                return Ok(Value::list(Vec::new()));
            }
        }
        Ok(level.into_iter().next().unwrap_or_default())
    },
};

const X: BuiltinParam = BuiltinParam::required("x");

pub static SIZE: Builtin = Builtin {
    name: "size",
    params: &[X, BuiltinParam::optional("dim", ParamDefault::None)],
    doc: "The shape as a tuple, or the size of one dimension, as in torch.",
    examples: &["ones(2, 3).size()  # (2, 3)", "ones(2, 3).size(-1)  # 3"],
    run: |_, args| {
        let t = args::tensor(&args[0]).ok_or_else(|| args::wrong_kind("size", 0, "a tensor", &args[0]))?;
        match args::opt_int("size", args, 1, "dim")? {
            None => Ok(Value::tuple(t.dims().iter().map(|d| Value::Int(*d as i64)).collect())),
            Some(dim) => {
                let at = crate::ops::infer::resolve_dim(dim, t.ndim(), 1)?;
                Ok(Value::Int(t.dims().get(at).map_or(1, |d| *d as i64)))
            }
        }
    },
};

pub static NUMEL: Builtin = Builtin {
    name: "numel",
    params: &[X],
    doc: "How many elements there are.",
    examples: &["ones(2, 3).numel()  # 6"],
    run: |_, args| match args::tensor(&args[0]) {
        Some(t) => Ok(Value::Int(t.numel() as i64)),
        None => Err(args::wrong_kind("numel", 0, "a tensor", &args[0])),
    },
};

pub static DIM: Builtin = Builtin {
    name: "dim",
    params: &[X],
    doc: "How many dimensions there are, as `.ndim`.",
    examples: &["ones(2, 3).dim()  # 2"],
    run: |_, args| match args::tensor(&args[0]) {
        Some(t) => Ok(Value::Int(t.ndim() as i64)),
        None => Err(args::wrong_kind("dim", 0, "a tensor", &args[0])),
    },
};

/// A cast by torch's name.
macro_rules! cast {
    ($NAME:ident $name:literal $dtype:ident) => {
        pub static $NAME: Builtin = Builtin {
            name: $name,
            params: &[BuiltinParam::required("x")],
            doc: concat!("The same numbers as ", stringify!($dtype), ", as in torch."),
            examples: &[concat!("[1, 0].", $name, "().shape  # (2,)")],
            run: |vm, args| match args::tensor(&args[0]) {
                Some(t) => Ok(Value::Tensor(vm.cx().cast(&t, DType::$dtype)?)),
                None => Err(args::wrong_kind($name, 0, "a tensor", &args[0])),
            },
        };
    };
}
cast!(FLOAT "float" F32);
cast!(DOUBLE "double" F64);
cast!(LONG "long" I64);
cast!(HALF "half" F16);
cast!(BFLOAT16 "bfloat16" BF16);
cast!(TO_BOOL "bool" Bool);

pub static CUDA_AVAILABLE: Builtin = Builtin {
    name: "cuda_available",
    params: &[],
    doc: "Whether a CUDA device can be used.",
    examples: &["kind(cuda_available())  # bool"],
    run: |_, _| Ok(Value::Bool(false)),
};

pub static TO: Builtin = Builtin {
    name: "to",
    params: &[BuiltinParam::required("x"), BuiltinParam::required("where")],
    doc: "A tensor on a device, or in a dtype: `to(x, \"cpu\")`, `x.to(\"f64\")`.",
    examples: &["to([1, 2], \"f32\")  # f32[2] [1.0, 2.0]"],
    run: |vm, args| {
        let name = args::str("to", args, 1, "where")?.to_string();
        if matches!(&args[0], Value::Obj(_)) || (matches!(args[0], Value::Cell(_)) && DType::parse(&name).is_none()) {
            vm.check_device(&name).map_err(|e| e.at(1, "here"))?;
            return Ok(args[0].take());
        }
        let Some(t) = args::tensor(&args[0]) else { return Err(args::wrong_kind("to", 0, "a tensor", &args[0])) };
        match DType::parse(&name) {
            Some(d) => Ok(Value::Tensor(vm.cx().cast(&t, d)?)),
            None => vm.to_device(t, &name).map(Value::Tensor),
        }
    },
};

impl Vm {
    /// Whether a device can be used.
    fn check_device(&self, name: &str) -> Result<(), Error> {
        match crate::vm::modes::device_named(name)? {
            crate::device::Device::Cpu => Ok(()),
            crate::device::Device::Cuda => {
                Err(Error::new("DEVICE-02", "there is no CUDA device here").help("everything runs on \"cpu\""))
            }
        }
    }

    fn to_device(&self, t: Tensor, name: &str) -> Result<Tensor, Error> {
        self.check_device(name).map(|()| t)
    }
}
