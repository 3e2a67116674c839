//! `prisma generate`, the generators after a deployment, and the npm CLI for what this program does not have.
//!
//! Witness: none is needed: files and commands are what is tested; the server behind them is scripted.

use crate::deploy::support::{Place, deployed};
use crate::support::ended::Ended;
use crate::support::engine::write_script;
use crate::support::standin::Standin;
use serde_json::{Value, json};
use std::fs;

const SCHEMA: &str = "enum Role {\n  ADMIN\n}\n";

const SCHEMA_ONLY: &str =
    "generate:\n  - generator: graphql-schema\n    output: gen/prisma.graphql\n";

const BOTH: &str = "generate:\n  - generator: graphql-schema\n    output: gen/prisma.graphql\n  - generator: typescript-client\n    output: gen/client/\n";

/// As the npm CLI does: it also writes the schema, and writes all of it each time.
const NPM_CLI: &str = "echo \"prisma1 $*\" >> log\n/bin/mkdir -p gen/client\necho theirs > gen/prisma.graphql\necho \"$SECRET_OF_FILE\" > gen/client/index.ts";

fn service(standin: &Standin, more: &str) -> Place {
    standin.state().introspection = Some(json!({"queryType": {"name": "Query"}, "types": [
        {"kind": "ENUM", "name": "Role", "enumValues": [{"name": "ADMIN"}]}]}));
    let place = Place::cluster(standin, more);
    place.write(".env", "SECRET_OF_FILE=from-file\n");
    place
}

/// Installs a package of npm with its program.
fn install(place: &Place, name: &str, version: &str, script: &str) {
    let package = json!({"name": name, "version": version}).to_string();
    place.write(&format!("node_modules/{name}/package.json"), &package);
    let bin = place.home.path("service/node_modules/.bin");
    fs::create_dir_all(&bin).expect("creates");
    write_script(&bin.join(name), &format!("#!/bin/sh\n{script}\n"));
}

#[track_caller]
fn generate(place: &Place, args: &[&str]) -> Ended {
    place.home.end(place.home.prisma("generate", args).start())
}

fn after(outcome: &Ended) -> Value {
    outcome.json()["data"]["after"].clone()
}

#[test]
fn the_schema_needs_nothing_else_and_is_only_written_when_it_differs() {
    for version in ["1.1.3", "1.8.4", "1.34.12"] {
        let standin = deployed(version);
        let place = service(&standin, SCHEMA_ONLY);
        let shown = generate(&place, &["--dry-run"]);
        assert_eq!(
            shown.stdout,
            "would write   HOME/service/gen/prisma.graphql (new)\n  @@ -0,0 +1,3 @@\n  +enum Role {\n  +  ADMIN\n  +}\n"
        );
        assert_eq!(place.read("gen/prisma.graphql"), None);
        let outcome = generate(&place, &[]);
        assert_eq!((outcome.status, &*outcome.stderr), (0, ""), "{outcome:?}");
        assert_eq!(
            outcome.stdout,
            "graphql-schema: `HOME/service/gen/prisma.graphql` written\n"
        );
        assert_eq!(place.read("gen/prisma.graphql").as_deref(), Some(SCHEMA));
        let file = place.home.path("service/gen/prisma.graphql");
        let time = |file| {
            fs::metadata(file)
                .and_then(|of| of.modified())
                .expect("a time")
        };
        let before = time(&file);
        assert_eq!(
            generate(&place, &["--json"]).json()["data"],
            json!({"generated": [{
                "generator": "graphql-schema",
                "output": file.display().to_string().replace(&place.home.path("").display().to_string(), "HOME/"),
                "status": "unchanged",
            }]})
        );
        assert_eq!(before, time(&file));
        assert_eq!(generate(&place, &["--dry-run"]).stdout, "nothing to do\n");
        assert!(
            standin
                .take()
                .iter()
                .all(|request| request.path == "/hello/dev")
        );
    }
}

#[test]
fn project_and_env_file_are_those_of_deploy() {
    let standin = deployed("1.34.12");
    let place = service(
        &standin,
        "generate:\n  - generator: graphql-schema\n    output: ${env:OUT}.graphql\n",
    );
    place.write("other.env", "OUT=named\n");
    place.home.write("elsewhere/.env", "OUT=usual\n");
    let args = [
        "-p",
        "../service",
        "-e",
        "../service/other.env",
        "-s",
        "dev",
    ];
    let elsewhere = place.home.path("elsewhere");
    for (args, file) in [(&args[..], "named.graphql"), (&args[..2], "usual.graphql")] {
        let run = place.home.prisma("generate", args).dir(&elsewhere);
        let outcome = place.home.end(run.start());
        assert_eq!(outcome.status, 0, "{outcome:?}");
        assert_eq!(place.read(file).as_deref(), Some(SCHEMA), "{file}");
    }
    let outcome = generate(&place, &[]);
    assert_eq!(outcome.status, 6, "no value for the output: {outcome:?}");
    assert!(
        outcome.stderr.contains("the variable `OUT` is not set"),
        "{outcome:?}"
    );
}

