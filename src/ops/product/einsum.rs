//! Einstein's summation: an equation names the dims of operands and result.

use crate::ops::error::{OpError, Result};
use crate::ops::infer::{describe, too_many_dims};
use crate::ops::joining::reshaped;
use crate::ops::matrices::permuted;
use crate::ops::matrices::sum;
use crate::ops::mul::MUL;
use crate::ops::sample::{Value::*, sample};
use crate::ops::sig::{Param, ParamKind};
use crate::ops::{Attrs, Kind, Op, Operand, Outputs, Proof};
use crate::tape::Cx;
use crate::tensor::{MAX_DIMS, Tensor};

pub static EINSUM: Op = Op {
    name: "einsum",
    symbol: None,
    params: &[Param::new("equation", ParamKind::Str), Param::new("operands", ParamKind::Tensors)],
    parts: &[],
    doc: "Sums of products by letters: `\"ij,jk->ik\"` is a product of matrices. Each letter is a dim, letters not after `->` are summed over, a letter twice in one operand is its diagonal, `...` stands for any leading dims, which broadcast. Without `->` the result has the letters that occur once, in order of the alphabet.",
    examples: &[
        "einsum(\"ij,jk->ik\", [[1, 2]], [[1], [10]])  # i64[1, 1] [[21]]",
        "einsum(\"ii\", [[1, 2], [3, 4]])  # 5",
    ],
    kind: Kind::Composite(run),
    vjp: &[],
    samples: &[
        sample(&[Str("ij,jk->ik"), Many(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4, 2], -2.0, 2.0)])]),
        sample(&[Str("bij,bjk->bik"), Many(&[Uniform(&[2, 3, 4], -2.0, 2.0), Strided(&[2, 4, 2], -2.0, 2.0)])]),
        sample(&[Str("ij,ij"), Many(&[Uniform(&[3, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)])]),
        sample(&[Str("i , j"), Many(&[Uniform(&[3], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)])]),
        sample(&[Str("ii->i"), Many(&[Uniform(&[3, 3], -2.0, 2.0)])]),
        sample(&[Str("iijj->ij"), Many(&[Uniform(&[2, 2, 3, 3], -2.0, 2.0)])]),
        sample(&[Str("iji->j"), Many(&[Uniform(&[2, 3, 2], -2.0, 2.0)])]),
        sample(&[Str("ii"), Many(&[Strided(&[3, 3], -2.0, 2.0)])]),
        sample(&[Str("iii"), Many(&[Uniform(&[2, 2, 2], -2.0, 2.0)])]),
        sample(&[Str("ba"), Many(&[Uniform(&[2, 3], -2.0, 2.0)])]),
        sample(&[Str("bA"), Many(&[Uniform(&[2, 3], -2.0, 2.0)])]),
        sample(&[Str("...ij->...ji"), Many(&[Uniform(&[2, 3, 4], -2.0, 2.0)])]),
        sample(&[Str("...ij,...jk"), Many(&[Uniform(&[2, 1, 2, 3], -2.0, 2.0), Uniform(&[3, 3, 2], -2.0, 2.0)])]),
        sample(&[Str("i...,i...->..."), Many(&[Uniform(&[2, 3, 4], -2.0, 2.0), Uniform(&[2, 4], -2.0, 2.0)])]),
        sample(&[Str("...->"), Many(&[Uniform(&[2, 3], -2.0, 2.0)])]),
        sample(&[Str("...i->i..."), Many(&[Uniform(&[3], -2.0, 2.0)])]),
        sample(&[
            Str("ij,jk,kl->il"),
            Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0), Uniform(&[4, 2], -2.0, 2.0)]),
        ]),
        sample(&[
            Str("bn,anm,bm->ba"),
            Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[2, 3, 2], -2.0, 2.0), Uniform(&[2, 2], -2.0, 2.0)]),
        ]),
        sample(&[
            Str("i,i,i,j->j"),
            Many(&[
                Uniform(&[3], -2.0, 2.0),
                Uniform(&[3], -2.0, 2.0),
                Uniform(&[3], -2.0, 2.0),
                Uniform(&[2], -2.0, 2.0),
            ]),
        ]),
        sample(&[Str("ij,ij->ij"), Many(&[Uniform(&[1, 4], -2.0, 2.0), Uniform(&[3, 4], -2.0, 2.0)])]),
        sample(&[Str("ij,jk->ik"), Many(&[Uniform(&[3, 1], -2.0, 2.0), Uniform(&[4, 2], -2.0, 2.0)])]),
        sample(&[Str(",ij->ji"), Many(&[Uniform(&[], -2.0, 2.0), Uniform(&[2, 3], -2.0, 2.0)])]),
        sample(&[Str("ij,k->i"), Many(&[Uniform(&[2, 3], -2.0, 2.0), Uniform(&[4], -2.0, 2.0)])]),
        sample(&[Str("ij,jk->ik"), Many(&[Uniform(&[2, 0], -2.0, 2.0), Uniform(&[0, 3], -2.0, 2.0)])]),
    ],
    proof: Proof::Torch("torch.einsum(args[0], *args[1])"),
};

