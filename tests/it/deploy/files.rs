//! `prisma.yml`, variables and flags: what is deployed where.
//!
//! Witness: none is needed: files and flags are what is tested; the server behind them is scripted.

use crate::deploy::support::{Place, TYPES};
use crate::support::ended::Ended;
use crate::support::standin::Standin;
use serde_json::json;

const VARIABLE: &str = "service: ${env:NAME}\nstage: ${opt:stage, 'dev'}\ncluster: ${env:WHERE, 'far'}\ndatamodel: datamodel.graphql\ndisableAuth: true\n";

fn services(standin: &Standin) -> Vec<String> {
    let state = standin.state();
    state
        .projects
        .keys()
        .map(|(name, stage)| format!("{name}@{stage}"))
        .collect()
}

#[test]
fn variables_come_from_the_environment_and_env_files() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(&standin, "");
    place.write("prisma.yml", VARIABLE);
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 6);
    assert!(
        outcome.stderr.contains("HOME/service/prisma.yml:1:10: "),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("NAME"), "{outcome:?}");
    place.write(".env", "NAME=from-dotenv\n");
    assert_eq!(place.deploy(&[]).status, 0);
    place.write("other.env", "NAME=from-file\n");
    assert_eq!(place.deploy(&["-e", "other.env"]).status, 0);
    assert_eq!(place.deploy(&["--env-file", "no.env"]).status, 2);
    let place = place.env("NAME", "from-environment");
    assert_eq!(place.deploy(&["-e", "other.env"]).status, 0);
    assert_eq!(
        services(&standin),
        ["from-dotenv@dev", "from-environment@dev", "from-file@dev"]
    );
}

#[test]
fn an_env_file_of_the_npm_clis_is_never_refused() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(&standin, "");
    place.write("prisma.yml", VARIABLE);
    let env = "source ../hunter2\nFOO: hunter2\nNAME=npm\n2FA=x\nA='it's'\n";
    place.write(".env", env);
    let outcome = place.deploy(&["-q"]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!(
        outcome.stderr,
        "warning: env file `HOME/service/.env`: lines 1-2 skipped: not `NAME=VALUE`\n"
    );
    assert_eq!(services(&standin), ["npm@dev"]);
}

/// Whatever a variable is used for, it may be the wrong one: a secret.
#[test]
fn a_value_from_a_variable_is_never_shown_and_its_file_is() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(&standin, "");
    place.write(
        ".env",
        "DATABASE_SECRET=hunter2-hunter2 x\nNAME=hunter2-hunter2\n",
    );
    let more = "datamodel: datamodel.graphql\ndisableAuth: true\n";
    for (yml, status, error) in [
        (
            "endpoint: ${env:DATABASE_SECRET}\n",
            6,
            "FILE:1:11: `endpoint`: it contains whitespace (`DATABASE_SECRET` is set in `ENV`)\n",
        ),
        (
            "endpoint: ${env:NAME}\n",
            6,
            "FILE:1:11: `endpoint`: it has no scheme: write `http://${env:NAME}` (`NAME` is set in `ENV`)\n",
        ),
        (
            "endpoint: http://${self:custom.host}/${env:DATABASE_SECRET}/dev\ncustom: {host: '${env:NAME}'}\n",
            6,
            "FILE:1:11: `endpoint`: it contains whitespace (`DATABASE_SECRET` is set in `ENV`, `NAME` is set in `ENV`)\n",
        ),
        (
            "endpoint: http://h/1${env:NAME}/dev\n",
            6,
            "FILE:1:11: `endpoint`: invalid service name `http://h/1${env:NAME}/dev`: it must start with a letter and contain only letters, digits, `-`, `_` and `~` (max. 62) (`NAME` is set in `ENV`)\n",
        ),
        (
            "service: hello\nstage: ${env:DATABASE_SECRET}\ncluster: far\n",
            6,
            "FILE:2:8: `stage`: invalid stage `${env:DATABASE_SECRET}`: it must start with a letter and contain only letters, digits, `-` and `_` (max. 30) (`DATABASE_SECRET` is set in `ENV`)\n",
        ),
        (
            "service: hello\nstage: dev\ncluster: ${env:NAME}\n",
            1,
            "cluster `${env:NAME}` not found\nhint: known clusters: `far`\nhint: `NAME` is set in `ENV`\n",
        ),
        (
            "service: hello\nstage: dev\ncluster: far\nsubscriptions: {a: {query: '${env:NAME}', webhook: 'http://h'}}\n",
            6,
            "FILE:4:28: `subscriptions.a.query`: file `HOME/service/${env:NAME}` not found (`NAME` is set in `ENV`)\n",
        ),
    ] {
        place.write("prisma.yml", &format!("{yml}{more}"));
        for args in [&[][..], &["-j"], &["-v"], &["-d"]] {
            let outcome = place.deploy(args);
            assert_eq!(outcome.status, status, "{yml}: {outcome:?}");
            assert!(!outcome.all().contains("hunter2"), "{outcome:?}");
            if args.is_empty() {
                let error = error.replace("FILE", "HOME/service/prisma.yml");
                let error = error.replace("ENV", "HOME/service/.env");
                assert_eq!(outcome.stderr, format!("error: {error}"));
            }
        }
    }
    place.write("prisma.yml", &format!("cluster: ${{env:NAME}}\n{more}"));
    let outcome = place.home.cluster(&["logs"]);
    let said = "logs of cluster `${env:NAME}` (`NAME` is set in `HOME/service/.env`)\n";
    assert!(outcome.stderr.starts_with(said), "{outcome:?}");
    assert!(!outcome.all().contains("hunter2"), "{outcome:?}");
    let place = place.env("NAME", "hunter2/x y");
    place.write("prisma.yml", &format!("endpoint: ${{env:NAME}}\n{more}"));
    let outcome = place.deploy(&[]);
    assert!(
        outcome
            .stderr
            .ends_with("(`NAME` is set in the environment)\n"),
        "{outcome:?}"
    );
}

