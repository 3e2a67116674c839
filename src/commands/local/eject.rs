//! `prisma local eject`: a cluster's compose file and variables, in a folder of the user's own.

use crate::cli::{self, Profile};
use crate::cluster::files::{COMPOSE, DOTENV};
use crate::cluster::{Cluster, Edition};
use crate::commands::add_cluster;
use crate::commands::folder::Folder;
use crate::commands::{Report, act, facts};
use crate::config::registry::NewEntry;
use crate::context::Context;
use crate::documents::{self, EjectedDatabase, RegisteredCluster};
use crate::error::{Failure, Kind, Result};
use crate::files::Access;
use crate::managed::{self, exposure};
use crate::plan::{Plan, Step};
use crate::render::standalone;
use crate::secret::Secret;
use crate::secret::keys::{self, PrivateKey};
use crate::url::ServerUrl;

/// What is written, and what there is to say of it.
struct Ejected {
    cluster: Cluster,
    /// A key pair that was just generated: no one else has the private half.
    fresh: Option<PrivateKey>,
    /// The registry entry to be.
    entry: Option<NewEntry>,
    /// Whether the values are those of an existing cluster.
    is_here: bool,
}

/// Writes the two files.
pub fn run(ctx: &Context, args: &cli::Eject) -> Result<Report> {
    let folder = Folder::of(ctx, args.dir.as_deref())?;
    let files = if args.force {
        &[][..]
    } else {
        &[COMPOSE, DOTENV]
    };
    folder.refuse_existing(
        files,
        true,
        "replace them with `--force`, or choose another folder",
    )?;
    let ejected = Ejected::find(ctx, args)?;
    let (project, is_named) = folder.project(ctx);
    let mut cluster = ejected.cluster.clone();
    if ejected.is_here {
        // The documented container name is used by the existing cluster's container.
        cluster.name = project.clone();
    }
    let rendered = standalone(&cluster, &origin(args), is_named.then_some(&project))?;
    let mut written = vec![
        folder.file(COMPOSE, rendered.compose, Access::Shared),
        folder.file(DOTENV, rendered.dotenv, Access::Private),
    ];
    written.extend(folder.ignore_secrets()?);
    let mut plan = Plan(vec![Step::WriteTogether(written)]);
    if let Some(entry) = &ejected.entry {
        plan.then(Step::Register {
            path: ctx.home.registry(),
            entry: entry.clone(),
        });
    }
    let registered = ejected.entry.as_ref().map(|entry| entry.name.clone());
    act(ctx, registered.as_deref(), &plan, || {
        ejected.report(ctx, args, &folder)
    })
}

/// The line that says where the files come from.
fn origin(args: &cli::Eject) -> String {
    let verb = match args.profile {
        Profile::Local => "eject".to_owned(),
        Profile::DigitalOcean => "eject --profile digital-ocean".to_owned(),
    };
    let command = args.which.name.command(&verb);
    format!("Created by `{command}`. Edit freely.")
}

impl Ejected {
    fn find(ctx: &Context, args: &cli::Eject) -> Result<Ejected> {
        let known = managed::known(ctx, &args.which.name)?;
        let is_here = known.is_some();
        let mut cluster = match known {
            Some(cluster) => keep(args, cluster)?,
            None => documented(args).with_mirror_of(&ctx.env)?,
        };
        if args.profile == Profile::DigitalOcean {
            move_away(&mut cluster)?;
        }
        let fresh = complete(&mut cluster)?;
        cluster.check()?;
        if let Some(exposed) = exposure::exposed(&cluster) {
            let hint = "generate random ones with `--profile digital-ocean`";
            ctx.ui.warn_with(&exposed, hint);
        }
        let entry = entry(ctx, args, &cluster)?;
        let mut concealed = cluster.clone();
        if entry.is_none() && fresh.is_some() {
            // It is about to be shown, and no one else has it yet.
            concealed.cluster_secret = None;
        }
        ctx.ui.conceal(concealed.secrets());
        Ok(Ejected {
            cluster,
            fresh,
            entry,
            is_here,
        })
    }
}

/// An existing cluster is written as it is: flags that contradict it are refused.
fn keep(args: &cli::Eject, cluster: Cluster) -> Result<Cluster> {
    let name = &args.which.name;
    let refuse = |is: String| {
        let message = format!("cluster `{name}` already exists, with {is}");
        Err(Failure::new(Kind::Usage, message).hint(
            "leave out `--prisma-version` and `--database`, or give a new name with `-n NAME`",
        ))
    };
    let has = &cluster.version;
    if args
        .prisma_version
        .as_ref()
        .is_some_and(|wanted| wanted != has)
    {
        return refuse(format!("Prisma {has}"));
    }
    let has = cluster.database.connector;
    if args.database.is_some_and(|wanted| wanted != has) {
        return refuse(format!("a {} database", has.name()));
    }
    Ok(cluster)
}

/// The documented cluster.
fn documented(args: &cli::Eject) -> Cluster {
    let name = args.which.name.clone();
    let mut cluster = Cluster::new(name, args.prisma_version.as_ref(), args.database);
    if cluster.edition() == Edition::Server {
        cluster.cluster_secret = Some(crate::cluster::documented::MANAGEMENT_SECRET.into());
    }
    cluster
}

