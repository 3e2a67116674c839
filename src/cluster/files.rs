//! The names of a managed cluster's files, in its folder.

/// Its configuration, which people edit.
pub const CONFIG: &str = "cluster.yml";
/// Rendered from it. The name is the first that both generations of docker-compose look for.
pub const COMPOSE: &str = "docker-compose.yml";
/// The variables next to that.
pub const DOTENV: &str = ".env";
/// What people add; never written.
pub const OVERRIDE: &str = "docker-compose.override.yml";
