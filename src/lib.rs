//! x
pub mod error;
pub mod files;
pub mod interrupt;
pub mod process;
pub mod registry;
pub mod yaml;
