//! The memory that a server may use: what an override or a running container limits it to.

use super::observed::Observed;
use crate::cluster::Cluster;
use crate::cluster::files::OVERRIDE;
use crate::docker::Container;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::yaml::{Node, Value};

const MIB: u64 = 1 << 20;
/// Servers were seen to need 220 to 340 MiB. With less than this, they are killed again and again.
const LEAST: u64 = 200 * MIB;
/// With a heap of 24 MiB, servers were seen to start and then hardly ever finish a deployment; 48 MiB did.
const LEAST_HEAP: u64 = 48 * MIB;
/// The variable with the options of the server's Java.
const JAVA_OPTS: &str = "JAVA_OPTS";

/// Fails if `docker-compose.override.yml` limits the server to too little memory.
pub fn check(observed: &Observed, cluster: &Cluster) -> Result<()> {
    let path = observed.folder.join(OVERRIDE);
    // What is wrong with the file is up to docker-compose.
    let Ok(Some(text)) = files::read_text(&path) else {
        return Ok(());
    };
    let Ok(file) = Node::parse(&text) else {
        return Ok(());
    };
    let service = cluster.server_service();
    let java = variable(&file, service, JAVA_OPTS);
    match too_little(limit(&file, service), java.as_deref()) {
        Some(little) => Err(failure(
            &format!(
                "could not start cluster `{}`: {}",
                cluster.name,
                path.display()
            ),
            &little,
        )),
        None => Ok(()),
    }
}

/// The same for a server that runs in a container of its own folder.
pub fn check_container(server: &Container) -> Result<()> {
    let java = server.env.get(JAVA_OPTS);
    match too_little(server.memory, java.map(String::as_str)) {
        Some(little) => {
            let name = &server.name;
            let failure = failure(
                &format!("the server is not ready: container `{name}`"),
                &little,
            );
            Err(failure.hint("recreate it with `docker-compose up -d`"))
        }
        None => Ok(()),
    }
}

fn failure(who: &str, (what, remedy): &(String, &str)) -> Failure {
    Failure::new(
        Kind::ConfigInvalid,
        format!("{who} limits the server to {what}"),
    )
    .hint(*remedy)
}

/// What is too little, if anything is, and what to do.
fn too_little(memory: Option<u64>, java: Option<&str>) -> Option<(String, &'static str)> {
    let below = |limit: Option<u64>, least: u64| limit.filter(|bytes| *bytes < least);
    let told = |bytes: u64, of: &str, least: u64| {
        let (has, needs) = (bytes / MIB, least / MIB);
        format!("{has} MiB of {of}, and it requires at least {needs} MiB")
    };
    if let Some(bytes) = below(memory, LEAST) {
        return Some((
            told(bytes, "memory", LEAST),
            "raise the limit, e.g. to `512m`",
        ));
    }
    let bytes = below(java.and_then(heap), LEAST_HEAP)?;
    let hint = "raise `-Xmx` in `JAVA_OPTS`, e.g. to `-Xmx512m`";
    Some((told(bytes, "heap (`-Xmx`)", LEAST_HEAP), hint))
}

/// The heap that Java's options allow: the last one counts.
fn heap(options: &str) -> Option<u64> {
    let options = options.split_whitespace();
    bytes(
        options
            .filter_map(|one| one.strip_prefix("-Xmx"))
            .next_back()?,
    )
}

/// A variable that a compose file gives to a service, as a mapping or as a list.
fn variable(file: &Node, service: &str, name: &str) -> Option<String> {
    let all = file.get("services")?.get(service)?.get("environment")?;
    if let Some(value) = all.get(name) {
        return value.as_text().map(str::to_owned);
    }
    let Node::List(lines) = all else {
        return None;
    };
    let mut lines = lines
        .iter()
        .filter_map(|one| one.as_text()?.split_once('='));
    let (_, value) = lines.find(|(key, _)| *key == name)?;
    Some(value.to_owned())
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
    fn a_heap_is_read_from_either_form_of_the_variables() {
        let java = |environment: &str| {
            let text = format!("services: {{prisma: {{environment: {environment}}}}}");
            let file = Node::parse(&text).expect("YAML");
            too_little(None, variable(&file, "prisma", JAVA_OPTS).as_deref())
        };
        for little in [
            "{JAVA_OPTS: -Xmx24m}",
            "[JAVA_OPTS=-Xms8m -Xmx24M]",
            "{JAVA_OPTS: -Xmx1G -Xmx24m}",
        ] {
            let (what, _) = java(little).expect(little);
            assert_eq!(
                what,
                "24 MiB of heap (`-Xmx`), and it requires at least 48 MiB"
            );
        }
        for enough in [
            "{JAVA_OPTS: -Xmx48m}",
            "{JAVA_OPTS: -Xss1m}",
            "{OTHER: -Xmx24m}",
        ] {
            assert_eq!(java(enough), None, "{enough}");
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
