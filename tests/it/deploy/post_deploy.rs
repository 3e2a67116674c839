//! What follows a deployment that succeeded: seed, schema, hooks.
//!
//! Witness: none is needed: seeds, schema files and hooks are what is tested; the server behind them is scripted.

use crate::deploy::support::{Place, TYPES, VERSIONS, deployed, neutral, planned};
use crate::support::standin::{Mishap, Plan, Standin};
use serde_json::{Value, json};

const ALL: &str = "seed:\n  import: seed.graphql\nschema: out/schema.graphql\nhooks:\n  post-deploy:\n    - echo one\n    - echo two >&2\n";

const SEED: &str = "mutation {\r\n  createUser(data: {name: \"\u{fc}\"}) { id }\r\n}\r\n";

fn service(standin: &Standin, more: &str) -> Place {
    standin.state().introspection = Some(json!({"queryType": {"name": "Query"}, "types": [
        {"kind": "ENUM", "name": "Role", "enumValues": [{"name": "ADMIN"}]}]}));
    let place = Place::cluster(standin, more);
    place.write("seed.graphql", SEED);
    place
}

/// What was posted to the service itself but for introspections.
fn posted(standin: &Standin) -> Vec<Value> {
    standin
        .state()
        .project("hello", "dev")
        .expect("there")
        .asked
        .clone()
}

#[test]
fn the_schema_is_written_a_seed_is_imported_once_and_hooks_run_in_order() {
    for version in VERSIONS {
        let standin = Standin::start(version);
        let place = service(&standin, ALL);
        let outcome = place.deploy(&[]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        assert_eq!(
            outcome.stderr,
            "deploying `hello` to cluster `far`\nschema: `out/schema.graphql`\nseed: `seed.graphql`\nhook: `echo one`\none\nhook: `echo two >&2`\ntwo\n"
        );
        assert!(
            outcome.stdout.ends_with("\nAfter the deployment:\n\n  schema   `out/schema.graphql` written\n  seed     `seed.graphql` imported\n  hook     `echo one` done\n  hook     `echo two >&2` done\n"),
            "{outcome:?}"
        );
        assert_eq!(posted(&standin), [json!({"query": SEED})]);
        assert_eq!(
            place.read("out/schema.graphql").as_deref(),
            Some("enum Role {\n  ADMIN\n}\n")
        );

        let before =
            std::fs::metadata(place.home.path("service/out/schema.graphql")).expect("there");
        place.change();
        let outcome = place.deploy(&["--json"]);
        let after =
            std::fs::metadata(place.home.path("service/out/schema.graphql")).expect("there");
        assert_eq!(
            before.modified().expect("a time"),
            after.modified().expect("a time")
        );
        assert_eq!(
            outcome.json()["data"]["after"],
            json!([
                {"step": "schema", "what": "out/schema.graphql", "status": "unchanged", "error": null},
                {"step": "hook", "what": "echo one", "status": "done", "error": null},
                {"step": "hook", "what": "echo two >&2", "status": "done", "error": null},
            ])
        );
        assert_eq!(posted(&standin).len(), 1, "one import");
    }
}

#[test]
fn a_dry_run_only_says_what_would_be_done() {
    let standin = Standin::start("1.8.4");
    let place = service(&standin, ALL);
    let outcome = place.deploy(&["-d"]);
    assert_eq!(outcome.stderr, "deploying `hello` to cluster `far`\n");
    assert_eq!(
        outcome.stdout,
        "service `hello`, stage `dev`: would be created on cluster `far`\nnote: the server checks a datamodel only once the service exists: its syntax, names, types, ids and subscriptions were checked by this program, and nothing else\n\nAfter the deployment:\n\n  schema   `out/schema.graphql` would be written\n  seed     `seed.graphql` would run\n  hook     `echo one` would run\n  hook     `echo two >&2` would run\n"
    );
    assert_eq!(place.read("out/schema.graphql"), None);
    let standin = deployed("1.8.4");
    let outcome = service(&standin, ALL).deploy(&["-d", "-j"]);
    let steps = outcome.json()["data"]["after"].as_array().map(Vec::len);
    assert_eq!(
        steps,
        Some(3),
        "no seed for a service that is there: {outcome:?}"
    );
}

#[test]
fn no_seed_skips_it_and_a_command_may_be_one() {
    let standin = Standin::start("1.34.12");
    let outcome = service(&standin, ALL).deploy(&["--no-seed"]);
    assert!(!outcome.all().contains("seed"), "{outcome:?}");
    assert!(posted(&standin).is_empty());
    let standin = Standin::start("1.34.12");
    let place = service(&standin, "seed:\n  run: echo $FROM_FILE > seeded\n");
    place.write(".env", "FROM_FILE=value\n");
    assert_eq!(place.deploy(&[]).status, 0);
    assert_eq!(place.read("seeded").as_deref(), Some("value\n"));
}

#[test]
fn hooks_that_fail_do_not_keep_others_from_running() {
    let standin = deployed("1.8.4");
    let hooks =
        "hooks:\n  post-deploy:\n    - echo first >> log\n    - exit 3\n    - echo last >> log\n";
    let place = service(&standin, hooks);
    place.change();
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.stdout.contains("deployed to cluster `far`"),
        "{outcome:?}"
    );
    assert!(outcome.stdout.ends_with("  hook     `echo first >> log` done\n  hook     `exit 3` failed\n  hook     `echo last >> log` done\n"), "{outcome:?}");
    assert!(
        outcome.stderr.ends_with("error: service `hello`, stage `dev`: deployed, but some post-deployment steps failed\nhook: `sh -c 'exit 3'` failed with status 3\n"),
        "{outcome:?}"
    );
    assert_eq!(place.read("log").as_deref(), Some("first\nlast\n"));
    let document = place.deploy(&["-j"]).json();
    assert_eq!(document["ok"], false);
    assert_eq!(document["error"]["code"], "child_failed");
    assert_eq!(document["error"]["exit"], 1);
    assert_eq!(document["data"]["outcome"], "up_to_date");
    assert_eq!(document["data"]["after"][1]["status"], "failed");
}

