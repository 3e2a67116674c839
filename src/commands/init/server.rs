//! An existing server: its version decides the syntax of the datamodel, and the secret is tried before it is
//! saved.

use crate::cluster::{Fact, PrismaVersion};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use crate::server::access::{Access, access};
use crate::server::version::{self, ManagementPath, Unreachable};
use std::time::Duration;

/// The limit of each request: someone waits for the answer.
const LIMIT: Duration = Duration::from_secs(10);

/// Asks the server for its version, and whether it accepts the secret. It need not be running yet.
pub fn ask(ctx: &Context, base: &str, secret: Option<&Secret>) -> Result<Option<PrismaVersion>> {
    let stage = ctx.ui.stage(format!("asking {base}"), "");
    let host = base.to_owned();
    let first = ManagementPath::Management;
    let server = match ctx
        .interrupt
        .run(move || version::ask(&host, first, LIMIT))?
    {
        Ok(server) => server,
        Err(why @ Unreachable::NoAnswer(_)) => {
            drop(stage);
            if secret.is_some() {
                let what = format!("`{base}` does not answer: {why}; the secret is not checked");
                ctx.ui.warn(&what);
            }
            return Ok(None);
        }
        Err(why) => {
            let message = format!("`{base}` cannot be deployed to: {why}");
            return Err(Failure::new(Kind::Failed, message).hint("check the host and port"));
        }
    };
    stage.done(&format!("Prisma {} answers", server.version));
    if let Some(secret) = secret.cloned() {
        let (host, path) = (base.to_owned(), server.path);
        let access = move || access(&host, path, Some(&secret), LIMIT);
        match ctx.interrupt.run(access)?? {
            Access::Granted => {}
            Access::Unclear(why) => ctx
                .ui
                .warn(&format!("the secret could not be tried: {why}")),
            Access::Refused(why) => {
                let message = format!(
                    "`{base}` (Prisma {}) rejected the secret: {why}",
                    server.version
                );
                return Err(Failure::new(Kind::Refused, message)
                    .hint("provide the server's `managementApiSecret`"));
            }
        }
    }
    Ok(server.parsed())
}

/// The datamodel in the syntax of a version, or in what all versions accept.
pub fn datamodel(template: &str, version: Option<&PrismaVersion>) -> String {
    let directives = match version.map(|version| version.has(Fact::NewDatamodel)) {
        Some(true) => "@id",
        Some(false) => "@unique",
        None => "@id @unique",
    };
    template.replace("@id @unique", directives)
}

#[cfg(test)]
mod tests {
    use super::super::service::DATAMODEL;
    use super::datamodel;
    use crate::server::types::syntax::{self, UuidIds};

    #[test]
    fn the_datamodel_is_in_the_syntax_of_the_version() {
        let of = |version: &str| datamodel(DATAMODEL, version.parse().ok().as_ref());
        for (version, id) in [
            ("1.8", "id: ID! @unique\n"),
            ("1.30.5", "id: ID! @unique\n"),
            ("1.31", "id: ID! @id\n"),
            ("1.34.12", "id: ID! @id\n"),
            ("unknown", "id: ID! @id @unique\n"),
        ] {
            assert!(of(version).contains(id), "{version}: {}", of(version));
        }
    }

    #[test]
    fn the_example_deploys_to_every_version() {
        for text in [
            include_str!("../../../assets/example/datamodel.graphql"),
            DATAMODEL,
        ] {
            assert_eq!(syntax::convert(text, UuidIds::Kept).edits, []);
            assert!(!syntax::only_new(text));
        }
    }
}
