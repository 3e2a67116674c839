//! Every edition, database and version from its first start to its end.

use crate::cluster::Cluster;
use crate::example::Example;
use crate::suite::{Case, Setting, shared};

pub const CASES: &[Case] = &[
    shared("editions/1.1_mysql", |s| lifecycle(s, "1.1", MYSQL)),
    shared("editions/1.6_mysql", |s| lifecycle(s, "1.6", MYSQL)),
    shared("editions/1.7_mysql", |s| lifecycle(s, "1.7", MYSQL)),
    shared("editions/1.7_postgres", |s| lifecycle(s, "1.7", POSTGRES)),
    shared("editions/1.8_mysql", |s| lifecycle(s, "1.8", MYSQL)),
    shared("editions/1.8_postgres", |s| lifecycle(s, "1.8", POSTGRES)),
    shared("editions/1.34_mysql", |s| lifecycle(s, "1.34", MYSQL)),
    shared("editions/1.34_postgres", |s| lifecycle(s, "1.34", POSTGRES)),
];

/// The value of `--database`, and the name of its volume without the project.
type Database = (&'static str, &'static str);

const MYSQL: Database = ("mysql", "db-persistence");
const POSTGRES: Database = ("postgres", "postgres-persistence");

/// Starts, deploys, stops, starts again with the same data, upgrades, nukes, deletes.
fn lifecycle(setting: &Setting, version: &str, (database, volume): Database) {
    let is_server_edition = !matches!(version, "1.1" | "1.6");
    let mut cluster = Cluster::new(setting);
    if matches!(version, "1.8" | "1.34") {
        cluster.management = "management";
    }
    let port = cluster.port.to_string();
    let mut args = vec!["--prisma-version", version, "--database", database];
    args.extend(["--port", &port]);
    let db_port = cluster.db_port.to_string();
    if !is_server_edition {
        args.extend(["--db-port", &db_port]);
    }
    let ran = cluster.verb("start", &args).succeeded();
    let facts = format!(
        "cluster `NAME` is running\n\n  \
           endpoint     http://localhost:PORT\n  \
           playground   http://localhost:PORT/{}\n  \
           database     {}\n  \
           version      Prisma {version}\n\n\
         deploy a service to it: add `cluster: NAME` to its `prisma.yml` and run `prisma deploy`\n",
        cluster.management,
        match (is_server_edition, database) {
            (false, _) => "localhost:DB-PORT (MySQL, user `root`)",
            (true, "mysql") => "MySQL, user `root`, not published; `--db-port PORT` publishes it",
            (true, _) => "Postgres, user `root`, not published; `--db-port PORT` publishes it",
        }
    );
    assert_eq!(cluster.neutral(&ran.stdout), facts);
    let (registry, files) = (cluster.entry(), cluster.files());

    let example = Example::new();
    if version == "1.34" {
        example.convert();
    }
    example.deploy_with_data(&cluster);
    assert_eq!(cluster.without_token().refused("evil"), 3015);

    // As the documentation of the edition does it.
    let ran = cluster.verb("stop", &["-v"]).succeeded();
    let stop = ran.stderr.lines().rfind(|line| line.starts_with("$ "));
    let stop = stop.unwrap_or_default();
    if is_server_edition {
        assert!(stop.starts_with("$ docker-compose -p ") && stop.ends_with(" stop"))
    } else {
        assert!(stop.starts_with("$ docker stop "), "{stop}")
    }
    assert!(cluster.containers().values().all(|c| c.state == "exited"));
    cluster.verb("start", &[]).succeeded();
    example.is_there(&cluster);
    let runs = cluster.runs();
    let ran = cluster.verb("start", &[]).succeeded();
    let already = facts.replace("is running\n", "is already running\n");
    assert_eq!(cluster.neutral(&ran.stdout), already);

    // No newer images: nothing is recreated.
    cluster.verb("upgrade", &[]).succeeded();
    assert_eq!((cluster.runs(), cluster.files()), (runs, files.clone()));
    example.is_there(&cluster);
    let volume = format!("{}_{volume}", cluster.name);
    assert!(cluster.belongings().contains(&volume));
    cluster.verb("nuke", &["--yes"]).succeeded();
    Example::is_gone(&cluster);
    assert_eq!((cluster.entry(), cluster.files()), (registry, files));
    example.deploy_with_data(&cluster);
    // Two containers, a network and a volume; no anonymous volume.
    assert_eq!(cluster.belongings().len(), 4, "{:?}", cluster.belongings());

    cluster.verb("delete", &["--yes"]).succeeded();
    assert_eq!(cluster.belongings(), [""; 0]);
    assert_eq!((cluster.entry(), cluster.folder().exists()), (None, false));
}
