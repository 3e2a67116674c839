//! `prisma completions`: the completion scripts, and the names that they offer.
//!
//! Names are read from local files only: a shell waits at every TAB. A file that cannot be read offers
//! none.

use super::Report;
use crate::cli::complete::{Live, Names, Shell};
use crate::cluster::files::COMPOSE;
use crate::config::Project;
use crate::config::registry::Registry;
use crate::context::Home;
use crate::documents::Completions;
use crate::env::Env;
use crate::files;
use crate::service::Address;
use crate::yaml::Node;
use std::path::Path;
use std::sync::Arc;

pub fn script(shell: Shell) -> Report {
    let script = match shell {
        Shell::Bash => include_str!("../../assets/completions/prisma.bash"),
        Shell::Zsh => include_str!("../../assets/completions/prisma.zsh"),
        Shell::Fish => include_str!("../../assets/completions/prisma.fish"),
        Shell::Powershell => include_str!("../../assets/completions/prisma.ps1"),
        Shell::Elvish => include_str!("../../assets/completions/prisma.elv"),
    };
    Report::new(script, Completions { shell, script })
}

/// Names on this machine, for the working directory `folder`.
pub fn names(env: Env, home: Option<Home>, folder: Option<std::path::PathBuf>) -> Names {
    Arc::new(move |live, cluster| {
        let found = match (live, &home) {
            (Live::Managed, Some(home)) => Some(home.clusters()),
            (Live::Registered, Some(home)) => registered(home, &env),
            (Live::Service, Some(home)) => cluster.and_then(|name| services(home, name)),
            (Live::Stage, _) => folder.as_deref().and_then(stage),
            (_, None) => None,
        };
        found.unwrap_or_default()
    })
}

fn registered(home: &Home, env: &Env) -> Option<Vec<String>> {
    let registry = Registry::load(&home.registry(), &env.lookup()).ok()?;
    Some(registry.names().map(str::to_owned).collect())
}

/// The compose services of a managed cluster, from its rendered file.
fn services(home: &Home, cluster: &str) -> Option<Vec<String>> {
    let name = home.managed(cluster)?;
    let file = home.cluster(name.as_ref()).join(COMPOSE);
    let compose = yaml(&file)?;
    let services = compose.get("services")?.pairs()?.into_iter();
    Some(services.map(|(name, _)| name.to_owned()).collect())
}

/// The stage in the nearest `prisma.yml`, unless it is a reference to a variable.
fn stage(folder: &Path) -> Option<Vec<String>> {
    let project = Project::find(folder.to_owned(), None).ok()?;
    let file = yaml(&project.file)?;
    let text = |key| file.get(key).and_then(Node::as_text);
    let stage = match (text("stage"), text("endpoint")) {
        (Some(stage), _) => stage.to_owned(),
        (None, Some(endpoint)) => Address::parse(endpoint).ok()?.stage,
        (None, None) => return None,
    };
    Some(vec![stage])
}

fn yaml(file: &Path) -> Option<Node> {
    Node::parse(&files::read_text(file).ok()??).ok()
}
