//! x
pub mod api;
pub mod context;
pub mod docker;
pub mod error;
pub mod files;
pub mod interrupt;
pub mod process;
pub mod ui;
pub mod yaml;
