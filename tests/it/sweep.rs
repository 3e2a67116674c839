//! The security sweep: the whole life of clusters of both editions, failures and crashes included, and everything
//! that others could see of it searched for every secret of it, in every spelling.
//!
//! A new command is one more line of [`LIFE`].
//!
//! Witness: none is needed: what must not leak is ours; the servers are scripted.

mod known;
mod watch;

use crate::support::key;
use crate::support::raw::{http, raw};
use crate::support::standin::{Auth, Mishap, Standin};
use known::Known;
use prisma_cli::testing::secret::keys::{PrivateKey, generate};
use std::io::Write;
use std::sync::OnceLock;
use std::time::Duration;
use watch::{ANY, Watch};

/// With all that shells, YAML, `.env` files and compose take for something else.
const PASSWORD: &str = "d1stinctHead$$ ${HOME} #`id`\"midd1eDistinct'\\ %41=ta1lDistinct";
/// One that `.env` can hold, too.
const SHOP: &str = "sh0pPassword #sh0pPasswordRest";
const MANAGER: &str = "schemaManager5ecret";
const MANAGEMENT: &str = "management5ecret \"0fTheShop\"";
const REMOTE: &str = "rem0teSecret/withSign$rem0teRest";
const SERVICE: &str = "serviceSecretNumber1";
const WEBHOOK: &str = "webh00kAuthorization";
const SESSION: &str = "cl0udSessionKeyOfMine";
const EXTERNAL: &str = "p3rcentEncoded%2Fp3rcentRest";

/// What is run, in this order, and the status it ends with. `{url}` is a server somewhere else, `{echo}` one that
/// answers with what it was sent.
const LIFE: &[(&str, i32)] = &[
    ("init hello --database postgres", 0),
    ("local start", 0),
    ("local start -n shop", 0),
    ("local ps", 0),
    ("local logs", 0),
    ("cluster logs shop", 0),
    ("cluster list", 0),
    ("cluster add far --endpoint {url} --secret-file secret", 0),
    (
        "cluster add keyed --endpoint http://192.0.2.1 --no-check --secret-file key.pem",
        0,
    ),
    ("cluster add echo --endpoint {echo} --secret-file secret", 7),
    (
        "cluster add echo --endpoint {echo} --secret-file secret --no-check",
        0,
    ),
    ("deploy", 0),
    ("generate", 0),
    ("deploy -c echo", 7),
    ("deploy -c local", 1),
    ("local restart", 0),
    ("local restart -n shop", 0),
    ("local upgrade --to 1.2", 0),
    ("local upgrade -n shop --to 1.34", 0),
    ("local eject there", 1),
    ("local eject shop -n shop", 0),
    (
        "local eject droplet -n new --profile digital-ocean --register droplet --host 203.0.113.7",
        0,
    ),
    (
        "local eject droplet2 -n new2 --database mysql --profile digital-ocean",
        0,
    ),
    ("local nuke --yes", 0),
    ("local nuke -n shop --yes", 0),
    // That password is nothing for its configuration.
    ("local upgrade --to 1.8", 6),
    ("local stop", 0),
    ("local stop -n shop", 0),
    ("local history", 0),
    // About this machine, too: it may have something to say of it.
    ("doctor", ANY),
    ("doctor --bundle bundle", ANY),
    ("completions bash", 0),
    ("version", 0),
];

/// What ends it.
const END: &[(&str, i32)] = &[("local delete --yes", 0), ("local delete -n shop --yes", 0)];

/// A key that a user brings along.
fn own_key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| generate().expect("randomness"))
}

/// The files a user writes.
fn stage(w: &Watch) {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let local = w.s.config(&format!("schemaManagerSecret: {MANAGER}\n"));
    let database = format!("database:\n  password: {}\n", quote(PASSWORD));
    let local = local.replace("database:\n", &database);
    let shop = format!(
        "prismaVersion: \"1.8\"\nport: {}\nclusterSecret: {}\ndatabase:\n  connector: postgres\n  password: {}\n",
        w.s.port + 4,
        quote(MANAGEMENT),
        quote(SHOP)
    );
    for (path, text) in [
        ("home/.prisma/clusters/local/cluster.yml", &*local),
        ("home/.prisma/clusters/shop/cluster.yml", &shop),
        (
            "home/.prisma/config.yml",
            &format!("cloudSessionKey: {SESSION}\n"),
        ),
        ("work/secret", REMOTE),
        ("work/key.pem", own_key().pem_pkcs1().reveal()),
        ("work/.env", &format!("SECOND={WEBHOOK}\n")),
        (
            "work/datamodel.graphql",
            "type User {\n  id: ID! @unique\n}\n",
        ),
        ("work/q.graphql", "subscription { user { node { id } } }\n"),
        ("work/prisma.yml", PRISMA_YML),
    ] {
        w.s.write(path, text);
        w.s.set_private(path);
    }
}

