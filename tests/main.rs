mod cli;
mod layering;
mod pages;
mod proofs;
mod repl;
mod scripts;
mod seed;
mod syntax;
