//! The files that people write: `prisma.yml`, `cluster.yml`, the cluster registry and `.env`.
//!
//! All of them are read by the same machinery: YAML with places ([`crate::yaml`]), typed values taken
//! out by a [`reader`], everything that is wrong gathered in [`problems`] and reported at once, each
//! with its line. References (`${env:X}`) have one grammar, [`references`].

pub mod cluster_yml;
mod env_file;
pub mod prisma_yml;
mod problems;
mod reader;
pub mod references;
pub mod registry;

pub use env_file::EnvFiles;
pub use references::EnvLookup;
