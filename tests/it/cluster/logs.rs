//! `prisma cluster logs`, with a docker that is played.

use crate::cluster::support::Home;
use serde_json::{Value, json};

fn container(id: &str, service: &str, image: &str) -> Value {
    json!({
        "Id": id,
        "Name": format!("/{id}"),
        "Config": {"Image": image, "Labels": {"com.docker.compose.service": service}, "Env": []},
        "State": {"Status": "running"},
    })
}

/// A docker with these projects, whose containers print two lines each.
fn docker(home: &Home, projects: &[(&str, &[Value])], extra: &str) {
    let mut script = "printf '%s\\n' \"$*\" >> \"$HOME/calls\"\ncase \"$*\" in\n".to_owned();
    for (project, containers) in projects {
        let ids: Vec<&str> = containers.iter().filter_map(|c| c["Id"].as_str()).collect();
        script += &format!(
            "ps\\ -aq*project={project}\\ *) printf '{}\\n' ;;\n",
            ids.join("\\n")
        );
        let name = format!("inspect-{project}.json");
        home.write(&name, &Value::from(containers.to_vec()).to_string());
        script += &format!("inspect*{}) cat \"$HOME/{name}\" ;;\n", ids.join("\\ "));
        for id in ids {
            script += &format!(
                "logs*--timestamps*{id}) printf '2024-01-01T00:00:01Z {id} one\\n2024-01-01T00:00:03Z {id} two\\n' ;;\n\
                 logs*{id}) printf '{id} one\\n'; printf '{id} two\\n' >&2 ;;\n"
            );
        }
    }
    script += extra;
    script += "\nps*|inspect*) ;;\n*) echo 'unexpected' >&2; exit 9 ;;\nesac";
    home.docker(&script);
}

fn two() -> [Value; 2] {
    [
        container(
            "aaa",
            "prisma-database",
            "mirror.example:5000/prismagraphql/prisma:1.1",
        ),
        container("bbb", "prisma-db", "mysql:5.7"),
    ]
}

fn calls(home: &Home) -> Vec<String> {
    let text = std::fs::read_to_string(home.path("calls")).unwrap_or_default();
    text.lines()
        .filter(|line| line.starts_with("logs") || line.starts_with("context"))
        .map(str::to_owned)
        .collect()
}

const LOCAL: &str = "clusters:\n  local:\n    host: 'http://localhost:4466'\n  far:\n    host: 'http://45.55.177.154:4466'\n";

#[test]
fn the_servers_log_is_shown_as_docker_prints_it() {
    let home = Home::with(LOCAL);
    docker(&home, &[("local", &two())], "");
    home.cluster(&["logs", "local", "--tail", "5", "--since", "10m"])
        .is(0, "aaa one\n", "aaa two\n");
    assert_eq!(calls(&home), ["logs --tail 5 --since 10m aaa"]);
}

#[test]
fn the_database_and_all_are_a_flag_away() {
    let home = Home::with(LOCAL);
    docker(&home, &[("local", &two())], "");
    for service in ["db", "database", "prisma-db", "bbb"] {
        home.cluster(&["logs", "local", "--service", service])
            .is(0, "bbb one\n", "bbb two\n");
    }
    home.cluster(&["logs", "local", "--all"]).is(
        0,
        "prisma-database | aaa one\nprisma-db       | bbb one\n\
         prisma-database | aaa two\nprisma-db       | bbb two\n",
        "",
    );
    let json = home
        .cluster(&["logs", "local", "--json", "--tail", "1"])
        .json();
    assert_eq!(
        json["data"]["lines"][1],
        json!({"time": "2024-01-01T00:00:03Z", "service": "prisma-database", "line": "aaa two"})
    );
    home.cluster(&["logs", "local", "--service", "nope"]).is(
        2,
        "",
        "error: cluster `local` has no service `nope`\nhint: name one with `--service`: `prisma-database`, `prisma-db`\n",
    );
    home.cluster(&["logs", "local", "-f", "--json"]).is(
        2,
        "{\n  \"version\": 1,\n  \"ok\": false,\n  \"command\": \"cluster logs\",\n  \"error\": {\n    \"code\": \"usage\",\n    \"message\": \"`--follow` cannot be combined with JSON output\",\n    \"hints\": [\n      \"omit `--follow` or `--output json`\"\n    ],\n    \"exit\": 2\n  }\n}\n",
        "",
    );
}

#[test]
fn the_name_defaults_to_the_cluster_of_the_nearest_prisma_yml_and_else_to_local() {
    let home = Home::with(LOCAL).below("project/src/deep");
    docker(
        &home,
        &[
            ("local", &two()),
            (
                "mine",
                &[container("ccc", "prisma", "prismagraphql/prisma:1.8")],
            ),
        ],
        "",
    );
    home.cluster(&["logs"])
        .is(0, "aaa one\n", "logs of cluster `local`\naaa two\n");
    home.write("project/prisma.yml", "service: x\ncluster: mine # here\n");
    home.cluster(&["logs"])
        .is(0, "ccc one\n", "logs of cluster `mine`\nccc two\n");
    for (cluster, env) in [
        ("${self:custom.c}", ""),
        ("${env:WHERE}", "WHERE=mine\n"),
        ("${opt:cluster, self:custom.c}", ""),
        // Every flag of the command.
        ("${opt:env-file, self:custom.c}", ""),
    ] {
        let text = format!("cluster: {cluster}\ncustom: {{c: mine}}\nstage: 7 # not read\n");
        home.write("project/prisma.yml", &text);
        home.write("project/.env", env);
        // A value from a variable that is not known as a cluster's name may be a secret.
        let shown = match env {
            "" => "`mine`",
            _ => "`${env:WHERE}` (`WHERE` is set in `HOME/project/.env`)",
        };
        let stderr = format!("logs of cluster {shown}\nccc two\n");
        home.cluster(&["logs"]).is(0, "ccc one\n", &stderr);
    }
    home.write("project/prisma.yml", "cluster: ${env:WHERE}\n");
    home.write("project/.env", "WHERE=other\n");
    home.write("project/prod.env", "WHERE=local\n");
    home.cluster(&["logs", "-e", "../../prod.env"]).is(
        0,
        "aaa one\n",
        "logs of cluster `local`\naaa two\n",
    );
    home.write("project/src/prisma.yml", "service: x\ncluster: [a]\n");
    home.cluster(&["logs"]).is(
        6,
        "",
        "error: HOME/project/src/prisma.yml:2:10: `cluster`: expected a string, found a list\n\
         hint: name the cluster: `prisma cluster logs NAME`\n",
    );
    let home = home.env("PRISMA_CLI_CLUSTER", "local");
    home.cluster(&["logs"]).is(0, "aaa one\n", "aaa two\n");
}

