//! Texts that many tests expect.

/// What `start` and its like print: `state` completes "cluster `NAME` …".
pub fn running(name: &str, state: &str) -> String {
    format!(
        "cluster `{name}` {state}\n\
         \n  endpoint     http://localhost:<port>\
         \n  playground   http://localhost:<port>/cluster\
         \n  database     localhost:<db-port> (MySQL, user `root`)\
         \n  version      Prisma 1.1\n\
         \n\
         deploy a service to it: put `cluster: {name}` into its `prisma.yml` and run `prisma deploy`\n"
    )
}

/// What they say on the way, where the server answers at once.
pub const STAGES: &str = "\
starting the containers
waiting for the database (at most 5m)
";
