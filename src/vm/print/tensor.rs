//! How tensors look: dtype and shape, then the numbers in brackets.
//!
//! Of more than 1,000 numbers (100 inside a list, tuple or record) each dimension shows its first and last
//! three, or fewer where that is still too many, with `…` between. What fits in 100 columns stands on one line;
//! otherwise each row begins one.

use crate::tensor::{Num, Tensor};
use crate::vm::error::Error;
use crate::vm::number::{push_float_brief, push_float_of};

/// What stands around the tensor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// It is printed by itself, and may take several lines.
    Alone,
    /// It is part of a list, tuple or record.
    Inside,
}

impl Room {
    /// More numbers than this are not shown.
    fn most(self) -> usize {
        match self {
            Room::Alone => 1000,
            Room::Inside => 100,
        }
    }
}

const COLUMNS: usize = 100;

/// `f32[2, 3]`
pub fn meta(t: &Tensor) -> String {
    format!("{}{}", t.dtype(), t.to_dims())
}

/// `f32[3] [0.0, 0.5, 1.0]`; a tensor of no dimensions as its number alone, in full.
pub fn write(out: &mut String, t: &Tensor, room: Room) -> Result<(), Error> {
    let dtype = t.dtype();
    if t.ndim() == 0 {
        match t.item()? {
            Some(Num::Float(x)) => push_float_of(out, x, dtype),
            Some(n) => push_brief(out, n),
            None => {}
        }
        return Ok(());
    }
    let head = meta(t);
    out.push_str(&head);
    let start = out.len();
    write_numbers(out, t, room, |out, n| {
        push_brief(out, n);
        Ok(())
    })?;
    let numbers = &out[start..];
    // The numbers of a tensor that takes several lines begin on one of their own, so that rows stand in line.
    let alone = numbers.contains('\n') || (room == Room::Alone && head.len() + 1 + numbers.chars().count() > COLUMNS);
    out.insert(start, if alone { '\n' } else { ' ' });
    Ok(())
}

fn push_brief(out: &mut String, n: Num) {
    match n {
        Num::Bool(b) => out.push_str(if b { "true" } else { "false" }),
        Num::Int(i) => out.push_str(&i.to_string()),
        Num::Float(x) => push_float_brief(out, x),
    }
}

/// The brackets alone, each number as `push` writes it.
pub fn write_numbers(
    out: &mut String,
    t: &Tensor,
    room: Room,
    mut push: impl FnMut(&mut String, Num) -> Result<(), Error>,
) -> Result<(), Error> {
    t.force()?;
    let start = out.len();
    let mut layout = Layout::new(t.dims(), room.most());
    layout.level(out, t, 0, 0, &mut push)?;
    if room == Room::Alone && out[start..].chars().count() > COLUMNS {
        // The first row begins a line like the others: what stands before it does not count.
        layout.lines = true;
        let mut rows = String::new();
        layout.level(&mut rows, t, 0, 0, &mut push)?;
        out.truncate(start);
        out.push_str(&rows);
    }
    Ok(())
}

struct Layout<'t> {
    dims: &'t [usize],
    /// How many numbers of each end of a dimension show, if not all do.
    edge: Option<usize>,
    /// Whether rows begin lines.
    lines: bool,
}

