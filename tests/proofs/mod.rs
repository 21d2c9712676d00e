//! Proofs that walk the registry of operations: nothing here names an operation that it does not mean in particular,
//! so a new one is held to all of it from its first day.
//!
//! `golden` holds every sample against PyTorch's numbers, `gradients` against finite differences, `forms` compares
//! the ways of computing one thing, `trees` does so on random programs, `examples` runs what the documentation shows, `manual` keeps the list of operations,
//! `misuse` calls everything wrongly.

mod examples;
mod forms;
mod golden;
mod gradients;
pub mod manual;
mod misuse;
mod promotion;
mod samples;
mod trees;
