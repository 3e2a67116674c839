//! `prisma token`: a token for the API of the nearest `prisma.yml`'s service.

use super::Report;
use super::service::loaded::ServiceFiles;
use crate::cli;
use crate::clock;
use crate::context::Context;
use crate::documents;
use crate::error::{Failure, Kind, Result};
use crate::server::token;
use std::time::SystemTime;

/// Signs it as the npm CLIs did, without asking a server.
pub fn run(ctx: &Context, args: &cli::Token) -> Result<Report> {
    let loaded = ServiceFiles::find(ctx, &args.service.project)?.load(ctx)?;
    let service = &loaded.service;
    let Some(secret) = service.secrets.first() else {
        let file = service.file.display();
        return Err(Failure::new(
            Kind::ConfigInvalid,
            format!("there is no token: `{file}` has no `secret`"),
        )
        .hint("an API without a secret accepts every request: send no token"));
    };
    let expires = clock::seconds(SystemTime::now() + args.valid);
    if service.secrets.len() > 1 {
        ctx.ui
            .status("signed with the first `secret` of several in `prisma.yml`");
    }
    let (name, stage) = (&service.name, &service.stage);
    ctx.ui.status(&format!(
        "token for service `{name}`, stage `{stage}`, valid until {expires}"
    ));
    let token = token::sign_service(secret, &format!("{name}@{stage}"), args.valid)?;
    ctx.ui.reveal(&token);
    Ok(Report::new(
        format!("{token}\n"),
        documents::Token {
            service: name,
            stage,
            token: &token,
            expires: &expires,
        },
    ))
}
