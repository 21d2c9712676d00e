//! Memory and kernels. `cpu` and `cuda` stand side by side with the same interface; nothing here knows
//! tensors, tapes or the language.

pub mod cpu;
pub mod cuda;
pub mod pages;
pub mod slab;

/// `key.with(f)` for keys that need no drop, on hot paths: the standard library marks `try_with` to be inlined, and
/// `with` not.
#[inline(always)]
pub(crate) fn with_local<T, R>(key: &'static std::thread::LocalKey<T>, f: impl FnOnce(&T) -> R) -> R {
    #[cold]
    #[inline(never)]
    fn gone() -> ! {
        panic!("a thread-local value is used after its thread's end")
    }
    key.try_with(f).unwrap_or_else(|_| gone())
}

/// Element types, in the order of promotion.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum DType {
    Bool,
    I64,
    F16,
    BF16,
    F32,
    F64,
}

impl DType {
    pub const ALL: [DType; 6] = [DType::Bool, DType::I64, DType::F16, DType::BF16, DType::F32, DType::F64];

    /// Bytes of one element.
    pub const fn size(self) -> usize {
        match self {
            DType::Bool => 1,
            DType::F16 | DType::BF16 => 2,
            DType::F32 => 4,
            DType::I64 | DType::F64 => 8,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            DType::Bool => "bool",
            DType::I64 => "i64",
            DType::F16 => "f16",
            DType::BF16 => "bf16",
            DType::F32 => "f32",
            DType::F64 => "f64",
        }
    }

    pub fn parse(name: &str) -> Option<DType> {
        DType::ALL.into_iter().find(|d| d.name() == name)
    }

    pub const fn is_float(self) -> bool {
        matches!(self, DType::F16 | DType::BF16 | DType::F32 | DType::F64)
    }

    /// The type that kernels compute in: half types go through f32, each result rounded back.
    pub const fn compute(self) -> DType {
        match self {
            DType::F16 | DType::BF16 => DType::F32,
            d => d,
        }
    }

    /// The type two tensors meet in; f16 with bf16 gives f32, as neither holds the other.
    pub fn promote(self, other: DType) -> DType {
        match (self, other) {
            (DType::F16, DType::BF16) | (DType::BF16, DType::F16) => DType::F32,
            (a, b) => a.max(b),
        }
    }
}

impl std::fmt::Display for DType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a tensor's numbers are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(u8)]
pub enum Device {
    #[default]
    Cpu,
    Cuda,
}

impl Device {
    /// Can tensors live there? If not, why.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn available(self) -> Result<(), &'static str> {
        match self {
            Device::Cpu => Ok(()),
            Device::Cuda => Err("there is no CUDA device: this version of Reel computes on the CPU only"),
        }
    }
}
