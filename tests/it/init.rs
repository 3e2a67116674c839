//! `prisma init`: folders that docker-compose and `prisma deploy` take as they are.

mod deploying;
mod refused;
mod terminal;

use crate::cluster::support::{Auth, server};
use crate::support::text::{without_diffs, without_secrets};
use crate::support::{Files, Sandbox, same};
use prisma_cli::testing::yaml::Node;

/// What is in the folder the user stands in.
pub fn work(s: &Sandbox) -> Files {
    Files::of(&s.path("work"))
}

/// Compares the two rendered files in `work/hello` with golden ones.
#[track_caller]
pub fn is_golden(s: &Sandbox, name: &str) {
    for (file, ending) in [
        ("docker-compose.yml", "docker-compose.yml"),
        (".env", "env"),
    ] {
        let path = format!(
            "{}/assets/golden/{name}.{ending}",
            env!("CARGO_MANIFEST_DIR")
        );
        let golden = std::fs::read_to_string(&path).expect(&path);
        let written = without_secrets(&s.read(&format!("work/hello/{file}")));
        same(&path, &written, &golden);
    }
}

#[test]
fn what_is_rendered_is_golden() {
    let s = Sandbox::new();
    for (name, words) in [
        ("init-1.8-mysql", "--database mysql --port 4466"),
        ("init-1.8-postgres", "--database postgres --port 4466"),
        (
            "init-1.34-external",
            "--database-url postgres://me:p%40ss@db.example.invalid/app?ssl=true --prisma-version 1.34 \
             --bind 127.0.0.1 --port 4467 --service shop",
        ),
    ] {
        s.run(&format!("init hello {words}")).succeeds();
        is_golden(&s, name);
        std::fs::remove_dir_all(s.path("work/hello")).expect("is there");
    }
    s.ran("");
}

#[test]
fn a_folder_is_all_that_is_needed() {
    let s = Sandbox::new();
    let words = format!("init hello --database postgres --port {}", s.port);
    s.run(&words).is(
        0,
        "created <root>/work/hello\n\
         \n  endpoint   http://localhost:<port>\
         \n  version    Prisma 1.8\
         \n  database   Postgres (data in a Docker volume)\
         \n  files      docker-compose.yml, .env, prisma.yml, datamodel.graphql\n\
         \nNext steps:\n\
         \n  cd hello\
         \n  docker-compose up -d\
         \n  prisma deploy\n",
        "",
    );
    same(
        "the files",
        &work(&s).list(),
        "0755 hello/\n0600 hello/.env\n0644 hello/datamodel.graphql\n0644 hello/docker-compose.yml\n0644 hello/prisma.yml\n",
    );
    let template = include_str!("../../assets/init/prisma.yml");
    let written = s.plain(&s.read("work/hello/prisma.yml"));
    same("prisma.yml", &written, &template.replace("4466", "<port>"));
    let secrets = s.read("work/hello/.env");
    let other = Sandbox::new();
    other.run(&words).succeeds();
    for line in secrets.lines().filter(|line| line.contains('=')) {
        assert!(
            !other.read("work/hello/.env").contains(line),
            "made anew: {line}"
        );
    }
    let compose = s.read("work/hello/docker-compose.yml");
    for line in secrets.lines().filter_map(|line| line.split_once('=')) {
        assert!(!compose.contains(line.1), "no secret in {compose}");
    }
}

#[test]
fn the_folder_one_stands_in_and_the_plugin() {
    let s = Sandbox::new();
    std::fs::remove_file(s.path("bin/docker-compose")).expect("is there");
    s.engine.plugin();
    let words = format!("init --database mysql --port {} --bind ::1 --json", s.port);
    let data = &s.run(&words).json()["data"];
    assert_eq!(
        s.plain(&data.to_string()),
        "{\"folder\":\"<root>/work\",\"files\":[\"docker-compose.yml\",\".env\",\"prisma.yml\",\"datamodel.graphql\"],\
         \"endpoint\":\"http://[::1]:<port>\",\"next\":[\"docker compose up -d\",\"prisma deploy\"],\
         \"prismaVersion\":\"1.8\",\"database\":{\"connector\":\"mysql\",\"address\":null}}"
    );
    let compose = s.read("work/docker-compose.yml");
    assert!(
        compose.contains(&format!("- \"[::1]:{0}:{0}\"", s.port)),
        "{compose}"
    );
}

