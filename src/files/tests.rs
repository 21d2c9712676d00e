//! `npy.tsv` holds files that NumPy wrote, or that were spoiled by hand, as hexadecimal bytes, with what
//! they hold; `npz.tsv` two archives of `w`, `b` and `s`.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::device::DType;
use crate::tensor::{Dims, Num};

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .map(|b| u8::from_str_radix(std::str::from_utf8(b).expect("ASCII"), 16).expect("hex"))
        .collect()
}

fn read_npy(data: &[u8]) -> Result<Tensor> {
    npy::read(&mut &data[..], data.len() as u64)
}

/// Dtype, shape and numbers, the latter in row-major order.
fn shown(t: Tensor) -> String {
    format!("{t:?}")
}

const TABLE: TableOptions = TableOptions { header: None, separator: b',', dtype: DType::F32 };

fn read(path: &Path) -> Result<Contents> {
    load(path, Format::of(path)?, &TABLE)
}

fn sample(dtype: DType) -> Tensor {
    Tensor::from_nums(dtype, Dims::of(&[2, 3]), (0..6).map(Num::Int)).expect("fits")
}

#[test]
fn what_numpy_writes_is_read() {
    for line in include_str!("npy.tsv").lines() {
        let [name, hex, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let got = match read_npy(&bytes(hex)) {
            Ok(t) => shown(t),
            Err(e) => format!("!{}", e.code),
        };
        assert_eq!(got, expected, "{name}");
    }
}

#[test]
fn what_is_written_is_what_numpy_writes() {
    for line in include_str!("npy.tsv").lines() {
        let mut fields = line.split('\t');
        let (name, data) = (fields.next().expect("a name"), bytes(fields.next().expect("bytes")));
        let ours = ["bool", "i8", "f2", "f4", "f8", "bf16", "no dimensions", "empty", "empty rows"];
        if ours.contains(&name) {
            let mut out = Vec::new();
            npy::write(&mut out, &read_npy(&data).expect("readable")).expect("memory takes it");
            assert_eq!(out, data, "{name}");
        }
    }
}

#[test]
fn archives() {
    for line in include_str!("npz.tsv").lines() {
        let (name, hex) = line.split_once('\t').expect("two fields");
        let data = bytes(hex);
        let read = npz::read_from(Cursor::new(&data), data.len() as u64).expect(name);
        let texts: Vec<String> = read.into_iter().map(|(k, t)| format!("{k}: {}", shown(t))).collect();
        assert_eq!(texts, ["w: f32[2, 2] [0.0, 0.5, 1.0, 1.5]", "b: i64[2] [1.0, 2.0]", "s: f64[] [0.5]"], "{name}");
    }
}

#[test]
fn round_trips_of_every_dtype() {
    let folder = tempfile::tempdir().expect("a folder");
    for dtype in DType::ALL {
        let t = sample(dtype);
        let turned = t.view(Dims::of(&[3, 2]), 0, &[1, 3, 0, 0, 0, 0, 0, 0]).expect("within");
        let one = folder.path().join("a.npy");
        save_one(&one, &turned).expect("written");
        let Contents::One(back) = read(&one).expect("read") else { panic!("one tensor") };
        assert_eq!(shown(back), shown(turned.clone()));
        for ending in ["npz", "small.npz", "safetensors"] {
            let path = folder.path().join(format!("b.{ending}"));
            let flag = Tensor::from_nums(DType::Bool, Dims::of(&[3]), [true, false, true].map(Num::Bool)).expect("fits");
            let named = [("a.w \"1\"", t.clone()), ("flag", flag), ("é", turned.clone()), ("", t.clone())];
            let named = named.map(|(name, t)| (name.to_string(), t));
            match ending {
                "safetensors" => save_safetensors(&path, &named).expect("written"),
                _ => save_npz(&path, &named, ending == "small.npz").expect("written"),
            }
            let Contents::Named(back) = read(&path).expect("read") else { panic!("named tensors") };
            let texts = |all: &[(String, Tensor)]| -> Vec<String> {
                all.iter().map(|(k, t)| format!("{k}: {}", shown(t.clone()))).collect()
            };
            assert_eq!(texts(&back), texts(&named), "{dtype} {ending}");
        }
    }
    // Nothing is left beside the files.
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 4);
}

#[test]
fn a_save_that_fails_leaves_the_old_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.npy");
    std::fs::write(&path, "old").expect("written");
    let e = atomic::write(&path, |out| {
        std::io::Write::write_all(out, b"new")?;
        Err(FileError::damaged("on purpose"))
    });
    assert!(e.is_err());
    assert_eq!(std::fs::read_to_string(&path).expect("read"), "old");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    assert!(save_one(&folder.path().join("missing").join("a.npy"), &sample(DType::F32)).is_err());
}

