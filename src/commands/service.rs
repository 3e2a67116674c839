//! The service of a project and where it goes, for the commands that speak to it: `deploy` and `generate`.

mod choose;
pub mod generators;
pub mod loaded;
pub mod npm;
pub mod placement;
pub mod target;
