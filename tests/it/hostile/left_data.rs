//! Data that docker-compose leaves although it was told to delete it.

use crate::support::{Sandbox, injected};
use std::fs;

const FILES: &str = "home/.prisma/clusters/local/cluster.yml";

/// A volume that another container mounts stays: docker-compose v1 fails then, v2 only warns.
fn held(generation: &str) -> Sandbox {
    let s = Sandbox::new();
    s.engine.generation(generation);
    s.run("local start {ports}").succeeds();
    s.engine.make(&crate::support::engine::Made {
        number: 77,
        project: "backup",
        service: "backup",
        name: "backup_1",
        image: "alpine",
        status: "running",
        ports: &[],
        env: &[],
        version: "",
    });
    s.engine.change("backup", "volume", "local_db-persistence");
    let volume = s.engine.path().join("volumes/local_db-persistence");
    let mut script = format!("echo local >'{}'\n", volume.display());
    if generation.starts_with('1') {
        script +=
            "echo 'ERROR: remove local_db-persistence: volume is in use - [77]' >&2\nexit 1\n";
    }
    s.engine.hook("after-down", &script);
    s.forget();
    s
}

#[test]
fn a_volume_that_another_container_mounts_is_named() {
    let mut count = 0;
    for generation in ["1.29.2", "2.40.3"] {
        for words in ["local nuke --yes", "local delete --yes"] {
            let s = held(generation);
            for _ in 0..2 {
                let ended = s.run(words);
                assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
                for said in [
                    "not all data of cluster `local` is deleted",
                    "volume `local_db-persistence` is kept: container `backup_1` mounts it",
                    "docker rm -f backup_1",
                ] {
                    assert!(ended.stderr.contains(said), "{said}: {ended:?}");
                }
                assert!(s.path(FILES).exists(), "{words}");
                assert!(
                    s.read("home/.prisma/config.yml").contains("local:"),
                    "{words}"
                );
                count += 1;
            }
            s.engine.unhook("after-down");
            s.engine.remove("backup");
            s.run(words).succeeds();
            assert_eq!(s.path(FILES).exists(), words.contains("nuke"));
        }
    }
    injected("a_volume_that_another_container_mounts_is_named", count);
}

#[test]
fn a_folder_of_an_override_that_keeps_the_data_is_named() {
    let mut count = 0;
    for words in ["local nuke --yes", "local delete --yes"] {
        for is_known in ["from the container", "from the file"] {
            let s = Sandbox::new();
            s.run("local start {ports}").succeeds();
            let data = s.path("work/data");
            s.write("work/data/ibdata1", "rows");
            if is_known == "from the file" {
                let text = format!(
                    "services:\n  prisma-db:\n    volumes:\n    - {}:/var/lib/mysql\n",
                    data.display()
                );
                s.write(
                    "home/.prisma/clusters/local/docker-compose.override.yml",
                    &text,
                );
            } else {
                s.engine
                    .change("prisma-db", "bind", &data.display().to_string());
            }
            let ended = s.run(words);
            assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
            assert!(ended.stderr.contains("work/data are kept"), "{ended:?}");
            assert!(ended.stderr.contains("sudo rm -r"), "{ended:?}");
            assert!(s.path(FILES).exists(), "{words}");
            fs::remove_dir_all(&data).expect("removes");
            s.run(words).succeeds();
            count += 1;
        }
    }
    // In the cluster's folder it goes with the folder; `nuke` keeps that.
    let s = Sandbox::new();
    s.run("local start {ports}").succeeds();
    let text = "services:\n  prisma-db:\n    volumes:\n    - ./data:/var/lib/mysql\n";
    s.write(
        "home/.prisma/clusters/local/docker-compose.override.yml",
        text,
    );
    s.write("home/.prisma/clusters/local/data/ibdata1", "rows");
    assert_eq!(s.run("local nuke --yes").status, 1);
    s.run("local delete --yes").succeeds();
    assert!(!s.path("home/.prisma/clusters/local").exists());
    injected(
        "a_folder_of_an_override_that_keeps_the_data_is_named",
        count + 1,
    );
}
