//! Folders of the user's own, set up by `prisma init` or `prisma local eject`: plain docker-compose runs
//! what is in them, and clusters beside them never notice.

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
        "folders/beside_a_cluster_of_their_name",
        beside_a_cluster_of_their_name,
    )
    // The other one reads the project's name in the trial of ejected folders.
    .only(Generation::V2),
    shared(
        "folders/ejected_they_run_as_they_stand",
        ejected_they_run_as_they_stand,
    ),
];

/// A folder, and the compose project that comes of it.
struct Folder<'c> {
    cluster: &'c Cluster,
    parent: TempDir,
    project: String,
    port: u16,
}

impl<'c> Folder<'c> {
    /// With the name of this cluster, not made yet.
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

    /// `prisma …` in the folder above.
    fn prisma(&self, args: &[&str]) -> Run {
        self.cluster.prisma(args).dir(self.parent.path())
    }

    fn init(&self, args: &[&str]) -> Ran {
        let port = self.port.to_string();
        let head = ["init", &self.cluster.name, "--port", &port];
        self.prisma(&[&head, args].concat()).run().succeeded()
    }

    /// `docker-compose …` as a person would, with nothing set; it must not miss a variable.
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

    /// Asks the service that lies at the server's root.
    fn users(&self, service: &str) -> Value {
        Api::new(self.port, None).service(service, "{ users { name } }")
    }
}

impl Drop for Folder<'_> {
    fn drop(&mut self) {
        self.cluster.rig.remove_project(&self.project);
    }
}

/// Right after one another: the server is waited for.
fn init_and_deploy(setting: &Setting) {
    for database in ["mysql", "postgres"] {
        let cluster = Cluster::new(setting);
        let folder = Folder::called_as(&cluster);
        folder.init(&["--database", database, "--service", "hello"]);
        folder
            .deploy(&[])
            .ended(1)
            .told(&["nothing of docker-compose.yml", "`docker-compose up -d`"]);
        folder.compose(&["up", "-d"]);
        let ran = folder.deploy(&[]).succeeded();
        assert!(
            ran.stdout
                .contains("service `hello`, stage `dev`: deployed to server"),
            "{}",
            ran.stdout
        );
        let nobody = json!({"data": {"users": []}});
        assert_eq!(folder.users("hello"), nobody);
        // Without its secret the server is closed.
        folder.deploy(&["-e", "/dev/null"]).ended(7);
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

fn beside_a_cluster_of_their_name(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let mut folder = Folder::called_as(&cluster);
    folder.project = format!("{}-folder", cluster.name);
    folder.init(&["--database", "mysql", "--service", "hello"]);
    let runs = cluster.runs();
    folder.compose(&["up", "-d"]);
    folder.deploy(&[]).succeeded();
    assert_eq!(cluster.runs(), runs, "nobody touched them");
    cluster.has_data();
    cluster.verb("nuke", &["--yes"]).succeeded();
    cluster.has_no_data();
    cluster.put_data();
    let nobody = json!({"data": {"users": []}});
    assert_eq!(folder.users("hello"), nobody);
    folder.compose(&["down", "-v", "-t", "1"]);
    cluster.has_data();
}

fn ejected_they_run_as_they_stand(setting: &Setting) {
    for version in ["1.1", "1.8"] {
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
            // Without what opens it the server is closed.
            folder.deploy(&["-e", "/dev/null"]).ended(7);
            folder.compose(&["down", "-v", "-t", "1"]);
        }
        let home = cluster.files();
        assert_eq!(
            home.keys().map(String::as_str).collect::<Vec<_>>(),
            ["cluster.yml"]
        );
    }
}
