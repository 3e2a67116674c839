//! The server edition: settings in `PRISMA_CONFIG`, and external databases.

use crate::cluster::{Cluster, port};
use crate::example::Example;
use crate::rig::{LABEL, Rig};
use crate::suite::{Case, Setting, shared};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub const CASES: &[Case] = &[
    shared(
        "server/odd_values_are_passed_unchanged",
        odd_values_are_passed_unchanged,
    ),
    shared("server/wrong_password", wrong_password),
    shared("server/database_image", database_image),
    shared("server/external_mysql", |s| external(s, &MYSQL)),
    shared("server/external_postgres", |s| external(s, &POSTGRES)),
    shared(
        "server/compose_project_with_the_same_name",
        compose_project_with_the_same_name,
    ),
];

/// A new cluster with Prisma 1.8.
fn cluster(setting: &Setting) -> Cluster {
    let mut cluster = Cluster::new(setting);
    cluster.management = "management";
    cluster
}

/// Database and server use the secret and password of `cluster.yml`; deployments are signed with the
/// registry's.
fn odd_values_are_passed_unchanged(setting: &Setting) {
    // But for quotes and backslashes in passwords, with which such a server does not start.
    let values = [
        ("mysql", "yes", "0123"),
        ("postgres", "0123", "$x ${HOME} $$"),
        (
            "mysql",
            "two\nlines: # \\n 'single' \"double\" \\",
            "it's $5 now /slash ${x} {{y}} `tick` %25 #hash *&!@^~|>",
        ),
        ("postgres", "pä✓—日本\u{1f600}", " - [a]: {b}, \t'"),
    ];
    for (database, secret, password) in values {
        let cluster = cluster(setting);
        let quoted = |text: &str| serde_json::to_string(text).expect("JSON is YAML");
        cluster.write(
            "cluster.yml",
            &format!(
                "prismaVersion: \"1.8\"\nclusterSecret: {}\ndatabase:\n  connector: {database}\n  password: {}\n",
                quoted(secret),
                quoted(password)
            ),
        );
        let quiet: Vec<&str> = [secret, password]
            .into_iter()
            .filter(|v| v.len() > 4)
            .collect();
        cluster.start(&["-v"]).never_shows(&quiet);
        let config = server_config(&cluster);
        assert_eq!(config["managementApiSecret"], *secret);
        assert_eq!(config["databases"]["default"]["password"], *password);
        let variable = match database {
            "mysql" => "MYSQL_ROOT_PASSWORD",
            _ => "POSTGRES_PASSWORD",
        };
        let env = cluster.container(database).env;
        assert!(env.contains(&format!("{variable}={password}")), "{env:#?}");
        // Published on the requested port only.
        let inside = if database == "mysql" { 3306 } else { 5432 };
        let ports = setting
            .rig
            .docker(["port", &cluster.container(database).id]);
        let wanted = format!("{inside}/tcp -> 0.0.0.0:{}", cluster.db_port);
        assert_eq!(ports.lines().next(), Some(&*wanted));

        assert_eq!(cluster.key(), secret);
        let example = Example::new();
        example.deploy_with_data(&cluster);
        assert_eq!(cluster.without_token().refused("evil"), 3015);
        let runs = cluster.runs();
        let ran = cluster.verb("start", &[]).succeeded();
        assert!(ran.stdout.contains("is already running"), "{}", ran.stdout);
        assert_eq!(cluster.runs(), runs);
    }
}

/// `PRISMA_CONFIG` as the server's container has it, read as the server does: YAML 1.1.
#[track_caller]
fn server_config(cluster: &Cluster) -> Value {
    let id = cluster.container("prisma").id;
    let program =
        "import json, os, yaml; print(json.dumps(yaml.safe_load(os.environ['PRISMA_CONFIG'])))";
    let python = ["exec", &id, "/usr/bin/python3", "-c", program];
    let answer = cluster.rig.docker(python);
    serde_json::from_str(&answer).expect("JSON")
}

/// The database keeps the password of its first start. A different one later is reported, and no data is
/// lost. The same with a service that an override adds, which is not the database.
fn wrong_password(setting: &Setting) {
    let cluster = cluster(setting);
    cluster.override_service("a-cache", "image: postgres:10\nentrypoint: sleep 1000");
    cluster.start(&["--prisma-version", "1.8", "--database", "postgres"]);
    cluster.put_data();
    let registry = fs::read(cluster.registry()).expect("a registry");
    cluster.edit(
        "cluster.yml",
        "password: \"prisma\"",
        "password: \"hunter-2-wrong\"",
    );
    let ran = cluster.verb("start", &[]).ended(1);
    let server = cluster.container("prisma").name;
    ran.reports(&[
        &format!(
            "error: could not start cluster `{}`: container `{server}` crashed",
            cluster.name
        ),
        "the database rejects the user or password",
        "password authentication failed for user",
        "hint: restore the password that the database was created with",
    ])
    .never_shows(&["hunter-2-wrong"]);
    assert_eq!(fs::read(cluster.registry()).expect("a registry"), registry);
    cluster.edit("cluster.yml", "hunter-2-wrong", "prisma");
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
}

