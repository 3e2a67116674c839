//! The programs: docker, and which docker-compose is used and why.

use super::engine::Asked;
use super::{Finding, ask};
use crate::context::Context;
use crate::docker::{Compose, ComposeVersion, Engine, Tools};

const INSTALL: &str = "install docker-compose 2 (https://docs.docker.com/compose/install/linux/); \
     containers are recreated once, data is kept";
const USE_PLUGIN: &str = "set `PRISMA_COMPOSE=docker` to use docker's plugin; \
     containers are recreated once, data is kept";

pub fn docker(tools: &Tools, asked: &Asked) -> Finding {
    let at = tools.docker.display();
    let text = match &asked.version {
        Some(version) => format!("docker {} at {at}", version.client),
        None => format!("{at}, unknown version"),
    };
    Finding::ok("docker", text)
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
    match ask(ctx, tools.compose_version()) {
        Ok(answer) => {
            let version = ComposeVersion::new(&answer);
            (judge(ctx, tools, &version, &why), Some(version))
        }
        Err(failure) => (Finding::of("compose", &failure), None),
    }
}

fn judge(ctx: &Context, tools: &Tools, version: &ComposeVersion, why: &str) -> Finding {
    let text = format!("docker-compose {version}: {why}");
    let Some(numbers) = version.numbers() else {
        let text = format!("{text}; unknown version");
        return Finding::warning("compose", text, INSTALL);
    };
    if numbers.0 >= 2 {
        return Finding::ok("compose", text);
    }
    // The first that reads compose files of version 3.
    if numbers < (1, 10) {
        let text = format!("{text}; this version is too old");
        return Finding::problem("compose", text, INSTALL);
    }
    if Engine::find(&ctx.env).is_ok_and(|engine| engine.only_v2) {
        let text = format!("{text}; it does not support the TLS of the docker context");
        return Finding::problem("compose", text, INSTALL);
    }
    let has_plugin = matches!(tools.compose, Compose::Standalone(_))
        && ask(ctx, tools.plugin_version())
            .is_ok_and(|answer| ComposeVersion::new(&answer).numbers().is_some());
    Finding::warning(
        "compose",
        format!("{text}; docker-compose v1 is no longer maintained"),
        if has_plugin { USE_PLUGIN } else { INSTALL },
    )
}
