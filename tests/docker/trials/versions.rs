//! From one version to another, within the server edition and across the editions.

use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::example::Example;
use crate::images::Image;
use crate::suite::{Case, Setting, shared};
use std::fs;

pub const CASES: &[Case] = &[
    shared("versions/1.1_to_1.8_to_1.34", from_1_1_to_1_34),
    shared("versions/1.6_to_1.34_broken_off", from_1_6_broken_off),
    shared("versions/what_cannot_be", what_cannot_be),
];

const KEY_WARNING: &str = "warning: Prisma 1.34 knows no key pairs: the cluster gets a new secret in its place, and whoever \
     deploys with a copy of the old key needs that one (`clusterSecret` in the registry)\n";

/// Data, database and key pair are kept over the editions' border, the network of the old one goes; only
/// where there are no key pairs any more there is a secret instead.
fn from_1_1_to_1_34(setting: &Setting) {
    let mut cluster = Cluster::new(setting);
    cluster.start(&[]);
    let example = Example::new();
    example.deploy_with_data(&cluster);
    let registry = fs::read(cluster.registry()).expect("there");

    let ran = cluster.verb("upgrade", &["--to", "1.8"]).succeeded();
    cluster.management = "management";
    assert!(ran.stdout.contains("Prisma 1.8\n"), "{}", ran.stdout);
    ran.told(&["removing the containers of the other edition"]);
    assert_eq!(cluster.stranger().version(), "1.8.4");
    example.is_there(&cluster);
    assert_eq!(cluster.stranger().refused("evil"), 3015);
    assert_eq!(fs::read(cluster.registry()).expect("there"), registry);
    assert_eq!(
        cluster.containers().into_keys().collect::<Vec<_>>(),
        ["mysql", "prisma"]
    );
    let joint = setting.generation.joint();
    let name = &cluster.name;
    let mut wanted = [
        format!("{name}{joint}mysql{joint}1"),
        format!("{name}{joint}prisma{joint}1"),
        format!("{name}_db-persistence"),
        format!("{name}_default"),
    ];
    wanted.sort();
    assert_eq!(cluster.belongings(), wanted);

    // An older server may not understand the data; who says so all the same gets it, data and all.
    let (runs, files) = (cluster.runs(), cluster.files());
    let refused = cluster.verb("upgrade", &["--to", "1.1"]).ended(2);
    refused.told(&["Prisma 1.1 is older than the 1.8 that cluster", "--force"]);
    assert_eq!((cluster.runs(), cluster.files()), (runs, files));
    let back = cluster.verb("upgrade", &["--to", "1.1", "--force"]);
    back.succeeded();
    cluster.management = "cluster";
    example.is_there(&cluster);
    cluster.verb("upgrade", &["--to", "1.8"]).succeeded();
    cluster.management = "management";
    example.is_there(&cluster);

    let ran = cluster.verb("upgrade", &["--to", "1.34"]).succeeded();
    ran.told(&[KEY_WARNING]);
    let secret = cluster.key();
    assert!(!secret.contains("BEGIN") && secret.len() >= 32);
    assert_eq!(cluster.stranger().refused("evil"), 3015);
    example.is_there(&cluster);
    cluster.verb("nuke", &["--yes"]).succeeded();
    Example::is_gone(&cluster);
    assert_eq!(cluster.key(), secret);
    cluster.verb("delete", &["--yes"]).succeeded();
    assert_eq!(cluster.belongings(), [""; 0]);
}

