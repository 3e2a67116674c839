//! The engine: which one, whether it answers, and whether this user is allowed to use it.

use super::tools::dated;
use super::{Finding, LIMIT, NO_DOCKER, NO_ENGINE, Version, documented_cluster, info};
use crate::context::Context;
use crate::docker::diagnosis::{MUTE, diagnose, unanswered};
use crate::docker::emulation::Machine;
use crate::docker::engine::Source;
use crate::docker::{Engine, Tools};
use crate::error::{Failure, Kind};
use crate::process::{Mode, Outcome};
use crate::url::without_password;

/// The answer of `docker version`: its own part is there even if the engine does not answer.
pub struct Asked {
    pub version: Option<Version>,
    pub failure: Option<Failure>,
}

pub fn ask_version(ctx: &Context, tools: &Tools) -> Asked {
    let invocation = tools.version().limit(LIMIT);
    ctx.ui.command(&invocation);
    match ctx.runner.run(&invocation, Mode::Capture) {
        Ok(outcome) => Asked {
            version: info::parse_version(&outcome.stdout),
            failure: (!outcome.success()).then(|| {
                let stdout = String::new();
                diagnose(&ctx.env, &invocation, &Outcome { stdout, ..outcome })
            }),
        },
        Err(error) => Asked {
            version: None,
            failure: Some(mute(unanswered(&invocation, error))),
        },
    }
}

/// `docker version` prints its own part at once: what it waits for is the engine.
fn mute(failure: Failure) -> Failure {
    if failure.kind != Kind::NotReady {
        return failure;
    }
    let limit = humantime::format_duration(LIMIT);
    let message = format!("no response within {limit}");
    Failure::new(Kind::EngineUnreachable, message).hint(MUTE)
}

/// Whether the engine answers.
pub fn answers(asked: &Asked) -> bool {
    asked.failure.is_none()
}

/// Engine, permission and context.
pub fn check(ctx: &Context, asked: Option<&Asked>) -> Vec<Finding> {
    let known = Engine::find(&ctx.env).ok();
    let [engine, permission] = match asked {
        None => ["engine", "permission"].map(|check| Finding::skipped(check, NO_DOCKER)),
        Some(asked) => reached(asked, known.as_ref()),
    };
    vec![engine, permission, context(ctx)]
}

fn reached(asked: &Asked, known: Option<&Engine>) -> [Finding; 2] {
    match &asked.failure {
        Some(failure) if failure.kind == Kind::EnginePermission => [
            Finding::skipped("engine", "no permission to query it"),
            Finding::of("permission", failure),
        ],
        Some(failure) => [
            Finding::of("engine", failure),
            Finding::skipped("permission", NO_ENGINE),
        ],
        None => {
            let version = asked.version.as_ref();
            let engine = match version.and_then(|version| version.engine.as_ref()) {
                Some(engine) => {
                    let text = format!("Docker engine {} on {}", engine.version, engine.platform);
                    let architecture = engine.platform.rsplit('/').next().unwrap_or_default();
                    let machine = known.map(|engine| Machine {
                        architecture,
                        system: "",
                        engine,
                    });
                    let images = documented_cluster().images();
                    match machine.and_then(|machine| machine.advice(&images)) {
                        Some((why, hint)) => {
                            Finding::warning("engine", format!("{text}; {why}"), hint)
                        }
                        None => dated("engine", text, &engine.version),
                    }
                }
                None => Finding::ok("engine", "responds, but reports no version"),
            };
            [
                engine,
                Finding::ok("permission", "you have permission to use the engine"),
            ]
        }
    }
}

/// Which engine is used, and what names it.
fn context(ctx: &Context) -> Finding {
    let engine = match Engine::find(&ctx.env) {
        Ok(engine) => engine,
        Err(failure) => return Finding::of("context", &failure),
    };
    let around = format!(
        "the machine that runs this container, whose ports are reached at `{}`",
        engine.host
    );
    let place = if engine.is_around {
        around.as_str()
    } else if engine.local {
        "this machine"
    } else {
        "another machine"
    };
    let address = match engine.address.as_deref().map(without_password) {
        Some(address) => format!("`{address}`"),
        None => "its default".to_owned(),
    };
    let text = match &engine.named_by {
        Source::Default => return Finding::ok("context", format!("docker's default, on {place}")),
        Source::Variable => format!("`DOCKER_HOST` names {address}, on {place}"),
        Source::Context(name) => format!("docker context `{name}` names {address}, on {place}"),
    };
    if engine.named_by == Source::Variable && ctx.env.get("DOCKER_CONTEXT").is_some() {
        let text = format!("{text}; `DOCKER_CONTEXT` is set too, but ignored");
        return Finding::warning("context", text, "unset the variable that is not intended");
    }
    if !engine.local && !engine.is_private && !engine.is_around {
        let text = format!("{text}; traffic can be read and changed on its way");
        return Finding::warning("context", text, "use `ssh://USER@HOST`, or TLS");
    }
    Finding::ok("context", text)
}
