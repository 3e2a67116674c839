//! Prisma Cloud, played: its clusters as targets.
//!
//! Witness: none. Prisma Cloud closed before anything was recorded: it is scripted after the npm CLI.

use crate::cluster::support::Cloud;
use crate::deploy::support::Place;
use crate::support::standin::Standin;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

fn session() -> String {
    let key = EncodingKey::from_secret(b"cloud");
    jsonwebtoken::encode(&Header::default(), &json!({"userId": "x"}), &key).expect("signs")
}

/// A cloud with the cluster `acme/own`, which is this server.
fn place(standin: &Standin, prisma_yml: &str) -> (Place, Cloud) {
    let key = session();
    let memberships = json!([{"workspace": {"slug": "acme", "clusters": [
        {"name": "own", "connectInfo": {"endpoint": standin.url()}}]}}]);
    let cloud = Cloud::start(&key, memberships);
    let place = Place::new(
        &format!("clusters: {{}}\ncloudSessionKey: {key}\n"),
        prisma_yml,
    )
    .env("PRISMA_CLOUD_API", &cloud.api)
    .env("PRISMA_CLOUD_CLUSTERS", &cloud.api);
    (place, cloud)
}

/// Names and addresses that real files have: 58 repositories have an endpoint there.
#[test]
fn what_prisma_cloud_hosted_is_not_looked_up() {
    let key = session();
    let registry = format!(
        "cloudSessionKey: {key}\nclusters:\n  mine:\n    host: 'https://mine_acme.prisma.sh'\n"
    );
    for (target, what) in [
        ("cluster: prisma-eu1", "cluster `prisma-eu1`"),
        (
            "cluster: public-grey-fox-12/prisma-us1",
            "cluster `public-grey-fox-12/prisma-us1`",
        ),
        ("cluster: acme/own", "cluster `acme/own`"),
        ("cluster: mine", "cluster `mine`"),
        (
            "endpoint: https://eu1.prisma.sh/public-grey-fox-12/hello/dev",
            "server `https://eu1.prisma.sh`",
        ),
        (
            "endpoint: https://US1.prisma.sh/acme/hello/dev",
            "server `https://us1.prisma.sh`",
        ),
        (
            "endpoint: https://app-1a2b_acme.prisma.sh/hello/dev",
            "server `https://app-1a2b_acme.prisma.sh`",
        ),
    ] {
        let more = "datamodel: datamodel.graphql\ndisableAuth: true\n";
        let names = if target.starts_with("cluster") {
            "service: hello\nstage: dev\n"
        } else {
            ""
        };
        let place = Place::new(&registry, &format!("{names}{target}\n{more}"));
        let message = format!(
            "error: {what} was on Prisma Cloud, which closed on 2022-09-01\n\
             hint: use a cluster of your own: start one with `prisma local start`, or add one with `prisma cluster add`\n"
        );
        place.deploy(&[]).is(1, "", &message);
    }
    let home = Place::new(&registry, "").home;
    home.cluster(&["list", "-v"]).is(
        0,
        "mine\tself-hosted\t\tunreachable\thttps://mine_acme.prisma.sh\n",
        "`mine`: it was on Prisma Cloud, which closed on 2022-09-01\n",
    );
    let added = home.cluster(&[
        "add",
        "x",
        "--endpoint",
        "https://eu1.prisma.sh",
        "--secret-env",
        "HOME",
    ]);
    assert!(
        added
            .stderr
            .contains("server `https://eu1.prisma.sh` was on Prisma Cloud"),
        "{added:?}"
    );
}

const NAMED: &str = "service: hello\nstage: dev\ncluster: acme/own\ndatamodel: datamodel.graphql\ndisableAuth: true\n";

#[test]
fn its_token_opens_the_cluster_and_the_service_is_in_its_workspace() {
    let standin = Standin::start("1.8.4");
    let (place, cloud) = place(&standin, NAMED);
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let url = standin.url();
    assert!(
        outcome
            .stdout
            .contains("deployed to cluster `acme/own` of Prisma Cloud in "),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stdout
            .contains(&format!("  HTTP   {url}/acme/hello/dev\n")),
        "{outcome:?}"
    );
    assert!(standin.state().project("acme~hello", "dev").is_some());
    assert_eq!(
        cloud.asked().last().map(String::as_str),
        Some("generateClusterToken key")
    );
    let deploy = standin
        .take()
        .into_iter()
        .find(|request| request.field() == "deploy")
        .expect("sent");
    let token = deploy
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "))
        .expect("a token")
        .to_owned();
    let made_for: Value = serde_json::from_str(&token).expect("as the cloud made it");
    assert_eq!(
        made_for["input"],
        json!({"workspaceSlug": "acme", "clusterName": "own", "serviceName": "hello", "stageName": "dev"})
    );
    let version = standin.take();
    assert!(version.is_empty());
    let document = place.deploy(&["-j"]).json();
    assert_eq!(document["data"]["workspace"], "acme");
    assert_eq!(document["data"]["cluster"], "acme/own");
    assert!(!document.to_string().contains(&session()));
}

#[test]
fn it_can_be_chosen() {
    let standin = Standin::start("1.8.4");
    let text = NAMED.replace("cluster: acme/own\n", "");
    let (place, _cloud) = place(&standin, &text);
    let mut terminal = place.at_terminal(&["--color", "never"]);
    terminal
        .shows("Prisma Cloud")
        .shows("type to filter")
        .types("acme\r");
    let (code, shown) = terminal.end().raw();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(
        place.read("prisma.yml"),
        Some(format!("{text}cluster: acme/own\n"))
    );
}

#[test]
fn what_the_cloud_does_not_know_or_allow_is_told_and_nothing_is_sent() {
    let standin = Standin::start("1.8.4");
    let (known, _cloud) = place(&standin, &NAMED.replace("acme/own", "acme/owm"));
    let outcome = known.deploy(&[]);
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert!(
        outcome.stderr.contains("hint: did you mean `acme/own`?\n"),
        "{outcome:?}"
    );
    let keyless = Place::new("clusters: {}\n", NAMED);
    let outcome = keyless
        .env("PRISMA_CLOUD_API", "http://localhost:1")
        .deploy(&[]);
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert!(
        outcome.stderr.contains("`PRISMA_CLOUD_SESSION_KEY`"),
        "{outcome:?}"
    );
    assert!(standin.take().is_empty());
}
