//! CUDA source of elementwise work: the same [`Program`] that the CPU runs tile by tile, as one kernel in which each
//! thread computes one element from its inputs to its outputs.
//!
//! A kernel's parameters are `long long n`, then each input in order (a pointer; with a `View` after it where it is
//! read by strides), then each output's pointer. Half types are read into float and rounded after each op, as on the
//! CPU.

use std::fmt::Write;

use super::PRELUDE;
use crate::device::DType;
use crate::device::cpu::tile::{Access, Program, Src};

/// An element as it lies in memory.
fn stored(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "bool",
        DType::I64 => "INT",
        DType::F16 => "F16",
        DType::BF16 => "BF16",
        DType::F32 => "float",
        DType::F64 => "double",
    }
}

/// An element in a register.
fn computed(dtype: DType) -> &'static str {
    match dtype {
        DType::F16 | DType::BF16 => "float",
        other => stored(other),
    }
}

/// A translation unit of several kernels, each with its name.
///
/// Programs with sums have none: their sums are reductions, which elementwise kernels do not do.
pub fn unit<'a>(kernels: impl IntoIterator<Item = (&'a str, &'a Program)>) -> Option<String> {
    let mut text = String::from(PRELUDE);
    for (name, program) in kernels {
        if !program.sums.is_empty() {
            return None;
        }
        kernel(&mut text, name, program).expect("writing to a string");
    }
    Some(text)
}

fn kernel(out: &mut String, name: &str, p: &Program) -> std::fmt::Result {
    write!(out, "\nextern \"C\" __global__ void {name}(INT n")?;
    for (k, input) in p.inputs.iter().enumerate() {
        write!(out, ", const {}* in{k}", stored(input.dtype))?;
        if input.access == Access::Strided {
            write!(out, ", View v{k}")?;
        }
    }
    for (k, o) in p.outputs.iter().enumerate() {
        write!(out, ", {}* out{k}", stored(p.code[o.instr as usize].out))?;
    }
    writeln!(out, ") {{")?;
    writeln!(out, "    INT i = blockIdx.x * (INT)blockDim.x + threadIdx.x;\n    if (i >= n) return;")?;
    for (k, input) in p.inputs.iter().enumerate() {
        let at = match input.access {
            Access::Contiguous => "i".to_string(),
            Access::Scalar => "0".to_string(),
            Access::Strided => format!("v{k}.at(i)"),
        };
        writeln!(out, "    const {} x{k} = READ(in{k}[{at}]);", computed(input.dtype))?;
    }
    // Each result has a variable of its own: registers are the CPU's concern.
    let mut holds: Vec<Option<usize>> = vec![None; p.registers as usize];
    for (at, instr) in p.code.iter().enumerate() {
        writeln!(out, "    {} r{at};\n    {{", computed(instr.out))?;
        writeln!(out, "        typedef {} T;", computed(instr.dtype))?;
        for (k, letter) in ["x", "y", "z"].into_iter().enumerate().take(instr.tiles.arity as usize) {
            let ty = computed(instr.tiles.operands[k].of(instr.dtype));
            let from = match instr.src[k] {
                Src::Reg(r) => match holds[r as usize] {
                    Some(result) => format!("r{result}"),
                    None => unreachable!("a register is written before it is read"),
                },
                Src::Input(input) => format!("x{input}"),
                Src::None => unreachable!("an op has all its operands"),
            };
            // Beside the variables of the kernel, an operand's name must not see itself.
            writeln!(out, "        const {ty} {letter} = ({ty}){from};")?;
        }
        let expression = instr.tiles.cuda;
        let rounded = match instr.out {
            DType::F16 => format!("ROUND_F16({expression})"),
            DType::BF16 => format!("ROUND_BF16({expression})"),
            other => format!("({})({expression})", computed(other)),
        };
        writeln!(out, "        r{at} = {rounded};\n    }}")?;
        holds[instr.dst as usize] = Some(at);
    }
    for (k, o) in p.outputs.iter().enumerate() {
        let instr = &p.code[o.instr as usize];
        let value = match instr.out {
            DType::F16 => format!("TO_F16(r{})", o.instr),
            DType::BF16 => format!("TO_BF16(r{})", o.instr),
            _ => format!("r{}", o.instr),
        };
        writeln!(out, "    out{k}[i] = {value};")?;
    }
    writeln!(out, "}}")
}
