//! Images in `.png` and `.jpg` as tensors of `[channels, height, width]`, 0 to 1 as torchvision's `ToTensor` has them.

use std::fs::File;
use std::io::{BufRead, BufWriter, Seek};

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Charge, FileError, Result, reserve};
use crate::tensor::{Dims, Num, Tensor};

/// Deflate makes at most 1,032 bytes out of one. A header that promises more is a lie.
const MOST_INFLATED: u64 = 1032;

/// A block of 64 pixels takes two bits at the least, or one in a progressive image; three colours may share a quarter
/// of the blocks.
const MOST_PIXELS: u64 = 1024;

/// Scans of a progressive image; each costs a walk over all of it, however few bytes it has.
const MOST_SCANS: usize = 100;

/// The longest side of a JPEG.
const LONGEST_JPEG: usize = 65_535;

/// Memory of the decoder itself: rows, palettes, chunks.
const DECODER: usize = 64 << 20;

fn foreign(what: &str, start: &[u8], e: impl std::fmt::Display) -> FileError {
    let error = FileError::damaged(format!("no usable {what} image: {e}"));
    match start {
        [0xff, 0xd8, ..] if what != "JPEG" => error.help("it is a JPEG image: give it the ending `.jpg`"),
        [0x89, b'P', b'N', b'G', ..] if what != "PNG" => error.help("it is a PNG image: give it the ending `.png`"),
        _ => error,
    }
}

fn too_small(what: &str, width: usize, height: usize, len: u64) -> FileError {
    foreign(what, &[], format!("its header promises {width} by {height} pixels, which no {len} bytes hold"))
}

