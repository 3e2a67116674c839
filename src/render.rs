//! Renders a [`Cluster`] for Docker Compose: a pure function with reproducible output.
//!
//! The output is two files, `docker-compose.yml` and `.env`, and the variables passed in the process
//! environment. The environment overrides `.env` in both generations of docker-compose and can hold
//! every value exactly; `.env` is for users who run `docker-compose` themselves.

pub mod compose;
pub mod dotenv;
mod edition;
mod header;
mod standalone;

pub use dotenv::Unrepresentable;
pub use edition::server::config::PrismaConfig;
pub use edition::server::{client, probe};
pub use header::{Provenance, is_hand_edited, provenance, without_header};
pub use standalone::standalone;

use crate::cluster::{Cluster, Edition};
use crate::error::Result;
use crate::secret::Secret;

/// The compose input for one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// `docker-compose.yml`. Holds no secret: it refers to variables.
    pub compose: String,
    /// `.env`. Holds secrets.
    pub dotenv: Secret,
    /// Variables whose value cannot be written to `.env` in a way that both generations of docker-compose
    /// read alike. A comment replaces them; callers that need a complete file refuse them.
    pub unrepresentable: Vec<Unrepresentable>,
    /// The volumes of the compose file, without the project prefix.
    pub volumes: Vec<&'static str>,
    /// All variables with their exact values, for the process environment. Holds secrets.
    pub env: Vec<(String, Secret)>,
}

impl Rendered {
    /// Secrets whose escaped form inside `PRISMA_CONFIG` differs from the plain one, in that form: to be
    /// masked as well.
    pub fn escaped_secrets(&self) -> impl Iterator<Item = &Secret> {
        let is_escaped = |name: &str| name.ends_with(edition::server::config::IN_CONFIG);
        self.env
            .iter()
            .filter_map(move |(name, value)| is_escaped(name).then_some(value))
    }
}

/// One entry of `.env`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Gap,
    Variable(&'static str, Secret),
}

/// Renders a cluster without checking it: [`Cluster::check`] does that.
///
/// # Errors
///
/// [`Kind::ConfigInvalid`](crate::error::Kind::ConfigInvalid) for an invalid private key.
pub fn render(cluster: &Cluster) -> Result<Rendered> {
    let (document, entries) = match cluster.edition() {
        Edition::Cluster => (
            edition::cluster::compose(cluster),
            edition::cluster::variables(cluster)?,
        ),
        Edition::Server => (
            edition::server::compose(cluster)?,
            edition::server::variables(cluster),
        ),
    };
    let mut unrepresentable = Vec::new();
    let mut dotenv = String::new();
    let mut env = Vec::new();
    for entry in entries {
        let Entry::Variable(name, value) = entry else {
            dotenv.push('\n');
            continue;
        };
        match dotenv::write(name, value.reveal()) {
            Ok(line) => dotenv.push_str(&line),
            Err(why) => {
                dotenv.push_str(&why.comment());
                unrepresentable.push(why);
            }
        }
        dotenv.push('\n');
        env.push((name.to_owned(), value));
    }
    Ok(Rendered {
        compose: header::with_header(&cluster.name, &document.to_text()?),
        dotenv: header::with_header(&cluster.name, &dotenv).into(),
        unrepresentable,
        volumes: document.volumes.0.iter().map(|(name, _)| *name).collect(),
        env,
    })
}
