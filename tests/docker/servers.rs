//! Databases and servers of chosen versions in containers, put there without the program.

use crate::api::Api;
use crate::cluster::{Cluster, port};
use crate::rig::{LABEL, Rig};
use crate::suite::Setting;
use std::thread;
use std::time::{Duration, Instant};

/// Any tag of the stand-in becomes any version.
const IMAGE: &str = "prismagraphql/prisma:1.34";
/// What the recorded servers told of themselves.
const COMMIT: &str = "COMMIT_SHA=0123456789abcdef0123456789abcdef01234567";
const PASSWORD: &str = "prisma";

/// What kind of server, as the recordings are named: `1.34.12-postgres`.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub version: &'static str,
    pub connector: &'static str,
}

impl Kind {
    pub fn named(recording: &'static str) -> Kind {
        let (version, connector) = recording.split_once('-').expect("VERSION-CONNECTOR");
        Kind { version, connector }
    }

    /// Before 1.7, a server has its settings in variables.
    fn is_old(self) -> bool {
        let minor = self.version.split('.').nth(1).expect("MAJOR.MINOR");
        minor.parse::<u16>().expect("a number") < 7
    }

    /// Where it has its management API, and something to ask there that needs no database.
    fn door(self) -> (&'static str, &'static str) {
        if self.is_old() {
            ("cluster", "{ clusterInfo { version } }")
        } else {
            ("management", "{ serverInfo { version } }")
        }
    }

    /// The variables of a server with a database; `secret` is a setting, as the recordings have it.
    fn variables(self, host: &str, own: &str, secret: Option<(&str, &str)>) -> Vec<String> {
        if !self.is_old() {
            let secret = secret.map_or(String::new(), |(name, value)| format!("{name}: {value}\n"));
            let (user, number) = login(self.connector);
            let database = format!(
                "connector: {}, host: {host}, port: {number}, user: {user}, password: {PASSWORD}, database: {own}",
                self.connector
            );
            return vec![format!(
                "PRISMA_CONFIG=port: 4466\n{secret}databases:\n  default: {{{database}}}\n"
            )];
        }
        let mut variables: Vec<String> = [
            "PORT=4466",
            "SCHEMA_MANAGER_SECRET=s",
            "BUGSNAG_API_KEY=",
            "CLUSTER_ADDRESS=http://127.0.0.1:4466",
            "SQL_CLIENT_CONNECTION_LIMIT=10",
            "SQL_INTERNAL_DATABASE=graphcool",
        ]
        .map(str::to_owned)
        .to_vec();
        for of in ["CLIENT", "INTERNAL"] {
            variables.extend([
                format!("SQL_{of}_HOST={host}"),
                format!("SQL_{of}_PORT=3306"),
                format!("SQL_{of}_USER=root"),
                format!("SQL_{of}_PASSWORD={PASSWORD}"),
            ]);
        }
        variables.extend(secret.map(|(name, value)| format!("{name}={value}")));
        variables
    }
}

fn login(connector: &str) -> (&'static str, u16) {
    match connector {
        "mysql" => ("root", 3306),
        _ => ("prisma", 5432),
    }
}

/// A server in its container.
#[derive(Debug)]
pub struct Server {
    pub id: String,
    pub port: u16,
    kind: Kind,
}

impl Server {
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn api(&self) -> Api {
        Api::new(self.port, None).at(self.kind.door().0)
    }

    /// Waits until it answers; docker restarts it until its database is there.
    #[track_caller]
    pub fn wait(&self) {
        let end = Instant::now() + Duration::from_secs(90);
        while self.api().try_ask(self.kind.door().1).is_err() {
            assert!(Instant::now() < end, "{self:?} does not answer");
            thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Containers on a network of their own, with the label of a cluster that does not exist: gone when it is dropped.
pub struct Servers {
    rig: &'static Rig,
    cluster: Cluster,
}

impl Servers {
    pub fn new(setting: &Setting) -> Servers {
        let (rig, cluster) = (setting.rig, Cluster::new(setting));
        let label = format!("{LABEL}={}", cluster.name);
        rig.docker(["network", "create", "--label", &label, &cluster.name]);
        Servers { rig, cluster }
    }

    /// Starts a container of `args`; its id.
    fn run(&self, args: &[&str]) -> String {
        let label = format!("{LABEL}={}", self.cluster.name);
        self.rig
            .docker([&["run", "-d", "--label", &label], args].concat())
    }

    /// A database, found by its name in the network; its id.
    pub fn database(&self, connector: &str, name: &str) -> String {
        let alias = format!("--network-alias={name}");
        let at = ["--network", &self.cluster.name, &alias];
        let image: &[&str] = match connector {
            "mysql" => &["-eMYSQL_ROOT_PASSWORD=prisma", "mysql:5.7"],
            _ => &[
                "-ePOSTGRES_USER=prisma",
                "-ePOSTGRES_PASSWORD=prisma",
                "postgres",
            ],
        };
        self.run(&[&at, image].concat())
    }

    /// A server with a database of its own: on MySQL, that takes a container.
    pub fn alone(&self, kind: Kind, secret: Option<(&str, &str)>) -> Server {
        let port = port();
        let own = format!("of{port}");
        let host = match kind.connector {
            "mysql" => {
                self.database("mysql", &own);
                own.as_str()
            }
            _ => "database",
        };
        let mut args = vec!["--restart=always".to_owned()];
        args.extend(with(kind.variables(host, &own, secret)));
        self.server(kind, port, &args)
    }

    /// A server on the database of that name, with switches; nothing restarts it.
    pub fn on(&self, kind: Kind, database: &str, switches: &[&str]) -> Server {
        let mut args = with(kind.variables(database, database, None));
        args.extend(with(switches.iter().copied().map(str::to_owned).collect()));
        self.server(kind, port(), &args)
    }

    /// Another server in the network of one, whose port is taken so; its id.
    pub fn beside(&self, server: &Server, database: &str) -> String {
        let network = format!("container:{}", server.id);
        let kind = server.kind;
        let version = format!("CLUSTER_VERSION={}", kind.version);
        let mut args = vec!["--network".to_owned(), network, "-e".to_owned(), version];
        args.extend(with(kind.variables(database, "beside", None)));
        args.push(IMAGE.to_owned());
        self.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn server(&self, kind: Kind, port: u16, args: &[String]) -> Server {
        let version = format!("CLUSTER_VERSION={}", kind.version);
        let published = format!("-p{port}:4466");
        let own = [
            "--network",
            &self.cluster.name,
            "-e",
            COMMIT,
            "-e",
            &version,
            &published,
        ];
        let args = args.iter().map(String::as_str);
        let all: Vec<&str> = own.into_iter().chain(args).chain([IMAGE]).collect();
        let id = self.run(&all);
        Server { id, port, kind }
    }
}

/// Variables as arguments of `docker run`.
fn with(variables: Vec<String>) -> Vec<String> {
    let pairs = variables.into_iter().map(|one| ["-e".to_owned(), one]);
    pairs.flatten().collect()
}
