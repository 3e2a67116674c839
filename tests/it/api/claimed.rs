//! What the double of a server says is held to what real ones were recorded to say.
//!
//! Witness: the scenarios that `tests/recordings/claims/double` names. Not compared are headers, and places within the
//! query.

use crate::support::output;
use crate::support::standin::{Auth, Standin};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

#[test]
fn the_double_answers_as_recorded_where_it_claims_to() {
    thread::scope(|scope| {
        for version in ["1.1.3", "1.8.4", "1.34.12"] {
            scope.spawn(move || compare(version));
        }
    });
}

fn compare(version: &str) {
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let recording = recordings.join(format!("{version}-mysql.json"));
    let (open, secured) = (Standin::start(version), Standin::start(version));
    secured.state().auth = locked(&recording);
    let mut command = Command::new("/usr/bin/python3");
    command
        .args([&recordings.join("compare"), &recording])
        .args(["--open", &open.url(), "--secured", &secured.url()])
        .arg("--claims")
        .arg(recordings.join(format!("claims/double/{version}.txt")))
        .args(["--ignore", "headers*", "--ignore", "*locations*"]);
    let compared = output(&mut command).expect("python3 is there");
    let (differences, problems) = (
        String::from_utf8_lossy(&compared.stdout),
        String::from_utf8_lossy(&compared.stderr),
    );
    assert!(
        compared.status.success(),
        "{version}\n{differences}{problems}"
    );
}

/// What the recorded server asked tokens for.
fn locked(recording: &Path) -> Auth {
    let text = fs::read_to_string(recording).expect("a recording");
    let recording: Value = serde_json::from_str(&text).expect("JSON");
    let settings = &recording["servers"]["secured"];
    let setting = |name: &str| settings[name].as_str().map(str::to_owned);
    setting("managementApiSecret")
        .map(Auth::Secret)
        .or_else(|| setting("CLUSTER_PUBLIC_KEY").map(Auth::PublicKey))
        .expect("a secured server")
}
