//! Docker and docker-compose: which programs to use, their commands, and parsers for their output.
//!
//! Only [`ask`] runs commands, and only to read their output. Everything else builds an
//! [`Invocation`](crate::process::Invocation) or parses output. What the code assumes about docker and docker-compose was
//! measured with docker 20.10 and 28 and docker-compose 1.29, 2.26 and 2.40.

pub mod archive;
pub mod ask;
pub mod container;
mod credentials;
pub mod diagnosis;
pub mod emulation;
pub mod engine;
pub mod info;
mod nature;
pub mod project;
pub mod tools;
pub mod verbs;
pub mod version;

pub use container::{Container, State};
pub use engine::Engine;
pub use tools::{Compose, Tools};
pub use verbs::{LogOptions, Project};
pub use version::ComposeVersion;