/// A dim of an equation: a letter, or one of those that `...` stands for, counted from the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Label {
    Dots(usize),
    Letter(char),
}

/// An operand on the way: what its dims are.
#[derive(Clone)]
struct Term {
    t: Tensor,
    labels: Vec<Label>,
}

impl Term {
    fn size(&self, label: Label) -> Option<usize> {
        self.labels.iter().position(|l| *l == label).map(|d| self.t.dims()[d])
    }

    fn has(&self, label: Label) -> bool {
        self.labels.contains(&label)
    }

    /// Sums over the labels for which `goes` holds.
    fn without(self, cx: &Cx, goes: impl Fn(Label) -> bool) -> Result<Term> {
        let over: Vec<i64> = (0..self.labels.len()).filter(|&d| goes(self.labels[d])).map(|d| d as i64).collect();
        let labels = self.labels.into_iter().filter(|l| !goes(*l)).collect();
        Ok(Term { t: sum(cx, &self.t, &over)?, labels })
    }

    fn in_order(self, cx: &Cx, order: Vec<Label>) -> Result<Term> {
        let at = |l: &Label| self.labels.iter().position(|own| own == l).unwrap_or(0);
        let places: Vec<usize> = order.iter().map(at).collect();
        Ok(Term { t: permuted(cx, &self.t, &places)?, labels: order })
    }
}

fn refuse(message: String) -> Box<OpError> {
    OpError::new("VALUE-43", message)
}

/// The labels of one side of a comma, for an operand of `ndim` dims if there is one.
fn labels(part: &str, ndim: Option<usize>, dots: usize) -> Result<Vec<Label>> {
    let mut labels = Vec::new();
    let mut rest = part;
    let mut seen = false;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("...") {
            if seen {
                return Err(refuse(format!("`{part}` has `...` twice")).at(0, "here"));
            }
            seen = true;
            let letters = part.chars().filter(char::is_ascii_alphabetic).count();
            let n = ndim.map_or(dots, |n| n.saturating_sub(letters));
            labels.extend((0..n).rev().map(Label::Dots));
            rest = after;
        } else if c.is_ascii_alphabetic() {
            labels.push(Label::Letter(c));
            rest = &rest[1..];
        } else {
            return Err(refuse(format!("`{c}` in `{part}` is no letter of an equation"))
                .at(0, "letters, `,`, `...` and one `->`"));
        }
    }
    Ok(labels)
}

fn run(cx: &Cx, args: &[Operand], attrs: &Attrs) -> Result<Outputs> {
    let equation: String = attrs.str(0).unwrap_or("").chars().filter(|c| !c.is_whitespace()).collect();
    let (left, right) = match equation.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (&*equation, None),
    };
    let parts: Vec<&str> = left.split(',').collect();
    if parts.len() != args.len() {
        let message = format!("the equation has {} operands, {} are given", parts.len(), args.len());
        let e = refuse(message).at(0, format!("{} before `->`", parts.len()));
        return Err((0..args.len()).fold(e, |e, k| e.at(k + 1, describe(&args[k]))));
    }
    let mut terms = Vec::with_capacity(args.len());
    for (k, (part, arg)) in parts.iter().zip(args).enumerate() {
        let t = arg.to_tensor();
        let labels = labels(part, Some(t.ndim()), 0)?;
        if labels.len() != t.ndim() {
            let message = format!("`{part}` names {} dims of a tensor of {}", labels.len(), t.ndim());
            return Err(refuse(message).at(0, "here").at(k + 1, describe(arg)).help("`...` stands for the others"));
        }
        terms.push(diagonals(cx, Term { t, labels }, k)?);
    }
    check_sizes(&terms, args)?;
    let out = result(&parts, right, &terms)?;
    let mut terms = terms;
    while terms.len() > 1 {
        let (i, j) = cheapest(&terms, &out);
        // The order of operands is kept, so that results of two do not depend on how many there are.
        let second = terms.remove(j);
        let first = terms.remove(i);
        let needed = |l: Label| out.contains(&l) || terms.iter().any(|t| t.has(l));
        let joined = join(cx, first, second, &needed)?;
        terms.insert(i, joined);
    }
    let Some(last) = terms.pop() else { return Err(refuse("an equation needs an operand".into()).at(0, "here")) };
    let last = last.without(cx, |l| !out.contains(&l))?;
    Ok(Outputs::One(last.in_order(cx, out)?.t))
}

