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
        "delete all data of cluster {}?", YES;
    /// `local delete`.
    DeleteCluster: "deleting cluster {} requires confirmation",
        "remove cluster {}?", YES;
    /// Rendered files that somebody edited, whatever the verb.
    ReplaceFiles: "overwriting {} requires confirmation",
        "overwrite {}? your version is kept with the ending `.edited`", YES;
    /// `cluster remove`.
    RemoveEntry: "removing cluster {} from the registry requires confirmation",
        "remove cluster {} from the registry?", YES;
    /// `cluster remove`: which.
    Entry: "a name is needed",
        "Which cluster do you want to remove?",
        "use `prisma cluster remove NAME`, or set `PRISMA_CLUSTER`";
    /// A port that somebody else has. Where nobody can be asked that is a failure of its own.
    TakenPort: "another port is needed",
        "{}: what do you want to do?", "use `--port auto` or `--db-port auto`";
    /// `deploy` to a cluster of this machine that does not run.
    StartCluster: "cluster {} is not running: starting it requires confirmation",
        "cluster {} is not running; start it?", YES;
    /// `deploy`: where `prisma.yml` names no cluster.
    Destination: "`prisma.yml` does not name a cluster,",
        "Which cluster do you want to deploy to?", CLUSTER;
    /// `deploy --interactive`.
    OtherDestination: "`--interactive` requires a terminal,",
        "Which cluster do you want to deploy to?", CLUSTER;
    /// `cluster add`: where.
    Endpoint: "an endpoint is needed",
        "Server URL (e.g. https://prisma.example.com):",
        "use `--endpoint URL`, or set `PRISMA_CLUSTER_ENDPOINT`";
    /// `cluster add`: its name.
    Name: "a name is needed",
        "Name for the cluster:",
        "use `prisma cluster add NAME …`, or set `PRISMA_CLUSTER`";
    /// A server's secret.
    Secret: "a secret is needed",
        "Secret (hidden; multi-line keys can be pasted; leave empty if none):",
        "use `--secret-file FILE` (`-` for stdin, an empty file for a server without one) or `--secret-env VARIABLE`";
    /// `init`: what the service lives on.
    Backend: "a database or a server is needed",
        "Which server and database should the service use?",
        "use `--database mysql` or `--database postgres` for a new one, `--database-url URL` for an existing database, or `--endpoint URL` for an existing server";
    /// `init`, a server that is there: where.
    ServiceEndpoint: "an endpoint is needed",
        "Server URL (e.g. https://prisma.example.com):", "use `--endpoint URL`";
    /// `init`, a server that is there: the service's name.
    ServiceName: "a name is needed",
        "Service name (empty for {}):", "use `--service NAME`";
    /// `init`, a database that is there.
    DatabaseKind: "a database is needed",
        "Database type?", DATABASE;
    /// The same.
    DatabaseHost: "a host is needed",
        "Database host (as seen from a container):", DATABASE;
    /// The same.
    DatabasePort: "a port is needed",
        "Database port (empty for {}):", DATABASE;
    /// The same.
    DatabaseUser: "a user is needed",
        "Database user (empty for {}):", DATABASE;
    /// The same.
    DatabasePassword: "a password is needed",
        "Database password (hidden; leave empty if none):", DATABASE;
    /// The same.
    DatabaseName: "a database is needed",
        "Database name (empty for {}):", DATABASE;
}

impl Question {
    /// What "and nobody can be asked" follows.
    pub fn need(self, about: &str) -> String {
        self.texts()[0].replace("{}", about)
    }

    /// The question itself.
    pub fn text(self, about: &str) -> String {
        self.texts()[1].replace("{}", about)
    }

    /// The remedy of those who cannot be asked.
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
            assert!(
                flags.contains("`--") || flags.contains("`PRISMA_"),
                "{flags}"
            );
        }
    }
}
