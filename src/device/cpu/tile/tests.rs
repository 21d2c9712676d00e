//! Random programs against an interpreter that runs one instruction at a time over whole arrays, element by element.

use super::*;
use crate::device::DType::{self, *};
use crate::device::cpu::cast::{cast, cast_tiles, round_to};
use crate::device::cpu::isa::{Isa, with_isa};
use crate::device::cpu::pool;
use crate::device::cpu::sum::sum_all;
use std::ptr::null;

static ADD: Tiles = tiles!("add", cuda: "x + y", real: |x, y| x + y, int: |x, y| x.wrapping_add(y), bool: |x, y| x | y);
static MUL: Tiles = tiles!("mul", cuda: "x * y", real: |x, y| x * y, int: |x, y| x.wrapping_mul(y), bool: |x, y| x & y);
static TANH: Tiles = tiles!("tanh", cuda: "TANH(x)", real: |x| x.tanh());
static NEG: Tiles = tiles!("neg", cuda: "-x", real: |x| -x, int: |x| x.wrapping_neg(), bool: |x| !x);
static LESS: Tiles = tiles!("lt", cuda: "x < y", compare: |x, y| x < y);
static WHERE: Tiles = tiles!("where", cuda: "x ? y : z", choose: |x, y, z| if x { y } else { z });
static LERP: Tiles = tiles!("lerp", cuda: "x + z * (y - x)", real: |x, y, z| x + z * (y - x));
static IS_NAN: Tiles = tiles!("isnan", cuda: "isnan(x)", test: |x| x.is_nan());
static REM: Tiles = tiles!("rem", cuda: "REM(x, y)",
    checked: |x, y| if y == 0 { (0, fault::DIV_BY_ZERO) } else { (x.wrapping_rem_euclid(y), 0) });

/// SplitMix64: tests need numbers that are the same every time, no more.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// An array of any type, at a 64-byte border so that views of it are aligned.
#[derive(Clone)]
struct Array {
    dtype: DType,
    words: Vec<u64>,
    len: usize,
}

impl Array {
    fn new(dtype: DType, len: usize) -> Array {
        Array { dtype, words: vec![0; (len * dtype.size()).div_ceil(8)], len }
    }

    fn random(dtype: DType, len: usize, random: &mut Random) -> Array {
        let values: Vec<f64> = (0..len).map(|_| random.below(2001) as f64 / 250.0 - 4.0).collect();
        let mut array = Array::new(dtype, len);
        // SAFETY: two arrays of `len` elements of the types that are cast.
        unsafe { cast(F64, dtype)(array.ptr_mut(), values.as_ptr() as *const u8, null(), null(), len) };
        array
    }

    fn ptr(&self) -> *const u8 {
        self.words.as_ptr() as *const u8
    }

    fn ptr_mut(&mut self) -> *mut u8 {
        self.words.as_mut_ptr() as *mut u8
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: within the words.
        unsafe { std::slice::from_raw_parts(self.ptr(), self.len * self.dtype.size()) }
    }

    /// The elements at these indices, in the type computed with.
    fn read(&self, indices: &[usize]) -> Array {
        let size = self.dtype.size();
        let mut dense = Array::new(self.dtype, indices.len());
        let mut computed = Array::new(self.dtype.compute(), indices.len());
        // SAFETY: tests' indices are within the array; casts are between arrays of as many elements.
        unsafe {
            for (i, &at) in indices.iter().enumerate() {
                dense.ptr_mut().add(i * size).copy_from(self.ptr().add(at * size), size);
            }
            cast(self.dtype, computed.dtype)(computed.ptr_mut(), dense.ptr(), null(), null(), dense.len);
        }
        computed
    }
}

/// One input of a random program.
struct Source {
    array: Array,
    access: Access,
    /// Where index 0 is, in elements.
    start: usize,
    strides: Vec<isize>,
}