/// A letter that occurs twice in an operand is its diagonal.
fn diagonals(cx: &Cx, mut term: Term, k: usize) -> Result<Term> {
    let twice = |labels: &[Label]| {
        let second = |b: usize| labels[..b].iter().position(|l| *l == labels[b]).map(|a| (a, b));
        (0..labels.len()).find_map(second)
    };
    while let Some((a, b)) = twice(&term.labels) {
        let (m, n) = (term.t.dims()[a], term.t.dims()[b]);
        if m != n {
            let message = format!("`{}` names dims of {m} and {n} elements", name(term.labels[a]));
            return Err(OpError::new("SHAPE-11", message).at(k + 1, format!("{}{}", term.t.dtype(), term.t.shape())));
        }
        let label = term.labels[a];
        term.t = cx.diagonal(&term.t, a, b)?;
        term.labels.remove(b);
        term.labels.remove(a);
        term.labels.push(label);
    }
    Ok(term)
}

fn name(label: Label) -> String {
    match label {
        Label::Letter(c) => c.to_string(),
        Label::Dots(_) => "...".into(),
    }
}

/// Dims of one label have one size, or 1.
fn check_sizes(terms: &[Term], args: &[Operand]) -> Result<()> {
    for (k, term) in terms.iter().enumerate() {
        for &label in &term.labels {
            let n = term.size(label).unwrap_or(1);
            let other =
                |(at, t): (usize, &Term)| t.size(label).filter(|m| *m != n && *m != 1 && n != 1).map(|m| (at, m));
            if let Some((at, m)) = terms[..k].iter().enumerate().find_map(other) {
                return Err(OpError::new("SHAPE-11", format!("`{}` has {m} elements and {n}", name(label)))
                    .at(at + 1, describe(&args[at]))
                    .at(k + 1, describe(&args[k])));
            }
        }
    }
    Ok(())
}

/// The labels of the result.
fn result(parts: &[&str], right: Option<&str>, terms: &[Term]) -> Result<Vec<Label>> {
    let dots =
        terms.iter().flat_map(|t| &t.labels).filter_map(|l| if let Label::Dots(n) = l { Some(n + 1) } else { None });
    let dots = dots.max().unwrap_or(0);
    let Some(right) = right else {
        let mut letters: Vec<char> = parts.iter().flat_map(|p| p.chars()).filter(char::is_ascii_alphabetic).collect();
        letters.sort_unstable();
        let once = letters.chunk_by(|a, b| a == b).filter(|c| c.len() == 1).map(|c| Label::Letter(c[0]));
        return Ok((0..dots).rev().map(Label::Dots).chain(once).collect());
    };
    let out = labels(right, None, dots)?;
    for (k, &label) in out.iter().enumerate() {
        if out[..k].contains(&label) {
            return Err(refuse(format!("`{}` stands twice after `->`", name(label))).at(0, "here"));
        }
        if !terms.iter().any(|t| t.has(label)) {
            return Err(refuse(format!("`{}` after `->` is in no operand", name(label))).at(0, "here"));
        }
    }
    Ok(out)
}

