//! x
pub mod error; pub mod interrupt; pub mod process;
