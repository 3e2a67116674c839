//! The compose document as types: just the keys that are written, in the order of the listings.

use crate::error::Result;
use crate::yaml::write;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A `docker-compose.yml`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Compose {
    /// The format's version.
    pub version: &'static str,
    /// The containers.
    pub services: Named<Service>,
    /// The networks.
    pub networks: Named<Network>,
    /// The volumes.
    pub volumes: Named<VolumeOptions>,
}

impl Compose {
    /// The document's text.
    pub fn to_text(&self) -> Result<String> {
        write::serialize(self)
    }
}

/// A service; what is absent or empty is not written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Service {
    /// The image with its tag.
    pub image: Text,
    /// A Docker-wide name instead of the one compose makes up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_name: Option<Text>,
    /// The networks it is in.
    pub networks: Vec<&'static str>,
    /// When Docker restarts it.
    pub restart: &'static str,
    /// What runs in it instead of the image's own command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Text>,
    /// Its variables.
    pub environment: Named<Setting>,
    /// The ports it publishes.
    pub ports: Vec<Text>,
    /// What is mounted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Text>,
}

/// A network.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Network {
    /// Its driver.
    pub driver: &'static str,
}

/// The options of a volume: none, written as nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct VolumeOptions;

/// A text that compose interpolates: `$` is doubled where it means itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Text(String);

impl Text {
    /// Exactly this text.
    pub fn literal(text: &str) -> Self {
        Text(text.replace('$', "$$"))
    }

    /// A text with `${VARIABLE}` in it.
    pub fn interpolated(text: impl Into<String>) -> Self {
        Text(text.into())
    }
}

/// The value of a variable of a container.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Setting {
    /// A text.
    Text(Text),
    /// A number, as the listing writes some.
    Number(u16),
}

impl Setting {
    /// Exactly this text.
    pub fn literal(text: &str) -> Self {
        Setting::Text(Text::literal(text))
    }

    /// The value of a variable of `.env` or the environment. Put in after the YAML is parsed, so it
    /// stays the text it is.
    pub fn variable(name: &str) -> Self {
        Setting::Text(Text::interpolated(format!("${name}")))
    }
}

/// A mapping that keeps its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T>(pub Vec<(&'static str, T)>);

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
