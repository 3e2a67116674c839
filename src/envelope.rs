//! The one JSON document that a run prints with `-o json`: the result of a command, or why it failed.
//!
//! `assets/schema` describes it for programs; tests check every document that is printed against that.

use crate::error::{Failure, Kind, document};
use serde::Serialize;
use serde_json::Value;

/// The version of all documents. It grows when something is removed or changes its meaning, not when
/// something is added.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Success<'a> {
    version: u32,
    ok: bool,
    command: &'a str,
    data: &'a Value,
}

#[derive(Serialize)]
struct Failed<'a> {
    version: u32,
    ok: bool,
    command: Option<&'a str>,
    error: Error<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

/// Why a command failed.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Error<'a> {
    code: Kind,
    message: &'a str,
    /// Remedies, the most likely first.
    hints: &'a [String],
    /// The exit status: that of the code, or of a child process.
    #[cfg_attr(test, schemars(range(min = 1)))]
    exit: u8,
}

/// The document of a success.
pub fn success(command: &str, data: &Value) -> Value {
    document(Success {
        version: VERSION,
        ok: true,
        command,
        data,
    })
}

/// The document of a failure. `command` is unknown if the command line was not understood.
pub fn failure(command: Option<&str>, failure: &Failure) -> Value {
    document(Failed {
        version: VERSION,
        ok: false,
        command,
        error: Error {
            code: failure.kind,
            message: &failure.message(),
            hints: &failure.hints,
            exit: failure.exit(),
        },
        data: failure.data.as_deref(),
    })
}

/// How a document begins whose `data` is printed in parts. Whether it is a success shows after that only.
pub fn head() -> String {
    format!("{{\n  \"version\": {VERSION},\n  \"data\": ")
}

/// The rest of such a document.
pub fn rest(mut document: Value) -> String {
    if let Some(fields) = document.as_object_mut() {
        fields.retain(|name, _| !["version", "data"].contains(&name.as_str()));
    }
    format!(",{}\n", format!("{document:#}").trim_start_matches('{'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_version_comes_first_and_data_only_where_there_is_some() {
        let done = success("version", &json!({"version": "1"}));
        assert_eq!(
            done.to_string(),
            r#"{"version":1,"ok":true,"command":"version","data":{"version":"1"}}"#
        );
        let failed = Failure::new(Kind::Locked, "x").hint("y");
        assert_eq!(
            failure(None, &failed).to_string(),
            r#"{"version":1,"ok":false,"command":null,"error":{"code":"locked","message":"x","hints":["y"],"exit":8}}"#
        );
        let parts = format!(
            "{}{}{}",
            head(),
            json!({"a": 1}),
            rest(failure(None, &failed))
        );
        let whole: Value = serde_json::from_str(&parts).expect("a document");
        let known = failed.data(json!({"a": 1}));
        assert_eq!(failure(Some("deploy"), &known)["data"]["a"], 1);
        assert_eq!(whole, failure(None, &known));
    }
}
