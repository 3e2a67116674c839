//! The files that users write: `prisma.yml`, `cluster.yml`, the cluster registry and `.env`.
//!
//! They are all read in the same way: YAML with positions ([`crate::yaml`]), typed values through a
//! [`reader`], and all [`problems`] reported at once, each with its line. References (`${env:X}`) have
//! one grammar, [`references`].

pub mod cluster_yml;
pub mod compose_file;
mod derived;
mod env_file;
pub mod prisma_yml;
mod problems;
pub mod project;
mod reader;
pub mod references;
pub mod registry;

pub use env_file::EnvFiles;
pub use project::Project;
pub use references::EnvLookup;
