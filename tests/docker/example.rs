//! The example service, deployed with the program's own `prisma deploy`.

use crate::cluster::Cluster;
use crate::run::Run;
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

const EXAMPLE: [(&str, &str); 2] = [
    (
        "prisma.yml",
        include_str!("../../assets/example/prisma.yml"),
    ),
    (
        "datamodel.graphql",
        include_str!("../../assets/example/datamodel.graphql"),
    ),
];

/// The example service in a folder of its own.
#[derive(Debug)]
pub struct Example(TempDir);

impl Example {
    pub fn new() -> Example {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in EXAMPLE {
            fs::write(folder.path().join(name), text).expect("writes");
        }
        Example(folder)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Its datamodel in the syntax of Prisma 1.31 and later, with the times that older versions keep in each type.
    pub fn convert(&self) {
        let path = self.path("datamodel.graphql");
        let old = fs::read_to_string(&path).expect("there");
        let times = "  createdAt: DateTime! @createdAt\n  updatedAt: DateTime! @updatedAt";
        let new = old
            .replace("id: ID! @unique", &format!("id: ID! @id\n{times}"))
            .replace("[Post!]!", "[Post]")
            .replace("\"false\"", "false");
        fs::write(path, new).expect("writes");
    }

    /// Its datamodel is refused as long as it is in the old syntax; nothing is lost when it is converted.
    #[track_caller]
    pub fn is_there_once_converted(&self, cluster: &Cluster) {
        let refused = self.deploy(cluster, &[]).run().ended(7);
        refused.reports(&["must be marked as the id field with the `@id` directive"]);
        self.convert();
        self.deploy(cluster, &["--force"]).run().succeeded();
        self.is_there(cluster);
    }

    /// Adds to the end of a file.
    pub fn add(&self, name: &str, text: &str) {
        let path = self.path(name);
        let old = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, old + text).expect("writes");
    }

    /// `prisma deploy -c NAME …` in the folder.
    pub fn deploy(&self, cluster: &Cluster, args: &[&str]) -> Run {
        let mut all = vec!["deploy", "-c", &cluster.name];
        all.extend(args);
        cluster.prisma(&all).dir(self.0.path())
    }

    /// Deploys it with the credentials of the registry, then stores a row.
    #[track_caller]
    pub fn deploy_with_data(&self, cluster: &Cluster) {
        let ran = self.deploy(cluster, &[]).run().succeeded();
        assert!(
            ran.stdout.contains("+ Created type `User`"),
            "{}",
            ran.stdout
        );
        let made = cluster.without_token().service(
            "hello",
            "mutation { createUser(data: {name: \"Ada\"}) { name } }",
        );
        assert_eq!(made["data"]["createUser"]["name"], "Ada", "{made}");
    }

    /// What [`Example::deploy_with_data`] did is still there, and the registry's credentials are accepted.
    #[track_caller]
    pub fn is_there(&self, cluster: &Cluster) {
        self.is_up_to_date(cluster);
        let answer = cluster
            .without_token()
            .service("hello", "{ users { name } }");
        assert_eq!(answer, json!({"data": {"users": [{"name": "Ada"}]}}));
    }

    #[track_caller]
    pub fn is_up_to_date(&self, cluster: &Cluster) {
        let ran = self.deploy(cluster, &[]).run().succeeded();
        assert!(ran.stdout.contains("already up to date"), "{}", ran.stdout);
    }

    /// The server has no such service.
    #[track_caller]
    pub fn is_gone(cluster: &Cluster) {
        let answer = cluster
            .without_token()
            .service("hello", "{ users { name } }");
        // Up to 1.5 and later.
        let codes = [&answer["code"], &answer["errors"][0]["code"]];
        assert!(codes.contains(&&json!(3016)), "no such service: {answer}");
    }
}
