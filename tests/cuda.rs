//! Kernels for CUDA, without a GPU: NVRTC compiles what Reel generates. `REEL_NVRTC_LIB` names the library; without
//! it, or one that the loader finds, the test says that it was skipped.

use cudarc::nvrtc::{CompileOptions, compile_ptx_with_opts};
use reel::device::DType;
use reel::device::cpu::tile::{Access, Input, Instr, Output, Program, Src};
use reel::device::cuda::source;
use reel::ops;

const DTYPES: [DType; 6] = [DType::Bool, DType::I64, DType::F16, DType::BF16, DType::F32, DType::F64];
const ARCHITECTURES: [&str; 3] = ["compute_80", "compute_90", "compute_100"];

/// Whether NVRTC can be called. With `REEL_NVRTC_LIB` set it has to be.
fn nvrtc_is_there() -> bool {
    let Some(path) = std::env::var_os("REEL_NVRTC_LIB") else {
        // SAFETY: asks the loader, and runs the library's initialisers if it is there.
        return unsafe { cudarc::nvrtc::sys::is_culib_present() };
    };
    let path = std::path::PathBuf::from(path);
    let folder = path.parent().expect("a file in a folder").to_path_buf();
    // Under these names the loader gives what is open already.
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("libnvrtc-builtins.so")));
    files.push(path);
    for file in files {
        let name = std::ffi::CString::new(file.to_str().unwrap()).unwrap();
        // SAFETY: opens a library and runs its initialisers; it stays open.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
        assert!(!handle.is_null(), "REEL_NVRTC_LIB: {} cannot be opened", file.display());
    }
    true
}

/// One op on contiguous operands but the last, which is read by strides, and the first of several, a scalar.
fn single(tiles: &'static reel::device::cpu::tile::Tiles, dtype: DType) -> Program {
    let arity = tiles.arity as usize;
    let access = |k: usize| match k {
        0 if arity > 1 => Access::Scalar,
        k if k + 1 == arity => Access::Strided,
        _ => Access::Contiguous,
    };
    let inputs = (0..arity).map(|k| Input { dtype: tiles.operands[k].of(dtype), access: access(k) }).collect();
    let mut src = [Src::None; 3];
    for (k, s) in src.iter_mut().enumerate().take(arity) {
        *s = Src::Input(k as u8);
    }
    Program {
        code: vec![Instr { tiles, dtype, out: tiles.result.of(dtype), dst: 0, src }],
        inputs,
        outputs: vec![Output { instr: 0 }],
        sums: Vec::new(),
        registers: 1,
    }
}

/// A chain through three ops with a register used again, as put-off work becomes.
fn chain(dtype: DType) -> Program {
    let tiles = |name: &str| ops::find(name).and_then(|op| op.tiles()).expect("an elementwise op");
    let instr = |name: &str, dst, src| Instr { tiles: tiles(name), dtype, out: dtype, dst, src };
    Program {
        code: vec![
            instr("mul", 0, [Src::Input(0), Src::Input(1), Src::None]),
            instr("tanh", 1, [Src::Reg(0), Src::None, Src::None]),
            instr("add", 0, [Src::Reg(0), Src::Reg(1), Src::None]),
        ],
        inputs: vec![Input { dtype, access: Access::Contiguous }, Input { dtype: DType::F32, access: Access::Scalar }],
        outputs: vec![Output { instr: 1 }, Output { instr: 2 }],
        sums: Vec::new(),
        registers: 2,
    }
}

#[test]
fn every_elementwise_kernel_compiles() {
    let mut programs: Vec<(String, Program)> = Vec::new();
    for op in ops::all() {
        let Some(tiles) = op.tiles() else { continue };
        for dtype in DTYPES.into_iter().filter(|d| tiles.supports(d.compute())) {
            programs.push((format!("{}_{}", op.name.replace('.', "_"), dtype.name()), single(tiles, dtype)));
        }
    }
    for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64] {
        programs.push((format!("a_chain_{}", dtype.name()), chain(dtype)));
    }
    assert!(programs.len() > 100, "only {} kernels", programs.len());
    let source = source::unit(programs.iter().map(|(name, p)| (name.as_str(), p))).expect("no sums");
    for (name, _) in &programs {
        assert!(source.contains(&format!("__global__ void {name}(")), "no kernel {name}");
    }
    if !nvrtc_is_there() {
        println!("skipped: NVRTC is not there to compile {} kernels; REEL_NVRTC_LIB can name it", programs.len());
        return;
    }
    for arch in ARCHITECTURES {
        let options = CompileOptions { arch: Some(arch), fmad: Some(false), ..Default::default() };
        match compile_ptx_with_opts(&source, options) {
            Ok(ptx) => {
                let text = ptx.to_src();
                for (name, _) in &programs {
                    assert!(text.contains(&format!(".entry {name}(")), "{arch}: no entry for {name}");
                }
                println!("{arch}: {} kernels compiled", programs.len());
            }
            Err(e) => panic!("{arch}: {e:?}"),
        }
    }
}
