//! Categories drawn with given weights.

use crate::device::DType;
use crate::device::cpu::pool;
use crate::device::cpu::random::{self, Philox, blocks};
use crate::ops::making::refuse_any;
use crate::ops::sig::{Default, Param, ParamKind, X, int};
use crate::ops::{Attrs, Cuda, Grad, Kind, Meta, Op, OpError, Outputs, Proof, Result};
use crate::tape::Cx;
use crate::tensor::{Dims, Tensor};

pub static MULTINOMIAL: Op = Op {
    name: "multinomial",
    symbol: None,
    params: &[X, int("num_samples"), Param::new("replacement", ParamKind::Bool).or(Default::Bool(false))],
    parts: &[],
    doc: "Indices drawn in proportion to the weights in `x`, `num_samples` for the vector or for each row of a matrix; each index once, unless `replacement` is true. The weights need not sum to one. Indices have no gradient.",
    examples: &[
        "multinomial([0.0, 2.0, 0.0], 1)  # i64[1] [1]",
        "multinomial([0, 3], 4, replacement: true)  # i64[4] [1, 1, 1, 1]",
    ],
    kind: Kind::Whole { infer, run, cuda: Cuda::ToCome },
    vjp: &[Grad::None("the indices that are drawn are integers")],
    samples: &[],
    proof: Proof::Other("random; its tests of frequencies"),
};

fn infer(metas: &[Meta], attrs: &Attrs) -> Result<Vec<Meta>> {
    let (x, count) = (metas[0], attrs.int(0));
    let Some(&n) = x.dims.last().filter(|_| x.dims.len() <= 2) else {
        return Err(OpError::new("SHAPE-13", "weights are a vector, or the rows of a matrix").at(0, format!("{x}")));
    };
    let refuse =
        |message: String| Err(OpError::new("VALUE-12", message).at(0, format!("{x}")).at(1, format!("{count}")));
    if count <= 0 {
        return refuse(format!("at least one sample must be drawn, not {count}"));
    }
    if !attrs.bool(1) && count as u64 > n as u64 {
        return refuse(format!("no {count} of {n} can be drawn without replacement"))
            .map_err(|e: Box<OpError>| e.help("with replacement: true an index can be drawn again"));
    }
    let mut dims = x.dims;
    let last = dims.len() - 1;
    dims[last] = count as usize;
    Ok(vec![Meta::new(DType::I64, dims)])
}

fn run(cx: &Cx, args: &[Tensor], attrs: &Attrs) -> Result<Outputs> {
    let x = &args[0];
    let dims = infer(&[Meta::of(x)], attrs)?[0].dims;
    let (count, n) = (attrs.int(0) as usize, x.dims()[x.ndim() - 1]);
    refuse_any(cx, x, 0, "a weight is finite and not negative", |w| !(0.0..f64::INFINITY).contains(&w))?;
    let weights = cx.without_grad(|| cx.cast(x, DType::F64))?.plain()?;
    let rows: Vec<&[f64]> = weights.slice::<f64>().chunks_exact(n.max(1)).collect();
    if n == 0 && dims[0] > 0 || rows.iter().any(|row| row.iter().all(|&w| w == 0.0)) {
        return Err(
            OpError::new("VALUE-12", "with weights of 0 alone nothing can be drawn").at(0, format!("{}", Meta::of(x)))
        );
    }
    // A number for each draw, or for each index that can be drawn.
    let each = if attrs.bool(1) { count } else { n };
    let uniforms = Dims::of(&[rows.len(), each]);
    let total = Tensor::shape_of(DType::F64, uniforms)?.numel();
    let state = cx.take_random(blocks(total, 2) as u64);
    let uniforms = Tensor::build::<f64>(uniforms, |dst| {
        random::uniform_f64(Philox { key: state.key }, state.counter as u128, dst);
    })?;
    let uniforms = uniforms.slice::<f64>();
    let out = Tensor::build::<i64>(dims, |dst| {
        for (k, (dst, row)) in dst.chunks_exact_mut(count).zip(&rows).enumerate() {
            let uniforms = &uniforms[k * each..][..each];
            if attrs.bool(1) {
                again(row, uniforms, dst)
            } else {
                once(row, uniforms, dst)
            }
            if pool::stopped() {
                return;
            }
        }
    });
    Ok(Outputs::One(out?))
}

