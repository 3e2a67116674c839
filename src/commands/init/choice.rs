//! Where the service's data goes: as the flags say, else as the user answers.

use crate::cli::Init;
use crate::cluster::{Cluster, ClusterName, Connector, Database, Edition, External, path};
use crate::cluster::{PrismaVersion, documented};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::secret::keys;
use crate::ui::{Choice, Question};

pub enum Backend {
    /// A new server, run by docker-compose in the folder, with this database.
    New(Database),
    /// An existing server, at the given endpoint; otherwise the user is asked for it.
    Existing(Option<String>),
}

#[derive(Clone, Copy)]
enum BackendChoice {
    New(Connector),
    ExistingDatabase,
    ExistingServer,
}

impl BackendChoice {
    fn option(self) -> Choice<BackendChoice> {
        let shown = match self {
            BackendChoice::New(connector) => {
                format!("a new server with a new {} database", connector.name())
            }
            BackendChoice::ExistingDatabase => "a new server with an existing database".to_owned(),
            BackendChoice::ExistingServer => "an existing server".to_owned(),
        };
        Choice::new(self, shown)
    }
}

pub fn find(ctx: &Context, args: &Init) -> Result<Backend> {
    if let Some(endpoint) = args.endpoint() {
        return Ok(Backend::Existing(Some(endpoint.to_owned())));
    }
    if let Some(database) = &args.database_url {
        return Ok(Backend::New(database.clone()));
    }
    if let Some(connector) = args.database {
        return new_database(connector).map(Backend::New);
    }
    let options = [
        BackendChoice::New(Connector::MySql),
        BackendChoice::New(Connector::Postgres),
        BackendChoice::ExistingDatabase,
        BackendChoice::ExistingServer,
    ];
    let options = options.map(BackendChoice::option).into();
    match ctx.ask().select(Question::Backend, "", options)?.value {
        BackendChoice::New(connector) => new_database(connector).map(Backend::New),
        BackendChoice::ExistingDatabase => existing_database(ctx).map(Backend::New),
        BackendChoice::ExistingServer => Ok(Backend::Existing(None)),
    }
}

/// A database with the documented values, and a random password.
fn new_database(connector: Connector) -> Result<Database> {
    Ok(Database {
        password: keys::random_secret()?,
        ..Database::documented(Edition::Server, connector)
    })
}

/// Asks where the database is and how to log in to it.
fn existing_database(ctx: &Context) -> Result<Database> {
    let ask = ctx.ask();
    let connectors = [Connector::MySql, Connector::Postgres];
    let connectors = connectors.map(|connector| Choice::new(connector, connector.name()));
    let connector = ask
        .select(Question::DatabaseKind, "", connectors.into())?
        .value;
    let host = ask.text(Question::DatabaseHost, "", check_host)?;
    let usual = connector.port().to_string();
    let check = |text: &str| parse_port(text).map(drop);
    let port = ask.text(Question::DatabasePort, &usual, check)?;
    let usual = format!("`{}`", documented::USER);
    let user = ask.text(Question::DatabaseUser, &usual, |_| Ok(()))?;
    let password = ask.hidden(Question::DatabasePassword)?;
    ctx.ui.conceal([password.clone()]);
    let mut database = Database::documented(Edition::Server, connector);
    if connector == Connector::Postgres {
        let usual = format!("`{}`", database.name);
        let name = ask.text(Question::DatabaseName, &usual, |_| Ok(()))?;
        set(&mut database.name, name);
    }
    set(&mut database.user, user);
    database.password = password;
    database.external = Some(External {
        host,
        port: parse_port(&port).ok().flatten().unwrap_or(connector.port()),
    });
    Ok(database)
}

fn set(field: &mut String, answer: String) {
    if !answer.is_empty() {
        *field = answer;
    }
}

fn parse_port(text: &str) -> std::result::Result<Option<u16>, String> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse() {
            Ok(0) | Err(_) => Err("write a number from 1 to 65535".to_owned()),
            Ok(port) => Ok(Some(port)),
        },
    }
}

/// Checks it by the rules for clusters: `localhost`, for example, would be the container itself.
fn check_host(host: &str) -> std::result::Result<(), String> {
    let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_init());
    let host = host.trim().to_owned();
    cluster.database.external = Some(External { host, port: 1 });
    let problem = cluster
        .problems()
        .into_iter()
        .find(|p| p.path == path::HOST);
    problem.map_or(Ok(()), |problem| Err(problem.to_string()))
}

/// Reports the first problem in the words of the flags.
pub fn check(cluster: &Cluster) -> Result<()> {
    let Some(problem) = cluster.problems().into_iter().next() else {
        return Ok(());
    };
    let flag = match problem.path {
        path::PORT => "--port",
        path::BIND => "--bind",
        path::CLUSTER_SECRET => "--secret-file",
        path if path.first() == Some(&"database") => "--database-url",
        _ => "--prisma-version",
    };
    // Its remedy is for a file.
    let why = &problem.what;
    let key = match problem.path {
        path::SSL => "`ssl`: ",
        _ => "",
    };
    let message = format!("invalid value for `{flag}`: {key}{why}");
    Err(Failure::new(Kind::Usage, message))
}
