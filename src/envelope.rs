//! The one JSON document that a run prints under `-o json`: what a command says, or why it failed.
//!
//! `assets/schema` describes it for programs; the tests hold every document they see against that.

use crate::error::Failure;
use serde_json::{Value, json};

/// The version of all documents. It grows when something goes or changes its meaning; what is merely
/// added does not count.
pub const VERSION: u32 = 1;

/// The document of a success.
pub fn success(command: &str, data: &Value) -> Value {
    json!({"version": VERSION, "ok": true, "command": command, "data": data})
}

/// The document of a failure. `command` is unknown where the command line was not understood.
pub fn failure(command: Option<&str>, failure: &Failure) -> Value {
    let mut document = json!({
        "version": VERSION,
        "ok": false,
        "command": command,
        "error": {
            "code": failure.kind.code(),
            "message": failure.message(),
            "hints": failure.hints,
            "exit": failure.exit(),
        },
    });
    if let Some(data) = &failure.data {
        document["data"] = (**data).clone();
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

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
        let known = failed.data(json!({"a": 1}));
        assert_eq!(failure(Some("deploy"), &known)["data"]["a"], 1);
    }
}
