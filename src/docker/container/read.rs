//! The answers of docker about containers, as it gives them.

use super::super::ComposeVersion;
use super::{Container, Health, Origin, Published, State};
use crate::cluster::files::OVERRIDE;
use crate::error::{Kind, Result, Tried};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    id: String,
    name: String,
    #[serde(default)]
    image: String,
    #[serde(default)]
    created: String,
    #[serde(default)]
    restart_count: u64,
    config: WireConfig,
    state: WireState,
    #[serde(default)]
    host_config: WireHost,
    #[serde(default)]
    mounts: Vec<WireMount>,
    #[serde(default)]
    network_settings: WireNetworks,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireNetworks {
    networks: Option<BTreeMap<String, serde::de::IgnoredAny>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireConfig {
    image: String,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    env: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireState {
    status: String,
    #[serde(default)]
    exit_code: i64,
    #[serde(default)]
    error: String,
    #[serde(default, rename = "OOMKilled")]
    oom_killed: bool,
    #[serde(default)]
    started_at: String,
    health: Option<WireHealth>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireHealth {
    status: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireHost {
    network_mode: String,
    port_bindings: Option<BTreeMap<String, Option<Vec<WireBinding>>>>,
    /// 0 without a limit.
    memory: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireBinding {
    #[serde(default)]
    host_ip: String,
    #[serde(default)]
    host_port: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireMount {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    name: String,
}

/// The ids in the answer of `docker ps -q --no-trunc`. Wrappers of docker put notices of their own between them.
pub fn parse_ids(stdout: &str) -> Vec<String> {
    let is_id = |line: &&str| !line.is_empty() && line.bytes().all(|b| b.is_ascii_hexdigit());
    stdout
        .lines()
        .map(str::trim)
        .filter(is_id)
        .map(str::to_owned)
        .collect()
}

/// The names in the answer of `docker volume ls -q`, without such notices.
pub fn parse_names(stdout: &str) -> Vec<String> {
    let is_name = |line: &&str| !line.is_empty() && !line.contains(char::is_whitespace);
    stdout
        .lines()
        .map(str::trim)
        .filter(is_name)
        .map(str::to_owned)
        .collect()
}

/// The containers in the answer of `docker inspect`, sorted by service and name.
pub fn parse_inspect(stdout: &str) -> Result<Vec<Container>> {
    let hint = "check that `docker` is Docker's own client, or set `PRISMA_DOCKER`";
    let begins = |line: &str| line.trim_start().starts_with('[');
    let document: String = stdout
        .split_inclusive('\n')
        .skip_while(|line| !begins(line))
        .collect();
    let document = if document.is_empty() {
        stdout
    } else {
        &document
    };
    let wires: Vec<Wire> = serde_json::from_str(document)
        .tried(
            Kind::Failed,
            "could not read the output of `docker inspect`",
        )
        .map_err(|failure| failure.hint(hint))?;
    let mut containers: Vec<Container> = wires.into_iter().map(Container::from).collect();
    containers.sort_by(|a, b| (&a.service, &a.name).cmp(&(&b.service, &b.name)));
    Ok(containers)
}

impl From<Wire> for Container {
    fn from(wire: Wire) -> Container {
        let mut labels = wire.config.labels.unwrap_or_default();
        let env = wire.config.env.unwrap_or_default();
        let pair = |text: &String| {
            let (name, value) = text.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        };
        Container {
            id: wire.id,
            name: wire.name.trim_start_matches('/').to_owned(),
            project: labels
                .remove("com.docker.compose.project")
                .unwrap_or_default(),
            service: labels
                .remove("com.docker.compose.service")
                .unwrap_or_default(),
            image: wire.config.image,
            image_id: wire.image,
            state: state(&wire.state.status),
            health: wire.state.health.map(|h| Health { status: h.status }),
            exit_code: wire.state.exit_code,
            error: wire.state.error,
            out_of_memory: wire.state.oom_killed,
            memory: Some(wire.host_config.memory).filter(|bytes| *bytes > 0),
            restarts: wire.restart_count,
            created: wire.created,
            started: wire.state.started_at,
            env: env.iter().filter_map(pair).collect(),
            is_cut_off: is_cut_off(&wire.network_settings, &wire.host_config),
            ports: published(wire.host_config),
            origin: origin(&mut labels),
            compose_version: labels
                .remove("com.docker.compose.version")
                .map(|version| ComposeVersion::new(&version)),
            volumes: wire
                .mounts
                .into_iter()
                .filter(|mount| mount.r#type == "volume")
                .map(|mount| mount.name)
                .collect(),
        }
    }
}

fn origin(labels: &mut BTreeMap<String, String>) -> Option<Origin> {
    let folder = labels.remove("com.docker.compose.project.working_dir")?;
    let files = labels.remove("com.docker.compose.project.config_files")?;
    let file = files.split(',').next().unwrap_or_default();
    Some(Origin {
        folder: folder.into(),
        file: file.into(),
        is_overridden: files.split(',').any(|file| file.ends_with(OVERRIDE)),
    })
}

/// One that shares the network of another container has none of its own.
fn is_cut_off(networks: &WireNetworks, host: &WireHost) -> bool {
    let has_none = networks.networks.as_ref().is_some_and(BTreeMap::is_empty);
    has_none && !host.network_mode.starts_with("container:")
}

fn published(host: WireHost) -> Vec<Published> {
    let mut ports = Vec::new();
    for (inside, bindings) in host.port_bindings.unwrap_or_default() {
        for binding in bindings.unwrap_or_default() {
            // An empty or zero port is one that docker chooses at each start.
            if let Some(port) = binding.host_port.parse().ok().filter(|port| *port != 0) {
                ports.push(Published {
                    inside: inside.clone(),
                    address: binding.host_ip,
                    port,
                });
            }
        }
    }
    ports.sort();
    ports
}

fn state(word: &str) -> State {
    match word {
        "created" => State::Created,
        "running" => State::Running,
        "paused" => State::Paused,
        "restarting" => State::Restarting,
        "exited" => State::Exited,
        _ => State::Other,
    }
}
