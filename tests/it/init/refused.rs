//! What `prisma init` does not do, and that nothing is left behind then.

use super::work;
use crate::support::{Sandbox, key, same};

/// What is there after a run that must fail: nothing but what was before.
#[track_caller]
fn refused(s: &Sandbox, words: &str, status: i32, message: &str) {
    let before = work(s);
    s.run(words).fails(status, message);
    same("the files", &work(s).list(), &before.list());
    assert_eq!(work(s), before);
}

#[test]
fn nothing_is_overwritten_and_all_that_is_in_the_way_is_named() {
    let s = Sandbox::new();
    s.write("work/hello/.env", "MINE=1\n");
    s.write("work/hello/prisma.yml", "");
    std::os::unix::fs::symlink("/nowhere", s.path("work/hello/docker-compose.yml"))
        .expect("a link");
    for words in [
        "--database mysql",
        "--database-url mysql://a@b",
        "",
        "--endpoint http://h",
    ] {
        refused(
            &s,
            &format!("init hello {words}"),
            1,
            "error: could not write the files: `docker-compose.yml`, `.env` and `prisma.yml` already exist in <root>/work/hello\n\
             hint: set up another folder: `prisma init DIR`\n",
        );
    }
    s.write("work/other/compose.yaml", "");
    refused(
        &s,
        "init other --database mysql",
        1,
        "error: could not write the files: `compose.yaml` already exists in <root>/work/other\n\
         hint: set up another folder: `prisma init DIR`\n\
         hint: `compose.yaml` would be used instead of `docker-compose.yml`: move it\n",
    );
    // None of this is in the way of a service alone.
    s.write("work/other/.env", "MINE=1\n");
    s.run("init other --endpoint http://h").succeeds();
    assert_eq!(s.read("work/other/.env"), "MINE=1\n");
}

#[test]
fn a_folder_that_cannot_be_made() {
    let s = Sandbox::new();
    s.write("work/file", "");
    let ended = s.run("init file/a/b --database mysql");
    ended.fails_with(1);
    assert!(
        ended
            .stderr
            .starts_with("error: could not create `<root>/work/file/a/b`: "),
        "{}",
        ended.stderr
    );
    s.write("work/hello/.gitignore/x", "");
    let ended = s.run("init hello --database mysql");
    ended.fails_with(1);
    assert!(
        ended
            .stderr
            .contains("could not read `<root>/work/hello/.gitignore`"),
        "{}",
        ended.stderr
    );
    assert_eq!(
        work(&s).list(),
        "0644 file\n0755 hello/\n0755 hello/.gitignore/\n0644 hello/.gitignore/x\n"
    );
}

#[test]
fn nobody_to_ask() {
    let s = Sandbox::new();
    let hint = "hint: use `--database mysql` or `--database postgres` for a new one, `--database-url URL` for an existing database, or `--endpoint URL` for an existing server\n";
    let error =
        "error: a database or a server is needed, but this is not an interactive terminal\n";
    refused(&s, "init hello", 4, &format!("{error}{hint}"));
}

#[test]
fn the_cloud_that_closed_is_told_without_asking_it() {
    let s = Sandbox::new();
    refused(
        &s,
        "init hello --endpoint https://eu1.prisma.sh/me/hello/dev",
        1,
        "error: server `https://eu1.prisma.sh` was on Prisma Cloud, which closed on 2022-09-01\n\
         hint: use a cluster of your own: start one with `prisma local start`, or add one with `prisma cluster add`\n",
    );
}

#[test]
fn what_makes_no_sense() {
    let s = Sandbox::new();
    s.write("work/key", key().pem_pkcs1().reveal());
    s.write("work/empty", "\n");
    s.write("work/reference", "${SECRET}\n");
    let exclude = |flag: &str| {
        format!("error: `--endpoint <URL>` cannot be used with `{flag}`\n").replace(" <URL>", "")
            + "hint: see `prisma init --help`\n"
    };
    for (words, message) in [
        (
            "--database mysql --prisma-version 1.6",
            "error: `prisma init` is for Prisma 1.7 and later, not for 1.6\n\
             hint: run it with `prisma local start --prisma-version 1.6`\n".to_owned(),
        ),
        (
            "--database-url mysql://root:geheim@localhost/x",
            "error: invalid value for `--database-url`: `localhost` means the server's own container\n".to_owned(),
        ),
        (
            "--database-url mysql://root:geheim@h/x?ssl=true",
            "error: invalid value for `--database-url`: `ssl`: requires Prisma 1.10 or later\n".to_owned(),
        ),
        (
            "--database-url mysql://root:gehe%22im@h/x",
            "error: `--database-url`: invalid database URL: the password is not possible: it contains `\"`, `\\` or a line break, with which Prisma 1.7 and \
             later cannot start\nhint: write it as `postgres://USER:PASSWORD@HOST:5432/DATABASE`\nhint: see `prisma init --help`\n".to_owned(),
        ),
        (
            "--database mysql --secret-file reference",
            "error: invalid value for `--secret-file`: it contains `${…}`, which no one replaces: it would be part of the secret\n".to_owned(),
        ),
        (
            "--database mysql --service 1a",
            "error: `--service`: invalid service name `1a`: it must start with a letter and contain only letters, digits, `-`, `_` and `~` (max. 62)\n".to_owned(),
        ),
        (
            "--database mysql --stage -x",
            "error: unknown option `-x`\nhint: see `prisma init --help`\n".to_owned(),
        ),
        (
            "--endpoint h.example",
            "error: invalid endpoint `h.example`: it has no scheme: write `http://h.example`\n".to_owned(),
        ),
        (
            "--endpoint http://me:geheim@h",
            "error: invalid endpoint `http://********@h`: it must not contain a user or password\n".to_owned(),
        ),
        (
            "--endpoint http://h/a --service b",
            "error: `--service` cannot be used with `--endpoint http://h/a`, which already names a service\n".to_owned(),
        ),
        (
            "--endpoint https://h --secret-file key",
            "error: private keys belong in the cluster registry, not in a folder\n\
             hint: add the server there: `prisma cluster add NAME --endpoint https://h`\n".to_owned(),
        ),
        (
            "--database mysql --secret-file empty",
            "error: the secret is empty: anyone could deploy to the server\n\
             hint: omit it to generate one\n".to_owned(),
        ),
        ("--endpoint http://h --database mysql", exclude("--database")),
        ("--endpoint http://h --port 1", exclude("--port")),
    ] {
        refused(&s, &format!("init hello {words}"), 2, &message);
    }
}

#[test]
fn a_value_that_env_files_cannot_hold_is_refused_and_not_shown() {
    let s = Sandbox::new();
    refused(
        &s,
        "init hello --database-url mysql://root:it's$5@db.example.invalid",
        1,
        "error: could not write `.env`: it cannot hold `DATABASE_PASSWORD`: docker-compose v1 and v2 have no common way \
         to write `$` together with a quote, a backslash or a carriage return\n\
         hint: choose another value; `prisma local` accepts any because it does not need `.env`\n",
    );
}

#[test]
fn the_folder_of_a_cluster_is_not_the_users() {
    let s = Sandbox::with_cluster();
    s.run("init ../home/.prisma/clusters/local --database mysql")
        .fails(
            2,
            "error: the files in ~/.prisma/clusters/local are rendered by `prisma local`\n\
         hint: choose another folder\n",
        );
}