#[test]
fn a_cluster_on_another_machine_is_told_plainly() {
    let home = Home::with(LOCAL);
    // A project of that name here is not that cluster.
    docker(&home, &[("far", &two())], "");
    home.cluster(&["logs", "far"]).is(
        1,
        "",
        "error: cluster `far` runs on `45.55.177.154`; its logs are only available there\n\
         hint: use that machine's engine: `DOCKER_HOST=ssh://USER@45.55.177.154 prisma cluster logs far`\n\
         hint: or use its Docker context: `docker context use …`, or `DOCKER_CONTEXT=…`\n",
    );
    for name in ["acme/one", "prisma-us1"] {
        let message = format!(
            "error: cluster `{name}` was on Prisma Cloud, which closed on 2022-09-01\n\
             hint: use a cluster of your own: start one with `prisma local start`, or add one with `prisma cluster add`\n"
        );
        home.cluster(&["logs", name]).is(1, "", &message);
    }
    let home = home.env("PRISMA_CLOUD_API", "http://localhost:1");
    home.cluster(&["logs", "acme/one"]).is(
        1,
        "",
        "error: cluster `acme/one` is hosted on Prisma Cloud, which does not expose logs\n\
         hint: ask the operators; on that machine: `docker logs CONTAINER`\n",
    );
}

#[test]
fn with_that_machines_engine_its_logs_are_there_whatever_the_project_is_called() {
    let remote = "ps*publish=4466*) printf 'prisma-1\\tdroplet\\n' ;;";
    let home = Home::with(LOCAL).env("DOCKER_HOST", "ssh://me@45.55.177.154");
    docker(&home, &[("droplet", &two())], remote);
    home.cluster(&["logs", "far"])
        .is(0, "aaa one\n", "aaa two\n");
    let home = Home::with(LOCAL);
    home.write(".docker/config.json", r#"{"currentContext": "droplet"}"#);
    home.write(
        ".docker/contexts/meta/0123/meta.json",
        r#"{"Name": "droplet", "Endpoints": {"docker": {"Host": "ssh://me@45.55.177.154"}}}"#,
    );
    docker(&home, &[("droplet", &two())], remote);
    home.cluster(&["logs", "far"])
        .is(0, "aaa one\n", "aaa two\n");
}

#[test]
fn unknown_stopped_and_dockerless_are_three_things() {
    let home = Home::with(LOCAL);
    home.cluster(&["logs", "local"]).is(
        3,
        "",
        "error: `docker` is not installed: not found on PATH\n\
         hint: install Docker Engine, on Debian and Ubuntu: `sudo apt-get install docker.io docker-compose`\n\
         hint: or set `PRISMA_DOCKER` to the program's path\n\
         hint: `prisma local` does not run the server at `http://localhost:4466`: read its log where it was started\n",
    );
    // For one on another machine, this engine does not matter.
    let far = home.cluster(&["logs", "far"]);
    assert!(
        far.stderr
            .starts_with("error: cluster `far` runs on `45.55.177.154`"),
        "{far:?}"
    );
    docker(&home, &[], "");
    home.cluster(&["logs", "lokal"]).is(
        1,
        "",
        "error: cluster `lokal` not found\nhint: did you mean `local`?\n",
    );
    home.cluster(&["logs", "local"]).is(
        1,
        "",
        "error: cluster `local` has no containers on this Docker engine, so there are no logs\n\
         hint: `prisma local` does not run the server at `http://localhost:4466`: read its log where it was started\n",
    );
    // It is managed from here on.
    home.manage("local");
    let outcome = home.cluster(&["logs", "local"]);
    let hint = "hint: start it with `prisma local start`\n";
    assert!(outcome.stderr.ends_with(hint), "{outcome:?}");
}

#[test]
fn the_childs_status_is_forwarded_and_a_dry_run_shows_the_command() {
    let home = Home::with(LOCAL);
    docker(&home, &[("local", &two())], "");
    home.cluster(&["logs", "local", "--dry-run", "-f"]).is(
        0,
        "would run     docker logs --follow aaa\n",
        "",
    );
    assert!(calls(&home).is_empty());
    let mut containers = two();
    containers[0]["Id"] = json!("zzz");
    home.write(
        "inspect-local.json",
        &Value::from(containers.to_vec()).to_string(),
    );
    let outcome = home.cluster(&["logs", "local"]);
    assert_eq!(outcome.status, 9, "{outcome:?}");
}