/// Any value would do as the name of a file to write, or of a seed.
#[test]
fn files_named_by_variables_are_shown_as_the_reference() {
    let standin = Standin::start("1.34.12");
    let place = Place::cluster(
        &standin,
        "schema: gen/${env:NAME}\nseed:\n  import: ${env:NAME}.graphql\n\
         generate:\n  - generator: graphql-schema\n    output: ${env:NAME}.graphql\n",
    );
    standin.state().introspection = Some(json!({"queryType": {"name": "Query"}, "types": []}));
    let place = place.env("NAME", "hunter2-hunter2");
    let told = |outcome: Ended, status: i32, what: &str| {
        assert_eq!(outcome.status, status, "{outcome:?}");
        assert!(!outcome.all().contains("hunter2"), "{outcome:?}");
        assert!(outcome.all().contains(what), "{what}: {outcome:?}");
    };
    let set = "hint: `NAME` is set in the environment\n";
    told(
        place.deploy(&[]),
        6,
        "the seed file does not exist: `${env:NAME}.graphql`\n",
    );
    told(place.deploy(&[]), 6, set);
    place.write("hunter2-hunter2.graphql", "mutation { a }");
    let done = "  schema   `gen/${env:NAME}` written\n  generate `${env:NAME}.graphql` written\n  seed     `${env:NAME}.graphql` imported\n";
    told(
        place.deploy(&["-d"]),
        0,
        "`gen/${env:NAME}` would be written",
    );
    told(place.deploy(&[]), 0, done);
    let generate = |args: &[&str]| place.home.end(place.home.prisma("generate", args).start());
    told(generate(&[]), 0, "graphql-schema: ");
    told(generate(&["--dry-run", "-v"]), 0, "");
    // It cannot be written.
    std::fs::remove_dir_all(place.home.path("service/gen")).expect("removes");
    place.write("gen", "a file");
    told(place.deploy(&[]), 1, set);
}

/// Where it is good, the address is shown as any other.
#[test]
fn an_address_from_a_variable_is_reported() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(&standin, "");
    place.write(
        "prisma.yml",
        "endpoint: ${env:PRISMA_ENDPOINT}\ndatamodel: datamodel.graphql\n",
    );
    let place = place.env("PRISMA_ENDPOINT", &format!("{}/hello/dev", standin.url()));
    let outcome = place.deploy(&["-v"]);
    let http = format!("  HTTP   {}/hello/dev\n", standin.url());
    assert!(outcome.stdout.contains(&http), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .starts_with("`PRISMA_ENDPOINT` is set in the environment\n"),
        "{outcome:?}"
    );
}

