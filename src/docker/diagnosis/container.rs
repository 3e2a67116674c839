//! Why a container ended, from its log.

use super::excerpt::{Excerpt, excerpt};
use super::says;

pub const ARCHITECTURE: &str = "its image is for another CPU architecture";
/// The remedy for [`ARCHITECTURE`].
pub const EMULATE: &str = "choose an image for this machine with `--database-image`, or emulate the other architecture (`docker run --privileged tonistiigi/binfmt --install all`)";

/// A cause that a log shows.
#[derive(Debug, PartialEq, Eq)]
pub struct Ending {
    /// Stable, for scripts.
    pub code: &'static str,
    /// Any of these in a line of the log; `*` matches anything.
    needles: &'static [&'static str],
    pub why: &'static str,
    pub hint: &'static str,
    /// Whether it may go away by itself.
    pub passes: bool,
}

const fn ending(
    code: &'static str,
    needles: &'static [&'static str],
    why: &'static str,
    hint: &'static str,
) -> Ending {
    Ending {
        code,
        needles,
        why,
        hint,
        passes: false,
    }
}

impl Ending {
    const fn passing(self) -> Ending {
        Ending {
            passes: true,
            ..self
        }
    }
}

/// What the log of any container may show.
const ANY: &[Ending] = &[
    ending(
        "architecture",
        &["exec format error"],
        ARCHITECTURE,
        EMULATE,
    ),
    ending(
        "disk_full",
        &[
            "No space left on device",
            "no space left on device",
            "Errcode: 28",
        ],
        "the Docker engine's disk is full",
        "free some space, e.g. with `docker system prune`, and run the command again",
    ),
    ending(
        "out_of_memory",
        &[
            "java.lang.OutOfMemoryError",
            "Java heap space",
            "Cannot allocate memory",
            "cannot allocate memory",
        ],
        "it ran out of memory",
        "stop other programs there, or give the container (`mem_limit`, `-Xmx`) or the engine more memory, and run the command again",
    ),
    ending(
        "data_incomplete",
        &[
            "ib_logfile0 was not found",
            "Can't open and lock privilege tables",
            "Table 'mysql.user' doesn't exist",
        ],
        "its data directory is incomplete because the first start was interrupted",
        "recreate it with `prisma local nuke`, which deletes all data",
    ),
];

