//! The commands: each looks (files, registry, engine), plans, and acts. They do not call each other.

pub mod cluster;
pub mod local;

use crate::logs::Shown;
use serde_json::Value;

/// What a command has to say in the end: the same for people and for programs.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// For people, on stdout, with its line ends.
    pub text: String,
    /// For programs: `data` of the JSON envelope.
    pub data: Value,
}

impl Report {
    /// A report.
    pub fn new(text: impl Into<String>, data: Value) -> Self {
        Report {
            text: text.into(),
            data,
        }
    }

    /// A report of a command that showed its result while it ran.
    pub fn shown() -> Self {
        Report::new("", Value::Null)
    }
}

impl From<Shown> for Report {
    fn from(shown: Shown) -> Report {
        Report::new(shown.text, shown.data)
    }
}

/// The JSON envelope of a success.
pub fn envelope(command: &str, report: &Report) -> Value {
    serde_json::json!({ "ok": true, "command": command, "data": report.data })
}

/// A line of "key   value" pairs under each other.
pub fn facts(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let line = |(key, value): &(&str, String)| format!("  {key:width$}   {value}\n");
    pairs.iter().map(line).collect()
}
