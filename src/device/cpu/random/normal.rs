//! Standard normal numbers by Box and Muller: `r = sqrt(-2 ln u)`, `z = (r cos a, r sin a)`, one pair from one
//! word (f32) or draw (f64) for `u` and one for the angle `a`. All arithmetic is branch-free and uncontracted.
//!
//! The angle needs no range reduction: the upper two bits of `v + 1/8 turn` are the quadrant, the rest is a
//! signed fraction of a quarter turn.

use super::{Draw, LANES, Philox, fill, wide};

/// Standard normal f32, pair `p` of a block from its words `u = w[2p]` and `v = w[2p + 1]`:
/// `u = ((w >> 1) + 1/2) * 2^-31`, `a = v` of 2^32 turns. At most 6.66 in size.
pub fn normal_f32(philox: Philox, counter: u128, dst: &mut [f32]) {
    fill(philox, counter, dst, NormalF32);
}

/// Standard normal f64, one pair from a block: `u = ((d[0] >> 11) + 1/2) * 2^-53`, `a = d[1]` of 2^64 turns.
pub fn normal_f64(philox: Philox, counter: u128, dst: &mut [f64]) {
    fill(philox, counter, dst, NormalF64);
}

#[derive(Clone, Copy)]
struct NormalF32;

impl Draw<f32, 4> for NormalF32 {
    #[inline(always)]
    fn draw(self, words: &[[u32; LANES]; 4], out: &mut [[f32; 4]; LANES]) {
        for pair in 0..2 {
            let mut z = [[0.0; LANES]; 2];
            for l in 0..LANES {
                [z[0][l], z[1][l]] = pair_f32(words[2 * pair][l], words[2 * pair + 1][l]);
            }
            for l in 0..LANES {
                out[l][2 * pair] = z[0][l];
                out[l][2 * pair + 1] = z[1][l];
            }
        }
    }
}

#[derive(Clone, Copy)]
struct NormalF64;

impl Draw<f64, 2> for NormalF64 {
    #[inline(always)]
    fn draw(self, words: &[[u32; LANES]; 4], out: &mut [[f64; 2]; LANES]) {
        let [w0, w1, w2, w3] = words;
        for l in 0..LANES {
            out[l] = pair_f64(wide(w0[l], w1[l]), wide(w2[l], w3[l]));
        }
    }
}

#[inline(always)]
fn pair_f32(u: u32, v: u32) -> [f32; 2] {
    let u = ((u >> 1) as i32 as f32 + 0.5) * (1.0 / (1u64 << 31) as f32);
    let r = (-2.0 * ln_f32(u)).sqrt();
    let quadrant = v.wrapping_add(1 << 29) >> 30;
    let part = v.wrapping_sub(quadrant << 30) as i32;
    let (sin, cos) = sin_cos_f32(part as f32 * (std::f32::consts::FRAC_PI_2 / (1u32 << 30) as f32));
    // A quarter turn takes (cos, sin) to (-sin, cos), two change both signs.
    let (x, y) = if quadrant & 1 == 0 { (cos, sin) } else { (-sin, cos) };
    let sign = (quadrant & 2) << 30;
    let flip = |z: f32| f32::from_bits(z.to_bits() ^ sign);
    [r * flip(x), r * flip(y)]
}

#[inline(always)]
fn pair_f64(u: u64, v: u64) -> [f64; 2] {
    let u = ((u >> 11) as i64 as f64 + 0.5) * (1.0 / (1u64 << 53) as f64);
    let r = (-2.0 * ln_f64(u)).sqrt();
    let quadrant = v.wrapping_add(1 << 61) >> 62;
    let part = v.wrapping_sub(quadrant << 62) as i64;
    let (sin, cos) = sin_cos_f64(part as f64 * (std::f64::consts::FRAC_PI_2 / (1u64 << 62) as f64));
    let (x, y) = if quadrant & 1 == 0 { (cos, sin) } else { (-sin, cos) };
    let sign = (quadrant & 2) << 62;
    let flip = |z: f64| f64::from_bits(z.to_bits() ^ sign);
    [r * flip(x), r * flip(y)]
}

/// ln of a normal positive number, below 1 ulp: FreeBSD's e_logf.c.
#[inline(always)]
fn ln_f32(x: f32) -> f32 {
    const LN2_HI: f32 = 6.931_381e-1;
    const LN2_LO: f32 = 9.058_001e-6;
    const SQRT_HALF: u32 = 0x3f35_04f3;
    let bits = x.to_bits().wrapping_add(0x3f80_0000 - SQRT_HALF);
    let k = ((bits >> 23) as i32 - 127) as f32;
    let f = f32::from_bits((bits & 0x007f_ffff) + SQRT_HALF) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let t1 = w * (0.400_009_72 + w * 0.242_790_79);
    let t2 = z * (0.666_666_6 + w * 0.284_987_87);
    let r = t2 + t1;
    let half_square = 0.5 * f * f;
    s * (half_square + r) + k * LN2_LO - half_square + f + k * LN2_HI
}

