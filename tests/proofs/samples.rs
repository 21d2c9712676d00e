//! The registry's samples as arguments of calls: the same numbers each time, in any dtype.

use reel::device::{DType, Device};
use reel::ops::index::Item;
use reel::ops::sample::{Sample, Value};
use reel::ops::{Attr, Default, Op, Operand, Outputs, Param, ParamKind, Result};
use reel::tape::Cx;
use reel::tensor::{Dims, Num, Tensor};
use std::collections::HashSet;
use std::rc::Rc;

/// One value of a fixed sequence of well-mixed words.
pub fn splitmix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A well-mixed word for a place in a structure: an operation's name, a sample, an argument, an element.
fn word(name: &str, path: &[u64]) -> u64 {
    let start = name.bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ b as u64).wrapping_mul(0x100_0000_01b3));
    path.iter().fold(splitmix(start), |h, &p| splitmix(h ^ p))
}

/// A float in `0..1` from a word.
pub fn unit(word: u64) -> f64 {
    (word >> 11) as f64 / (1u64 << 53) as f64
}

/// The numbers that weigh an operation's results in a loss; element `i` of result `k` is at `k * COT_STRIDE + i`,
/// wrapped around.
pub fn cotangents() -> Vec<f64> {
    (0..1021).map(|i| ((unit(splitmix(i)) * 2.0 - 1.0) * 1024.0).round() / 1024.0).collect()
}

pub const COT_STRIDE: usize = 97;

/// The weight of every element of result `k`.
pub fn cotangent(k: usize, dtype: DType, dims: &[usize]) -> Tensor {
    let pool = cotangents();
    let n: usize = dims.iter().product();
    let values: Vec<f64> = (0..n).map(|i| pool[(k * COT_STRIDE + i) % pool.len()]).collect();
    Tensor::from_f64s(dtype, dims, &values).expect("fits")
}

/// A tensor argument's numbers, before a dtype is chosen for floats.
#[derive(Clone, Debug)]
pub struct Numbers {
    pub dims: Vec<usize>,
    pub values: Vec<Num>,
    /// As a view of other memory that is not in row-major order.
    pub strided: bool,
    /// None for floats, which take the dtype that is asked for.
    pub fixed: Option<DType>,
}

/// An argument as a sample has it.
#[derive(Clone, Debug)]
pub enum Given {
    Tensor(Numbers),
    Many(Vec<Numbers>),
    Host(Value),
}

/// The arguments that a sample gives. No two floats of one sample are equal, and none is a multiple of 1/8: a sample
/// said to be smooth would hit ties and kinks by chance.
pub fn given(op: &Op, at: usize, sample: &Sample) -> Vec<Given> {
    let mut used = HashSet::new();
    let mut tensor = |v: &Value, arg: u64| -> Option<Numbers> {
        let make = |dims: &[usize], values: Vec<Num>, strided: bool, fixed: Option<DType>| Numbers {
            dims: dims.to_vec(),
            values,
            strided,
            fixed,
        };
        Some(match v {
            Value::Uniform(dims, low, high) | Value::Strided(dims, low, high) => {
                let n: usize = dims.iter().product();
                let values =
                    (0..n).map(|i| Num::Float(uniform(op.name, [at as u64, arg, i as u64], *low, *high, &mut used)));
                make(dims, values.collect(), matches!(v, Value::Strided(..)), None)
            }
            Value::Floats(dims, v) => make(dims, v.iter().map(|&v| Num::Float(v)).collect(), false, None),
            Value::Ints(dims, v) => make(dims, v.iter().map(|&v| Num::Int(v)).collect(), false, Some(DType::I64)),
            Value::Bools(dims, v) => make(dims, v.iter().map(|&v| Num::Bool(v)).collect(), false, Some(DType::Bool)),
            _ => return None,
        })
    };
    let mut arguments = Vec::new();
    for (k, v) in sample.args.iter().enumerate() {
        let k = k as u64;
        arguments.push(match v {
            Value::Many(list) => Given::Many(
                list.iter()
                    .enumerate()
                    .map(|(i, v)| tensor(v, k * 64 + 1 + i as u64).expect("a tuple of tensors holds tensors"))
                    .collect(),
            ),
            _ => tensor(v, k * 64).map_or(Given::Host(*v), Given::Tensor),
        });
    }
    arguments
}