#[cfg(unix)]
#[test]
fn files_have_usual_permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let (path, link, plain) = (folder.path().join("a.npy"), folder.path().join("b.npy"), folder.path().join("c"));
    save_one(&path, &sample(DType::F32)).expect("written");
    std::fs::write(&plain, "").expect("written");
    let mode = |p: &Path| std::fs::metadata(p).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), mode(&plain));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("ours");
    symlink(&path, &link).expect("a link");
    save_one(&link, &sample(DType::I64)).expect("written");
    assert!(std::fs::symlink_metadata(&link).expect("there").is_symlink());
    assert_eq!(mode(&path), 0o600);
    let Contents::One(t) = read(&path).expect("read") else { panic!("one tensor") };
    assert_eq!(t.dtype(), DType::I64);
}

/// Bytes of a valid file of each format.
fn valid() -> Vec<Vec<u8>> {
    let (mut npy, mut safe, mut zip) = (Vec::new(), Vec::new(), Cursor::new(Vec::new()));
    let named = [("w".to_string(), sample(DType::F32)), ("b".to_string(), sample(DType::I64))];
    npy::write(&mut npy, &sample(DType::F16)).expect("memory takes it");
    safetensors::write(&mut safe, &named).expect("memory takes it");
    npz::write_to(&mut zip, &named, true).expect("memory takes it");
    vec![npy, safe, zip.into_inner()]
}

fn read_as(which: usize, data: &[u8]) -> Result<()> {
    let len = data.len() as u64;
    match which {
        0 => read_npy(data).map(drop),
        1 => safetensors::read_from(&mut Cursor::new(data), len).map(drop),
        _ => npz::read_from(Cursor::new(data), len).map(drop),
    }
}

#[test]
fn valid_files_are_read() {
    for (which, data) in valid().iter().enumerate() {
        read_as(which, data).expect("valid");
    }
}

#[test]
fn a_damaged_archive_is_noticed() {
    let data = &valid()[2];
    let at = data.windows(6).position(|w| w == b"w.npy\0" || w.starts_with(b"w.npy")).expect("a name") + 20;
    let mut spoiled = data.clone();
    spoiled[at] ^= 0x55;
    assert!(read_as(2, &spoiled).is_err());
}

#[test]
fn an_archive_that_promises_petabytes_is_refused() {
    // The size of the first entry in the central directory becomes 4 GB minus one.
    let mut data = valid()[2].clone();
    let at = data.windows(4).position(|w| w == b"PK\x01\x02").expect("a directory");
    data[at + 24..at + 28].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
    assert!(read_as(2, &data).is_err());
}

proptest! {
    #[test]
    fn spoiled_files_neither_panic_nor_take_memory(
        which in 0usize..3,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        truncate: bool,
    ) {
        let mut data = valid()[which].clone();
        for (at, byte) in changes {
            let at = at.index(data.len());
            data[at] = byte;
        }
        if truncate {
            data.truncate(cut.index(data.len()));
        }
        let _ = read_as(which, &data);
    }

    #[test]
    fn headers_of_any_text(text in "[{}()\\[\\]:,'\" 0-9a-zL<>|-]{0,80}", which in 0usize..2) {
        let mut data = Vec::new();
        if which == 0 {
            data.extend_from_slice(b"\x93NUMPY\x01\x00");
            data.extend_from_slice(&(text.len() as u16).to_le_bytes());
        } else {
            data.extend_from_slice(&(text.len() as u64).to_le_bytes());
        }
        data.extend_from_slice(text.as_bytes());
        data.resize(data.len() + 64, 0);
        let _ = read_as(which, &data);
    }

    #[test]
    fn likely_headers(
        dtype in prop::sample::select(vec!["F32", "I8", "BOOL", "X"]),
        shape in prop::collection::vec(prop_oneof![0u64..5, any::<u64>()], 0..5),
        start in prop_oneof![0u64..9, any::<u64>()],
        end in prop_oneof![0u64..99, any::<u64>()],
    ) {
        let text = format!("{{\"a\":{{\"dtype\":\"{dtype}\",\"shape\":{shape:?},\"data_offsets\":[{start},{end}]}}}}");
        let mut data = (text.len() as u64).to_le_bytes().to_vec();
        data.extend_from_slice(text.as_bytes());
        data.resize(data.len() + 64, 0);
        let _ = read_as(1, &data);
        let shape: Vec<String> = shape.iter().map(u64::to_string).collect();
        let text = format!("{{'descr': '<f4', 'fortran_order': {}, 'shape': ({},), }}", if start % 2 == 0 { "True" } else { "False" }, shape.join(", "));
        let mut data = b"\x93NUMPY\x01\x00".to_vec();
        data.extend_from_slice(&(text.len() as u16).to_le_bytes());
        data.extend_from_slice(text.as_bytes());
        data.resize(data.len() + 64, 0);
        let _ = read_as(0, &data);
    }
}
