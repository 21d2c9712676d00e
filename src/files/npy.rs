//! NumPy's `.npy`: a magic number, a header that is a Python literal, the numbers.
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use std::io::{Read, Write};

use half::{bf16, f16};

use super::{FileError, Result};
use crate::device::DType;
use crate::tensor::{Dims, MAX_DIMS, Num, Strides, Tensor};

const MAGIC: &[u8] = b"\x93NUMPY";

/// A longer header describes no array of numbers; NumPy draws the same line at 10,000.
const MAX_HEADER: usize = 1 << 16;

/// Bytes that are converted at a time.
const CHUNK: usize = 1 << 15;

/// Elements as files hold them; those that Reel does not have are widened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Element {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    BF16,
    F32,
    F64,
}

impl Element {
    pub fn size(self) -> usize {
        match self {
            Element::Bool | Element::I8 | Element::U8 => 1,
            Element::I16 | Element::U16 | Element::F16 | Element::BF16 => 2,
            Element::I32 | Element::U32 | Element::F32 => 4,
            Element::I64 | Element::U64 | Element::F64 => 8,
        }
    }

    /// The dtype that holds all its values; of u64 all that fit.
    pub fn dtype(self) -> DType {
        match self {
            Element::Bool => DType::Bool,
            Element::F16 => DType::F16,
            Element::BF16 => DType::BF16,
            Element::F32 => DType::F32,
            Element::F64 => DType::F64,
            _ => DType::I64,
        }
    }

    /// One element, little endian; None for a u64 that is no i64.
    fn decode(self, b: &[u8]) -> Option<Num> {
        macro_rules! number {
            ($t:ty) => {
                <$t>::from_le_bytes(b.try_into().ok()?)
            };
        }
        Some(match self {
            Element::Bool => Num::Bool(b[0] != 0),
            Element::I8 => Num::Int(number!(i8).into()),
            Element::I16 => Num::Int(number!(i16).into()),
            Element::I32 => Num::Int(number!(i32).into()),
            Element::I64 => Num::Int(number!(i64)),
            Element::U8 => Num::Int(b[0].into()),
            Element::U16 => Num::Int(number!(u16).into()),
            Element::U32 => Num::Int(number!(u32).into()),
            Element::U64 => Num::Int(number!(u64).try_into().ok()?),
            Element::F16 => Num::Float(number!(f16).to_f64()),
            Element::BF16 => Num::Float(number!(bf16).to_f64()),
            Element::F32 => Num::Float(number!(f32).into()),
            Element::F64 => Num::Float(number!(f64)),
        })
    }
}

struct Header {
    element: Element,
    big_endian: bool,
    fortran: bool,
    dims: Vec<usize>,
}

/// Reads an array of which `len` bytes are there, header included.
///
/// # Errors
/// When it is damaged, holds no numbers, or memory is short.
pub fn read(from: &mut dyn Read, len: u64) -> Result<Tensor> {
    let (header, used) = header(from)?;
    if header.dims.len() > MAX_DIMS {
        let n = header.dims.len();
        return Err(FileError::unfit(format!("an array of {n} dimensions; tensors have at most {MAX_DIMS}")));
    }
    let mut dims = header.dims;
    if header.fortran {
        dims.reverse();
    }
    let t = numbers(from, header.element, header.big_endian, Dims::of(&dims), len.saturating_sub(used))?;
    if !header.fortran || dims.len() < 2 {
        return Ok(t);
    }
    // Column-major is row-major with the dimensions turned round.
    let own = t.to_dims().strides();
    let mut strides: Strides = own;
    strides[..dims.len()].reverse();
    dims.reverse();
    Ok(t.view(Dims::of(&dims), 0, &strides)?.plain()?)
}

/// Reads the numbers of a row-major array, of which `len` bytes are there.
pub fn numbers(from: &mut dyn Read, element: Element, big_endian: bool, dims: Dims, len: u64) -> Result<Tensor> {
    let size = element.size();
    let shape = Tensor::shape_of(element.dtype(), dims)?;
    let need = (shape.numel() as u64).saturating_mul(size as u64);
    if need > len {
        return Err(FileError::damaged(format!("the header promises {need} bytes of numbers, and {len} are there")));
    }
    let mut reader =
        Elements { from, element, big_endian, left: need as usize, buffer: Vec::new(), at: 0, failed: None };
    let t = Tensor::from_nums(element.dtype(), dims, &mut reader)?;
    match reader.failed {
        Some(e) => Err(e),
        None => Ok(t),
    }
}

