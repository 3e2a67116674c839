//! `prisma list`, `info` and `token`.
//!
//! Witness: `listProjects`, `listMigrations` and `migrationStatus` are answered by the double, which is held to the
//! recordings; what a token contains is what the recorded npm CLIs put into theirs (but for `iat`); a migration that
//! hangs is recorded.

use super::support::{Place, TYPES, VERSIONS};
use crate::cluster::support::nobody;
use crate::support::ended::Ended;
use crate::support::lasts;
use crate::support::replay::{Recording, Replay};
use crate::support::standin::{Auth, Standin};
use serde_json::{Value, json};
use std::sync::Arc;

const TEXT: &str = "tExt-secret-1";

#[track_caller]
fn run(place: &Place, command: &str, args: &[&str]) -> Ended {
    place.home.end(place.home.prisma(command, args).start())
}

/// A server with two services, one of them behind a secret of its own.
fn server(version: &str) -> Standin {
    let standin = Standin::start(version);
    standin
        .state()
        .put("hello", "dev", TYPES, &["s3rvice-secret"]);
    standin.state().put("hello", "test", TYPES, &[]);
    standin
}

#[test]
fn services_are_listed_with_their_last_migration() {
    for version in VERSIONS {
        let standin = server(version);
        let place = Place::cluster(&standin, "");
        let listed = run(&place, "list", &[]);
        let rows: Vec<Vec<&str>> = (listed.stdout.lines())
            .map(|line| line.split('\t').collect())
            .collect();
        assert_eq!(listed.status, 0, "{listed:?}");
        assert_eq!(listed.stderr, "", "{listed:?}");
        let stages: Vec<&[&str]> = rows.iter().map(|row| &row[..4]).collect();
        let expected = [
            ["far", "hello", "dev", "SUCCESS"],
            ["far", "hello", "test", "SUCCESS"],
        ];
        assert_eq!(stages, expected, "{version}");
        let document = run(&place, "list", &["far", "--json"]).json();
        let services = &document["data"]["services"];
        assert_eq!(services[0]["service"], "hello");
        assert_eq!(services[1]["migration"]["status"], "SUCCESS");
        assert_eq!(services[1]["migration"]["revision"], 1);
    }
}

#[test]
fn a_cluster_that_cannot_be_asked_is_named_and_the_others_are_listed() {
    let standin = server("1.34.12");
    standin.state().auth = Auth::Secret(TEXT.to_owned());
    let (url, dead) = (standin.url(), nobody());
    let place = Place::new(
        &format!(
            "clusters:\n  dead:\n    host: '{dead}'\n  far:\n    host: '{url}'\n    clusterSecret: {TEXT}\n  locked:\n    host: '{url}'\n"
        ),
        "",
    );
    let listed = run(&place, "list", &[]);
    assert_eq!(listed.status, 1, "{listed:?}");
    assert_eq!(listed.stdout.lines().count(), 2, "{listed:?}");
    let reasons: Vec<&str> = listed.stderr.lines().collect();
    assert!(
        reasons[0].starts_with("warning: cluster `dead`: "),
        "{reasons:?}"
    );
    assert!(
        reasons[1].starts_with("warning: cluster `locked`: "),
        "{reasons:?}"
    );
    assert_eq!(reasons[2], "error: 2 clusters could not be asked");
    assert!(!listed.all().contains(TEXT), "{listed:?}");
    let one = run(&place, "list", &["far"]);
    assert_eq!((one.status, &*one.stderr), (0, ""), "{one:?}");
    let unknown = run(&place, "list", &["fa"]);
    assert_eq!(unknown.status, 1, "{unknown:?}");
    assert!(
        unknown.stderr.contains("did you mean `far`?"),
        "{unknown:?}"
    );
}

#[test]
fn without_clusters_or_services_it_is_said_what_to_do() {
    let nothing = run(&Place::new("clusters: {}\n", ""), "list", &[]);
    let start = "no clusters yet; start one with `prisma local start`, or add one with `prisma cluster add`\n";
    nothing.is(0, "", start);
    let standin = Standin::start("1.34.12");
    let empty = run(&Place::cluster(&standin, ""), "list", &[]);
    empty.is(0, "", "no services yet; deploy one with `prisma deploy`\n");
}

