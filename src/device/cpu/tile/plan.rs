//! A [`Program`] made ready for one call: loops chosen, operands placed.

use super::gather::{Shape, Walk};
use super::kernel::{SCALAR_X, TileFn, fault};
use super::program::*;
use crate::device::DType;
use crate::device::cpu::cast::{cast, round_to};
use crate::device::cpu::sum::{SumFn, tile_sum};

/// Where a step's operand is: memory that moves on with the tiles, or a slot of the thread's scratch memory.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Null for a slot.
    pub base: *mut u8,
    /// Where the slot begins in the scratch memory.
    pub offset: usize,
    /// Bytes from one element to the next; 0 for slots and scalars, which stay where they are.
    pub step: usize,
}

impl Place {
    const NONE: Place = Place { base: std::ptr::null_mut(), offset: 0, step: 0 };

    fn memory(base: *const u8, dtype: DType) -> Place {
        Place { base: base as *mut u8, offset: 0, step: dtype.size() }
    }

    fn scalar(base: *const u8) -> Place {
        Place { base: base as *mut u8, offset: 0, step: 0 }
    }
}

pub(super) enum Action {
    Call(TileFn),
    /// Read this walk into `dst`.
    Gather(usize),
    /// Add the sum of the first source to this sum.
    Sum(usize, SumFn),
}

/// What is done to each tile, in order.
pub(super) struct Step {
    pub action: Action,
    pub dst: Place,
    pub src: [Place; 3],
}

/// Kept and built anew for each call, as a small program would take longer to allocate than to run.
#[derive(Default)]
pub(super) struct Plan {
    /// Once per chunk: scalars spread over a slot, for loops that don't take them.
    pub prologue: Vec<Step>,
    pub steps: Vec<Step>,
    pub walks: Vec<Walk>,
    /// For each sum, whether it is one of floats.
    pub float_sums: Vec<bool>,
    /// Scalar inputs, in the type computed with; places point here.
    scalars: Vec<u64>,
    slots: Slots,
    inputs: Vec<Value>,
    registers: Vec<Value>,
    /// Writes to outputs that are also inputs: when the tile is done.
    last: Vec<Step>,
}

/// Slots of scratch memory: those of registers are renamed at each write, so that no loop writes what it reads.
#[derive(Default)]
struct Slots {
    free: Vec<usize>,
    count: usize,
    /// Bytes of one, with a line between so that the same element of two slots is not 4 KB apart.
    bytes: usize,
}

impl Slots {
    fn take(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| self.take_new())
    }

    /// A slot that nothing else in the program has used or will use.
    fn take_new(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }

    fn place(&self, slot: usize) -> Place {
        Place { base: std::ptr::null_mut(), offset: slot * self.bytes, step: 0 }
    }
}

/// A value that instructions can read.
#[derive(Clone, Copy)]
struct Value {
    place: Place,
    /// The slot to give back when a register gets another value.
    slot: Option<usize>,
    scalar: bool,
}

impl Value {
    const NONE: Value = Value::at(Place::NONE);

    const fn at(place: Place) -> Value {
        Value { place, slot: None, scalar: false }
    }
}

impl Plan {
    /// `Err` is a `fault`: the program has an instruction without a loop, or an index out of range.
    pub(super) fn build(&mut self, program: &Program, bindings: &Bindings) -> Result<(), u32> {
        let wide = |dtype: DType| dtype.size() == 8;
        let any_wide = program.inputs.iter().any(|input| wide(input.dtype))
            || program.code.iter().any(|instr| wide(instr.dtype) || wide(instr.out));
        self.slots.free.clear();
        self.slots.count = 0;
        self.slots.bytes = TILE * if any_wide { 8 } else { 4 } + 64;
        self.prologue.clear();
        self.steps.clear();
        self.walks.clear();
        self.inputs.clear();
        self.last.clear();
        refill(&mut self.float_sums, program.sums.len(), false);
        refill(&mut self.scalars, program.inputs.len(), 0);
        refill(&mut self.registers, program.registers as usize, Value::NONE);
        for k in 0..program.inputs.len() {
            self.input(program, bindings, k)?;
        }
        for index in 0..program.code.len() {
            self.instr(program, bindings, index)?;
        }
        self.steps.append(&mut self.last);
        Ok(())
    }

