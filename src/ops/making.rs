//! What operations share that make tensors from nothing: where they go, their dtype, constants, random numbers.

use super::error::{OpError, Result};
use super::infer::sizes;
use super::{Attr, Attrs, Meta};
use crate::device::cpu::random::{self, Philox, blocks};
use crate::device::{DType, Device};
use crate::tape::Cx;
use crate::tensor::{Dims, Num, Tensor};

/// The device of a new tensor: the attribute `k`, else `or`. Refuses one that has no kernels.
pub fn device(attrs: &Attrs, k: usize, or: Device) -> Result<Device> {
    let device = match attrs.get(k) {
        Attr::Device(d) => *d,
        _ => or,
    };
    match device {
        Device::Cpu => Ok(device),
        Device::Cuda => {
            Err(OpError::new("DEVICE-01", "this program has no kernels for CUDA").help("run it with --device cpu"))
        }
    }
}

/// Shape (attribute 0) and dtype (attribute 1, else f32) of `zeros`, `ones` and the like.
pub fn infer(_: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(attrs.opt_dtype(1).unwrap_or(DType::F32), sizes(attrs.ints(0), 0)?)])
}

/// `zeros` and `ones`: attributes shape, dtype, device.
pub fn constant(cx: &Cx, attrs: &Attrs, value: i64) -> Result<Tensor> {
    device(attrs, 2, cx.device())?;
    let meta = infer(&[], attrs)?[0];
    Tensor::full(meta.dtype, meta.dims, Num::Int(value))
}

/// Shape of operand 0, dtype of attribute 0, else operand 0's.
pub fn infer_like(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    Ok(vec![Meta::new(attrs.opt_dtype(0).unwrap_or(metas[0].dtype), metas[0].dims)])
}

/// `zeros_like` and `ones_like`: attributes dtype, device.
pub fn constant_like(x: &Tensor, attrs: &Attrs, value: i64) -> Result<Tensor> {
    device(attrs, 1, x.device())?;
    Tensor::full(attrs.opt_dtype(0).unwrap_or(x.dtype()), x.to_dims(), Num::Int(value))
}

/// How random floats are spread.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Spread {
    /// From the first number up to, not including, the second.
    Uniform(f64, f64),
    /// Mean 0, deviation 1.
    Normal,
}

/// Random floats. f64 takes a block of the generator for two numbers, the other dtypes one for four: f16 and bf16 are
/// f32's numbers, cut off rather than rounded where they are uniform, so that none of them becomes 1.
pub fn random(cx: &Cx, spread: Spread, dtype: DType, dims: Dims, dtype_arg: usize) -> Result<Tensor> {
    if !dtype.is_float() {
        return Err(OpError::new("TYPE-10", format!("these random numbers are floats, not {dtype}"))
            .at(dtype_arg, dtype.name())
            .help("for random integers there is randint(low, high, …)"));
    }
    let n = Tensor::shape_of(dtype, dims)?.numel();
    let state = cx.take_random(blocks(n, if dtype == DType::F64 { 2 } else { 4 }) as u64);
    let (philox, from) = (Philox { key: state.key }, state.counter as u128);
    if dtype == DType::F64 {
        return Tensor::build(dims, |dst| match spread {
            Spread::Normal => random::normal_f64(philox, from, dst),
            Spread::Uniform(low, high) => {
                random::uniform_f64(philox, from, dst);
                stretch(dst, |u| (low + u * (high - low)).min(low.max(high.next_down())), (low, high));
            }
        });
    }
    let wide = Tensor::build(dims, |dst| match spread {
        Spread::Normal => random::normal_f32(philox, from, dst),
        Spread::Uniform(low, high) => {
            random::uniform_f32(philox, from, dst);
            // As many bits as the dtype has.
            match dtype {
                DType::F16 => dst.iter_mut().for_each(|u| *u = (*u * 2048.0).floor() / 2048.0),
                DType::BF16 => dst.iter_mut().for_each(|u| *u = (*u * 256.0).floor() / 256.0),
                _ => {}
            }
            let (low, high) = (low as f32, high as f32);
            stretch(dst, |u| (low + u * (high - low)).min(low.max(high.next_down())), (low as f64, high as f64));
        }
    })?;
    cx.without_grad(|| cx.cast(&wide, dtype))
}

/// Takes numbers in [0, 1) to where they belong.
fn stretch<T: Copy>(dst: &mut [T], place: impl Fn(T) -> T, bounds: (f64, f64)) {
    if bounds != (0.0, 1.0) {
        dst.iter_mut().for_each(|x| *x = place(*x));
    }
}

/// `linspace` and `logspace`: as many as attribute 2 says, of the dtype in attribute `dtype`.
pub fn infer_points(name: &str, attrs: &Attrs, dtype: usize) -> Result<Vec<Meta>> {
    let given = attrs.opt_dtype(dtype).unwrap_or(DType::F32);
    if given == DType::Bool {
        return Err(OpError::new("TYPE-10", format!("{name} makes numbers, not bools")).at(dtype, "bool"));
    }
    Ok(vec![Meta::new(given, sizes(&[attrs.int(2)], 2)?)])
}

/// What `of` makes of numbers at equal distances from attribute 0 to attribute 1.
pub fn points(cx: &Cx, meta: Meta, attrs: &Attrs, of: impl Fn(f64) -> f64) -> Result<Tensor> {
    let Meta { dtype, dims } = meta;
    let (start, end, n) = (attrs.float(0), attrs.float(1), dims[0]);
    let step = (end - start) / (n.max(2) - 1) as f64;
    // From both ends, so that both are met exactly.
    let at = |i: usize| of(if i < n.div_ceil(2) { start + step * i as f64 } else { end - step * (n - 1 - i) as f64 });
    match dtype {
        DType::F64 => Tensor::build::<f64>(dims, |dst| dst.iter_mut().enumerate().for_each(|(i, x)| *x = at(i))),
        DType::I64 => Tensor::build::<i64>(dims, |dst| {
            dst.iter_mut().enumerate().for_each(|(i, x)| *x = Num::Float(at(i)).to_i64());
        }),
        _ => {
            let wide =
                Tensor::build::<f32>(dims, |dst| dst.iter_mut().enumerate().for_each(|(i, x)| *x = at(i) as f32))?;
            cx.without_grad(|| cx.cast(&wide, dtype))
        }
    }
}

/// Refuses argument `arg` if a number in it is not as `message` says.
pub fn refuse_any(cx: &Cx, x: &Tensor, arg: usize, message: &str, wrong: impl Fn(f64) -> bool) -> Result<()> {
    let wide = cx.without_grad(|| cx.cast(x, DType::F64))?.plain()?;
    match wide.slice::<f64>().iter().position(|&v| wrong(v)) {
        None => Ok(()),
        Some(k) => {
            let v = wide.slice::<f64>()[k];
            Err(OpError::new("VALUE-12", format!("{message}, this is {v}"))
                .at(arg, if x.ndim() == 0 { format!("{v}") } else { format!("its element {k} is {v}") }))
        }
    }
}

#[cfg(test)]
pub mod tests {
    /// How far the mean of some numbers is from `want`, in deviations of the mean.
    pub fn off(all: &[f64], want: f64) -> f64 {
        let n = all.len() as f64;
        let mean = all.iter().sum::<f64>() / n;
        let var = all.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        (mean - want).abs() / (var / n).sqrt().max(1e-12)
    }
}
