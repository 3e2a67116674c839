//! The server edition: compared with the 1.8 page's listing, and with golden files for every combination.

use super::{rendered, yaml};
use prisma_cli::testing::cluster::{
    Cluster, ClusterName, Connector, Database, Edition, documented,
};
use prisma_cli::testing::render::Rendered;
use prisma_cli::testing::secret::keys;
use prisma_cli::testing::yaml::{Mapping, Value};

const LISTING: &str = include_str!("../../../assets/listings/server-1.8.docker-compose.yml");

/// A cluster with the page's values, its secret included.
pub fn documented_cluster(version: &str, connector: Connector) -> Cluster {
    let version = version.parse().expect("valid");
    let mut cluster = Cluster::documented(ClusterName::local(), version);
    cluster.database = Database::documented(Edition::Server, connector);
    cluster.cluster_secret = Some(documented::MANAGEMENT_SECRET.into());
    cluster
}

/// The same with a database that is somewhere else.
fn external_cluster(version: &str, url: &str) -> Cluster {
    let mut cluster = documented_cluster(version, Connector::MySql);
    cluster.database = url.parse().expect("valid");
    cluster
}

/// The rendered document with its variables put in as docker-compose does, and `PRISMA_CONFIG` as the
/// document that it is.
fn parsed(rendered: &Rendered) -> Value {
    let mut document = yaml(&rendered.compose);
    let services = document["services"].as_mapping_mut().expect("services");
    for (_, service) in services.iter_mut() {
        let environment = service["environment"].as_mapping_mut().expect("variables");
        for (name, value) in environment.iter_mut() {
            let text = interpolated(value.as_str().expect("a text"), &super::env(rendered));
            *value = match name.as_str() {
                Some("PRISMA_CONFIG") => yaml(&text),
                _ => Value::from(text),
            };
        }
    }
    document
}

/// A text with `$$`, `$NAME` and `${NAME}` replaced.
fn interpolated(text: &str, env: &[(String, String)]) -> String {
    let Some((before, after)) = text.split_once('$') else {
        return text.to_owned();
    };
    if let Some(after) = after.strip_prefix('$') {
        return format!("{before}${}", interpolated(after, env));
    }
    let (name, after) = match after.strip_prefix('{') {
        Some(after) => after.split_once('}').expect("closed"),
        None => {
            let end = after.find(|c: char| c != '_' && !c.is_ascii_uppercase());
            after.split_at(end.unwrap_or(after.len()))
        }
    };
    let found = env.iter().find(|(known, _)| known == name);
    let (_, value) = found.unwrap_or_else(|| panic!("{name} is given"));
    format!("{before}{value}{}", interpolated(after, env))
}

/// What the server is told of its database.
fn database_of(cluster: &Cluster) -> Value {
    let document = parsed(&rendered(cluster));
    document["services"]["prisma"]["environment"]["PRISMA_CONFIG"]["databases"]["default"].clone()
}

fn config_of(cluster: &Cluster) -> Value {
    parsed(&rendered(cluster))["services"]["prisma"]["environment"]["PRISMA_CONFIG"].clone()
}

/// The listing with `PRISMA_CONFIG` as the document that it is.
fn listing() -> Value {
    let mut listing = yaml(LISTING);
    let config = &mut listing["services"]["prisma"]["environment"]["PRISMA_CONFIG"];
    *config = yaml(config.as_str().expect("a text"));
    listing
}

/// Takes the documented additions to a database off the document: its named volume, its health check, and
/// that the server is started after it.
#[track_caller]
fn without_additions(
    mut document: Value,
    service: &str,
    volume: &str,
    path: &str,
    tool: &str,
) -> Value {
    let remove = |value: &mut Value, key: &str| {
        let map = value.as_mapping_mut().expect("a mapping");
        map.remove(key).unwrap_or_else(|| panic!("has {key}"))
    };
    let list = |text: &str| Value::from(vec![text]);
    assert_eq!(
        remove(&mut document, "volumes"),
        Value::from(Mapping::from_iter([(Value::from(volume), Value::Null)]))
    );
    let services = &mut document["services"];
    assert_eq!(remove(&mut services["prisma"], "depends_on"), list(service));
    let mount = format!("{volume}:{path}");
    assert_eq!(remove(&mut services[service], "volumes"), list(&mount));
    let check = remove(&mut services[service], "healthcheck");
    assert_eq!(check["test"][0], "CMD-SHELL");
    let test = check["test"][1].as_str().expect("a command");
    assert!(test.contains(tool), "{test}");
    document
}

#[test]
fn with_default_settings_the_compose_file_is_the_listing() {
    let ours = parsed(&rendered(&documented_cluster("1.8", Connector::MySql)));
    let ours = without_additions(
        ours,
        "mysql",
        "db-persistence",
        "/var/lib/mysql",
        "mysqladmin ping",
    );
    let mut wanted = listing();
    // The page's slip: it has no such service.
    let host = &mut wanted["services"]["prisma"]["environment"]["PRISMA_CONFIG"]["databases"]["default"]
        ["host"];
    assert_eq!(*host, "db");
    *host = Value::from("mysql");
    assert_eq!(ours, wanted);
}