#[test]
fn a_seed_that_is_refused_is_told_and_the_rest_is_done() {
    let standin = Standin::start("1.8.4");
    let place = service(&standin, ALL);
    place.write("seed.graphql", "mutation { unknownField }\n");
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 1);
    let told = neutral(&outcome.stderr, &standin);
    assert!(
        told.contains("seed: could not import `HOME/service/seed.graphql`: `http://SERVER/hello/dev` says: Cannot query field"),
        "{told}"
    );
    assert!(
        told.contains("hint: seeding runs on the first deployment only: import the data yourself, or deploy to a new stage with `--stage`\n"),
        "{told}"
    );
    assert!(outcome.stdout.contains("`echo one` done"), "{outcome:?}");
}

#[test]
fn a_seed_that_cannot_be_imported_is_told_before_a_service_is_created_and_never_later() {
    let standin = Standin::start("1.8.4");
    for (seed, why) in [
        ("gone.graphql", "the seed file does not exist"),
        ("gone.zip", "the seed file does not exist"),
        ("seed.js", "only `.graphql` and `.zip` files can"),
        ("seed.zip", "is not an export of a service"),
    ] {
        let place = service(&standin, &format!("seed:\n  import: {seed}\n"));
        place.write("seed.zip", "PK");
        for args in [&[][..], &["-d"]] {
            let outcome = place.deploy(args);
            assert_eq!(outcome.status, 6, "{outcome:?}");
            assert!(
                outcome.stderr.contains("HOME/service/prisma.yml:7:11: "),
                "{outcome:?}"
            );
            assert!(outcome.stderr.contains(why), "{outcome:?}");
        }
        assert_eq!(place.deploy(&["-d", "--no-seed"]).status, 0);
    }
    assert!(standin.state().projects.is_empty());
    let standin = deployed("1.8.4");
    let place = service(&standin, "seed:\n  import: gone.graphql\n");
    place.change();
    assert_eq!(place.deploy(&["--no-seed"]).status, 0);
    place.write("datamodel.graphql", TYPES);
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(!outcome.all().contains("gone"), "{outcome:?}");
}

#[test]
fn the_operations_of_a_seed_are_sent_one_by_one() {
    let standin = Standin::start("1.34.12");
    let place = service(&standin, "seed:\n  import: seed.graphql\n");
    let create = |name: &str| {
        format!("mutation {name} {{\n  createUser(data: {{name: \"{name}\"}}) {{ id }}\n}}")
    };
    place.write(
        "seed.graphql",
        &format!("# two\n{}\n\n{}\n", create("a"), create("b")),
    );
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!(
        posted(&standin),
        [json!({"query": create("a")}), json!({"query": create("b")})]
    );
    let standin = Standin::start("1.34.12");
    let place = service(&standin, "seed:\n  import: seed.graphql\n");
    place.write(
        "seed.graphql",
        &format!(
            "{}\nmutation {{ unknownField }}\n{}\n",
            create("a"),
            create("b")
        ),
    );
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 1);
    assert!(
        outcome
            .stderr
            .contains("seed: could not import `HOME/service/seed.graphql:4`, operation 2 of 3: "),
        "{outcome:?}"
    );
    assert_eq!(
        posted(&standin).len(),
        2,
        "the one that failed was the last"
    );
}

