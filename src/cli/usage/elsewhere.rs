//! Commands and flags that people know from elsewhere: the npm CLIs of Prisma 1, the Prisma ORM, docker compose.

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
    NPM_CLI.contains(&word) || LIST.contains(&word)
}

const LIST: &[&str] = &["list", "ls"];

const CLOSED: &str = "Prisma Cloud, which this was for, closed on 2022-09-01: add a server of your own with `prisma cluster add`";

/// The commands, and what to do instead of each. `{}` stands for the word.
const INSTEAD: &[(&[&str], &str)] = &[
    (
        &["login", "logout", "account", "console", "auth", "cloud"],
        CLOSED,
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
        LIST,
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

/// Words that mean something else in a group than at the program's level.
const IN_GROUP: &[(&str, &str, &str)] = &[
    // Not `local delete`, which removes more than was asked for.
    (
        "cluster",
        "delete",
        "did you mean `prisma cluster remove`, which keeps containers and data?",
    ),
    (
        "cluster",
        "info",
        "`prisma cluster list` shows its address, version and state",
    ),
    (
        "cluster",
        "token",
        "this program does not have it; the npm CLI does: `npx prisma1 cluster-token`",
    ),
    (
        "local",
        "reset",
        "to remove the data of one service: `npx prisma1 reset`",
    ),
];

/// Flags that only an npm CLI had, and what to do instead of each.
const FLAGS: &[(&str, &[&str], &str)] = &[(
    "init",
    &["--boilerplate", "-b"],
    "clone the boilerplate with git, then run `prisma deploy` in its folder",
)];

/// What to do instead of a command that does not exist, at the program's level or at that of a group.
pub fn instead(word: &str, group: Option<&str>) -> Option<String> {
    let mut in_group = IN_GROUP.iter();
    let own = in_group.find(|(of, known, _)| Some(*of) == group && *known == word);
    let anywhere = || INSTEAD.iter().find(|(words, _)| words.contains(&word));
    let text = match own {
        Some((.., text)) => text,
        None => anywhere()?.1,
    };
    Some(text.replace("{}", word))
}

/// What to do instead of a flag that a command does not have.
pub fn instead_of_flag(command: &str, flag: &str) -> Option<&'static str> {
    let mut flags = FLAGS.iter();
    let found = flags.find(|(of, names, _)| *of == command && names.contains(&flag));
    found.map(|(.., text)| *text)
}

#[cfg(test)]
mod tests;
