//! A managed cluster: its configuration, its containers, its server's version, its secret.

use super::Finding;
use crate::cluster::{Cluster, ClusterName};
use crate::config::cluster_yml;
use crate::config::registry::Registry;
use crate::context::Context;
use crate::docker::ComposeVersion;
use crate::docker::ask;
use crate::docker::container::held_ports;
use crate::docker::{Container, Engine, State, Tools};
use crate::error::Result;
use crate::files;
use crate::server::access::{Access, access};
use crate::server::token::Secret;
use crate::server::version::{self, Server};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a server may take for one answer.
const QUESTION: Duration = Duration::from_secs(2);

const CHECK: &str = "cluster";

/// What was found of a cluster.
pub struct Seen {
    pub finding: Finding,
    /// Its configuration, where that can be read.
    pub cluster: Option<Cluster>,
    /// The ports that its own containers hold.
    pub ports: BTreeSet<u16>,
}

/// Looks at one.
pub fn look(ctx: &Context, tools: &Tools, name: &str, compose: Option<&ComposeVersion>) -> Seen {
    let cluster = read(ctx, name);
    let containers = ask::containers(ctx, tools, name);
    let ports = containers.as_deref().map(held_ports).unwrap_or_default();
    let finding = match (&cluster, &containers) {
        (Err(failure), _) | (_, Err(failure)) => Finding::of(CHECK, failure),
        (Ok(None), Ok(_)) => Finding::skipped(CHECK, "it has no `cluster.yml`"),
        (Ok(Some(cluster)), Ok(containers)) => judge(ctx, cluster, containers, compose),
    };
    Seen {
        finding: finding.about(name),
        cluster: cluster.ok().flatten(),
        ports,
    }
}

/// Looks at its configuration alone.
pub fn look_at_file(ctx: &Context, name: &str, why: &str) -> Seen {
    let cluster = read(ctx, name);
    let finding = match &cluster {
        Ok(_) => Finding::skipped(CHECK, why),
        Err(failure) => Finding::of(CHECK, failure),
    };
    Seen {
        finding: finding.about(name),
        cluster: cluster.ok().flatten(),
        ports: BTreeSet::new(),
    }
}

fn read(ctx: &Context, name: &str) -> Result<Option<Cluster>> {
    let path = ctx.home.cluster(name).join("cluster.yml");
    let name: ClusterName = name.parse()?;
    let Some(text) = files::read_text(&path)? else {
        return Ok(None);
    };
    let cluster = cluster_yml::parse(&name, &path, &text)?;
    ctx.ui.conceal(cluster.secrets());
    Ok(Some(cluster))
}

fn judge(
    ctx: &Context,
    cluster: &Cluster,
    containers: &[Container],
    compose: Option<&ComposeVersion>,
) -> Finding {
    let (name, version) = (&cluster.name, &cluster.version);
    let start = || format!("`{}`", name.command("start"));
    if let Some(bad) = containers.iter().find(|c| c.state == State::Restarting) {
        let text = format!(
            "container `{}` crashes again and again, last with status {}",
            bad.name, bad.exit_code
        );
        return Finding::problem(CHECK, text, format!("see why: `{}`", name.command("logs")));
    }
    if let Some(bad) = containers
        .iter()
        .find(|c| c.state == State::Created && !c.error.is_empty())
    {
        let text = format!(
            "container `{}` could not be started: {}",
            bad.name, bad.error
        );
        return Finding::problem(CHECK, text, format!("mend the cause and run {}", start()));
    }
    if let Some(paused) = containers.iter().find(|c| c.state == State::Paused) {
        let text = format!("container `{}` is paused", paused.name);
        return Finding::problem(CHECK, text, format!("`docker unpause {}`", paused.name));
    }
    let up = containers.iter().filter(|c| c.is_up()).count();
    if up == 0 {
        return Finding::ok(CHECK, format!("Prisma {version}, stopped"));
    }
    if up < containers.len() {
        let text = format!("only {up} of its {} containers run", containers.len());
        return Finding::problem(CHECK, text, start());
    }
    skew(cluster, containers, compose).unwrap_or_else(|| of_server(ctx, cluster))
}

