//! x
pub mod cluster;
pub mod error;
pub mod files;
pub mod interrupt;
pub mod keys;
pub mod process;
pub mod render;
pub mod yaml;
