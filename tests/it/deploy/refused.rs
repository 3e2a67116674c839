//! Servers that refuse a token, a syntax or the API: what is reported, and whose fault it is.
//!
//! Witness: `recorded` has refused tokens and syntax errors; several files, and a node without a management API,
//! are scripted: no recording covers them.

use crate::cluster::support::{respond, serve};
use crate::deploy::endings::changed;
use crate::deploy::support::{Place, deployed};
use crate::support::standin::{Auth, Mishap, Standin};
use serde_json::json;

#[test]
fn a_refused_token_says_which_side_differs() {
    let key = prisma_cli::testing::secret::keys::generate().expect("random");
    let public = Auth::PublicKey(key.public_spki_pem());
    let secret = || Auth::Secret("the-servers-own".to_owned());
    for (version, auth, ours, told) in [
        ("1.8.4", secret(), None, "`PRISMA_MANAGEMENT_API_SECRET`"),
        (
            "1.8.4",
            secret(),
            Some("another-text"),
            "including spaces: fix `PRISMA_MANAGEMENT_API_SECRET`\n",
        ),
        (
            "1.34.12",
            secret(),
            Some("another-text"),
            "including spaces: fix `PRISMA_MANAGEMENT_API_SECRET`\n",
        ),
        (
            "1.1.3",
            public.clone(),
            Some("another-text"),
            "replace `PRISMA_MANAGEMENT_API_SECRET` with the private key",
        ),
        ("1.1.3", public, None, "no private key is configured"),
    ] {
        let standin = deployed(version);
        standin.state().auth = auth;
        let mut place = changed(&standin);
        if let Some(secret) = ours {
            place = place.env("PRISMA_MANAGEMENT_API_SECRET", secret);
        }
        let outcome = place.deploy(&[]);
        assert_eq!(outcome.status, 7, "{outcome:?}");
        assert!(outcome.stderr.contains(told), "{version}: {outcome:?}");
        assert!(!outcome.all().contains("another-text"), "{outcome:?}");
    }
}

#[test]
fn the_secret_that_was_used_is_the_one_to_fix() {
    let standin = deployed("1.34.12");
    standin.state().auth = Auth::Secret("the-servers-own".to_owned());
    let hint = |name: &str| {
        format!(
            "hint: it must be identical to the server's `managementApiSecret`, including spaces: fix {name}\n"
        )
    };
    let place = changed(&standin);
    place.write(".env", "PRISMA_MANAGEMENT_API_SECRET=another-text\n");
    let outcome = place.deploy(&[]);
    let file = hint("`PRISMA_MANAGEMENT_API_SECRET` in the env file");
    assert!(outcome.stderr.contains(&file), "{outcome:?}");
    let outcome = place
        .env("PRISMA_MANAGEMENT_API_SECRET", "yet-another")
        .deploy(&[]);
    let variable = hint("`PRISMA_MANAGEMENT_API_SECRET`");
    assert!(outcome.stderr.contains(&variable), "{outcome:?}");
    // A cluster's own secret comes before the variable, which may be another server's.
    let place = changed(&standin).env("PRISMA_MANAGEMENT_API_SECRET", "yet-another");
    let entry = format!(
        "clusters:\n  far:\n    host: '{}'\n    clusterSecret: another-text\n",
        standin.url()
    );
    place.home.write(".prisma/config.yml", &entry);
    let outcome = place.deploy(&["-c", "far"]);
    let registry = hint("`clusterSecret` of cluster `far` in the cluster registry");
    assert!(outcome.stderr.contains(&registry), "{outcome:?}");
}

/// The server reports where the type begins, in the text of all files.
#[test]
fn a_syntax_error_is_in_its_file() {
    let standin = deployed("1.34.12");
    let place = Place::cluster(&standin, "");
    let file = place.read("prisma.yml").expect("is there");
    let two = "datamodel: [datamodel.graphql, more.graphql]";
    place.write(
        "prisma.yml",
        &file.replace("datamodel: datamodel.graphql", two),
    );
    place.write("datamodel.graphql", "type User {\n  id: ID! @id\n}\n");
    place.write(
        "more.graphql",
        "type Post {\n  id: ID! @id\n  title String\n}\n",
    );
    let message = "Syntax error while parsing GraphQL query. Invalid input \"{\\n  id: ID! @id\\n  title S\", expected \
        IgnoredNoComment, ImplementsInterfaces, DirectivesConst or FieldDefinitions (line 5, column 11):\ntype Post {\n          ^";
    let refuse = || {
        let mishap = Mishap::Error(3017, message.to_owned());
        let mishaps = &mut standin.state().mishaps;
        mishaps.push_back(("deploy".to_owned(), mishap));
    };
    refuse();
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 7, "{outcome:?}");
    let told = "the server rejected the datamodel: 1 error\n  \
        HOME/service/more.graphql:3:9: syntax error: unexpected `String` after `title`\n";
    assert!(outcome.stderr.ends_with(told), "{outcome:?}");
    refuse();
    let error = &place.deploy(&["-j"]).json()["data"]["errors"][0];
    assert_eq!(
        (&error["message"], &error["line"]),
        (
            &json!("syntax error: unexpected `String` after `title`"),
            &json!(3)
        )
    );
    let file = error["file"].as_str().unwrap_or_default();
    assert!(file.ends_with("/more.graphql"), "{error}");
}

