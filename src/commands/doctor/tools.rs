//! The programs: docker, and which docker-compose will be used and why.

use super::engine::Asked;
use super::{Finding, ask};
use crate::context::Context;
use crate::docker::ComposeVersion;
use crate::docker::{Compose, Engine, Tools};

const INSTALL: &str = "install docker-compose 2 (https://docs.docker.com/compose/install/linux/); containers are made anew \
     once, data stays";

/// The docker program.
pub fn found(tools: &Tools, asked: &Asked) -> Vec<Finding> {
    let at = tools.docker.display();
    vec![match &asked.version {
        Some(version) => Finding::ok("docker", format!("docker {} at {at}", version.client)),
        None => Finding::ok("docker", format!("{at}, of a version it does not tell")),
    }]
}

/// Which docker-compose is used, and why; its version for the checks of clusters.
pub fn compose(ctx: &Context, tools: &Tools) -> (Finding, Option<ComposeVersion>) {
    let why = match (&tools.compose, ctx.env.get("PRISMA_COMPOSE")) {
        (_, Some(named)) => format!("`PRISMA_COMPOSE` names `{named}`"),
        (Compose::Standalone(program), None) => {
            format!("{} is the first on PATH", program.display())
        }
        (Compose::Plugin(_), None) => {
            "docker's plugin, as no `docker-compose` is on PATH".to_owned()
        }
    };
    let answer = match ask(ctx, tools.compose_version()) {
        Ok(answer) => answer,
        Err(failure) => return (Finding::of("compose", &failure), None),
    };
    let version = ComposeVersion::new(&answer);
    (judge(ctx, tools, &version, &why), Some(version))
}

fn judge(ctx: &Context, tools: &Tools, version: &ComposeVersion, why: &str) -> Finding {
    let text = format!("docker-compose {version}: {why}");
    let Some((major, minor)) = version.numbers() else {
        return Finding::warning("compose", format!("{text}; it tells no version"), INSTALL);
    };
    if major >= 2 {
        return Finding::ok("compose", text);
    }
    // The first that reads files of version 3.
    if (major, minor) < (1, 10) {
        return Finding::problem("compose", format!("{text}; it is too old"), INSTALL);
    }
    if Engine::find(&ctx.env).is_ok_and(|engine| engine.only_v2) {
        let text = format!("{text}; it cannot use the TLS of the docker context");
        return Finding::problem("compose", text, INSTALL);
    }
    let is_plugin_there = matches!(tools.compose, Compose::Standalone(_))
        && ask(ctx, tools.plugin_version())
            .is_ok_and(|version| ComposeVersion::new(&version).numbers().is_some());
    let hint = match is_plugin_there {
        true => {
            "set `PRISMA_COMPOSE=docker` to use docker's plugin; containers are made anew once, data stays"
        }
        false => INSTALL,
    };
    Finding::warning(
        "compose",
        format!("{text}; nobody maintains version 1 any more"),
        hint,
    )
}
