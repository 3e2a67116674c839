//! A cluster under trial: its home, name and ports, the program run on it, and what docker reports about
//! it.

use crate::api::{Api, token};
use crate::ran::Ran;
use crate::rig::{Generation, Rig};
use crate::run::Run;
use crate::suite::{self, Setting};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use tempfile::TempDir;

pub const SERVER: &str = "prisma-database";
pub const DATABASE: &str = "prisma-db";

/// How many ports one trial may use.
const PORTS_OF_A_TRIAL: u16 = 20;

/// A port that nothing else in the rig uses: below those that the system hands out, and different for each
/// trial.
pub fn port() -> u16 {
    static USED: AtomicU16 = AtomicU16::new(0);
    let (_, number) = suite::trial();
    let used = USED.fetch_add(1, Ordering::Relaxed);
    assert!(used < PORTS_OF_A_TRIAL, "a trial that needs more ports");
    21000 + number * PORTS_OF_A_TRIAL + used
}

/// A cluster name that no other trial uses.
fn name() -> String {
    static USED: AtomicU16 = AtomicU16::new(1);
    let (run, number) = suite::trial();
    let used = USED.fetch_add(1, Ordering::Relaxed);
    format!("trial-{run}-{number}-{used}")
}

/// A cluster under trial. Dropping it removes everything that belongs to it.
#[derive(Debug)]
pub struct Cluster {
    pub rig: &'static Rig,
    /// The docker-compose to use; a trial may change it.
    pub generation: Generation,
    pub name: String,
    pub port: u16,
    pub db_port: u16,
    /// Where its server has the management API.
    pub management: &'static str,
    home: Arc<TempDir>,
}

impl Cluster {
    /// A new cluster, of which nothing exists yet.
    pub fn new(setting: &Setting) -> Cluster {
        Cluster {
            rig: setting.rig,
            generation: setting.generation,
            name: name(),
            port: port(),
            db_port: port(),
            management: "cluster",
            home: Arc::new(tempfile::tempdir().expect("a temporary folder")),
        }
    }

    /// The cluster `local` with its documented ports.
    pub fn local(setting: &Setting) -> Cluster {
        setting.rig.remove_project("local");
        let mut cluster = Cluster::new(setting);
        cluster.name = "local".to_owned();
        (cluster.port, cluster.db_port) = (4466, 3366);
        cluster
    }

    /// Another new cluster in the same home.
    pub fn second(&self) -> Cluster {
        let setting = Setting {
            rig: self.rig,
            generation: self.generation,
        };
        let mut cluster = Cluster::new(&setting);
        cluster.home = Arc::clone(&self.home);
        cluster
    }

    // --- the program

    /// `prisma` with these arguments, in this cluster's home.
    pub fn prisma(&self, args: &[&str]) -> Run {
        self.program(env!("CARGO_BIN_EXE_prisma"), args)
    }

    /// Another program, in the same home.
    pub fn program(&self, program: &str, args: &[&str]) -> Run {
        let compose = self
            .rig
            .compose(self.generation)
            .expect("trials without it are ignored");
        self.rig
            .command(program, args.iter().copied())
            .env("HOME", self.home.path())
            .env("PRISMA_COMPOSE", compose)
    }

    /// `prisma local VERB -n NAME …`.
    pub fn spec(&self, verb: &str, args: &[&str]) -> Run {
        let mut all = vec!["local", verb];
        if self.name != "local" {
            all.extend(["-n", &self.name]);
        }
        all.extend(args);
        self.prisma(&all)
    }

    /// Runs `prisma local VERB -n NAME …`.
    #[track_caller]
    pub fn verb(&self, verb: &str, args: &[&str]) -> Ran {
        self.spec(verb, args).run()
    }

    /// `prisma local start` for the first time: the ports are this trial's.
    pub fn first_start(&self, args: &[&str]) -> Run {
        let (port, db_port) = (self.port.to_string(), self.db_port.to_string());
        let mut all = vec!["--port", &port, "--db-port", &db_port];
        all.extend(args);
        self.spec("start", &all)
    }

