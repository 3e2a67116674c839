//! `prisma local ps -o env`: where a cluster is, as lines that a shell can source.

use crate::docker::Container;
use crate::error::Result;
use crate::managed::Observed;
use crate::process::shell_quote;
use crate::ui::text::on_one_line;

/// The variables and their meaning, also for the reference. None is a secret.
pub const KEYS: [(&str, &str); 6] = [
    ("PRISMA_SERVER_CLUSTER", "the cluster's name"),
    (
        "PRISMA_SERVER_STATE",
        "`running`, `partly`, `stopped`, or `none` without containers",
    ),
    ("PRISMA_SERVER_URL", "server URL"),
    (
        "PRISMA_SERVER_DATABASE",
        "host and port of the database, if published",
    ),
    ("PRISMA_SERVER_CONTAINER", "the server's container"),
    (
        "PRISMA_SERVER_DATABASE_CONTAINER",
        "the database's container",
    ),
];

/// A line for each, empty if unknown: a value set earlier must not survive.
pub fn lines(observed: &Observed) -> Result<String> {
    let cluster = observed.known()?;
    let (servers, others): (Vec<&Container>, Vec<&Container>) =
        observed.containers.iter().partition(|c| c.is_server());
    let name = |found: &[&Container]| found.first().map(|c| c.name.clone());
    let values = [
        Some(observed.name.to_string()),
        Some(state(&observed.containers).to_owned()),
        cluster.as_ref().map(|cluster| observed.endpoint(cluster)),
        cluster
            .as_ref()
            .and_then(|cluster| observed.database(cluster)),
        name(&servers),
        name(&others),
    ];
    let line = |((key, _), value): (&(&str, &str), Option<String>)| {
        let value = value.unwrap_or_default();
        if value.is_empty() {
            return format!("export {key}=\n");
        }
        format!("export {key}={}\n", shell_quote(&on_one_line(&value)))
    };
    Ok(KEYS.iter().zip(values).map(line).collect())
}

fn state(containers: &[Container]) -> &'static str {
    let up = containers.iter().filter(|c| c.is_up()).count();
    match up {
        _ if containers.is_empty() => "none",
        0 => "stopped",
        up if up == containers.len() => "running",
        _ => "partly",
    }
}
