//! Clusters beside `local`: each with a project, containers, ports and files of its own.

use crate::support::run::PRISMA;
use crate::support::text::{STAGES, running};
use crate::support::{Sandbox, files, same};

fn ports_of(s: &Sandbox, name: &str) -> (u16, u16) {
    let config = s.read(&format!("home/.prisma/clusters/{name}/cluster.yml"));
    let mut ports = config
        .lines()
        .filter_map(|line| line.trim().strip_prefix("port: ")?.parse().ok());
    (
        ports.next().expect("the server's"),
        ports.next().expect("the database's"),
    )
}

#[test]
fn another_cluster_is_a_project_of_its_own() {
    let s = Sandbox::with_running_cluster();
    let before = s.files();
    let (port, db_port) = (s.port + 1, s.db_port + 1);
    s.run(&format!(
        "local start -n other --port {port} --db-port {db_port}"
    ))
    .is(
        0,
        &running("other", "is running")
            .replace("<port>", "<port+1>")
            .replace("<db-port>", "<db-port+1>"),
        STAGES,
    );
    s.ran(
        "docker ps [other]\n\
         docker-compose [other] up -d --remove-orphans\n",
    );
    s.engine_has(
        "local-prisma-database-1 running prismagraphql/prisma:1.1 #2\n\
         other-prisma-database-1 running prismagraphql/prisma:1.1 #4\n\
         other-prisma-db-1 running mysql:5.7 #3\n\
         prisma-db running mysql:5.7 #1\n\
         volume local_db-persistence\n\
         volume other_db-persistence\n",
    );
    same(
        "the files",
        &s.changes_since(&before),
        "new .prisma/clusters/other/.env\n\
         new .prisma/clusters/other/cluster.yml\n\
         new .prisma/clusters/other/docker-compose.yml\n\
         changed .prisma/config.yml\n",
    );
    let compose = s.read("home/.prisma/clusters/other/docker-compose.yml");
    assert!(!compose.contains("container_name"), "{compose}");
    // The entry of the first is as it was, the second stands behind it.
    let registry = s.read("home/.prisma/config.yml");
    let first = before.text(".prisma/config.yml");
    assert!(registry.starts_with(first), "{}", s.plain(&registry));
    let rest = s.plain(&registry[first.len()..]);
    let start = "  other:\n    host: 'http://localhost:<port+1>'\n    clusterSecret: \"-----BEGIN";
    assert!(rest.starts_with(start), "{rest}");
}

#[test]
fn verbs_touch_their_own_cluster_alone() {
    let s = Sandbox::with_running_cluster();
    let (port, db_port) = (s.port + 1, s.db_port + 1);
    s.run(&format!(
        "local start --name=other --port {port} --db-port {db_port}"
    ))
    .succeeds();
    s.forget();
    let local = "local-prisma-database-1 running prismagraphql/prisma:1.1 #2\n";
    s.run("local stop -nother").succeeds();
    assert_eq!(s.take_acts(), "docker stop <id 4> <id 3>\n");
    assert!(s.engine.state().starts_with(local));
    s.run("local nuke -n other --yes").succeeds();
    assert_eq!(
        s.take_acts(),
        "docker-compose [other] kill\n\
         docker-compose [other] down -v --remove-orphans\n\
         docker-compose [other] up -d --remove-orphans\n"
    );
    s.run("local delete -n other --yes").succeeds();
    s.engine_has(&format!(
        "{local}prisma-db running mysql:5.7 #1\nvolume local_db-persistence\n"
    ));
    let registry = s.plain(&s.read("home/.prisma/config.yml"));
    same(
        "config.yml",
        &registry,
        "clusters:\n  local:\n    host: 'http://localhost:<port>'\n    clusterSecret: \"<key>\"\n",
    );
}

#[test]
fn free_ports_are_chosen_and_remembered() {
    let s = Sandbox::new();
    s.write(
        "home/.prisma/clusters/first/cluster.yml",
        "port: 4466\ndatabase:\n  port: 3366\n",
    );
    let mut chosen = vec![(4466, 3366)];
    for name in ["second", "third"] {
        s.run(&format!("local start -n {name} --no-wait"))
            .succeeds();
        let ports = ports_of(&s, name);
        assert!(
            chosen.iter().all(|c| c.0 < ports.0 && c.1 < ports.1),
            "{ports:?} after {chosen:?}"
        );
        chosen.push(ports);
    }
    s.run("local stop -n second").succeeds();
    s.run("local start -n second --no-wait").succeeds();
    assert_eq!(ports_of(&s, "second"), chosen[1]);
    // Whoever names a port gets that one, and the other is still chosen.
    s.run(&format!(
        "local start -n fourth --no-wait --port {}",
        s.port
    ))
    .succeeds();
    let (port, db_port) = ports_of(&s, "fourth");
    assert_eq!(port, s.port);
    assert!(db_port > chosen[2].1);
}

