//! Taking over clusters that the npm CLI created.

use crate::api::Api;
use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::suite::{Case, Setting, local, shared};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

pub const CASES: &[Case] = &[
    local("takeover/of_a_running_cluster", of_a_running_cluster),
    local("takeover/upgrade_and_nuke", upgrade_and_nuke),
    local(
        "takeover/after_docker_compose_down",
        after_docker_compose_down,
    ),
    local(
        "takeover/of_a_1.8_in_the_old_file",
        of_a_1_8_in_the_old_file,
    ),
    shared("takeover/of_another_home", of_another_home),
];

/// What surrounds the entry of `local` in a user's file.
const BEFORE: &str = "# my clusters\nclusters:\n  'eu' : {host: 'https://eu.example', clusterSecret: \"${env:EU}\"}   # paid by Ann\n\n  local:\n";
/// Where that CLI had its compose file, in whichever folder its packages were.
const NPM: &str = "node_modules/prisma-cli-core/dist/commands/local/docker";
const AFTER: &str =
    "\n  us:\n      host:   https://us.example\ncloudSessionKey: 'abc'\n\n# the end\n";

/// The npm CLI's `local`, up and with data: its compose file, with the database on 3307 and the public key
/// as PEM with CRLF through the environment, and its registry with the private key, CRLF again.
struct Old {
    cluster: Cluster,
    key: String,
    registry: String,
    files: PathBuf,
}

impl Old {
    fn new(setting: &Setting) -> Old {
        Old::of(setting, "1.1", |pem| pem.replace('\n', "\r\n"))
    }

    /// The same with another version, whose server gets the public key in another form.
    fn of(setting: &Setting, version: &str, spelling: fn(&str) -> String) -> Old {
        let mut cluster = Cluster::local(setting);
        cluster.db_port = 3307;
        let pair = prisma_cli::testing::secret::keys::generate().expect("a key pair");
        let key = pair.pem_pkcs1_crlf().reveal().to_owned();
        let lines: String = key.replace("\r\n", "\\r\\n");
        let registry = format!(
            "{BEFORE}    host: 'http://localhost:4466'\n    clusterSecret: \"{lines}\"\n{AFTER}"
        );
        fs::create_dir_all(cluster.home()).expect("can make the folder");
        fs::write(cluster.registry(), &registry).expect("can write");
        let files = cluster.home().parent().expect("the home").join(NPM);
        fs::create_dir_all(&files).expect("can make the folder");
        let listing = include_str!("../../../assets/listings/cluster-1.1.docker-compose.yml");
        let listing = listing
            .replace("3366:3306", "3307:3306")
            .replace("prisma:1.0", &format!("prisma:{version}"));
        fs::write(files.join("docker-compose.yml"), listing).expect("can write");
        let old = Old {
            cluster,
            key,
            registry,
            files,
        };
        old.compose(&["up", "-d"], &spelling(&pair.public_spki_pem()));
        old.cluster.without_token().wait();
        old.cluster.put_data();
        old
    }

    /// Runs docker-compose as that CLI did: with its own file, in the user's current folder.
    fn compose(&self, verb: &[&str], public_key: &str) {
        let rig = self.cluster.rig;
        let program = rig
            .compose(self.cluster.generation)
            .expect("is there")
            .to_string_lossy();
        let file = self.files.join("docker-compose.yml");
        let file = file.to_string_lossy();
        let folder = self.cluster.home();
        let stand = folder.parent().expect("the home").join("work");
        fs::create_dir_all(&stand).expect("can make the folder");
        let stand = stand.to_string_lossy();
        let mut args = vec![
            "-p",
            "local",
            "--file",
            &*file,
            "--project-directory",
            &*stand,
        ];
        args.extend(verb);
        let mut compose = rig.command(&program, args).dir(&*stand);
        for (name, value) in [
            ("PORT", "4466"),
            ("SCHEMA_MANAGER_SECRET", "MUCHSECRET"),
            (
                "SCHEMA_MANAGER_ENDPOINT",
                "http://prisma-database:4466/cluster/schema",
            ),
            ("SQL_CLIENT_HOST", "prisma-db"),
            ("SQL_CLIENT_PORT", "3306"),
            ("SQL_CLIENT_USER", "root"),
            ("SQL_CLIENT_PASSWORD", "graphcool"),
            ("SQL_INTERNAL_HOST", "prisma-db"),
            ("SQL_INTERNAL_PORT", "3306"),
            ("SQL_INTERNAL_USER", "root"),
            ("SQL_INTERNAL_PASSWORD", "graphcool"),
            ("SQL_INTERNAL_DATABASE", "graphcool"),
            ("CLUSTER_ADDRESS", "http://prisma-database:4466"),
            ("CLUSTER_PUBLIC_KEY", public_key),
        ] {
            compose = compose.env(name, value);
        }
        compose.run().succeeded();
    }

    /// Data, key and all other entries are unchanged.
    #[track_caller]
    fn is_kept(&self) {
        self.cluster.has_data();
        self.registry_is_kept();
    }

    #[track_caller]
    fn registry_is_kept(&self) {
        let registry = fs::read_to_string(self.cluster.registry()).expect("is there");
        assert_eq!(registry, self.registry);
        assert_eq!(self.cluster.key(), self.key);
    }
}

