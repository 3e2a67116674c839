use super::*;
use crate::cluster::{Cluster, PrismaVersion};
use crate::docker::container::parse_inspect;
use crate::render::render;
use std::fs;
use std::path::PathBuf;

const NAME: &str = "docker-compose.yml";

/// One container, with the labels of a compose file in a folder, or none.
fn labelled(origin: Option<(&Path, &Path)>) -> Vec<Container> {
    let text = include_str!("../../docker/container/inspect.json");
    let mut containers = parse_inspect(text).expect("parses");
    containers.retain(Container::is_server);
    containers[0].origin = origin.map(|(folder, file)| Origin {
        folder: folder.into(),
        file: file.into(),
        is_overridden: false,
    });
    containers
}

/// A folder with a compose file of this content.
fn folder(at: PathBuf, text: &str) -> PathBuf {
    fs::create_dir_all(&at).expect("made");
    fs::write(at.join(NAME), text).expect("written");
    at
}

/// The compose file of a cluster.
fn rendered(name: &ClusterName) -> String {
    let cluster = Cluster::documented(name.clone(), PrismaVersion::default_local());
    render(&cluster).expect("renders").compose
}

const NEW: Known = Known {
    is_configured: false,
    is_registered: false,
};
const CONFIGURED: Known = Known {
    is_configured: true,
    is_registered: true,
};

#[test]
fn the_labels_say_whose_a_container_is() {
    let machine = tempfile::tempdir().expect("a folder");
    let name: ClusterName = "t1".parse().expect("valid");
    let rendered = rendered(&name);
    let ours = folder(machine.path().join("b/.prisma/clusters/t1"), &rendered);
    let theirs = folder(machine.path().join("a/.prisma/clusters/t1"), &rendered);
    let project = folder(machine.path().join("shop/t1"), "services: {}\n");
    let gone = machine.path().join("old/clusters/t1");
    let npm =
        Path::new("/usr/lib/node_modules/prisma-cli-core/dist/commands/local/docker").join(NAME);
    let whose = |folder: &Path, file: &Path, known, is_local| {
        let containers = labelled(Some((folder, file)));
        let other = other(&ours, &containers, known, is_local)?;
        Some((other.can_be_replaced(), other.refusal(&name).message()))
    };
    for file in [PathBuf::from(NAME), theirs.join(NAME)] {
        let (can_be_replaced, message) = whose(&theirs, &file, CONFIGURED, true).expect("theirs");
        assert!(
            can_be_replaced && message.ends_with(&theirs.display().to_string()),
            "{message}"
        );
    }
    let (can_be_replaced, message) = whose(&project, Path::new(NAME), NEW, true).expect("theirs");
    assert!(!can_be_replaced, "{message}");
    assert_eq!(whose(&ours, &ours.join(NAME), NEW, true), None);
    assert_eq!(whose(&project, &npm, NEW, true), None, "the npm CLI's");
    let file = gone.join(NAME);
    assert_eq!(
        whose(&gone, &file, CONFIGURED, true),
        None,
        "this home was moved"
    );
    assert!(
        whose(&gone, &file, CONFIGURED, false).is_some(),
        "another machine's folder"
    );
    assert!(whose(&gone, &file, NEW, true).is_some());
}

#[test]
fn a_linked_home_is_the_same() {
    let machine = tempfile::tempdir().expect("a folder");
    let real = folder(machine.path().join("data/clusters/t1"), "");
    let link = machine.path().join("link");
    std::os::unix::fs::symlink(machine.path().join("data"), &link).expect("linked");
    let containers = labelled(Some((&real, Path::new(NAME))));
    let other = other(&link.join("clusters/t1"), &containers, NEW, true);
    assert_eq!(other, None);
}

#[test]
fn without_labels_only_a_home_that_knows_the_cluster_has_it() {
    let containers = labelled(None);
    let whose = |known| other(Path::new("/x"), &containers, known, true);
    assert_eq!(whose(NEW), Some(Other::Unknown));
    assert_eq!(whose(CONFIGURED), None);
    let registered = Known {
        is_registered: true,
        ..NEW
    };
    assert_eq!(whose(registered), None);
}
