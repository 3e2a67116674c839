//! What the verbs say of a cluster.

use crate::cluster::Cluster;
use crate::commands::{Report, facts};
use crate::documents::{self, IsStopped, Running, Started, UpgradedImage};
use crate::managed::Observed;

/// The report of a cluster that was brought up; `state` completes "cluster `x` …". One that was not
/// waited for is only starting, whatever the verb.
pub fn running(observed: &Observed, cluster: &Cluster, waited: bool, state: &str) -> Report {
    let (text, data) = started(observed, cluster, waited, state);
    Report::new(text, data)
}

/// The same, with the images that it runs and what is said of them.
pub fn upgraded(
    (text, running): (String, Running),
    images: Vec<UpgradedImage>,
    line: &str,
) -> Report {
    Report::new(text + line, documents::Upgraded { running, images })
}

/// A cluster that was brought up, for people and for programs.
pub fn started(
    observed: &Observed,
    cluster: &Cluster,
    waited: bool,
    state: &str,
) -> (String, Running) {
    let (state, word) = if waited {
        (state, Started::Running)
    } else {
        ("is starting", Started::Starting)
    };
    let endpoint = observed.endpoint(cluster);
    let playground = format!("{endpoint}{}", cluster.management_path());
    let database = observed.database(cluster);
    let pairs = [
        ("endpoint", endpoint.clone()),
        ("playground", playground.clone()),
        ("database", described(cluster, database.as_deref())),
        ("version", format!("Prisma {}", cluster.version)),
    ];
    let name = &observed.name;
    let text = format!(
        "cluster `{name}` {state}\n\n{}\ndeploy a service to it: add `cluster: {}` to its `prisma.yml` and run `prisma deploy`\n",
        facts(&pairs),
        observed.registered_name()
    );
    let data = Running {
        name: name.to_string(),
        state: word,
        endpoint,
        playground,
        database: documents::Database {
            address: database,
            connector: cluster.database.connector,
            user: cluster.database.user.clone(),
        },
        prisma_version: cluster.version.tag().to_owned(),
    };
    (text, data)
}

/// A database in a few words.
fn described(cluster: &Cluster, address: Option<&str>) -> String {
    let database = &cluster.database;
    let (name, user) = (database.connector.name(), &database.user);
    match address {
        Some(address) => format!("{address} ({name}, user `{user}`)"),
        None => format!("{name}, user `{user}`, not published; `--db-port PORT` publishes it"),
    }
}

/// What is deleted with a cluster's data.
pub fn contents(observed: &Observed) -> String {
    let list = |names: &[String]| match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    format!(
        "  containers  {}\n  volumes     {}",
        list(&observed.container_names()),
        list(&observed.volumes)
    )
}

/// The report of a cluster that does not run.
pub fn stopped(observed: &Observed, state: &str) -> Report {
    let start = observed.name.command("start");
    is_stopped(
        observed,
        &format!("{state}; its data is kept. Start it with `{start}`"),
    )
}

/// The report of a cluster without containers, which may not even exist.
pub fn nothing_to_stop(observed: &Observed) -> Report {
    is_stopped(observed, "has no containers, so there is nothing to stop")
}

fn is_stopped(observed: &Observed, state: &str) -> Report {
    let text = format!("cluster `{}` {state}\n", observed.name);
    Report::new(
        text,
        documents::Stopped {
            name: observed.name.to_string(),
            state: IsStopped::Stopped,
        },
    )
}
