//! Every command and flag of the npm CLIs 1.1, 1.8 and 1.34, as their packages declare them: each works here, or
//! is answered with what to do instead.

use crate::cli::parse;
use crate::cli::usage::failure;
use crate::env::Env;
use std::ffi::OsString;

/// Commands that work, with all their flags; one that takes a value has `=` and one. `|` divides spellings.
const WORK: &[(&str, &[&str])] = &[
    (
        "deploy",
        &[
            "--force|-f",
            "--watch|-w",
            "--interactive|-i|--new|-n",
            "--dry-run|-d",
            "--no-seed",
            "--json|-j",
            "--env-file=.env|-e=.env",
            "--project=server|-p=server",
            "--no-migrate",
            "--no-generate",
            "--skip-hooks",
        ],
    ),
    ("init", &["--endpoint=http://h|-e=http://h"]),
    ("init hello", &[]),
    (
        "generate",
        &[
            "--env-file=.env|-e=.env",
            "--project=server|-p=server",
            "--endpoint",
        ],
    ),
    ("local start", &["--name=a|-n=a"]),
    ("local stop", &["--name=a|-n=a"]),
    ("local upgrade", &["--name=a|-n=a"]),
    ("local nuke", &["--name=a|-n=a"]),
    ("local ps", &["--name=a|-n=a"]),
    ("local logs", &["--name=a|-n=a"]),
    ("local eject", &[]),
    ("local restart", &[]),
    ("cluster list", &[]),
    ("cluster add", &[]),
    ("cluster remove", &[]),
    ("cluster logs", &[]),
    ("version", &[]),
];

/// Commands and flags that do not, and what the hint contains.
const ANSWERED: &[(&str, &str)] = &[
    ("list", "`prisma cluster list`"),
    ("ls", "`prisma cluster list`"),
    ("info -j -s -c -e .env -p server", "`npx prisma1 info`"),
    ("token -c -e .env -p server", "`npx prisma1 token`"),
    (
        "cluster-token -c -e .env -p server",
        "`npx prisma1 cluster-token`",
    ),
    ("delete -f -e .env -p server", "`npx prisma1 delete`"),
    ("reset -f -e .env -p server", "`npx prisma1 reset`"),
    ("seed -r -e .env -p server", "`npx prisma1 seed`"),
    ("import -d x.zip -e .env -p server", "`npx prisma1 import`"),
    ("export -p x.zip -e .env", "`npx prisma1 export`"),
    (
        "introspect -i --pg-host h --pg-ssl --mysql-db d --mongo-uri u --sdl",
        "`npx prisma1 introspect`",
    ),
    ("playground -w -s -p 3000", "HTTP endpoint"),
    ("admin -e .env", "/_admin"),
    ("console", "closed on 2022-09-01"),
    ("account", "closed on 2022-09-01"),
    ("login -k x", "closed on 2022-09-01"),
    ("logout", "closed on 2022-09-01"),
    // Of versions before 1.1, and words of their documentation.
    ("auth", "closed on 2022-09-01"),
    ("cloud login", "closed on 2022-09-01"),
    ("cluster logout", "closed on 2022-09-01"),
    ("cluster info", "`prisma cluster list`"),
    ("cluster token", "`npx prisma1 cluster-token`"),
    ("cluster delete", "`prisma cluster remove`"),
    ("local up", "`prisma local start`"),
    ("local down", "`prisma local stop`"),
    ("local reset", "`npx prisma1 reset`"),
    ("local list", "`prisma cluster list`"),
    ("init --boilerplate x", "clone the boilerplate"),
    ("init -b x", "clone the boilerplate"),
];

fn words(line: &str) -> Vec<OsString> {
    let words = ["prisma"].into_iter().chain(line.split_whitespace());
    words.map(OsString::from).collect()
}

#[test]
fn what_works_there_and_here_is_accepted_in_every_spelling() {
    for (command, flags) in WORK {
        let flags = flags.iter().flat_map(|spellings| spellings.split('|'));
        let lines = flags.flat_map(|flag| {
            let apart = flag.replacen('=', " ", 1);
            [format!("{command} {flag}"), format!("{command} {apart}")]
        });
        for line in lines.chain([(*command).to_owned(), format!("{command} -v")]) {
            let parsed = parse(words(&line), &Env::default());
            assert!(parsed.is_ok(), "{line}: {parsed:?}");
        }
    }
}

#[test]
fn what_is_not_here_is_answered_with_what_to_do() {
    let env = Env::default();
    for (line, expected) in ANSWERED {
        let args = words(line);
        let error = parse(args.clone(), &env).expect_err(line);
        let failure = failure(&error, &args, &env).expect(line);
        let first = &failure.hints[0];
        assert!(first.contains(expected), "{line}: {first}");
        assert_eq!(failure.exit(), 2, "{line}");
        // What is suggested never destroys more than what was typed.
        for word in ["local delete", "local nuke", "upgrade"] {
            assert!(!failure.hints.join(" ").contains(word), "{line}");
        }
    }
}

#[test]
fn the_version_and_the_help_are_shown_as_there() {
    for line in [
        "-v",
        "--version",
        "-h",
        "--help",
        "help",
        "help deploy",
        "deploy -h",
        "deploy --help",
    ] {
        let shown = parse(words(line), &Env::default()).expect_err(line);
        assert!(!shown.use_stderr(), "{line}");
    }
}