/// Each draw is the first index up to which the weights sum to more than its share of the whole.
fn again(weights: &[f64], uniforms: &[f64], dst: &mut [i64]) {
    let largest = weights.iter().fold(0.0, |m: f64, &w| m.max(w));
    let mut sum = 0.0;
    let sums: Vec<f64> = weights
        .iter()
        .map(|w| {
            sum += w / largest;
            sum
        })
        .collect();
    // The last index with a weight takes what rounding leaves.
    let last = weights.iter().rposition(|&w| w > 0.0).unwrap_or(0);
    for (k, (dst, u)) in dst.iter_mut().zip(uniforms).enumerate() {
        *dst = sums.partition_point(|&s| s <= u * sum).min(last) as i64;
        if k % 4096 == 4095 && pool::stopped() {
            return;
        }
    }
}

/// Each index waits for an exponentially distributed time, the shorter the larger its weight; the first ones are drawn.
fn once(weights: &[f64], uniforms: &[f64], dst: &mut [i64]) {
    let times: Vec<f64> =
        weights.iter().zip(uniforms).map(|(w, u)| if *w > 0.0 { -(-u).ln_1p() / w } else { f64::INFINITY }).collect();
    let mut order: Vec<i64> = (0..weights.len() as i64).collect();
    // Times that overflow come before those of weights of 0, which never end.
    let key = |i: i64| (times[i as usize], weights[i as usize] == 0.0, i);
    order.sort_unstable_by(|&a, &b| {
        let (a, b) = (key(a), key(b));
        a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2))
    });
    dst.copy_from_slice(&order[..dst.len()]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Attr;
    use crate::ops::making::tests::off;

    const N: usize = 60_000;

    fn draw(weights: &[f64], count: usize, replacement: bool) -> Vec<i64> {
        let cx = Cx::new();
        cx.seed(6);
        let rows: Vec<f64> = (0..N / count).flat_map(|_| weights.to_vec()).collect();
        let x = Tensor::from_f64s(DType::F64, &[N / count, weights.len()], &rows).expect("fits");
        let y = cx.call1(&MULTINOMIAL, &[x.into()], &[Attr::Int(count as i64), Attr::Bool(replacement)]).expect("fits");
        assert_eq!(y.dims(), [N / count, count]);
        y.slice::<i64>().to_vec()
    }

    fn share(drawn: impl Iterator<Item = bool>, want: f64) -> f64 {
        off(&drawn.map(|hit| hit as u8 as f64).collect::<Vec<_>>(), want)
    }

    #[test]
    fn frequencies_follow_the_weights() {
        let weights = [1.0, 0.0, 3.0, 4.0];
        for (count, replacement) in [(1, false), (1, true), (100, true)] {
            let drawn = draw(&weights, count, replacement);
            for (k, w) in weights.iter().enumerate() {
                assert!(share(drawn.iter().map(|&i| i == k as i64), w / 8.0) < 4.0);
            }
        }
    }

    #[test]
    fn without_replacement_each_is_drawn_once() {
        let drawn = draw(&[1.0, 2.0, 0.0, 5.0], 3, false);
        let triples: Vec<&[i64]> = drawn.chunks_exact(3).collect();
        for t in &triples {
            let mut sorted = t.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 3]);
        }
        // Second after the first has gone: 5/8 * 2/3 + 1/8 * 2/7.
        assert!(share(triples.iter().map(|t| t[0] == 3), 5.0 / 8.0) < 4.0);
        assert!(share(triples.iter().map(|t| t[1] == 1), 5.0 / 8.0 * 2.0 / 3.0 + 1.0 / 8.0 * 2.0 / 7.0) < 4.0);
    }

    #[test]
    fn bad_weights_are_refused() {
        let cx = Cx::new();
        for weights in [[-1.0, 1.0], [f64::NAN, 1.0], [f64::INFINITY, 1.0], [0.0, 0.0]] {
            let x = Tensor::from_f64s(DType::F32, &[2], &weights).expect("fits");
            let refused = cx.call1(&MULTINOMIAL, &[x.into()], &[Attr::Int(1), Attr::Bool(true)]);
            assert_eq!(refused.expect_err("refused").code, "VALUE-12");
        }
    }
}