/// Killed at either of the two bad moments, the same command, or a start, goes on to the end.
fn from_1_6_broken_off(setting: &Setting) {
    let mut cluster = Cluster::new(setting);
    cluster.start(&["--prisma-version", "1.6"]);
    let example = Example::new();
    example.deploy_with_data(&cluster);
    let key = cluster.key();

    // The old containers are on their way out.
    let mut running = cluster.spec("upgrade", &["--to", "1.34"]).start();
    running.says("stopping the containers");
    running.signal_group("KILL");
    running.finish();
    assert_eq!(
        cluster.containers().into_keys().collect::<Vec<_>>(),
        [SERVER, DATABASE]
    );
    // The new ones are on their way up, and the registry has the old key.
    let mut running = cluster.spec("upgrade", &["--to", "1.34"]).start();
    running.says("waiting for the database");
    running.signal_group("KILL");
    running.finish();
    assert_eq!(cluster.key(), key);
    let secret = |cluster: &Cluster| {
        let config: serde_json::Value =
            serde_yaml::from_str(&cluster.read("cluster.yml")).expect("YAML");
        config["clusterSecret"]
            .as_str()
            .expect("a secret")
            .to_owned()
    };
    let made = secret(&cluster);

    let ran = cluster.verb("start", &[]).succeeded();
    assert!(ran.stdout.contains("Prisma 1.34\n"), "{}", ran.stdout);
    cluster.management = "management";
    assert_eq!((cluster.key(), secret(&cluster)), (made.clone(), made));
    example.is_there(&cluster);
    assert_eq!(cluster.belongings().len(), 4, "{:?}", cluster.belongings());
    cluster.verb("upgrade", &["--to", "1.34"]).succeeded();
    example.is_there(&cluster);
}

/// Nothing is touched by a change that cannot be: the reason is told before.
fn what_cannot_be(setting: &Setting) {
    for (database, reasons) in [
        (
            "postgres",
            &["Prisma 1.1 knows only MySQL", "Prisma 1.1 needs a key pair"][..],
        ),
        (
            "mysql",
            &["Prisma 1.1 needs a key pair", "in the database `prisma`"],
        ),
    ] {
        let mut cluster = Cluster::new(setting);
        cluster.management = "management";
        let args = ["--prisma-version", "1.8", "--database", database];
        cluster.start(&args);
        cluster.put_data();
        let before = (cluster.runs(), cluster.files(), cluster.entry());
        let refused = cluster.verb("upgrade", &["--to", "1.1"]).ended(2);
        refused.told(reasons).kept_quiet_about(&["--force"]);
        let refused = cluster.verb("upgrade", &["--to", "1.1", "--force"]);
        refused.ended(2).told(reasons);
        // The other technology is not where the data is.
        let other = if database == "mysql" {
            "postgres"
        } else {
            "mysql"
        };
        let refused = cluster.verb("start", &["--database", other]).ended(2);
        refused.told(&["and its data cannot move\nhint: "]);
        let missing = Image::name(setting.rig, "1.9.98", &cluster.name);
        let ran = cluster.verb("upgrade", &["--to", &missing.version]);
        let told = format!("error: `docker pull {}`: ", missing.full());
        ran.ended(1).told(&[&told, "\nhint: "]);
        assert_eq!((cluster.runs(), cluster.files(), cluster.entry()), before);
        cluster.has_data();
        if database == "mysql" {
            another_database_by_hand(&cluster);
        }
    }
    // Nor is anything made for a new cluster that cannot be.
    let cluster = Cluster::new(setting);
    let args = ["--prisma-version", "1.6", "--database", "postgres"];
    let refused = cluster.first_start(&args).run().ended(2);
    refused.told(&["error: Prisma 1.6 knows only MySQL\nhint: leave out `--database`, or "]);
    assert_eq!(
        (cluster.belongings().len(), cluster.folder().exists()),
        (0, false)
    );
}

/// It is told that the cluster goes on without its data, which is there again with the line as it was; both
/// databases' volumes go with the cluster.
fn another_database_by_hand(cluster: &Cluster) {
    cluster.edit("cluster.yml", "connector: mysql", "connector: postgres");
    let ran = cluster.verb("start", &[]).succeeded();
    ran.told(&["had its data in a MySQL container, and goes on without it in Postgres\nhint: "]);
    cluster.has_no_data();
    cluster.edit("cluster.yml", "connector: postgres", "connector: mysql");
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
    let volumes =
        ["db-persistence", "postgres-persistence"].map(|v| format!("{}_{v}", cluster.name));
    assert!(volumes.iter().all(|v| cluster.belongings().contains(v)));
    cluster.verb("delete", &["--yes"]).succeeded();
    assert_eq!(cluster.belongings(), [""; 0]);
}
