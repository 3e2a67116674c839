//! Commands that people know from elsewhere: the npm CLIs of Prisma 1, the Prisma ORM, docker compose.

/// Commands that only the npm CLI has.
const NPM_CLI: &[&str] = &[
    "delete",
    "reset",
    "seed",
    "export",
    "import",
    "info",
    "token",
    "cluster-token",
    "introspect",
];

/// Whether only the npm CLI has a command.
pub fn is_of_npm_cli(word: &str) -> bool {
    NPM_CLI.contains(&word) || word == "list"
}

/// The commands, and what to do instead of each. `{}` stands for the word.
const INSTEAD: &[(&[&str], &str)] = &[
    (
        &["login", "logout", "account", "console"],
        "Prisma Cloud, which this was for, closed on 2022-09-01: add a server of your own with `prisma cluster add`",
    ),
    (
        &["playground"],
        "open the service's HTTP endpoint in a browser; `prisma deploy` prints it",
    ),
    (
        &["admin"],
        "open the service's HTTP endpoint with `/_admin` at its end in a browser; Prisma 1.29 and later serve that page",
    ),
    (
        NPM_CLI,
        "this program does not have it; the npm CLI does: `npx prisma1 {}`",
    ),
    (
        &["list"],
        "services: `npx prisma1 list`; clusters: `prisma cluster list`",
    ),
    (
        &["migrate", "db", "studio", "format", "validate", "platform"],
        "that is a command of the Prisma ORM, a different program: `npx prisma {}`",
    ),
    (
        &["ps", "status"],
        "did you mean `prisma local ps` or, for every server in the registry, `prisma cluster list`?",
    ),
    (&["up"], "did you mean `prisma local start`?"),
    (
        &["down"],
        "did you mean `prisma local stop`, which keeps the data?",
    ),
];

/// What to do instead of a command that does not exist, at the program's level or at that of a group.
pub fn instead(word: &str, group: Option<&str>) -> Option<String> {
    // Not `local delete`, which removes more than was asked for.
    if (group, word) == (Some("cluster"), "delete") {
        return Some(
            "did you mean `prisma cluster remove`, which keeps containers and data?".into(),
        );
    }
    let is_known_here = |words: &[&str]| match group {
        None => words.contains(&word),
        Some("local") => ["up", "down"].contains(&word) && words.contains(&word),
        Some(_) => false,
    };
    let (_, text) = INSTEAD.iter().find(|(words, _)| is_known_here(words))?;
    Some(text.replace("{}", word))
}

#[cfg(test)]
mod tests {
    use super::instead;

    #[test]
    fn what_is_named_never_destroys_more() {
        let cluster = instead("delete", Some("cluster")).expect("known");
        assert!(cluster.contains("`prisma cluster remove`"), "{cluster}");
        let service = instead("delete", None).expect("known");
        assert!(service.contains("`npx prisma1 delete`"), "{service}");
    }
}
