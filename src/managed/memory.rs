//! The memory that an override leaves to the server.

use super::observed::Observed;
use crate::cluster::Cluster;
use crate::cluster::files::OVERRIDE;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::yaml::{Node, Value};

const MIB: u64 = 1 << 20;
/// Servers were seen to need 220 to 340 MiB. With less than this, they are killed again and again.
const LEAST: u64 = 200 * MIB;

/// Fails if `docker-compose.override.yml` limits the server to too little memory.
pub fn check(observed: &Observed, cluster: &Cluster) -> Result<()> {
    let path = observed.folder.join(OVERRIDE);
    // What is wrong with the file is up to docker-compose.
    let Ok(Some(text)) = files::read_text(&path) else {
        return Ok(());
    };
    let limit = Node::parse(&text)
        .ok()
        .and_then(|node| limit(&node, cluster.server_service()));
    let Some(bytes) = limit.filter(|bytes| *bytes < LEAST) else {
        return Ok(());
    };
    let message = format!(
        "could not start cluster `{}`: {} limits the server to {} MiB of memory, and it requires at least {} MiB",
        cluster.name,
        path.display(),
        bytes / MIB,
        LEAST / MIB,
    );
    Err(Failure::new(Kind::ConfigInvalid, message).hint("raise the limit, e.g. to `512m`"))
}

/// The limit of a compose service, in bytes.
fn limit(file: &Node, service: &str) -> Option<u64> {
    let service = file.get("services")?.get(service)?;
    let deployed = || {
        service
            .get("deploy")?
            .get("resources")?
            .get("limits")?
            .get("memory")
    };
    match service.get("mem_limit").or_else(deployed)? {
        Node::Leaf(Value::Number(number)) => number.as_u64(),
        other => bytes(other.as_text()?),
    }
}

/// `512m`, `0.5g`, `134217728b` and the like.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match text[digits.len()..].trim_end_matches('b') {
        "" => 1,
        "k" => 1 << 10,
        "m" => MIB,
        "g" => 1 << 30,
        _ => return None,
    };
    let (whole, part) = digits
        .trim()
        .split_once('.')
        .unwrap_or((digits.trim(), "0"));
    let tenths = part.get(..1)?.parse::<u64>().ok()?;
    let whole = whole.parse::<u64>().ok()?;
    Some(whole.checked_mul(factor)? + factor / 10 * tenths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_docker_compose_spells_them() {
        for (text, expected) in [
            ("128m", Some(128 * MIB)),
            ("128MB", Some(128 * MIB)),
            ("134217728", Some(128 * MIB)),
            ("134217728b", Some(128 * MIB)),
            ("0.1g", Some(MIB * 1024 / 10)),
            ("half a g", None),
            ("${LIMIT}", None),
            ("", None),
        ] {
            assert_eq!(
                bytes(text).map(|b| b / MIB),
                expected.map(|b| b / MIB),
                "{text}"
            );
        }
    }

    #[test]
    fn both_spellings_of_the_key_count_for_the_server_only() {
        let of = |text: &str| limit(&Node::parse(text).expect("YAML"), "prisma");
        assert_eq!(of("services: {prisma: {mem_limit: 64m}}"), Some(64 * MIB));
        assert_eq!(
            of("services: {prisma: {mem_limit: 67108864}}"),
            Some(64 * MIB)
        );
        let deploy = "services: {prisma: {deploy: {resources: {limits: {memory: 1g}}}}}";
        assert_eq!(of(deploy), Some(1024 * MIB));
        assert_eq!(of("services: {mysql: {mem_limit: 64m}}"), None);
    }
}
