//! The list of operations, made from the registry, and what it says of gradients: each input of each operation has one
//! or a reason why not.

use super::{golden, samples};
use crate::scripts::Sink;
use reel::device::DType;
use reel::ops::{self, Cuda, Grad, Kind, Op};
use reel::session::{Options, Session};
use reel::tape::{Cx, backward::Recording};

const PATH: &str = "docs/operations.md";
const DTYPES: [DType; 6] = [DType::Bool, DType::I64, DType::F16, DType::BF16, DType::F32, DType::F64];

/// Inputs of operations made of others that have no gradient, and why.
const WITHOUT: [(&str, &str, &str); 9] = [
    ("batch_norm_update", "running_mean", "statistics are kept outside of the tape"),
    ("batch_norm_update", "running_var", "statistics are kept outside of the tape"),
    ("cosine_embedding_loss", "target", "targets are 1 or -1"),
    ("detach", "x", "that is what it is for"),
    ("expand_as", "other", "only its shape is used"),
    ("full_like", "x", "only its shape is used"),
    ("hinge_embedding_loss", "target", "targets are 1 or -1"),
    ("ones_like", "x", "only its shape is used"),
    ("zeros_like", "x", "only its shape is used"),
];

/// What the samples say of the gradient for one tensor parameter.
#[derive(Clone, PartialEq, Debug)]
enum Gradient {
    /// There is one, and whether it has a gradient itself.
    Given {
        again: bool,
    },
    /// 0 wherever there is one: a function of steps.
    Zero,
    /// Why there is none.
    Refused(String),
    /// Takes no floats in any sample.
    NoFloats,
    Lost,
}

/// For each tensor parameter, what asking for its gradient in every sample gives.
fn gradients(op: &'static Op) -> Vec<(&'static str, Gradient)> {
    let params: Vec<&'static ops::Param> = op.tensor_params().collect();
    let mut found = vec![Gradient::NoFloats; params.len()];
    for at in 0..op.samples.len() {
        let cx = Cx::new();
        cx.seed(7);
        let call = samples::call(&cx, op, at, DType::F64);
        let places = call.float_operands();
        let leaves: Vec<_> = call.tensors(&places).iter().map(|t| cx.leaf(t)).collect();
        let Ok(outs) = call.with(&places, &leaves).run(&cx) else { continue };
        let floats = outs.iter().any(|y| y.dtype().is_float());
        let seeds: Vec<_> = outs
            .iter()
            .enumerate()
            .filter(|(_, y)| y.is_tracked())
            .map(|(k, y)| (y.clone(), cx.leaf(&samples::cotangent(k, y.dtype(), y.dims()))))
            .collect();
        let Ok(grads) = cx.grads(&seeds, &leaves, Recording::Always) else { continue };
        for (&place, grad) in places.iter().zip(&grads) {
            // A parameter that takes many tensors takes all that are left to it.
            let slot = &mut found[place.min(params.len() - 1)];
            let reason = match op.vjp.get(place.min(op.vjp.len().saturating_sub(1))) {
                Some(Grad::None(reason)) => Some(reason.to_string()),
                _ if !floats => Some("the result is not a float".to_string()),
                _ => {
                    let name = params[place.min(params.len() - 1)].name;
                    let stated = WITHOUT.iter().find(|(o, p, _)| (*o, *p) == (op.name, name));
                    stated.map(|(_, _, reason)| reason.to_string())
                }
            };
            match (grad, reason) {
                // The cotangents are tracked, so a gradient without a tape has lost it.
                (Some(g), _) if !matches!(slot, Gradient::Given { .. }) && !g.is_tracked() && is_zero(g) => {
                    *slot = Gradient::Zero;
                }
                (Some(g), _) => {
                    let again = g.is_tracked() || matches!(slot, Gradient::Given { again: true });
                    *slot = Gradient::Given { again };
                }
                (None, Some(reason)) if !matches!(slot, Gradient::Given { .. }) => *slot = Gradient::Refused(reason),
                (None, None) if matches!(slot, Gradient::NoFloats) => *slot = Gradient::Lost,
                _ => {}
            }
        }
    }
    params.iter().map(|p| p.name).zip(found).collect()
}

fn is_zero(g: &reel::tensor::Tensor) -> bool {
    g.to_nums().expect("fits").into_iter().all(|v| v.to_f64() == 0.0)
}

fn is_random(op: &Op) -> bool {
    matches!(op.proof, ops::Proof::Other(_)) && op.tensor_params().next().is_none()
}

