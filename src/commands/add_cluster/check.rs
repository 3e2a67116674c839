//! Whether a Prisma server is there and accepts the secret.

use crate::cluster::Fact;
use crate::commands::secret::Given;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::secret::{Secret, SecretKind};
use crate::server::access::{Access, access};
use crate::server::refusal::MANAGEMENT_NODE;
use crate::server::version::{self, ManagementPath, Server, Unreachable};
use crate::url::ServerUrl;
use std::time::Duration;

/// The limit of each query: someone waits for the answer.
const LIMIT: Duration = Duration::from_secs(10);

/// A server that answered.
pub struct Reached {
    pub info: Server,
    /// Whether it accepts requests without a token.
    pub open: bool,
}

/// Asks the server for its version, and whether it is open. `secret` hints at where to ask first.
pub fn reach(ctx: &Context, endpoint: &ServerUrl, secret: Option<&Secret>) -> Result<Reached> {
    let stage = ctx.ui.stage(format!("asking {endpoint}"), "");
    let (host, first) = (endpoint.to_string(), ManagementPath::likely(secret));
    let info = ctx
        .interrupt
        .run(move || version::ask(&host, first, LIMIT))?;
    let info = info.map_err(|why| unreachable(endpoint, &why))?;
    let open = try_secret(ctx, endpoint, &info, None)? == Access::Granted;
    stage.done(&format!("Prisma {} answers", info.version));
    Ok(Reached { info, open })
}

fn unreachable(endpoint: &ServerUrl, why: &Unreachable) -> Failure {
    let message = match why {
        Unreachable::NoAnswer(why) => format!("`{endpoint}` does not answer: {why}"),
        Unreachable::NotPrisma(why) => format!("`{endpoint}` is not a Prisma server: {why}"),
        Unreachable::NoManagementApi | Unreachable::PlainHttp => {
            format!("`{endpoint}` cannot be added: {why}")
        }
    };
    let failure = Failure::new(Kind::Failed, message);
    let failure = match why {
        Unreachable::NotPrisma(_) | Unreachable::NoManagementApi if !endpoint.path.is_empty() => {
            failure.hint(format!(
                "use the URL of the server without service and stage: `{}`",
                endpoint.root()
            ))
        }
        Unreachable::NoManagementApi => failure.hint(MANAGEMENT_NODE),
        Unreachable::PlainHttp => {
            let https = false;
            let plain = ServerUrl {
                https,
                ..endpoint.clone()
            };
            failure.hint(format!("use `{plain}`"))
        }
        Unreachable::NotPrisma(_) if !endpoint.https => {
            failure.hint("check the host and port, and whether the server requires `https`")
        }
        _ => failure.hint("check the host and port, and that the server is running"),
    };
    failure.hint("or add it unchecked with `--no-check`")
}

/// Checks the secret: its kind first, which explains more, then by trying it.
pub fn secret(ctx: &Context, endpoint: &ServerUrl, server: &Reached, given: &Given) -> Result<()> {
    let version = &server.info.version;
    if let Some(secret) = given.secret() {
        fits(secret, &server.info).map_err(|failure| if server.open {
            failure.hint(format!(
                "`{endpoint}` accepts requests without a secret: anyone can deploy to it until it has one"
            ))
        } else {
            failure
        })?;
    }
    if server.open {
        if given.secret().is_some() {
            ctx.ui.warn(&format!(
                "`{endpoint}` accepts requests without a secret: anyone can deploy to it"
            ));
        }
        return Ok(());
    }
    let (message, clocks) = match try_secret(ctx, endpoint, &server.info, given.secret())? {
        Access::Granted => return Ok(()),
        Access::Unclear(why) => {
            ctx.ui
                .warn(&format!("the secret could not be tried: {why}"));
            return Ok(());
        }
        Access::Refused(_) if given.secret().is_none() => (
            format!("`{endpoint}` (Prisma {version}) requires a secret"),
            None,
        ),
        Access::Refused(why) => {
            let what = if why.clocks.is_some() {
                "token"
            } else {
                "secret"
            };
            let message = format!("`{endpoint}` (Prisma {version}) rejected the {what}: {why}");
            (message, why.clocks)
        }
    };
    let failure = Failure::new(Kind::Refused, message);
    let failure = match clocks {
        Some(remedy) => failure.hint(remedy),
        None => failure.hint(wanted(given.kind(), &server.info)),
    };
    Err(failure.hint("or add it unchecked with `--no-check`"))
}

/// What to provide instead of a secret that was rejected, or of none.
fn wanted(given: Option<SecretKind>, server: &Server) -> &'static str {
    let version = server.parsed();
    let has = |fact| version.as_ref().is_none_or(|version| version.has(fact));
    match (has(Fact::SharedSecrets), has(Fact::KeyPairs), given) {
        (true, false, _) => "provide the server's `managementApiSecret`",
        (false, _, _) => "provide the private key that matches the server's `CLUSTER_PUBLIC_KEY`",
        (true, true, Some(SecretKind::Key)) => {
            "provide the server's `managementApiSecret` if it has one, as it ignores keys then; otherwise the private key that matches its public key"
        }
        (true, true, _) => {
            "provide the server's `managementApiSecret`, or the private key if it has only a public key"
        }
    }
}

/// Whether a server of this version accepts secrets of this kind.
fn fits(secret: &Secret, server: &Server) -> Result<()> {
    let Some(version) = server.parsed() else {
        return Ok(());
    };
    if version.checks(secret.kind()) {
        return Ok(());
    }
    let (given, needed, hint) = match secret.kind() {
        SecretKind::Text => (
            "plain text",
            "a private key",
            "provide the complete PEM key, including the BEGIN and END lines",
        ),
        SecretKind::Key => (
            "a private key",
            "a shared secret",
            "provide the `managementApiSecret` of the server's `PRISMA_CONFIG`",
        ),
    };
    let message = format!(
        "Prisma {} needs {needed}, but the secret is {given}",
        server.version
    );
    Err(Failure::new(Kind::Usage, message).hint(hint))
}

fn try_secret(
    ctx: &Context,
    endpoint: &ServerUrl,
    server: &Server,
    secret: Option<&Secret>,
) -> Result<Access> {
    let (host, path, secret) = (endpoint.to_string(), server.path, secret.cloned());
    ctx.interrupt
        .run(move || access(&host, path, secret.as_ref(), LIMIT))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::keys;

    #[test]
    fn the_form_follows_the_edition() {
        let text = Secret::from("s3cret");
        let key = keys::generate().expect("random").pem_pkcs1();
        let fits = |secret: &Secret, version: &str| {
            let version = version.to_owned();
            let path = ManagementPath::Cluster;
            super::fits(secret, &Server { version, path }).is_ok()
        };
        for (version, takes_text, takes_key) in [
            ("1.1.3", false, true),
            ("1.6.0", false, true),
            ("1.6.3", true, true),
            ("1.26.6", true, true),
            ("1.27.4", true, false),
            ("1.8", true, true),
            ("1.34.12", true, false),
            ("abcdef0", true, true),
        ] {
            assert_eq!(fits(&text, version), takes_text, "{version}");
            assert_eq!(fits(&key, version), takes_key, "{version}");
        }
    }
}