#[test]
fn a_node_without_a_management_api_is_told() {
    let node = serve(|request| {
        let message = format!(
            "Project not found: '{}$default'",
            request.path.trim_matches('/')
        );
        let error = json!({"errors": [{"message": message, "code": 3016}]});
        respond(200, &error.to_string())
    });
    let outcome = Place::at(&node, "").deploy(&[]);
    assert_eq!(outcome.status, 7, "{outcome:?}");
    for told in [
        "it is a Prisma server without a management API, such as an API node of `prisma-prod`",
        "hint: use the address of the node that has `enableManagementApi: true`\n",
    ] {
        assert!(outcome.stderr.contains(told), "{outcome:?}");
    }
}

/// Nothing is created to find out: the program looks at the datamodel itself, and says so.
#[test]
fn a_dry_run_of_a_new_service_checks_its_datamodel() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(
        &standin,
        "subscriptions:\n  onUser:\n    query: 'subscription { nobody { node { id } } }'\n    webhook: http://localhost:1\n",
    );
    let yml = place.read("prisma.yml").expect("is there");
    place.write(
        "prisma.yml",
        &yml.replace(
            "datamodel: datamodel.graphql",
            "datamodel: [a.graphql, b.graphql]",
        ),
    );
    place.write(
        "a.graphql",
        "\u{feff}type User {\r\n  id: ID! @unique\r\n  posts: [Pots!]!\r\n}\r\n",
    );
    place.write("b.graphql", "# größer\ntype Post {\n  id: ID @unique\n}\n");
    let outcome = place.deploy(&["-d"]);
    let said = "error: service `hello`, stage `dev`, cluster `far`: the server would reject the datamodel: 3 errors\n  \
        HOME/service/a.graphql:3: `User.posts`: The field `posts` has the type `[Pots!]!` but there's no type or enum declaration with that name.\n  \
        HOME/service/b.graphql:3: `Post.id`: The field `id` is reserved and has to have the format: id: ID! @unique.\n  \
        HOME/service/prisma.yml:7: subscription `onUser`: The provided query doesn't include any known model name. Please check for the latest subscriptions API.\n";
    assert!(outcome.stderr.ends_with(said), "{}", outcome.all());
    assert_eq!(outcome.status, 7, "{outcome:?}");
    place.write(
        "b.graphql",
        "# größer\ntype Post {\n  id: ID! @unique\n  title String\n}\n",
    );
    let document = place.deploy(&["-d", "-j"]).json();
    assert_eq!(document["data"]["notes"][0]["code"], "checked_here");
    let error = &document["data"]["errors"][0];
    assert_eq!(
        (&error["line"], &error["message"]),
        (
            &json!(4),
            &json!("syntax error: unexpected `String` after `title`")
        )
    );
    assert!(
        error["file"]
            .as_str()
            .is_some_and(|file| file.ends_with("b.graphql")),
        "{error}"
    );
    assert!(standin.state().projects.is_empty(), "nothing is created");
}

/// Seen with `secret: wrong`: the server's sentence had a hole, which showed the secret.
#[test]
fn a_secret_that_is_a_word_does_not_hide_what_the_server_says() {
    let standin = deployed("1.34.12");
    let place = changed(&standin);
    let yml = place.read("prisma.yml").expect("is there");
    place.write(
        "prisma.yml",
        &yml.replace("disableAuth: true", "secret: wrong,deploy"),
    );
    for args in [&["-d"][..], &["-d", "-j"]] {
        let said = "Whatever you deploy is wrong, or secret=wrong is".to_owned();
        let mishap = ("deploy".to_owned(), Mishap::Error(0, said));
        standin.state().mishaps.push_back(mishap);
        let outcome = place.deploy(args);
        assert_eq!(outcome.status, 7, "{outcome:?}");
        let all = outcome.all();
        assert!(
            all.contains("Whatever you deploy is wrong, or secret=******** is"),
            "{all}"
        );
        assert!(all.contains("could not deploy `hello`"), "{all}");
    }
    assert!(place.deploy(&["-d", "-j"]).json()["command"] == "deploy");
}