#[test]
fn a_service_is_shown_with_its_addresses_and_migrations() {
    for version in VERSIONS {
        let standin = server(version);
        let place = Place::cluster(&standin, "");
        let url = standin.url();
        let shown = run(&place, "info", &[]);
        assert_eq!(shown.status, 0, "{shown:?}");
        let head = format!(
            "service `hello`, stage `dev`, cluster `far`\n\n  server    {url}\n  version   Prisma {version}\n  token     required\n  HTTP      {url}/hello/dev\n"
        );
        assert!(shown.stdout.starts_with(&head), "{}", shown.stdout);
        let has_admin = shown.stdout.contains("/hello/dev/_admin\n");
        assert_eq!(has_admin, version == "1.34.12", "{}", shown.stdout);
        assert!(
            shown.stdout.contains("REVISION   STATUS"),
            "{}",
            shown.stdout
        );
        let document = run(&place, "info", &["--stage", "test", "-j"]).json();
        let data = &document["data"];
        assert_eq!(data["requiresToken"], false);
        assert_eq!(data["endpoints"]["http"], format!("{url}/hello/test"));
        assert_eq!(data["migrations"][0]["status"], "SUCCESS");
    }
}

#[test]
fn a_service_that_is_not_deployed_is_told_as_that() {
    for version in VERSIONS {
        let standin = Standin::start(version);
        let place = Place::cluster(&standin, "");
        run(&place, "info", &[]).is(
            1,
            "",
            "error: service `hello`, stage `dev`, cluster `far`: not deployed\n\
             hint: deploy it: `prisma deploy`\n\
             hint: see what is deployed: `prisma list`\n",
        );
    }
}

#[test]
fn a_migration_that_hangs_is_named_with_its_age() {
    for name in ["1.1.3-mysql", "1.8.4-mysql", "1.8.4-postgres"] {
        let recording = Arc::new(Recording::with_state("in-progress", name));
        let replay = Replay::start(&recording, "state/while it hung");
        replay.go_to(1);
        let place = Place::at(&replay.url(), "");
        place.write("prisma.yml", "service: blog\nstage: dev\ncluster: far\ndatamodel: datamodel.graphql\ndisableAuth: true\n");
        let shown = run(&place, "info", &[]);
        let warned = (shown.stderr.lines()).any(|line| {
            line.starts_with("warning: migration ") && line.contains(" has been IN_PROGRESS for ")
        });
        assert!(warned, "{name}: {shown:?}");
    }
}

#[test]
fn a_token_stands_alone_on_stdout_and_opens_the_service() {
    let standin = server("1.34.12");
    let place = Place::cluster(&standin, "");
    let no_secret = run(&place, "token", &[]);
    assert_eq!(
        (no_secret.status, &*no_secret.stdout),
        (6, ""),
        "{no_secret:?}"
    );
    assert!(
        no_secret.stderr.contains("has no `secret`"),
        "{no_secret:?}"
    );
    let yml = place.read("prisma.yml").expect("is there");
    let yml = yml.replace(
        "disableAuth: true\n",
        "secret: s3rvice-secret, second-s3cret\n",
    );
    place.write("prisma.yml", &yml);
    for (args, seconds) in [(&[][..], 7 * 86_400), (&["--valid", "1h"][..], 3600)] {
        let printed = run(&place, "token", args);
        assert_eq!(printed.status, 0, "{printed:?}");
        let token = printed.stdout.strip_suffix('\n').expect("a line");
        let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Value>(token);
        let claims = claims.expect("a token");
        assert!(lasts(&claims, seconds), "{claims}");
        let data = json!({"service": "hello@dev", "roles": ["admin"]});
        assert_eq!(claims["data"], data);
        assert!(
            printed.stderr.contains("the first `secret` of several"),
            "{printed:?}"
        );
    }
    let quiet = run(&place, "token", &["-q"]);
    assert_eq!(quiet.stderr, "", "{quiet:?}");
    let document = run(&place, "token", &["--json"]).json();
    assert_eq!(document["data"]["stage"], "dev");
    assert!(standin.take().is_empty(), "no server is asked");
}
