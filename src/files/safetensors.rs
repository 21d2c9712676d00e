//! `.safetensors`: the length of a header, the header in JSON, the numbers.
//! <https://github.com/huggingface/safetensors#format>

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use super::json::{self, Json};
use super::npy::{self, Element};
use super::{FileError, Result, reserve};
use crate::device::DType;
use crate::tensor::{Dims, MAX_DIMS, Tensor};

/// A longer header is not one; the format's own library draws the same line.
const MAX_HEADER: u64 = 100_000_000;

/// One tensor as the header describes it.
struct Entry {
    name: String,
    element: Element,
    dims: Dims,
    /// Its bytes, counted from the end of the header.
    start: u64,
    end: u64,
}

/// All tensors of the file, in the order of its header.
pub fn read(file: &mut BufReader<File>, len: u64) -> Result<Vec<(String, Tensor)>> {
    read_from(file, len)
}

pub(super) fn read_from<R: Read + Seek>(file: &mut R, len: u64) -> Result<Vec<(String, Tensor)>> {
    let mut size = [0; 8];
    file.read_exact(&mut size)?;
    let size = u64::from_le_bytes(size);
    let room = len.saturating_sub(8);
    if size > room || size > MAX_HEADER {
        return Err(FileError::damaged(format!("a header of {size} bytes in a file of {len}")));
    }
    // The text and what is made of it.
    let _header = reserve((size as usize).saturating_mul(1 + json::MOST_PER_BYTE))?;
    let mut header = vec![0; size as usize];
    file.read_exact(&mut header)?;
    let header = String::from_utf8(header).map_err(|_| FileError::damaged("the header is no text"))?;
    let parsed =
        json::parse(&header).map_err(|e| FileError::damaged(format!("the header is no JSON: {}", e.message)))?;
    let Json::Object(described) = parsed else {
        return Err(FileError::damaged("the header is no JSON object"));
    };
    let room = room - size;
    let mut names = HashSet::new();
    let mut entries = Vec::new();
    for (name, value) in described {
        if name == "__metadata__" {
            check_metadata(&value)?;
            continue;
        }
        let entry = entry(name, &value)?;
        if !names.insert(entry.name.clone()) {
            return Err(FileError::damaged(format!("the file has two tensors named `{}`", entry.name)));
        }
        entries.push(entry);
    }
    check_places(&entries, room)?;
    let mut tensors = Vec::new();
    for e in entries {
        file.seek(SeekFrom::Start(8 + size + e.start))?;
        let t = npy::numbers(file, e.element, false, e.dims, e.end - e.start).map_err(|x| x.within(&e.name))?;
        tensors.push((e.name, t));
    }
    Ok(tensors)
}

/// Texts by name, for which a program has no use.
fn check_metadata(value: &Json) -> Result<()> {
    match value {
        Json::Object(entries) if entries.iter().all(|(_, v)| matches!(v, Json::Str(_))) => Ok(()),
        _ => Err(FileError::damaged("`__metadata__` in the header is not made of texts")),
    }
}

/// Tensors lie one behind the other up to the end of the file, as the format has it: no byte counts twice, and none
/// holds something else.
fn check_places(entries: &[Entry], room: u64) -> Result<()> {
    let mut places: Vec<&Entry> = entries.iter().collect();
    places.sort_by_key(|e| (e.start, e.end));
    let mut used = 0;
    for e in places {
        if e.start < used || e.end > room {
            return Err(FileError::damaged("its numbers lie outside of the file, or in another tensor").within(&e.name));
        }
        if e.start > used {
            return Err(FileError::damaged("there is a gap before its numbers").within(&e.name));
        }
        used = e.end;
    }
    match room - used {
        0 => Ok(()),
        n => Err(FileError::damaged(format!("{n} bytes behind the last tensor belong to none"))),
    }
}