/// The numbers one after the other; zeros after a failure.
struct Elements<'r> {
    from: &'r mut dyn Read,
    element: Element,
    big_endian: bool,
    /// Bytes that are still in the file.
    left: usize,
    buffer: Vec<u8>,
    at: usize,
    failed: Option<FileError>,
}

impl Iterator for Elements<'_> {
    type Item = Num;

    fn next(&mut self) -> Option<Num> {
        let size = self.element.size();
        if self.at == self.buffer.len() && self.failed.is_none() {
            self.refill();
        }
        if self.failed.is_some() {
            return Some(Num::Int(0));
        }
        let number = self.element.decode(&self.buffer[self.at..self.at + size]);
        self.at += size;
        if number.is_none() {
            self.failed = Some(FileError::unfit("an unsigned 64-bit number that does not fit in i64"));
        }
        number.or(Some(Num::Int(0)))
    }
}

impl Elements<'_> {
    fn refill(&mut self) {
        self.buffer.resize(self.left.min(CHUNK), 0);
        self.at = 0;
        self.left -= self.buffer.len();
        if let Err(e) = self.from.read_exact(&mut self.buffer) {
            self.failed = Some(e.into());
        } else if self.big_endian {
            self.buffer.chunks_exact_mut(self.element.size()).for_each(<[u8]>::reverse);
        }
    }
}

/// The header and how many bytes it took.
fn header(from: &mut dyn Read) -> Result<(Header, u64)> {
    let mut start = [0; 8];
    from.read_exact(&mut start)?;
    if &start[..6] != MAGIC {
        return Err(FileError::damaged("this is no .npy file").help(match &start[..2] {
            b"PK" => "it is a zip archive: give it the ending `.npz`",
            _ => "`.npy` files are written by `save` and by NumPy's `numpy.save`",
        }));
    }
    let mut size = [0; 4];
    let width = match start[6] {
        1 => 2,
        2 | 3 => 4,
        v => return Err(FileError::damaged(format!("version {v} of the .npy format is not known"))),
    };
    from.read_exact(&mut size[..width])?;
    let size = u32::from_le_bytes(size) as usize;
    if size > MAX_HEADER {
        return Err(FileError::damaged(format!("a header of {size} bytes")));
    }
    let mut text = vec![0; size];
    from.read_exact(&mut text)?;
    // Versions 1 and 2 are Latin-1, but all that is understood here is ASCII.
    let text = String::from_utf8_lossy(&text);
    let header = Literal { rest: &text }.header()?;
    Ok((header, (8 + width + size) as u64))
}

/// Reads the few Python literals that headers are made of.
struct Literal<'t> {
    rest: &'t str,
}

impl<'t> Literal<'t> {
    /// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`
    fn header(mut self) -> Result<Header> {
        let (mut descr, mut fortran, mut dims) = (None, None, None);
        self.expect("{")?;
        while !self.eat("}") {
            let key = self.string()?;
            self.expect(":")?;
            match key {
                "descr" => descr = Some(self.descr()?),
                "fortran_order" => fortran = Some(self.boolean()?),
                "shape" => dims = Some(self.shape()?),
                other => return Err(FileError::damaged(format!("the header has an entry `{other}`"))),
            }
            if !self.eat(",") {
                self.expect("}")?;
                break;
            }
        }
        let missing = || FileError::damaged("the header lacks `descr`, `fortran_order` or `shape`");
        let (element, big_endian) = descr.ok_or_else(missing)?;
        Ok(Header { element, big_endian, fortran: fortran.ok_or_else(missing)?, dims: dims.ok_or_else(missing)? })
    }

    fn eat(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        if self.eat(token) { Ok(()) } else { Err(FileError::damaged("the header cannot be read")) }
    }

