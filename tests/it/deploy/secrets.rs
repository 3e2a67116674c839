//! Tokens: by which secret, for what, for how long; and that no secret shows.
//!
//! Witness: what a token contains and where secrets go is read on a scripted server; the answers to tokens are in
//! the recordings (`auth/*`).

use crate::deploy::support::{Place, TYPES};
use crate::support::lasts;
use crate::support::standin::{Auth, Standin};
use prisma_cli::testing::secret::keys::{PrivateKey, generate};
use serde_json::{Value, json};
use std::sync::OnceLock;

fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| generate().expect("random"))
}

const TEXT: &str = "tExt-secret-1";

/// A server of that version that wants tokens, and a service on it. The secret stands in the registry.
fn place(standin: &Standin, auth: Auth, secret: Option<&str>) -> Place {
    standin.state().auth = auth;
    standin.state().put("hello", "dev", TYPES, &[]);
    let place = Place::cluster(standin, "");
    if let Some(secret) = secret {
        let secret = serde_json::to_string(secret).expect("a text");
        let registry = format!("{}    clusterSecret: {secret}\n", place.home.registry());
        place.home.write(".prisma/config.yml", &registry);
    }
    place.change();
    place
}

/// Algorithm and claims of the tokens that a server saw, each only once, those without left out.
fn tokens(standin: &Standin) -> Vec<(Value, Value)> {
    let mut tokens: Vec<_> = standin
        .take()
        .iter()
        .filter_map(|request| request.token())
        .collect();
    tokens.dedup();
    tokens
}

#[track_caller]
fn narrow(tokens: &[(Value, Value)], algorithm: &str) {
    let [(found, claims)] = tokens else {
        panic!("one token, not {tokens:?}")
    };
    assert_eq!(found, algorithm);
    assert_eq!(
        claims["grants"],
        json!([{"target": "hello/dev", "action": "*"}])
    );
    assert!(lasts(claims, 600), "{claims}");
}

