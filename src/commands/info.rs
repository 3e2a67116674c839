//! `prisma info`: what the server knows of the nearest `prisma.yml`'s service.

use super::service::loaded::ServiceFiles;
use super::service::placement::Placement;
use super::service::target;
use super::{Report, facts};
use crate::cli;
use crate::context::Context;
use crate::documents::{self, Endpoints};
use crate::error::{Failure, Kind, Result};
use crate::server::management::{Management, Migration};
use crate::server::service::Service as Api;
use crate::ui::Table;
use std::time::SystemTime;

/// How many migrations are shown.
const SHOWN: usize = 5;

/// Asks for the service's migrations, and whether its API is open.
pub fn run(ctx: &Context, args: &cli::Info) -> Result<Report> {
    let loaded = ServiceFiles::find(ctx, &args.service.project)?.load(ctx)?;
    let service = &loaded.service;
    let destination = target::of_loaded(ctx, &loaded)?;
    let placement = Placement {
        service,
        destination: &destination,
    };
    let management = placement.management(ctx)?;
    let migrations = migrations(placement, &management)?;
    let api = Api::of(&management, &service.secrets);
    let is_open = api.opens(None);
    let is_open =
        is_open.map_err(|error| api.failure("could not query the service's API", error))?;
    let version = management.server().ok().map(|one| one.version.clone());
    let document = documents::Info {
        service: &service.name,
        stage: &service.stage,
        cluster: destination.cluster.as_deref(),
        server: documents::InfoServer {
            endpoint: &destination.base,
            version: version.as_deref(),
        },
        endpoints: Endpoints::of(&placement.service_url(), management.version().as_ref()),
        requires_token: !is_open,
        migrations: migrations.iter().take(SHOWN).map(Into::into).collect(),
    };
    tell(ctx, &migrations);
    let text = text(placement, &document);
    Ok(Report::new(text, document))
}

/// The migrations of a service, newest first.
fn migrations(placement: Placement<'_>, management: &Management) -> Result<Vec<Migration>> {
    match management.list_migrations() {
        // A server does not tell the two apart: it lists those that it has.
        Ok(migrations) if migrations.is_empty() => Err(not_deployed(placement)),
        Err(error) if error.is_not_deployed() => Err(not_deployed(placement)),
        answer => answer
            .map_err(|error| management.failure(&format!("could not query {placement}"), error)),
    }
}

fn not_deployed(placement: Placement<'_>) -> Failure {
    Failure::new(Kind::Failed, format!("{placement}: not deployed"))
        .hint("deploy it: `prisma deploy`")
        .hint("see what is deployed: `prisma list`")
}

/// Says if a migration is open, and for how long: one that never ends keeps all later ones waiting.
fn tell(ctx: &Context, migrations: &[Migration]) {
    let Some(open) = migrations.iter().rfind(|one| one.status.is_open()) else {
        return;
    };
    let age = open
        .started_at
        .and_then(|at| SystemTime::now().duration_since(at).ok())
        .map(|age| {
            let seconds = std::time::Duration::from_secs(age.as_secs());
            format!(" for {}", humantime::format_duration(seconds))
        });
    ctx.ui.warn_with(
        &format!(
            "migration {} has been {}{}",
            open.revision,
            open.status.word(),
            age.unwrap_or_default()
        ),
        "if it does not end, `prisma deploy` says how to end it",
    );
}

fn text(placement: Placement<'_>, info: &documents::Info<'_>) -> String {
    let yes = if info.requires_token {
        "required"
    } else {
        "not required"
    };
    let version = info.server.version.unwrap_or("unknown");
    let mut rows = vec![
        ("server", info.server.endpoint.to_owned()),
        ("version", format!("Prisma {version}")),
        ("token", yes.to_owned()),
    ];
    let mut endpoints = info.endpoints.rows();
    rows.append(&mut endpoints);
    let mut table = Table::new(&["REVISION", "STATUS", "STEPS", "FINISHED"]);
    for one in &info.migrations {
        table.row([
            one.revision.to_string(),
            one.status.clone(),
            one.applied.to_string(),
            one.finished_at.clone().unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    format!("{placement}\n\n{}\n{table}", facts(&rows))
}
