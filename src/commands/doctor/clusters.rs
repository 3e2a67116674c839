//! A managed cluster: its configuration, containers, server and secret.

use super::Finding;
use crate::cluster::{Cluster, ClusterName};
use crate::config::registry::Registry;
use crate::context::Context;
use crate::docker::container::held_ports;
use crate::docker::diagnosis::{Ending, why_it_does_not_answer, why_it_ended};
use crate::docker::{ComposeVersion, Container, Engine, State, Tools, ask};
use crate::error::Result;
use crate::managed::{owner, read_config};
use crate::server::access::{Access, access};
use crate::server::version::{self, ManagementPath};
use crate::ui::text::count;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a server may take for one answer.
const QUERY: Duration = Duration::from_secs(2);

const CHECK: &str = "cluster";

pub struct Seen {
    pub finding: Finding,
    /// Its configuration, if that can be read.
    pub cluster: Option<Cluster>,
    /// The ports that its own containers hold.
    pub ports: BTreeSet<u16>,
}

/// Checks a cluster's files, the containers of its project, and its server.
pub fn check(
    ctx: &Context,
    tools: &Tools,
    name: &str,
    (found, compose): (Result<Vec<Container>>, Option<&ComposeVersion>),
) -> Seen {
    let cluster = read(ctx, name);
    // It has none if those of its name are another home's.
    let containers = found.and_then(|found| owner::of_this_home(ctx, &name.parse()?, found));
    let ports = containers.as_deref().map(held_ports).unwrap_or_default();
    let finding = match (&cluster, &containers) {
        (Err(failure), _) | (_, Err(failure)) => Finding::of(CHECK, failure),
        (Ok(None), Ok(_)) => Finding::skipped(CHECK, "it has no `cluster.yml`"),
        (Ok(Some(cluster)), Ok(containers)) => restarting(ctx, tools, cluster, containers)
            .or_else(|| of_containers(cluster, containers))
            .or_else(|| skew(cluster, containers, compose))
            .unwrap_or_else(|| of_server(ctx, tools, cluster, containers)),
    };
    Seen {
        finding: finding.about(name),
        cluster: cluster.ok().flatten(),
        ports,
    }
}

/// Checks a cluster's configuration only.
pub fn check_file(ctx: &Context, name: &str, why: &str) -> Seen {
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
    let config = read_config(ctx, &name.parse::<ClusterName>()?)?;
    Ok(config.map(|(_, cluster)| cluster))
}

/// A container that is between two of its lives.
fn restarting(
    ctx: &Context,
    tools: &Tools,
    cluster: &Cluster,
    containers: &[Container],
) -> Option<Finding> {
    let mut containers = containers.iter();
    let bad = containers.find(|c| c.state == State::Restarting)?;
    let how = match bad.exit_code {
        0 => count(
            usize::try_from(bad.restarts).unwrap_or(usize::MAX),
            "restart",
        ),
        status => format!("last status {status}"),
    };
    Some(crashing(ctx, tools, cluster, (bad, how)))
}

/// A server that does not answer: it keeps crashing, although it is running nearly all of that time, it was started a
/// moment ago, or it has another reason.
fn silent(
    ctx: &Context,
    tools: &Tools,
    cluster: &Cluster,
    containers: &[Container],
    why: &str,
) -> Finding {
    let logs = cluster.name.command("logs");
    let server = containers.iter().find(|c| c.is_server());
    match server.filter(|server| server.is_young()) {
        Some(server) if server.is_in_crash_loop() => {
            let how = format!("{} restarts", server.restarts);
            crashing(ctx, tools, cluster, (server, how))
        }
        Some(_) => {
            let text = "starting: its server does not answer yet";
            Finding::warning(CHECK, text, format!("watch it: `{logs} -f`"))
        }
        None => {
            let text = format!("its containers are running, but the server does not answer: {why}");
            match server.and_then(|server| silence(ctx, tools, server)) {
                Some(ending) => {
                    Finding::problem(CHECK, format!("{text}: {}", ending.why), ending.hint)
                }
                None => Finding::problem(CHECK, text, format!("see why: `{logs}`")),
            }
        }
    }
}

/// Why a server that runs does not answer, or cannot be deployed to, if its log shows it.
fn silence(ctx: &Context, tools: &Tools, server: &Container) -> Option<&'static Ending> {
    why_it_does_not_answer(&ask::log(ctx, tools, server))
}

/// A container that keeps crashing, and why by its log.
fn crashing(
    ctx: &Context,
    tools: &Tools,
    cluster: &Cluster,
    (container, how): (&Container, String),
) -> Finding {
    let text = format!("container `{}` keeps crashing ({how})", container.name);
    match why_it_ended(&ask::log(ctx, tools, container)) {
        Some(ending) => {
            let text = format!("{text}: {}", ending.why);
            Finding::problem(CHECK, text, ending.hint)
        }
        None => {
            let hint = format!("see why: `{}`", cluster.name.command("logs"));
            Finding::problem(CHECK, text, hint)
        }
    }
}