    /// Bytes of scratch memory that a thread needs.
    pub(super) fn scratch(&self) -> usize {
        self.slots.count * self.slots.bytes
    }

    fn call(&mut self, f: TileFn, dst: Place, src: Place) {
        self.steps.push(Step { action: Action::Call(f), dst, src: [src, Place::NONE, Place::NONE] });
    }

    /// Places an input: contiguous memory and scalars where they are, all else in a slot that is filled first.
    fn input(&mut self, program: &Program, bindings: &Bindings, k: usize) -> Result<(), u32> {
        let Input { dtype, access } = program.inputs[k];
        let binding = bindings.inputs.get(k).ok_or(fault::INVALID_PROGRAM)?;
        let shape = match access {
            Access::Contiguous => Shape::Contiguous,
            Access::Scalar => Shape::Scalar,
            Access::Strided => {
                Shape::of(binding.ptr, dtype.size(), bindings.dims, binding.strides).ok_or(fault::INVALID_PROGRAM)?
            }
        };
        let half = dtype != dtype.compute();
        let value = match shape {
            Shape::Scalar => {
                let none = std::ptr::null();
                // SAFETY: there is one for each input, and nothing moves them while the plan is used.
                let to = unsafe { self.scalars.as_mut_ptr().add(k) } as *mut u8;
                // SAFETY: the caller's scalar, cast to the type computed with, which has at most 8 bytes.
                unsafe { cast(dtype, dtype.compute())(to, binding.ptr, none, none, 1) };
                Value { place: Place::scalar(to), slot: None, scalar: true }
            }
            Shape::Contiguous if !half => Value::at(Place::memory(binding.ptr, dtype)),
            Shape::Contiguous => {
                let slot = self.slots.take();
                let place = self.slots.place(slot);
                self.call(cast(dtype, DType::F32), place, Place::memory(binding.ptr, dtype));
                Value::at(place)
            }
            Shape::Strided(walk) => {
                let slot = self.slots.take();
                let place = self.slots.place(slot);
                let raw = if half { self.slots.take() } else { slot };
                let dst = self.slots.place(raw);
                self.steps.push(Step { action: Action::Gather(self.walks.len()), dst, src: [Place::NONE; 3] });
                self.walks.push(walk);
                if half {
                    self.call(cast(dtype, DType::F32), place, dst);
                    self.slots.free.push(raw);
                }
                Value::at(place)
            }
        };
        self.inputs.push(value);
        let sums = program.sums.iter().enumerate();
        for (sum, _) in sums.filter(|(_, sink)| **sink == SumSink::Input(k as u8)) {
            let place = if value.scalar { self.spread(value.place, dtype.compute()) } else { value.place };
            self.sum(sum, dtype, place);
        }
        Ok(())
    }

    fn sum(&mut self, sum: usize, dtype: DType, src: Place) {
        self.float_sums[sum] = dtype.is_float();
        let action = Action::Sum(sum, tile_sum(dtype));
        self.steps.push(Step { action, dst: Place::NONE, src: [src, Place::NONE, Place::NONE] });
    }

    /// A slot full of a scalar.
    fn spread(&mut self, scalar: Place, dtype: DType) -> Place {
        let fill: TileFn = match dtype.size() {
            1 => fill::<u8>,
            4 => fill::<u32>,
            _ => fill::<u64>,
        };
        // Never given back: it is filled once per chunk.
        let slot = self.slots.take_new();
        let dst = self.slots.place(slot);
        let src = [scalar, Place::NONE, Place::NONE];
        self.prologue.push(Step { action: Action::Call(fill), dst, src });
        dst
    }

