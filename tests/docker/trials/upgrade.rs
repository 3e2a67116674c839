//! `prisma local upgrade`: newer images under the same names, and other versions.

use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::images::{Image, PRISMA, push};
use crate::rig::LABEL;
use crate::suite::{Case, Setting, alone, shared};

pub const CASES: &[Case] = &[
    shared(
        "upgrade/newer_image_under_the_same_tag",
        newer_image_under_the_same_tag,
    ),
    alone("upgrade/newer_database_image", newer_database_image),
    shared("upgrade/to_another_version", to_another_version),
    shared(
        "upgrade/failed_pull_changes_nothing",
        failed_pull_changes_nothing,
    ),
];

fn newer_image_under_the_same_tag(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let image = Image::name(setting.rig, "1.3.2", &cluster.name);
    let newer = image.build("ENV CLUSTER_VERSION=1.3.2-newer\nLABEL trial=newer");
    image.push();
    let older = image.build("ENV CLUSTER_VERSION=1.3.2-older\nLABEL trial=older");
    assert_ne!(older, newer);
    cluster.start(&["--prisma-version", &image.version]);
    assert_eq!(cluster.without_token().version(), "1.3.2-older");
    cluster.put_data();
    let (database, files) = (cluster.container(DATABASE), cluster.files());

    let ran = cluster.verb("upgrade", &["-v"]).succeeded();
    assert!(ran.stdout.contains("is up to date"), "{}", ran.stdout);
    let commands: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("$ docker pull"))
        .collect();
    assert_eq!(
        commands,
        [
            "$ docker pull mysql:5.7",
            &format!("$ docker pull {}", image.full())
        ]
    );
    assert_eq!(
        cluster.container(SERVER).image,
        (image.full(), newer.clone())
    );
    assert_eq!(cluster.without_token().version(), "1.3.2-newer");
    assert_eq!(cluster.container(DATABASE).image, database.image);
    assert_eq!(cluster.files(), files);
    cluster.has_data();

    // Nothing newer: nothing is recreated.
    let runs = cluster.runs();
    cluster.verb("upgrade", &[]).succeeded();
    assert_eq!(cluster.runs(), runs);

    // A stopped cluster is started with it.
    cluster.verb("stop", &[]).succeeded();
    cluster.verb("upgrade", &[]).succeeded();
    cluster.has_data();
}

/// The database's image is pulled too, and its volume is kept.
fn newer_database_image(setting: &Setting) {
    let rig = setting.rig;
    let original = rig.docker(["image", "inspect", "-f", "{{.Id}}", "mysql:5.7"]);
    let _back = Back {
        setting,
        original: original.clone(),
    };
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let build = rig.command(
        "docker",
        ["build", "-q", "-t", "trial-newer/mysql:5.7", "-"],
    );
    build
        .input(format!("FROM mysql:5.7\nLABEL {LABEL}.image=newer\n"))
        .run()
        .succeeded();
    let newer = rig.docker(["image", "inspect", "-f", "{{.Id}}", "trial-newer/mysql:5.7"]);
    push(rig, "trial-newer/mysql:5.7", "mysql:5.7");
    rig.docker(["rmi", "trial-newer/mysql:5.7"]);

    cluster.verb("upgrade", &[]).succeeded();
    assert_eq!(
        cluster.container(DATABASE).image,
        ("mysql:5.7".to_owned(), newer)
    );
    cluster.has_data();
}

/// Puts the original image back, under its name and in the registry.
struct Back<'a> {
    setting: &'a Setting,
    original: String,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        let rig = self.setting.rig;
        rig.try_docker(["tag", &self.original, "mysql:5.7"]);
        let target = format!("{}/library/mysql:5.7", rig.registry);
        rig.try_docker(["tag", "mysql:5.7", &target]);
        rig.try_docker(["push", "-q", &target]);
        rig.try_docker(["rmi", &target]);
        rig.try_docker(["rmi", "-f", "trial-newer/mysql:5.7"]);
    }
}

fn to_another_version(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let key = cluster.key();

    let ran = cluster.verb("upgrade", &["--to", "1.2"]).succeeded();
    assert!(ran.stdout.contains("Prisma 1.2\n"), "{}", ran.stdout);
    assert_eq!(cluster.container(SERVER).image.0, format!("{PRISMA}:1.2"));
    assert_eq!(cluster.without_token().version(), "1.2.8");
    assert!(
        cluster
            .read("cluster.yml")
            .contains("prismaVersion: \"1.2\"\n")
    );
    assert!(
        cluster
            .read("docker-compose.yml")
            .contains("image: prismagraphql/prisma:1.2\n")
    );
    assert_eq!(cluster.key(), key);
    cluster.has_data();

    let (runs, files) = (cluster.runs(), cluster.files());
    let refused = cluster.verb("upgrade", &["--to", "1.1"]).ended(2);
    refused.reports(&["Prisma 1.1 is older than the version of cluster", "--force"]);
    let other = cluster.verb("start", &["--prisma-version", "1.1"]).ended(2);
    other.reports(&["runs Prisma 1.2, not 1.1", "upgrade"]);
    assert_eq!((cluster.runs(), cluster.files()), (runs, files));
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
}

fn failed_pull_changes_nothing(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let (runs, files) = (cluster.runs(), cluster.files());
    let missing = Image::name(setting.rig, "1.5.98", &cluster.name);
    let ran = cluster
        .verb("upgrade", &["--to", &missing.version])
        .ended(1);
    ran.reports(&[
        &format!("error: `docker pull {}`: ", missing.full()),
        "\nhint: ",
    ]);
    assert_eq!((cluster.runs(), cluster.files()), (runs, files));
    cluster.has_data();
    let ran = cluster.verb("start", &[]).succeeded();
    assert!(ran.stdout.contains("is already running"), "{}", ran.stdout);
}
