//! stop, restart, upgrade, nuke, delete: what each runs and changes.

use crate::support::text::{STAGES, running};
use crate::support::{Sandbox, same};

const UP: &str = "local-prisma-database-1 running prismagraphql/prisma:1.1 #2\n\
                  prisma-db running mysql:5.7 #1\n\
                  volume local_db-persistence\n";
const LOOK: &str = "docker ps [local]\ndocker inspect --type container <id 1> <id 2>\n";
const STOPPED: &str =
    "cluster `local` is stopped; its data is kept. Start it with `prisma local start`\n";

#[test]
fn stop_stops_the_server_before_its_database() {
    let s = Sandbox::with_running_cluster();
    let before = s.files();
    s.run("local stop")
        .is(0, STOPPED, "stopping the containers\n");
    s.ran(&format!("{LOOK}docker stop <id 2> <id 1>\n"));
    s.engine_has(
        "local-prisma-database-1 exited prismagraphql/prisma:1.1 #2\n\
         prisma-db exited mysql:5.7 #1\n\
         volume local_db-persistence\n",
    );
    assert_eq!(s.files(), before);
}

#[test]
fn stop_of_a_stopped_cluster_does_nothing() {
    let s = Sandbox::with_running_cluster();
    s.run("local stop").succeeds();
    s.forget();
    s.run("local stop")
        .is(0, &STOPPED.replace("is stopped", "is already stopped"), "");
    s.ran(LOOK);
}

#[test]
fn stop_of_a_cluster_without_containers_does_nothing() {
    let s = Sandbox::with_cluster();
    s.run("local stop")
        .is(0, &STOPPED.replace("is stopped", "is already stopped"), "");
    s.ran("docker ps [local]\n");
}

#[test]
fn stop_takes_containers_that_restart_on_and_on() {
    let s = Sandbox::with_running_cluster();
    s.engine.change("prisma-database", "status", "restarting");
    s.engine.change("prisma-db", "status", "exited");
    s.run("local stop").succeeds();
    assert_eq!(s.take_acts(), "docker stop <id 2>\n");
}

#[test]
fn restart_stops_and_starts_the_same_containers() {
    let s = Sandbox::with_running_cluster();
    let before = s.files();
    s.run("local restart").is(
        0,
        &running("local", "was restarted"),
        &format!("stopping the containers\n{STAGES}"),
    );
    s.ran(&format!(
        "{LOOK}docker-compose version --short\n\
         docker stop <id 2> <id 1>\n\
         docker-compose [local] up -d --remove-orphans\n"
    ));
    s.engine_has(UP);
    assert_eq!(s.files(), before);
}

#[test]
fn restart_of_a_stopped_cluster_starts_it() {
    let s = Sandbox::with_running_cluster();
    s.run("local stop").succeeds();
    s.forget();
    s.run("local restart")
        .is(0, &running("local", "was restarted"), STAGES);
    assert_eq!(
        s.take_acts(),
        "docker-compose [local] up -d --remove-orphans\n"
    );
    s.engine_has(UP);
}

#[test]
fn upgrade_pulls_both_images_and_brings_up() {
    let s = Sandbox::with_running_cluster();
    let before = s.files();
    s.run("local upgrade").is(
        0,
        &format!(
            "{}the images are unchanged\n",
            running("local", "is up to date")
        ),
        &format!("pulling mysql:5.7\npulling prismagraphql/prisma:1.1\n{STAGES}"),
    );
    s.ran(&format!(
        "{LOOK}docker-compose version --short\n\
         docker pull mysql:5.7\n\
         docker pull prismagraphql/prisma:1.1\n\
         docker-compose [local] up -d --remove-orphans\n"
    ));
    assert_eq!(s.files(), before);

    // A newer image under the same name makes the container anew.
    s.engine.newer("mysql:5.7");
    let ran = s.run("local upgrade");
    let told = "updated images: mysql:5.7\n";
    assert!(ran.stdout.ends_with(told), "{}", ran.stdout);
    let images = &s.run("local upgrade --json").json()["data"]["images"];
    let wanted = serde_json::json!([
        {"image": "prismagraphql/prisma:1.1", "newer": false},
        {"image": "mysql:5.7", "newer": false},
    ]);
    assert_eq!(images, &wanted, "the newest already");
}

