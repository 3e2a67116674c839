//! What docker reports about itself and its engine.

use super::version::ApiVersion;
use serde_json::Value;

/// The answer of `docker version`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub client: String,
    /// The engine's; none if it does not answer.
    pub engine: Option<EngineVersion>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineVersion {
    pub version: String,
    /// Operating system and processor, `linux/amd64`.
    pub platform: String,
    /// The newest version of its API.
    pub api: Option<ApiVersion>,
    /// The oldest version of its API.
    pub oldest_api: Option<ApiVersion>,
}

/// The answer of `docker info`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Where the engine keeps images and volumes, on its machine.
    pub root: String,
    /// The memory of its machine, in bytes.
    pub memory: u64,
    /// The system of its machine.
    pub system: String,
    /// Its processor.
    pub architecture: String,
    /// The proxies it pulls through: HTTP and HTTPS.
    pub proxies: Vec<String>,
}

/// Parses `docker version --format '{{json .}}'`, also without an engine.
pub fn parse_version(stdout: &str) -> Option<Version> {
    let value = first(stdout)?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let server = &value["Server"];
    let api = |key: &str| server[key].as_str()?.parse().ok();
    let engine = text(&server["Version"]).map(|version| EngineVersion {
        version,
        platform: format!(
            "{}/{}",
            server["Os"].as_str().unwrap_or("?"),
            server["Arch"].as_str().unwrap_or("?")
        ),
        api: api("ApiVersion"),
        oldest_api: api("MinAPIVersion"),
    });
    Some(Version {
        client: text(&value["Client"]["Version"])?,
        engine,
    })
}

/// Reads `docker info --format '{{json .}}'`.
pub fn parse_info(stdout: &str) -> Option<Info> {
    let value = first(stdout)?;
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let proxies = [text("HttpProxy"), text("HttpsProxy")];
    Some(Info {
        root: text("DockerRootDir"),
        memory: value["MemTotal"].as_u64()?,
        system: text("OperatingSystem"),
        architecture: text("Architecture"),
        proxies: proxies.into_iter().filter(|p| !p.is_empty()).collect(),
    })
}

/// The document, which is one line; warnings may follow, and notices precede it.
fn first(stdout: &str) -> Option<Value> {
    serde_json::from_str(stdout.lines().find(|line| line.starts_with('{'))?).ok()
}

/// An image's name as `docker image ls` spells it.
pub fn full_name(image: &str) -> String {
    let short = image.strip_prefix("docker.io/").unwrap_or(image);
    let short = short.strip_prefix("library/").unwrap_or(short);
    let last = short.rsplit('/').next().unwrap_or_default();
    if last.contains(':') || short.contains('@') {
        short.to_owned()
    } else {
        format!("{short}:latest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_answers_are_read() {
        let version = parse_version(include_str!("info/version.json")).expect("reads");
        let engine = version.engine.expect("has one");
        assert_eq!(version.client, "28.2.2");
        assert_eq!(
            (&*engine.version, &*engine.platform),
            ("20.10.24+dfsg1", "linux/amd64")
        );
        let down = parse_version(include_str!("info/version-down.json")).expect("reads");
        assert_eq!((&*down.client, down.engine), ("28.2.2", None));
        let info = parse_info(include_str!("info/info.json")).expect("reads");
        assert_eq!(
            (&*info.root, info.memory),
            ("/var/lib/docker", 25_274_793_984)
        );
        assert_eq!(info.system, "Debian GNU/Linux 12 (bookworm)");
        assert_eq!(
            (parse_version("Client: Podman"), parse_info("")),
            (None, None)
        );
    }

    #[test]
    fn images_have_one_full_name() {
        for (image, full) in [
            ("mysql", "mysql:latest"),
            ("docker.io/library/mysql:5.7", "mysql:5.7"),
            ("box:5000/prisma", "box:5000/prisma:latest"),
            ("mysql@sha256:0123", "mysql@sha256:0123"),
        ] {
            assert_eq!(full_name(image), full);
        }
    }
}
