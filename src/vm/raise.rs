//! From an error to a diagnostic with its place, and out of the frames it ends.

use std::rc::Rc;

use super::code::{Code, Instr, Reg, SourcePlace};
use super::error::{Error, Fault};
use super::modes::ModeState;
use super::value::Value;
use super::{Frame, Vm};
use crate::diagnostic::{Call, Diagnostic};
use crate::source::Span;

pub const CODES: &[(&str, &str)] = &[
    ("ASSERT-01", "what an `assert` claims is not so"),
    ("NAME-08", "a variable is read before its declaration has run"),
    ("LIMIT-00", "the program was interrupted"),
];

/// A `try` that is open.
pub(super) struct Handler {
    /// How many frames there are while its body's function runs.
    frames: usize,
    pc: *const Instr,
    dst: Reg,
    state: ModeState,
}

impl Vm {
    pub(super) fn begin_try(&mut self, dst: Reg, offset: i32) {
        let state = self.mode_state();
        // SAFETY: the compiler's jumps stay inside the code.
        let pc = unsafe { self.top().pc.offset(offset as isize) };
        self.handlers.push(Handler { frames: self.frames.len(), pc, dst, state });
    }

    /// Gives an error its place and leaves frames up to the nearest `try`, whose handler runs next. Without one
    /// above `floor`, leaves all frames above it and passes the error on.
    #[cold]
    #[inline(never)]
    pub(super) fn unwind(&mut self, error: Error, floor: usize) -> Result<(), Error> {
        let fault = match error.into_fault() {
            Fault::Interrupt => {
                self.leave_to(floor);
                return Err(Error::interrupt());
            }
            fault => fault,
        };
        let diagnostic = self.place(fault);
        match self.handlers.last() {
            Some(handler) if handler.frames > floor => {
                let Handler { frames, pc, dst, state } = self.handlers.pop().expect("seen above");
                self.leave_to(frames);
                self.restore_state(state);
                let record = self.error_record(&diagnostic);
                self.put(dst, record);
                if let Some(frame) = self.frames.last_mut() {
                    frame.pc = pc;
                }
                Ok(())
            }
            _ => {
                self.leave_to(floor);
                Err(Error::placed(diagnostic))
            }
        }
    }

    fn leave_to(&mut self, frames: usize) {
        while self.frames.len() > frames {
            self.drop_frame(Value::None);
        }
        while self.handlers.last().is_some_and(|h| h.frames > frames) {
            self.handlers.pop();
        }
    }

    /// What `catch e` binds.
    fn error_record(&self, d: &Diagnostic) -> Value {
        let line = d.labels.first().map_or(0, |l| self.sources.borrow().line(l.span));
        let entry = |key: &str, value: Value| (Rc::<str>::from(key), value);
        Value::record([
            entry("message", Value::str(d.message.as_str())),
            entry("code", Value::str(d.code)),
            entry("line", Value::Int(line as i64)),
        ])
    }

    fn place(&self, fault: Fault) -> Diagnostic {
        let operands = match fault {
            Fault::Placed(diagnostic) => return diagnostic,
            Fault::Interrupt => return Diagnostic::error("LIMIT-00", "interrupted"),
            Fault::Operands(o) => o,
        };
        let super::error::Operands { code, message, at, labels, places, help } = operands;
        let mut d = Diagnostic::error(code, message);
        d.help = help;
        if let Some(own) = self.frames.last().filter(|f| !frame_code(f).is_library) {
            let place = self.place_of(own);
            for (k, text) in at {
                if let Some(span) = place.and_then(|p| p.operands.get(k)) {
                    d = d.label(*span, text);
                }
            }
            if d.labels.is_empty()
                && labels.is_empty()
                && let Some(place) = place
            {
                d = d.label(place.span, "here");
            }
        } else if let Some(place) = self.users_place() {
            // In the library: the program sees its own call, and what the operands were.
            d = d.label(place.span, in_this_call(&at));
        }
        for (span, text) in labels {
            d = d.label(span, text);
        }
        for (site, text) in places {
            if let Some(span) = self.span_of_site(site) {
                d = d.label(span, text);
            }
        }
        d.trace = self.trace();
        d
    }

    /// The innermost place that is the program's own.
    fn users_place(&self) -> Option<&SourcePlace> {
        self.frames.iter().rev().find(|f| !frame_code(f).is_library).and_then(|f| self.place_of(f))
    }

    pub(super) fn place_of(&self, frame: &Frame) -> Option<&SourcePlace> {
        let code = frame_code(frame);
        code.sites.place(self.pc_of(frame, code))
    }

    /// The place of the running instruction.
    pub(super) fn here(&self) -> Option<Span> {
        self.users_place().map(|p| p.span)
    }

    /// The functions that were running with the places that called them, innermost first; a recursion stands once.
    fn trace(&self) -> Vec<Call> {
        let mut trace: Vec<Call> = Vec::new();
        let mut last: Option<(*const Code, Span)> = None;
        for (caller, callee) in self.frames.iter().zip(self.frames.iter().skip(1)).rev() {
            if frame_code(caller).is_library {
                continue;
            }
            let Some(place) = self.place_of(caller) else { continue };
            let code = frame_code(callee);
            let this = (&raw const *code, place.span);
            match trace.last_mut().filter(|_| last == Some(this)) {
                Some(call) => call.times += 1,
                None => trace.push(Call { function: code.name.to_string(), at: place.span, times: 1 }),
            }
            last = Some(this);
        }
        trace
    }

    pub(super) fn unset_global(&self, slot: u32) -> Error {
        let name = self.global_names.get(slot as usize).map_or("this", |n| n);
        Error::new("NAME-08", format!("`{name}` has no value yet: its declaration has not run"))
            .help("call the function that uses it after the declaration")
    }

    pub(super) fn assert_failed(&mut self, message: bool, operands: bool, at: Reg) -> Error {
        let text = if message { super::print::display(self.peek(at)) } else { Ok("this is not so".into()) };
        let text = match text {
            Ok(text) => text,
            Err(e) => return e,
        };
        let mut e = Error::new("ASSERT-01", format!("assertion failed: {text}"));
        if operands {
            for k in 0..2 {
                e = e.at(k, super::operand::show(self.peek(at + 1 + k as Reg)));
            }
        }
        e
    }
}

/// The label of a call into the library, with the shapes of what failed in it, which has no place of its own.
fn in_this_call(at: &[(usize, String)]) -> String {
    let mut shapes: Vec<&str> = at.iter().map(|(_, text)| &**text).filter(|text| text.contains('[')).collect();
    shapes.dedup();
    if shapes.is_empty() { "in this call".into() } else { format!("in this call: {}", shapes.join(" and ")) }
}

pub(super) fn frame_code<'c>(frame: &Frame) -> &'c super::code::Code {
    // SAFETY: the register before the frame's base keeps the closure alive while the frame is listed.
    unsafe { &*frame.code }
}