#[test]
fn a_secret_of_ones_own() {
    let mut s = Sandbox::new();
    s.set("MINE", "say \"geheim\"");
    s.run("init --database mysql --secret-env MINE").succeeds();
    let dotenv = s.read("work/.env");
    let both = "PRISMA_MANAGEMENT_API_SECRET='say \"geheim\"'\n\
                PRISMA_MANAGEMENT_API_SECRET_IN_CONFIG=\"say \\\\\\\"geheim\\\\\\\"\"\n";
    assert!(dotenv.contains(both), "{dotenv}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let s = Sandbox::new();
    std::fs::create_dir(s.path("work/.git")).expect("a folder");
    let dry = s.run("init a/b --database mysql --dry-run");
    dry.succeeds();
    assert_eq!(
        without_diffs(&dry.stdout),
        "would write   <root>/work/a/b/.gitignore (new)\n\
         would write   <root>/work/a/b/docker-compose.yml (new)\n\
         would write   <root>/work/a/b/.env (new)\n\
         would write   <root>/work/a/b/prisma.yml (new)\n\
         would write   <root>/work/a/b/datamodel.graphql (new)\n"
    );
    assert_eq!(work(&s).list(), "0755 .git/\n");
    let document = s.run("init --database mysql --dry-run --json").json();
    let steps = document["data"]["steps"].as_array().expect("steps");
    assert_eq!(steps.len(), 5);
    assert_eq!(steps[1]["change"], "new");
}

/// `COMPOSE_PROJECT_NAME` of the `.env` in a folder.
fn project(s: &Sandbox, folder: &str) -> Option<String> {
    let text = s.read(&format!("work/{folder}/.env"));
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("COMPOSE_PROJECT_NAME="));
    line.map(str::to_owned)
}

#[test]
fn a_folder_does_not_get_in_the_way_of_clusters() {
    let s = Sandbox::new();
    s.write("home/.prisma/clusters/staging/cluster.yml", "port: 4466\n");
    for (folder, named) in [
        ("hello", None),
        ("local", Some("local-folder")),
        ("Staging", Some("staging-folder")),
        ("日本", Some("prisma")),
    ] {
        let data = s
            .run(&format!("init {folder} --database mysql --json"))
            .json();
        assert_eq!(project(&s, folder).as_deref(), named, "{folder}");
        let compose = s.read(&format!("work/{folder}/docker-compose.yml"));
        assert!(!compose.contains("container_name"), "{compose}");
        // The port of the cluster, which is not up, is left alone.
        let endpoint = data["data"]["endpoint"].as_str().expect("one").to_owned();
        let port: u16 = endpoint
            .rsplit(':')
            .next()
            .and_then(|p| p.parse().ok())
            .expect(&endpoint);
        assert!(port > 4466, "{endpoint}");
        assert!(compose.contains(&format!("{port}:{port}")), "{compose}");
    }
}

#[test]
fn secrets_stay_out_of_version_control() {
    for (before, at, after) in [
        (
            &[("work/.git/HEAD", "")][..],
            "work/hello/.gitignore",
            Some(".env\n"),
        ),
        (
            &[("work/hello/.gitignore", "a\r\nb")],
            "work/hello/.gitignore",
            Some("a\r\nb\r\n.env\r\n"),
        ),
        (
            &[("work/hello/.gitignore", "/.env\n")],
            "work/hello/.gitignore",
            Some("/.env\n"),
        ),
        (
            &[("work/.git/HEAD", ""), ("work/.gitignore", ".env\n")],
            "work/hello/.gitignore",
            None,
        ),
        (
            &[("work/.git/HEAD", ""), ("work/.gitignore", "/.env\n")],
            "work/hello/.gitignore",
            Some(".env\n"),
        ),
        (&[("work/.gitignore", "x\n")], "work/hello/.gitignore", None),
        (
            &[
                ("work/.git/HEAD", ""),
                ("work/.gitignore", ".env\n"),
                ("work/hello/.gitignore", "!.env\n"),
            ],
            "work/hello/.gitignore",
            Some("!.env\n.env\n"),
        ),
    ] {
        let s = Sandbox::new();
        for (path, text) in before {
            s.write(path, text);
        }
        s.run("init hello --database mysql").succeeds();
        let written = s.path(at).exists().then(|| s.read(at));
        assert_eq!(written.as_deref(), after, "{before:?}");
    }
}

