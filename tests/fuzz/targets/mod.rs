//! What is fuzzed: readers of files people write and of texts that other programs print. Each target is a
//! function of bytes that panics when a property does not hold; `scripts/fuzz` runs it under libFuzzer,
//! `cargo test` on its seeds, what was found once, and a few thousand mutations of both.

mod cluster_yml;
mod corpus;
mod database_url;
mod datamodel;
mod docker;
mod env_file;
mod management;
mod prisma_config;
mod prisma_yml;
mod registry;
mod schema;
mod variables;
mod yaml_edit;

use std::time::{Duration, Instant};

/// Far more than any small text takes, on a machine that is busy with other things.
const LIMIT: Duration = Duration::from_secs(10);

/// Something that reads.
pub struct Target {
    /// How `scripts/fuzz` calls it.
    pub name: &'static str,
    /// Texts to begin with.
    pub seeds: fn() -> Vec<String>,
    check: fn(&str),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target("registry", registry::seeds, registry::check),
    target("cluster_yml", cluster_yml::seeds, cluster_yml::check),
    target("prisma_yml", prisma_yml::seeds, prisma_yml::check),
    target("yaml_edit", yaml_edit::seeds, yaml_edit::check),
    target("variables", variables::seeds, variables::check),
    target("env_file", env_file::seeds, env_file::check),
    target("docker", docker::seeds, docker::check),
    target("prisma_config", prisma_config::seeds, prisma_config::check),
    target("database_url", database_url::seeds, database_url::check),
    target("schema", schema::seeds, schema::check),
    target("datamodel", datamodel::seeds, datamodel::check),
    target("management", management::seeds, management::check),
];

const fn target(name: &'static str, seeds: fn() -> Vec<String>, check: fn(&str)) -> Target {
    Target { name, seeds, check }
}

impl Target {
    /// Checks its properties on one input. Bytes that are no text are read as files and answers are:
    /// refused elsewhere, so here each stands for a character.
    pub fn run(&self, data: &[u8]) {
        let begun = Instant::now();
        (self.check)(&String::from_utf8_lossy(data));
        let took = begun.elapsed();
        assert!(took < LIMIT, "{}: took {took:?}", self.name);
    }
}

/// Seeds from literals.
fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}