#[test]
fn for_postgres_it_is_what_the_listings_comments_say() {
    let ours = parsed(&rendered(&documented_cluster("1.8", Connector::Postgres)));
    let path = "/var/lib/postgresql/data";
    let ours = without_additions(ours, "postgres", "postgres-persistence", path, "pg_isready");
    let mut wanted = listing();
    let services = wanted["services"].as_mapping_mut().expect("services");
    let mut database = services.remove("mysql").expect("is there");
    database["image"] = Value::from("postgres:10");
    database["environment"] = yaml("{POSTGRES_USER: root, POSTGRES_PASSWORD: prisma}");
    services.insert(Value::from("postgres"), database);
    let config =
        &mut wanted["services"]["prisma"]["environment"]["PRISMA_CONFIG"]["databases"]["default"];
    config["connector"] = Value::from("postgres");
    config["host"] = Value::from("postgres");
    config["port"] = Value::from(5432);
    assert_eq!(ours, wanted);
}

#[test]
fn the_bytes_of_every_combination_are_the_golden_ones() {
    for version in ["1.7", "1.8", "1.9", "1.34"] {
        for connector in [Connector::MySql, Connector::Postgres] {
            let url = format!("{connector}://owner:prisma@db.example:7000/app");
            let combinations = [
                (documented_cluster(version, connector), ""),
                (external_cluster(version, &url), "-external"),
            ];
            for (cluster, place) in combinations {
                assert_eq!(cluster.check(), Ok(()));
                let rendered = rendered(&cluster);
                let name = format!("server-{version}-{connector}{place}.docker-compose.yml");
                assert_eq!(rendered.compose, golden(&name), "{name}");
                assert_eq!(rendered.dotenv.reveal(), golden("server.env"), "{name}");
                assert_eq!(rendered.unrepresentable, []);
            }
        }
    }
}

fn golden(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/golden/");
    std::fs::read_to_string(format!("{folder}{name}")).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn a_key_pair_has_the_name_that_the_version_knows() {
    let key = keys::generate().expect("generates");
    for (version, name) in [
        ("1.7", "clusterPublicKey"),
        ("1.8", "legacySecret"),
        ("1.26", "legacySecret"),
    ] {
        let mut cluster = documented_cluster(version, Connector::MySql);
        cluster.cluster_secret = Some(key.pem_pkcs1());
        let config = config_of(&cluster);
        let mut keys: Vec<&str> = config
            .as_mapping()
            .expect("keys")
            .keys()
            .filter_map(Value::as_str)
            .collect();
        keys.retain(|key| !["port", "databases"].contains(key));
        assert_eq!(keys, [name], "{version}");
        assert_eq!(config[name], *key.public_spki_base64());
        assert!(
            !rendered(&cluster)
                .compose
                .contains(&key.public_spki_base64())
        );
    }
    let mut cluster = documented_cluster("1.8", Connector::MySql);
    cluster.cluster_secret = None;
    let config = config_of(&cluster);
    assert_eq!(
        config.as_mapping().map(Mapping::len),
        Some(2),
        "nothing that signs"
    );
}

#[test]
fn the_servers_own_tables_stay_where_they_are() {
    // As an upgrade from the cluster edition leaves it.
    let mut cluster = documented_cluster("1.8", Connector::MySql);
    cluster.database = Database::documented(Edition::Cluster, Connector::MySql);
    let database = database_of(&cluster);
    assert_eq!(database["managementSchema"], "graphcool");
    assert_eq!(database["password"], "graphcool");
    assert_eq!(database.get("database"), None);
    let document = yaml(&rendered(&cluster).compose);
    assert_eq!(document["services"]["mysql"]["ports"][0], "3366:3306");
    assert_eq!(
        document["services"]["mysql"]["volumes"][0],
        "db-persistence:/var/lib/mysql"
    );
    let mut cluster = documented_cluster("1.8", Connector::Postgres);
    cluster.database.name = "app".to_owned();
    let database = database_of(&cluster);
    assert_eq!(database["database"], "app");
    assert_eq!(database.get("managementSchema"), None);
}

#[test]
fn what_is_tuned_is_written_as_the_version_knows_it() {
    for (version, active) in [("1.8", "active"), ("1.9", "migrations")] {
        let mut cluster = documented_cluster(version, Connector::Postgres);
        let tuning = &mut cluster.database.tuning;
        tuning.active = Some(false);
        tuning.schema = Some("public".to_owned());
        tuning.connection_limit = Some(5);
        let database = database_of(&cluster);
        assert_eq!(database[active], false, "{version}");
        assert_eq!(database["schema"], "public");
        assert_eq!(database["connectionLimit"], 5);
        assert_eq!(database.as_mapping().map(Mapping::len), Some(8));
    }
    let mut cluster = documented_cluster("1.34", Connector::Postgres);
    cluster.database.tuning.ssl = Some(true);
    cluster.database.tuning.raw_access = Some(true);
    let database = database_of(&cluster);
    assert_eq!(
        (&database["ssl"], &database["rawAccess"]),
        (&Value::from(true), &Value::from(true))
    );
}
