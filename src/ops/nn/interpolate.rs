//! Images in another size.

use crate::ops::infer::describe;
use crate::ops::layers::{self, Sizes, bad, images, misfit};
use crate::ops::resampling::{Mode, Plan, RESAMPLE};
use crate::ops::sample::{Value::*, kink, sample};
use crate::ops::sig::{Default, Param, ParamKind, tensor};
use crate::ops::windows::{Shape, mean};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof, Result};
use crate::tape::Cx;

pub static INTERPOLATE: Op = Op {
    name: "interpolate",
    symbol: None,
    params: &[
        tensor("input"),
        Param::new("size", ParamKind::Ints).or(Default::None),
        Param::new("scale_factor", ParamKind::Numbers).or(Default::None),
        Param::new("mode", ParamKind::Str).or(Default::Str("nearest")),
        Param::new("align_corners", ParamKind::Bool).or(Default::None),
    ],
    parts: &[],
    doc: "`input`, (batch, channels, length) or (batch, channels, height, width), in another `size`, or in `scale_factor` times its size. `mode` is \"nearest\", \"nearest-exact\", \"linear\" for lines, \"bilinear\" or \"bicubic\" for planes, or \"area\", which takes means. With `align_corners` the corners' middles stay where they are, else the corners.",
    examples: &[
        "interpolate([[[1.0, 2.0]]], size: 4)  # f32[1, 1, 4] [[[1.0, 1.0, 2.0, 2.0]]]",
        "interpolate([[[1.0, 2.0]]], size: 3, mode: \"linear\", align_corners: true)  # f32[1, 1, 3] [[[1.0, 1.5, 2.0]]]",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(7)]),
        sample(&[Strided(&[1, 2, 3, 4], -2.0, 2.0), Absent, Number(2.0)]),
        sample(&[Uniform(&[1, 2, 3, 4], -2.0, 2.0), Absent, Number(1.7), Str("bilinear")]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(7), Absent, Str("linear"), Bool(false)]),
        sample(&[Uniform(&[2, 3, 4], -2.0, 2.0), Int(7), Absent, Str("linear"), Bool(true)]),
        sample(&[Uniform(&[1, 2, 5, 4], -2.0, 2.0), Tuple(&[3, 7]), Absent, Str("bilinear"), Bool(true)]),
        sample(&[Uniform(&[1, 2, 5, 4], -2.0, 2.0), Tuple(&[3, 7]), Absent, Str("bilinear"), Bool(false)]),
        sample(&[Uniform(&[1, 2, 5, 4], -2.0, 2.0), Tuple(&[5, 4]), Absent, Str("bilinear"), Bool(false)]),
        sample(&[Uniform(&[1, 2, 5, 4], -2.0, 2.0), Tuple(&[3, 7]), Absent, Str("bicubic"), Bool(true)]),
        sample(&[Uniform(&[1, 2, 5, 4], -2.0, 2.0), Tuple(&[9, 2]), Absent, Str("bicubic"), Bool(false)]),
        sample(&[Uniform(&[1, 2, 5, 4], -2.0, 2.0), Tuple(&[3, 7])]),
        sample(&[Uniform(&[1, 2, 5, 4], -2.0, 2.0), Tuple(&[3, 7]), Absent, Str("nearest-exact")]),
        sample(&[Uniform(&[1, 2, 5, 4], -2.0, 2.0), Tuple(&[3, 2]), Absent, Str("area")]),
        sample(&[Uniform(&[1, 2, 1, 1], -2.0, 2.0), Int(3), Absent, Str("bilinear"), Bool(true)]),
        sample(&[Uniform(&[1, 2, 3, 3], -2.0, 2.0), Int(1), Absent, Str("bilinear"), Bool(true)]),
        sample(&[Uniform(&[1, 2, 7], -2.0, 2.0), Absent, Number(0.4)]),
        sample(&[Uniform(&[1, 2, 7], -2.0, 2.0), Absent, Number(0.4), Str("linear")]),
        sample(&[Uniform(&[0, 2, 2, 2], -2.0, 2.0), Int(3)]),
        kink(&[Floats(&[1, 1, 3], &[f64::NAN, 1.0, f64::INFINITY]), Int(5)]),
        kink(&[Floats(&[1, 1, 3], &[f64::NAN, 1.0, f64::INFINITY]), Int(6), Absent, Str("linear")]),
        kink(&[Uniform(&[1, 2, 3, 4], -2.0, 2.0), Int(7), Absent, Str("linear")]),
        kink(&[Uniform(&[1, 2, 3, 4], -2.0, 2.0)]),
        kink(&[Uniform(&[1, 2, 3, 4], -2.0, 2.0), Int(3), Number(2.0)]),
        kink(&[Uniform(&[1, 2, 3, 4], -2.0, 2.0), Int(3), Absent, Str("nearest"), Bool(true)]),
        kink(&[Uniform(&[1, 0, 3, 4], -2.0, 2.0), Int(3)]),
    ],
    proof: Proof::Torch("F.interpolate(*args)"),
};

