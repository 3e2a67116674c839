//! Whose the containers of a compose project are. Clusters are called as their projects are, so two homes on
//! one engine, or a folder with a compose file of its own, can mean different things by one name. The labels
//! that docker-compose gives its containers tell them apart.

use crate::cluster::ClusterName;
use crate::context::Context;
use crate::docker::container::Origin;
use crate::docker::{Container, Engine, Tools, ask};
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::process::shell_quote;
use crate::render::{Provenance, provenance};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Component, Path};

/// What this home knows of a cluster.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// It has a `cluster.yml`.
    pub is_configured: bool,
    /// It has a registry entry.
    pub is_registered: bool,
}

/// Whose containers are that are not this home's.
#[derive(Debug, PartialEq, Eq)]
pub enum Other<'a> {
    /// Another home's: the folder of its cluster.
    Home(&'a Path),
    /// Those of a folder with a compose file of its own.
    Project(&'a Path),
    /// No one knows: docker-compose before 1.25 did not label its containers.
    Unknown,
}

/// The containers of a cluster, to be looked at. Fails if they are someone else's.
pub fn containers(ctx: &Context, tools: &Tools, name: &ClusterName) -> Result<Vec<Container>> {
    of_this_home(ctx, name, ask::containers(ctx, tools, name.as_ref())?)
}

/// The same for the containers of its project.
pub fn of_this_home(
    ctx: &Context,
    name: &ClusterName,
    found: Vec<Container>,
) -> Result<Vec<Container>> {
    let known = Known {
        is_configured: ctx.home.managed(name.as_ref()).is_some(),
        is_registered: true,
    };
    let is_local = Engine::find(&ctx.env).is_ok_and(|engine| engine.local);
    match other(&ctx.home.cluster(name.as_ref()), &found, known, is_local) {
        None => Ok(found),
        Some(other) => Err(other.refusal(name)),
    }
}

/// Fails if the cluster is there under the name that an old docker-compose gave it.
pub fn refuse_old_name(
    ctx: &Context,
    tools: &Tools,
    name: &ClusterName,
    old: &ClusterName,
) -> Result<()> {
    let is_there = ctx.home.managed(old.as_ref()).is_some()
        || ask::containers(ctx, tools, old.as_ref())?
            .iter()
            .any(Container::is_server);
    if !is_there {
        return Ok(());
    }
    let message = format!(
        "cluster `{name}` is the compose project `{old}`: docker-compose before 1.21 left out `-` and `_`"
    );
    Err(Failure::new(Kind::NotManaged, message).hint(format!("use `-n {old}`")))
}

/// Whose `containers` are, if they are not this home's. What the npm CLI left is: it had no folder for each
/// home. `folder` is where this home has the cluster's files. `is_local`: the engine is this machine's, so its
/// labels name folders of this machine.
pub fn other<'a>(
    folder: &Path,
    containers: &'a [Container],
    known: Known,
    is_local: bool,
) -> Option<Other<'a>> {
    let is_known = known.is_configured || known.is_registered;
    containers
        .iter()
        .find_map(|container| match &container.origin {
            Some(origin) => of_origin(origin, folder, known.is_configured && is_local),
            None => (!is_known && container.is_server()).then_some(Other::Unknown),
        })
}

/// `may_have_moved`: this home has such a cluster, and it would be seen if a folder was removed.
fn of_origin<'a>(origin: &'a Origin, folder: &Path, may_have_moved: bool) -> Option<Other<'a>> {
    if is_of_npm(&origin.file) || is_same(&origin.folder, folder) {
        return None;
    }
    let name = origin.file.file_name().unwrap_or_default();
    let looks_like_ours =
        origin.folder.parent().and_then(Path::file_name) == Some(OsStr::new("clusters"));
    let is_a_clusters = match files::read_text(&origin.folder.join(name)) {
        Ok(Some(text)) => provenance(&text) != Provenance::Foreign,
        Ok(None) if looks_like_ours && may_have_moved && was_removed(&origin.folder) => {
            return None;
        }
        // Of another machine, or not for us to read.
        _ => looks_like_ours,
    };
    Some(if is_a_clusters {
        Other::Home(&origin.folder)
    } else {
        Other::Project(&origin.folder)
    })
}

/// The npm CLI ran the compose file of its own package, in whichever folder the user was.
fn is_of_npm(file: &Path) -> bool {
    let names: Vec<&OsStr> = file
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name),
            _ => None,
        })
        .collect();
    let is_prisma = |name: &OsStr| name.to_string_lossy().starts_with("prisma");
    let mut pairs = names.windows(2);
    pairs.any(|pair| pair[0] == "node_modules" && is_prisma(pair[1]))
        || names.contains(&OsStr::new("prisma-cli-core"))
}

fn is_same(one: &Path, other: &Path) -> bool {
    let resolved = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    one == other || resolved(one) == resolved(other)
}

fn was_removed(folder: &Path) -> bool {
    let found = folder.symlink_metadata();
    found.is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

impl Other<'_> {
    /// Whether `local start --take-over` may make the cluster this home's.
    pub fn can_be_replaced(&self) -> bool {
        !matches!(self, Other::Project(_))
    }

    /// The failure of whatever would touch the containers.
    pub fn refusal(&self, name: &ClusterName) -> Failure {
        let rename = "give your cluster another name with `-n NAME`";
        let failure = Failure::new(Kind::NotManaged, self.what(name)).hint(rename);
        match self {
            Other::Project(_) => failure.hint(
                "or give that folder's project another one: `COMPOSE_PROJECT_NAME=…` in its `.env`",
            ),
            Other::Home(folder) => match folder.ancestors().nth(2) {
                Some(home) => take_over(failure.hint(use_home(home)), name),
                None => take_over(failure, name),
            },
            Other::Unknown => take_over(failure, name),
        }
    }

    fn what(&self, name: &ClusterName) -> String {
        match self {
            Other::Project(folder) => {
                let folder = folder.display();
                format!("compose project `{name}` belongs to {folder}, not to cluster `{name}`")
            }
            Other::Home(folder) => format!(
                "cluster `{name}` on this Docker engine belongs to another home: its files are in {}",
                folder.display()
            ),
            Other::Unknown => format!(
                "cluster `{name}` on this Docker engine may be someone else's: it is not in this home, and \
                 docker-compose before 1.25, which created its containers, did not record whose they are"
            ),
        }
    }
}

fn use_home(home: &Path) -> String {
    let home = shell_quote(&home.to_string_lossy()).into_owned();
    format!("or use that home: `PRISMA_HOME={home}`")
}

fn take_over(failure: Failure, name: &ClusterName) -> Failure {
    let start = name.command("start");
    failure.hint(format!(
        "or, if it is yours, take it over with its data: `{start} --take-over`"
    ))
}

#[cfg(test)]
mod tests;
