//! Rendered files, compared with the documented listings and read back by docker-compose itself.

#![allow(
    clippy::disallowed_methods,
    reason = "the rules are the program's; a test sets its own scene"
)]

mod compose;
mod config;
mod dotenv;
mod roundtrip;
mod server;

use dotenv::Generation;
use prisma_cli::testing::cluster::{Cluster, ClusterName, PrismaVersion};
use prisma_cli::testing::render::{Provenance, Rendered, provenance, render};
use prisma_cli::testing::secret::Secret;
use prisma_cli::testing::secret::keys;
use prisma_cli::testing::yaml::{self, Value};
use std::collections::BTreeMap;

const LISTING: &str = include_str!("../../assets/listings/cluster-1.1.docker-compose.yml");
const LOCAL: &str = include_str!("../../assets/listings/cluster-1.1.local.env");
const DIGITAL_OCEAN: &str = include_str!("../../assets/listings/cluster-1.1.digital-ocean.env");

fn local() -> Cluster {
    Cluster::documented(ClusterName::local(), PrismaVersion::default_local())
}

fn rendered(cluster: &Cluster) -> Rendered {
    render(cluster).expect("renders")
}

fn yaml(text: &str) -> Value {
    yaml::deserialize(text).expect("is YAML")
}

/// The variables of a `.env`, which both generations read alike.
fn variables(text: &str) -> BTreeMap<String, String> {
    let v1 = dotenv::read(text, Generation::V1).expect("v1 reads it");
    let v2 = dotenv::read(text, Generation::V2).expect("v2 reads it");
    assert_eq!(v1, v2, "both generations read it alike");
    v1.into_iter().collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The listing with the page's slip put right: it is introduced as the one for Prisma 1.1.
fn listing(tag: &str) -> Value {
    let mut listing = yaml(LISTING);
    let image = &mut listing["services"]["prisma-database"]["image"];
    assert_eq!(image.as_str(), Some("prismagraphql/prisma:1.0"));
    *image = Value::from(format!("prismagraphql/prisma:{tag}"));
    listing
}

/// The variables of the process environment.
fn env(rendered: &Rendered) -> Vec<(String, String)> {
    let pair = |(name, value): &(String, Secret)| (name.clone(), value.reveal().to_owned());
    rendered.env.iter().map(pair).collect()
}

#[test]
fn with_default_settings_the_compose_file_is_the_listing() {
    assert_eq!(yaml(&rendered(&local()).compose), listing("1.1"));
    for tag in ["1.0", "1.1.3", "1.6.4-beta"] {
        let version = tag.parse().expect("valid");
        let cluster = Cluster::documented(ClusterName::local(), version);
        assert_eq!(yaml(&rendered(&cluster).compose), listing(tag));
    }
}

#[test]
fn settings_change_what_they_are_about_and_nothing_else() {
    let mut cluster = local();
    cluster.name = "other".parse().expect("valid");
    cluster.bind = Some("127.0.0.1".parse().expect("valid"));
    cluster.port = 4470;
    cluster.database.host_port = Some(3370);
    cluster.database.password = "a$b".into();
    let mut wanted = listing("1.1");
    let database = wanted["services"]["prisma-db"]
        .as_mapping_mut()
        .expect("a service");
    database.remove("container_name");
    database["ports"] = Value::from(vec!["127.0.0.1:3370:3306"]);
    wanted["services"]["prisma-database"]["ports"] = Value::from(vec!["127.0.0.1:${PORT}:${PORT}"]);
    let text = rendered(&cluster).compose;
    assert_eq!(yaml(&text), wanted);
    cluster.bind = Some("::1".parse().expect("valid"));
    let services = &yaml(&rendered(&cluster).compose)["services"];
    assert_eq!(
        services["prisma-db"]["ports"][0],
        Value::from("[::1]:3370:3306")
    );
    assert_eq!(
        services["prisma-database"]["ports"][0],
        Value::from("[::1]:${PORT}:${PORT}")
    );
}

#[test]
fn the_variables_are_the_pages_and_the_two_it_forgets() {
    let rendered = rendered(&local());
    let mut wanted = variables(LOCAL);
    // Under "Digital Ocean" the page knows the address, and there is no key here.
    let address = variables(DIGITAL_OCEAN)["CLUSTER_ADDRESS"].clone();
    assert_eq!(address, "http://prisma-database:4466");
    wanted.extend([
        pair("CLUSTER_ADDRESS", &address),
        pair("CLUSTER_PUBLIC_KEY", ""),
    ]);
    assert_eq!(variables(rendered.dotenv.reveal()), wanted);
    assert_eq!(
        env(&rendered).into_iter().collect::<BTreeMap<_, _>>(),
        wanted
    );
    assert_eq!(rendered.unrepresentable, []);
}

#[test]
fn every_variable_of_the_compose_file_is_given() {
    let rendered = rendered(&local());
    let given: Vec<_> = rendered.env.iter().map(|(name, _)| name.as_str()).collect();
    let after_dollar = rendered.compose.split('$').skip(1);
    for reference in after_dollar {
        let name: String = reference
            .trim_start_matches('{')
            .chars()
            .take_while(|c| c.is_ascii_uppercase() || *c == '_' || c.is_ascii_digit())
            .collect();
        assert!(given.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn with_the_digital_ocean_secrets_the_variables_are_that_listings() {
    let key = keys::generate().expect("generates");
    let mut cluster = local();
    cluster.schema_manager_secret = "SECRET_1".into();
    cluster.database.password = "SECRET_2".into();
    cluster.cluster_secret = Some(key.pem_pkcs1_crlf());
    let rendered = rendered(&cluster);
    let mut wanted = variables(DIGITAL_OCEAN);
    wanted.extend([pair("CLUSTER_PUBLIC_KEY", &key.public_spki_base64())]);
    let mut ours = variables(rendered.dotenv.reveal());
    // That listing leaves out what only the "Local" one has.
    ours.retain(|name, _| !name.starts_with("SQL_LOGS_"));
    assert_eq!(ours, wanted);
    assert!(
        !rendered.compose.contains("SECRET_2"),
        "no secret in the compose file"
    );
    let shown = format!("{rendered:?} {cluster:?}");
    assert!(
        !shown.contains("SECRET_1") && !shown.contains("SECRET_2"),
        "{shown}"
    );
}

#[test]
fn a_variable_that_env_files_cannot_hold_is_left_out_there_and_told() {
    let mut cluster = local();
    cluster.database.password = "it's ${HOME}".into();
    let rendered = rendered(&cluster);
    let names: Vec<_> = rendered
        .unrepresentable
        .iter()
        .map(|u| u.key.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "SQL_CLIENT_PASSWORD",
            "SQL_LOGS_PASSWORD",
            "SQL_INTERNAL_PASSWORD"
        ]
    );
    let written = variables(rendered.dotenv.reveal());
    for (name, value) in &env(&rendered) {
        let spelled = !names.contains(&name.as_str());
        assert_eq!(written.get(name), spelled.then_some(value), "{name}");
    }
    assert!(
        !rendered.dotenv.reveal().contains("HOME"),
        "not even in the comment"
    );
    assert!(
        rendered
            .dotenv
            .reveal()
            .contains("\n# SQL_CLIENT_PASSWORD: "),
        "told in its place"
    );
}

#[test]
fn the_bytes_are_the_golden_ones_and_always_the_same() {
    let first = rendered(&local());
    assert_eq!(first, rendered(&local()));
    assert_eq!(
        first.compose,
        include_str!("../../assets/golden/cluster-1.1.docker-compose.yml")
    );
    assert_eq!(
        first.dotenv.reveal(),
        include_str!("../../assets/golden/cluster-1.1.env")
    );
    for text in [first.compose.as_str(), first.dotenv.reveal()] {
        assert_eq!(provenance(text), Provenance::Ours);
        let edited = text.replace("3306", "3307");
        assert_eq!(provenance(&edited), Provenance::EditedByHand);
    }
    for text in [LISTING, LOCAL, ""] {
        assert_eq!(provenance(text), Provenance::Foreign);
    }
}

#[test]
fn a_broken_key_is_an_error_that_does_not_show_it() {
    let mut cluster = local();
    cluster.cluster_secret = Some("geheim".into());
    let failure = render(&cluster).expect_err("no key");
    assert_eq!(
        failure.message(),
        "cluster `local`: `clusterSecret`: not a private key: no `-----BEGIN RSA PRIVATE KEY-----` line"
    );
}
