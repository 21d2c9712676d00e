//! How values look: what `print`, `str` and `{…}` in a string show. Strings stand as they are on the top
//! level and in quotes inside something else. Uses `number`, `strings`; `print/` has modules and tensors.

pub(super) mod module;
pub(super) mod tensor;

use std::rc::Rc;

use super::error::Error;
use super::function::{BuiltinParam, ParamDefault};
use super::number::push_float;
use super::object::Range;
use super::strings::{clipped, is_word, push_quoted, quoted};
use super::value::{Obj, Value};

/// Containers nested deeper than this show as `…`.
const MAX_DEPTH: usize = 100;

/// One value's text ends with `…` beyond this many bytes: a few lists that hold each other twice can be
/// longer than any memory.
const MAX_BYTES: usize = 16 << 20;

/// What `print(v)` shows.
///
/// # Errors
/// When a tensor's numbers cannot be read.
pub fn display(v: &Value) -> Result<String, Error> {
    let mut out = String::new();
    write(&mut out, v)?;
    Ok(out)
}

/// `display`, with a string in quotes.
pub fn repr(v: &Value) -> Result<String, Error> {
    let mut out = String::new();
    Printer::new(&mut out).value(v)?;
    Ok(out)
}

/// Appends what `print(v)` shows.
pub fn write(out: &mut String, v: &Value) -> Result<(), Error> {
    if let Some(text) = v.as_str() {
        out.push_str(text);
        return Ok(());
    }
    match v.as_instance() {
        Some(_) => module::tree(out, v),
        None => Printer::new(out).value(v),
    }
}

/// What a value is, in a few words for a message: `int 3`, `str "abc"`, `list of 2`. Reads no tensor.
pub fn describe(v: &Value) -> String {
    let kind = v.kind_name();
    match v {
        Value::None => kind.to_string(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
            let mut out = format!("{kind} ");
            // Host numbers are always readable.
            let _ = write(&mut out, v);
            out
        }
        Value::Tensor(t) => tensor::meta(t),
        Value::Cell(p) => format!("param {}", tensor::meta(&p.data())),
        Value::Obj(o) => match &**o {
            Obj::Str(s) => format!("{kind} {}", quoted(&clipped(s.as_str(), 30))),
            Obj::Tuple(t) => format!("{kind} of {}", t.len()),
            Obj::List(l) => format!("{kind} of {}", l.len()),
            Obj::Record(r) => format!("{kind} of {}", r.len()),
            Obj::Range(r) => format!("{kind} {}", range_text(*r)),
            Obj::Fn(f) => format!("{kind} {}", f.code.name),
            Obj::Builtin(b) => format!("{kind} {}", b.name),
            Obj::Op(op) => format!("{kind} {}", op.name),
            Obj::Class(c) => format!("module {}", c.name),
            Obj::Instance(i) => i.class.name.to_string(),
            Obj::BoundMethod(b) => format!("{kind} {}.{}", owner(&b.receiver), b.name),
            Obj::Namespace(n) => format!("{kind} {}", n.name),
            Obj::Native(_) => kind.to_string(),
            Obj::Var(v) => describe(&v.get()),
        },
    }
}

/// Reads no tensor either.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&describe(self))
    }
}

/// `a list`, `an int`
pub fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    if kind == "none" { kind.to_string() } else { format!("{article} {kind}") }
}

struct Printer<'a> {
    out: &'a mut String,
    /// Where `out` began, for the limit.
    start: usize,
    /// The containers around the present value; one of them again is a cycle.
    path: Vec<*const Obj>,
}