/// A number between two bounds that both f32 and f64 hold exactly.
fn uniform(name: &str, path: [u64; 3], low: f64, high: f64, used: &mut HashSet<u64>) -> f64 {
    let fine = high - low < 0.05;
    let mut v = low;
    for attempt in 0..64 {
        let raw = low + unit(word(name, &[path[0], path[1], path[2], attempt])) * (high - low);
        v = if fine { raw } else { (raw * 1024.0).round() / 1024.0 } as f32 as f64;
        if (v * 8.0).fract() != 0.0 && used.insert(v.to_bits()) {
            break;
        }
    }
    v
}

/// A sample's arguments in order: what `Cx::call` takes.
#[derive(Clone, Debug)]
pub struct Call {
    pub op: &'static Op,
    pub operands: Vec<Operand>,
    pub attrs: Vec<Attr>,
}

/// What floats of a sample become.
pub fn convert(v: Num, dtype: DType) -> Num {
    match (v, dtype) {
        (Num::Float(x), DType::I64) => Num::Int(x.round_ties_even() as i64),
        (Num::Float(x), DType::Bool) => Num::Bool((x * 8.0).floor() as i64 % 2 != 0),
        _ => v,
    }
}

impl Numbers {
    /// The tensor, floats in `dtype`.
    pub fn tensor(&self, cx: &Cx, dtype: DType) -> Tensor {
        let own = self.fixed.unwrap_or(dtype);
        let make = |dims: &[usize], order: &dyn Fn(usize) -> usize, n: usize| {
            let values = (0..n).map(|i| convert(self.values[order(i)], own));
            Tensor::from_nums(own, Dims::of(dims), values).expect("fits")
        };
        let n = self.values.len();
        if !self.strided || n == 0 {
            return make(&self.dims, &|i| i, n);
        }
        let rank = self.dims.len();
        if rank < 2 {
            // Every other element of a longer row.
            let long = make(&[n, 2], &|i| i / 2, 2 * n);
            let part =
                cx.index(&long, &[Item::Slice { start: None, end: None, step: 1 }, Item::At(0)]).expect("within");
            return if rank == 0 { cx.index(&part, &[Item::At(0)]).expect("within") } else { part };
        }
        let mut dims = self.dims.clone();
        dims.swap(rank - 2, rank - 1);
        let (rows, cols) = (self.dims[rank - 2], self.dims[rank - 1]);
        let order = |i: usize| {
            let (block, at) = (i / (rows * cols), i % (rows * cols));
            block * rows * cols + at % rows * cols + at / rows
        };
        cx.transpose(&make(&dims, &order, n), -2, -1)
    }
}

/// A sample's call, its floats in `dtype`.
pub fn call(cx: &Cx, op: &'static Op, at: usize, dtype: DType) -> Call {
    let mut given = given(op, at, &op.samples[at]).into_iter();
    let mut call = Call { op, operands: Vec::new(), attrs: Vec::new() };
    for p in op.params {
        match given.next() {
            Some(Given::Tensor(n)) => call.operands.push(n.tensor(cx, dtype).into()),
            Some(Given::Many(list)) => {
                call.operands.extend(list.iter().map(|n| Operand::Tensor(n.tensor(cx, dtype))));
            }
            Some(Given::Host(v)) if p.kind.is_tensor() => call.operands.push(match v {
                Value::Number(x) => Operand::Num(Num::Float(x)),
                Value::Int(i) => Operand::Num(Num::Int(i)),
                Value::Bool(b) => Operand::Num(Num::Bool(b)),
                Value::Absent => Operand::None,
                other => panic!("`{}` sample {at}: {other:?} for the tensor `{}`", op.name, p.name),
            }),
            Some(Given::Host(v)) => call.attrs.push(attribute(op, at, p, v)),
            None if p.kind.is_tensor() => call.operands.push(match p.default {
                Default::None => Operand::None,
                Default::Bool(b) => Operand::Num(Num::Bool(b)),
                Default::Int(i) => Operand::Num(Num::Int(i)),
                Default::Float(x) => Operand::Num(Num::Float(x)),
                Default::Required | Default::Str(_) => panic!("`{}` sample {at} gives no `{}`", op.name, p.name),
            }),
            None => call.attrs.push(attribute(op, at, p, default(op, at, p))),
        }
    }
    assert!(given.next().is_none(), "`{}` sample {at} gives more arguments than there are parameters", op.name);
    call
}

