use super::*;

/// Small integers, whose sums are exact in every order.
fn numbers<T: Elem<Wide = f64>>(n: usize, seed: usize) -> Vec<T> {
    (0..n).map(|i| T::narrow(((i * 7919 + seed * 104_729) % 17) as f64 - 8.0)).collect()
}

/// All terms of a convolution: (place in x, place in w, place in y).
fn terms(g: &Geometry, mut body: impl FnMut(usize, usize, usize)) {
    for image in 0..g.batch * g.groups {
        let group = image % g.groups;
        for f in 0..g.filters {
            for c in 0..g.channels {
                for ky in 0..g.kernel[0] {
                    for kx in 0..g.kernel[1] {
                        for oy in 0..g.output[0] {
                            for ox in 0..g.output[1] {
                                let y = (oy * g.stride[0] + ky * g.dilation[0]).wrapping_sub(g.padding[0]);
                                let x = (ox * g.stride[1] + kx * g.dilation[1]).wrapping_sub(g.padding[1]);
                                if y < g.input[0] && x < g.input[1] {
                                    let w = ((group * g.filters + f) * g.channels + c) * g.kernel[0] + ky;
                                    body(
                                        ((image * g.channels + c) * g.input[0] + y) * g.input[1] + x,
                                        w * g.kernel[1] + kx,
                                        ((image * g.filters + f) * g.output[0] + oy) * g.output[1] + ox,
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn check<T: Conv + Elem<Wide = f64> + std::fmt::Debug>(g: &Geometry) {
    let images = g.batch * g.groups;
    let (x, y): (Vec<T>, Vec<T>) = (numbers(images * g.image(), 1), numbers(images * g.result(), 2));
    let w: Vec<T> = numbers(g.groups * g.filters * g.depth(), 3);
    let bias: Vec<T> = numbers(g.groups * g.filters.max(g.channels), 4);
    let (mut x_want, mut w_want) = (vec![0.0; x.len()], vec![0.0; w.len()]);
    let mut y_want: Vec<f64> =
        (0..y.len()).map(|i| bias[i / g.pixels().max(1) % (g.groups * g.filters)].wide()).collect();
    terms(g, |a, b, c| {
        y_want[c] += x[a].wide() * w[b].wide();
        x_want[a] += y[c].wide() * w[b].wide();
        w_want[b] += x[a].wide() * y[c].wide();
    });
    let wide = |t: &[T]| t.iter().map(|v| v.wide()).collect::<Vec<f64>>();
    let mut out = y.clone();
    forward(g, &x, &w, Some(&bias), &mut out).expect("fits");
    assert_eq!(wide(&out), y_want, "forward of {g:?}");
    let mut out = x.clone();
    backward_input(g, &y, &w, None, &mut out).expect("fits");
    assert_eq!(wide(&out), x_want, "backward_input of {g:?}");
    let mut out = w.clone();
    backward_kernel(g, &x, &y, &mut out).expect("fits");
    assert_eq!(wide(&out), w_want, "backward_kernel of {g:?}");
}

/// The geometry of a convolution with these sizes.
fn geometry(
    (batch, groups, channels, filters): (usize, usize, usize, usize),
    (input, kernel): ([usize; 2], [usize; 2]),
    (stride, padding, dilation): ([usize; 2], [usize; 2], [usize; 2]),
) -> Geometry {
    let output = [0, 1].map(|d| (input[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d] + 1);
    Geometry { batch, groups, channels, filters, input, kernel, output, stride, padding, dilation }
}

#[test]
fn every_way_gives_the_sums() {
    let one = [1, 1];
    let all = [
        geometry((2, 1, 3, 16), ([32, 32], [3, 3]), (one, [1, 1], one)),
        geometry((2, 1, 3, 13), ([30, 31], [3, 3]), (one, [0, 0], one)),
        geometry((1, 2, 5, 7), ([9, 33], [3, 2]), (one, [2, 1], [2, 3])),
        geometry((3, 1, 4, 4), ([8, 8], [1, 1]), (one, [0, 0], one)),
        geometry((1, 3, 1, 1), ([6, 47], [5, 5]), (one, [2, 2], one)),
        geometry((2, 1, 3, 5), ([17, 20], [3, 4]), ([2, 3], [1, 2], [2, 1])),
        geometry((1, 1, 2, 3), ([40, 130], [3, 3]), (one, [1, 1], one)),
        geometry((1, 1, 40, 2), ([60, 46], [3, 2]), (one, [1, 1], one)),
        geometry((1, 1, 2, 2), ([3, 3], [1, 1]), (one, [4, 4], one)),
        geometry((1, 1, 2, 2), ([5, 64], [2, 2]), (one, [3, 3], one)),
        geometry((1, 1, 1, 1), ([1, 1], [3, 3]), (one, [1, 1], one)),
    ];
    for isa in crate::device::cpu::isa::Isa::available() {
        crate::device::cpu::isa::with_isa(isa, || {
            for g in &all {
                check::<f32>(g);
                check::<f64>(g);
            }
        });
    }
}
