//! YAML: read with the place of every key, edited without touching anything else, written so that
//! YAML 1.1 and 1.2 readers agree.
//!
//! The only module that knows `serde_yaml` (values, strictness) and `yaml-edit` (places).
//! `serde_yaml` judges whether a text is YAML at all: `yaml-edit` is lenient.

pub mod ambiguous;
pub mod edit;
pub mod node;
pub mod places;
pub mod read;
pub mod scan;
pub mod tree;
pub mod write;

pub use node::Node;
pub use places::{Places, Step};
pub use read::{Document, Position, YamlError};
pub use serde_yaml::{Mapping, Value};
