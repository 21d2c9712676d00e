//! `npy.tsv` holds files that NumPy wrote, or that were spoiled by hand, as hexadecimal bytes, with what
//! they hold; `npz.tsv` two archives of `w`, `b` and `s`.

use std::io::Cursor;

use proptest::prelude::*;

use super::json::Json;
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
            let flag =
                Tensor::from_nums(DType::Bool, Dims::of(&[3]), [true, false, true].map(Num::Bool)).expect("fits");
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

// ---------------------------------------------------------------------------------------------------------------------
// What Python's libraries write; `scripts/files.py` makes the tables.

/// The strings of a JSON array.
fn strings(text: &str) -> Vec<String> {
    let Json::Array(items) = json::parse(text).expect("JSON") else { panic!("an array") };
    items
        .into_iter()
        .map(|i| match i {
            Json::Str(s) => s,
            other => panic!("{other:?}"),
        })
        .collect()
}

fn read_safetensors(data: &[u8]) -> Result<Vec<(String, Tensor)>> {
    safetensors::read_from(&mut Cursor::new(data), data.len() as u64)
}

#[test]
fn what_safetensors_writes_is_read() {
    for line in include_str!("safetensors.tsv").lines() {
        let [name, hex, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let read = read_safetensors(&bytes(hex)).expect(name);
        let texts: Vec<String> = read.into_iter().map(|(k, t)| format!("{k}: {}", shown(t))).collect();
        assert_eq!(texts, strings(expected), "{name}");
    }
}

/// A file with this header and so many bytes behind it.
fn safetensors_with(header: &str, room: usize) -> Vec<u8> {
    let mut data = (header.len() as u64).to_le_bytes().to_vec();
    data.extend_from_slice(header.as_bytes());
    data.resize(data.len() + room, 0);
    data
}

#[test]
fn headers_that_lie() {
    let one = |shape: &str, from: u64, to: u64| {
        format!("{{\"a\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[{from},{to}]}}}}")
    };
    let two = |a: (u64, u64), b: (u64, u64)| {
        format!(
            "{{\"a\":{{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[{},{}]}},\"b\":{{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[{},{}]}}}}",
            a.0, a.1, b.0, b.1
        )
    };
    let cases = [
        (one("[2]", 0, 8), 8, ""),
        (two((4, 8), (0, 4)), 8, ""),
        ("{\"__metadata__\":{\"a\":\"b\"}}".into(), 0, ""),
        ("{\"__metadata__\":{\"a\":1}}".into(), 0, "is not made of texts"),
        (one("[3]", 0, 8), 8, "does not go with the number of bytes"),
        (one("[-2]", 0, 8), 8, "no `shape`"),
        (one("[2.5]", 0, 8), 8, "no `shape`"),
        (one("[4294967296,4294967296]", 0, 0), 0, "does not go with the number of bytes"),
        (one("[18446744073709551615]", 0, 8), 8, "does not go with the number of bytes"),
        (one("[2]", 8, 0), 8, "does not go with the number of bytes"),
        (one("[1,1,1,1,1,1,1,1,2]", 0, 8), 8, "9 dimensions"),
        (one("[2]", 0, 8), 7, "outside of the file"),
        (one("[2]", 0, 8), 9, "1 bytes behind the last tensor"),
        (one("[2]", 4, 12), 12, "a gap before"),
        (two((0, 4), (2, 6)), 8, "in another tensor"),
        (two((0, 4), (0, 4)), 4, "in another tensor"),
        (two((0, 4), (4, 8)).replace("\"b\"", "\"a\""), 8, "two tensors named `a`"),
        (one("[2]", 0, 8).replace("F32", "F8_E4M3"), 8, "dtype F8_E4M3"),
        ("[]".into(), 0, "no JSON object"),
        ("{\"a\":1}".into(), 0, "does not describe a tensor"),
        ("{\"a\":{}}".into(), 0, "no `dtype`"),
    ];
    for (header, room, expected) in cases {
        match read_safetensors(&safetensors_with(&header, room)) {
            Ok(_) => assert_eq!(expected, "", "{header}"),
            Err(e) => assert!(!expected.is_empty() && e.message.contains(expected), "{header}: {}", e.message),
        }
    }
    let mut long = safetensors_with("{}", 0);
    for size in [1 << 31, 3, u64::MAX, u64::MAX - 7] {
        long[..8].copy_from_slice(&size.to_le_bytes());
        let e = read_safetensors(&long).expect_err("too long");
        assert!(e.message.contains(&format!("a header of {size} bytes")), "{}", e.message);
    }
}

/// Bytes of the image of this name, its shape, the largest value of a pixel, and the pixels.
fn golden_images() -> impl Iterator<Item = (&'static str, Vec<u8>, Vec<usize>, f32, Vec<f32>)> {
    include_str!("images.tsv").lines().map(|line| {
        let [name, hex, shape, most, pixels] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let numbers = |text: &str| text.split(',').map(|x| x.parse().expect("a number")).collect::<Vec<f32>>();
        let shape = numbers(shape).into_iter().map(|x| x as usize).collect();
        (name, bytes(hex), shape, most.parse().expect("a number"), numbers(pixels))
    })
}

fn read_image(name: &str, data: &[u8]) -> Result<Tensor> {
    if name.starts_with("jpeg") {
        image::read_jpeg(data)
    } else {
        image::read_png(&mut Cursor::new(data), data.len() as u64)
    }
}

#[test]
fn images_are_what_pillow_reads() {
    for (name, data, shape, most, pixels) in golden_images() {
        let t = read_image(name, &data).expect(name);
        assert_eq!((t.dtype(), t.dims()), (DType::F32, &shape[..]), "{name}");
        // Decoders of JPEG may round differently, and smooth colours that stand for several pixels.
        let near = match name {
            "jpeg 4:2:0" => 12.0,
            n if n.starts_with("jpeg") => 2.0,
            _ => 0.0,
        };
        for (k, (got, want)) in t.slice::<f32>().iter().zip(pixels).enumerate() {
            assert!((got * most - want).abs() <= near + 1e-3, "{name}, pixel {k}: {} and not {want}", got * most);
            assert!((0.0..=1.0).contains(got), "{name}");
        }
    }
}

#[test]
fn images_that_end_too_early() {
    for (name, data, ..) in golden_images() {
        for len in 0..data.len() {
            let e = read_image(name, &data[..len]).map(|_| ()).expect_err(name);
            assert_eq!(e.code, "FILE-02", "{name} of {len} bytes: {}", e.message);
        }
    }
}

#[test]
fn image_headers_that_lie() {
    let (_, png, ..) = golden_images().find(|(name, ..)| *name == "RGB").expect("there");
    let mut data = png.clone();
    data[16..24].copy_from_slice(&[0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
    let sum = crc32(&data[12..29]);
    data[29..33].copy_from_slice(&sum.to_be_bytes());
    let e = read_image("RGB", &data).map(|_| ()).expect_err("a lie");
    assert!(e.message.contains("promises 100000 by 100000 pixels"), "{}", e.message);
    // A spoiled checksum is enough.
    let mut data = png;
    data[29] ^= 1;
    assert_eq!(read_image("RGB", &data).map(|_| ()).expect_err("spoiled").code, "FILE-02");
    let (_, mut data, ..) = golden_images().find(|(name, ..)| *name == "jpeg L").expect("there");
    let at = data.windows(2).position(|m| m == [0xff, 0xc0]).expect("a header");
    data[at + 5..at + 9].copy_from_slice(&[0xff; 4]);
    let e = read_image("jpeg L", &data).map(|_| ()).expect_err("a lie");
    assert!(e.message.contains("promises 65535 by 65535 pixels"), "{}", e.message);
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0u32, |sum, &b| {
        (0..8).fold(sum ^ u32::from(b), |s, _| if s & 1 == 1 { 0xedb8_8320 ^ (s >> 1) } else { s >> 1 })
    })
}

// ---------------------------------------------------------------------------------------------------------------------

/// Columns as `name: dtype[n] [numbers]` or `name: words`.
fn table_of(text: &[u8], options: &TableOptions) -> Result<Vec<String>> {
    let columns = table::read(text, options)?;
    let shown = columns.into_iter().map(|(name, c)| match c {
        table::Column::Numbers(t) => format!("{name}: {}", shown(t)),
        table::Column::Words(words) => format!("{name}: {words:?}"),
    });
    Ok(shown.collect())
}

#[test]
fn columns_have_one_type() {
    let cases: &[(&[u8], &[&str])] = &[
        (b"a,b\n1,x\n", &["a: i64[1] [1.0]", "b: [\"x\"]"]),
        (b"1,2\n3,4", &["c0: i64[2] [1.0, 3.0]", "c1: i64[2] [2.0, 4.0]"]),
        (b"x\r\n1\r\n\r\n2.5\r\n", &["x: f32[2] [1.0, 2.5]"]),
        (b"x\r1\r2\r", &["x: i64[2] [1.0, 2.0]"]),
        (b"x\n1\n\"\"\nNA\n", &["x: f32[3] [1.0, NaN, NaN]"]),
        (b"x\ntrue\nFalse\n", &["x: bool[2] [1.0, 0.0]"]),
        (b"x\ntrue\nNA\n", &["x: f32[2] [1.0, NaN]"]),
        (b"x\ntrue\n1\n", &["x: [\"true\", \"1\"]"]),
        (b"x\n1\nNamibia\nNA\n", &["x: [\"1\", \"Namibia\", \"NA\"]"]),
        (b"x\nnan\nNaN\n", &["x: f32[2] [NaN, NaN]"]),
        (b"x\n-inf\n1e3\n", &["x: f32[2] [-inf, 1000.0]"]),
        (b"x\n9223372036854775807\n", &["x: i64[1] [9.223372036854775807e18]"]),
        (b"x\n9223372036854775808\n", &["x: [\"9223372036854775808\"]"]),
        (b" x , \n 1 , a \n", &["x: i64[1] [1.0]", "c1: [\" a \"]"]),
        (b"\xef\xbb\xbf\"a\",\"b \"\"c\"\"\"\n1,2\n", &["a: i64[1] [1.0]", "b \"c\": i64[1] [2.0]"]),
        (b"a,b\n\"x\ny\",\"1\"\n", &["a: [\"x\\ny\"]", "b: i64[1] [1.0]"]),
        (b"size\n5\" pipe\n", &["size: [\"5\\\" pipe\"]"]),
        (b"a,b\n", &["a: f32[0] []", "b: f32[0] []"]),
        (b"true\n", &["c0: bool[1] [1.0]"]),
        (b"\n\na\n1\n", &["a: i64[1] [1.0]"]),
    ];
    for (text, want) in cases {
        let want: Vec<String> =
            want.iter().map(|w| w.replace("9.223372036854775807e18", "9.223372036854776e18")).collect();
        assert_eq!(table_of(text, &TABLE).expect("a table"), want, "{:?}", String::from_utf8_lossy(text));
    }
    let with = |header, dtype| TableOptions { header, dtype, ..TABLE };
    assert_eq!(
        table_of(b"1,2\n3,0.1\n", &with(Some(true), DType::F64)).expect("a table"),
        ["1: i64[1] [3.0]", "2: f64[1] [0.1]"]
    );
    assert_eq!(table_of(b"a\nb\n", &with(Some(false), DType::F32)).expect("a table"), ["c0: [\"a\", \"b\"]"]);
    assert_eq!(table_of(b"a\n1e40\n", &with(None, DType::F64)).expect("a table"), ["a: f64[1] [1e40]"]);
    // A number is rounded once.
    let t = table_of(b"a\n0.1\n16777217.5\n", &TABLE).expect("a table");
    assert_eq!(t, [format!("a: f32[2] [{:?}, {:?}]", f64::from(0.1f32), f64::from(16777217.5f32))]);
}

#[test]
fn tables_that_are_none() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "empty"),
        (b"\n\r\n", "empty"),
        (b"a,b\n1\n", "line 2 has 1 field, and the first row has 2"),
        (b"a,b\n\"x\ny\",1\n\n\n1,2,3\n", "line 6 has 3 fields"),
        (b"a,a\n1,2\n", "two columns are named `a`"),
        (b"a, a \n1,2\n", "two columns are named `a`"),
        (b"c1,\n1,2\n", "two columns are named `c1`"),
        (b"a\n\0\n", "line 2 holds a zero byte"),
        (b"a\nb\n\xff\n", "line 3 is no UTF-8 text"),
        (b"a,b\n1,\"x\n2,y\n", "line 2 is never closed"),
        (b"a\n1e39\n", "`1e39` in line 2, column 1 is beyond f32"),
    ];
    for (text, want) in cases {
        match table_of(text, &TABLE) {
            Ok(columns) => panic!("{:?} gives {columns:?}", String::from_utf8_lossy(text)),
            Err(e) => assert!(e.code == "FILE-02" && e.message.contains(want), "{want}: {}", e.message),
        }
    }
}