impl Layout<'_> {
    fn new(dims: &[usize], most: usize) -> Layout<'_> {
        let shown = |edge: Option<usize>| {
            // A dimension of none ends it: what is inside shows as `[]`.
            let sizes = dims.iter().take_while(|d| **d > 0);
            sizes.fold(1usize, |n, d| n.saturating_mul(edge.map_or(*d, |e| (*d).min(2 * e))))
        };
        let edge = [None, Some(3), Some(2), Some(1)].into_iter().find(|e| shown(*e) <= most).unwrap_or(Some(1));
        Layout { dims, edge, lines: false }
    }

    /// The part of the tensor under one index of the dimensions before `dim`; `at` is its first element.
    fn level(
        &self,
        out: &mut String,
        t: &Tensor,
        dim: usize,
        at: usize,
        push: &mut impl FnMut(&mut String, Num) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some((&size, inner)) = self.dims[dim..].split_first() else {
            return push(out, t.num_at(at)?);
        };
        let step: usize = inner.iter().product();
        let row = inner.is_empty();
        let gap = self.edge.filter(|e| size > 2 * e).map(|e| e..size - e);
        let mut line = out.rfind('\n').map_or(0, |i| i + 1);
        out.push('[');
        let mut i = 0;
        while i < size {
            if i > 0 {
                out.push(',');
                if self.lines && !row {
                    out.push('\n');
                    out.extend(std::iter::repeat_n(' ', dim + 1));
                } else {
                    out.push(' ');
                }
            }
            let before = out.len();
            if gap.as_ref().is_some_and(|g| g.start == i) {
                out.push('…');
                i = gap.as_ref().map_or(size, |g| g.end);
            } else {
                self.level(out, t, dim + 1, at + i * step, push)?;
                i += 1;
            }
            if self.lines && row {
                // A long row goes on under its own first number.
                let width = out[line..].chars().count();
                if width >= COLUMNS && before > line + dim + 2 {
                    let text = out.split_off(before);
                    out.truncate(before - 1);
                    out.push('\n');
                    line = out.len();
                    out.extend(std::iter::repeat_n(' ', dim + 1));
                    out.push_str(&text);
                }
            }
        }
        out.push(']');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DType;
    use crate::tape::{Cx, Param};
    use crate::tensor::Dims;
    use crate::vm::print::display;
    use crate::vm::value::Value;

    fn floats(dtype: DType, dims: &[usize], values: &[f64]) -> Value {
        Value::Tensor(Tensor::from_f64s(dtype, dims, values).expect("fits"))
    }

    fn counting(dims: &[usize]) -> Value {
        let n = dims.iter().product::<usize>() as i64;
        Value::Tensor(Tensor::from_nums(DType::I64, Dims::of(dims), (0..n).map(Num::Int)).expect("fits"))
    }

    fn shown(v: &Value) -> String {
        display(v).expect("on the CPU")
    }

    #[test]
    fn as_the_language_says() {
        let x = floats(DType::F32, &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(shown(&x), "f32[2, 3] [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]");
        let y = floats(DType::F32, &[2], &[0.0, 1f64.tanh()]);
        assert_eq!(shown(&y), "f32[2] [0.0, 0.7616]");
        assert_eq!(shown(&floats(DType::F32, &[], &[1f64.tanh()])), "0.7615942");
        assert_eq!(shown(&floats(DType::F64, &[], &[1f64.tanh()])), "0.7615941559557649");
        assert_eq!(shown(&floats(DType::F16, &[], &[1f64.tanh()])), "0.7617");
        assert_eq!(shown(&floats(DType::BF16, &[1], &[1f64.tanh()])), "bf16[1] [0.7617]");
        assert_eq!(shown(&floats(DType::F64, &[3], &[1e-6, f64::NAN, -1e10])), "f64[3] [1e-06, nan, -1e+10]");
        assert_eq!(shown(&counting(&[3])), "i64[3] [0, 1, 2]");
        assert_eq!(shown(&counting(&[])), "0");
        let b = Tensor::from_nums(DType::Bool, Dims::of(&[2]), [true, false].map(Num::Bool)).expect("fits");
        assert_eq!(shown(&Value::Tensor(b)), "bool[2] [true, false]");
        assert_eq!(shown(&Value::list(vec![counting(&[2]), counting(&[])])), "[i64[2] [0, 1], 0]");
    }

    #[test]
    fn the_first_row_is_as_long_as_the_others() {
        let text = shown(&counting(&[2, 60]));
        let lengths: Vec<usize> = text.lines().skip(1).map(str::len).collect();
        assert!(lengths[0] > 90 && text.starts_with("i64[2, 60]\n[[0, 1,"), "{text}");
        let in_text = format!("{}{text}", "x".repeat(60));
        assert_eq!(in_text.lines().nth(1), text.lines().nth(1));
        let list = shown(&Value::tuple(vec![Value::str("a".repeat(50)), counting(&[90])]));
        assert!(list.contains("[0, 1, 2,"), "{list}");
    }

    #[test]
    fn no_elements() {
        assert_eq!(shown(&floats(DType::F32, &[0], &[])), "f32[0] []");
        assert_eq!(shown(&floats(DType::F32, &[2, 0], &[])), "f32[2, 0] [[], []]");
        assert_eq!(shown(&floats(DType::F32, &[0, 3], &[])), "f32[0, 3] []");
        let text = shown(&floats(DType::F32, &[1_000_000, 0], &[]));
        assert_eq!(text, "f32[1000000, 0] [[], [], [], …, [], [], []]");
    }

    #[test]
    fn parameters() {
        let cx = Cx::new();
        let p = |v| match v {
            Value::Tensor(t) => Value::Cell(Param::new(&cx, &t).expect("not tracked")),
            other => other,
        };
        assert_eq!(shown(&p(floats(DType::F32, &[2], &[0.5, 1.0]))), "param f32[2] [0.5, 1.0]");
        assert_eq!(shown(&p(floats(DType::F32, &[], &[0.5]))), "param 0.5");
    }

    #[test]
    fn long_ones_are_cut_short() {
        assert_eq!(shown(&counting(&[1001])), "i64[1001] [0, 1, 2, …, 998, 999, 1000]");
        let wide = shown(&counting(&[40, 50]));
        let rows: Vec<&str> = wide.lines().collect();
        assert_eq!(rows[..2], ["i64[40, 50]", "[[0, 1, 2, …, 47, 48, 49],"]);
        assert_eq!(rows[4], " …,");
        assert_eq!(rows[7], " [1950, 1951, 1952, …, 1997, 1998, 1999]]");
        let inside = shown(&Value::list(vec![counting(&[101])]));
        assert_eq!(inside, "[i64[101] [0, 1, 2, …, 98, 99, 100]]");
        // Six to the eighth would still be too many.
        assert!(shown(&counting(&[6; 8])).matches(',').count() < 600);
    }

    #[test]
    fn what_is_wider_than_a_line_takes_several() {
        let text = shown(&counting(&[10, 10]));
        assert!(text.starts_with("i64[10, 10]\n[[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],\n [10, "), "{text}");
        assert!(text.ends_with(", 99]]"));
        let text = shown(&counting(&[300]));
        assert!(text.lines().count() > 5 && text.lines().all(|l| l.chars().count() <= COLUMNS + 1), "{text}");
        assert_eq!(text.replace("\n ", " ").replace('\n', " "), shown_on_one_line(&counting(&[300])));
        let text = shown(&counting(&[2, 3, 30]));
        assert!(
            text.lines().skip(1).all(|l| l.starts_with("[[[") || l.starts_with("  ") || l.starts_with(" [[")),
            "{text}"
        );
    }

    fn shown_on_one_line(v: &Value) -> String {
        let numbers: Vec<String> = (0..300).map(|i| i.to_string()).collect();
        let Value::Tensor(t) = v else { return String::new() };
        format!("{} [{}]", meta(t), numbers.join(", "))
    }
}
