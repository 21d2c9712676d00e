//! Errors while a program runs. A builtin or an op says what is wrong and with which of its operands; the
//! machine knows where the operands stand in the source and turns that into a [`Diagnostic`].

use crate::device::cpu::alloc;
use crate::diagnostic::Diagnostic;
use crate::ops::OpError;
use crate::source::Span;

/// Kept to one pointer, so that results stay small on the fast path.
#[derive(Debug)]
pub struct Error(Box<Fault>);

#[derive(Debug)]
pub enum Fault {
    /// Raised by a builtin or an op, which do not know where their operands stand.
    Operands(Operands),
    /// Has its place: it comes out of program code that was called back.
    Placed(Diagnostic),
    /// Ctrl-C. Cannot be caught.
    Interrupt,
}

/// What is wrong, with operands by position.
#[derive(Debug)]
pub struct Operands {
    pub code: &'static str,
    pub message: String,
    pub at: Vec<(usize, String)>,
    /// Other places in the source that have to do with it.
    pub labels: Vec<(Span, String)>,
    /// Places that ran earlier, as the tape notes them.
    pub places: Vec<(u32, String)>,
    pub help: Option<String>,
}

impl Error {
    pub fn new(code: &'static str, message: impl Into<String>) -> Error {
        let (at, labels, places) = (Vec::new(), Vec::new(), Vec::new());
        Error(Box::new(Fault::Operands(Operands { code, message: message.into(), at, labels, places, help: None })))
    }

    pub fn placed(diagnostic: Diagnostic) -> Error {
        Error(Box::new(Fault::Placed(diagnostic)))
    }

    /// The program was asked to stop: by the user, or because its objects have outgrown the memory.
    pub fn interrupt() -> Error {
        match alloc::exceeded() {
            Some(e) => OpError::out_of_memory(e).into(),
            None => Error(Box::new(Fault::Interrupt)),
        }
    }

    pub fn out_of_memory(e: alloc::OutOfMemory) -> Error {
        OpError::out_of_memory(e).into()
    }

    /// Labels the operand at `index`; the first one labelled is the place of the error.
    pub fn at(mut self, index: usize, label: impl Into<String>) -> Error {
        if let Fault::Operands(Operands { at, .. }) = &mut *self.0 {
            at.push((index, label.into()));
        }
        self
    }

    /// Labels what is called, rather than an argument.
    pub fn at_callee(self, label: impl Into<String>) -> Error {
        self.at(usize::MAX, label)
    }

    /// Labels another place in the source.
    pub fn label(mut self, span: Span, label: impl Into<String>) -> Error {
        if let Fault::Operands(Operands { labels, .. }) = &mut *self.0 {
            labels.push((span, label.into()));
        }
        self
    }

    /// Counts operands `by` further: the callee comes before the arguments.
    pub fn shift(mut self, by: usize) -> Error {
        if let Fault::Operands(Operands { at, .. }) = &mut *self.0 {
            at.iter_mut().for_each(|(k, _)| *k = k.wrapping_add(by));
        }
        self
    }

    /// Translates positions in a builtin's slots to positions among the arguments; those that were not given go.
    pub fn map(mut self, positions: &[usize]) -> Error {
        if let Fault::Operands(Operands { at, .. }) = &mut *self.0 {
            at.retain_mut(|(k, _)| match positions.get(*k) {
                Some(p) if *p != usize::MAX => {
                    *k = *p;
                    true
                }
                _ => *k == usize::MAX,
            });
        }
        self
    }

    /// Moves a label from one operand to another.
    pub fn relabel(mut self, from: usize, to: usize) -> Error {
        if let Fault::Operands(Operands { at, .. }) = &mut *self.0 {
            at.iter_mut().filter(|(k, _)| *k == from).for_each(|(k, _)| *k = to);
        }
        self
    }

    pub fn help(mut self, text: impl Into<String>) -> Error {
        match &mut *self.0 {
            Fault::Operands(Operands { help, .. }) | Fault::Placed(Diagnostic { help, .. }) => {
                *help = Some(text.into())
            }
            Fault::Interrupt => {}
        }
        self
    }

    pub fn fault(&self) -> &Fault {
        &self.0
    }

    pub fn into_fault(self) -> Fault {
        *self.0
    }
}

impl From<Box<OpError>> for Error {
    fn from(e: Box<OpError>) -> Error {
        if e.code == "LIMIT-00" {
            return Error::interrupt();
        }
        let OpError { code, message, at, places, help } = *e;
        Error(Box::new(Fault::Operands(Operands { code, message, at, labels: Vec::new(), places, help })))
    }
}
