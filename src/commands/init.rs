//! `prisma init`: creates a project folder: a service and, optionally, a docker-compose server and
//! database.

mod choice;
mod report;
mod server;
mod service;

use super::folder::Folder;
use super::secret::{self, Given};
use super::{Report, act};
use crate::cli::Init;
use crate::cluster::files::{COMPOSE, DOTENV};
use crate::cluster::{Cluster, Database, Edition, PrismaVersion, documented};
use crate::config::project::FILE;
use crate::context::Context;
use crate::docker::Engine;
use crate::error::{Failure, Kind, Result};
use crate::files::{Access, NewFile};
use crate::managed;
use crate::plan::{Plan, Step};
use crate::render::{dotenv, standalone};
use crate::secret::keys;
use crate::secret::{Secret, SecretKind};
use crate::service::Address;
use crate::status::cloud;
use crate::url::without_password;
use choice::Backend;
use report::{Server, Setup};

const DATAMODEL: &str = "datamodel.graphql";
const SECRET: &str = "PRISMA_MANAGEMENT_API_SECRET";
const ELSEWHERE: &str = "set up another folder: `prisma init DIR`";

pub fn run(ctx: &Context, args: &Init) -> Result<Report> {
    service::check(args)?;
    check_version(args)?;
    let folder = Folder::of(ctx, args.dir.as_deref())?;
    // Files that are in the way whatever the answers are reported before anything is asked.
    if folder.has(FILE) || folder.has(DATAMODEL) {
        refuse_existing(&folder)?;
    }
    let setup = match choice::find(ctx, args)? {
        Backend::New(database) => new_server(ctx, args, &folder, database)?,
        Backend::Existing(endpoint) => existing_server(ctx, args, &folder, endpoint.as_deref())?,
    };
    let plan = Plan(vec![Step::WriteTogether(setup.files.clone())]);
    act(ctx, None, &plan, || report::of(ctx, &folder, &setup))
}

/// The cluster edition's key pair belongs in the cluster registry, not in a folder.
fn check_version(args: &Init) -> Result<()> {
    let version = args.prisma_version.as_ref();
    let Some(version) = version.filter(|version| version.edition() == Edition::Cluster) else {
        return Ok(());
    };
    let message = format!("`prisma init` is for Prisma 1.7 and later, not for {version}");
    Err(Failure::new(Kind::Usage, message).hint(format!(
        "run it with `prisma local start --prisma-version {version}`"
    )))
}

fn refuse_existing(folder: &Folder) -> Result<()> {
    folder.refuse_existing(&[COMPOSE, DOTENV, FILE, DATAMODEL], true, ELSEWHERE)
}

fn new_server(ctx: &Context, args: &Init, folder: &Folder, database: Database) -> Result<Setup> {
    refuse_existing(folder)?;
    let (project, is_named) = folder.project(ctx);
    let version = args.prisma_version.clone();
    let version = version.unwrap_or_else(PrismaVersion::default_init);
    let mut cluster = Cluster::documented(project.clone(), version).with_mirror_of(&ctx.env)?;
    cluster.database = database;
    cluster.cluster_secret = Some(management_secret(ctx, args)?);
    cluster.bind = args.bind;
    let engine = Engine::find(&ctx.env)?;
    cluster.port = match args.port {
        Some(port) => port,
        None if engine.local => managed::ports::next(ctx, documented::PORT, args.bind),
        None => documented::PORT,
    };
    ctx.ui.conceal(cluster.secrets());
    choice::check(&cluster)?;
    ask_external(ctx, &cluster.database)?;
    let origin = "Created by `prisma init`. Edit freely.";
    let rendered = standalone(&cluster, origin, is_named.then_some(&project))?;
    let base = format!("http://{}:{}", engine.reach(cluster.bind), cluster.port);
    let endpoint = service::on_new_server(args, &base);
    let mut files = vec![
        folder.file(COMPOSE, rendered.compose, Access::Shared),
        folder.file(DOTENV, rendered.dotenv, Access::Private),
    ];
    files.extend(service_files(folder, &endpoint, Some(&cluster.version)));
    files.extend(folder.ignore_secrets()?);
    Ok(Setup {
        files,
        endpoint,
        server: Server::New(Box::new(cluster)),
    })
}