#[test]
fn a_key_signs_rs256_and_a_text_hs256() {
    for version in ["1.1.3", "1.4.1"] {
        let standin = Standin::start(version);
        let auth = Auth::PublicKey(key().public_spki_pem());
        let place = place(&standin, auth, Some(key().pem_pkcs1_crlf().reveal()));
        let outcome = place.deploy(&["-v"]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        narrow(&tokens(&standin), "RS256");
        assert!(!outcome.all().contains("PRIVATE KEY"), "{outcome:?}");
    }
    for version in ["1.8.4", "1.34.12"] {
        let standin = Standin::start(version);
        let place = place(&standin, Auth::Secret(TEXT.to_owned()), Some(TEXT));
        let outcome = place.deploy(&["-v"]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        narrow(&tokens(&standin), "HS256");
        assert!(!outcome.all().contains(TEXT), "{outcome:?}");
    }
}

#[test]
fn the_variable_counts_where_the_registry_has_none_and_may_come_from_env_files() {
    for endpoint in [false, true] {
        let standin = Standin::start("1.8.4");
        let place = place(&standin, Auth::Secret(TEXT.to_owned()), None);
        if endpoint {
            let text = format!(
                "endpoint: {}/hello/dev\ndatamodel: datamodel.graphql\ndisableAuth: true\n",
                standin.url()
            );
            place.write("prisma.yml", &text);
        }
        place.write(".env", &format!("PRISMA_MANAGEMENT_API_SECRET={TEXT}\n"));
        assert_eq!(place.deploy(&[]).status, 0);
        narrow(&tokens(&standin), "HS256");
        // The real environment wins.
        place.write(".env", "PRISMA_MANAGEMENT_API_SECRET=wrong\n");
        assert_eq!(place.deploy(&[]).status, 7);
        assert_eq!(
            place
                .env("PRISMA_MANAGEMENT_API_SECRET", TEXT)
                .deploy(&[])
                .status,
            0
        );
    }
}

/// A deployment with the variable set, the key pair in the registry: with the secret of this name.
#[track_caller]
fn signs(version: &str, auth: Auth, variable: &str, algorithm: &str, name: &str) {
    let standin = Standin::start(version);
    let pem = key().pem_pkcs1_crlf();
    let place = place(&standin, auth, Some(pem.reveal()));
    let place = place.env("PRISMA_MANAGEMENT_API_SECRET", variable);
    let outcome = place.deploy(&["-v"]);
    assert_eq!(outcome.status, 0, "{version}: {outcome:?}");
    let told = format!("authenticated with {name}\n");
    assert!(outcome.stderr.contains(&told), "{version}: {outcome:?}");
    let tokens = tokens(&standin);
    let (last, _) = tokens.last().expect("there are some");
    assert_eq!(last, algorithm, "{version}");
    assert!(!outcome.all().contains(variable), "{outcome:?}");
}

#[test]
fn the_variable_wins_over_the_registrys_key_where_the_server_wants_a_shared_secret() {
    let variable = "`PRISMA_MANAGEMENT_API_SECRET`";
    let registry = "`clusterSecret` of cluster `far` in the cluster registry";
    let public = || Auth::PublicKey(key().public_spki_pem());
    let secret = || Auth::Secret(TEXT.to_owned());
    signs("1.34.12", secret(), TEXT, "HS256", variable);
    signs("1.8.4", secret(), TEXT, "HS256", variable);
    // A version that supports both says by its answer which one it wants; an early one knows only keys.
    signs("1.8.4", public(), TEXT, "RS256", registry);
    signs("1.1.3", public(), TEXT, "RS256", registry);
}

#[test]
fn a_shared_secret_of_the_registry_is_tried_before_the_variable_which_may_be_another_servers() {
    let registry = "`clusterSecret` of cluster `far` in the cluster registry";
    for (registered, variable, told) in [
        (TEXT, "of-another-server", registry),
        ("an-old-one", TEXT, "`PRISMA_MANAGEMENT_API_SECRET`"),
    ] {
        let standin = Standin::start("1.34.12");
        let place = place(&standin, Auth::Secret(TEXT.to_owned()), Some(registered));
        let place = place.env("PRISMA_MANAGEMENT_API_SECRET", variable);
        let outcome = place.deploy(&["-v"]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let told = format!("authenticated with {told}\n");
        assert!(outcome.stderr.contains(&told), "{outcome:?}");
    }
}

#[test]
fn rejected_secrets_are_named_by_the_one_that_should_be_right() {
    let standin = Standin::start("1.8.4");
    let pem = key().pem_pkcs1_crlf();
    let place = place(&standin, Auth::Secret(TEXT.to_owned()), Some(pem.reveal()));
    let place = place.env("PRISMA_MANAGEMENT_API_SECRET", "wr0ng-secret");
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 7, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("fix `PRISMA_MANAGEMENT_API_SECRET`\n"),
        "{outcome:?}"
    );
}

#[test]
fn the_secret_of_a_compose_file_beside_or_above_is_found() {
    for (compose, registry) in [
        ("service/docker-compose.yml", false),
        ("docker-compose.yml", false),
        ("docker-compose.yml", true),
    ] {
        let standin = Standin::start("1.34.12");
        let place = place(&standin, Auth::Secret(TEXT.to_owned()), None);
        let url = standin.url();
        let (_, port) = url.rsplit_once(':').expect("has a port");
        let server = |published: &str| {
            format!(
                "services:\n  prisma:\n    image: prismagraphql/prisma:1.34\n    ports: ['{published}:4466']\n    \
                 environment:\n      PRISMA_CONFIG: |\n        managementApiSecret: ${{SECRET}}\n"
            )
        };
        let folder = compose.strip_suffix("docker-compose.yml").expect("ends so");
        place
            .home
            .write(&format!("{folder}.env"), &format!("SECRET={TEXT}\n"));
        if !registry {
            let text = format!("endpoint: {url}/hello/dev\ndatamodel: datamodel.graphql\n");
            place.write("prisma.yml", &text);
        }
        // That of a server at another address is not sent.
        place.home.write(compose, &server("1"));
        let outcome = place.deploy(&[]);
        assert_eq!(outcome.status, 7, "{outcome:?}");
        place.home.write(compose, &server(port));
        let outcome = place.deploy(&[]);
        assert_eq!(outcome.status, 0, "{compose}: {outcome:?}");
        assert!(tokens(&standin).iter().all(|(found, _)| found == "HS256"));
        assert!(!outcome.all().contains(TEXT), "{outcome:?}");
    }
}

#[test]
fn the_registry_opens_an_endpoint_at_its_own_address_only() {
    let (ours, theirs) = (Standin::start("1.8.4"), Standin::start("1.8.4"));
    let place = place(&ours, Auth::Secret(TEXT.to_owned()), Some(TEXT));
    theirs.state().put("hello", "dev", TYPES, &[]);
    let text = |server: &Standin| {
        format!(
            "endpoint: {}/hello/dev\ndatamodel: datamodel.graphql\ndisableAuth: true\n",
            server.url()
        )
    };
    place.write("prisma.yml", &text(&ours));
    assert_eq!(place.deploy(&[]).status, 0);
    narrow(&tokens(&ours), "HS256");
    place.write("prisma.yml", &text(&theirs));
    assert_eq!(place.deploy(&[]).status, 0);
    let seen = theirs.take();
    assert!(
        seen.iter()
            .all(|request| request.header("authorization").is_none()),
        "{seen:?}"
    );
}

#[test]
fn a_key_that_is_none_is_named_and_not_shown() {
    let standin = Standin::start("1.8.4");
    let broken = "-----BEGIN RSA PRIVATE KEY-----\nAbCdEfGh\n-----END RSA PRIVATE KEY-----\n";
    let place = place(&standin, Auth::Off, Some(broken));
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 6, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("`clusterSecret` of cluster `far` in the cluster registry: "),
        "{outcome:?}"
    );
    assert!(!outcome.all().contains("AbCdEfGh"), "{outcome:?}");
    assert!(standin.take().is_empty());
}

#[test]
fn secrets_of_the_service_are_sent_and_sign_and_never_show() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(&standin, "schema: s.graphql\n");
    let text = place.read("prisma.yml").expect("there");
    let text = text.replace("disableAuth: true", "secret: first-secret, ${env:SECOND}");
    place.write("prisma.yml", &text);
    place.write(".env", "SECOND=second-secret\n");
    let outcome = place.deploy(&["-v", "-j"]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(
        !outcome.all().contains("first-secret") && !outcome.all().contains("second-secret"),
        "{outcome:?}"
    );
    let kept = standin
        .state()
        .project("hello", "dev")
        .expect("created")
        .secrets
        .clone();
    assert_eq!(kept, ["first-secret", "second-secret"]);
    let seen = standin.take();
    let (algorithm, claims) = seen.last().expect("some").token().expect("for the schema");
    assert_eq!(
        (algorithm, &claims["data"]["service"]),
        (json!("HS256"), &json!("hello@dev"))
    );
}

#[test]
fn a_secret_that_travels_in_the_open_is_warned_of() {
    let standin = Standin::start("1.8.4");
    standin.state().put("hello", "dev", TYPES, &[]);
    // Answers here, and is no address that is known to.
    let url = format!("http://0.0.0.0:{}", standin.port());
    for (secret, warned) in [("", false), ("    clusterSecret: 'x'\n", true)] {
        let place = Place::at(&url, "");
        let registry = format!("{}{secret}", place.home.registry());
        place.home.write(".prisma/config.yml", &registry);
        let stderr = place.deploy(&[]).stderr;
        let warning = format!(
            "warning: `{url}` is not encrypted: secrets and data can be intercepted\n\
             hint: use a private network or a tunnel\n"
        );
        assert_eq!(
            stderr.matches(&warning).count(),
            usize::from(warned),
            "{stderr}"
        );
    }
}

/// A server looks for the service before it looks at the token, so a new service does not show it.
#[test]
fn a_dry_run_of_a_new_service_checks_the_secret() {
    for version in ["1.8.4", "1.34.12"] {
        for (secret, code) in [(Some(TEXT), 0), (Some("wr0ng-secret"), 7), (None, 7)] {
            let standin = Standin::start(version);
            let place = place(&standin, Auth::Secret(TEXT.to_owned()), secret);
            standin.state().projects.clear();
            place.write(
                "datamodel.graphql",
                "type User {\n  id: ID! @id @unique\n}\n",
            );
            let outcome = place.deploy(&["-d"]);
            assert_eq!(outcome.status, code, "{version} {secret:?}: {outcome:?}");
            let created = outcome.stdout.contains("would be created");
            assert_eq!(created, code == 0, "{outcome:?}");
            assert!(!outcome.all().contains("wr0ng"), "{outcome:?}");
            assert!(standin.state().projects.is_empty());
        }
    }
}

#[test]
fn a_dry_run_says_that_secrets_are_not_compared() {
    let standin = Standin::start("1.34.12");
    standin.state().put("hello", "dev", TYPES, &["old"]);
    let place = Place::cluster(&standin, "");
    let says = "a dry run does not compare secrets and subscriptions";
    let outcome = place.deploy(&["-d"]);
    assert!(
        outcome.stdout.contains(&format!("\nnote: {says}\n")),
        "{outcome:?}"
    );
    let document = place.deploy(&["-d", "-j"]).json();
    let note = json!([{"code": "not_compared", "message": says}]);
    assert_eq!(document["data"]["notes"], note);
    assert_eq!(place.deploy(&["-j"]).json()["data"]["notes"], Value::Null);
}

#[test]
fn a_server_that_does_not_check_the_kind_of_its_secret_is_open_and_that_is_said() {
    let key = key().pem_pkcs1();
    for (version, secret, kind) in [
        ("1.4.2", TEXT, "shared secret"),
        ("1.30.5", key.reveal(), "private key"),
    ] {
        let standin = Standin::start(version);
        let place = place(&standin, Auth::Off, Some(secret));
        let said = format!(
            "warning: cluster `far`: it accepts requests without a secret, and anyone can deploy to it: Prisma {version} ignores a {kind}\n\
             hint: give the server a secret that this version checks\n"
        );
        let outcome = place.deploy(&[]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        assert!(outcome.stderr.contains(&said), "{outcome:?}");
        let listed = place.home.cluster(&["list"]);
        assert!(listed.all().contains("ignores a"), "{listed:?}");
        let checked = place.end(place.home.prisma("doctor", &[]).start());
        let row = format!(
            "Prisma {version}, up at {}, but it accepts requests without a secret",
            standin.url()
        );
        assert!(checked.all().contains(&row), "{checked:?}");
    }
    let standin = Standin::start("1.8.4");
    let outcome = place(&standin, Auth::Secret(TEXT.to_owned()), Some(TEXT)).deploy(&[]);
    assert!(!outcome.stderr.contains("ignores"), "{outcome:?}");
}