    /// Starts it for the first time, which must succeed.
    #[track_caller]
    pub fn start(&self, args: &[&str]) -> Ran {
        self.first_start(args).run().succeeded()
    }

    // --- files

    /// `~/.prisma`.
    pub fn home(&self) -> PathBuf {
        self.home.path().join(".prisma")
    }

    /// The cluster's folder.
    pub fn folder(&self) -> PathBuf {
        self.home().join("clusters").join(&self.name)
    }

    pub fn registry(&self) -> PathBuf {
        self.home().join("config.yml")
    }

    /// A file of the cluster's folder.
    #[track_caller]
    pub fn read(&self, file: &str) -> String {
        let path = self.folder().join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Writes a file into the cluster's folder, as a user would.
    #[track_caller]
    pub fn write(&self, file: &str, text: &str) {
        fs::create_dir_all(self.folder()).expect("can make the folder");
        fs::write(self.folder().join(file), text).expect("can write");
    }

    /// Changes a file of the cluster's folder.
    #[track_caller]
    pub fn edit(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert!(text.contains(old), "no {old:?} in {file}:\n{text}");
        self.write(file, &text.replace(old, new));
    }

    /// Writes a `docker-compose.override.yml` for one service.
    #[track_caller]
    pub fn override_service(&self, service: &str, yaml: &str) {
        self.override_services(&[(service, yaml)]);
    }

    /// Writes a `docker-compose.override.yml`.
    #[track_caller]
    pub fn override_services(&self, services: &[(&str, &str)]) {
        let mut text = "version: \"3\"\nservices:\n".to_owned();
        for (service, yaml) in services {
            let body: String = yaml.lines().map(|line| format!("    {line}\n")).collect();
            text += &format!("  {service}:\n{body}");
        }
        self.write("docker-compose.override.yml", &text);
    }

    /// Name and content of every file of the cluster's folder.
    pub fn files(&self) -> BTreeMap<String, String> {
        let Ok(entries) = fs::read_dir(self.folder()) else {
            return BTreeMap::new();
        };
        let read = |entry: fs::DirEntry| {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            (entry.file_name().to_string_lossy().into_owned(), text)
        };
        entries.flatten().map(read).collect()
    }

    /// This cluster's entry in the cluster registry.
    #[track_caller]
    pub fn entry(&self) -> Option<Value> {
        let text = fs::read_to_string(self.registry()).ok()?;
        let document: Value = serde_yaml::from_str(&text).expect("the registry is YAML");
        document["clusters"].get(&self.name).cloned()
    }

    /// The private key or secret in the cluster registry.
    #[track_caller]
    pub fn key(&self) -> String {
        let entry = self.entry().expect("a registry entry");
        entry["clusterSecret"].as_str().expect("a key").to_owned()
    }

    /// Replaces what differs from run to run.
    pub fn neutral(&self, text: &str) -> String {
        text.replace(&*self.home.path().to_string_lossy(), "HOME")
            .replace(&format!(":{}", self.port), ":PORT")
            .replace(&format!(":{}", self.db_port), ":DB-PORT")
            .replace(&self.name, "NAME")
    }

    // --- the server

    /// The management API without a token.
    pub fn without_token(&self) -> Api {
        Api::new(self.port, None).at(self.management)
    }

    /// The management API with a token that the registry's key signed.
    #[track_caller]
    pub fn api(&self) -> Api {
        self.api_with(&self.key())
    }

    /// The management API with a token that some key or secret signed.
    #[track_caller]
    pub fn api_with(&self, secret: &str) -> Api {
        Api::new(self.port, Some(token(secret))).at(self.management)
    }

    /// Deploys a service and stores a row.
    #[track_caller]
    pub fn put_data(&self) {
        let api = self.api();
        api.add_project("notes");
        api.deploy("notes", "type Note { id: ID! @id @unique text: String! }");
        let made = api.service(
            "notes",
            "mutation { createNote(data: {text: \"kept\"}) { text } }",
        );
        assert_eq!(made["data"]["createNote"]["text"], "kept", "{made}");
    }

    #[track_caller]
    pub fn has_data(&self) {
        let api = self.api();
        assert_eq!(api.projects(), ["notes@dev"]);
        let answer = api.service("notes", "{ notes { text } }");
        assert_eq!(answer, json!({"data": {"notes": [{"text": "kept"}]}}));
    }

    #[track_caller]
    pub fn has_no_data(&self) {
        let api = self.api();
        assert_eq!(api.projects(), [""; 0]);
        let answer = api.service("notes", "{ notes { text } }");
        let codes = [&answer["code"], &answer["errors"][0]["code"]];
        assert!(codes.contains(&&json!(3016)), "no such service: {answer}");
    }

    // --- docker

    /// Its containers, by service.
    #[track_caller]
    pub fn containers(&self) -> BTreeMap<String, Container> {
        let filter = format!("label=com.docker.compose.project={}", self.name);
        let ids = self.rig.docker(["ps", "-aq", "--filter", &filter]);
        if ids.is_empty() {
            return BTreeMap::new();
        }
        let inspect = self
            .rig
            .docker(["inspect"].into_iter().chain(ids.split_whitespace()));
        let all: Vec<Value> = serde_json::from_str(&inspect).expect("docker prints JSON");
        all.iter()
            .map(Container::of)
            .map(|c| (c.service.clone(), c))
            .collect()
    }

    #[track_caller]
    pub fn container(&self, service: &str) -> Container {
        let mut all = self.containers();
        all.remove(service)
            .unwrap_or_else(|| panic!("no container for {service} among {all:#?}"))
    }

    /// The names of its containers, volumes and networks, sorted.
    #[track_caller]
    pub fn belongings(&self) -> Vec<String> {
        let filter = format!("label=com.docker.compose.project={}", self.name);
        let mut all = Vec::new();
        for (list, format) in [
            (&["ps", "-a"][..], "{{.Names}}"),
            (&["volume", "ls"], "{{.Name}}"),
            (&["network", "ls"], "{{.Name}}"),
        ] {
            let args = [list, &["--filter", &filter, "--format", format]].concat();
            all.extend(self.rig.docker(args).lines().map(str::to_owned));
        }
        all.sort();
        all
    }

    /// The ids of its containers and when they were started: the same as long as they were not touched.
    #[track_caller]
    pub fn runs(&self) -> Vec<(String, String)> {
        self.containers()
            .into_values()
            .map(|c| (c.id, c.started))
            .collect()
    }

    /// The id of an image, if the engine has it.
    pub fn image(&self, name: &str) -> Option<String> {
        let ran = self
            .rig
            .try_docker(["image", "inspect", "-f", "{{.Id}}", name]);
        (ran.status == 0).then(|| ran.stdout.trim().to_owned())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.rig.remove_project(&self.name);
    }
}

/// What docker reports about a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    pub id: String,
    pub name: String,
    pub service: String,
    pub state: String,
    pub started: String,
    /// Image as asked for, and the id of the one it runs.
    pub image: (String, String),
    pub env: Vec<String>,
    pub restarts: u64,
}

impl Container {
    fn of(value: &Value) -> Container {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let env = value["Config"]["Env"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        Container {
            id: text(&value["Id"]),
            name: text(&value["Name"]).trim_start_matches('/').to_owned(),
            service: text(&value["Config"]["Labels"]["com.docker.compose.service"]),
            state: text(&value["State"]["Status"]),
            started: text(&value["State"]["StartedAt"]),
            image: (text(&value["Config"]["Image"]), text(&value["Image"])),
            env: env.iter().map(text).collect(),
            restarts: value["RestartCount"].as_u64().unwrap_or_default(),
        }
    }
}
