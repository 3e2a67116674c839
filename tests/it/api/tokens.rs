//! What is shown to be let in, and what is said when it does not do.
//!
//! Witness: `recorded::cluster` plays the answers to 16 tokens; what a token contains is read on a scripted server.

use crate::api::played::{TYPES, at, done, failed, input, with};
use crate::support::lasts;
use crate::support::standin::{Auth, Plan, Standin};
use prisma_cli::testing::error::Kind;
use prisma_cli::testing::interrupt::Interrupt;
use prisma_cli::testing::secret::Secret;
use prisma_cli::testing::secret::keys;
use prisma_cli::testing::server::credential::Credential;
use prisma_cli::testing::server::management::Management;
use prisma_cli::testing::server::token::{self, Grant};
use serde_json::json;
use std::time::Duration;

fn text(secret: &str) -> Credential {
    Credential::Secret(secret.into())
}

fn locked(version: &str, auth: Auth) -> Standin {
    let standin = Standin::start(version);
    standin.state().auth = auth;
    standin
}

#[test]
fn one_token_for_one_service_for_minutes() {
    let key = keys::generate().expect("random");
    for (version, algorithm) in [("1.1.3", "RS256"), ("1.34.12", "HS256")] {
        let (auth, credential) = match algorithm {
            "RS256" => (
                Auth::PublicKey(key.public_spki_pem()),
                Credential::Secret(key.pem_pkcs1()),
            ),
            _ => (Auth::Secret("s3cret".to_owned()), text("s3cret")),
        };
        let standin = locked(version, auth);
        standin.state().plans.push_back(Plan {
            at_once: true,
            ..Plan::default()
        });
        let client = crate::api::played::client(&standin.url());
        let management =
            Management::new(client, Interrupt::default(), "team~svc", "dev", credential);
        done(&management, &input(TYPES));
        let requests = standin.take();
        let (versions, others): (Vec<_>, Vec<_>) = requests
            .iter()
            .filter(|request| !request.path.starts_with("/team/"))
            .partition(|request| request.field().ends_with("Info"));
        assert!(
            versions
                .iter()
                .all(|request| request.header("authorization").is_none())
        );
        let first = if version == "1.1.3" { 3 } else { 4 };
        assert_eq!(others.len(), first);
        let sent = others[0].header("authorization");
        assert!(
            others
                .iter()
                .all(|request| request.header("authorization") == sent),
            "made once"
        );
        let (used, claims) = others[0].token().expect("a token");
        assert_eq!(used, json!(algorithm));
        assert_eq!(
            claims["grants"],
            json!([{"target": "team~svc/dev", "action": "*"}])
        );
        assert!(lasts(&claims, 600), "{claims}");
        assert!(
            standin
                .state()
                .projects
                .contains_key(&("team~svc".to_owned(), "dev".to_owned()))
        );
    }
}

#[test]
fn without_a_secret_no_header_is_sent_and_the_want_of_one_is_told() {
    for (version, says) in [
        ("1.1.3", "no private key is configured"),
        ("1.34.12", "requires a secret, but none is configured"),
    ] {
        let standin = locked(version, Auth::Secret("x".to_owned()));
        standin.state().put("svc", "dev", "", &[]);
        let failure = failed(&with(&standin, Credential::None), &input(TYPES));
        assert!(
            standin
                .take()
                .iter()
                .all(|request| request.header("authorization").is_none())
        );
        assert_eq!(failure.kind, Kind::Refused);
        assert!(failure.message().contains(says), "{failure}");
    }
}

#[test]
fn a_given_token_is_used_as_it_is() {
    let standin = locked("1.34.12", Auth::Secret("s3cret".to_owned()));
    let secret = Secret::from("s3cret");
    let sign =
        |grant, life| token::sign(&secret, &[grant], Duration::from_secs(life)).expect("signs");
    let given = sign(Grant::service("svc", "dev"), 60);
    let claims = json!({"grants": [{"target": "*/*", "action": "*"}], "exp": 1_500_000_000});
    let key = jsonwebtoken::EncodingKey::from_secret(b"s3cret");
    let expired =
        jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).expect("signs");
    done(
        &with(&standin, Credential::Bearer(given.as_str().into())),
        &input(TYPES),
    );
    let expected = format!("Bearer {given}");
    for request in standin
        .take()
        .iter()
        .filter(|request| !request.field().ends_with("Info"))
    {
        assert_eq!(request.header("authorization"), Some(&*expected));
    }
    for (token, says) in [
        (
            sign(Grant::service("other", "dev"), 60),
            "is for another service or stage",
        ),
        (expired, "the given token has expired"),
        ("abc".to_owned(), "does not accept the token"),
    ] {
        let failure = failed(
            &with(&standin, Credential::Bearer(token.as_str().into())),
            &input("type A { id: ID! }"),
        );
        assert!(failure.message().contains(says), "{failure}");
        assert!(!failure.message().contains(&token), "{failure}");
    }
}

#[test]
fn a_refusal_says_which_side_differs() {
    let pem = || Credential::Secret(keys::generate().expect("random").pem_pkcs1());
    let public = || Auth::PublicKey(keys::generate().expect("random").public_spki_pem());
    let secret = || Auth::Secret("theirs".to_owned());
    for (version, auth, credential, says, hint) in [
        (
            "1.1.3",
            public(),
            pem(),
            "private key does not match",
            "CLUSTER_PUBLIC_KEY",
        ),
        (
            "1.1.3",
            public(),
            text("ours"),
            "the configured secret is not a key",
            "private key",
        ),
        (
            "1.34.12",
            secret(),
            text("ours"),
            "the configured secret does not match the server's secret",
            "managementApiSecret",
        ),
        (
            "1.34.12",
            secret(),
            pem(),
            "does not accept private keys, but the configured secret is one",
            "replace the configured secret with the server's `managementApiSecret`",
        ),
    ] {
        let standin = locked(version, auth);
        standin.state().put("svc", "dev", "", &[]);
        let failure = failed(&with(&standin, credential), &input(TYPES));
        assert_eq!(failure.exit(), 7);
        assert!(failure.message().contains(says), "{version}: {failure}");
        assert!(
            failure.hints.join(" ").contains(hint),
            "{version}: {failure:?}"
        );
        let shown = format!("{failure:?}");
        assert!(
            !shown.contains("ours\"") && !shown.contains("theirs"),
            "{shown}"
        );
    }
}

#[test]
fn an_unknown_service_does_not_hide_a_bad_token() {
    let standin = locked("1.34.12", Auth::Secret("theirs".to_owned()));
    let failure = failed(&with(&standin, text("ours")), &input(TYPES));
    assert!(
        failure
            .message()
            .contains("the configured secret does not match the server's secret"),
        "{failure}"
    );
    assert!(standin.state().projects.is_empty());
}

#[test]
fn a_token_is_not_carried_to_where_a_server_redirects_to() {
    let other = Standin::start("1.34.12");
    let standin = Standin::start("1.34.12");
    let answer = format!(
        "HTTP/1.1 308 x\r\nLocation: {}/management\r\nContent-Length: 0\r\n\r\n",
        other.url()
    );
    let mishap = crate::support::standin::Mishap::Bytes(answer.into_bytes());
    standin
        .state()
        .mishaps
        .push_back(("deploy".to_owned(), mishap));
    let failure = failed(&at(&standin.url(), text("s3cret")), &input(TYPES));
    assert!(
        failure.message().contains("it redirects (status 308) to"),
        "{failure}"
    );
    assert!(failure.hints[0].contains(&other.url()), "{failure:?}");
    assert_eq!(other.state().connections, 0);
}