const PRISMA_YML: &str = "\
service: hello
stage: dev
cluster: far
datamodel: datamodel.graphql
secret: serviceSecretNumber1
schema: schema.graphql
generate:
  - generator: graphql-schema
    output: generated.graphql
subscriptions:
  sent:
    query: q.graphql
    webhook:
      url: http://192.0.2.1/hook
      headers:
        Authorization: Bearer ${env:SECOND}
hooks:
  post-deploy:
    - /usr/bin/env >hook-environment && /bin/chmod 600 hook-environment
";

/// A server that tells whoever asks all it was sent, as text or as an error of the API.
fn echo() -> String {
    raw(|stream, request| {
        let request = &request.text;
        let (kind, body) = if request.contains("clusterInfo") || request.contains("serverInfo") {
            (
                "application/json",
                r#"{"data":{"clusterInfo":{"version":"1.8.4"},"serverInfo":{"version":"1.8.4"}}}"#
                    .to_owned(),
            )
        } else {
            let told =
                serde_json::json!({"data": null, "errors": [{"message": request, "code": 3015}]});
            ("application/json", told.to_string())
        };
        let _ = stream.write_all(http(200, kind, &body).as_bytes());
    })
}

/// A container that prints what is in a file and ends.
const CRASH: &str = "status=exited exit=1\ncp \"$engine/printed\" \"$engine/logs/$1\"\ncp \"$engine/printed\" \"$engine/logs/$id\"\n";

/// Children, containers and servers that tell what they were given.
fn failures(w: &mut Watch, standin: &Standin) {
    for hook in [
        "docker-ps",
        "docker-inspect",
        "docker-pull",
        "compose-up",
        "compose-kill",
    ] {
        w.s.engine.hook(hook, "/usr/bin/env >&2\nexit 1\n");
        for verb in ["start", "restart", "upgrade --to 1.3", "nuke --yes", "ps"] {
            w.run(&format!("local {verb} -v"));
            w.run(&format!("local {verb} -n shop --json"));
        }
        w.s.engine.unhook(hook);
    }
    for (name, service, secrets) in [
        (
            "local",
            "prisma-database",
            [&*key().pem_pkcs1().reveal().to_owned(), PASSWORD, MANAGER],
        ),
        ("shop", "prisma", [SHOP, MANAGEMENT, ""]),
    ] {
        let lines = secrets.iter().flat_map(|secret| secret.lines());
        let lines: String = lines
            .map(|line| format!("2026-01-01T00:00:00Z err got {line}\n"))
            .collect();
        w.s.write("engine/printed", &lines);
        let hook = format!("start-{service}");
        w.s.engine.hook(&hook, CRASH);
        // One container's log for people is what `docker logs` prints, and is passed on as it is.
        for words in [
            "local restart -v -n",
            "local restart --json -n",
            "local logs -n",
            "local logs --json -n",
            "cluster logs --all",
            "cluster logs --json",
        ] {
            w.run(&format!("{words} {name}"));
        }
        w.s.engine.unhook(&hook);
    }
    for secret in [REMOTE, SERVICE, WEBHOOK] {
        let mishap = Mishap::Error(0, format!("`{secret}` is not what I like"));
        standin
            .state()
            .mishaps
            .push_back(("deploy".to_owned(), mishap));
        w.run("deploy -v");
    }
}

/// Files that do not say what they should, where the secret stands.
fn mistakes(w: &mut Watch) {
    let broken = |text: &str, secret: &str| text.replace(secret, &format!("[{secret}"));
    for (path, secrets, words) in [
        (
            "home/.prisma/clusters/shop/cluster.yml",
            [MANAGEMENT, SHOP],
            ["local start -n shop", "local ps -n shop --json"],
        ),
        (
            "home/.prisma/config.yml",
            [SESSION, REMOTE],
            ["cluster list", "deploy --json"],
        ),
        (
            "work/prisma.yml",
            [SERVICE, "Bearer ${env:SECOND}"],
            ["deploy", "deploy --json"],
        ),
        ("work/.env", [WEBHOOK, "="], ["deploy", "deploy --json"]),
    ] {
        let before = w.s.read(path);
        for secret in secrets {
            for text in [
                broken(&before, secret),
                before.replace(secret, &format!("[{secret}]")),
                before.replace(secret, &format!("{secret}\"")),
                before.replace(secret, &format!("!!int {secret}")),
                before.replace(secret, &format!("{{a: {secret}}}")),
                before.replace(secret, &format!("{secret} ${{env:NONE}}")),
            ] {
                w.s.write(path, &text);
                for words in words {
                    w.run(words);
                }
            }
        }
        w.s.write(path, &before);
    }
}