#[test]
fn upgrade_to_a_newer_version_changes_the_server_alone() {
    let s = Sandbox::with_running_cluster();
    let before = s.files();
    s.run("local upgrade --to 1.6").is(
        0,
        &format!(
            "{}updated images: prismagraphql/prisma:1.6\n",
            running("local", "is up to date").replace("Prisma 1.1", "Prisma 1.6")
        ),
        &format!("pulling mysql:5.7\npulling prismagraphql/prisma:1.6\n{STAGES}"),
    );
    assert_eq!(
        s.take_acts(),
        "docker pull mysql:5.7\n\
         docker pull prismagraphql/prisma:1.6\n\
         docker-compose [local] up -d --remove-orphans\n"
    );
    same(
        "the files",
        &s.changes_since(&before),
        "changed .prisma/clusters/local/cluster.yml\n\
         changed .prisma/clusters/local/docker-compose.yml\n",
    );
    let config = s.read("home/.prisma/clusters/local/cluster.yml");
    assert!(
        config.lines().any(|l| l == "prismaVersion: \"1.6\""),
        "{}",
        s.plain(&config)
    );
    s.engine_has(
        "local-prisma-database-1 running prismagraphql/prisma:1.6 #3\n\
         prisma-db running mysql:5.7 #1\n\
         volume local_db-persistence\n",
    );
}

#[test]
fn an_older_version_needs_force() {
    let s = Sandbox::with_running_cluster();
    s.run("local upgrade --to 1.6").succeeds();
    s.forget();
    let before = s.files();
    s.run("local upgrade --to 1.5.2").is(
        2,
        "",
        "error: Prisma 1.5.2 is older than the version of cluster `local` (1.6) and may not be able to read its data\n\
         hint: use `--force` to downgrade anyway\n",
    );
    assert_eq!((s.take_acts(), s.files()), (String::new(), before));
    s.run("local upgrade --to 1.5.2 --force").succeeds();
    let (_, server) = s.engine.container("prisma-database");
    assert_eq!(server["image"], "prismagraphql/prisma:1.5.2");
}

#[test]
fn an_image_that_cannot_be_had_leaves_all_as_it_was() {
    let s = Sandbox::with_running_cluster();
    s.engine.hook(
        "docker-pull",
        "[ \"$3\" = mysql:5.7 ] || die 1 'Error response from daemon: manifest for prismagraphql/prisma:1.6 not found: manifest unknown: manifest unknown'\n",
    );
    let before = (s.files(), s.engine.state());
    s.run("local upgrade --to 1.6").is(
        1,
        "",
        "pulling mysql:5.7\n\
         pulling prismagraphql/prisma:1.6\n\
         error: `docker pull prismagraphql/prisma:1.6`: the image registry has no such tag: `prismagraphql/prisma:1.6`:\n  \
           Error response from daemon: manifest for prismagraphql/prisma:1.6 not found: manifest unknown: manifest unknown\n\
         hint: check the version, e.g. on https://hub.docker.com/r/prismagraphql/prisma/tags\n",
    );
    assert_eq!((s.files(), s.engine.state()), before);
}

#[test]
fn images_that_are_there_do_as_well_without_a_registry() {
    let s = Sandbox::with_running_cluster();
    let unreachable = "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup \
                       registry-1.docker.io on 10.0.0.1:53: no such host";
    s.engine
        .hook("docker-pull", &format!("die 1 '{unreachable}'\n"));
    let kept = |image: &str| {
        format!(
            "pulling {image}\nwarning: `docker pull {image}`: cannot reach the image registry; using what is already there\n"
        )
    };
    s.run("local upgrade").is(
        0,
        &format!(
            "{}the images are unchanged\n",
            running("local", "is up to date")
        ),
        &format!(
            "{}{}{STAGES}",
            kept("mysql:5.7"),
            kept("prismagraphql/prisma:1.1")
        ),
    );
    // Only one of these is there.
    let before = (s.files(), s.engine.state());
    let ended = s.run("local upgrade --to 1.6");
    assert_eq!(ended.status, 1, "{ended:?}");
    let told = format!(
        "{}pulling prismagraphql/prisma:1.6\nerror: `docker pull prismagraphql/prisma:1.6`: cannot reach the image registry",
        kept("mysql:5.7")
    );
    assert!(ended.stderr.starts_with(&told), "{}", ended.stderr);
    assert_eq!((s.files(), s.engine.state()), before);
}

const GOING: &str = "this will delete all data of cluster `local`, including all deployed services:\n  \
                       containers  local-prisma-database-1, prisma-db\n  \
                       volumes     local_db-persistence\n";

