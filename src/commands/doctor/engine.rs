//! The engine: which one, whether it answers, and whether it lets us.

use super::{Finding, LIMIT, Version, info};
use crate::context::Context;
use crate::docker::diagnosis::{diagnose, unanswered};
use crate::docker::engine::Source;
use crate::docker::{Engine, Tools};
use crate::error::{Failure, Kind};
use crate::process::Mode;
use crate::url::address::without_password;

/// What `docker version` said: the program's part comes even where the engine fails.
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
                let mut said = outcome.clone();
                said.stdout = String::new();
                diagnose(&invocation, &said)
            }),
        },
        Err(error) => Asked {
            version: None,
            failure: Some(mute(unanswered(&invocation, error))),
        },
    }
}

/// `docker version` says its own part at once, so what it waits for is the engine.
fn mute(failure: Failure) -> Failure {
    match failure.kind {
        Kind::NotReady => {
            let message = format!(
                "it does not answer within {}",
                humantime::format_duration(LIMIT)
            );
            Failure::new(Kind::EngineUnreachable, message).hint(crate::docker::diagnosis::MUTE)
        }
        _ => failure,
    }
}

/// Whether the engine can be asked for more.
pub fn answers(asked: &Asked) -> bool {
    asked.failure.is_none()
}

/// Engine, permission and context.
pub fn found(ctx: &Context, asked: Option<&Asked>) -> Vec<Finding> {
    let [engine, permission] = match asked {
        None => [
            Finding::skipped("engine", super::NO_DOCKER),
            Finding::skipped("permission", super::NO_DOCKER),
        ],
        Some(asked) => reached(asked),
    };
    vec![engine, permission, context(ctx)]
}

fn reached(asked: &Asked) -> [Finding; 2] {
    match &asked.failure {
        Some(failure) if failure.kind == Kind::EnginePermission => [
            Finding::skipped("engine", "it could not be asked"),
            Finding::of("permission", failure),
        ],
        Some(failure) => [
            Finding::of("engine", failure),
            Finding::skipped("permission", super::NO_ENGINE),
        ],
        None => {
            let engine = asked
                .version
                .as_ref()
                .and_then(|version| version.engine.as_ref());
            let text = match engine {
                Some(engine) => format!("Docker engine {} on {}", engine.version, engine.platform),
                None => "it answers, and does not tell its version".to_owned(),
            };
            [
                Finding::ok("engine", text),
                Finding::ok("permission", "you may use the engine"),
            ]
        }
    }
}

/// Which engine that is, and what names it.
fn context(ctx: &Context) -> Finding {
    let engine = match Engine::find(&ctx.env) {
        Ok(engine) => engine,
        Err(failure) => return Finding::of("context", &failure),
    };
    let place = match engine.local {
        true => "this machine",
        false => "another machine",
    };
    let address = engine.address.as_deref().map(without_password);
    let address = address.map_or_else(
        || "its default".to_owned(),
        |address| format!("`{address}`"),
    );
    let text = match &engine.named_by {
        Source::Default => return Finding::ok("context", format!("docker's default, on {place}")),
        Source::Variable => format!("`DOCKER_HOST` names {address}, on {place}"),
        Source::Context(name) => format!("docker context `{name}` names {address}, on {place}"),
    };
    if engine.named_by == Source::Variable && ctx.env.get("DOCKER_CONTEXT").is_some() {
        let text = format!("{text}; `DOCKER_CONTEXT` is set as well and does not count");
        return Finding::warning("context", text, "unset the one that is not meant");
    }
    if !engine.local && !engine.is_private {
        let text = format!("{text}; anybody on the way can read and change what is sent");
        return Finding::warning("context", text, "use `ssh://USER@HOST`, or TLS");
    }
    Finding::ok("context", text)
}