/// Only warns: the database may answer once the server is started.
fn ask_external(ctx: &Context, database: &Database) -> Result<()> {
    if let Some(silent) = managed::external::silent(ctx, database)? {
        ctx.ui.warn(&format!(
            "{silent} from this machine; the server will need it"
        ));
    }
    Ok(())
}

fn existing_server(
    ctx: &Context,
    args: &Init,
    folder: &Folder,
    endpoint: Option<&str>,
) -> Result<Setup> {
    let address = service::on_existing_server(ctx, args, endpoint, &folder.path)?;
    let endpoint = address.to_string();
    let base = address.endpoint.server.to_string();
    cloud::check(&format!("server `{base}`"), &base)?;
    let (given, is_known) = secret_of(ctx, args, &address)?;
    if given.is_some() {
        refuse_existing(folder)?;
    } else {
        folder.refuse_existing(&[FILE, DATAMODEL], false, ELSEWHERE)?;
    }
    let version = server::ask(ctx, &base, given.as_ref())?;
    let mut files = service_files(folder, &endpoint, version.as_ref());
    if let Some(secret) = &given {
        let line = dotenv::write(SECRET, secret.reveal())
            .map_err(|why| Failure::new(Kind::Usage, why.to_string()))?;
        let text = format!("# The secret of {}.\n{line}\n", address.endpoint.server);
        files.push(folder.file(DOTENV, text, Access::Private));
        files.extend(folder.ignore_secrets()?);
    }
    Ok(Setup {
        files,
        endpoint,
        server: Server::Existing {
            base,
            has_secret: given.is_some() || is_known,
        },
    })
}

/// The secret to keep in the folder, and whether deployments find one elsewhere. Asks if there is
/// none.
fn secret_of(ctx: &Context, args: &Init, address: &Address) -> Result<(Option<Secret>, bool)> {
    let base = address.endpoint.server.to_string();
    let registry = ctx.registry()?;
    let is_registered = registry.clusters().iter().any(|entry| {
        let at = without_password(entry.host.trim_end_matches('/'));
        at == base && entry.secret.is_some()
    });
    let is_known = is_registered || ctx.env.get(SECRET).is_some();
    let given = match secret::given(ctx, &args.secret)? {
        None if is_known || !ctx.ask().possible() => return Ok((None, is_known)),
        None => secret::ask(ctx, true)?,
        Some(given) => given,
    };
    Ok((text_of(&given, &base)?, is_known))
}

/// The secret of a new server: the given one, else a random one.
fn management_secret(ctx: &Context, args: &Init) -> Result<Secret> {
    let Some(given) = secret::given(ctx, &args.secret)? else {
        return keys::random_secret();
    };
    text_of(&given, "URL")?.ok_or_else(|| {
        let message = "the secret is empty: anyone could deploy to the server";
        Failure::new(Kind::Usage, message).hint("omit it to generate one")
    })
}

/// A secret that may be stored in a folder.
fn text_of(given: &Given, base: &str) -> Result<Option<Secret>> {
    if given.kind() == Some(SecretKind::Key) {
        let message = "private keys belong in the cluster registry, not in a folder";
        let hint = format!("add the server there: `prisma cluster add NAME --endpoint {base}`");
        return Err(Failure::new(Kind::Usage, message).hint(hint));
    }
    Ok(given.secret().cloned())
}

fn service_files(folder: &Folder, endpoint: &str, version: Option<&PrismaVersion>) -> Vec<NewFile> {
    let datamodel = server::datamodel(service::DATAMODEL, version);
    vec![
        folder.file(FILE, service::prisma_yml(endpoint), Access::Shared),
        folder.file(DATAMODEL, datamodel, Access::Shared),
    ]
}