/// What a `prisma.yml` says of the endpoint.
#[track_caller]
pub fn endpoint(s: &Sandbox, path: &str) -> String {
    let text = s.read(path);
    let node = Node::parse(&text).expect("is YAML");
    let endpoint = node.get("endpoint").and_then(Node::as_text);
    endpoint.expect("an endpoint").to_owned()
}

#[test]
fn a_server_that_is_there_needs_a_name_for_the_service_and_maybe_a_secret() {
    let s = Sandbox::new();
    s.write("work/secret", "  geheim \n");
    s.write(
        "home/.prisma/config.yml",
        "clusters:\n  far:\n    host: 'https://known.example/'\n    clusterSecret: 'geheim99'\n",
    );
    s.set_private("home/.prisma/config.yml");
    let hint = |base: &str| {
        format!("if {base} requires a secret, add `PRISMA_MANAGEMENT_API_SECRET=…` to `.env`\n\n")
    };
    for (words, url, note) in [
        (
            "--endpoint https://h.example",
            "https://h.example/hello/dev",
            hint("https://h.example"),
        ),
        (
            "--endpoint https://h.example/management/ --service shop --stage live",
            "https://h.example/shop/live",
            hint("https://h.example"),
        ),
        (
            "--endpoint http://h:4466/shop/live",
            "http://h:4466/shop/live",
            hint("http://h:4466"),
        ),
        (
            "--endpoint http://h/shop --stage live",
            "http://h/shop/live",
            hint("http://h"),
        ),
        (
            "--endpoint https://known.example",
            "https://known.example/hello/dev",
            String::new(),
        ),
        (
            "--endpoint https://h.example --secret-file secret",
            "https://h.example/hello/dev",
            String::new(),
        ),
    ] {
        let files = if words.contains("secret") {
            "prisma.yml, datamodel.graphql, .env"
        } else {
            "prisma.yml, datamodel.graphql"
        };
        let ended = s.run(&format!("init hello {words}"));
        same(
            words,
            &ended.stdout,
            &format!(
                "created <root>/work/hello\n\n  endpoint   {url}\n  files      {files}\n\n{note}Next steps:\n\n  cd hello\n  prisma deploy\n"
            ),
        );
        let unchecked = ended.stderr.contains("; the secret is not checked\n");
        assert_eq!(unchecked, words.contains("secret"), "{}", ended.stderr);
        let datamodel = s.read("work/hello/datamodel.graphql");
        assert!(
            datamodel.contains("  id: ID! @id @unique\n"),
            "for all versions: {datamodel}"
        );
        assert_eq!(endpoint(&s, "work/hello/prisma.yml"), url);
        if words.contains("secret") {
            assert_eq!(
                s.read("work/hello/.env"),
                "# The secret of https://h.example.\nPRISMA_MANAGEMENT_API_SECRET='  geheim '\n"
            );
            assert!(work(&s).list().contains("0600 hello/.env\n"));
        }
        std::fs::remove_dir_all(s.path("work/hello")).expect("is there");
    }
}

#[test]
fn a_server_is_asked_for_its_version_and_about_the_secret() {
    let s = Sandbox::new();
    s.write("work/right", "s3cret");
    s.write("work/wrong", "other");
    for (version, id) in [("1.8.4", "ID! @unique\n"), ("1.34.12", "ID! @id\n")] {
        let url = server(version, Auth::Secret("s3cret".to_owned()));
        let words = format!("init hello --endpoint {url} --secret-file");
        let refused = s.run(&format!("{words} wrong"));
        refused.fails_with(7);
        let message = format!("error: `{url}` (Prisma {version}) rejected the secret: ");
        assert!(refused.stderr.contains(&message), "{}", refused.stderr);
        assert!(!s.path("work/hello").exists(), "nothing is written");
        s.run(&format!("{words} right")).succeeds();
        let datamodel = s.read("work/hello/datamodel.graphql");
        assert!(datamodel.contains(id), "{version}: {datamodel}");
        std::fs::remove_dir_all(s.path("work/hello")).expect("is there");
    }
}
