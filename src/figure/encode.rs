//! Pixels as a PNG file.

/// `pixels` are rows of red, green, blue.
pub fn png(width: usize, height: usize, pixels: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Writing to memory does not fail, and sizes are checked before there are pixels.
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(pixels));
    written.expect("the pixels go with the size");
    out
}