fn entry(name: String, value: &Json) -> Result<Entry> {
    let damaged = |what: &str| FileError::damaged(what).within(&name);
    let Json::Object(fields) = value else { return Err(damaged("the header does not describe a tensor")) };
    let field = |wanted: &str| fields.iter().find(|(k, _)| k == wanted).map(|(_, v)| v);
    let sizes = |wanted: &str| match field(wanted) {
        Some(Json::Array(items)) => items
            .iter()
            .map(|i| match i {
                Json::Size(n) => Some(*n),
                _ => None,
            })
            .collect::<Option<Vec<u64>>>(),
        _ => None,
    };
    let Some(Json::Str(dtype)) = field("dtype") else { return Err(damaged("there is no `dtype`")) };
    let element = match &**dtype {
        "BOOL" => Element::Bool,
        "I8" => Element::I8,
        "I16" => Element::I16,
        "I32" => Element::I32,
        "I64" => Element::I64,
        "U8" => Element::U8,
        "U16" => Element::U16,
        "U32" => Element::U32,
        "U64" => Element::U64,
        "F16" => Element::F16,
        "BF16" => Element::BF16,
        "F32" => Element::F32,
        "F64" => Element::F64,
        other => return Err(FileError::unfit(format!("numbers of dtype {other}, which is not known")).within(&name)),
    };
    let shape = sizes("shape").ok_or_else(|| damaged("there is no `shape`"))?;
    if shape.len() > MAX_DIMS {
        let n = shape.len();
        return Err(FileError::unfit(format!("{n} dimensions; tensors have at most {MAX_DIMS}")).within(&name));
    }
    let dims: Option<Vec<usize>> = shape.iter().map(|d| usize::try_from(*d).ok()).collect();
    let dims = dims.ok_or_else(|| damaged("a size that no memory has"))?;
    let Some([start, end]) = sizes("data_offsets").as_deref().and_then(|o| <[u64; 2]>::try_from(o).ok()) else {
        return Err(damaged("there are no `data_offsets`"));
    };
    let bytes = shape.iter().try_fold(element.size() as u64, |n, d| n.checked_mul(*d));
    if bytes.is_none() || end.checked_sub(start) != bytes {
        return Err(damaged("the shape does not go with the number of bytes"));
    }
    Ok(Entry { dims: Dims::of(&dims), element, start, end, name })
}

/// Writes the tensors one behind the other, those with wide numbers first, so that every number lies at a multiple of
/// its size. The header keeps their order.
pub fn write(out: &mut dyn Write, tensors: &[(String, Tensor)]) -> Result<()> {
    let mut order: Vec<usize> = (0..tensors.len()).collect();
    order.sort_by_key(|&k| std::cmp::Reverse(tensors[k].1.dtype().size()));
    let mut starts = vec![0; tensors.len()];
    let mut at = 0;
    for &k in &order {
        starts[k] = at;
        at += tensors[k].1.bytes();
    }
    let mut header = String::from("{");
    for (k, (name, t)) in tensors.iter().enumerate() {
        let dtype = match t.dtype() {
            DType::Bool => "BOOL",
            DType::I64 => "I64",
            DType::F16 => "F16",
            DType::BF16 => "BF16",
            DType::F32 => "F32",
            DType::F64 => "F64",
        };
        let sizes: Vec<String> = t.dims().iter().map(|d| d.to_string()).collect();
        let (start, end) = (starts[k], starts[k] + t.bytes());
        header.push_str(if k > 0 { "," } else { "" });
        json::push_string(&mut header, name);
        let shape = sizes.join(",");
        header.push_str(&format!(":{{\"dtype\":\"{dtype}\",\"shape\":[{shape}],\"data_offsets\":[{start},{end}]}}"));
    }
    header.push('}');
    // Blanks let the numbers begin at a multiple of eight.
    header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    order.into_iter().try_for_each(|k| npy::write_numbers(out, &tensors[k].1))
}
