//! Docker's contexts: engines by name, in docker's own files.

use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::files;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The context in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub name: String,
    /// The engine's address; empty for docker's default.
    pub host: String,
    /// The folder of its certificates, if it has any.
    pub certificates: Option<PathBuf>,
    /// The engine's certificate is not checked.
    pub unverified: bool,
}

impl Context {
    /// The context in use when `DOCKER_HOST` is not set: from `DOCKER_CONTEXT`, or else from docker's
    /// configuration. `None` for the default one.
    pub fn find(env: &Env) -> Result<Option<Context>> {
        let Some(folder) = folder(env) else {
            return Ok(None);
        };
        let config = folder.join("config.json");
        let (name, whose) = match env.get("DOCKER_CONTEXT") {
            Some(name) => (name.to_owned(), "`DOCKER_CONTEXT`".to_owned()),
            None => match current(&config) {
                Some(name) => (name, format!("`currentContext` in {}", config.display())),
                None => return Ok(None),
            },
        };
        if name == "default" {
            return Ok(None);
        }
        match load(&folder.join("contexts"), &name) {
            Some(context) => Ok(Some(context)),
            None => Err(Failure::new(
                Kind::EngineUnreachable,
                format!(
                    "{whose} names the docker context `{}`, which does not exist",
                    name.escape_debug()
                ),
            )
            .hint(
                "list them with `docker context ls`, and choose one with `docker context use NAME`",
            )),
        }
    }
}

/// Docker's configuration.
pub fn config_file(env: &Env) -> Option<PathBuf> {
    Some(folder(env)?.join("config.json"))
}

fn folder(env: &Env) -> Option<PathBuf> {
    let at_home = || Some(env.path("HOME")?.join(".docker"));
    env.path("DOCKER_CONFIG").or_else(at_home)
}

/// docker warns about a configuration it cannot read, and ignores it.
fn current(config: &Path) -> Option<String> {
    let config = json(config)?;
    let name = config["currentContext"].as_str()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// Each folder's name is a hash of the context's name, which `meta.json` contains.
fn load(contexts: &Path, name: &str) -> Option<Context> {
    let folders = std::fs::read_dir(contexts.join("meta")).ok()?;
    for folder in folders.flatten() {
        let Some(meta) = json(&folder.path().join("meta.json")) else {
            continue;
        };
        if meta["Name"] != name {
            continue;
        }
        let engine = &meta["Endpoints"]["docker"];
        let certificates = contexts.join("tls").join(folder.file_name()).join("docker");
        return Some(Context {
            name: name.to_owned(),
            host: engine["Host"].as_str().unwrap_or_default().to_owned(),
            certificates: certificates.is_dir().then_some(certificates),
            unverified: engine["SkipTLSVerify"] == true,
        });
    }
    None
}

fn json(path: &Path) -> Option<Value> {
    let text = files::read_text(path).ok()??;
    serde_json::from_str(&text).ok()
}