#[test]
fn local_gets_the_documented_ports() {
    let mut s = Sandbox::new();
    // Of another machine no port is tried.
    s.set("DOCKER_HOST", "tcp://192.0.2.7:2376");
    s.run("local start --no-wait").is(
        0,
        "cluster `local` is starting\n\n  \
           endpoint     http://192.0.2.7:4466\n  \
           playground   http://192.0.2.7:4466/cluster\n  \
           database     192.0.2.7:3366 (MySQL, user `root`)\n  \
           version      Prisma 1.1\n\n\
         deploy a service to it: add `cluster: local` to its `prisma.yml` and run `prisma deploy`\n",
        "warning: `tcp://192.0.2.7:2376` and `http://192.0.2.7:4466` are not encrypted: secrets and data \
         can be intercepted\n\
         hint: use a private network or a tunnel\n\
         starting the containers\n",
    );
    let calls = s.engine.take_calls();
    let up = calls
        .iter()
        .find(|call| call.args.iter().any(|arg| arg == "up"));
    let up = up.expect("started");
    assert_eq!(up.env["DOCKER_HOST"], "tcp://192.0.2.7:2376");
    assert_eq!(up.env["PORT"], "4466");
    let registry = s.read("home/.prisma/config.yml");
    assert!(
        registry.contains("host: 'http://192.0.2.7:4466'\n"),
        "{}",
        s.plain(&registry)
    );
}

#[test]
fn names_that_compose_would_bend_are_refused() {
    let s = Sandbox::new();
    for name in ["Local", "a.b", "-x", "a b", "../up", ""] {
        let args = ["local", "stop", &format!("--name={name}")];
        let ended = s.program(PRISMA, args).start().end();
        assert_eq!((ended.status, &*ended.stdout), (2, ""), "{name}: {ended:?}");
    }
    assert_eq!(s.take_calls(), "");
    assert_eq!(s.files().list(), "");
}

/// In each argument that is a name: of a cluster, a service, a stage.
#[test]
fn paths_and_options_are_names_of_nothing() {
    let s = Sandbox::new();
    let service =
        "service: hello\nstage: dev\ncluster: far\ndatamodel: d.graphql\ndisableAuth: true\n";
    s.write("work/prisma.yml", service);
    s.write("work/d.graphql", "type User {\n  id: ID! @unique\n}\n");
    let before = (s.files(), files(&s.path("work")));
    let new = "--endpoint http://192.0.2.1 --no-check --secret-file /dev/null";
    for (words, status) in [
        ("local start --name={}", 2),
        ("local eject there --name={}", 2),
        (
            "local eject there --profile digital-ocean --host h --register={}",
            2,
        ),
        ("local history --name={}", 2),
        ("cluster add {new} -- {}", 2),
        ("cluster add {new} --force -- {}", 2),
        ("cluster remove --yes -- {}", 1),
        ("deploy --cluster={}", 1),
        ("deploy --stage={}", 2),
        ("init there --endpoint http://192.0.2.1 --service={}", 2),
        ("init there --endpoint http://192.0.2.1 --stage={}", 2),
    ] {
        for name in ["../x", "..", "-rf"] {
            let words = words.replace("{new}", new).replace("{}", name);
            let ended = s.run(&words);
            let told = ended.stderr.contains(&format!("`{name}`"));
            assert!(ended.status == status && told, "{words}: {ended:?}");
            let after = (s.files(), files(&s.path("work")));
            let changes = (
                after.0.changes_since(&before.0),
                after.1.changes_since(&before.1),
            );
            assert_eq!(changes, (String::new(), String::new()), "{words}");
        }
    }
    assert_eq!(s.take_acts(), "");
}

#[test]
fn an_entry_on_another_machine_is_not_run_from_here() {
    let s = Sandbox::new();
    let registry = "clusters:\n  digital:\n    host: http://prisma.example:4466\n";
    s.write("home/.prisma/config.yml", registry);
    s.set_private("home/.prisma/config.yml");
    s.run("local start -n digital").is(
        1,
        "",
        "error: cluster `digital` is a self-hosted server at http://prisma.example:4466 and is not managed by this program\n\
         hint: start a cluster under another name with `-n NAME`\n",
    );
    s.run("local delete -n digital --yes").fails(
        1,
        "error: cluster `digital` not found\n\
         hint: create it with `prisma local start -n digital`\n",
    );
    assert_eq!(s.take_acts(), "");
    assert_eq!(s.read("home/.prisma/config.yml"), registry);
}

#[test]
fn a_mistyped_name_is_recognised_by_every_verb_that_needs_the_cluster() {
    let s = Sandbox::new();
    s.write("home/.prisma/clusters/staging/cluster.yml", "");
    for verb in [
        "stop",
        "ps",
        "logs",
        "upgrade",
        "nuke --yes",
        "delete --yes",
    ] {
        s.run(&format!("local {verb} -n stagign")).fails(
            1,
            "error: cluster `stagign` not found\n\
             hint: did you mean `staging`?\n\
             hint: create it with `prisma local start -n stagign`\n",
        );
    }
}