pub fn read_png<R: BufRead + Seek>(file: &mut R, len: u64) -> Result<Tensor> {
    let start = file.fill_buf()?.get(..4).unwrap_or(&[]).to_vec();
    let wrong = |e: png::DecodingError| match e {
        png::DecodingError::IoError(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => e.into(),
        e => foreign("PNG", &start, e),
    };
    let mut decoder = png::Decoder::new_with_limits(file, png::Limits { bytes: DECODER });
    // Palettes become colours, and bits bytes.
    decoder.set_transformations(png::Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(wrong)?;
    let info = reader.info();
    let (width, height) = (info.width as usize, info.height as usize);
    let packed = (info.width as u64 * info.bits_per_pixel() as u64).div_ceil(8).saturating_mul(info.height.into());
    if packed > len.saturating_mul(MOST_INFLATED) {
        return Err(too_small("PNG", width, height, len));
    }
    let (color, depth) = reader.output_color_type();
    let (channels, wide) = (color.samples(), depth == png::BitDepth::Sixteen);
    let size = reader.output_buffer_size().unwrap_or(usize::MAX);
    let _pixels = reserve(size.saturating_add(size.saturating_mul(if wide { 2 } else { 4 })))?;
    let mut bytes = vec![0; size];
    reader.next_frame(&mut bytes).map_err(wrong)?;
    reader.finish().map_err(wrong)?;
    drop(_pixels);
    match wide {
        false => planes(&bytes, channels, height, width, |b| f32::from(b[0]) / 255.0),
        true => planes(&bytes, channels, height, width, |b| f32::from(u16::from_be_bytes([b[0], b[1]])) / 65535.0),
    }
}

pub fn read_jpeg(bytes: &[u8]) -> Result<Tensor> {
    let wrong = |e: DecodeErrors| match e {
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(_) => foreign("JPEG", bytes, "it ends too early"),
        e => foreign("JPEG", bytes, format!("{e}").trim_end().trim_matches('"')),
    };
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(LONGEST_JPEG)
        .set_max_height(LONGEST_JPEG)
        .jpeg_set_max_scans(MOST_SCANS);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(wrong)?;
    let Some(info) = decoder.info() else { return Err(foreign("JPEG", bytes, "it has no header")) };
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    let pixels = width * height;
    if pixels as u64 > (bytes.len() as u64).saturating_mul(MOST_PIXELS) {
        return Err(too_small("JPEG", width, height, bytes.len() as u64));
    }
    let (space, channels) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => (ColorSpace::Luma, 1),
        _ => (ColorSpace::RGB, 3),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    // The pixels, the tensor, and two bytes for each coefficient of a progressive image.
    let pixel_memory = reserve(pixels * channels * (1 + 4 + 4))?;
    // The decoder fills up what is missing behind the last row it could read.
    if !bytes.windows(2).any(|m| m == [0xff, 0xd9]) {
        return Err(foreign("JPEG", bytes, "it ends too early"));
    }
    let out = decoder.decode().map_err(wrong)?;
    drop(pixel_memory);
    if out.len() != pixels * channels {
        return Err(foreign("JPEG", bytes, "its colours are of an unknown kind"));
    }
    planes(&out, channels, height, width, |b| f32::from(b[0]) / 255.0)
}

/// From pixels with their channels side by side to one plane for each channel. A sample has one byte or two.
fn planes(bytes: &[u8], channels: usize, height: usize, width: usize, value: impl Fn(&[u8]) -> f32) -> Result<Tensor> {
    let pixels = height * width;
    let size = bytes.len() / (pixels * channels);
    let t = Tensor::build(Dims::of(&[channels, height, width]), |out: &mut [f32]| {
        for (k, plane) in out.chunks_exact_mut(pixels).enumerate() {
            for (x, pixel) in plane.iter_mut().zip(bytes.chunks_exact(channels * size)) {
                *x = value(&pixel[k * size..]);
            }
        }
    });
    Ok(t?)
}

// ---------------------------------------------------------------------------------------------------------------------

/// Pixels as files have them: a byte for each channel, channels side by side.
pub struct Image {
    bytes: Vec<u8>,
    channels: usize,
    height: usize,
    width: usize,
    #[expect(dead_code, reason = "counts as long as it lives")]
    charge: Charge,
}

impl Image {
    /// Of `[height, width]` or `[channels, height, width]`: floats from 0 to 1, those beyond as the nearest of the two,
    /// or ints from 0 to 255.
    pub fn of(t: &Tensor, most_channels: usize) -> Result<Image> {
        let (channels, height, width) = match *t.dims() {
            [h, w] => (1, h, w),
            [c, h, w] => (c, h, w),
            _ => return Err(no_image(t, most_channels)),
        };
        let is_kind = if most_channels == 3 { channels == 1 || channels == 3 } else { (1..=4).contains(&channels) };
        if !is_kind || t.numel() == 0 {
            return Err(no_image(t, most_channels));
        }
        let charge = reserve(t.numel())?;
        let plain = t.plain()?;
        let mut bytes = vec![0; t.numel()];
        let pixels = height * width;
        for i in 0..t.numel() {
            bytes[i % pixels * channels + i / pixels] = byte(plain.num_at(i)?)?;
        }
        Ok(Image { bytes, channels, height, width, charge })
    }
}

/// As torchvision's `save_image` rounds.
fn byte(x: Num) -> Result<u8> {
    match x {
        Num::Bool(b) => Ok(u8::from(b) * 255),
        Num::Int(i) => u8::try_from(i).map_err(|_| {
            FileError::unsuited(format!("the ints of an image are from 0 to 255, and one is {i}"))
                .help("`clamp(x, 0, 255)` brings all of them there; floats are from 0 to 1")
        }),
        Num::Float(x) if x.is_nan() => {
            Err(FileError::unsuited("the image has nan in it").help("`nan_to_num(x)` makes zeros of them"))
        }
        Num::Float(x) => Ok((x.clamp(0.0, 1.0) * 255.0 + 0.5) as u8),
    }
}

fn no_image(t: &Tensor, most_channels: usize) -> FileError {
    let channels = if most_channels == 3 { "1 or 3" } else { "1 to 4" };
    let (dtype, dims) = (t.dtype(), t.to_dims());
    let e = FileError::unsuited(format!(
        "an image is [height, width] or [channels, height, width] with {channels} channels, and this is {dtype}{dims}"
    ));
    match *t.dims() {
        [_, _, 1 | 3 | 4] => e.help("`permute(x, 2, 0, 1)` brings the channels to the front"),
        [4, _, _] => e.help("`x[..3]` leaves out how opaque it is; a `.png` holds that too"),
        [_, _, _, _] => e.help("save one image at a time, as in `x[0]`"),
        _ => e,
    }
}

impl From<png::EncodingError> for FileError {
    fn from(e: png::EncodingError) -> FileError {
        match e {
            png::EncodingError::IoError(e) => e.into(),
            e => FileError::unsuited(e.to_string()),
        }
    }
}

impl From<jpeg_encoder::EncodingError> for FileError {
    fn from(e: jpeg_encoder::EncodingError) -> FileError {
        match e {
            jpeg_encoder::EncodingError::IoError(e) => e.into(),
            e => FileError::unsuited(e.to_string()),
        }
    }
}

fn size<T: TryFrom<usize>>(image: &Image, most: usize) -> Result<(T, T)> {
    let too_large = || {
        let (h, w) = (image.height, image.width);
        FileError::unsuited(format!("{w} by {h} pixels; such a file holds at most {most} by {most}"))
    };
    let side = |n| T::try_from(n).map_err(|_| too_large());
    Ok((side(image.width)?, side(image.height)?))
}

pub fn write_png(out: &mut BufWriter<File>, image: &Image) -> Result<()> {
    let (width, height) = size(image, u32::MAX as usize)?;
    let mut encoder = png::Encoder::new(out, width, height);
    encoder.set_color(match image.channels {
        1 => png::ColorType::Grayscale,
        2 => png::ColorType::GrayscaleAlpha,
        3 => png::ColorType::Rgb,
        _ => png::ColorType::Rgba,
    });
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&image.bytes)?;
    Ok(writer.finish()?)
}

pub fn write_jpeg(out: &mut BufWriter<File>, image: &Image, quality: u8) -> Result<()> {
    let (width, height) = size(image, LONGEST_JPEG)?;
    let color = if image.channels == 1 { jpeg_encoder::ColorType::Luma } else { jpeg_encoder::ColorType::Rgb };
    Ok(jpeg_encoder::Encoder::new(out, quality).encode(&image.bytes, width, height, color)?)
}
