//! The names of a managed cluster's files, in its folder.

/// Its configuration, which the user may edit.
pub const CONFIG: &str = "cluster.yml";
/// Generated from it. Both generations of docker-compose look for this name first.
pub const COMPOSE: &str = "docker-compose.yml";
/// The variables of the compose file.
pub const DOTENV: &str = ".env";
/// The user's additions; never written.
pub const OVERRIDE: &str = "docker-compose.override.yml";
