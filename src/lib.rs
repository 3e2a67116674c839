//! wip
pub mod api;
pub mod cli;
pub mod cluster;
pub mod commands;
pub mod context;
pub mod docker;
pub mod error;
pub mod files;
pub mod interrupt;
pub mod keys;
pub mod plan;
pub mod process;
pub mod registry;
pub mod render;
pub mod ui;
pub mod wait;
pub mod yaml;
