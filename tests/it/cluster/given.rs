//! `cluster add`: what it is given, judged before anything is asked of a server.
//!
//! Witness: none is needed: nothing is asked of a server, or only its version.

use crate::cluster::add::checked;
use crate::cluster::support::{Auth, Home, server};

#[test]
fn what_is_missing_is_told_at_once() {
    Home::new().cluster(&["add"]).is(
        4,
        "",
        "error: an endpoint and a name are needed, but this is not an interactive terminal\n\
         hint: use `--endpoint URL`, or set `PRISMA_CLI_CLUSTER_ENDPOINT`\n\
         hint: use `prisma cluster add NAME …`, or set `PRISMA_CLI_CLUSTER`\n",
    );
    Home::new().cluster(&["add", "x", "--no-check", "--endpoint", "http://localhost:1"]).is(
        4,
        "",
        "error: a secret is needed, but this is not an interactive terminal\n\
         hint: use `--secret-file FILE` (`-` for stdin, an empty file for a server without one) or `--secret-env VARIABLE`\n",
    );
}

#[test]
fn names_and_endpoints_are_judged_before_anything_else() {
    let refused = |args: &[&str], line: &str| {
        let all = [&["add", "--no-check", "--secret-file", "/dev/null"], args].concat();
        let outcome = Home::new().cluster(&all);
        assert_eq!(outcome.status, 2, "{outcome:?}");
        assert!(outcome.stderr.starts_with(line), "{outcome:?}");
    };
    let local = "http://localhost:1";
    refused(
        &["prisma-eu1", "--endpoint", local],
        "error: invalid cluster name `prisma-eu1`: it is reserved for Prisma Cloud\n",
    );
    refused(
        &["a/b", "--endpoint", local],
        "error: invalid cluster name `a/b`: names with `/` belong to Prisma Cloud\n",
    );
    refused(
        &["a", "--endpoint", "prisma.example.com"],
        "error: invalid endpoint `prisma.example.com`: it has no scheme\nhint: write `https://prisma.example.com`",
    );
    refused(
        &["a", "--endpoint", "http://-x"],
        "error: invalid endpoint `http://-x`: the host name is not valid\n",
    );
    let secret = "http://me:pass-word@h";
    refused(
        &["a", "--endpoint", secret],
        "error: invalid endpoint `http://********@h`: it must not contain a user or password\n",
    );
    let home = Home::new();
    let args = [
        "add",
        "prisma-eu1",
        "--force",
        "--no-check",
        "--secret-file",
        "/dev/null",
    ];
    let outcome = home.cluster(&[&args[..], &["--endpoint", "localhost:4466/"]].concat());
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(home.registry().contains("host: 'http://localhost:4466'"));
}

#[test]
fn a_public_address_without_encryption_is_worth_a_warning() {
    let home = Home::new();
    let args = ["add", "far", "--no-check", "--secret-file", "/dev/null"];
    let outcome = home.cluster(&[&args[..], &["--endpoint", "http://45.55.177.154:4466"]].concat());
    assert_eq!(outcome.status, 0);
    assert_eq!(
        outcome.stderr,
        "warning: `http://45.55.177.154:4466` is a public address without encryption: data and tokens can be intercepted; use `https` or a tunnel\n"
    );
}

#[test]
fn files_and_variables_that_are_not_there_are_named() {
    let add = |args: &[&str]| {
        let all = [
            &[
                "add",
                "far",
                "--no-check",
                "--endpoint",
                "http://localhost:1",
            ],
            args,
        ]
        .concat();
        Home::new().cluster(&all)
    };
    add(&["--secret-file", "/no/such"]).is(
        1,
        "",
        "error: the file given with `--secret-file` does not exist\n\
         hint: give the name of a file, or `-` for standard input\n",
    );
    add(&["--secret-env", "NOT_SET"]).is(
        2,
        "",
        "error: the variable given with `--secret-env` is not set or empty\n\
         hint: set and export it, or use `--secret-file`\n",
    );
    let outcome = add(&["--secret-env", "my s3cret itself"]);
    assert_eq!(outcome.status, 2);
    assert!(!outcome.all().contains("s3cret"), "{outcome:?}");
}

#[test]
fn a_dry_run_checks_and_changes_nothing() {
    let host = server("1.8.3", Auth::Secret("s3cret-text".to_owned()));
    let home = Home::new().stdin("s3cret-text");
    let args = [
        "add",
        "far",
        "--dry-run",
        "--secret-file=-",
        "--endpoint",
        &host,
    ];
    home.cluster(&args).is(
        0,
        &format!(
            "would save    cluster `far` ({host}) in HOME/.prisma/config.yml\n  \
             @@ -0,0 +1,4 @@\n  \
             +clusters:\n  \
             +  far:\n  \
             +    host: '{host}'\n  \
             +    clusterSecret: ********\n"
        ),
        &checked(&host),
    );
    assert!(!home.path(".prisma").exists());
}

#[test]
fn a_secret_never_shows_and_a_managed_cluster_is_not_replaced_in_silence() {
    let host = server("1.8.3", Auth::Secret("s3cret-text".to_owned()));
    let home = Home::with(
        "clusters:\n  far: {host: 'http://localhost:4466', clusterSecret: old-s3cret}\n",
    )
    .stdin("s3cret-text\n");
    home.manage("far");
    for flags in [&["-v"][..], &["--json"], &["--dry-run", "-v"]] {
        let args = [
            "add",
            "far",
            "--force",
            "--secret-file=-",
            "--endpoint",
            &host,
        ];
        let outcome = home.cluster(&[&args[..], flags].concat());
        assert_eq!(outcome.status, 0, "{outcome:?}");
        assert!(!outcome.all().contains("s3cret"), "{outcome:?}");
        if flags == ["-v"] {
            let warning = "warning: `far` is managed by `prisma local`, which will use this secret from now on\n";
            assert!(outcome.stderr.contains(warning), "{outcome:?}");
        }
    }
    assert!(home.registry().contains("s3cret-text") && !home.registry().contains("old-s3cret"));
}