impl Source {
    fn random(random: &mut Random, dims: &[usize], access: Access, dtype: DType) -> Source {
        let n: usize = dims.iter().product();
        let (mut strides, mut start, mut len) = (vec![0isize; dims.len()], 0usize, 1usize);
        match access {
            Access::Scalar => (start, len) = (2, 4),
            Access::Contiguous => {
                start = random.below(3);
                len = n + start;
            }
            Access::Strided => {
                // A random order of the dims, some broadcast, some reversed, some with gaps.
                let mut order: Vec<usize> = (0..dims.len()).collect();
                for i in (1..order.len()).rev() {
                    order.swap(i, random.below(i + 1));
                }
                if random.below(3) == 0 {
                    order.sort();
                }
                for &dim in order.iter().rev() {
                    if random.below(4) == 0 {
                        continue;
                    }
                    let step = len * if random.below(5) == 0 { 2 } else { 1 };
                    strides[dim] = step as isize;
                    if random.below(5) == 0 {
                        strides[dim] = -strides[dim];
                        start += (dims[dim].max(1) - 1) * step;
                    }
                    len = step * dims[dim].max(1);
                }
            }
        }
        Source { array: Array::random(dtype, len, random), access, start, strides }
    }

    fn ptr(&self) -> *const u8 {
        self.array.ptr().wrapping_add(self.start * self.array.dtype.size())
    }

    /// All elements, one after another.
    fn dense(&self, dims: &[usize]) -> Array {
        let n: usize = dims.iter().product();
        let index = |flat: usize| match self.access {
            Access::Contiguous => self.start + flat,
            Access::Scalar => self.start,
            Access::Strided => {
                let (mut rest, mut at) = (flat, self.start as isize);
                for (&len, &stride) in dims.iter().zip(&self.strides).rev() {
                    at += (rest % len) as isize * stride;
                    rest /= len;
                }
                at as usize
            }
        };
        self.array.read(&(0..n).map(index).collect::<Vec<_>>())
    }
}

struct Case {
    program: Program,
    sources: Vec<Source>,
    dims: Vec<usize>,
}

impl Case {
    fn random(random: &mut Random) -> Case {
        let dims = match random.below(6) {
            0 => vec![random.below(40)],
            1 => vec![random.below(3000)],
            2 => vec![1 + random.below(60), 1 + random.below(60)],
            3 => vec![3, 1, 1 + random.below(700)],
            4 => vec![1 + random.below(12), 1 + random.below(12), 1 + random.below(12), 1 + random.below(4)],
            _ => vec![20 + random.below(40), 700 + random.below(300)],
        };
        Case::of(random, dims)
    }

    fn of(random: &mut Random, dims: Vec<usize>) -> Case {
        let sources: Vec<Source> = (0..1 + random.below(5))
            .map(|_| {
                let access = random.pick(&[Access::Contiguous, Access::Contiguous, Access::Scalar, Access::Strided]);
                let dtype = random.pick(&[Bool, I64, F16, BF16, F32, F32, F64]);
                Source::random(random, &dims, access, dtype)
            })
            .collect();
        let mut program = Program {
            inputs: sources.iter().map(|s| Input { dtype: s.array.dtype, access: s.access }).collect(),
            registers: 1 + random.below(6) as u8,
            ..Program::default()
        };
        let mut registers: Vec<Option<DType>> = vec![None; program.registers as usize];
        for index in 0..2 + random.below(12) {
            // Everything that can be read now, with its type.
            let mut values: Vec<(Src, DType)> =
                (0..sources.len()).map(|k| (Src::Input(k as u8), sources[k].array.dtype.compute())).collect();
            values.extend(registers.iter().enumerate().filter_map(|(r, d)| Some((Src::Reg(r as u8), (*d)?))));
            let (x, dtype) = random.pick(&values);
            let same: Vec<Src> = values.iter().filter(|v| v.1 == dtype).map(|v| v.0).collect();
            let bools: Vec<Src> = values.iter().filter(|v| v.1 == Bool).map(|v| v.0).collect();
            let (y, z) = (random.pick(&same), random.pick(&same));
            let (tiles, src) = match random.below(9) {
                0 | 1 => (&ADD, [x, y, Src::None]),
                2 => (&MUL, [x, y, Src::None]),
                3 if dtype.is_float() => (&TANH, [x, Src::None, Src::None]),
                4 => (&LESS, [x, y, Src::None]),
                5 if !bools.is_empty() => (&WHERE, [random.pick(&bools), y, z]),
                6 if dtype.is_float() => (&LERP, [x, y, z]),
                7 => (cast_tiles(random.pick(&DType::ALL)), [x, Src::None, Src::None]),
                8 if dtype == I64 => (&REM, [x, y, Src::None]),
                8 if dtype.is_float() => (&IS_NAN, [x, Src::None, Src::None]),
                _ => (&NEG, [x, Src::None, Src::None]),
            };
            let mut out = tiles.result.of(dtype);
            if out == F32 {
                out = random.pick(&[F32, F32, F16, BF16]);
            }
            let dst = random.below(registers.len()) as u8;
            registers[dst as usize] = Some(out.compute());
            program.code.push(Instr { tiles, dtype, out, dst, src });
            if random.below(3) == 0 {
                program.outputs.push(Output { instr: index as u16 });
            }
            if random.below(4) == 0 {
                program.sums.push(SumSink::Instr(index as u16));
            }
        }
        if random.below(3) == 0 {
            program.sums.push(SumSink::Input(random.below(sources.len()) as u8));
        }
        Case { program, sources, dims }
    }