#[test]
fn nuke_kills_takes_down_and_starts_with_the_same_settings() {
    let s = Sandbox::with_running_cluster();
    let before = s.files();
    let (_, old) = s.engine.container("prisma-database");
    s.run("local nuke --yes").is(
        0,
        &running("local", "was reset"),
        &format!("{GOING}killing the containers\nremoving containers, network and data\n{STAGES}"),
    );
    s.ran(&format!(
        "{LOOK}docker volume ls -q --filter label=com.docker.compose.project=local\n\
         docker-compose version --short\n\
         docker-compose [local] kill\n\
         docker-compose [local] down -v --remove-orphans\n\
         docker volume ls -q\n\
         docker-compose [local] up -d --remove-orphans\n"
    ));
    s.engine_has(
        "local-prisma-database-1 running prismagraphql/prisma:1.1 #4\n\
         prisma-db running mysql:5.7 #3\n\
         volume local_db-persistence\n",
    );
    assert_eq!(s.files(), before);
    let (_, new) = s.engine.container("prisma-database");
    assert_eq!((&old["env"], &old["ports"]), (&new["env"], &new["ports"]));
}

#[test]
fn nuke_without_consent_changes_nothing() {
    let s = Sandbox::with_running_cluster();
    let before = (s.files(), s.engine.state());
    for words in [
        "local nuke",
        "local nuke --no-input",
        "local nuke --no-wait -q",
    ] {
        s.run(words).fails(
            4,
            "error: deleting the data of cluster `local` requires confirmation, but this is not an interactive terminal\n\
             hint: add `--yes` to confirm\n",
        );
    }
    assert_eq!(s.take_acts(), "");
    assert_eq!((s.files(), s.engine.state()), before);
}

#[test]
fn nuke_needs_its_ports_before_it_destroys_anything() {
    let s = Sandbox::with_running_cluster();
    s.run("local stop").succeeds();
    s.forget();
    let before = s.engine.state();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", s.port)).expect("free");
    let ended = s.run("local nuke --yes");
    assert_eq!((ended.status, &*s.take_acts()), (1, ""), "{ended:?}");
    assert_eq!(s.engine.state(), before);
}

#[test]
fn nuke_of_a_cluster_without_containers_starts_it() {
    let s = Sandbox::with_cluster();
    s.run("local nuke -y").succeeds();
    s.engine_has(UP);
}

#[test]
fn delete_leaves_nothing_behind() {
    let s = Sandbox::with_running_cluster();
    s.run("local delete --yes").is(
        0,
        "cluster `local` is deleted\n",
        "this will delete cluster `local` and all its data:\n  \
           containers  local-prisma-database-1, prisma-db\n  \
           volumes     local_db-persistence\n  \
           files       ~/.prisma/clusters/local\n\
         removing containers, network and data\n",
    );
    s.ran(&format!(
        "{LOOK}docker volume ls -q --filter label=com.docker.compose.project=local\n\
         docker-compose [local] down -v --remove-orphans\n\
         docker volume ls -q\n"
    ));
    s.engine_has("");
    same(
        "the files",
        &s.files().list(),
        "0755 .prisma/\n\
         0755 .prisma/clusters/\n\
         0600 .prisma/config.yml\n\
         0600 .prisma/config.yml.lock\n",
    );
    assert!(!s.read("home/.prisma/config.yml").contains("local"));
    s.run("local delete --yes").fails(
        1,
        "error: cluster `local` not found\nhint: create it with `prisma local start`\n",
    );
}

#[test]
fn delete_without_consent_changes_nothing() {
    let s = Sandbox::with_running_cluster();
    let before = (s.files(), s.engine.state());
    s.run("local delete").fails(
        4,
        "error: deleting cluster `local` and all its data requires confirmation, but this is not an interactive terminal\n\
         hint: add `--yes` to confirm\n",
    );
    assert_eq!(s.take_acts(), "");
    assert_eq!((s.files(), s.engine.state()), before);
}

#[test]
fn delete_finds_the_volume_of_a_cluster_without_containers() {
    let s = Sandbox::with_running_cluster();
    s.engine.remove("prisma-database");
    s.engine.remove("prisma-db");
    s.run("local delete --yes").succeeds();
    s.engine_has("");
}

#[test]
fn a_failed_delete_can_be_repeated() {
    let s = Sandbox::with_running_cluster();
    s.engine.fail("compose-down", 1, "Error: network in use");
    let before = s.files();
    let ended = s.run("local delete --yes");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(s.files(), before);
    s.engine.unhook("compose-down");
    s.run("local delete --yes").succeeds();
    s.engine_has("");
}

#[test]
fn verbs_on_an_unknown_cluster_name_it() {
    let s = Sandbox::with_cluster();
    for verb in [
        "stop", "restart", "upgrade", "nuke", "ps", "status", "logs", "delete",
    ] {
        s.run(&format!("local {verb} -n nobody --yes")).is(
            1,
            "",
            "error: cluster `nobody` not found\n\
             hint: create it with `prisma local start -n nobody`\n",
        );
    }
    assert_eq!(s.take_acts(), "");
}
