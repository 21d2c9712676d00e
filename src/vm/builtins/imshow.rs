//! `imshow`: a tensor as a picture, on the screen or in a file.

use super::args::{self, wrong_kind, wrong_value};
use super::output::say;
use super::plot::{numbers, save, size, target};
use crate::device::DType;
use crate::figure::{Image, Map, part};
use crate::tensor::Tensor;
use crate::vm::error::Error;
use crate::vm::function::{Builtin, BuiltinParam, ParamDefault};
use crate::vm::print::describe;
use crate::vm::value::Value;

pub static IMSHOW: Builtin = Builtin {
    name: "imshow",
    params: &[
        BuiltinParam::required("image"),
        BuiltinParam::optional("cmap", ParamDefault::Str("gray")),
        BuiltinParam::optional("vmin", ParamDefault::None),
        BuiltinParam::optional("vmax", ParamDefault::None),
        BuiltinParam::optional("width", ParamDefault::None),
        BuiltinParam::optional("file", ParamDefault::None),
    ],
    doc: "Shows a tensor [h, w] as shades, from its least number (`vmin`) to its greatest (`vmax`), in the colours of \
          `cmap`, \"gray\" or \"viridis\"; a tensor [3, h, w] or [h, w, 3] as colours, floats from 0 to 1 or ints from 0 \
          to 255. On the screen `width` counts characters; with `file`, an .svg or .png, it is pixels.",
    examples: &["imshow([[0, 1], [1, 0]], width: 4)  #   @@\n@@"],
    run: |vm, args| {
        let image = image(args)?;
        match target("imshow", args, FILE)? {
            Some((path, format)) => {
                let width = size("imshow", args, WIDTH, "width", 1..=8000)?;
                let pixels = image.pixels_in_file(width);
                if pixels > MOST {
                    let message = format!("a picture of {pixels} pixels is too large");
                    return Err(wrong_value(0, message, &args[0]).help("`width: 1000` makes it smaller"));
                }
                save(path, &image.file(format, width), FILE)
            }
            None => {
                let width = size("imshow", args, WIDTH, "width", 1..=1000)?;
                say(vm, &image.text(vm.screen(), width), false)
            }
        }
    },
};

const VMIN: usize = 2;
const WIDTH: usize = 4;
const FILE: usize = 5;

/// Pixels of a file.
const MOST: usize = 20_000_000;

fn image(args: &[Value]) -> Result<Image, Error> {
    let map = match args::str("imshow", args, 1, "cmap")? {
        "gray" | "grey" => Map::Gray,
        "viridis" => Map::Viridis,
        _ => return Err(wrong_value(1, "`cmap` is \"gray\" or \"viridis\"", &args[1])),
    };
    let Some(t) = args::tensor(&args[0]) else { return Err(wrong_kind("imshow", 0, "a tensor", &args[0])) };
    let (height, width, channels, planes) = layout(&t).ok_or_else(|| no_image(&t, &args[0]))?;
    if t.numel() == 0 {
        return Err(
            Error::new("PLOT-01", "there is nothing to show: the picture has no pixels").at(0, describe(&args[0]))
        );
    }
    let mut values = numbers(&t)?;
    if planes && channels > 1 {
        values = (0..height * width)
            .flat_map(|p| (0..channels).map(move |c| (c, p)))
            .map(|(c, p)| values[c * height * width + p])
            .collect();
    }
    let (lo, hi) = limits(args, &t, &values, channels)?;
    for v in &mut values {
        // NaN stays; where all numbers are one, they are in the middle.
        *v = if v.is_nan() {
            f64::NAN
        } else if hi > lo {
            part(*v, lo, hi).clamp(0.0, 1.0)
        } else {
            0.5
        };
    }
    Ok(Image { width, height, channels, values, map })
}

/// Height, width, channels, and whether each channel is a plane of its own.
fn layout(t: &Tensor) -> Option<(usize, usize, usize, bool)> {
    match *t.dims() {
        [h, w] => Some((h, w, 1, true)),
        // PyTorch's order first, where both would do.
        [c @ (1 | 3), h, w] => Some((h, w, c, true)),
        [h, w, c @ (1 | 3)] => Some((h, w, c, false)),
        _ => None,
    }
}

fn no_image(t: &Tensor, shown: &Value) -> Error {
    let e =
        Error::new("ARG-02", format!("a picture has the shape [h, w], [3, h, w] or [h, w, 3], not {}", t.to_dims()));
    let e = e.at(0, describe(shown));
    match *t.dims() {
        [_] => e.help("`x.reshape(h, w)` makes rows of it; `plot(x)` draws it as a line"),
        [4, _, _] => e.help("`x[..3]` leaves the fourth channel out"),
        [_, _, 4] => e.help("`x[.., .., ..3]` leaves the fourth channel out"),
        [_, _, _] | [_, _, _, _] => e.help("`x[0]` is the first of several"),
        _ => e,
    }
}

/// What is darkest and what is brightest.
fn limits(args: &[Value], t: &Tensor, values: &[f64], channels: usize) -> Result<(f64, f64), Error> {
    let given = (limit(args, VMIN, "vmin")?, limit(args, VMIN + 1, "vmax")?);
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let (lo, hi) = match (channels, t.dtype()) {
        (1, _) => (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max)),
        (_, DType::I64) => (0.0, 255.0),
        _ => (0.0, 1.0),
    };
    let (lo, hi) = (given.0.unwrap_or(lo), given.1.unwrap_or(hi));
    if finite().next().is_none() {
        return Err(Error::new("PLOT-01", "there is nothing to show: no number is finite").at(0, describe(&args[0])));
    }
    if lo > hi {
        let at = if given.0.is_some() { VMIN } else { VMIN + 1 };
        return Err(wrong_value(
            at,
            format!("`vmin` is {lo} and `vmax` {hi}: the least number comes first"),
            &args[at],
        ));
    }
    Ok((lo, hi))
}

fn limit(args: &[Value], index: usize, name: &str) -> Result<Option<f64>, Error> {
    if args[index].is_none() {
        return Ok(None);
    }
    let number = match args::operand(&args[index]) {
        Some(operand) => operand.to_tensor().item()?.map(|n| n.to_f64()),
        None => None,
    };
    match number {
        Some(x) if x.is_finite() => Ok(Some(x)),
        _ => Err(wrong_kind("imshow", index, &format!("a finite number as `{name}`"), &args[index])),
    }
}
