//! What the tests stand on: a sandbox, a simulated engine, a server that is played.

mod calls;
pub mod diffs;
pub mod ended;
pub mod engine;
pub mod files;
mod forks;
pub mod home;
mod http;
pub mod introspection;
mod ports;
pub mod raw;
pub mod replay;
pub mod run;
mod sandbox;
pub mod schema;
mod screen;
mod server;
mod skip;
pub mod standin;
pub mod terminal;
pub mod text;

pub use ended::same;
pub use files::Files;
pub use sandbox::{Sandbox, key};
pub use server::Behaviour;
pub use skip::skip;

/// The files below a folder.
pub fn files(folder: &std::path::Path) -> files::Files {
    files::Files::of(folder)
}