    fn string(&mut self) -> Result<&'t str> {
        let quote = if self.eat("'") { '\'' } else { self.expect("\"").map(|()| '"')? };
        let (text, rest) =
            self.rest.split_once(quote).ok_or_else(|| FileError::damaged("the header cannot be read"))?;
        self.rest = rest;
        Ok(text)
    }

    fn boolean(&mut self) -> Result<bool> {
        Ok(if self.eat("True") { true } else { self.expect("False").map(|()| false)? })
    }

    fn shape(&mut self) -> Result<Vec<usize>> {
        self.expect("(")?;
        let mut dims = Vec::new();
        while !self.eat(")") {
            self.rest = self.rest.trim_start();
            let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
            let (digits, rest) = self.rest.split_at(end);
            dims.push(digits.parse().map_err(|_| FileError::damaged("the shape in the header cannot be read"))?);
            // Python 2 wrote long ints with an L.
            self.rest = rest.strip_prefix('L').unwrap_or(rest);
            if !self.eat(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(dims)
    }

    /// `'<f4'`, with whether it is big endian.
    fn descr(&mut self) -> Result<(Element, bool)> {
        if self.eat("[") {
            return Err(FileError::unfit("an array of records with named fields; save each field by itself"));
        }
        let descr = self.string()?;
        let (order, kind) = match descr.chars().next() {
            Some(c @ ('<' | '>' | '|' | '=')) => (c, &descr[1..]),
            _ => ('=', descr),
        };
        let element = match kind {
            "b1" | "?" => Element::Bool,
            "i1" => Element::I8,
            "i2" => Element::I16,
            "i4" => Element::I32,
            "i8" => Element::I64,
            "u1" => Element::U8,
            "u2" => Element::U16,
            "u4" => Element::U32,
            "u8" => Element::U64,
            "f2" => Element::F16,
            "f4" => Element::F32,
            "f8" => Element::F64,
            // NumPy has no name for bf16: packages that bring it write two bytes of "anything".
            "V2" => Element::BF16,
            _ => return Err(no_numbers(kind)),
        };
        Ok((element, order == '>' || (order == '=' && cfg!(target_endian = "big"))))
    }
}

fn no_numbers(kind: &str) -> FileError {
    let (what, help) = match kind.chars().next() {
        Some('c') => ("complex numbers", "save the real and the imaginary part by themselves"),
        Some('U' | 'S' | 'a') => ("text", "tensors hold numbers alone"),
        Some('O') => ("Python objects", "reading them would run code from the file; save numbers"),
        Some('M' | 'm') => ("dates or durations", "in NumPy convert them first: `a.astype(\"int64\")`"),
        Some('f') => ("floats of another size", "in NumPy convert them first: `a.astype(\"float64\")`"),
        _ => return FileError::unfit(format!("an array of `{kind}`, which is no kind of number")),
    };
    FileError::unfit(format!("an array of {what} (`{kind}`)")).help(help)
}

/// Writes version 1.0 of the format, row-major and little endian.
pub fn write(out: &mut dyn Write, t: &Tensor) -> Result<()> {
    let descr = match t.dtype() {
        DType::Bool => "|b1",
        DType::I64 => "<i8",
        DType::F16 => "<f2",
        DType::BF16 => "<V2",
        DType::F32 => "<f4",
        DType::F64 => "<f8",
    };
    let sizes: Vec<String> = t.dims().iter().map(|d| d.to_string()).collect();
    let shape = match &sizes[..] {
        [one] => format!("({one},)"),
        _ => format!("({})", sizes.join(", ")),
    };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    // The numbers begin at a multiple of 64, a line feed before them.
    let start = MAGIC.len() + 4;
    let padding = 63 - (start + header.len()) % 64;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    out.write_all(MAGIC)?;
    out.write_all(&[1, 0])?;
    // At most eight sizes of twenty digits: far below 64 KB.
    out.write_all(&(header.len() as u16).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    write_numbers(out, t)
}

/// The numbers in row-major order, little endian.
pub fn write_numbers(out: &mut dyn Write, t: &Tensor) -> Result<()> {
    let mut buffer = Vec::with_capacity(CHUNK);
    macro_rules! all {
        ($t:ty, $plain:ident) => {
            for chunk in $plain.slice::<$t>().chunks(CHUNK / size_of::<$t>()) {
                buffer.clear();
                chunk.iter().for_each(|x| buffer.extend_from_slice(&x.to_le_bytes()));
                out.write_all(&buffer)?;
            }
        };
    }
    let plain = t.plain()?;
    match t.dtype() {
        DType::Bool => out.write_all(plain.slice::<u8>())?,
        DType::I64 => all!(i64, plain),
        DType::F16 => all!(f16, plain),
        DType::BF16 => all!(bf16, plain),
        DType::F32 => all!(f32, plain),
        DType::F64 => all!(f64, plain),
    }
    Ok(())
}