/// What ends a Prisma server at its start. Seen with 1.1.3, 1.8.4 and 1.34.12 on MySQL and Postgres. A cause comes before
/// its consequences: to a pool of connections, every one of them is a timeout.
const SERVER: &[Ending] = &[
    ending(
        "permission_missing",
        &[
            "Access denied for user * to database ",
            "Query is: CREATE SCHEMA",
            "permission denied for database",
            "permission denied to create database",
        ],
        "its database user is not allowed to create databases",
        "grant that: `GRANT ALL ON *.* TO USER` on MySQL, `GRANT CREATE ON DATABASE NAME TO USER` on Postgres",
    ),
    ending(
        "unquoted_value",
        &[
            "Access denied for user 'true'@",
            "Access denied for user 'false'@",
            "password authentication failed for user \"true\"",
            "password authentication failed for user \"false\"",
        ],
        "YAML reads its database user as a boolean",
        "put user and password in quotes in `PRISMA_CONFIG`",
    ),
    ending(
        "password_rejected",
        &[
            "Access denied for user",
            "password authentication failed for user",
        ],
        "the database rejects the user or password; a volume keeps the password it was created with",
        "restore the password that the database was created with, or change it in the database too",
    ),
    ending(
        "database_missing",
        &["FATAL: database \"*\" does not exist"],
        "its database does not exist, and its user is not allowed to create it",
        "create it (`CREATE DATABASE`), or grant the user `CREATEDB`",
    ),
    ending(
        "variable_missing",
        &["ConfigException$UnresolvedSubstitution"],
        "an environment variable that it requires is not set",
        "set the variable in the container's `environment`",
    ),
    ending(
        "password_characters",
        &["com.typesafe.config.ConfigException$Parse"],
        "a character in its database password breaks its configuration",
        "choose a password of letters and digits; `\"` and `\\` are never possible",
    ),
    ending(
        "config_missing",
        &[
            "No valid Prisma config could be loaded",
            "Unable to load Prisma config: *NullPointerException",
        ],
        "it has no configuration: `PRISMA_CONFIG` is missing or empty",
        "set `PRISMA_CONFIG`, or the variables that its version requires",
    ),
    ending(
        "config_file_missing",
        &["Unable to load Prisma config: *FileNotFoundException"],
        "the file named by `PRISMA_CONFIG_PATH` does not exist in the container",
        "mount the file, or use `PRISMA_CONFIG`",
    ),
    ending(
        "key_in_config",
        &["while scanning a simple key"],
        "a value with several lines, such as a public key, breaks its configuration",
        "write the value on one line; Prisma 1.7 and later expect `PRISMA_CONFIG` in place of the old variables",
    ),
    ending(
        "config_syntax",
        &[
            "while parsing a ",
            "while scanning ",
            "that cannot start any token",
            "mapping values are not allowed here",
        ],
        "its configuration is not valid YAML",
        "fix `PRISMA_CONFIG` at that line and column",
    ),
    ending(
        "connection_limit",
        &["connectionLimit must be set to at least"],
        "its `connectionLimit` is too low",
        "set it to at least 2 (`SQL_INTERNAL_CONNECTION_LIMIT` with the old variables)",
    ),
    ending(
        "passive_mysql",
        &["There is not passive mysql deploy connector"],
        "it cannot run with migrations disabled on MySQL",
        "remove `migrations: false` (`database.active` in `cluster.yml`)",
    ),
    ending(
        "config_invalid",
        &[
            "Expected * to be non-empty",
            "Expected Int for field",
            "Unknown connector ",
            "Unable to load Prisma config",
            "ClassCastException: *java.util.",
            "InvalidConfiguration",
        ],
        "a value in its configuration is missing or invalid",
        "fix that value in `PRISMA_CONFIG`",
    ),
    ending(
        "port_invalid",
        &["NumberFormatException: For input string"],
        "its `PORT` is not a number",
        "set `PORT` to a number from 1 to 65535",
    ),
    ending(
        "database_locked",
        &["Fatal error during deployment worker initialization"],
        "another server uses its database",
        "stop the other server, or use another database: only one server may run on each",
    ),
    ending(
        "host_unknown",
        &["UnknownHostException", "The connection attempt failed"],
        "the host of its database cannot be found",
        "check the host name; the server's container must be able to resolve it",
    )
    .passing(),
    ending(
        "database_unreachable",
        &["Connection refused", "Connection to * refused"],
        "its database refuses connections",
        "start the database, and check host and port; the server's container must reach them",
    )
    .passing(),
    ending(
        "database_silent",
        &[
            "Connection is not available, request timed out",
            "Futures timed out after",
        ],
        "what listens at the address of its database does not answer as a database",
        "check host and port, or wait if the database is still starting",
    )
    .passing(),
];

/// Another server holds the lock on the database of one that runs and does not answer.
pub const LOCKED: Ending = ending(
    "database_locked",
    &[],
    "it waits for a lock that another server holds on its database",
    "stop the other server, or use another database: only one server may run on each",
)
.passing();

/// A server whose port is in use listens nowhere, and says nothing of it.
const DEAF: Ending = ending(
    "port_in_use",
    &[],
    "it has started and does not listen; another program in its network may use its port",
    "stop that program, or choose another port with `--port`",
);

/// Why a container ended, if its log shows it.
pub fn why_it_ended(log: &str) -> Option<&'static Ending> {
    let found = |causes: &'static [Ending], lines: &[String]| {
        causes.iter().find(|cause| {
            let mut needles = cause.needles.iter();
            needles.any(|needle| lines.iter().any(|line| says(line, needle)))
        })
    };
    match excerpt(log) {
        Excerpt::Exception(lines) => found(ANY, &lines).or_else(|| found(SERVER, &lines)),
        Excerpt::Tail(lines) => found(ANY, &lines),
    }
}

/// How a server logs that it asks for the lock on its database, and that it has it: "… Successful."
pub const LOCK: &str = "Obtaining exclusive agent lock...";

/// Why a server that runs does not answer, or not all requests, if its log shows it.
pub fn why_it_does_not_answer(log: &str) -> Option<&'static Ending> {
    let is_waiting = log.rfind(LOCK) > log.rfind(&format!("{LOCK} Successful"));
    // Each life that came so far has both lines, in any order.
    let number = |text: &str| log.matches(text).count();
    let is_deaf = number("Successfully started 1 workers.") > number("Server running on");
    match (is_waiting, is_deaf) {
        (true, _) => Some(&LOCKED),
        (false, true) => Some(&DEAF),
        (false, false) => None,
    }
}

#[cfg(test)]
#[path = "container/tests.rs"]
mod tests;
