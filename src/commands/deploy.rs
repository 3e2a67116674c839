//! `prisma deploy`: from a folder with a `prisma.yml` to a live service.

mod changes;
mod progress;
mod report;
mod target;

use super::{Report, local};
use crate::api::deploy::{self, Deployment, Waits};
use crate::api::http::{Client, Proxies};
use crate::api::management::{self, Management, Schema};
use crate::api::version::ManagementPath;
use crate::cli;
use crate::context::{Context, working_folder};
use crate::error::{Failure, Kind, Result};
use crate::service::{self, EnvFiles, Form, Given, Secret, Seed, Service};
use progress::Progress;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use target::Destination;

/// Deploys the service of the nearest `prisma.yml`.
pub fn run(ctx: &Context, args: &cli::Deploy) -> Result<Report> {
    let folder = working_folder()?;
    let file = service::find(&folder)?;
    let env_files = EnvFiles::load(parent(&file), &folder, args.env_file.as_deref())?;
    let environment = |name: &str| ctx.env.get(name).map(str::to_owned);
    let variable = |name: &str| env_files.get(&environment, name);
    let service = load(ctx, args, &file, &variable)?;
    check_seed(&service, args)?;
    let destination = target::find(ctx, &service, args.interactive, &variable)?;
    remember(ctx, args, &service, &destination)?;
    wake(ctx, &destination)?;
    let deployment = deploy_to(ctx, args, &service, &destination)?;
    report::of(ctx, &service, &destination, &deployment)
}

fn parent(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new("."))
}

fn load(
    ctx: &Context,
    args: &cli::Deploy,
    file: &Path,
    variable: service::Env<'_>,
) -> Result<Service> {
    let options = [("stage", &args.stage), ("cluster", &args.cluster)];
    let given = options
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
    let opt: BTreeMap<String, String> = given.collect();
    let given = Given {
        env: variable,
        opt: &opt,
        unneeded: &[],
    };
    let service = service::load(file, given)?;
    ctx.ui.conceal(
        service
            .secrets
            .iter()
            .map(|secret| secret.reveal().to_owned()),
    );
    let headers = service.subscriptions.iter().flat_map(|s| s.headers.iter());
    ctx.ui
        .conceal(headers.map(|(_, value)| value.reveal().to_owned()));
    for warning in &service.warnings {
        ctx.ui.warn(warning);
    }
    Ok(service)
}

/// A seed that is not there is told before a service is created for it.
fn check_seed(service: &Service, args: &cli::Deploy) -> Result<()> {
    match &service.seed {
        Some(Seed::Import { path, at }) if !args.no_seed && !path.is_file() => {
            let message = format!(
                "{}:{at}: there is no file `{}` to import",
                service.file.display(),
                path.display()
            );
            Err(Failure::new(Kind::ConfigInvalid, message)
                .hint("correct the path, or add `--no-seed`"))
        }
        _ => Ok(()),
    }
}

/// Writes a cluster that was chosen into `prisma.yml`, and says so.
fn remember(
    ctx: &Context,
    args: &cli::Deploy,
    service: &Service,
    destination: &Destination,
) -> Result<()> {
    let Some(chosen) = &destination.chosen else {
        return Ok(());
    };
    if args.no_write || ctx.dry_run {
        return Ok(());
    }
    let file = &service.file;
    match service.form {
        Form::Cluster => service::save_target(file, |text| service::set_cluster(text, chosen))?,
        Form::Endpoint => {
            let endpoint = service_url(service, destination);
            service::save_target(file, |text| service::set_endpoint(text, &endpoint))?;
        }
    }
    ctx.ui.status(&format!(
        "wrote the choice, {}, into {}",
        destination.label,
        file.display()
    ));
    Ok(())
}

/// Offers to start a cluster that `prisma local` runs and that does not answer: that one, never another.
fn wake(ctx: &Context, destination: &Destination) -> Result<()> {
    let Some(name) = &destination.managed else {
        return Ok(());
    };
    if listens(&destination.base) || ctx.dry_run {
        return Ok(());
    }
    let action = format!("cluster `{name}` does not run, and starting it");
    ctx.ui
        .confirm(
            &action,
            &format!("cluster `{name}` does not run; start it?"),
        )
        .map_err(|failure| match failure.kind {
            Kind::InputRequired => {
                failure.hint(format!("or start it yourself: `{}`", name.command("start")))
            }
            _ => failure,
        })?;
    local::start_again(ctx, name.clone())
}

/// Whether anybody accepts connections there. A remote or odd address counts as listening: asking it
/// properly tells more.
fn listens(base: &str) -> bool {
    use std::net::{TcpStream, ToSocketAddrs};
    let address = base.split_once("://").map_or(base, |(_, rest)| rest);
    let Ok(addresses) = address.to_socket_addrs() else {
        return true;
    };
    let connect = |address| TcpStream::connect_timeout(&address, Duration::from_millis(500));
    addresses
        .into_iter()
        .any(|address| connect(address).is_ok())
}

fn deploy_to(
    ctx: &Context,
    args: &cli::Deploy,
    service: &Service,
    destination: &Destination,
) -> Result<Deployment> {
    let client = Client::new(&destination.base, &Proxies::of(&ctx.env))
        .map_err(|fault| unreachable(destination, &fault))?;
    let first = match service.form {
        Form::Cluster => ManagementPath::Cluster,
        Form::Endpoint => ManagementPath::Management,
    };
    let name = project_name(service, destination);
    let management = Management::new(
        client,
        ctx.interrupt.clone(),
        &name,
        &service.stage,
        destination.credential.clone(),
    )
    .first(first);
    let input = deploy::DeployInput {
        schema: schema(service),
        dry_run: ctx.dry_run,
        force: args.force,
    };
    let waits = Waits {
        migration: args.timeout,
        busy: args.timeout,
    };
    let mut progress = Progress::begin(
        ctx,
        format!("deploying `{}` to {}", service.name, destination.label),
    );
    let deployment = deploy::run(&management, &input, waits, &mut |event| progress.on(&event))?;
    progress.end();
    Ok(deployment)
}

fn unreachable(destination: &Destination, fault: &crate::api::fault::Fault) -> Failure {
    let failure = Failure::new(
        Kind::Failed,
        format!("could not reach {}: {fault}", destination.label),
    );
    match fault.remedy() {
        Some(remedy) => failure.hint(remedy),
        None => failure,
    }
}

/// The name in the management API: `WORKSPACE~NAME` in a workspace.
fn project_name(service: &Service, destination: &Destination) -> String {
    match &destination.workspace {
        Some(workspace) => format!("{workspace}~{}", service.name),
        None => service.name.clone(),
    }
}

/// Where the service's own API is.
fn service_url(service: &Service, destination: &Destination) -> String {
    let Destination {
        base, workspace, ..
    } = destination;
    let workspace = workspace.as_ref().map(|workspace| format!("{workspace}/"));
    format!(
        "{base}/{}{}/{}",
        workspace.unwrap_or_default(),
        service.name,
        service.stage
    )
}

fn schema(service: &Service) -> Schema {
    let reveal = |secret: &Secret| secret.reveal().to_owned();
    let subscription = |s: &service::Subscription| management::Subscription {
        name: s.name.clone(),
        query: s.query.clone(),
        url: reveal(&s.url),
        headers: s
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), reveal(value)))
            .collect(),
    };
    Schema {
        types: service.datamodel.text().to_owned(),
        secrets: service.secrets.iter().map(reveal).collect(),
        subscriptions: service.subscriptions.iter().map(subscription).collect(),
    }
}