    fn n(&self) -> usize {
        self.dims.iter().product()
    }

    /// Outputs, sums and faults as the machine gives them.
    fn run(&self) -> (Vec<Array>, Vec<Total>, u32) {
        let new = |output: &Output| Array::new(self.program.code[output.instr as usize].out, self.n());
        let mut outputs: Vec<Array> = self.program.outputs.iter().map(new).collect();
        let pointers: Vec<*mut u8> = outputs.iter_mut().map(Array::ptr_mut).collect();
        let inputs: Vec<Binding> = self.sources.iter().map(|s| Binding { ptr: s.ptr(), strides: &s.strides }).collect();
        let mut sums = vec![Total::Int(-1); self.program.sums.len()];
        let mut bindings =
            Bindings { n: self.n(), dims: &self.dims, inputs: &inputs, outputs: &pointers, sums: &mut sums };
        // SAFETY: the sources cover the dims, the outputs are of `n` elements.
        let fault = unsafe { run(&self.program, &mut bindings) };
        (outputs, sums, fault)
    }

    /// The same, one instruction after another, each over all elements one by one.
    fn interpret(&self) -> (Vec<Array>, Vec<Total>, u32) {
        let n = self.n();
        let inputs: Vec<Array> = self.sources.iter().map(|s| s.dense(&self.dims)).collect();
        let mut registers: Vec<Array> = vec![Array::new(F32, 0); self.program.registers as usize];
        let mut results = Vec::new();
        let mut faults = 0;
        for instr in &self.program.code {
            let operand = |src: Src| match src {
                Src::Reg(r) => Some(&registers[r as usize]),
                Src::Input(k) => Some(&inputs[k as usize]),
                Src::None => None,
            };
            let operands = instr.src.map(operand);
            let f = instr.tiles.get(instr.dtype, 0).unwrap();
            let mut result = Array::new(instr.out.compute(), n);
            let size = result.dtype.size();
            for i in 0..n {
                let [a, b, c] = operands.map(|o| o.map_or(null(), |o| o.ptr().wrapping_add(i * o.dtype.size())));
                // SAFETY: element `i` of each operand and of the result.
                faults |= unsafe { f(result.ptr_mut().add(i * size), a, b, c, 1) };
            }
            if let Some(round) = round_to(instr.out) {
                let mut rounded = Array::new(F32, n);
                // SAFETY: two arrays of n f32.
                unsafe { round(rounded.ptr_mut(), result.ptr(), null(), null(), n) };
                result = rounded;
            }
            registers[instr.dst as usize] = result.clone();
            results.push(result);
        }
        let outputs = self.program.outputs.iter().map(|output| {
            let result = &results[output.instr as usize];
            let mut stored = Array::new(self.program.code[output.instr as usize].out, n);
            // SAFETY: two arrays of n elements of these types.
            unsafe { cast(result.dtype, stored.dtype)(stored.ptr_mut(), result.ptr(), null(), null(), n) };
            stored
        });
        let sums = self.program.sums.iter().map(|sink| {
            let of = match *sink {
                SumSink::Instr(i) => &results[i as usize],
                SumSink::Input(k) => &inputs[k as usize],
            };
            // SAFETY: an array of n elements.
            unsafe { sum_all(of.dtype, of.ptr(), n) }
        });
        (outputs.collect(), sums.collect(), faults)
    }
}

