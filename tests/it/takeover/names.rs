//! Names that the npm CLI allowed and docker-compose normalised: the entry is that of the project.
//!
//! Witness: compose 1 was seen to lower the letters and to drop what is not a letter, a digit, `-` or `_`.

use super::{left_behind, registry};
use crate::support::Sandbox;

/// What the npm CLI left of a cluster of this name.
fn left_as(name: &str, project: &str) -> Sandbox {
    let mut s = Sandbox::new();
    s.set("REMOTE", "x");
    left_behind(&s, "exited");
    for service in ["prisma-db", "prisma-database"] {
        s.engine.change(service, "project", project);
        s.engine.is_of_npm(service);
    }
    let text = registry(&s).replace("  local:\n", &format!("  {name}:\n"));
    s.write("home/.prisma/config.yml", &text);
    s
}

#[test]
fn the_entry_in_another_spelling_is_the_clusters() {
    for (name, project) in [("Dev", "dev"), ("MyCluster_2", "mycluster_2")] {
        for given in [name, project] {
            let s = left_as(name, project);
            let registry = s.read("home/.prisma/config.yml");
            let ended = s.run(&format!("local start -n {given}"));
            ended.succeeds();
            assert!(
                ended.stdout.contains(&format!("add `cluster: {name}` to")),
                "{ended:?}"
            );
            // No second key, and no second entry.
            assert_eq!(s.read("home/.prisma/config.yml"), registry);
            for verb in [
                "ps",
                "logs",
                "stop",
                "restart",
                "upgrade",
                "history",
                "nuke --yes",
            ] {
                s.run(&format!("local {verb} -n {given}")).succeeds();
            }
            s.run(&format!("local eject eject-{given} -n {given}"))
                .succeeds();
            assert_eq!(s.read("home/.prisma/config.yml"), registry);
            let list = s.run("cluster list");
            assert!(
                list.stdout.contains(&format!("{name}\tmanaged\t")),
                "{list:?}"
            );
            for name in [name, project] {
                s.run(&format!("cluster logs {name}")).succeeds();
            }
            // A service may name it as the command line does.
            s.write("work/prisma.yml", &format!("service: x\nstage: dev\ncluster: {project}\ndisableAuth: true\ndatamodel: x.graphql\n"));
            s.write("work/x.graphql", "type User {\n  id: ID! @unique\n}\n");
            let ended = s.run("deploy");
            let found = format!("deploying `x` to cluster `{name}`\n");
            assert!(ended.stderr.starts_with(&found), "{ended:?}");
            s.run(&format!("local delete --yes -n {given}")).succeeds();
            let after = s.read("home/.prisma/config.yml");
            assert!(!after.contains(name) && after.contains("  old:"), "{after}");
            // The volume was made under another project here.
            s.engine_has("volume local_db-persistence\n");
        }
    }
}

#[test]
fn a_project_that_docker_compose_before_1_21_named_is_found() {
    let s = left_as("my-cluster_2", "mycluster2");
    let registry = s.read("home/.prisma/config.yml");
    for verb in ["start", "stop", "ps", "nuke --yes", "delete --yes"] {
        s.run(&format!("local {verb} -n my-cluster_2")).is(
            1,
            "",
            "error: cluster `my-cluster_2` is the compose project `mycluster2`: docker-compose before 1.21 left out `-` and `_`\n\
             hint: use `-n mycluster2`\n",
        );
    }
    s.run("local start -n mycluster2").succeeds();
    assert_eq!(s.read("home/.prisma/config.yml"), registry);
    let list = s.run("cluster list");
    assert!(list.stdout.contains("my-cluster_2\tmanaged\t"), "{list:?}");
    s.run("local delete --yes -n mycluster2").succeeds();
    let after = s.read("home/.prisma/config.yml");
    assert!(!after.contains("my-cluster_2"), "{after}");
}

#[test]
fn a_name_that_no_entry_has_is_rejected() {
    let s = left_as("Dev", "dev");
    s.run("local start -n Other").is(
        2,
        "",
        "error: `--name`: invalid cluster name `Other`: only lower-case letters, digits, `-` and `_` are allowed\n\
         hint: use `other`\n",
    );
}

#[test]
fn an_entry_of_another_machine_is_another_cluster() {
    let s = Sandbox::new();
    s.write(
        "home/.prisma/config.yml",
        "clusters:\n  Dev:\n    host: https://prisma.example\n",
    );
    s.set_private("home/.prisma/config.yml");
    s.run("local start -n dev {ports}").succeeds();
    let registry = s.read("home/.prisma/config.yml");
    assert!(
        registry.starts_with("clusters:\n  Dev:\n    host: https://prisma.example\n  dev:\n"),
        "{registry}"
    );
}
