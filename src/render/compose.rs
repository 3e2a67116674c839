//! The compose document as types: only the keys that are written, in the order of the listings.

use crate::error::Result;
use crate::yaml::write;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// A `docker-compose.yml`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Compose {
    pub version: &'static str,
    pub services: Named<Service>,
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub networks: Named<Network>,
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub volumes: Named<VolumeOptions>,
}

impl Compose {
    pub fn to_text(&self) -> Result<String> {
        write::serialize(self)
    }
}

/// A compose service; absent or empty keys are not written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Service {
    /// The image with its tag.
    pub image: Text,
    /// A Docker-wide name instead of the generated one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_name: Option<Text>,
    /// Its networks; if empty, the project's default network.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<&'static str>,
    /// When Docker restarts it.
    pub restart: &'static str,
    /// The services that are started before it. Without conditions, which older releases of v1 refuse
    /// in a file of version 3.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<&'static str>,
    /// The command that replaces the image's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Text>,
    pub environment: Named<Setting>,
    /// How Docker checks its health.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<HealthCheck>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Text>,
}

/// A check that Docker runs inside a container.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct HealthCheck {
    /// `CMD-SHELL` and the command.
    pub test: [Text; 2],
    /// The interval between checks, for example `5s`.
    pub interval: &'static str,
    /// The limit of one check.
    pub timeout: &'static str,
    /// The number of consecutive failures that make it unhealthy.
    pub retries: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Network {
    pub driver: &'static str,
}

/// The options of a volume: none, written as nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct VolumeOptions;

/// A string that compose interpolates: a literal `$` is doubled.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Text(String);

impl fmt::Debug for Text {
    /// Hides the text: if read back, it may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Text {
    pub fn text(&self) -> &str {
        &self.0
    }

    pub fn literal(text: &str) -> Self {
        Text(text.replace('$', "$$"))
    }

    /// A string that contains `${VARIABLE}`.
    pub fn interpolated(text: impl Into<String>) -> Self {
        Text(text.into())
    }
}

/// The value of a container's variable.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Setting {
    Text(Text),
    /// A number: the listing writes some values as numbers.
    Number(u16),
}

impl Setting {
    /// Exactly this text.
    pub fn literal(text: &str) -> Self {
        Setting::Text(Text::literal(text))
    }

    /// The value of a variable of `.env` or the environment. It is inserted after the YAML is parsed, so
    /// it needs no quoting.
    pub fn variable(name: &str) -> Self {
        Setting::Text(Text::interpolated(format!("${name}")))
    }
}

/// A mapping that keeps its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T>(pub Vec<(&'static str, T)>);

impl<T> Named<T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dollar_in_a_literal_is_doubled() {
        let settings = Named(vec![
            ("LITERAL", Setting::literal("a$b${C}$$")),
            ("VARIABLE", Setting::variable("X")),
            ("NUMBER", Setting::Number(10)),
            ("EMPTY", Setting::literal("")),
        ]);
        assert_eq!(
            write::serialize(&settings).expect("writes"),
            "LITERAL: \"a$$b$${C}$$$$\"\nVARIABLE: $X\nNUMBER: 10\nEMPTY: \"\"\n"
        );
    }
}