#[test]
fn the_management_endpoint_of_the_npm_clis_is_read_where_the_file_names_no_server() {
    let more = "datamodel: datamodel.graphql\ndisableAuth: true\n";
    for (yml, service) in [
        ("", "app@prod"),
        ("endpoint: ''\n", "app@prod"),
        ("service: hello\nstage: dev\n", "hello@dev"),
    ] {
        let standin = Standin::start("1.8.4");
        let place = Place::at("http://localhost:1", "");
        place.write("prisma.yml", &format!("{yml}{more}"));
        let url = format!("{}/app/prod", standin.url());
        place.write(".env", &format!("PRISMA_MANAGEMENT_API_ENDPOINT={url}\n"));
        let outcome = place.deploy(&["-v"]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        assert_eq!(services(&standin), [service]);
        let origin = "`PRISMA_MANAGEMENT_API_ENDPOINT` is set in `HOME/service/.env`\n";
        assert!(outcome.stderr.contains(origin), "{outcome:?}");
        // What the file names counts more.
        let place =
            Place::cluster(&standin, "").env("PRISMA_MANAGEMENT_API_ENDPOINT", "http://h/a");
        assert_eq!(place.deploy(&[]).status, 0);
        let place = place.env("PRISMA_MANAGEMENT_API_ENDPOINT", "hunter2");
        place.write("prisma.yml", &format!("{yml}{more}"));
        let outcome = place.deploy(&[]);
        assert_eq!(outcome.status, 6, "{outcome:?}");
        let error = "it has no scheme: write `http://${env:PRISMA_MANAGEMENT_API_ENDPOINT}` (`PRISMA_MANAGEMENT_API_ENDPOINT` is set in the environment)\n";
        assert!(outcome.stderr.ends_with(error), "{outcome:?}");
    }
}

#[test]
fn every_flag_that_was_given_is_an_option_of_the_file() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(&standin, "");
    place.write("some.env", "");
    let file = "service: \"${opt:force, 'f'}-${opt:no-seed, 'n'}-${opt:dry-run, 'd'}\"\nstage: ${opt:env-file, 'none'}\ncluster: far\ndatamodel: datamodel.graphql\ndisableAuth: true\n";
    place.write("prisma.yml", &file.replace("-file,", "-file2,"));
    for args in [&[][..], &["-f"], &["--force", "--no-seed"]] {
        assert_eq!(place.deploy(args).status, 0);
    }
    assert_eq!(
        services(&standin),
        ["f-n-d@none", "true-n-d@none", "true-true-d@none"]
    );
    place.write("prisma.yml", file);
    let outcome = place.deploy(&["-e", "some.env"]);
    assert!(
        outcome.stderr.contains("invalid stage `some.env`"),
        "{outcome:?}"
    );
    let file = "service: all\nstage: s${opt:wait-timeout, \"\"}${opt:no-generate, \"\"}${opt:json, \"\"}\ncluster: far\ndatamodel: datamodel.graphql\ndisableAuth: true\n";
    place.write("prisma.yml", file);
    for (args, stage) in [
        (&[][..], "s"),
        (&["--wait-timeout", "90s"], "s90s"),
        (&["--no-generate"], "strue"),
        (&["-j"], "strue"),
        (&["--json", "--no-generate"], "struetrue"),
    ] {
        assert_eq!(place.deploy(args).status, 0, "{args:?}");
        assert!(
            services(&standin).contains(&format!("all@{stage}")),
            "{args:?}"
        );
    }
}