/// Whether what runs is what is configured, and made by the docker-compose in use.
fn skew(
    cluster: &Cluster,
    containers: &[Container],
    compose: Option<&ComposeVersion>,
) -> Option<Finding> {
    let (name, wanted) = (&cluster.name, cluster.version.image());
    let server = containers.iter().find(|c| c.is_server())?;
    if server.image != wanted && !server.image.starts_with("sha256:") {
        let text = format!(
            "it runs `{}`, and `cluster.yml` says `{wanted}`",
            server.image
        );
        return Some(Finding::warning(
            CHECK,
            text,
            format!("`{}` runs what the file says", name.command("start")),
        ));
    }
    let made_by = server.compose_version.as_ref()?;
    let now = compose?;
    (made_by.is_v1() != now.is_v1()).then(|| {
        let text = format!(
            "docker-compose {made_by} made its containers, {now} will make them anew; data stays"
        );
        let hint = format!("do it when it suits: `{}`", name.command("restart"));
        Finding::warning(CHECK, text, hint)
    })
}

/// Whether the server answers, as the version that is configured, and takes the secret.
fn of_server(ctx: &Context, cluster: &Cluster) -> Finding {
    let name = &cluster.name;
    let variable = ctx.env.lookup();
    // What is wrong with the registry is told in its own line.
    let registry = Registry::load(&ctx.home.registry(), &variable).unwrap_or_default();
    let Some(entry) = registry.get(name.as_ref()) else {
        let hint = format!("`{}` adds it", name.command("start"));
        return Finding::warning(CHECK, "it runs, and is not in the registry", hint);
    };
    let endpoint = match entry.host.is_empty() {
        true => format!(
            "http://{}:{}",
            Engine::find(&ctx.env).map_or_else(|_| "localhost".into(), |e| e.host),
            cluster.port
        ),
        false => entry.host.clone(),
    };
    let asked = endpoint.clone();
    let server = match ctx.interrupt.run(move || version::ask(&asked, QUESTION)) {
        Ok(Ok(server)) => server,
        Ok(Err(why)) => {
            let text = format!("its containers run, and its server does not answer: {why}");
            return Finding::problem(CHECK, text, format!("see why: `{}`", name.command("logs")));
        }
        Err(failure) => return Finding::of(CHECK, &failure),
    };
    if !is_of(&server.version, cluster.version.tag()) {
        let text = format!(
            "its server is Prisma {}, and `cluster.yml` says {}",
            server.version, cluster.version
        );
        return Finding::warning(
            CHECK,
            text,
            format!("get the image again: `{}`", name.command("upgrade")),
        );
    }
    opened(cluster, entry.secret.as_deref(), &endpoint, &server)
}

fn opened(cluster: &Cluster, secret: Option<&str>, endpoint: &str, server: &Server) -> Finding {
    let up = format!("Prisma {}, up at {endpoint}", server.version);
    let tried = secret
        .map(Secret::parse)
        .transpose()
        .and_then(|secret| access(endpoint, server.path, secret.as_ref(), QUESTION));
    let hint = format!("`{}` makes the two agree", cluster.name.command("start"));
    match tried {
        Ok(Access::Granted | Access::Unclear(_)) => Finding::ok(CHECK, up),
        Ok(Access::Refused(why)) => {
            let text = format!("{up}, and it refuses the registry's secret: {why}");
            Finding::problem(CHECK, text, hint)
        }
        Err(failure) => Finding::of(CHECK, &failure),
    }
}

/// Whether a server of this version is what a tag names: `1.1` is any `1.1.x`. Tags without numbers may
/// name any.
fn is_of(version: &str, tag: &str) -> bool {
    let is_number = |text: &str| text.split('.').all(|part| part.parse::<u32>().is_ok());
    let bare = version.split('-').next().unwrap_or_default();
    !is_number(tag) || !is_number(bare) || bare == tag || bare.starts_with(&format!("{tag}."))
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn a_tag_names_versions() {
        for (version, tag, same) in [
            ("1.1.3", "1.1", true),
            ("1.10.0", "1.1", false),
            ("1.34.0", "1.34", true),
            ("1.7.4-beta", "1.7", true),
            ("1.2.0", "latest", true),
            ("unknown", "1.1", true),
            ("1.2.0", "1.1", false),
        ] {
            assert_eq!(is_of(version, tag), same, "{version} {tag}");
        }
    }
}
