//! Configuration that is broken, elsewhere, or not to be written.

use crate::support::text::{STAGES, running};
use crate::support::{Sandbox, same};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

/// The verbs that need to know what is configured; the others go by the containers.
const VERBS: [&str; 5] = ["start", "restart", "upgrade", "nuke --yes", "delete --yes"];

#[test]
fn everything_wrong_in_cluster_yml_is_told_at_once_with_its_place() {
    let s = Sandbox::with_running_cluster();
    s.write(
        "home/.prisma/clusters/local/cluster.yml",
        "prismaVersion: 1.1\n# a comment\nport: 99999\nbind: here\ndatabase:\n  prot: 3306\ncolour: red\n",
    );
    let before = s.files();
    for verb in VERBS {
        let ended = s.run(&format!("local {verb}"));
        assert_eq!((ended.status, &*ended.stdout), (6, ""), "{ended:?}");
        let file = "~/.prisma/clusters/local/cluster.yml";
        let mut places: Vec<&str> = ended.stderr.lines().collect();
        places[0] = places[0].strip_prefix("error: ").expect("an error");
        let places: Vec<&str> = places
            .iter()
            .filter_map(|line| {
                line.strip_prefix(file)?
                    .strip_prefix(':')?
                    .split(' ')
                    .next()
            })
            .collect();
        assert_eq!(places, ["3:7:", "4:7:", "6:3:", "7:1:"], "{}", ended.stderr);
    }
    assert_eq!((s.take_acts(), s.files()), (String::new(), before));
    for verb in ["ps", "logs", "stop"] {
        s.run(&format!("local {verb}")).succeeds();
    }
}

#[test]
fn what_is_no_yaml_or_no_text_is_told_with_its_line() {
    let s = Sandbox::new();
    let path = s.path("home/.prisma/clusters/local/cluster.yml");
    s.write(
        "home/.prisma/clusters/local/cluster.yml",
        "port: 1\ndatabase: [\n",
    );
    let ended = s.run("local restart");
    assert_eq!(ended.status, 6);
    let start = "error: ~/.prisma/clusters/local/cluster.yml:";
    assert!(ended.stderr.starts_with(start), "{}", ended.stderr);
    fs::write(&path, b"port: 1\n# \xff\n").expect("writes");
    s.run("local start").is(
        6,
        "",
        "error: ~/.prisma/clusters/local/cluster.yml:2: not UTF-8 text\nhint: save the file as UTF-8\n",
    );
}

#[test]
fn a_broken_registry_stops_every_verb_and_stays_as_it_is() {
    let s = Sandbox::with_running_cluster();
    let broken = "clusters:\n  local:\n    host: [\n";
    s.write("home/.prisma/config.yml", broken);
    let state = s.engine.state();
    for verb in VERBS {
        let ended = s.run(&format!("local {verb}"));
        assert_eq!((ended.status, &*ended.stdout), (6, ""), "{ended:?}");
        let start = "error: ~/.prisma/config.yml:";
        assert!(ended.stderr.starts_with(start), "{}", ended.stderr);
    }
    assert_eq!(s.take_acts(), "");
    assert_eq!(s.engine.state(), state);
    for verb in ["ps", "logs", "stop"] {
        s.run(&format!("local {verb}")).succeeds();
    }
    assert_eq!(s.read("home/.prisma/config.yml"), broken);
}

#[test]
fn a_key_that_is_none_is_told_without_repeating_it() {
    let s = Sandbox::with_cluster();
    s.write(
        "home/.prisma/config.yml",
        &format!(
            "clusters:\n  local:\n    host: http://localhost:{}\n    clusterSecret: tr0ub4dor\n",
            s.port
        ),
    );
    s.set_private("home/.prisma/config.yml");
    let ended = s.run("local start");
    ended.succeeds();
    assert!(!ended.all().contains("tr0ub4dor"), "{ended:?}");
    let registry = s.read("home/.prisma/config.yml");
    assert!(registry.contains("PRIVATE KEY"), "{ended:?}");
}

#[test]
fn an_entry_of_another_cluster_that_cannot_be_resolved_is_a_warning() {
    let s = Sandbox::with_cluster();
    s.write(
        "home/.prisma/config.yml",
        "clusters:\n  ci:\n    host: ${env:CI_HOST}\n    clusterSecret: x\n",
    );
    s.set_private("home/.prisma/config.yml");
    let ended = s.run("local start");
    ended.succeeds();
    assert!(ended.stderr.starts_with("warning: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("`CI_HOST`"), "{}", ended.stderr);
    let registry = s.read("home/.prisma/config.yml");
    assert!(
        registry.starts_with("clusters:\n  ci:\n    host: ${env:CI_HOST}\n"),
        "{registry}"
    );
}

#[test]
fn the_registry_keeps_its_link_and_mode() {
    let s = Sandbox::with_cluster();
    s.write("home/dotfiles/prisma.yml", "# mine\n");
    let real = s.path("home/dotfiles/prisma.yml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("chmod");
    symlink(&real, s.path("home/.prisma/config.yml")).expect("links");
    s.run("local start").succeeds();
    assert!(s.path("home/.prisma/config.yml").is_symlink());
    let mode = fs::metadata(&real).expect("is there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o640);
    let text = s.read("home/dotfiles/prisma.yml");
    assert!(text.starts_with("# mine\nclusters:\n  local:\n"), "{text}");
}

#[test]
fn the_home_can_be_elsewhere() {
    let mut s = Sandbox::new();
    for (home, at) in [("abs", s.path("abs")), ("rel/../rel2", s.path("work/rel2"))] {
        fs::create_dir_all(s.path("work/rel")).expect("a folder");
        let home = if home == "abs" {
            at.clone()
        } else {
            home.into()
        };
        s.set("PRISMA_HOME", home);
        s.run("local start {ports}").succeeds();
        assert!(at.join("config.yml").is_file(), "{}", at.display());
        assert!(at.join("clusters/local/docker-compose.yml").is_file());
        s.run("local delete --yes").succeeds();
    }
    assert_eq!(s.files().list(), "");
}

#[test]
fn without_home_there_is_still_a_place() {
    let mut s = Sandbox::new();
    s.unset("HOME");
    // The system knows the user's home. Only looked at: it is not the sandbox's.
    let ended = s.run("local history -n nobody-by-this-name");
    ended.succeeds();
    s.set("PRISMA_HOME", s.path("home"));
    s.run("local start {ports}").succeeds();
    assert!(s.path("home/config.yml").exists());
}

#[test]
fn a_home_that_cannot_be_written_is_told() {
    let mut s = Sandbox::new();
    s.write("home/file", "");
    s.set("HOME", s.path("home/file"));
    let ended = s.run("local start {ports}");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        ended.stderr.starts_with("error: could not "),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("~/file/.prisma"), "{}", ended.stderr);
    assert_eq!(s.take_acts(), "");
}

#[test]
fn hand_edits_of_cluster_yml_count_and_stay() {
    let s = Sandbox::with_running_cluster();
    let path = "home/.prisma/clusters/local/cluster.yml";
    let config = format!(
        "# changed by hand\nprismaVersion: '1.3'   # newer\n{}",
        s.read(path)
    );
    s.write(path, &config);
    s.run("local start").is(
        0,
        &running("local", "is running").replace("Prisma 1.1", "Prisma 1.3"),
        STAGES,
    );
    same("cluster.yml", &s.read(path), &config);
    let (_, server) = s.engine.container("prisma-database");
    assert_eq!(server["image"], "prismagraphql/prisma:1.3");
}
