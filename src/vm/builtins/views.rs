//! `enumerate` and `zip`: made item by item as they are walked, so that what they walk may be long, or may be a
//! progress bar (`progress`). They can be walked again, measured and indexed like what they are made of.

use super::args;
use super::iter;
use crate::vm::Vm;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, Iterate, Native, ParamDefault};
use crate::vm::print::describe;
use crate::vm::value::Value;

pub const CODES: &[(&str, &str)] = &[
    ("ARG-03", "`zip(…, strict: true)` met items of different lengths"),
    ("LIMIT-13", "views such as `zip(zip(…))` are nested too deep"),
];

/// Each walk of a view walks what is inside it, so nesting takes stack.
const MAX_DEPTH: usize = 200;

/// One more than the deepest view among `items`.
pub fn nesting(items: &[Value]) -> Result<usize, Error> {
    match items.iter().filter_map(|v| Some(v.as_native()?.depth())).max().unwrap_or(0) {
        depth if depth < MAX_DEPTH => Ok(depth + 1),
        _ => Err(Error::new(
            "LIMIT-13",
            format!("views such as `zip` and `enumerate` are nested more than {MAX_DEPTH} deep"),
        )
        .help("spread one into a list: `list(...zip(a, b))`")),
    }
}

pub static ENUMERATE: Builtin = Builtin {
    name: "enumerate",
    params: &[BuiltinParam::required("items"), BuiltinParam::optional("start", ParamDefault::Int(0))],
    doc: "Pairs of a number and an item, counted from `start`.",
    examples: &[
        "for (i, c) in enumerate(\"ab\") { print(i, c) }  # 0 a\n1 b",
        "enumerate((5, 6), start: 1)[0]  # (1, 5)",
    ],
    run: |_, args| {
        let start = args::int("enumerate", args, 1, "start")?;
        iter::check("enumerate", 0, &args[0])?;
        let depth = nesting(&args[..1])?;
        Ok(Value::native(Enumerate { items: args[0].take(), start, depth }))
    },
};

struct Enumerate {
    items: Value,
    start: i64,
    depth: usize,
}

fn numbered(start: i64, index: u64, item: Value) -> Result<Value, Error> {
    let number = i64::try_from(index).ok().and_then(|i| start.checked_add(i));
    let number = number.ok_or_else(|| Error::new("ARG-02", "the numbers of `enumerate` no longer fit in an int"))?;
    Ok(Value::tuple(vec![Value::Int(number), item]))
}

impl Native for Enumerate {
    fn kind_name(&self) -> &'static str {
        "enumerate"
    }

    fn display(&self) -> String {
        match self.start {
            0 => format!("enumerate({})", describe(&self.items)),
            start => format!("enumerate({}, start: {start})", describe(&self.items)),
        }
    }

    fn length(&self) -> Option<usize> {
        iter::length(&self.items)?.try_into().ok()
    }

    fn get(&self, vm: &mut Vm, index: usize) -> Result<Value, Error> {
        let item = iter::item_at(vm, &self.items, index as u64)?;
        numbered(self.start, index as u64, item.unwrap_or_default())
    }

    fn iterate(&self, vm: &mut Vm) -> Option<Result<Box<dyn Iterate>, Error>> {
        let items = iter::over(vm, "enumerate", 0, &self.items);
        Some(items.map(|items| Box::new(Numbering { items, start: self.start, at: 0 }) as Box<dyn Iterate>))
    }

    fn depth(&self) -> usize {
        self.depth
    }

    fn take_children(&mut self, out: &mut Vec<Value>) {
        out.push(self.items.take());
    }
}

struct Numbering {
    items: Box<dyn Iterate>,
    start: i64,
    at: u64,
}

impl Iterate for Numbering {
    fn next(&mut self, vm: &mut Vm) -> Result<Option<Value>, Error> {
        let Some(item) = self.items.next(vm)? else { return Ok(None) };
        self.at += 1;
        numbered(self.start, self.at - 1, item).map(Some)
    }
}

// ---------------------------------------------------------------------------------------------------------------------

pub static ZIP: Builtin = Builtin {
    name: "zip",
    params: &[BuiltinParam::rest("items"), BuiltinParam::optional("strict", ParamDefault::Bool(false))],
    doc: "Tuples of the first items, the second items, and so on to the end of the shortest.",
    examples: &["for (a, b) in zip((1, 2), \"xy\") { print(a, b) }  # 1 x\n2 y"],
    run: |_, args| {
        let strict = args::bool("zip", args, 0, "strict")?;
        for (i, items) in args.iter().enumerate().skip(1) {
            iter::check("zip", i, items)?;
        }
        let depth = nesting(&args[1..])?;
        let items = args[1..].iter_mut().map(Value::take).collect();
        Ok(Value::native(Zip { items, strict, depth }))
    },
};

struct Zip {
    items: Vec<Value>,
    strict: bool,
    depth: usize,
}

impl Native for Zip {
    fn kind_name(&self) -> &'static str {
        "zip"
    }

    fn display(&self) -> String {
        let items: Vec<String> = self.items.iter().map(describe).collect();
        format!("zip({})", items.join(", "))
    }

    fn length(&self) -> Option<usize> {
        let lengths: Option<Vec<u64>> = self.items.iter().map(iter::length).collect();
        lengths?.into_iter().min().unwrap_or(0).try_into().ok()
    }

    fn get(&self, vm: &mut Vm, index: usize) -> Result<Value, Error> {
        let parts = self.items.iter().map(|v| Ok(iter::item_at(vm, v, index as u64)?.unwrap_or_default()));
        Ok(Value::tuple(parts.collect::<Result<_, Error>>()?))
    }

    fn iterate(&self, vm: &mut Vm) -> Option<Result<Box<dyn Iterate>, Error>> {
        let walks = self.items.iter().enumerate().map(|(i, v)| iter::over(vm, "zip", i + 1, v));
        let walks: Result<Vec<_>, Error> = walks.collect();
        Some(walks.map(|walks| Box::new(Zipping { walks, strict: self.strict, at: 0 }) as Box<dyn Iterate>))
    }

    fn depth(&self) -> usize {
        self.depth
    }

    fn take_children(&mut self, out: &mut Vec<Value>) {
        out.append(&mut self.items);
    }
}

struct Zipping {
    walks: Vec<Box<dyn Iterate>>,
    strict: bool,
    at: usize,
}

impl Iterate for Zipping {
    fn next(&mut self, vm: &mut Vm) -> Result<Option<Value>, Error> {
        let mut parts = Vec::with_capacity(self.walks.len());
        for (i, walk) in self.walks.iter_mut().enumerate() {
            match walk.next(vm)? {
                Some(item) => parts.push(item),
                None if self.strict && i > 0 => return Err(uneven(i, 0, self.at)),
                None if self.strict => return self.nothing_left(vm),
                None => return Ok(None),
            }
        }
        self.at += 1;
        Ok(if parts.is_empty() { None } else { Some(Value::tuple(parts)) })
    }
}

impl Zipping {
    /// The first has ended: then all must have.
    fn nothing_left(&mut self, vm: &mut Vm) -> Result<Option<Value>, Error> {
        for (i, walk) in self.walks.iter_mut().enumerate().skip(1) {
            if walk.next(vm)?.is_some() {
                return Err(uneven(0, i, self.at));
            }
        }
        Ok(None)
    }
}

fn uneven(short: usize, long: usize, len: usize) -> Error {
    Error::new(
        "ARG-03",
        format!(
            "`zip` is strict, and argument {} has only {len} items where argument {} has more",
            short + 1,
            long + 1
        ),
    )
}
