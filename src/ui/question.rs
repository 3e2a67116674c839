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
const CLUSTER: &str = "name one with `--cluster NAME`, or write `cluster: NAME` into `prisma.yml`";
const DATABASE: &str = "give `--database-url URL`";

questions! {
    /// `local nuke`.
    DestroyData: "destroying the data of cluster {} needs a confirmation",
        "destroy all data of cluster {}?", YES;
    /// `local delete`.
    DeleteCluster: "removing cluster {} needs a confirmation",
        "remove cluster {}?", YES;
    /// Rendered files that somebody edited, whatever the verb.
    ReplaceFiles: "replacing {} needs a confirmation",
        "replace {}? your text is kept beside it with the ending `.edited`", YES;
    /// `cluster remove`.
    RemoveEntry: "removing cluster {} from the registry needs a confirmation",
        "remove cluster {} from the registry?", YES;
    /// `cluster remove`: which.
    Entry: "a name is needed",
        "Which cluster do you want to remove?",
        "name it: `prisma cluster remove NAME`, or set `PRISMA_CLUSTER`";
    /// A port that somebody else has. Where nobody can be asked that is a failure of its own.
    TakenPort: "another port is needed",
        "{}: what shall be done?", "give another with `--port auto` or `--db-port auto`";
    /// `deploy` to a cluster of this machine that does not run.
    StartCluster: "cluster {} does not run: starting it needs a confirmation",
        "cluster {} does not run; start it?", YES;
    /// `deploy`: where `prisma.yml` names no cluster.
    Destination: "`prisma.yml` names no cluster to deploy to,",
        "which cluster shall the service be deployed to?", CLUSTER;
    /// `deploy --interactive`.
    OtherDestination: "`--interactive` wants to ask for a cluster,",
        "which cluster shall the service be deployed to?", CLUSTER;
    /// `cluster add`: where.
    Endpoint: "an endpoint is needed",
        "Endpoint of the cluster, for example https://prisma.example.com:",
        "give it with `--endpoint URL`, or set `PRISMA_CLUSTER_ENDPOINT`";
    /// `cluster add`: its name.
    Name: "a name is needed",
        "Name for the cluster:",
        "give it: `prisma cluster add NAME …`, or set `PRISMA_CLUSTER`";
    /// A server's secret.
    Secret: "a secret is needed",
        "Secret (not shown; paste a private key with all its lines; empty for none):",
        "give it with `--secret-file FILE` (`-` for standard input, an empty file for a server without) or `--secret-env VARIABLE`";
    /// `init`: what the service lives on.
    Backend: "a database or a server is needed",
        "What shall the service live on?",
        "give `--database mysql` or `--database postgres` for a new one, `--database-url URL` for a database that is there, or `--endpoint URL` for a server that is there";
    /// `init`, a server that is there: where.
    ServiceEndpoint: "an endpoint is needed",
        "Its endpoint, for example https://prisma.example.com:", "give `--endpoint URL`";
    /// `init`, a server that is there: the service's name.
    ServiceName: "a name is needed",
        "Name of the service (empty for {}):", "give `--service NAME`";
    /// `init`, a database that is there.
    DatabaseKind: "a database is needed",
        "Which database is it?", DATABASE;
    /// The same.
    DatabaseHost: "a host is needed",
        "Its host, as a container reaches it:", DATABASE;
    /// The same.
    DatabasePort: "a port is needed",
        "Its port (empty for {}):", DATABASE;
    /// The same.
    DatabaseUser: "a user is needed",
        "Its user (empty for {}):", DATABASE;
    /// The same.
    DatabasePassword: "a password is needed",
        "Its password (not shown; empty for none):", DATABASE;
    /// The same.
    DatabaseName: "a database is needed",
        "The database in it (empty for {}):", DATABASE;
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
