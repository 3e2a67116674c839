//! From one version to another, within the server edition and across the editions.

use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::example::Example;
use crate::images::Image;
use crate::suite::{Case, Setting, shared};
use std::fs;

pub const CASES: &[Case] = &[
    shared("versions/1.1_to_1.8_to_1.34", from_1_1_to_1_34),
    shared("versions/1.6_to_1.34_interrupted", from_1_6_interrupted),
    shared("versions/impossible_changes", impossible_changes),
];

const KEY_WARNING: &str = "warning: Prisma 1.34 does not support key pairs: the cluster gets a new secret, which everyone who \
     deploys with a copy of the old key needs (`clusterSecret` in the registry)\n";

/// Data, database and key pair are kept from one edition to the other; the old network is removed. Only a
/// version without key pairs gets a secret instead.
fn from_1_1_to_1_34(setting: &Setting) {
    let mut cluster = Cluster::new(setting);
    cluster.start(&[]);
    let example = Example::new();
    example.deploy_with_data(&cluster);
    let registry = fs::read(cluster.registry()).expect("there");

    let ran = cluster.verb("upgrade", &["--to", "1.8"]).succeeded();
    cluster.management = "management";
    assert!(ran.stdout.contains("Prisma 1.8\n"), "{}", ran.stdout);
    ran.reports(&["removing the other edition's containers"]);
    assert_eq!(cluster.without_token().version(), "1.8.4");
    example.is_there(&cluster);
    assert_eq!(cluster.without_token().refused("evil"), 3015);
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

    // An older server may not understand the data; `--force` keeps the data anyway.
    let (runs, files) = (cluster.runs(), cluster.files());
    let refused = cluster.verb("upgrade", &["--to", "1.1"]).ended(2);
    refused.reports(&["Prisma 1.1 is older than the version of cluster", "--force"]);
    assert_eq!((cluster.runs(), cluster.files()), (runs, files));
    let back = cluster.verb("upgrade", &["--to", "1.1", "--force"]);
    back.succeeded();
    cluster.management = "cluster";
    example.is_there(&cluster);
    cluster.verb("upgrade", &["--to", "1.8"]).succeeded();
    cluster.management = "management";
    example.is_there(&cluster);

    let ran = cluster.verb("upgrade", &["--to", "1.34"]).succeeded();
    ran.reports(&[KEY_WARNING]);
    let secret = cluster.key();
    assert!(!secret.contains("BEGIN") && secret.len() >= 32);
    assert_eq!(cluster.without_token().refused("evil"), 3015);
    example.is_there_once_converted(&cluster);
    cluster.verb("nuke", &["--yes"]).succeeded();
    Example::is_gone(&cluster);
    assert_eq!(cluster.key(), secret);
    cluster.verb("delete", &["--yes"]).succeeded();
    assert_eq!(cluster.belongings(), [""; 0]);
}

/// After a kill at either of the two bad moments, the same command or a start completes the upgrade.
fn from_1_6_interrupted(setting: &Setting) {
    let mut cluster = Cluster::new(setting);
    cluster.start(&["--prisma-version", "1.6"]);
    let example = Example::new();
    example.deploy_with_data(&cluster);
    let key = cluster.key();

    // While the old containers are being stopped.
    let mut running = cluster.spec("upgrade", &["--to", "1.34"]).start();
    running.says("stopping the containers");
    running.signal_group("KILL");
    running.finish();
    assert_eq!(
        cluster.containers().into_keys().collect::<Vec<_>>(),
        [SERVER, DATABASE]
    );
    // While the new ones are starting, and the registry has the old key.
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
    example.is_there_once_converted(&cluster);
    assert_eq!(cluster.belongings().len(), 4, "{:?}", cluster.belongings());
    cluster.verb("upgrade", &["--to", "1.34"]).succeeded();
    example.is_there(&cluster);
}

/// An impossible change is refused before anything is touched.
fn impossible_changes(setting: &Setting) {
    for (database, reasons) in [
        (
            "postgres",
            &[
                "Prisma 1.1 supports only MySQL",
                "Prisma 1.1 requires a key pair",
            ][..],
        ),
        (
            "mysql",
            &["Prisma 1.1 requires a key pair", "are in `prisma`"],
        ),
    ] {
        let mut cluster = Cluster::new(setting);
        cluster.management = "management";
        let args = ["--prisma-version", "1.8", "--database", database];
        cluster.start(&args);
        cluster.put_data();
        let before = (cluster.runs(), cluster.files(), cluster.entry());
        let refused = cluster.verb("upgrade", &["--to", "1.1"]).ended(2);
        refused.reports(reasons).never_shows(&["--force"]);
        let refused = cluster.verb("upgrade", &["--to", "1.1", "--force"]);
        refused.ended(2).reports(reasons);
        // The data is in a database of the other kind.
        let other = if database == "mysql" {
            "postgres"
        } else {
            "mysql"
        };
        let refused = cluster.verb("start", &["--database", other]).ended(2);
        refused.reports(&["its data cannot be moved\nhint: "]);
        let missing = Image::name(setting.rig, "1.9.98", &cluster.name);
        let ran = cluster.verb("upgrade", &["--to", &missing.version]);
        let told = format!("error: `docker pull {}`: ", missing.full());
        ran.ended(1).reports(&[&told, "\nhint: "]);
        assert_eq!((cluster.runs(), cluster.files(), cluster.entry()), before);
        cluster.has_data();
        if database == "mysql" {
            another_database_by_hand(&cluster);
        }
    }
    // Nothing is created for an impossible new cluster.
    let cluster = Cluster::new(setting);
    let args = ["--prisma-version", "1.6", "--database", "postgres"];
    let refused = cluster.first_start(&args).run().ended(2);
    refused.reports(&["error: Prisma 1.6 supports only MySQL\nhint: leave out `--database`, or "]);
    assert_eq!(
        (cluster.belongings().len(), cluster.folder().exists()),
        (0, false)
    );
}

/// The cluster continues without its data only after consent. Changing the line back brings the data back.
/// Deleting the cluster deletes both databases' volumes.
fn another_database_by_hand(cluster: &Cluster) {
    cluster.edit("cluster.yml", "connector: mysql", "connector: postgres");
    let running = cluster.runs();
    let told = "in its MySQL container, and will start without them if they are not in its Postgres container";
    let refused = cluster.verb("start", &[]).ended(4);
    refused.reports(&[told, "\nhint: add `--yes` to confirm\n"]);
    assert_eq!(cluster.runs(), running);
    cluster
        .verb("start", &["--yes"])
        .succeeded()
        .reports(&[told]);
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
