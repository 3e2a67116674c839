//! The programs: docker, and which docker-compose is used and why.

use super::engine::Asked;
use super::{Finding, ask};
use crate::context::Context;
use crate::docker::diagnosis::INSTALL;
use crate::docker::version::{OLDEST_COMPOSE, OLDEST_DOCKER, numbers};
use crate::docker::{Compose, ComposeVersion, Engine, Tools};

const USE_PLUGIN: &str = "set `PRISMA_COMPOSE=docker` to use docker's plugin; \
     containers are recreated once, data is kept";
const UPDATE: &str = "update Docker (https://docs.docker.com/engine/install/)";

pub fn docker(tools: &Tools, asked: &Asked) -> Finding {
    let at = tools.docker.display();
    let Some(version) = &asked.version else {
        return Finding::ok("docker", format!("{at}, unknown version"));
    };
    let text = format!("docker {} at {at}", version.client);
    dated("docker", text, &version.client)
}

/// A finding about a version of docker, a problem where it is too old.
pub fn dated(check: &'static str, text: String, version: &str) -> Finding {
    if numbers(version).is_none_or(|numbers| numbers >= OLDEST_DOCKER) {
        return Finding::ok(check, text);
    }
    let (major, minor) = OLDEST_DOCKER;
    let text = format!("{text}; the oldest that works is {major}.{minor}");
    Finding::problem(check, text, UPDATE)
}

/// Which docker-compose is used, and why; its version for the checks of clusters.
pub fn compose(ctx: &Context, tools: &Tools) -> (Finding, Option<ComposeVersion>) {
    let why = match (&tools.compose, ctx.env.get("PRISMA_COMPOSE")) {
        (_, Some(named)) => format!("`PRISMA_COMPOSE` names `{named}`"),
        (Compose::Standalone(program), None) => {
            format!("{} is the first on PATH", program.display())
        }
        (Compose::Plugin(_), None) => match &tools.passed_over {
            Some(program) => format!(
                "docker's plugin, as {} is v1 or cannot be run",
                program.display()
            ),
            None => "docker's plugin, as no `docker-compose` is on PATH".to_owned(),
        },
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
    let install = format!("{INSTALL}; containers are recreated once, data is kept");
    let Some(numbers) = version.numbers() else {
        let text = format!("{text}; unknown version");
        return Finding::warning("compose", text, install);
    };
    if numbers.0 >= 2 {
        return Finding::ok("compose", text);
    }
    if numbers < OLDEST_COMPOSE {
        let (major, minor) = OLDEST_COMPOSE;
        let text = format!("{text}; the oldest that works is {major}.{minor}");
        return Finding::problem("compose", text, install);
    }
    if Engine::find(&ctx.env).is_ok_and(|engine| engine.only_v2) {
        let text = format!("{text}; it does not support the TLS of the docker context");
        return Finding::problem("compose", text, install);
    }
    let has_plugin = matches!(tools.compose, Compose::Standalone(_))
        && ask(ctx, tools.plugin_version())
            .is_ok_and(|answer| ComposeVersion::new(&answer).numbers().is_some());
    Finding::warning(
        "compose",
        format!("{text}; docker-compose v1 is no longer maintained"),
        if has_plugin {
            USE_PLUGIN.to_owned()
        } else {
            install
        },
    )
}
