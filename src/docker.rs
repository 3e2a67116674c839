//! Docker and docker-compose: which programs to use, verbs as invocations, readers of their answers.
//!
//! Only [`ask`] runs something, and only to read an answer. Elsewhere the result of a verb is an [`Invocation`](crate::process::Invocation), the result of a
//! reader a value. Facts about the programs' behaviour come from measurements with docker 20.10 and
//! 28, docker-compose 1.29, 2.26 and 2.40.

pub mod ask;
pub mod container;
pub mod diagnosis;
pub mod engine;
pub mod info;
pub mod project;
pub mod tools;
pub mod verbs;
pub mod version;

pub use container::{Container, State};
pub use engine::Engine;
pub use tools::{Compose, Tools};
pub use verbs::{LogOptions, Project};
pub use version::ComposeVersion;
