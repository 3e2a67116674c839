//! Every question this program can ask, and the flag that answers each beforehand.

/// Makes the list: a question that is not on it cannot be asked.
macro_rules! questions {
    ($($(#[doc = $doc:literal])* $name:ident: $need:literal, $question:literal, $flags:expr;)*) => {
        /// A question. In its texts `{}` stands for what it is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Question {
            $($(#[doc = $doc])* $name,)*
        }

        impl Question {
            /// Every question.
            pub const ALL: &[Question] = &[$(Question::$name),*];

            /// Need, question and flags.
            fn texts(self) -> [&'static str; 3] {
                match self {
                    $(Question::$name => [$need, $question, $flags],)*
                }
            }
        }
    };
}

const YES: &str = "add `--yes` to confirm";
const CLUSTER: &str = "use `--cluster NAME`, or add `cluster: NAME` to `prisma.yml`";
const DATABASE: &str = "use `--database-url URL`";

questions! {
    /// `local nuke`.
    DestroyData: "deleting the data of cluster {} requires confirmation",
        "Delete all data of cluster {}?", YES;
    /// `local delete`.
    DeleteCluster: "deleting cluster {} requires confirmation",
        "Remove cluster {}?", YES;
    /// Generated files that were edited by hand; any command that writes them.
    ReplaceFiles: "overwriting {} requires confirmation",
        "Overwrite {}? Yours is kept as `….edited`", YES;
    /// `cluster remove`.
    RemoveEntry: "removing cluster {} from the registry requires confirmation",
        "Remove cluster {} from the registry?", YES;
    /// `cluster remove`: which.
    Entry: "a name is needed",
        "Which cluster do you want to remove?",
        "use `prisma cluster remove NAME`";
    /// A cluster with services whose settings name another database; any command that starts it.
    OtherDatabase: "starting cluster {} with another database requires confirmation",
        "Start cluster {} with the other database?", YES;
    /// A port that another process uses. Without a terminal that is a failure of its own.
    TakenPort: "another port is needed",
        "{}. What do you want to do?", "use `--port auto` or `--db-port auto`";
    /// `deploy` to a managed cluster that is not running.
    StartCluster: "cluster {} is not running: starting it requires confirmation",
        "Cluster {} is not running. Start it?", YES;
    /// `deploy` to `local`, which does not exist.
    CreateCluster: "cluster {} does not exist: creating it requires confirmation",
        "Cluster {} does not exist. Create and start it on this machine?", YES;
    /// `deploy` to a managed cluster that has to be restarted. Without a terminal the failure says so.
    RestartCluster: "restarting cluster {} requires confirmation",
        "Restart cluster {}?", YES;
    /// `deploy` when a migration on a managed cluster never ends. Without a terminal the failure says so.
    EndMigration: "marking a migration as failed requires confirmation",
        "Mark the migration as failed in the database of cluster {}?", YES;
    /// `deploy` when `prisma.yml` does not name a cluster.
    Destination: "`prisma.yml` does not name a cluster: an answer is needed",
        "Which cluster do you want to deploy to?", CLUSTER;
    /// `deploy --interactive`.
    OtherDestination: "`--interactive` asks for a cluster",
        "Which cluster do you want to deploy to?", CLUSTER;
    /// `cluster add`: where.
    Endpoint: "an endpoint is needed",
        "Server URL (e.g. https://prisma.example.com):",
        "use `--endpoint URL`, or set `PRISMA_CLI_CLUSTER_ENDPOINT`";
    /// `cluster add`: its name.
    Name: "a name is needed",
        "Name for the cluster:",
        "use `prisma cluster add NAME …`, or set `PRISMA_CLI_CLUSTER`";
    /// A server's secret.
    Secret: "a secret is needed",
        "Secret (hidden; multi-line keys can be pasted; leave empty if none):",
        "use `--secret-file FILE` (`-` for stdin, an empty file for a server without one) or `--secret-env VARIABLE`";
    /// `init`: which server and database the service uses.
    Backend: "a database or a server is needed",
        "Which server and database should the service use?",
        "use `--database mysql` or `--database postgres` for a new one, `--database-url URL` for an existing database, or `--endpoint URL` for an existing server";
    /// `init` with an existing server: its URL.
    ServiceEndpoint: "an endpoint is needed",
        "Server URL (e.g. https://prisma.example.com):", "use `--endpoint URL`";
    /// `init` with an existing server: the service's name.
    ServiceName: "a name is needed",
        "Service name (default {}):", "use `--service NAME`";
    /// `init` with an existing database.
    DatabaseKind: "a database is needed",
        "Database type?", DATABASE;
    DatabaseHost: "a host is needed",
        "Database host (as seen from a container):", DATABASE;
    DatabasePort: "a port is needed",
        "Database port (default {}):", DATABASE;
    DatabaseUser: "a user is needed",
        "Database user (default {}):", DATABASE;
    DatabasePassword: "a password is needed",
        "Database password (hidden; leave empty if none):", DATABASE;
    DatabaseName: "a database is needed",
        "Database name (default {}):", DATABASE;
}

impl Question {
    /// What the command needs, as the start of a message.
    pub fn need(self, about: &str) -> String {
        self.texts()[0].replace("{}", about)
    }

    /// The question itself.
    pub fn text(self, about: &str) -> String {
        self.texts()[1].replace("{}", about)
    }

    /// Whether Enter alone means yes: only where nothing can be lost.
    pub fn is_harmless(self) -> bool {
        matches!(self, Question::StartCluster | Question::CreateCluster)
    }

    /// The flags that answer it beforehand.
    pub fn flags(self) -> &'static str {
        self.texts()[2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_says_what_it_needs_and_how_to_do_without() {
        for question in Question::ALL {
            let (need, text) = (question.need("`x`"), question.text("`x`"));
            assert!(text.ends_with(['?', ':']) || text.contains("? "), "{text}");
            assert!(!need.contains("{}") && !text.contains("{}"), "{need}");
            let flags = question.flags();
            assert!(flags.contains("`--") || flags.contains("NAME"), "{flags}");
        }
    }
}
