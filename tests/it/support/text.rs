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

/// How the warning may begin that each start with documented passwords gives.
const EXPOSED: [&str; 2] = [
    "warning: the database on port ",
    "warning: the server on port ",
];

/// A text without that warning, which is not what most tests are about; `exposure.rs` is.
pub fn without_exposure(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = EXPOSED.iter().find_map(|begin| rest.find(begin)) {
        let (before, warning) = rest.split_at(at);
        kept.push_str(before);
        // Up to the file that ends its hint; a screen may have wrapped it.
        let end = warning
            .find("cluster.yml")
            .map(|at| at + "cluster.yml".len());
        let after = end.map_or("", |end| &warning[end..]);
        rest = after
            .strip_prefix("\r\n")
            .or(after.strip_prefix('\n'))
            .unwrap_or(after);
    }
    kept + rest
}
