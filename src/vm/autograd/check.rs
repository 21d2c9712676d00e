//! `gradcheck`: gradients against finite differences, in f64.

use super::*;

/// The step of the differences; in f64 their error is then about 1e-9.
const STEP: f64 = 1e-6;
const ABSOLUTE: f64 = 1e-6;
const RELATIVE: f64 = 1e-5;

pub static GRADCHECK: Builtin = Builtin {
    name: "gradcheck",
    params: &[BuiltinParam::required("f"), BuiltinParam::rest("args")],
    doc: "`true` if the gradients of `f` at these arguments agree with finite differences in f64; otherwise an error that says where they differ.",
    examples: &["gradcheck(|x| sin(x) * x, [0.3, 2.0])  # true"],
    run: |vm, args| {
        let f = args[0].take();
        if !is_callable(&f) {
            let what = with_article(f.kind_name());
            return Err(Error::new("GRAD-01", format!("`gradcheck` takes a function, not {what}")).at(0, describe(&f)));
        }
        let mut xs = Vec::with_capacity(args.len() - 1);
        let mut float = Vec::new();
        for (k, arg) in args[1..].iter().enumerate() {
            let t = match arg {
                Value::Tensor(t) => Some(t.detach()),
                Value::Cell(p) => Some(p.data()),
                Value::Float(x) => Some(Tensor::scalar(DType::F64, Num::Float(*x))),
                _ => None,
            };
            match t {
                Some(t) if t.dtype().is_float() => {
                    float.push(k);
                    xs.push(Value::Tensor(vm.cx.cast(&t, DType::F64)?));
                }
                _ => xs.push(arg.clone()),
            }
        }
        if float.is_empty() {
            return Err(Error::new("GRAD-01", "none of the arguments is a float tensor"));
        }
        check(vm, &f, &xs, &float)?;
        Ok(Value::Bool(true))
    },
};

fn check(vm: &mut Vm, f: &Value, xs: &[Value], float: &[usize]) -> Result<(), Error> {
    let wrt = Wrt { items: float.iter().map(|k| Pick::Position(*k)).collect(), single: false };
    let run = run_lifted(vm, f, &Args::positional(xs.to_vec()), &wrt).map_err(|e| e.shift(1))?;
    let y = result_tensor(&run.result)?;
    let leaves = &run.lifted.leaves;
    // analytic[k][i] holds the gradient of element i of the result for argument k.
    let mut analytic: Vec<Vec<Vec<f64>>> = vec![Vec::new(); leaves.len()];
    for i in 0..y.numel() {
        vm.check_interrupt()?;
        let seed =
            Tensor::from_nums(y.dtype(), y.to_dims(), (0..y.numel()).map(|j| Num::Float((i == j) as u8 as f64)))?;
        let found = vm.lend(|cx| cx.grads(&[(y.clone(), seed)], leaves, Recording::Never))?;
        for (k, g) in found.into_iter().enumerate() {
            analytic[k].push(match g {
                Some(g) => g.to_f64s()?,
                None => vec![0.0; leaves[k].numel()],
            });
        }
    }
    for (k, position) in float.iter().enumerate() {
        let x = leaves[k].detach();
        let numbers = x.to_f64s()?;
        for j in 0..numbers.len() {
            vm.check_interrupt()?;
            let mut at = |step: f64| -> Result<Vec<f64>, Error> {
                let mut moved = numbers.clone();
                moved[j] += step;
                let moved = Tensor::from_f64s(DType::F64, x.dims(), &moved)?;
                let mut xs = xs.to_vec();
                xs[*position] = Value::Tensor(moved);
                let before = vm.cx.set_grad_enabled(false);
                let result = vm.call(f, Args::positional(xs));
                vm.cx.set_grad_enabled(before);
                Ok(result_tensor(&result?)?.to_f64s()?)
            };
            let (plus, minus) = (at(STEP)?, at(-STEP)?);
            for (i, (p, m)) in plus.iter().zip(&minus).enumerate() {
                let (want, got) = ((p - m) / (2.0 * STEP), analytic[k][i][j]);
                if (want - got).abs() > ABSOLUTE + RELATIVE * want.abs() && !(want.is_nan() && got.is_nan()) {
                    return Err(Error::new(
                        "GRAD-04",
                        format!(
                            "the gradient of element {i} of the result for element {j} of argument {position} is {got:.6}, but finite differences give {want:.6}"
                        ),
                    )
                    .at(1 + position, describe(&xs[*position]))
                    .help("check the `backward` clause; where a function has a kink, or is random, finite differences mean little"));
                }
            }
        }
    }
    Ok(())
}
