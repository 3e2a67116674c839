//! A database that is somewhere else.

use super::CONFIG;
use crate::support::Sandbox;
use crate::support::engine::Made;

/// `database` of a cluster whose data is somewhere else.
const EXTERNAL: &str = "database:\n  connector: postgres\n  host: \"db.invalid\"\n  port: 7000\n  password: \"geheim\"\n";

#[test]
fn an_external_database_that_does_not_answer_is_told_before_anything_is_made() {
    let s = Sandbox::new();
    let start = format!("local start --port {}", s.port);
    s.run(&format!(
        "{start} --database-url postgres://me:geheim@db.invalid:7000/app"
    ))
    .is(
        5,
        "",
        "connecting to the external database (db.invalid:7000)\n\
         error: cannot connect to Postgres at db.invalid:7000\n\
         hint: check address, port and firewall; the server's container must reach it too\n",
    );
    assert_eq!(s.take_acts(), "");
    assert!(!s.path("home/.prisma/clusters/local").exists());
    s.run(&format!("{start} --database-url mysql://me:geheim@localhost")).is(
        6,
        "",
        "error: the configuration of cluster `local` is invalid: `database.host`: `localhost` means the server's own container: use an address of this machine that containers can reach\n",
    );
}

#[test]
fn an_external_database_is_nobodys_to_destroy() {
    let s = Sandbox::new();
    let more = format!(
        "prismaVersion: \"1.8\"\nport: {}\nclusterSecret: \"geheim\"\n",
        s.port
    );
    s.write(CONFIG, &(more + EXTERNAL));
    s.engine.make(&Made {
        number: 1,
        project: "local",
        service: "prisma",
        name: "local-prisma-1",
        image: "prismagraphql/prisma:1.8",
        status: "running",
        ports: &[(s.port, "0.0.0.0", s.port)],
        env: &[],
        version: "",
    });
    let refused = "cannot reset cluster `local`: its data is in an external database (db.invalid:7000), which `prisma` never deletes";
    let hints = [
        "clear it with the database's own tools, then redeploy the services with `prisma deploy`",
        "restart the server with `prisma local restart`",
    ];
    s.run("local nuke --yes").is(
        1,
        "",
        &format!("error: {refused}\nhint: {}\nhint: {}\n", hints[0], hints[1]),
    );
    let json = s.run("local nuke --yes --json");
    let document: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(
        document["error"],
        serde_json::json!({"code": "not_managed", "message": refused, "hints": hints, "exit": 1})
    );
    assert_eq!(s.take_acts(), "");
    s.run("local delete --yes").is(
        0,
        "cluster `local` is deleted\n",
        "this will delete cluster `local`:\n  containers  local-prisma-1\n  volumes     none\n  \
           files       ~/.prisma/clusters/local\n\
         data in the external database at db.invalid:7000 is not deleted\n\
         removing containers, network and data\n",
    );
}
