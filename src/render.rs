//! From a [`Cluster`] to what Docker Compose reads: a pure function, the same bytes every time.
//!
//! Two files, `docker-compose.yml` and `.env`, and the variables that are handed over through the
//! process environment. The environment wins over `.env` in both compose generations and is exact for
//! every value; `.env` is there for people who call `docker-compose` themselves.

pub mod compose;
pub mod dotenv;
mod edition;
mod header;
mod standalone;

pub use dotenv::Unrepresentable;
pub use edition::server::config::PrismaConfig;
pub use edition::server::probe;
pub use header::{Provenance, is_hand_edited, provenance, without_header};
pub use standalone::standalone;

use crate::cluster::{Cluster, Edition};
use crate::error::Result;
use crate::secret::Secret;

/// What compose reads for one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// `docker-compose.yml`. Holds no secret: it refers to variables.
    pub compose: String,
    /// `.env`. Holds secrets.
    pub dotenv: Secret,
    /// Variables whose value has no spelling in `.env` that both compose generations read alike. Left
    /// out there, with a comment; whoever needs a complete file refuses when there are any.
    pub unrepresentable: Vec<Unrepresentable>,
    /// The volumes of the compose file, without the project in front.
    pub volumes: Vec<&'static str>,
    /// The variables' exact values, all of them, for the process environment. Holds secrets.
    pub env: Vec<(String, Secret)>,
}

impl Rendered {
    /// Secrets in the spelling they have inside `PRISMA_CONFIG`, where that is another one than their
    /// own: to be masked as well.
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
    /// An empty line between groups, as on the page.
    Gap,
    /// A variable.
    Variable(&'static str, Secret),
}

/// Renders a cluster. Does not judge it: [`Cluster::check`] does.
///
/// # Errors
///
/// [`Kind::ConfigInvalid`](crate::error::Kind::ConfigInvalid) for a private key that is none.
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
