//! Two steps of arithmetic in one loop: what stands between them stays in a register of the processor. Each step
//! rounds, as it would on its own.

use super::kernel::{Basic, Tiles};
use super::program::{Access, Instr, Program, Src, SumSink};
use crate::device::DType;
use crate::device::cpu::tile::tiles;

/// How the second step takes the result of the first.
#[derive(Clone, Copy)]
enum Second {
    Plus,
    Minus,
    From,
    Times,
}

macro_rules! pairs {
    (@row $first:tt) => {
        [
            tiles!("pair", cuda: concat!("(x ", stringify!($first), " y) + z"), real: |x, y, z| (x $first y) + z),
            tiles!("pair", cuda: concat!("(x ", stringify!($first), " y) - z"), real: |x, y, z| (x $first y) - z),
            tiles!("pair", cuda: concat!("z - (x ", stringify!($first), " y)"), real: |x, y, z| z - (x $first y)),
            tiles!("pair", cuda: concat!("(x ", stringify!($first), " y) * z"), real: |x, y, z| (x $first y) * z),
        ]
    };
    ($($first:tt)*) => { [$(pairs!(@row $first)),*] };
}

/// By the first step (add, sub, mul) and the second.
static PAIRS: [[Tiles; 4]; 3] = pairs!(+ - *);

fn row(basic: Basic) -> Option<usize> {
    match basic {
        Basic::Add => Some(0),
        Basic::Sub => Some(1),
        Basic::Mul => Some(2),
        Basic::Div => None,
    }
}

/// Joins each instruction whose result one other alone reads with that one, where both are plain arithmetic on floats.
/// Registers are still those of the instructions that write them.
pub fn join(program: &mut Program) {
    let count = program.code.len();
    let mut uses = vec![0u8; count];
    let mut note = |at: usize| uses[at] = uses[at].saturating_add(1);
    for instr in &program.code {
        instr.src.iter().for_each(|s| {
            if let Src::Reg(r) = s {
                note(*r as usize)
            }
        });
    }
    program.outputs.iter().for_each(|o| note(o.instr as usize));
    program.sums.iter().for_each(|s| {
        if let SumSink::Instr(at) = s {
            note(*at as usize)
        }
    });
    let mut gone = vec![false; count];
    for at in 0..count {
        for side in 0..2 {
            let Src::Reg(first) = program.code[at].src[side] else { continue };
            if uses[first as usize] != 1 {
                continue;
            }
            if let Some(joined) = pair(program, first as usize, at, side) {
                program.code[at] = joined;
                gone[first as usize] = true;
                break;
            }
        }
    }
    compact(program, &gone);
}

/// Instruction `at`, whose operand `side` is the result of `first`, with that one in it.
fn pair(program: &Program, first: usize, at: usize, side: usize) -> Option<Instr> {
    let (one, two) = (&program.code[first], &program.code[at]);
    let plain = |i: &Instr| i.dtype == i.out && matches!(i.out, DType::F32 | DType::F64);
    if !plain(one) || !plain(two) || one.out != two.out {
        return None;
    }
    let row = row(one.tiles.basic?)?;
    let second = match (two.tiles.basic?, side) {
        (Basic::Add, _) => Second::Plus,
        (Basic::Sub, 0) => Second::Minus,
        (Basic::Sub, _) => Second::From,
        (Basic::Mul, _) => Second::Times,
        (Basic::Div, _) => return None,
    };
    // Loops read the second and the third operand once if they are single numbers, not the first.
    let is_scalar = |s: Src| matches!(s, Src::Input(k) if program.inputs[k as usize].access == Access::Scalar);
    let (mut x, mut y) = (one.src[0], one.src[1]);
    if is_scalar(x) && one.tiles.basic != Some(Basic::Sub) {
        std::mem::swap(&mut x, &mut y);
    }
    if is_scalar(x) {
        return None;
    }
    Some(Instr { tiles: &PAIRS[row][second as usize], src: [x, y, two.src[1 - side]], ..*two })
}

/// Leaves out instructions that are gone.
fn compact(program: &mut Program, gone: &[bool]) {
    let mut new = Vec::with_capacity(gone.len());
    let mut next = 0;
    for &gone in gone {
        new.push(next);
        next += !gone as usize;
    }
    let mut index = 0;
    program.code.retain(|_| {
        index += 1;
        !gone[index - 1]
    });
    for s in program.code.iter_mut().flat_map(|i| &mut i.src) {
        if let Src::Reg(r) = s {
            *r = new[*r as usize] as u8;
        }
    }
    program.outputs.iter_mut().for_each(|o| o.instr = new[o.instr as usize] as u16);
    for s in &mut program.sums {
        if let SumSink::Instr(at) = s {
            *at = new[*at as usize] as u16;
        }
    }
}