fn of_a_running_cluster(setting: &Setting) {
    let old = Old::new(setting);
    let cluster = &old.cluster;
    let runs = cluster.runs();
    assert_eq!(cluster.without_token().refused("evil"), 3015);

    let ps: Value = cluster.verb("ps", &["--json"]).succeeded().json();
    assert_eq!(ps["data"]["containers"][1]["ports"][0]["port"], 3307);
    assert!(cluster.files().is_empty(), "looking writes nothing");
    let logs = cluster.verb("logs", &[SERVER]).succeeded();
    assert!(logs.stdout.contains("Server running on :4466"));

    // It is running: nothing is recreated, only its configuration is written.
    let ran = cluster.verb("start", &[]).succeeded();
    assert!(
        ran.stdout
            .starts_with("cluster `local` is already running\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("localhost:3307 "), "{}", ran.stdout);
    assert_eq!(cluster.runs(), runs);
    old.is_kept();
    let config: Value = serde_yaml::from_str(&cluster.read("cluster.yml")).expect("YAML");
    assert_eq!(config["database"]["port"], 3307);
    assert_eq!(config["prismaVersion"], "1.1");
    let ran = cluster.verb("start", &[]).succeeded();
    assert!(ran.stdout.contains("is already running"), "{}", ran.stdout);
    assert_eq!(cluster.runs(), runs);

    cluster.verb("stop", &[]).succeeded();
    cluster.verb("start", &[]).succeeded();
    old.is_kept();
    assert_eq!(cluster.container(DATABASE).name, "prisma-db");
    cluster.verb("restart", &[]).succeeded();
    old.is_kept();
    assert_eq!(
        setting.rig.docker([
            "volume",
            "ls",
            "-q",
            "--filter",
            "label=com.docker.compose.project=local"
        ]),
        "local_db-persistence"
    );
}

/// Other commands work on it too, without a `start` first.
fn upgrade_and_nuke(setting: &Setting) {
    let old = Old::new(setting);
    let cluster = &old.cluster;
    cluster.verb("upgrade", &[]).succeeded();
    old.is_kept();
    cluster.verb("upgrade", &["--to", "1.2"]).succeeded();
    assert_eq!(cluster.without_token().version(), "1.2.8");
    old.is_kept();
    cluster.verb("nuke", &["--yes"]).succeeded();
    cluster.has_no_data();
    old.registry_is_kept();
    assert_eq!(
        setting.rig.docker(["port", "prisma-db"]).lines().next(),
        Some("3306/tcp -> 0.0.0.0:3307")
    );
    cluster.verb("delete", &["--yes"]).succeeded();
    assert_eq!(cluster.belongings(), [""; 0]);
    let registry = fs::read_to_string(cluster.registry()).expect("is there");
    assert!(registry.contains(
        "'eu' : {host: 'https://eu.example', clusterSecret: \"${env:EU}\"}   # paid by Ann\n"
    ));
    assert!(registry.contains(
        "  us:\n      host:   https://us.example\ncloudSessionKey: 'abc'\n\n# the end\n"
    ));
    assert!(!registry.contains("local:"), "{registry}");
}

/// `docker-compose down` removes the containers; the volume and the registry entry are enough to start
/// again.
fn after_docker_compose_down(setting: &Setting) {
    let old = Old::new(setting);
    old.compose(&["down"], "");
    let cluster = &old.cluster;
    cluster.verb("start", &[]).succeeded();
    old.is_kept();
    // The server has the key of the registry: no other key is accepted.
    assert_eq!(Api::new(4466, None).refused("evil"), 3015);
}

/// That CLI ran later servers with the variables of the older ones: the containers are recreated with
/// `PRISMA_CONFIG`, data and key are kept. Such a server needs the key on one line.
fn of_a_1_8_in_the_old_file(setting: &Setting) {
    let one_line = |pem: &str| pem.lines().filter(|line| !line.starts_with('-')).collect();
    let old = Old::of(setting, "1.8", one_line);
    let cluster = &old.cluster;
    assert_eq!(cluster.without_token().refused("evil"), 3015);
    let ran = cluster.verb("start", &[]).succeeded();
    ran.reports(&[
        "taking over the containers of another prisma CLI; their data is kept\n",
        "removing the other edition's containers\n",
    ]);
    old.is_kept();
    let name = format!("local{0}prisma{0}1", setting.generation.joint());
    let mut wanted = [&*name, "local_db-persistence", "local_default", "prisma-db"];
    wanted.sort_unstable();
    assert_eq!(cluster.belongings(), wanted);
    let database = setting.rig.docker(["port", "prisma-db"]);
    assert_eq!(database.lines().next(), Some("3306/tcp -> 0.0.0.0:3307"));
    let ran = cluster.verb("start", &[]).succeeded();
    assert!(ran.stdout.contains("is already running"), "{}", ran.stdout);
    cluster.verb("nuke", &["--yes"]).succeeded();
    cluster.has_no_data();
    cluster.verb("delete", &["--yes"]).succeeded();
    assert_eq!(cluster.belongings(), [""; 0]);
}

/// Two homes on one engine: what one runs, the other leaves alone, and takes over only if told to.
fn of_another_home(setting: &Setting) {
    let mut first = Cluster::new(setting);
    first.start(&[]);
    first.put_data();
    let mut second = Cluster::new(setting);
    second.name.clone_from(&first.name);
    let runs = first.runs();
    for verb in [
        &["start"][..],
        &["stop"],
        &["restart"],
        &["upgrade"],
        &["nuke", "--yes"],
        &["delete", "--yes"],
        &["ps"],
        &["logs"],
    ] {
        let ran = second.verb(verb[0], &verb[1..]);
        assert_eq!(ran.status, 1, "{verb:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("belongs to another home"),
            "{}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains(&*first.home().to_string_lossy()),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(first.runs(), runs);
    first.has_data();

    second.verb("start", &["--take-over"]).succeeded();
    (second.port, second.db_port) = (first.port, first.db_port);
    second.has_data();
    second.verb("restart", &[]).succeeded();
    let ran = first.verb("stop", &[]);
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    first.name = "not-there".to_owned();
    second.verb("delete", &["--yes"]).succeeded();
    assert_eq!(second.belongings(), [""; 0]);
}