#[test]
fn no_secret_of_a_clusters_life_is_anywhere_else() {
    let standin = Standin::start("1.8.4");
    standin.state().auth = Auth::Secret(REMOTE.to_owned());
    let echo = echo();
    let mut w = Watch::new();
    stage(&w);
    let filled = |words: &str| {
        words
            .replace("{url}", &standin.url())
            .replace("{echo}", &echo)
    };
    for (words, status) in LIFE {
        w.runs(&filled(words), *status);
    }
    w.s.set(
        "PRISMA_CLI_DATABASE_URL",
        format!("postgres://me:{EXTERNAL}@db.invalid:7000/app"),
    );
    w.run("init external -v");
    w.run("local start -n external -v");
    w.run("local start -n external --json");
    w.s.unset("PRISMA_CLI_DATABASE_URL");
    w.run("cluster add far --endpoint http://me:rem0teSecret@192.0.2.1");
    failures(&mut w, &standin);
    mistakes(&mut w);
    for after in [1, 2, 4, 8, 16, 32] {
        w.kill("local start", Duration::from_millis(after));
        w.kill(
            "local upgrade -n shop --to 1.20",
            Duration::from_millis(after * 2),
        );
    }
    for (words, status) in END {
        w.runs(words, *status);
    }
    let secrets = known(&w, &standin);
    for secret in secrets.iter().filter(|secret| !secret.files.is_empty()) {
        assert!(w.was_seen(secret), "{} was nowhere", secret.name);
    }
    let leaks = w.leaks(&secrets);
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

/// Those that were staged, and those that were made on the way.
fn known(w: &Watch, standin: &Standin) -> Vec<Known> {
    let mut known = vec![
        Known::text(
            "the password",
            PASSWORD,
            &["local/.env", "local/cluster.yml"],
            "local",
        ),
        Known::text(
            "the shop's password",
            SHOP,
            &["shop/.env", "shop/cluster.yml"],
            "shop",
        ),
        Known::text(
            "the manager's secret",
            MANAGER,
            &["local/.env", "local/cluster.yml"],
            "local",
        ),
        Known::text(
            "the management secret",
            MANAGEMENT,
            &["shop/.env", "shop/cluster.yml", ".prisma/config.yml"],
            "shop",
        ),
        Known::text(
            "the remote secret",
            REMOTE,
            &["work/secret", ".prisma/config.yml"],
            "",
        ),
        Known::text("the service's secret", SERVICE, &["work/prisma.yml"], ""),
        Known::text(
            "the webhook's header",
            WEBHOOK,
            &["work/.env", "work/hook-environment"],
            "",
        ),
        Known::text("the session key", SESSION, &[".prisma/config.yml"], ""),
        Known::text(
            "the external password",
            EXTERNAL,
            &["external/.env", "external/cluster.yml"],
            "external",
        ),
        Known::key(
            "the cluster's key",
            key(),
            &["local/cluster.yml", ".prisma/config.yml"],
        ),
        Known::key(
            "the user's key",
            own_key(),
            &["work/key.pem", ".prisma/config.yml"],
        ),
    ];
    for (folder, files) in [
        ("hello", &["hello/.env"] as &[_]),
        ("droplet", &["droplet/.env", ".prisma/config.yml"]),
        ("droplet2", &["droplet2/.env"]),
    ] {
        let env = w.s.read(&format!("work/{folder}/.env"));
        let made = env
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('='));
        let made = made.filter(|(_, value)| {
            value.len() == 40 && value.chars().all(|c| c.is_ascii_alphanumeric())
        });
        known.extend(made.map(|(_, value)| Known::text("a random one", value, files, "")));
    }
    let tokens = standin.take().into_iter().filter_map(|request| {
        let token = request
            .header("authorization")?
            .rsplit('.')
            .next()?
            .to_owned();
        (token.len() > 20).then(|| Known::text("a token", &token, &[], ""))
    });
    known.extend(tokens.take(20));
    known
}
