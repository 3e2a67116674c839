//! What other programs do with our files: links, attributes, edits at the same moment.

use crate::support::{Sandbox, injected};
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

const ADD: &str = "cluster add far --endpoint http://127.0.0.1:1 --no-check --secret-env MINE";

fn sandbox() -> Sandbox {
    let mut s = Sandbox::new();
    s.set("MINE", "secret");
    s.write("home/.prisma/config.yml", "clusters: {}\n");
    s
}

#[test]
fn other_names_of_the_registry_keep_its_text() {
    let s = sandbox();
    let (registry, other) = (
        s.path("home/.prisma/config.yml"),
        s.path("home/dotfiles.yml"),
    );
    fs::hard_link(&registry, &other).expect("a name");
    s.run(ADD).succeeds();
    assert!(s.read("home/dotfiles.yml").contains("far:"));
    assert_eq!(registry.metadata().expect("is there").nlink(), 2);
    s.run("cluster remove far --yes").succeeds();
    assert_eq!(
        s.read("home/dotfiles.yml"),
        s.read("home/.prisma/config.yml")
    );

    let s = sandbox();
    fs::rename(s.path("home/.prisma/config.yml"), s.path("home/real.yml")).expect("renames");
    symlink("../real.yml", s.path("home/.prisma/config.yml")).expect("a link");
    s.run(ADD).succeeds();
    assert!(s.read("home/real.yml").contains("far:"));
    injected("other_names_of_the_registry_keep_its_text", 3);
}

#[test]
fn attributes_of_the_registry_survive() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    let s = sandbox();
    let registry = s.path("home/.prisma/config.yml");
    if setxattr(&registry, "user.note", b"mine", XattrFlags::empty()).is_err() {
        return crate::support::skip("extended attributes", "the file system has none");
    }
    s.run(ADD).succeeds();
    let mut value = [0; 16];
    let length = getxattr(&registry, "user.note", &mut value[..]).expect("is kept");
    assert_eq!(&value[..length], b"mine");
    injected("attributes_of_the_registry_survive", 1);
}

#[test]
fn an_edit_of_cluster_yml_during_a_start_is_not_lost() {
    let s = Sandbox::with_running_cluster();
    let path = "home/.prisma/clusters/local/cluster.yml";
    let port = s.port + 4;
    // Somebody saves the file after it was read: while docker is asked.
    let edited = format!("# mine\n{}", s.read(path));
    s.write("home/edited", &edited);
    let copy = format!(
        "cp '{}' '{}'",
        s.path("home/edited").display(),
        s.path(path).display()
    );
    let script = format!("case \"$*\" in *version*) {copy} ;; esac\n");
    s.engine.hook("any", &script);
    let ended = s.run(&format!("local start --port {port} --no-wait"));
    assert_eq!(s.read(path), edited, "{ended:?}");
    assert!(
        ended.status == 1 && ended.stderr.contains("another program has written it"),
        "{ended:?}"
    );
    injected("an_edit_of_cluster_yml_during_a_start_is_not_lost", 1);
}