#[test]
fn json_beyond_64_bits() {
    for text in ["18446744073709551616", "-9223372036854775809", "1e999"] {
        assert_eq!(json::parse(text).expect_err("too large").code, "FILE-03", "{text}");
    }
}

proptest! {
    #[test]
    fn spoiled_images_do_not_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let all: Vec<_> = golden_images().collect();
        let (name, data, ..) = &all[which.index(all.len())];
        let mut data = data.clone();
        for (at, byte) in changes {
            let at = at.index(data.len());
            data[at] = byte;
        }
        let _ = read_image(name, &data);
    }

    #[test]
    fn any_text_is_a_table_or_not(text in "[ab1.,;\"\n\r\t -]{0,60}", header in any::<Option<bool>>(), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let options = TableOptions { header, ..TABLE };
        let _ = table::read(text.as_bytes(), &options);
        let _ = table::read(&bytes, &options);
        let _ = json::parse(&text);
    }

    #[test]
    fn tables_come_back(
        ints in prop::collection::vec(any::<i64>(), 1..20),
        seed in any::<u64>(),
        word in "[a-z \"\n\r,;é]{1,8}",
    ) {
        let n = ints.len();
        let floats: Vec<f64> = (0..n as u64).map(|k| f64::from_bits((seed ^ k.wrapping_mul(0x9e37_79b9_7f4a_7c15)) & !(1 << 62)) + 0.5).collect();
        let columns = [
            table::Column::Numbers(Tensor::from_i64s(&[n], &ints).expect("fits")),
            table::Column::Numbers(Tensor::from_f64s(DType::F64, &[n], &floats).expect("fits")),
            table::Column::Words(vec![format!("w{word}"); n]),
        ];
        let mut out = Vec::new();
        let names = ["i", "f", "w \"x\""].map(String::from);
        table::write(&mut out, &columns, Some(&names), b';').expect("memory takes it");
        let options = TableOptions { dtype: DType::F64, separator: b';', ..TABLE };
        let back = table::read(&out, &options).expect("a table");
        for ((name, got), (want_name, want)) in back.into_iter().zip(names.iter().zip(columns)) {
            prop_assert_eq!(&name, want_name);
            match (got, want) {
                (table::Column::Numbers(a), table::Column::Numbers(b)) => {
                    prop_assert_eq!(a.dtype(), b.dtype());
                    prop_assert_eq!(format!("{:?}", a.to_nums()), format!("{:?}", b.to_nums()));
                }
                (table::Column::Words(a), table::Column::Words(b)) => prop_assert_eq!(a, b),
                _ => prop_assert!(false, "another kind"),
            }
        }
    }
}