const MODES: [&str; 6] = ["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "area"];

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let x = layers::floats(cx, args)?.remove(0).to_tensor();
    let rank = match x.ndim() {
        3 => 1,
        4 => 2,
        _ => {
            return Err(misfit("`interpolate` takes (batch, channels, length) or (batch, channels, height, width)")
                .at(0, describe(&args[0])));
        }
    };
    if x.dims()[1..].contains(&0) {
        return Err(misfit("`interpolate` needs elements in all dimensions but the batch").at(0, describe(&args[0])));
    }
    let name = attrs.str(2).unwrap_or("nearest");
    let mode = match (name, rank) {
        ("nearest", _) => Some(Mode::Nearest),
        ("nearest-exact", _) => Some(Mode::NearestExact),
        ("linear", 1) | ("bilinear", 2) => Some(Mode::Linear),
        ("bicubic", 2) => Some(Mode::Cubic),
        ("area", _) => None,
        (known, _) if MODES.contains(&known) => {
            let of = if rank == 1 { "lines" } else { "planes" };
            return Err(misfit(format!("\"{known}\" is not a mode for {of}"))
                .at(0, describe(&args[0]))
                .at(3, "here")
                .help(if rank == 1 { "write \"linear\"" } else { "write \"bilinear\"" }));
        }
        (other, _) => {
            return Err(bad(3, format!("\"{other}\""), format!("there is no mode \"{other}\""))
                .help(format!("it is one of {}", MODES.join(", "))));
        }
    };
    let align = attrs.get(3).clone();
    if align != crate::ops::Attr::None && !matches!(mode, Some(Mode::Linear | Mode::Cubic)) {
        return Err(bad(4, "here", format!("align_corners means nothing for \"{name}\"")));
    }
    let images = images(cx, "interpolate", &x, rank)?;
    let input = [images.x.dims()[2], images.x.dims()[3]];
    let (mut output, mut scale) = ([1; 2], [None; 2]);
    match (layers::list(attrs, 0), attrs.opt_floats(1)) {
        (Some(list), None) => output = Sizes { name: "size", arg: 1, least: 1, neutral: 1 }.of(list, rank)?,
        (None, Some(factors)) => {
            if factors.len() != 1 && factors.len() != rank {
                return Err(bad(2, "here", format!("scale_factor is a number or {rank} numbers")));
            }
            for d in 2 - rank..2 {
                let factor = if factors.len() == 1 { factors[0] } else { factors[d] };
                let size = input[d] as f64 * factor;
                // Not less than one pixel, and not NaN.
                if !(1.0..=i32::MAX as f64).contains(&size) {
                    return Err(bad(2, factor, format!("{factor} times {} pixels is no size", input[d]))
                        .at(0, describe(&args[0])));
                }
                (output[d], scale[d]) = (size as usize, Some(1.0 / factor));
            }
        }
        (Some(_), Some(_)) => return Err(bad(2, "here", "either size or scale_factor, not both").at(1, "here")),
        (None, None) => {
            return Err(bad(0, describe(&args[0]), "`interpolate` needs a size or a scale_factor"));
        }
    }
    let Some(mode) = mode else {
        let sizes: Vec<i64> = output[2 - rank..].iter().map(|&n| n as i64).collect();
        return mean(cx, "interpolate", &x.into(), Shape::Adaptive(&sizes), rank);
    };
    let plan = Plan { mode, align_corners: attrs.bool(3), input, output, scale };
    let y = cx.call1(&RESAMPLE, &[(&images.x).into()], &plan.attrs())?;
    Ok(Outputs::One(images.restore(cx, &y)?))
}