fn default(op: &Op, at: usize, p: &Param) -> Value {
    match p.default {
        Default::None => Value::Absent,
        Default::Bool(b) => Value::Bool(b),
        Default::Int(i) => Value::Int(i),
        Default::Float(x) => Value::Number(x),
        Default::Str(s) => Value::Str(s),
        Default::Required => panic!("`{}` sample {at} gives no `{}`", op.name, p.name),
    }
}

fn attribute(op: &Op, at: usize, p: &Param, v: Value) -> Attr {
    match (p.kind, v) {
        (_, Value::Absent) => Attr::None,
        (ParamKind::DType, Value::Str(s)) => Attr::DType(DType::parse(s).expect("a dtype's name")),
        (ParamKind::Device, Value::Str("cpu")) => Attr::Device(Device::Cpu),
        (ParamKind::Str | ParamKind::IntsOrStr, Value::Str(s)) => Attr::Str(s.into()),
        (ParamKind::Bool, Value::Bool(b)) => Attr::Bool(b),
        (ParamKind::Number, Value::Bool(b)) => Attr::Bool(b),
        (ParamKind::Float | ParamKind::Number, Value::Number(x)) => Attr::Float(x),
        (ParamKind::Float, Value::Int(i)) => Attr::Float(i as f64),
        (ParamKind::NumberOrStr, Value::Int(i)) => Attr::Int(i),
        (ParamKind::NumberOrStr, Value::Number(x)) => Attr::Float(x),
        (ParamKind::NumberOrStr, Value::Str(s)) => Attr::Str(s.into()),
        (ParamKind::IntPairs, Value::Int(i)) => Attr::Int(i),
        (ParamKind::IntPairs, Value::Tuple(list)) => Attr::Ints(Rc::from(list)),
        (ParamKind::Shape, Value::Int(i)) => Attr::Ints(Rc::from([i])),
        (ParamKind::Numbers, Value::Number(x)) => Attr::Floats(Rc::from([x])),
        (ParamKind::Int | ParamKind::Number | ParamKind::Dim | ParamKind::Dims, Value::Int(i)) => Attr::Int(i),
        (ParamKind::Ints | ParamKind::OpenInts | ParamKind::IntsOrStr | ParamKind::Numbers, Value::Int(i)) => {
            Attr::Int(i)
        }
        (ParamKind::Dims | ParamKind::Shape | ParamKind::Ints, Value::Tuple(list)) => Attr::Ints(Rc::from(list)),
        (ParamKind::OpenInts | ParamKind::IntsOrStr | ParamKind::Numbers, Value::Tuple(list)) => {
            Attr::Ints(Rc::from(list))
        }
        (kind, v) => panic!("`{}` sample {at}: {v:?} for `{}`, which takes {kind:?}", op.name, p.name),
    }
}

impl Call {
    pub fn run(&self, cx: &Cx) -> Result<Vec<Tensor>> {
        cx.call(self.op, &self.operands, &self.attrs).map(Outputs::into_vec)
    }

    /// The positions of the operands that a gradient can be asked for.
    pub fn float_operands(&self) -> Vec<usize> {
        let float = |o: &Operand| matches!(o, Operand::Tensor(t) if t.dtype().is_float());
        (0..self.operands.len()).filter(|&k| float(&self.operands[k])).collect()
    }

    /// The same call with other tensors at some positions.
    pub fn with(&self, at: &[usize], tensors: &[Tensor]) -> Call {
        let mut call = self.clone();
        for (&k, t) in at.iter().zip(tensors) {
            call.operands[k] = Operand::Tensor(t.clone());
        }
        call
    }

    pub fn tensors(&self, at: &[usize]) -> Vec<Tensor> {
        at.iter().map(|&k| self.operands[k].tensor().expect("a tensor").clone()).collect()
    }
}

/// Whether a sample has floats, so that it runs in every float dtype.
pub fn has_floats(op: &Op, at: usize) -> bool {
    given(op, at, &op.samples[at]).iter().any(|g| match g {
        Given::Tensor(n) => n.fixed.is_none(),
        Given::Many(list) => list.iter().any(|n| n.fixed.is_none()),
        Given::Host(_) => false,
    })
}

/// A short name of a sample for messages: `tanh #2 [Uniform([], -2.0, 2.0)]`.
pub fn label(op: &Op, at: usize) -> String {
    format!("{} #{at} {:?}", op.name, op.samples[at].args)
}