/// What is known from the containers alone; `None` if all of them are running.
fn of_containers(cluster: &Cluster, containers: &[Container]) -> Option<Finding> {
    let name = &cluster.name;
    let bad = |is_bad: fn(&Container) -> bool| containers.iter().find(|c| is_bad(c));
    if let Some(bad) = bad(|c| c.state == State::Created && !c.error.is_empty()) {
        let text = format!(
            "container `{}` could not be started: {}",
            bad.name, bad.error
        );
        let hint = format!("fix the cause and run `{}`", name.command("start"));
        return Some(Finding::problem(CHECK, text, hint));
    }
    if let Some(paused) = bad(|c| c.state == State::Paused) {
        let text = format!("container `{}` is paused", paused.name);
        let hint = format!("`docker unpause {}`", paused.name);
        return Some(Finding::problem(CHECK, text, hint));
    }
    let up = containers.iter().filter(|c| c.is_up()).count();
    if up == 0 {
        let text = format!("Prisma {}, stopped", cluster.version);
        return Some(Finding::ok(CHECK, text));
    }
    (up < containers.len()).then(|| {
        let text = format!("only {up} of {} containers running", containers.len());
        Finding::problem(CHECK, text, format!("`{}`", name.command("start")))
    })
}

/// Whether the running containers differ from the configuration, or from what the docker-compose in
/// use would create.
fn skew(
    cluster: &Cluster,
    containers: &[Container],
    compose: Option<&ComposeVersion>,
) -> Option<Finding> {
    let (name, wanted) = (&cluster.name, cluster.server_image());
    let server = containers.iter().find(|c| c.is_server())?;
    let image = &server.image;
    if *image != wanted && !image.starts_with("sha256:") {
        let text = format!("runs `{image}`, but `cluster.yml` says `{wanted}`");
        let hint = format!("`{}` switches to `{wanted}`", name.command("start"));
        return Some(Finding::warning(CHECK, text, hint));
    }
    let (created_by, now) = (server.compose_version.as_ref()?, compose?);
    (created_by.is_v1() != now.is_v1()).then(|| {
        let text = format!(
            "its containers were created by docker-compose {created_by} and will be recreated by {now}; data is kept"
        );
        let hint = format!("you can do this at any time with `{}`", name.command("restart"));
        Finding::warning(CHECK, text, hint)
    })
}

/// Whether the server answers, has the configured version, and accepts the registry's secret.
fn of_server(ctx: &Context, tools: &Tools, cluster: &Cluster, containers: &[Container]) -> Finding {
    let name = &cluster.name;
    // What is wrong with the registry has its own line.
    let registry = Registry::load(&ctx.home.registry(), &ctx.env.lookup()).unwrap_or_default();
    let entry = registry.of_project(name);
    let endpoint = match entry.filter(|entry| !entry.host.is_empty()) {
        Some(entry) => entry.host.clone(),
        None => {
            let engine = Engine::find(&ctx.env);
            let host = engine.map_or_else(|_| "localhost".into(), |engine| engine.host);
            format!("http://{host}:{}", cluster.port)
        }
    };
    let (asked, first) = (endpoint.clone(), ManagementPath::of(&cluster.version));
    let server = match ctx
        .interrupt
        .run(move || version::ask(&asked, first, QUERY))
    {
        Ok(Ok(server)) => server,
        Ok(Err(why)) => return silent(ctx, tools, cluster, containers, &why.to_string()),
        Err(failure) => return Finding::of(CHECK, &failure),
    };
    // It is added once the server has answered.
    let Some(entry) = entry else {
        let hint = format!("`{}` adds it", name.command("start"));
        return Finding::warning(CHECK, "running, but not in the cluster registry", hint);
    };
    if !is_of(&server.version, cluster.version.tag()) {
        let text = format!(
            "the server is Prisma {}, but `cluster.yml` says {}",
            server.version, cluster.version
        );
        let hint = format!("pull the image again: `{}`", name.command("upgrade"));
        return Finding::warning(CHECK, text, hint);
    }
    let up = format!("Prisma {}, up at {endpoint}", server.version);
    match access(&endpoint, server.path, entry.secret.as_ref(), QUERY) {
        Ok(Access::Granted) => {
            let server = containers.iter().find(|c| c.is_server());
            match server.and_then(|server| silence(ctx, tools, server)) {
                Some(ending) => {
                    Finding::problem(CHECK, format!("{up}, but {}", ending.why), ending.hint)
                }
                None => Finding::ok(CHECK, up),
            }
        }
        Ok(Access::Unclear(why)) => {
            let text =
                format!("{up}, but it does not answer requests that need its database: {why}");
            let hint = format!("see why: `{}`", name.command("logs"));
            Finding::problem(CHECK, text, hint)
        }
        Ok(Access::Refused(why)) => {
            let text = format!("{up}, but it rejects the secret of the cluster registry: {why}");
            let hint = match why.clocks {
                Some(remedy) => remedy.to_owned(),
                None => format!("`{}` reconciles them", name.command("start")),
            };
            Finding::problem(CHECK, text, hint)
        }
        Err(failure) => Finding::of(CHECK, &failure),
    }
}

/// Whether an image tag may stand for a server of this version: `1.1` for any `1.1.x`, a tag without
/// numbers for any version.
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
