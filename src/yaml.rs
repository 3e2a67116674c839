//! YAML: read with the position of every key, edited without touching anything else, written so that
//! YAML 1.1 and 1.2 readers agree.
//!
//! The only module that knows `serde_yaml` (values, strictness) and `yaml-edit` (places).
//! `serde_yaml` decides whether the text is YAML at all: `yaml-edit` is lenient.

mod ambiguous;
mod depth;
pub mod edit;
pub mod fast_path;
pub mod node;
pub mod places;
mod position;
pub mod write;

pub use ambiguous::is_ambiguous_plain;
pub use node::Node;
pub use places::{Places, Step};
pub use position::{Position, YamlError};
pub use serde_yaml::{Mapping, Value};

/// Reads text that contains at most one document. An empty one is null.
pub fn deserialize<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    // YAML allows a byte order mark, but serde_yaml rejects it.
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(error) = depth::too_deep(bare) {
        return Err(error);
    }
    serde_yaml::from_str(bare).map_err(|error| position::yaml_error(&error))
}
