//! Both generations of `prisma.yml`, against servers of each kind: what is sent, said and changed.
//!
//! Witness: `recorded` plays every recorded deployment; these hold text, requests and dry run of one deployment
//! together, on a scripted server.

use crate::deploy::support::{NEW_TYPES, Place, TYPES, VERSIONS, neutral, report};
use crate::support::standin::Standin;
use serde_json::json;

/// The requests of a server for short, without the looks at a migration, of which there are some.
fn asked(standin: &Standin) -> Vec<String> {
    let mut asked = standin.take_short();
    asked.retain(|request| !request.ends_with("migrationStatus"));
    asked
}

/// What finding the path takes, and the path. The version is not known, and no key says that it may be an old one.
fn search(version: &str) -> (Vec<String>, &'static str) {
    let mut requests = vec!["POST /management serverInfo".to_owned()];
    if matches!(version, "1.8.4" | "1.34.12") {
        return (requests, "/management");
    }
    requests.push("POST /cluster clusterInfo".to_owned());
    (requests, "/cluster")
}

fn places(standin: &Standin) -> [(bool, Place); 2] {
    [
        (false, Place::cluster(standin, "")),
        (true, Place::endpoint(standin, "")),
    ]
}

#[test]
fn a_new_service_is_created_then_unchanged_then_changed() {
    for version in VERSIONS {
        for endpoint in [false, true] {
            let standin = Standin::start(version);
            let place = if endpoint {
                Place::endpoint(&standin, "")
            } else {
                Place::cluster(&standin, "")
            };
            let label = if endpoint {
                "server `http://SERVER`"
            } else {
                "cluster `far`"
            };
            let yml = place.read("prisma.yml");
            let (search, path) = search(version);
            let (deploy, add) = (
                format!("POST {path} deploy"),
                format!("POST {path} addProject"),
            );
            let line = format!("deploying `hello` to {label}\n");

            let outcome = place.deploy(&[]);
            let stdout = neutral(&outcome.stdout, &standin);
            let head = format!("deployed to {label} in TIME");
            assert_eq!(
                stdout,
                report(version, &head, &format!("\nChanges:\n\n{NEW_TYPES}"))
                    .replace("\n\n\nEnd", "\n\nEnd"),
                "{version}"
            );
            assert_eq!(
                (outcome.status, neutral(&outcome.stderr, &standin)),
                (0, line.clone())
            );
            // Servers before 1.6.1 lose data without asking: what is deployed is looked at first.
            let compares = matches!(version, "1.1.3" | "1.4.1");
            let look = "POST /hello/dev __schema".to_owned();
            let first = if compares {
                look.clone()
            } else {
                deploy.clone()
            };
            let expected = [search.clone(), vec![first, add, deploy.clone()]].concat();
            assert_eq!(asked(&standin), expected, "{version} {endpoint}");

            let outcome = place.deploy(&[]);
            let head = format!("already up to date on {label}");
            assert_eq!(
                neutral(&outcome.stdout, &standin),
                report(version, &head, ""),
                "{version}"
            );
            let mut expected = search.clone();
            expected.extend(compares.then(|| look.clone()));
            expected.push(deploy.clone());
            assert_eq!(asked(&standin), expected, "{version} {endpoint}");

            place.change();
            let outcome = place.deploy(&[]);
            assert!(
                outcome
                    .stdout
                    .contains("  Post (Type)\n  + Created type `Post`\n"),
                "{outcome:?}"
            );
            assert!(!outcome.stdout.contains("User"), "{outcome:?}");
            assert_eq!(place.read("prisma.yml"), yml);
            let state = standin.state();
            let types = &state.project("hello", "dev").expect("created").types;
            assert_eq!(
                Some(types.trim_end()),
                place
                    .read("datamodel.graphql")
                    .as_deref()
                    .map(str::trim_end)
            );
        }
    }
}

#[test]
fn a_dry_run_creates_nothing_and_changes_nothing() {
    for version in VERSIONS {
        let standin = Standin::start(version);
        for (endpoint, place) in places(&standin) {
            let label = if endpoint {
                "server `http://SERVER`"
            } else {
                "cluster `far`"
            };
            place.write(
                "datamodel.graphql",
                "type User {\n  id: ID! @id @unique\n}\n",
            );
            for flag in ["-d", "--dry-run"] {
                let outcome = place.deploy(&[flag]);
                let expected = format!(
                    "service `hello`, stage `dev`: would be created on {label}\n\
                     note: the server checks a datamodel only once the service exists: its syntax, names, types, ids and subscriptions were checked by this program, and nothing else\n"
                );
                assert_eq!(neutral(&outcome.stdout, &standin), expected);
                assert_eq!(outcome.status, 0);
            }
            let asked = standin.take_short();
            assert!(
                !asked.iter().any(|request| request.contains("addProject")),
                "{asked:?}"
            );
        }
        assert!(standin.state().projects.is_empty());
        standin.state().put("hello", "dev", TYPES, &[]);
        for (_, place) in places(&standin) {
            place.change();
            let outcome = place.deploy(&["-d"]);
            let told = outcome.stdout.contains("+ Created type `Post`");
            let untold = outcome
                .stdout
                .contains("this version of the server cannot preview changes");
            assert_eq!(
                (told, untold),
                (version == "1.34.12", version != "1.34.12"),
                "{version}: {outcome:?}"
            );
            let sent = standin.take();
            let deploy = sent
                .iter()
                .find(|request| request.field() == "deploy")
                .expect("sent");
            assert_eq!(deploy.variables()["dryRun"], json!(true));
        }
        assert_eq!(
            standin.state().project("hello", "dev").expect("put").types,
            TYPES
        );
    }
}

#[test]
fn what_a_dry_run_says_is_what_is_done() {
    let standin = Standin::start("1.34.12");
    standin.state().put("hello", "dev", TYPES, &[]);
    let place = Place::cluster(&standin, "");
    place.change();
    let before = place.read("prisma.yml");
    let dry = place.deploy(&["-d", "-j"]).json();
    assert_eq!(dry["data"]["outcome"], "would_apply", "{dry}");
    assert!(dry["data"]["changes"][0].is_object(), "{dry}");
    let real = place.deploy(&["-j"]).json();
    assert_eq!(real["data"]["outcome"], "applied", "{real}");
    assert_eq!(real["data"]["changes"], dry["data"]["changes"]);
    assert_eq!(place.read("prisma.yml"), before);
}

#[test]
fn all_of_the_service_is_sent() {
    let standin = Standin::start("1.8.4");
    standin.state().put("hello", "dev", TYPES, &[]);
    let more = "subscriptions:\n  onUser:\n    query: on.graphql\n    webhook:\n      url: http://hook/x\n      headers:\n        X-Token: abcdefghij\n";
    let place = Place::cluster(&standin, more);
    place.write("on.graphql", "subscription { user { node { id } } }");
    let outcome = place.deploy(&["--force"]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let sent = standin.take();
    let deploy = sent
        .iter()
        .find(|request| request.field() == "deploy")
        .expect("sent");
    let input = deploy.variables();
    assert_eq!(input["name"], "hello");
    assert_eq!(input["stage"], "dev");
    assert_eq!(input["force"], true);
    assert_eq!(
        input["subscriptions"],
        json!([{"name": "onUser", "query": "subscription { user { node { id } } }", "url": "http://hook/x",
            "headers": [{"name": "X-Token", "value": "abcdefghij"}]}])
    );
}