fn same_bits(a: &Total, b: &Total) -> bool {
    match (a, b) {
        (Total::Float(a), Total::Float(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
        (a, b) => a == b,
    }
}

/// Equal in every bit, but that NaNs need not have the same payload.
fn same(a: &Array, b: &Array) -> bool {
    let nan = |array: &Array, i: usize| {
        let chunk = &array.bytes()[i * array.dtype.size()..][..array.dtype.size()];
        match array.dtype {
            F16 => half::f16::from_le_bytes(chunk.try_into().unwrap()).is_nan(),
            BF16 => half::bf16::from_le_bytes(chunk.try_into().unwrap()).is_nan(),
            F32 => f32::from_le_bytes(chunk.try_into().unwrap()).is_nan(),
            F64 => f64::from_le_bytes(chunk.try_into().unwrap()).is_nan(),
            Bool | I64 => false,
        }
    };
    let size = a.dtype.size();
    let element = |array: &Array, i: usize| array.bytes()[i * size..][..size].to_vec();
    a.dtype == b.dtype
        && a.len == b.len
        && (a.bytes() == b.bytes() || (0..a.len).all(|i| element(a, i) == element(b, i) || nan(a, i) && nan(b, i)))
}

#[test]
fn random_programs_agree_with_one_instruction_at_a_time() {
    for isa in Isa::available() {
        with_isa(isa, || {
            for seed in 0..250 {
                let case = Case::random(&mut Random(seed));
                let (outputs, sums, fault) = case.run();
                let want = case.interpret();
                assert_eq!(fault, want.2, "{isa:?} seed {seed}");
                for (k, (got, want)) in outputs.iter().zip(&want.0).enumerate() {
                    assert!(same(got, want), "{isa:?} seed {seed} output {k} of {:?} {:?}", case.dims, case.program);
                }
                for (k, (got, want)) in sums.iter().zip(&want.1).enumerate() {
                    assert!(same_bits(got, want), "{isa:?} seed {seed} sum {k}: {got:?} {want:?} {:?}", case.program);
                }
            }
        });
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    std::thread::spawn(|| {
        for seed in 1000..1030 {
            let mut random = Random(seed);
            let dims = vec![1 + random.below(60), 50 + random.below(100), 40];
            let case = Case::of(&mut random, dims);
            pool::set_threads(1);
            let alone = case.run();
            for threads in [2, 3, 5] {
                pool::set_threads(threads);
                let together = case.run();
                assert!(alone.0.iter().zip(&together.0).all(|(a, b)| same(a, b)), "seed {seed}");
                assert!(alone.1.iter().zip(&together.1).all(|(a, b)| same_bits(a, b)), "seed {seed}");
                assert_eq!(alone.2, together.2);
            }
        }
    })
    .join()
    .unwrap();
}

/// `x = x * 0.5 + y` and then `z = x_old + x_new`, in x's own memory.
#[test]
fn an_output_may_be_an_input() {
    for dtype in [F16, F32, F64] {
        for n in [1, 511, 513, 40_000] {
            let mut random = Random(n as u64);
            let (mut x, y) = (Array::random(dtype, n, &mut random), Array::random(dtype, n, &mut random));
            let half = Array::random(F64, 1, &mut random);
            let mut half_ = Array::new(dtype, 1);
            // SAFETY: one element.
            unsafe { cast(F64, dtype)(half_.ptr_mut(), half.ptr(), null(), null(), 1) };
            let input = |access| Input { dtype, access };
            let (i, r) = (Src::Input, Src::Reg);
            let instr = |tiles, dst, src| Instr { tiles, dtype, out: dtype, dst, src };
            let program = Program {
                code: vec![
                    instr(&MUL, 0, [i(0), i(2), Src::None]),
                    instr(&ADD, 0, [r(0), i(1), Src::None]),
                    instr(&ADD, 0, [i(0), r(0), Src::None]),
                ],
                inputs: vec![input(Access::Contiguous), input(Access::Contiguous), input(Access::Scalar)],
                outputs: vec![Output { instr: 1 }, Output { instr: 2 }],
                sums: vec![],
                registers: 1,
            };
            let run_on = |x_in: *const u8, x_out: *mut u8, z: &mut Array| {
                let inputs = [x_in, y.ptr(), half_.ptr()].map(|ptr| Binding { ptr, strides: &[] });
                let outputs = [x_out, z.ptr_mut()];
                let mut bindings = Bindings { n, dims: &[], inputs: &inputs, outputs: &outputs, sums: &mut [] };
                // SAFETY: arrays of n elements; x_out is x_in or apart.
                assert_eq!(unsafe { run(&program, &mut bindings) }, 0);
            };
            let (mut apart, mut z, mut z_too) = (Array::new(dtype, n), Array::new(dtype, n), Array::new(dtype, n));
            run_on(x.ptr(), apart.ptr_mut(), &mut z);
            let x_ptr = x.ptr_mut();
            run_on(x_ptr, x_ptr, &mut z_too);
            assert!(same(&x, &apart) && same(&z, &z_too), "{dtype} {n}");
        }
    }
}

#[test]
fn a_program_that_cannot_run_says_so() {
    let instr = Instr { tiles: &TANH, dtype: I64, out: I64, dst: 0, src: [Src::Input(0), Src::None, Src::None] };
    let input = Input { dtype: I64, access: Access::Contiguous };
    let mut program = Program { code: vec![instr], inputs: vec![input], registers: 1, ..Program::default() };
    let run_it = |program: &Program| {
        let x = [1i64, 2];
        let inputs = [Binding { ptr: x.as_ptr() as *const u8, strides: &[] }];
        let mut bindings = Bindings { n: 2, dims: &[], inputs: &inputs, outputs: &[], sums: &mut [] };
        // SAFETY: two elements.
        unsafe { run(program, &mut bindings) }
    };
    assert_eq!(run_it(&program), fault::INVALID_PROGRAM);
    program.code[0].tiles = &NEG;
    assert_eq!(run_it(&program), 0);
    program.code[0].src[0] = Src::Input(1);
    assert_eq!(run_it(&program), fault::INVALID_PROGRAM);
    program.code[0].src[0] = Src::Reg(7);
    assert_eq!(run_it(&program), fault::INVALID_PROGRAM);
}

#[test]
fn sums_are_accurate_and_counted() {
    for isa in Isa::available() {
        with_isa(isa, || {
            for n in [0, 1, 31, 33, 512, 513, 20_000, 300_000] {
                let x: Vec<f32> = (0..n).map(|i| 0.1 + (i % 7) as f32).collect();
                let exact: f64 = x.iter().map(|&x| x as f64).sum();
                // SAFETY: n elements.
                let Total::Float(sum) = (unsafe { sum_all(F32, x.as_ptr() as *const u8, n) }) else { panic!() };
                assert!((sum - exact).abs() <= 1e-6 * exact, "{n}: {sum} {exact}");
                let b: Vec<bool> = (0..n).map(|i| i % 3 == 0).collect();
                // SAFETY: n elements.
                let count = unsafe { sum_all(Bool, b.as_ptr() as *const u8, n) };
                assert_eq!(count, Total::Int(n.div_ceil(3) as i64));
                let i: Vec<i64> = (0..n as i64).map(|i| i64::MAX / 2 + i).collect();
                let want = i.iter().fold(0i64, |a, &b| a.wrapping_add(b));
                // SAFETY: n elements.
                assert_eq!(unsafe { sum_all(I64, i.as_ptr() as *const u8, n) }, Total::Int(want));
                let h: Vec<half::f16> = (0..n).map(|i| half::f16::from_f32((i % 5) as f32)).collect();
                let want: f64 = h.iter().map(|h| h.to_f64()).sum();
                // SAFETY: n elements.
                assert_eq!(unsafe { sum_all(F16, h.as_ptr() as *const u8, n) }, Total::Float(want));
            }
        });
    }
}