#[test]
fn a_service_that_is_not_there_is_told_with_the_way_out() {
    let standin = Standin::start("1.34.12");
    let outcome = generate(&service(&standin, SCHEMA_ONLY), &[]);
    assert_eq!(outcome.status, 7, "{outcome:?}");
    let told = "error: could not read the schema of the service: ";
    assert!(outcome.stderr.starts_with(told), "{outcome:?}");
    assert!(
        outcome.stderr.ends_with("hint: deploy the service first\n"),
        "{outcome:?}"
    );
    let place = Place::at("http://127.0.0.1:1", SCHEMA_ONLY);
    assert_eq!(generate(&place, &[]).status, 1);
    assert_eq!(place.read("gen/prisma.graphql"), None);
}

#[test]
fn clients_are_generated_by_the_npm_cli_and_the_schema_is_that_of_the_service() {
    let standin = deployed("1.34.12");
    let place = service(&standin, BOTH);
    install(&place, "prisma", "2.30.0", "echo the ORM >> log");
    install(&place, "prisma1", "1.34.12", NPM_CLI);
    let outcome = generate(&place, &[]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!(outcome.stderr, "generating `typescript-client`\n");
    assert_eq!(
        outcome.stdout,
        "typescript-client: `HOME/service/gen/client/` written\ngraphql-schema: `HOME/service/gen/prisma.graphql` written\n"
    );
    assert_eq!(place.read("log").as_deref(), Some("prisma1 generate\n"));
    assert_eq!(place.read("gen/prisma.graphql").as_deref(), Some(SCHEMA));
    assert_eq!(
        place.read("gen/client/index.ts").as_deref(),
        Some("from-file\n")
    );
    let shown = generate(&place, &["--dry-run"]);
    assert_eq!(shown.stdout, "would run     prisma1 generate\n");
    let outcome = place.deploy(&["-j"]);
    assert_eq!(
        after(&outcome),
        json!([
            {"step": "generate", "what": "typescript-client", "status": "done", "error": null},
            {"step": "generate", "what": "gen/prisma.graphql", "status": "written", "error": null},
        ])
    );
    assert_eq!(place.read("gen/prisma.graphql").as_deref(), Some(SCHEMA));
}

#[test]
fn clients_that_cannot_be_generated_are_never_stale_in_silence() {
    let standin = deployed("1.34.12");
    let place = service(&standin, BOTH);
    install(&place, "prisma", "5.1.0", "echo the ORM >> log");
    let missing = "`typescript-client` not generated: the npm CLI of Prisma 1 is not installed\nhint: install the npm CLI of Prisma 1: `npm install -D prisma1`, then run `prisma generate`\n";
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!(
        outcome.stderr,
        format!(
            "deploying `hello` to cluster `far`\nwarning: {missing}generate: `gen/prisma.graphql`\n"
        )
    );
    assert!(
        outcome.stdout.ends_with(
            "  generate `typescript-client` skipped\n  generate `gen/prisma.graphql` written\n"
        ),
        "{outcome:?}"
    );
    assert_eq!(after(&place.deploy(&["-j"]))[0]["status"], "skipped");
    // A dry run does not promise them either.
    let outcome = place.deploy(&["-d"]);
    assert!(outcome.stderr.contains(missing), "{outcome:?}");
    assert!(
        outcome.stdout.ends_with(
            "  generate `typescript-client` skipped\n  generate `gen/prisma.graphql` would be written\n"
        ),
        "{outcome:?}"
    );
    let outcome = generate(&place, &[]);
    assert_eq!(
        (outcome.status, outcome.stderr),
        (1, format!("error: {missing}"))
    );
    assert_eq!(place.read("log"), None);
}

#[test]
fn a_generator_that_fails_fails_the_run_also_where_the_npm_cli_does_not_say_so() {
    let standin = deployed("1.34.12");
    let place = service(&standin, BOTH);
    install(&place, "prisma1", "1.34.12", "echo broken; exit 3");
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert!(
        outcome.stderr.ends_with("deployed, but some post-deployment steps failed\ngenerate: `prisma1 generate` failed with status 3:\n  broken\n"),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stdout
            .contains("  generate `typescript-client` failed\n")
    );
    install(&place, "prisma1", "1.34.12", "echo an error");
    let outcome = generate(&place, &[]);
    assert_eq!(
        (outcome.status, &*outcome.stderr),
        (
            1,
            "generating `typescript-client`\nerror: the npm CLI ended without an error, but wrote nothing to `HOME/service/gen/client/` for `typescript-client`\nhint: run `npx prisma1 generate` to see what it says\n"
        )
    );
}

#[test]
fn generators_and_hooks_can_be_left_out() {
    let standin = deployed("1.34.12");
    let place = service(
        &standin,
        &format!("{SCHEMA_ONLY}hooks:\n  post-deploy: echo hook\n"),
    );
    let dry = after(&place.deploy(&["-d", "-j"]));
    assert_eq!(dry[0]["status"], "would_be_done");
    let outcome = place.deploy(&["--no-generate"]);
    assert!(
        outcome.stdout.ends_with("\n  hook     `echo hook` done\n"),
        "{outcome:?}"
    );
    assert_eq!(place.read("gen/prisma.graphql"), None);
    let outcome = place.deploy(&["--skip-hooks"]);
    assert!(
        outcome
            .stdout
            .ends_with("\n  generate `gen/prisma.graphql` written\n"),
        "{outcome:?}"
    );
}

#[test]
fn a_hook_that_generates_does_not_do_it_twice_and_never_calls_the_orm() {
    let hook = "hooks:\n  post-deploy:\n    - prisma generate && echo next\n";
    let standin = deployed("1.34.12");
    let place = service(&standin, &format!("{BOTH}{hook}"));
    install(&place, "prisma", "5.1.0", "echo the ORM >> log; exit 1");
    install(&place, "prisma1", "1.34.12", NPM_CLI);
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(
        outcome.stderr.ends_with(
            "hook: `prisma generate && echo next`\nalready generated by this deployment\nnext\n"
        ),
        "{outcome:?}"
    );
    assert_eq!(place.read("log").as_deref(), Some("prisma1 generate\n"));
    let outcome = place.deploy(&["--no-generate"]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!(
        place.read("log").as_deref(),
        Some("prisma1 generate\nprisma1 generate\n")
    );
}

#[test]
fn a_hook_without_generators_or_without_the_npm_cli_does_not_end_a_deployment_with_status_1() {
    let hook = "hooks:\n  post-deploy:\n    - prisma generate\n";
    for more in ["", SCHEMA_ONLY, BOTH] {
        let standin = deployed("1.8.4");
        let outcome = service(&standin, &format!("{more}{hook}")).deploy(&[]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
    }
}

#[test]
fn what_only_the_npm_cli_has_is_handed_over_in_a_hook() {
    let hook = "hooks:\n  post-deploy:\n    - prisma seed --reset 'a b' && echo done\n";
    let standin = deployed("1.34.12");
    let place = service(&standin, hook);
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.stderr.contains("error: unknown command `prisma seed`\nhint: this program does not have it; the npm CLI does: `npx prisma1 seed`\nhint: see `prisma --help`\nhint: install the npm CLI of Prisma 1: `npm install -D prisma1`\n"),
        "{outcome:?}"
    );
    // One that calls back would never end.
    let back = "printf '%s,' \"$@\" > log; \"$PRISMA_BACK\" seed; exit 4";
    install(&place, "prisma1", "1.34.12", back);
    let place = place.env("PRISMA_BACK", crate::support::run::PRISMA);
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 1);
    assert_eq!(place.read("log").as_deref(), Some("seed,--reset,a b,"));
    assert!(
        outcome.stderr.contains("failed with status 4"),
        "{outcome:?}"
    );
    assert_eq!(
        outcome
            .stderr
            .matches("unknown command `prisma seed`")
            .count(),
        1
    );
    let outside = place.home.end(place.home.prisma("seed", &[]).start());
    assert_eq!(outside.status, 2, "{outside:?}");
}

#[test]
fn a_hook_that_deploys_the_same_service_ends() {
    let standin = deployed("1.34.12");
    let place = service(
        &standin,
        "hooks:\n  post-deploy:\n    - prisma deploy -q >/dev/null; echo once >> log\n",
    );
    assert_eq!(place.deploy(&[]).status, 0);
    assert_eq!(place.read("log").as_deref(), Some("once\n"));
}

#[test]
fn what_is_wrong_with_generators_is_told_before_anything_is_sent() {
    let standin = deployed("1.34.12");
    for (generate, problem) in [
        (
            "generate: graphql-schema\n",
            "`generate`: expected a list, found a string: begin each generator with `- generator: NAME`",
        ),
        (
            "generate:\n  - graphql-schema\n",
            "`generate.0`: expected a mapping, found a string",
        ),
        (
            "generate:\n  - output: a.graphql\n",
            "`generate.0`: `generator` is missing",
        ),
        (
            "generate:\n  - generator: go-client\n",
            "`generate.0`: `output` is missing",
        ),
        (
            "generate:\n  - generator: go-clint\n    output: x\n",
            "`generate.0.generator`: unknown generator: did you mean `go-client`?",
        ),
        (
            "generate:\n  - generator: graphql-schema\n    output: gen/\n",
            "`generate.0.output`: not a `.graphql` file: name a file, as in `output: generated/prisma.graphql`",
        ),
    ] {
        let outcome = service(&standin, generate).deploy(&[]);
        assert_eq!(outcome.status, 6, "{outcome:?}");
        assert!(outcome.stderr.contains(problem), "{problem}: {outcome:?}");
    }
    assert!(standin.take().is_empty());
    let outcome = generate(&service(&standin, ""), &[]);
    assert_eq!(
        (outcome.status, &*outcome.stderr),
        (
            0,
            "nothing to generate: `HOME/service/prisma.yml` has no `generate`\n"
        )
    );
}