/// Variables that projects use for themselves, and that Kubernetes sets.
#[test]
fn variables_of_projects_decide_nothing() {
    let standin = Standin::start("1.8.4");
    let mut place = Place::cluster(&standin, "");
    place.write("prisma.yml", VARIABLE);
    for (name, value) in [
        ("NAME", "mine"),
        ("PRISMA_STAGE", "prod"),
        ("PRISMA_CLUSTER", "foreign"),
        ("PRISMA_ENDPOINT", "http://localhost:1/a/b"),
        ("PRISMA_FORCE", "1"),
        ("PRISMA_CLI_FORCE", "1"),
        ("PRISMA_PORT", "tcp://10.0.0.1:4466"),
        ("PRISMA_DRY_RUN", "1"),
        ("PRISMA_OUTPUT", "json"),
    ] {
        place = place.env(name, value);
    }
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!(services(&standin), ["mine@dev"]);
    let sent = standin.take();
    let deploys = sent
        .iter()
        .filter(|request| request.text.contains("deploy("));
    for request in deploys {
        assert!(!request.text.contains("\"force\":true"), "{request:?}");
    }
}

#[test]
fn what_a_variable_decided_is_told() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(&standin, "").env("PRISMA_CLI_STAGE", "test");
    let place = place.env("PRISMA_CLI_VERBOSE", "1");
    let outcome = place.deploy(&["-c", "fra"]);
    assert_eq!(
        outcome.stderr,
        "`--stage` is set by `PRISMA_CLI_STAGE`, `--verbose` by `PRISMA_CLI_VERBOSE`\n\
         error: cluster `fra` not found\n\
         hint: did you mean `far`?\n\
         hint: `--stage` is set by `PRISMA_CLI_STAGE`\n"
    );
}

#[test]
fn stage_and_cluster_can_be_given_in_both_generations() {
    let (far, near) = (Standin::start("1.8.4"), Standin::start("1.34.12"));
    for (yml, name) in [
        ("service: a\nstage: dev\ncluster: far\n", "a"),
        (&*format!("endpoint: {}/b/dev\n", far.url()), "b"),
    ] {
        let place = Place::cluster(&far, "");
        let registry = format!(
            "{}  near:\n    host: '{}'\n",
            place.home.registry(),
            near.url()
        );
        place.home.write(".prisma/config.yml", &registry);
        let yml = format!("{yml}datamodel: datamodel.graphql\ndisableAuth: true\n");
        place.write("prisma.yml", &yml);
        for args in [
            &["-s", "prod"][..],
            &["--cluster", "near"],
            &["-c", "near", "--stage", "prod"],
        ] {
            let outcome = place.deploy(args);
            assert_eq!(outcome.status, 0, "{outcome:?}");
        }
        assert!(services(&far).contains(&format!("{name}@prod")));
        assert!(!services(&far).contains(&format!("{name}@dev")));
        for stage in ["dev", "prod"] {
            assert!(services(&near).contains(&format!("{name}@{stage}")));
        }
        assert_eq!(place.read("prisma.yml"), Some(yml), "a flag is not written");
        let outcome = place.deploy(&["-c", "fra"]);
        assert_eq!(outcome.status, 1, "{outcome:?}");
        assert_eq!(
            outcome.stderr,
            "error: cluster `fra` not found\nhint: did you mean `far`?\n"
        );
    }
}

#[test]
fn the_file_is_found_from_below_and_all_that_is_wrong_in_it_is_told() {
    let standin = Standin::start("1.8.4");
    let mut place = Place::cluster(&standin, "");
    place.home = place.home.below("service/src/deep");
    assert_eq!(place.deploy(&[]).status, 0);
    place.write(
        "prisma.yml",
        "service: hello\nstagge: dev\ndatamodel: gone.graphql\nsecret: [1]\n",
    );
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 6);
    for told in [
        "prisma.yml:2:1: ",
        "did you mean `stage`",
        "prisma.yml:3:12: ",
        "gone.graphql",
    ] {
        assert!(outcome.stderr.contains(told), "{told}: {outcome:?}");
    }
    place.home = place.home.below("elsewhere");
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 6);
    assert!(
        outcome
            .stderr
            .contains("no `prisma.yml` found in `HOME/elsewhere`"),
        "{outcome:?}"
    );
}

#[test]
fn quiet_says_the_result_and_nothing_else() {
    let standin = Standin::start("1.8.4");
    standin.state().put("hello", "dev", TYPES, &[]);
    let outcome = Place::cluster(&standin, "").deploy(&["-q"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    assert!(
        outcome
            .stdout
            .starts_with("service `hello`, stage `dev`: already up to date"),
        "{outcome:?}"
    );
}