#[test]
fn nothing_follows_a_deployment_that_failed() {
    let error = json!({"type": "User", "field": "name", "description": "wrong"});
    let plan = Plan {
        errors: vec![error],
        ..Plan::default()
    };
    let standin = planned("1.8.4", plan);
    let place = service(
        &standin,
        "schema: s.graphql\nhooks:\n  post-deploy: touch ran\n",
    );
    place.change();
    assert_eq!(place.deploy(&[]).status, 7);
    assert_eq!((place.read("ran"), place.read("s.graphql")), (None, None));
}

#[test]
fn a_schema_that_cannot_be_had_or_written_is_told() {
    let standin = deployed("1.8.4");
    let place = service(&standin, "schema: s.graphql\n");
    let mishap = Mishap::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhuh?".to_vec());
    standin
        .state()
        .mishaps
        .push_back(("__schema".to_owned(), mishap));
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("schema: could not read the schema of the service: "),
        "{outcome:?}"
    );
    std::fs::create_dir(place.home.path("service/s.graphql")).expect("a folder");
    let outcome = place.deploy(&[]);
    assert!(
        outcome
            .stderr
            .contains("schema: could not write `HOME/service/s.graphql`: is a directory"),
        "{outcome:?}"
    );
}

#[test]
fn secrets_in_commands_are_neither_shown_nor_in_the_argument_list() {
    let standin = deployed("1.8.4");
    let hook = "hooks:\n  post-deploy:\n    - /bin/cat /proc/$$/cmdline > args; echo ${env:TOKEN} > token\n";
    let place = service(&standin, hook).env("TOKEN", "tok3n-tok3n");
    let outcome = place.deploy(&["-v"]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(!outcome.all().contains("tok3n"), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("$ sh -c '/bin/cat /proc/$$/cmdline > args; echo ${env:TOKEN} > token'\n"),
        "{outcome:?}"
    );
    let args = place.read("args").expect("written");
    assert!(!args.contains("tok3n"), "{args:?}");
    assert_eq!(place.read("token").as_deref(), Some("tok3n-tok3n\n"));
}

#[test]
fn quiet_is_quiet_about_commands_but_for_what_one_that_failed_printed() {
    let standin = deployed("1.8.4");
    let place = service(
        &standin,
        "hooks:\n  post-deploy:\n    - echo fine\n    - echo broken; exit 1\n",
    );
    let outcome = place.deploy(&["-q"]);
    assert_eq!(
        outcome.stderr,
        "error: service `hello`, stage `dev`: deployed, but some post-deployment steps failed\nhook: `sh -c 'echo broken; exit 1'` failed with status 1:\n  broken\n"
    );
}

#[test]
fn an_interrupt_ends_a_hook_and_a_slow_one_has_a_limit() {
    let standin = deployed("1.8.4");
    let hooks = "hooks:\n  post-deploy:\n    - echo begun; exec /bin/sleep 20\n    - touch never\n";
    let place = service(&standin, hooks);
    let mut running = place.start(&[]);
    running.prints("begun\n", 1);
    running.signal("INT");
    let outcome = place.end(running);
    assert_eq!(outcome.status, 130);
    assert!(
        outcome.stderr.ends_with(
            "error: interrupted: deployed, but not all post-deployment steps were run\n"
        ),
        "{outcome:?}"
    );
    assert_eq!(place.read("never"), None);
    let outcome = place.deploy(&["--wait-timeout", "300ms"]);
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.stderr.contains("did not finish within 300ms"),
        "{outcome:?}"
    );
}

#[test]
fn a_seed_waits_for_the_first_migration_that_succeeds() {
    let standin = Standin::start("1.8.4");
    let place = service(&standin, "seed:\n  import: seed.graphql\n");
    for broken in [false, true] {
        standin.state().plans.push_back(Plan {
            fails_after: Some(1),
            stays_broken: broken,
            ..Plan::default()
        });
        let failed = place.deploy(&[]);
        assert_eq!(failed.status, 7, "{failed:?}");
        assert!(posted(&standin).is_empty());
    }
    assert_eq!(place.deploy(&[]).status, 0);
    assert_eq!(posted(&standin).len(), 1, "the seed");
    place.change();
    assert_eq!(place.deploy(&[]).status, 0);
    assert_eq!(posted(&standin).len(), 1, "and never again");
}