/// The two operands whose product costs least; the first two of equal ones.
fn cheapest(terms: &[Term], out: &[Label]) -> (usize, usize) {
    let mut best = (0, 1);
    if terms.len() == 2 {
        return best;
    }
    let mut least = f64::INFINITY;
    for j in 1..terms.len() {
        for i in 0..j {
            let mut all = terms[i].labels.clone();
            all.extend(terms[j].labels.iter().filter(|l| !terms[i].has(**l)));
            let size = |l: Label| terms[i].size(l).unwrap_or(1).max(terms[j].size(l).unwrap_or(1)) as f64;
            let others = |l: Label| (0..terms.len()).any(|k| k != i && k != j && terms[k].has(l));
            let left: f64 = all.iter().filter(|l| out.contains(l) || others(**l)).map(|&l| size(l)).product();
            let work: f64 = all.iter().map(|&l| size(l)).product();
            let numel = (terms[i].t.numel() + terms[j].t.numel()) as f64;
            // What the result is larger than its operands weighs most, as it costs in every later product.
            let cost = work + 8.0 * (left - numel);
            if cost < least {
                (least, best) = (cost, (i, j));
            }
        }
    }
    best
}

/// The product of two operands, summed over what nobody needs any more.
fn join(cx: &Cx, a: Term, b: Term, needed: &dyn Fn(Label) -> bool) -> Result<Term> {
    // What only one of them has is summed first, and so is what the other has one of.
    let alone = |own: &Term, other: &Term, l: Label| match other.size(l) {
        None => !needed(l),
        Some(n) => n == 1 && !needed(l) && own.size(l) != Some(1),
    };
    let (x, y) = (a.clone(), b.clone());
    let a = a.without(cx, |l| alone(&x, &y, l))?;
    let b = b.without(cx, |l| alone(&y, &x, l))?;
    // A dim of one beside a longer one, or of a label that the other has lost, is none.
    let squeezed = |own: Term, other: &Term| -> Result<Term> {
        let goes = |l: Label| {
            own.size(l) == Some(1)
                && match other.size(l) {
                    Some(n) => n != 1,
                    None => !needed(l),
                }
        };
        let kept: Vec<usize> = (0..own.labels.len()).filter(|&d| !goes(own.labels[d])).collect();
        let dims: Vec<usize> = kept.iter().map(|&d| own.t.dims()[d]).collect();
        let labels = kept.iter().map(|&d| own.labels[d]).collect();
        Ok(Term { t: reshaped(cx, &own.t, &dims)?, labels })
    };
    let (x, y) = (a.clone(), b.clone());
    let (a, b) = (squeezed(a, &y)?, squeezed(b, &x)?);
    let both: Vec<Label> = a.labels.iter().copied().filter(|l| b.has(*l)).collect();
    let (batch, summed): (Vec<Label>, Vec<Label>) = both.into_iter().partition(|l| needed(*l));
    let of_a: Vec<Label> = a.labels.iter().copied().filter(|l| !b.has(*l)).collect();
    let of_b: Vec<Label> = b.labels.iter().copied().filter(|l| !a.has(*l)).collect();
    let size = |t: &Term, labels: &[Label]| -> Vec<usize> { labels.iter().map(|&l| t.size(l).unwrap_or(1)).collect() };
    let (shared, rows, depth, cols) = (size(&a, &batch), size(&a, &of_a), size(&a, &summed), size(&b, &of_b));
    let labels: Vec<Label> = batch.iter().chain(&of_a).chain(&of_b).copied().collect();
    if labels.len() > MAX_DIMS {
        let of = |t: &Term| format!("{}{}", t.t.dtype(), t.t.shape());
        return Err(too_many_dims(labels.len()).at(0, format!("{} with {}", of(&a), of(&b))));
    }
    let a = a.in_order(cx, [&batch[..], &of_a, &summed].concat())?.t;
    let b = b.in_order(cx, [&batch[..], &summed, &of_b].concat())?.t;
    let all = |dims: &[usize]| dims.iter().product::<usize>();
    let out = [&shared[..], &rows, &cols].concat();
    if summed.is_empty() {
        let a = reshaped(cx, &a, &[all(&shared), all(&rows), 1])?;
        let b = reshaped(cx, &b, &[all(&shared), 1, all(&cols)])?;
        return Ok(Term { t: reshaped(cx, &cx.binary_tt(&MUL, &a, &b)?, &out)?, labels });
    }
    let (m, k, n) = (all(&rows), all(&depth), all(&cols));
    let made = if batch.is_empty() {
        cx.product_tt(&reshaped(cx, &a, &[m, k])?, &reshaped(cx, &b, &[k, n])?)?
    } else {
        let batch = all(&shared);
        cx.product_tt(&reshaped(cx, &a, &[batch, m, k])?, &reshaped(cx, &b, &[batch, k, n])?)?
    };
    Ok(Term { t: reshaped(cx, &made, &out)?, labels })
}
