//! Prisma Cloud, played.
//!
//! Witness: none. Prisma Cloud closed before anything was recorded: it is scripted after the npm CLI.

use crate::cluster::support::{Auth, Cloud, Home, nobody, server, silent};
use jsonwebtoken::{EncodingKey, Header};
use prisma_cli::testing::config::registry::Registry;
use prisma_cli::testing::env::Env;
use prisma_cli::testing::status::target::Target;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn session(claims: &Value) -> String {
    let key = EncodingKey::from_secret(b"cloud");
    jsonwebtoken::encode(&Header::default(), claims, &key).expect("signs")
}

fn memberships(own: &str) -> Value {
    json!([
        {"workspace": {"slug": "acme", "clusters": [
            {"name": "own", "connectInfo": {"endpoint": own}},
            {"name": "prisma-eu1", "connectInfo": null},
            {"name": "elsewhere", "connectInfo": null},
        ]}},
        {"workspace": {"slug": "empty", "clusters": []}},
    ])
}

#[test]
fn the_clusters_of_all_workspaces_are_listed() {
    let own = server("1.8.3", Auth::Secret("s3cret".to_owned()));
    let key = session(&json!({"userId": "x"}));
    let cloud = Cloud::start(&key, memberships(&own));
    let registry = format!("cloudSessionKey: {key}\nclusters: {{}}\n");
    let home = Home::with(&registry)
        .env("PRISMA_CLOUD_API", &cloud.api)
        .env("PRISMA_CLOUD_CLUSTERS", &cloud.api);
    let outcome = home.cluster(&["list"]);
    outcome.is(
        0,
        &format!(
            "acme/own\tPrisma Cloud\t1.8.3\tup\t{own}\n\
             acme/prisma-eu1\tPrisma Cloud\t\tunreachable\thttp://127.0.0.1:9\n\
             acme/elsewhere\tPrisma Cloud\t\tunreachable\t\n"
        ),
        "",
    );
    assert_eq!(cloud.asked(), ["memberships key", "publicClusters -"]);
}

#[test]
fn a_cloud_that_is_away_refuses_or_hangs_is_one_warning() {
    let up = server("1.1.3", Auth::Off);
    let row = format!("a\tself-hosted\t1.1.3\tup\t{up}\n");
    let key = session(&json!({"userId": "x"}));
    let registry = format!("cloudSessionKey: {key}\nclusters:\n  a:\n    host: '{up}'\n");
    let (away, hung) = (nobody(), silent());
    let other = Cloud::start("another", json!([])).api;
    for (api, warning) in [
        (
            &away,
            format!("Prisma Cloud (`{away}`) cannot be reached: nothing listens there"),
        ),
        (
            &hung,
            format!("Prisma Cloud (`{hung}`) cannot be reached: no answer within 2s"),
        ),
        (
            &other,
            format!(
                "Prisma Cloud (`{other}`) refused: the session key was rejected; put a new key into `cloudSessionKey` of the registry or into `PRISMA_CLOUD_SESSION_KEY`, or remove it to stop using Prisma Cloud"
            ),
        ),
    ] {
        let home = Home::with(&registry).env("PRISMA_CLOUD_API", api);
        let begun = Instant::now();
        home.cluster(&["list"])
            .is(0, &row, &format!("warning: {warning}\n"));
        assert!(begun.elapsed() < Duration::from_secs(6));
    }
}

#[test]
fn a_useless_key_is_one_line_and_nobody_is_asked() {
    let expired = session(&json!({"exp": 1_500_000_000}));
    let cloud = Cloud::start("never", json!([]));
    for (key, why) in [
        ("garbage", "is malformed"),
        (&*expired, "expired at 2017-07-14T02:40:00Z"),
    ] {
        let home = Home::new()
            .env("PRISMA_CLOUD_SESSION_KEY", key)
            .env("PRISMA_CLOUD_API", &cloud.api);
        let outcome = home.cluster(&["list", "-q"]);
        let line = format!(
            "warning: the session key of Prisma Cloud {why}; put a new key into `cloudSessionKey` of the registry or into `PRISMA_CLOUD_SESSION_KEY`, or remove it to stop using Prisma Cloud\n"
        );
        outcome.is(0, "", &line);
    }
    assert!(cloud.asked().is_empty());
}

#[test]
fn without_a_key_nobody_is_asked() {
    let cloud = Cloud::start("never", json!([]));
    let home = Home::with("clusters: {}\n")
        .env("PRISMA_CLOUD_API", &cloud.api)
        .env("PRISMA_CLOUD_CLUSTERS", &cloud.api);
    assert_eq!(home.cluster(&["list"]).status, 0);
    assert!(cloud.asked().is_empty());
}

#[test]
fn a_cluster_is_found_by_workspace_and_name_and_gives_tokens() {
    let key = session(&json!({"userId": "x"}));
    let cloud = Cloud::start(&key, memberships("http://own:1"));
    let env = Env::from([
        ("PRISMA_CLOUD_SESSION_KEY", key.as_str()),
        ("PRISMA_CLOUD_API", cloud.api.as_str()),
        ("PRISMA_CLOUD_CLUSTERS", cloud.api.as_str()),
    ]);
    let limit = Duration::from_secs(5);
    let find = |name| Target::find(&env, &Registry::default(), name, limit);
    let Ok(Target::Cloud(cluster, session)) = find("acme/own") else {
        panic!("not found");
    };
    assert_eq!(cluster.endpoint.as_deref(), Some("http://own:1"));
    let token = session.cluster_token(&cluster, "shop", "dev", limit);
    let asked: Value = serde_json::from_str(token.expect("a token").reveal()).expect("JSON");
    assert_eq!(
        asked["input"],
        json!({"workspaceSlug": "acme", "clusterName": "own", "serviceName": "shop", "stageName": "dev"})
    );
    let unknown = find("acme/owm").expect_err("unknown");
    assert_eq!(unknown.hints, ["did you mean `acme/own`?"]);
}
