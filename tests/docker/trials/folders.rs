//! Folders set up by `prisma init` or `prisma local eject`: plain docker-compose runs them, and clusters
//! are not affected.

use crate::api::Api;
use crate::cluster::{Cluster, port};
use crate::ran::Ran;
use crate::rig::Generation;
use crate::run::Run;
use crate::suite::{Case, Setting, shared};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

pub const CASES: &[Case] = &[
    shared("folders/init_and_deploy", init_and_deploy),
    shared(
        "folders/next_to_a_cluster_with_the_same_name",
        next_to_a_cluster_with_the_same_name,
    )
    // The trial of ejected folders covers the other generation.
    .only(Generation::V2),
    shared(
        "folders/ejected_folders_run_unchanged",
        ejected_folders_run_unchanged,
    ),
];

/// A folder and its compose project.
struct Folder<'c> {
    cluster: &'c Cluster,
    parent: TempDir,
    project: String,
    port: u16,
}

impl<'c> Folder<'c> {
    /// With the name of this cluster; not created yet.
    fn called_as(cluster: &'c Cluster) -> Folder<'c> {
        Folder {
            cluster,
            parent: tempfile::tempdir().expect("a temporary folder"),
            project: cluster.name.clone(),
            port: port(),
        }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.parent.path().join(&self.cluster.name).join(file)
    }

    /// `prisma …` in the parent folder.
    fn prisma(&self, args: &[&str]) -> Run {
        self.cluster.prisma(args).dir(self.parent.path())
    }

    fn init(&self, args: &[&str]) -> Ran {
        let port = self.port.to_string();
        let head = ["init", &self.cluster.name, "--port", &port];
        self.prisma(&[&head, args].concat()).run().succeeded()
    }

    /// `docker-compose …` as a user runs it, without variables; it must not miss one.
    fn compose(&self, args: &[&str]) -> Ran {
        let rig = self.cluster.rig;
        let program = rig.compose(self.cluster.generation).expect("is there");
        let command = rig.command(&program.to_string_lossy(), args.iter().copied());
        let ran = command.dir(self.path("")).run().succeeded();
        let told = ran.stderr.to_lowercase();
        let missing = ["variable is not set", "orphan", "error"]
            .iter()
            .find(|it| told.contains(**it));
        assert_eq!(missing, None, "{}", ran.stderr);
        ran
    }

    fn deploy(&self, args: &[&str]) -> Ran {
        let all = [&["deploy"], args].concat();
        self.cluster.prisma(&all).dir(self.path("")).run()
    }

    /// Checks that nobody can deploy without the server's secret or key.
    #[track_caller]
    fn requires_its_secret(&self, management: &'static str) {
        let api = Api::new(self.port, None).at(management);
        assert_eq!(api.refused("evil"), 3015);
    }

    /// Queries the service at the server's root.
    fn users(&self, service: &str) -> Value {
        Api::new(self.port, None).service(service, "{ users { name } }")
    }
}

impl Drop for Folder<'_> {
    fn drop(&mut self) {
        self.cluster.rig.remove_project(&self.project);
    }
}

/// One right after the other: the deployment waits for the server.
fn init_and_deploy(setting: &Setting) {
    for database in ["mysql", "postgres"] {
        let cluster = Cluster::new(setting);
        let folder = Folder::called_as(&cluster);
        folder.init(&["--database", database, "--service", "hello"]);
        folder
            .deploy(&[])
            .ended(1)
            .reports(&["docker-compose.yml is running", "`docker-compose up -d`"]);
        folder.compose(&["up", "-d"]);
        let ran = folder.deploy(&[]).succeeded();
        assert!(
            ran.stdout
                .contains("service `hello`, stage `dev`: deployed to server"),
            "{}",
            ran.stdout
        );
        let no_users = json!({"data": {"users": []}});
        assert_eq!(folder.users("hello"), no_users);
        folder.requires_its_secret("management");
        // Which is found in the compose file.
        folder.deploy(&["-e", "/dev/null"]).succeeded();
        if database == "mysql" {
            folder.compose(&["stop", "-t", "1"]);
            folder.compose(&["up", "-d"]);
            let again = folder.deploy(&[]).succeeded();
            assert!(
                again.stdout.contains("already up to date"),
                "{}",
                again.stdout
            );
        }
        folder.compose(&["down", "-v", "-t", "1"]);
        assert_eq!(cluster.belongings(), [""; 0]);
    }
}

fn next_to_a_cluster_with_the_same_name(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let mut folder = Folder::called_as(&cluster);
    folder.project = format!("{}-folder", cluster.name);
    folder.init(&["--database", "mysql", "--service", "hello"]);
    let runs = cluster.runs();
    folder.compose(&["up", "-d"]);
    folder.deploy(&[]).succeeded();
    assert_eq!(cluster.runs(), runs, "they were not touched");
    cluster.has_data();
    cluster.verb("nuke", &["--yes"]).succeeded();
    cluster.has_no_data();
    cluster.put_data();
    let no_users = json!({"data": {"users": []}});
    assert_eq!(folder.users("hello"), no_users);
    folder.compose(&["down", "-v", "-t", "1"]);
    cluster.has_data();
}

fn ejected_folders_run_unchanged(setting: &Setting) {
    for (version, management) in [("1.1", "cluster"), ("1.8", "management")] {
        let cluster = Cluster::new(setting);
        let mut folder = Folder::called_as(&cluster);
        folder.project = format!("{}-folder", cluster.name);
        folder.port = cluster.port;
        cluster.write(
            "cluster.yml",
            &format!(
                "prismaVersion: \"{version}\"\nport: {}\ndatabase:\n  port: {}\n",
                cluster.port, cluster.db_port
            ),
        );
        for profile in ["local", "digital-ocean"] {
            let args = [
                "local",
                "eject",
                &cluster.name,
                "-n",
                &cluster.name,
                "--profile",
                profile,
            ];
            let register = ["--force", "--register", profile, "--host", "localhost"];
            folder
                .prisma(&[&args[..], &register].concat())
                .run()
                .succeeded();
            for (name, text) in [
                (
                    "prisma.yml",
                    format!(
                        "endpoint: http://localhost:{}/hello/dev\ndatamodel: types.graphql\ndisableAuth: true\n",
                        folder.port
                    ),
                ),
                (
                    "types.graphql",
                    "type User {\n  id: ID! @unique\n  name: String!\n}\n".to_owned(),
                ),
            ] {
                fs::write(folder.path(name), text).expect("writes");
            }
            folder.compose(&["up", "-d"]);
            let ran = folder.deploy(&[]).succeeded();
            assert!(ran.stdout.contains("deployed to server"), "{}", ran.stdout);
            assert_eq!(folder.users("hello"), json!({"data": {"users": []}}));
            folder
                .prisma(&["cluster", "remove", profile, "--yes"])
                .run()
                .succeeded();
            folder.requires_its_secret(management);
            folder.compose(&["down", "-v", "-t", "1"]);
        }
        let home = cluster.files();
        assert_eq!(
            home.keys().map(String::as_str).collect::<Vec<_>>(),
            ["cluster.yml"]
        );
    }
}
