//! Names that mean a cluster on another machine than the engine in use. It is found out before a cluster is
//! [`Observed`](super::Observed), as is whose containers they are ([`owner`](super::owner)).

use crate::cluster::ClusterName;
use crate::config::registry::Entry;
use crate::context::Context;
use crate::docker::ask::query;
use crate::docker::engine::{Engine, Source};
use crate::docker::{ComposeVersion, Tools};
use crate::error::{Failure, Kind, Result};
use crate::url::{host_of, is_loopback, is_own, resolve, without_password};

/// Fails where docker-compose v1 would use another engine than the context's, as it does not support
/// the context's TLS settings.
pub fn refuse_compose_v1(ctx: &Context, tools: &Tools, engine: &Engine) -> Result<()> {
    let (Source::Context(context), true) = (&engine.named_by, engine.only_v2) else {
        return Ok(());
    };
    let version = ComposeVersion::new(&query(ctx, &tools.compose_version())?.stdout);
    if !version.is_v1() {
        return Ok(());
    }
    let message = format!(
        "docker-compose {version} cannot use the docker context `{context}`: v1 supports TLS only with \
         verification, with all of `ca.pem`, `cert.pem` and `key.pem`"
    );
    Err(Failure::new(Kind::ToolMissing, message)
        .hint("use docker-compose v2")
        .hint(format!(
            "or give the context all three: `docker context update {context} --docker host=…,ca=…,cert=…,key=…`"
        )))
}

/// Whether a registry entry is about another machine than the engine's. `published` is the host under
/// which the cluster of that name is reached on this engine, if there is one.
pub fn is_elsewhere(
    ctx: &Context,
    engine: &Engine,
    entry: &Entry,
    published: Option<&str>,
) -> Result<bool> {
    let at = host_of(&entry.host).to_owned();
    if engine.is_at(&at) || published.is_some_and(|host| host.eq_ignore_ascii_case(&at)) {
        return Ok(false);
    }
    if is_loopback(&at) {
        return Ok(true);
    }
    let engine = (!engine.local).then(|| engine.host.clone());
    ctx.interrupt.run(move || {
        let found = resolve(&at).unwrap_or_default();
        let same = match engine {
            None => found.into_iter().any(is_own),
            Some(engine) => {
                let engine = resolve(&engine).unwrap_or_default();
                found.iter().any(|ip| engine.contains(ip))
            }
        };
        !same
    })
}

/// The failure for a cluster that the registry has on another machine, and of which there are no
/// containers here: starting, stopping or deleting it here would not be about that cluster.
pub fn elsewhere(name: &ClusterName, engine: &Engine, entry: &Entry) -> Failure {
    let host = host_of(&entry.host);
    let machine = if engine.local {
        "this machine".to_owned()
    } else {
        format!("`{}`", engine.host)
    };
    let message = format!(
        "the registry says cluster `{name}` is at {}, but the Docker engine in use ({machine}) has no \
         containers of it",
        without_password(&entry.host)
    );
    let failure = Failure::new(Kind::NotManaged, message).hint(match &engine.named_by {
        Source::Variable if is_loopback(host) => {
            "use this machine's engine: unset `DOCKER_HOST`".to_owned()
        }
        Source::Context(_) if is_loopback(host) => {
            "use this machine's engine: `docker context use default`, or `DOCKER_CONTEXT=default`"
                .to_owned()
        }
        _ => format!(
            "use that machine's engine: `DOCKER_HOST=ssh://USER@{host}`, or its docker context"
        ),
    });
    failure
        .hint("or use another name here: `-n NAME`")
        .hint(format!(
            "or, if it no longer exists, remove it from the registry: `prisma cluster remove {name}`"
        ))
}
