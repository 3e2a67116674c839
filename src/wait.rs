//! Waits until a cluster is up: in stages, with a limit, giving up early if there is no hope.
//!
//! A server that starts before its database exits, and Docker restarts it. That is normal on the first
//! start; repeated crashes after the database is up are not.

mod attempt;
mod explain;
mod probe;
mod questions;
mod verdict;

use crate::context::Context;
use crate::docker::Tools;
use crate::error::Result;
use crate::server::readiness::Candidate;
use attempt::Attempt;
use std::path::PathBuf;
use std::time::Duration;

pub use probe::Probe;

/// What to wait for.
#[derive(Debug, Clone)]
pub struct Wait {
    pub tools: Tools,
    /// The cluster and compose project.
    pub name: String,
    /// The folder with the compose files of the server, if it is not a managed cluster.
    pub folder: Option<PathBuf>,
    pub server: Candidate,
    pub database: Probe,
    pub limit: Duration,
}

impl Wait {
    /// Fails with [`Kind::ContainerFailed`] if a container cannot run, and with [`Kind::NotReady`] at the
    /// limit.
    ///
    /// [`Kind::ContainerFailed`]: crate::error::Kind::ContainerFailed
    /// [`Kind::NotReady`]: crate::error::Kind::NotReady
    pub fn run(&self, ctx: &Context) -> Result<()> {
        Attempt::begin(self, ctx).run()
    }
}