impl<'a> Printer<'a> {
    fn new(out: &'a mut String) -> Printer<'a> {
        let start = out.len();
        Printer { out, start, path: Vec::new() }
    }

    fn value(&mut self, v: &Value) -> Result<(), Error> {
        match v {
            Value::None => self.out.push_str("none"),
            Value::Bool(b) => self.out.push_str(if *b { "true" } else { "false" }),
            Value::Int(i) => self.out.push_str(&i.to_string()),
            Value::Float(x) => push_float(self.out, *x),
            Value::Tensor(t) => return tensor::write(self.out, t, self.room()),
            Value::Cell(p) => {
                self.out.push_str("param ");
                return tensor::write(self.out, &p.data(), self.room());
            }
            Value::Obj(o) => return self.obj(o),
        }
        Ok(())
    }

    /// A tensor inside something else stays on its line.
    fn room(&self) -> tensor::Room {
        if self.path.is_empty() { tensor::Room::Alone } else { tensor::Room::Inside }
    }

    fn obj(&mut self, o: &Rc<Obj>) -> Result<(), Error> {
        match &**o {
            Obj::Str(s) => push_quoted(self.out, s.as_str()),
            Obj::Range(r) => self.out.push_str(&range_text(*r)),
            Obj::Fn(f) => {
                let params = f.code.params.iter().map(|p| match (p.is_rest, p.has_default) {
                    (true, _) => format!("...{}", p.name),
                    (_, true) => format!("{} = …", p.name),
                    _ => p.name.to_string(),
                });
                self.function(&f.code.name, params);
            }
            Obj::Builtin(b) => self.function(b.name, b.params.iter().map(builtin_param)),
            Obj::Op(op) => self.function(op.name, op.params.iter().map(op_param)),
            Obj::Class(c) => {
                let params = c.fields[..c.param_count].join(", ");
                self.out.extend(["module ", &c.name, "(", &params, ")"]);
            }
            Obj::BoundMethod(b) => self.out.extend(["fn ", owner(&b.receiver), ".", &b.name]),
            Obj::Namespace(n) => self.out.extend(["namespace ", &*n.name]),
            Obj::Native(n) => self.out.push_str(&n.display()),
            Obj::Var(v) => return self.value(&v.get()),
            Obj::Tuple(t) => {
                let close = if t.len() == 1 { ",)" } else { ")" };
                return self.sequence(o, "(", t.parts(), close);
            }
            Obj::List(l) => return self.sequence(o, "[", &l.borrow(), "]"),
            Obj::Record(r) => {
                return self.nest(o, "{", "}", |p| {
                    for i in 0.. {
                        let Some((key, value)) = r.entry_at(i) else { break };
                        if !p.separate(i) {
                            break;
                        }
                        push_key(p.out, &key);
                        p.out.push_str(": ");
                        p.value(&value)?;
                    }
                    Ok(())
                });
            }
            Obj::Instance(i) => self.out.push_str(&module::headline(i)?),
        }
        Ok(())
    }

    fn sequence(&mut self, o: &Rc<Obj>, open: &str, items: &[Value], close: &str) -> Result<(), Error> {
        self.nest(o, open, close, |p| {
            for (i, item) in items.iter().enumerate() {
                if !p.separate(i) {
                    break;
                }
                p.value(item)?;
            }
            Ok(())
        })
    }

    /// Writes a container around what `inside` writes, or `…` where it would not end.
    fn nest(
        &mut self,
        o: &Rc<Obj>,
        open: &str,
        close: &str,
        inside: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.out.push_str(open);
        let at = Rc::as_ptr(o);
        let mut result = Ok(());
        if self.path.len() == MAX_DEPTH || self.path.contains(&at) {
            self.out.push('…');
        } else {
            self.path.push(at);
            result = inside(self);
            self.path.pop();
        }
        self.out.push_str(close);
        result
    }

    /// Puts a comma before every item but the first; false when the text has grown too long for another.
    fn separate(&mut self, index: usize) -> bool {
        if index > 0 {
            self.out.push_str(", ");
        }
        let room = self.out.len() - self.start < MAX_BYTES;
        if !room {
            self.out.push('…');
        }
        room
    }

    fn function(&mut self, name: &str, params: impl Iterator<Item = String>) {
        let params = params.collect::<Vec<_>>().join(", ");
        let space = if name.is_empty() { "" } else { " " };
        self.out.extend(["fn", space, name, "(", &params, ")"]);
    }
}

/// `lr`, or `"learning rate"`.
fn push_key(out: &mut String, key: &str) {
    if is_word(key) { out.push_str(key) } else { push_quoted(out, key) }
}

/// `0..10`, `0..=10`, `10..0 by -2`
fn range_text(r: Range) -> String {
    let dots = if r.closed { "..=" } else { ".." };
    match r.step {
        1 => format!("{}{dots}{}", r.start, r.end),
        step => format!("{}{dots}{} by {step}", r.start, r.end),
    }
}

fn builtin_param(p: &BuiltinParam) -> String {
    let default = match p.default {
        ParamDefault::Required => return p.name.to_string(),
        ParamDefault::Rest => return format!("...{}", p.name),
        ParamDefault::None => "none".to_string(),
        ParamDefault::Bool(b) => b.to_string(),
        ParamDefault::Int(i) => i.to_string(),
        ParamDefault::Float(x) => super::number::float_text(x),
        ParamDefault::Str(s) => quoted(s),
    };
    format!("{} = {default}", p.name)
}

fn op_param(p: &crate::ops::Param) -> String {
    use crate::ops::Default;
    let default = match p.default {
        Default::Required => return p.name.to_string(),
        Default::None => ParamDefault::None,
        Default::Bool(b) => ParamDefault::Bool(b),
        Default::Int(i) => ParamDefault::Int(i),
        Default::Float(x) => ParamDefault::Float(x),
        Default::Str(s) => ParamDefault::Str(s),
    };
    builtin_param(&BuiltinParam::optional(p.name, default))
}

/// What a method is named after: the class of an instance, else the kind of the value.
fn owner(receiver: &Value) -> &str {
    receiver.as_instance().map_or(receiver.kind_name(), |i| &i.class.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(v: Value) -> String {
        display(&v).expect("no tensor to read")
    }

    #[test]
    fn numbers_print_as_in_python() {
        let floats = [
            (0.1, "0.1"),
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (1e-6, "1e-06"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (1e22, "1e+22"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (0.30000000000000004, "0.30000000000000004"),
            (100.0, "100.0"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
        ];
        for (x, text) in floats {
            assert_eq!(shown(Value::Float(x)), text);
        }
        assert_eq!(shown(Value::Int(i64::MIN)), "-9223372036854775808");
        assert_eq!(shown(Value::Bool(true)), "true");
        assert_eq!(shown(Value::None), "none");
    }

    #[test]
    fn containers() {
        let one = |v: Value| vec![v];
        assert_eq!(shown(Value::tuple(vec![])), "()");
        assert_eq!(shown(Value::tuple(one(Value::Int(1)))), "(1,)");
        assert_eq!(shown(Value::tuple(vec![Value::Int(2), Value::str("a\n{")])), r#"(2, "a\n\{")"#);
        assert_eq!(shown(Value::list(vec![Value::Int(0), Value::Float(4.0)])), "[0, 4.0]");
        let r = Value::record([("lr".into(), Value::Float(0.1)), ("a b".into(), Value::list(vec![]))]);
        assert_eq!(shown(r), r#"{lr: 0.1, "a b": []}"#);
        assert_eq!(shown(Value::str("a \"b\"")), "a \"b\"");
        assert_eq!(repr(&Value::str("a \"b\"\u{200b}")).expect("text"), r#""a \"b\"\u{200b}""#);
        let range = |start, end, step, closed| shown(Value::range(Range { start, end, step, closed }));
        assert_eq!(range(0, 10, 1, false), "0..10");
        assert_eq!(range(0, 10, 1, true), "0..=10");
        assert_eq!(range(10, 0, -2, false), "10..0 by -2");
    }

    #[test]
    fn cycles_and_great_depth_end_in_an_ellipsis() {
        let l = Value::list(vec![Value::Int(1)]);
        l.as_list().expect("a list").push(l.clone()).expect("fits");
        assert_eq!(shown(l.clone()), "[1, […]]");
        l.as_list().expect("a list").pop();

        let mut deep = Value::list(vec![]);
        for _ in 0..1_000_000 {
            deep = Value::list(vec![deep]);
        }
        let text = shown(deep);
        assert_eq!(text.chars().count(), 2 * MAX_DEPTH + 3);
        assert!(text.contains("[[[…]]]"));
    }

    #[test]
    fn lists_that_hold_each_other_twice_end() {
        let mut v = Value::list(vec![]);
        for _ in 0..60 {
            v = Value::list(vec![v.clone(), v]);
        }
        let text = shown(v);
        assert!(text.len() < MAX_BYTES + 10_000 && text.contains("…]"));
    }
}