/// A custom database image without the tools that check its health.
fn database_image(setting: &Setting) {
    let cluster = cluster(setting);
    let image = format!("trial-bare/{}:1", cluster.name);
    let build = setting
        .rig
        .command("docker", ["build", "-q", "--force-rm", "-t", &image, "-"]);
    let file =
        "RUN rm -f /usr/bin/mysqladmin /usr/bin/mariadb-admin /usr/bin/mysql /usr/bin/mariadb";
    build
        .input(format!(
            "FROM mysql:5.7\nLABEL {LABEL}.image=bare\n{file}\n"
        ))
        .run()
        .succeeded();
    let _image = Tag(setting.rig, image.clone());
    cluster.start(&["--prisma-version", "1.8", "--database-image", &image]);
    let database = cluster.container("mysql");
    assert_eq!(database.image.0, image);
    let tool = setting.rig.try_docker([
        "exec",
        &database.id,
        "/bin/sh",
        "-c",
        "command -v mysqladmin",
    ]);
    assert_ne!(tool.status, 0, "the image has none");
    cluster.put_data();
    cluster.verb("restart", &[]).succeeded();
    cluster.has_data();
    assert!(
        cluster
            .read("cluster.yml")
            .contains(&format!("image: \"{image}\""))
    );
    // Docker's own check comes after five seconds.
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let id = cluster.container("mysql").id;
        let health = setting
            .rig
            .docker(["inspect", "-f", "{{.State.Health.Status}}", &id]);
        if health == "healthy" {
            break;
        }
        assert!(Instant::now() < end, "still {health}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// An image name, removed when dropped.
struct Tag(&'static Rig, String);

impl Drop for Tag {
    fn drop(&mut self) {
        self.0.try_docker(["rmi", "-f", &self.1]);
    }
}

/// A kind of external database.
struct Kind {
    word: &'static str,
    name: &'static str,
    image: &'static str,
    inside: u16,
    user: &'static str,
    env: &'static [&'static str],
}

const MYSQL: Kind = Kind {
    word: "mysql",
    name: "MySQL",
    image: "mysql:5.7",
    inside: 3306,
    user: "root",
    env: &["MYSQL_ROOT_PASSWORD=it's @home"],
};
const POSTGRES: Kind = Kind {
    word: "postgres",
    name: "Postgres",
    image: "postgres:10",
    inside: 5432,
    user: "owner",
    env: &["POSTGRES_PASSWORD=it's @home", "POSTGRES_USER=owner"],
};

/// An external database, at the address that containers use for the engine's machine.
struct Theirs {
    rig: &'static Rig,
    id: String,
    address: String,
    port: u16,
}

impl Theirs {
    fn new(rig: &'static Rig, cluster: &Cluster, kind: &Kind) -> Theirs {
        let port = port();
        let label = format!("{LABEL}={}", cluster.name);
        let publish = format!("{port}:{}", kind.inside);
        let mut args = vec!["run", "-d", "--label", &label, "-p", &publish];
        args.extend(kind.env.iter().flat_map(|pair| ["-e", pair]));
        args.push(kind.image);
        let id = rig.docker(args);
        let gateway = "{{.NetworkSettings.Gateway}}";
        Theirs {
            address: rig.docker(["inspect", "-f", gateway, &id]),
            rig,
            id,
            port,
        }
    }

    fn url(&self, kind: &Kind, password: &str) -> String {
        format!(
            "{}://{}:{password}@{}:{}/trial",
            kind.word, kind.user, self.address, self.port
        )
    }

    fn started(&self) -> String {
        self.rig.docker([
            "inspect",
            "-f",
            "{{.State.StartedAt}} {{.State.Running}}",
            &self.id,
        ])
    }
}

fn external(setting: &Setting, kind: &Kind) {
    let rig = setting.rig;
    let cluster = cluster(setting);
    let theirs = Theirs::new(rig, &cluster, kind);
    let (port, address) = (cluster.port.to_string(), &theirs.address);
    let start = |url: &str| {
        let args = ["--port", &port, "--database-url", url];
        cluster
            .verb("start", &args)
            .never_shows(&["it's @home", "wrong-one"])
    };

    // Unreachable: reported before anything is created.
    let nowhere = format!("{}://{}:wrong-one@{address}:9/trial", kind.word, kind.user);
    start(&nowhere).ended(5).reports(&[
        &format!("error: cannot connect to {} at {address}:9\n", kind.name),
        "hint: check address, port and firewall",
    ]);
    assert!(!cluster.folder().exists() && cluster.containers().is_empty());
    // It may still be starting.
    let end = Instant::now() + Duration::from_secs(60);
    let url = theirs.url(kind, "it%27s%20%40home");
    let ran = loop {
        let ran = start(&url);
        if ran.status != 5 || Instant::now() > end {
            break ran.succeeded();
        }
    };
    let database = format!(
        "database     {address}:{} ({}, user `{}`)",
        theirs.port, kind.name, kind.user
    );
    assert!(ran.stdout.contains(&database), "{}", ran.stdout);
    assert_eq!(
        cluster.containers().into_keys().collect::<Vec<_>>(),
        ["prisma"]
    );
    let example = Example::new();
    example.deploy_with_data(&cluster);
    let started = theirs.started();

    let (runs, files) = (cluster.runs(), cluster.files());
    cluster.verb("nuke", &["--yes"]).ended(1).reports(&[
        &format!(
            "cannot reset cluster `{}`: its data is in an external database ({address}",
            cluster.name
        ),
        "hint: clear it with the database's own tools",
    ]);
    cluster
        .verb("start", &["--db-port", "24999"])
        .ended(2)
        .reports(&["is external"]);
    cluster
        .verb("upgrade", &["--to", "1.1", "--force"])
        .ended(2)
        .reports(&["could not change cluster"]);
    assert_eq!((cluster.runs(), cluster.files()), (runs, files));
    cluster.verb("stop", &[]).succeeded();
    cluster.verb("start", &[]).succeeded();
    example.is_there(&cluster);

    // A wrong password, corrected with the flag.
    let wrong = theirs.url(kind, "wrong-one");
    let args = ["--database-url", &wrong, "--wait-timeout", "1s"];
    let ran = cluster.verb("start", &args).ended(5);
    // The limit counts for docker-compose, too, which may need all of it.
    let server = " is not ready after 1s: the server does not answer (";
    let is_limit = ran.stderr.contains(server) || ran.stderr.contains("did not finish within 1s");
    assert!(is_limit, "{}", ran.stderr);
    let ran = start(&wrong).ended(1);
    ran.reports(&[
        " crashed",
        "the database rejects the user or password",
        "for user",
    ]);
    start(&url).succeeded();
    example.is_there(&cluster);

    let ran = cluster.verb("delete", &["--yes"]).succeeded();
    ran.reports(&[&format!(
        "data in the external database at {address}:{} is not deleted\n",
        theirs.port
    )]);
    assert_eq!(
        (cluster.belongings(), theirs.started()),
        (Vec::new(), started)
    );
    // A new cluster on it finds all the data.
    start(&url).succeeded();
    example.is_there(&cluster);
}

/// A folder of the user's with the name of the cluster: no command touches its containers.
fn compose_project_with_the_same_name(setting: &Setting) {
    let cluster = cluster(setting);
    let folder = cluster
        .home()
        .parent()
        .expect("the home")
        .join(&cluster.name);
    fs::create_dir_all(&folder).expect("can make it");
    let file = "version: \"3\"\nservices:\n  prisma:\n    image: mysql:5.7\n    entrypoint: sleep 1000\n    volumes:\n      - db-persistence:/data\nvolumes:\n  db-persistence:\n";
    fs::write(folder.join("docker-compose.yml"), file).expect("can write");
    let compose: &PathBuf = setting.rig.compose(setting.generation).expect("is there");
    let up = setting
        .rig
        .command(&compose.to_string_lossy(), ["up", "-d"]);
    up.dir(&folder).run().succeeded();
    let (runs, belongings) = (cluster.runs(), cluster.belongings());
    assert_eq!((runs.len(), belongings.len()), (1, 3));
    for verb in ["start", "stop", "restart", "upgrade", "nuke", "delete"] {
        let args: &[&str] = match verb {
            "nuke" | "delete" => &["--yes"],
            _ => &[],
        };
        let ran = cluster.verb(verb, args).ended(1);
        ran.reports(&[
            &format!(
                "compose project `{}` belongs to {}, not to cluster",
                cluster.name,
                folder.display()
            ),
            "hint: give your cluster another name with `-n NAME`",
        ]);
    }
    assert_eq!((cluster.runs(), cluster.belongings()), (runs, belongings));
    assert!(!cluster.folder().exists());
}
