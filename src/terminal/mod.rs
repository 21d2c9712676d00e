//! The terminal: what it can show, and the progress bars on it. Knows nothing of the language.

mod bars;
mod screen;

pub use bars::{Around, Bar, Bars};
pub use screen::{Colors, Screen};