    fn instr(&mut self, program: &Program, bindings: &Bindings, index: usize) -> Result<(), u32> {
        let Instr { tiles, dtype, out, dst, src } = program.code[index];
        let arity = tiles.arity as usize;
        let mut values = [Value::NONE; 3];
        let mut scalars = 0;
        for i in 0..arity {
            let value = match src[i] {
                Src::Reg(r) => self.registers.get(r as usize),
                Src::Input(k) => self.inputs.get(k as usize),
                Src::None => None,
            };
            values[i] = *value.ok_or(fault::INVALID_PROGRAM)?;
            if values[i].scalar {
                scalars |= SCALAR_X << i;
            }
        }
        // All scalars as they are, else as many as a loop takes.
        let (taken, f) = match tiles.get(dtype, scalars) {
            Some(f) => (scalars, f),
            None => (0..scalars)
                .filter(|taken| taken & !scalars == 0)
                .filter_map(|taken| Some((taken, tiles.get(dtype, taken)?)))
                .max_by_key(|(taken, _)| taken.count_ones())
                .ok_or(fault::INVALID_PROGRAM)?,
        };
        let mut places = [Place::NONE; 3];
        for i in 0..arity {
            let spread = values[i].scalar && taken & (SCALAR_X << i) == 0;
            let dtype = tiles.operands[i].of(dtype.compute());
            places[i] = if spread { self.spread(values[i].place, dtype) } else { values[i].place };
        }

        let outputs = program.outputs.iter().zip(bindings.outputs);
        let mut outputs = outputs.filter(|(output, _)| output.instr as usize == index).map(|(_, &ptr)| ptr).peekable();
        let direct = outputs.next_if(|&ptr| out == out.compute() && !self.is_input(ptr));
        let value = match direct {
            Some(ptr) => Value::at(Place::memory(ptr, out)),
            None => {
                let slot = self.slots.take();
                Value { place: self.slots.place(slot), slot: Some(slot), scalar: false }
            }
        };
        self.steps.push(Step { action: Action::Call(f), dst: value.place, src: places });
        let value = match (round_to(out), value.slot) {
            (Some(round), Some(slot)) => {
                let rounded = self.slots.take();
                let place = self.slots.place(rounded);
                self.call(round, place, value.place);
                self.slots.free.push(slot);
                Value { place, slot: Some(rounded), scalar: false }
            }
            _ => value,
        };
        let mut pinned = false;
        for ptr in outputs {
            let step = Step {
                action: Action::Call(cast(out.compute(), out)),
                dst: Place::memory(ptr, out),
                src: [value.place, Place::NONE, Place::NONE],
            };
            if self.is_input(ptr) {
                pinned = true;
                self.last.push(step);
            } else {
                self.steps.push(step);
            }
        }
        for (sum, _) in program.sums.iter().enumerate().filter(|(_, sink)| **sink == SumSink::Instr(index as u16)) {
            self.sum(sum, out.compute(), value.place);
        }
        let register = self.registers.get_mut(dst as usize).ok_or(fault::INVALID_PROGRAM)?;
        let value = if pinned { Value { slot: None, ..value } } else { value };
        if let Some(slot) = std::mem::replace(register, value).slot {
            self.slots.free.push(slot);
        }
        Ok(())
    }

    /// Is this memory read as an input while the tile is computed? (Half inputs are read before.)
    fn is_input(&self, ptr: *mut u8) -> bool {
        self.inputs.iter().any(|input| input.place.base == ptr)
    }
}

fn refill<T: Clone>(vec: &mut Vec<T>, len: usize, value: T) {
    vec.clear();
    vec.resize(len, value);
}

/// `dst[i] = a[0]`.
///
/// # Safety
/// As [`TileFn`].
unsafe fn fill<T: Copy>(dst: *mut u8, a: *const u8, _: *const u8, _: *const u8, n: usize) -> u32 {
    // SAFETY: the caller's promise.
    unsafe {
        let value = std::mem::MaybeUninit::new(*(a as *const T));
        std::slice::from_raw_parts_mut(dst as *mut std::mem::MaybeUninit<T>, n).fill(value);
    }
    0
}