/// ln of a normal positive number, below 1 ulp: FreeBSD's e_log.c.
#[inline(always)]
fn ln_f64(x: f64) -> f64 {
    const LN2_HI: f64 = 6.931_471_803_691_238e-1;
    const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
    const SQRT_HALF: u64 = 0x3fe6_a09e_0000_0000;
    let bits = x.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - SQRT_HALF);
    let k = ((bits >> 52) as i32 - 1023) as f64;
    let f = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + SQRT_HALF) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let t1 = w * (3.999_999_999_940_942e-1 + w * (2.222_219_843_214_978_4e-1 + w * 1.531_383_769_920_937_3e-1));
    let t2 = z
        * (6.666_666_666_666_735e-1
            + w * (2.857_142_874_366_239e-1 + w * (1.818_357_216_161_805e-1 + w * 1.479_819_860_511_658_6e-1)));
    let r = t2 + t1;
    s * (half_square + r) + k * LN2_LO - half_square + f + k * LN2_HI
}

/// (sin, cos) within an eighth of a turn: Cephes' sinf.c.
#[inline(always)]
fn sin_cos_f32(x: f32) -> (f32, f32) {
    let z = x * x;
    let sin = ((-1.951_529_6e-4 * z + 8.332_161e-3) * z - 1.666_665_5e-1) * z * x + x;
    let cos = ((2.443_315_7e-5 * z - 1.388_731_6e-3) * z + 4.166_664_6e-2) * z * z - 0.5 * z + 1.0;
    (sin, cos)
}

/// (sin, cos) within an eighth of a turn: FreeBSD's k_sin.c and k_cos.c.
#[inline(always)]
fn sin_cos_f64(x: f64) -> (f64, f64) {
    let z = x * x;
    let w = z * z;
    let r = 8.333_333_333_322_49e-3
        + z * (-1.984_126_982_985_795e-4 + z * 2.755_731_370_707_006_8e-6)
        + z * w * (-2.505_076_025_340_686_3e-8 + z * 1.589_690_995_211_55e-10);
    let sin = x + z * x * (-1.666_666_666_666_663_2e-1 + z * r);
    let r = z * (4.166_666_666_666_66e-2 + z * (-1.388_888_888_887_411e-3 + z * 2.480_158_728_947_673e-5))
        + w * w * (-2.755_731_435_139_066_3e-7 + z * (2.087_572_321_298_175e-9 - z * 1.135_964_755_778_819_5e-11));
    let half = 0.5 * z;
    let w = 1.0 - half;
    let cos = w + (((1.0 - w) - half) + z * r);
    (sin, cos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_accurate() {
        for i in 0..200_000u32 {
            let u = (i as f32 + 0.5) / 200_000.0;
            let exact = (u as f64).ln();
            assert!((ln_f32(u) as f64 - exact).abs() <= exact.abs() * 1.2e-7, "ln {u}");
            let u = u as f64;
            assert!((ln_f64(u) - u.ln()).abs() <= u.ln().abs() * 4e-16, "ln {u}");
            let x = (u - 0.5) * std::f64::consts::FRAC_PI_2;
            let (sin, cos) = sin_cos_f64(x);
            assert!((sin - x.sin()).abs() <= x.sin().abs() * 4e-16 && (cos - x.cos()).abs() <= 2.5e-16, "{x}");
            let x = x as f32;
            let ((sin, cos), exact) = (sin_cos_f32(x), x as f64);
            assert!((sin as f64 - exact.sin()).abs() <= exact.sin().abs() * 1.5e-7, "sin {x}");
            assert!((cos as f64 - exact.cos()).abs() <= 1.2e-7, "cos {x}");
        }
    }

    #[test]
    fn angles_go_round_the_circle() {
        // u = 2^-32 gives the largest radius; eighths of a turn give every quadrant and sign.
        for eighth in 0..8u32 {
            let turn = eighth as f64 / 8.0 * std::f64::consts::TAU;
            let [x, y] = pair_f32(0, eighth << 29);
            let r = (64.0 * std::f64::consts::LN_2).sqrt();
            assert!((x as f64 - r * turn.cos()).abs() < 1e-6 && (y as f64 - r * turn.sin()).abs() < 1e-6, "{eighth}");
            let [x, y] = pair_f64(0, (eighth as u64) << 61);
            let r = (108.0 * std::f64::consts::LN_2).sqrt();
            assert!((x - r * turn.cos()).abs() < 1e-14 && (y - r * turn.sin()).abs() < 1e-14, "{eighth}");
        }
        assert_eq!(pair_f32(u32::MAX, 0), [0.0, 0.0]);
        assert!(pair_f64(u64::MAX, 0).iter().all(|x| x.is_finite()));
    }
}