#[test]
fn no_gradient_is_lost() {
    let (mut asked, mut given, mut wrong) = (0, 0, Vec::new());
    for op in ops::all() {
        for (param, gradient) in gradients(op) {
            asked += 1;
            match gradient {
                Gradient::Given { again: true } => given += 1,
                Gradient::Given { again: false } => wrong.push(format!("{}: {param}'s gradient has none", op.name)),
                Gradient::Lost => wrong.push(format!("{}: {param} gets no gradient, and no reason", op.name)),
                Gradient::Refused(_) | Gradient::NoFloats | Gradient::Zero => {}
            }
        }
    }
    println!("{asked} inputs of {} operations asked, {given} have gradients of every order", ops::all().len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The dtypes that some sample's tensors may have.
fn dtypes(op: &'static Op) -> String {
    let takes = |dtype: DType| {
        (0..op.samples.len()).filter(|&at| samples::has_floats(op, at)).any(|at| {
            let cx = Cx::new();
            samples::call(&cx, op, at, dtype).run(&cx).is_ok()
        })
    };
    let taken: Vec<DType> = DTYPES.into_iter().filter(|&d| takes(d)).collect();
    if taken == DTYPES {
        return "all".to_string();
    }
    if taken == DTYPES[2..] {
        return "floats".to_string();
    }
    if taken == DTYPES[1..] {
        return "all but bool".to_string();
    }
    let names: Vec<&str> = taken.iter().map(|d| d.name()).collect();
    if names.is_empty() { "as said".to_string() } else { names.join(" ") }
}

fn gradient_words(op: &'static Op) -> String {
    let all = gradients(op);
    let given: Vec<&str> = all.iter().filter(|(_, g)| matches!(g, Gradient::Given { .. })).map(|(p, _)| *p).collect();
    let refused = all.iter().filter_map(|(p, g)| match g {
        Gradient::Refused(reason) => Some((*p, reason.as_str())),
        _ => None,
    });
    let refused: Vec<(&str, &str)> = refused.collect();
    let zero: Vec<&str> = all.iter().filter(|(_, g)| *g == Gradient::Zero).map(|(p, _)| *p).collect();
    if given.is_empty() && !zero.is_empty() {
        return "0: it is made of steps".to_string();
    }
    match (given.len(), refused.len()) {
        (0, 0) => "—".to_string(),
        (0, _) => format!("none: {}", refused[0].1),
        (n, 0) if n == all.len() => "every order".to_string(),
        (_, 0) => format!("every order in {}", given.join(", ")),
        _ => {
            let reasons: Vec<String> = refused.iter().map(|(p, r)| format!("none in {p}: {r}")).collect();
            format!("every order in {}; {}", given.join(", "), reasons.join("; "))
        }
    }
}

fn devices(op: &Op) -> &'static str {
    match &op.kind {
        Kind::Tile { .. } => "CPU, CUDA source",
        Kind::Whole { cuda: Cuda::Layout, .. } => "any: a view",
        Kind::Whole { cuda: Cuda::ToCome, .. } => "CPU",
        Kind::Composite(_) => "as its parts",
    }
}

/// As it prints: `fn sum(x, dim = none, keepdim = false)`.
fn signature(op: &Op) -> Option<String> {
    let sink = Sink::default();
    let mut session = Session::new(Options { out: Box::new(sink.clone()), ..Options::default() });
    session.eval("a signature", &format!("print({})", op.name)).ok()?;
    sink.text().trim_end().strip_prefix("fn ").map(str::to_string)
}

fn page() -> String {
    let mut families: Vec<&str> = ops::families().map(|(family, _)| family).collect();
    families.sort();
    families.dedup();
    let mut text = String::from(
        "# Operations\n\nMade from the registry by `REEL_WRITE_DOCS=1 cargo test operations_are_listed`. Each is also a \
         method of tensors: `sum(x, 0)` is `x.sum(0)`. Gradients of every order are those that gradients of gradients \
         have too. A CUDA source is what a kernel for a GPU is compiled from.\n",
    );
    for family in families {
        text += &format!("\n## {family}\n\n| | | gradients | dtypes | devices |\n| --- | --- | --- | --- | --- |\n");
        for (_, op) in ops::families().filter(|(f, _)| *f == family) {
            let Some(signature) = signature(op) else { continue };
            let summary = op.doc.split_inclusive(". ").next().unwrap_or(op.doc).trim_end();
            let cells = [
                format!("`{signature}`"),
                summary.to_string(),
                if is_random(op) { "—".to_string() } else { gradient_words(op) },
                dtypes(op),
                devices(op).to_string(),
            ];
            let cells: Vec<String> = cells.iter().map(|c| c.replace('|', "\\|")).collect();
            text += &format!("| {} |\n", cells.join(" | "));
        }
    }
    text
}

/// A page that is made by the test `by` stands in the repository as it is made now; `REEL_WRITE_DOCS=1` writes it.
pub fn keep(path: &str, made: &str, by: &str) {
    if std::env::var_os("REEL_WRITE_DOCS").is_some() {
        std::fs::write(path, made).expect("docs can be written");
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    let stale = made.lines().zip(there.lines().chain(std::iter::repeat(""))).find(|(a, b)| a != b);
    assert!(made == there, "{path} is stale: REEL_WRITE_DOCS=1 cargo test {by}\n{stale:?}");
}

#[test]
fn operations_are_listed() {
    keep(PATH, &page(), "operations_are_listed");
}

/// How much the proofs hold, for those who read their output.
#[test]
fn totals() {
    let samples: usize = ops::all().iter().map(|op| op.samples.len()).sum();
    let smooth: usize = ops::all().iter().map(|op| op.samples.iter().filter(|s| s.smooth).count()).sum();
    let cx = Cx::new();
    let runs = |dtype: DType| -> usize {
        let all = ops::all().iter().flat_map(|op| (0..op.samples.len()).map(move |at| (*op, at)));
        all.filter(|&(op, at)| golden::run(&cx, &samples::call(&cx, op, at, dtype)).is_ok()).count()
    };
    let ran = DTYPES.map(runs);
    println!("{} operations, {samples} samples ({smooth} smooth), which run in {DTYPES:?}: {ran:?}", ops::all().len());
    assert!(ran.iter().all(|&n| n * 3 > samples), "most samples run in most dtypes: {ran:?}");
}
