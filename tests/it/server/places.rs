//! Settings with which a server would look for its services elsewhere.

use super::{CONFIG, running, with_running};
use crate::support::engine::Made;
use crate::support::text::STAGES;
use crate::support::{Behaviour, Sandbox};

#[test]
fn services_are_not_lost_by_another_name_for_their_database() {
    let s = Sandbox::new();
    s.server(Behaviour::Services);
    s.run("local start --prisma-version 1.8 {ports}").succeeds();
    let config = s.read(CONFIG);
    assert!(
        config.contains("  name: \"prisma\"\n"),
        "{}",
        s.plain(&config)
    );
    s.write(
        CONFIG,
        &config.replace("name: \"prisma\"", "name: \"other\""),
    );
    s.take_acts();
    let why = |services: &str| {
        format!(
            "error: cluster `local` keeps {services} in `prisma`, and would not find them with another `database.name`\n\
             hint: restore `database.name: prisma` in ~/.prisma/clusters/local/cluster.yml\n\
             hint: to start without them, create another cluster: `prisma local start -n NAME`\n"
        )
    };
    for verb in ["start", "restart", "upgrade"] {
        let named = why("its services (`blog@dev`, `shop@prod`)");
        s.run(&format!("local {verb}")).is(6, "", &named);
    }
    assert_eq!(s.take_acts(), "");
    s.write(CONFIG, &config);
    s.run("local stop").succeeds();
    s.write(
        CONFIG,
        &config.replace("name: \"prisma\"", "name: \"other\""),
    );
    // Its database still runs, and is asked in the server's place.
    s.engine.change("mysql", "status", "running");
    s.engine
        .hook("docker-exec", "printf '%s\\n' 'blog@dev' 'shop@prod'\n");
    let named = why("its services (`blog@dev`, `shop@prod`)");
    s.run("local start").is(6, "", &named);
    assert!(s.engine.was_called("SELECT id FROM `prisma`.Project"));
    s.engine.unhook("docker-exec");
    s.engine.change("mysql", "status", "exited");
    let unknown = why("its services, if it has any,")
        + "hint: it was not checked whether it has services: container `prisma-db` is exited\n";
    s.run("local start").is(6, "", &unknown);
    // What has no services has none to lose.
    s.write(CONFIG, &config);
    s.server(Behaviour::Ready);
    s.run("local start").succeeds();
    s.write(
        CONFIG,
        &config.replace("name: \"prisma\"", "name: \"other\""),
    );
    s.run("local start").succeeds();
}

#[test]
fn services_are_left_in_another_database_with_consent_only() {
    let s = Sandbox::new();
    s.server(Behaviour::Services);
    s.run("local start --prisma-version 1.8 {ports}").succeeds();
    let config = s.read(CONFIG);
    s.write(
        CONFIG,
        &config.replace("connector: mysql", "connector: postgres"),
    );
    s.take_acts();
    let warning = "warning: cluster `local` keeps its services (`blog@dev`, `shop@prod`) in its MySQL container, and will \
                   start without them if they are not in its Postgres container\n\
                   hint: to keep them, restore the database settings in ~/.prisma/clusters/local/cluster.yml\n";
    for verb in ["start", "restart", "upgrade"] {
        s.run(&format!("local {verb}")).is(
            4,
            "",
            &format!(
                "{warning}error: starting cluster `local` with another database requires confirmation, but this is not an interactive terminal\n\
                 hint: add `--yes` to confirm\n"
            ),
        );
    }
    assert_eq!(s.take_acts(), "");
    // A container of somebody's override makes no difference.
    s.engine.make(&Made {
        number: 9,
        project: "local",
        service: "adminer",
        name: "local-adminer-1",
        image: "adminer",
        status: "running",
        ports: &[],
        env: &[],
        version: "",
    });
    let ended = s.run("local start");
    assert_eq!(ended.status, 4, "{ended:?}");
    let ended = s.run("local start --dry-run");
    assert!(
        ended.status == 0 && ended.stderr.starts_with(warning),
        "{ended:?}"
    );
    // The same settings at another address.
    let elsewhere = config.replace(
        "connector: mysql",
        "connector: mysql\n  host: \"db.invalid\"",
    );
    s.write(CONFIG, &elsewhere);
    let ended = s.run("local start");
    let told = "in its MySQL container, and will start without them if they are not in MySQL at db.invalid:<db-port>\n";
    assert!(
        ended.status == 4 && ended.stderr.contains(told),
        "{ended:?}"
    );
    s.write(
        CONFIG,
        &config.replace("connector: mysql", "connector: postgres"),
    );
    let ended = s.run("local start --yes");
    let rest = ended.stderr.strip_prefix(warning).expect("the warning");
    assert!(ended.status == 0 && !rest.contains("warning"), "{ended:?}");
}

/// It deletes what is left in the old database, too.
#[test]
fn a_reset_with_another_database_keeps_nothing_and_does_not_say_so() {
    let s = with_running("database:\n  connector: mysql\n");
    let config = s.read(CONFIG);
    s.write(CONFIG, &config.replace("mysql", "postgres"));
    let ended = s.run("local nuke --yes");
    assert!(
        ended.status == 0 && !ended.stderr.contains("kept"),
        "{ended:?}"
    );
    assert!(!s.engine.state().contains("local_db-persistence"));
}

#[test]
fn another_database_by_hand_is_told_and_both_go_with_the_cluster() {
    let s = with_running("database:\n  connector: mysql\n");
    let config = s.read(CONFIG);
    s.write(CONFIG, &config.replace("mysql", "postgres"));
    let warning = "warning: cluster `local` kept its data in a MySQL container and will now use its Postgres container without that data\n\
                   hint: that data is kept; to use it again, restore the database settings in ~/.prisma/clusters/local/cluster.yml and run this again\n";
    s.run("local start").is(
        0,
        &running("is running").replace("MySQL", "Postgres"),
        &format!("{warning}{STAGES}"),
    );
    s.run("local start").is(
        0,
        &running("is already running").replace("MySQL", "Postgres"),
        "",
    );
    s.forget();
    let volumes = "  containers  prisma-db, local-prisma-1\n  volumes     local_db-persistence, local_postgres-persistence\n";
    s.run("local delete --yes").is(
        0,
        "cluster `local` is deleted\n",
        &format!(
            "this will delete cluster `local` and all its data:\n{volumes}\
             \u{20} files       ~/.prisma/clusters/local\nremoving containers, network and data\n\
             removing the data of an earlier database\n"
        ),
    );
    assert_eq!(
        s.take_acts(),
        "docker-compose [local] down -v --remove-orphans\ndocker volume rm -f local_db-persistence\n"
    );
    s.engine_has("");
}