/// What the documentation's "Digital Ocean" values are: the same with secrets of its own, on all
/// interfaces. An external database keeps its password.
fn move_away(cluster: &mut Cluster) -> Result<()> {
    cluster.bind = None;
    cluster.schema_manager_secret = keys::random_secret()?;
    if cluster.database.external.is_none() {
        cluster.database.password = keys::random_secret()?;
    }
    cluster.cluster_secret = match cluster.edition() {
        Edition::Cluster => None,
        Edition::Server => Some(keys::random_secret()?),
    };
    Ok(())
}

/// Generates a missing secret: without one, anyone could deploy.
fn complete(cluster: &mut Cluster) -> Result<Option<PrivateKey>> {
    if cluster.cluster_secret.is_some() {
        return Ok(None);
    }
    if cluster.edition() == Edition::Server {
        cluster.cluster_secret = Some(keys::random_secret()?);
        return Ok(None);
    }
    let key = keys::generate()?;
    cluster.cluster_secret = Some(key.pem_pkcs1());
    Ok(Some(key))
}

/// The entry that `--register` asks for.
fn entry(ctx: &Context, args: &cli::Eject, cluster: &Cluster) -> Result<Option<NewEntry>> {
    let (Some(name), Some(host)) = (&args.register, &args.host) else {
        return Ok(None);
    };
    add_cluster::check_name(name, false)?;
    let endpoint = endpoint(host, cluster.port)?;
    add_cluster::warn_if_exposed(ctx, &endpoint);
    if ctx.registry()?.get(name).is_some() || ctx.home.managed(name).is_some() {
        let message = format!("cluster `{name}` already exists");
        return Err(Failure::new(Kind::Failed, message)
            .hint("choose another name for `--register`")
            .hint(format!(
                "or remove that one: `prisma cluster remove {name}`"
            )));
    }
    Ok(Some(NewEntry {
        name: name.clone(),
        host: endpoint.to_string(),
        secret: cluster.secret_as_registered(),
    }))
}

/// A host, with or without port and scheme, as the URL of the server.
fn endpoint(host: &str, port: u16) -> Result<ServerUrl> {
    let host = host.trim();
    if host.contains("://") {
        return add_cluster::endpoint(host);
    }
    let bracketed = match host.parse::<std::net::Ipv6Addr>() {
        Ok(ip) => format!("[{ip}]"),
        Err(_) => host.to_owned(),
    };
    let mut url = add_cluster::endpoint(&format!("http://{bracketed}"))?;
    if url.path.is_empty() {
        url.port = url.port.or(Some(port));
    }
    Ok(url)
}

impl Ejected {
    fn report(&self, ctx: &Context, args: &cli::Eject, folder: &Folder) -> Report {
        let cluster = &self.cluster;
        let mut next = folder.next(ctx, &["{up}"]);
        if args.profile == Profile::DigitalOcean {
            // Not in this folder.
            next = next.split_off(next.len() - 1);
        }
        let database = &cluster.database;
        let mut pairs = vec![
            ("version", format!("Prisma {}", cluster.version)),
            ("database", database.connector.name().to_owned()),
            ("port", cluster.port.to_string()),
            ("files", format!("{COMPOSE}, {DOTENV}")),
        ];
        if let Some(entry) = &self.entry {
            pairs.push(("registered", format!("`{}` at {}", entry.name, entry.host)));
        }
        let shown = self.fresh.as_ref().filter(|_| self.entry.is_none());
        let shown = shown.map(PrivateKey::pem_pkcs1);
        let key = shown.as_ref().map(|key| {
            format!(
                "this private key authorises deployments. It is shown only now and stored nowhere; save it for\n\
                 `prisma cluster add NAME --endpoint URL --secret-file FILE`\n\n{}\n",
                key.reveal()
            )
        });
        let ports = self.is_here && args.profile == Profile::Local;
        let note = if ports {
            let stop = args.which.name.command("stop");
            format!(
                "it uses the same ports as cluster `{}`; stop that first with `{stop}`.\nThe new stack starts without its data.\n\n",
                args.which.name
            )
        } else {
            String::new()
        };
        let lines: String = next.iter().map(|line| format!("  {line}\n")).collect();
        let how = match args.profile {
            Profile::Local => "run it with",
            Profile::DigitalOcean => {
                "copy both files to the target machine and run them there with"
            }
        };
        let text = format!(
            "written to {}\n\n{}\n{}{note}{how}\n\n{lines}",
            folder.path.display(),
            facts(&pairs),
            key.unwrap_or_default(),
        );
        let data = documents::Ejected {
            folder: folder.path.display().to_string(),
            files: [COMPOSE, DOTENV],
            prisma_version: cluster.version.tag(),
            database: EjectedDatabase {
                connector: database.connector,
            },
            port: cluster.port,
            private_key: shown.as_ref().map(Secret::reveal),
            registered: self.entry.as_ref().map(|entry| RegisteredCluster {
                name: &entry.name,
                endpoint: &entry.host,
            }),
            next,
        };
        Report::new(text, data)
    }
}
