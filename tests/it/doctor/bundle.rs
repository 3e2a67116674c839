//! `doctor --bundle FILE`.

use crate::support::{Sandbox, key};
use std::os::unix::fs::PermissionsExt;

/// With all that shells, YAML and JSON spell in other ways.
const PASSWORD: &str = "d1stinct-pa$$ #w0rd\"q'";

fn sandbox() -> Sandbox {
    let mut s = Sandbox::new();
    let password = PASSWORD.replace('\'', "''");
    let config = s.config("schemaManagerSecret: d1stinct-manager\n").replace(
        "database:\n",
        &format!("database:\n  password: '{password}'\n"),
    );
    s.write("home/.prisma/clusters/local/cluster.yml", &config);
    s.set_private("home/.prisma/clusters/local/cluster.yml");
    s.run("local start").succeeds();
    s.forget();
    let registry = s.read("home/.prisma/config.yml");
    let cloud = "cloudSessionKey: d1stinct-session\n";
    s.write("home/.prisma/config.yml", &(registry + cloud));
    s.set_private("home/.prisma/config.yml");
    let log = format!(
        "2026-01-01T00:00:00Z err connecting with {PASSWORD} and d1stinct-manager, d1stinct-named\n\
         2026-01-01T00:00:01Z out {}\n",
        r#"{"key":"error/handled","payload":{"query":"mutation {deploy(secrets: [\"d1stinct-query\"])}","variables":"{\"mail\":\"d1stinct-mail\",\"secrets\":[\"d1stinct-service\"]}","code":4000}}"#
    );
    s.engine.log("prisma-database", &log);
    s.set("PRISMA_MANAGEMENT_API_SECRET", "d1stinct-variable");
    s.set("PRISMA_CLI_SECRET_ENV", "MINE");
    s.set("MINE", "d1stinct-named");
    s.set("HTTPS_PROXY", "http://me:d1stinct-proxy@127.0.0.1:1");
    s
}

#[track_caller]
fn holds_no_secret(text: &str) {
    let pem = key().pem_pkcs1().reveal().to_owned();
    let secret_lines = pem.lines().filter(|line| line.len() == 64).skip(8);
    for secret in secret_lines.chain(["d1stinct", "w0rd"]) {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
}

#[test]
fn a_report_tells_everything_but_secrets() {
    let s = sandbox();
    let ended = s.run("doctor --bundle report.txt");
    assert_eq!(
        ended.stderr,
        "wrote report.txt: secrets were removed, but review it before sharing\n"
    );
    assert_eq!(ended.status, 0, "{ended:?}");
    let report = s.read("work/report.txt");
    holds_no_secret(&report);
    holds_no_secret(&ended.stdout);
    let mode = std::fs::metadata(s.path("work/report.txt"))
        .expect("there")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    for told in [
        "== findings ==\nok ",
        "== environment ==\n",
        "PRISMA_MANAGEMENT_API_SECRET=(set, left out)",
        "== ~/.prisma/config.yml ==\nclusters:\n  local:\n    host: http://localhost:",
        "cloudSessionKey: (16 characters left out)",
        "== ~/.prisma/clusters/local/cluster.yml ==\n",
        "== ~/.prisma/clusters/local/docker-compose.yml ==\n",
        "    image: prismagraphql/prisma:1.1\n",
        "== ~/.prisma/clusters/local/.env ==\n",
        "SQL_CLIENT_HOST=prisma-db\n",
        "== docker version --format",
        "== history of local ==\n{\"run\":",
        "\"command\":\"prisma local start\"",
        "== containers of local ==\nlocal-prisma-database-1: running, image prismagraphql/prisma:1.1, 0 restarts",
        "== last lines of local-prisma-database-1 ==\n{\"key\":\"error/handled\"",
        "deploy(secrets: [********])}\",\"variables\":(left out),\"code\":4000}}\nconnecting with ******** and ********, ********",
    ] {
        assert!(report.contains(told), "no {told:?} in\n{report}");
    }
    assert_eq!(s.take_acts(), "");
}

#[test]
fn a_report_replaces_nothing_unasked_and_is_made_without_an_engine() {
    let s = sandbox();
    s.write("work/report.txt", "mine");
    s.run("doctor --bundle report.txt").fails(
        1,
        "error: could not write the report: `report.txt` already exists\n\
         hint: choose another name, or replace it with `--force`\n",
    );
    assert_eq!(s.read("work/report.txt"), "mine");
    s.run("doctor --bundle . --force").fails(
        1,
        "error: could not write the report: `.` is a folder\n\
         hint: name a file in it\n",
    );
    s.engine.fail("docker-version", 1, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?");
    assert_eq!(s.run("doctor --bundle report.txt --force").status, 1);
    let report = s.read("work/report.txt");
    holds_no_secret(&report);
    assert!(report.contains("problem  engine"), "{report}");
    assert!(!report.contains("last lines of"), "{report}");
    let dry = s.run("doctor --bundle none/report.txt --dry-run");
    assert_eq!(dry.status, 0, "{dry:?}");
    holds_no_secret(&dry.stdout);
    assert!(!s.path("work/none").exists());
    s.run("doctor --force").fails_with(2);
}
