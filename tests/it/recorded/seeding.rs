//! A seed that is an export, imported by real servers.

use super::golden::RECORDINGS;
use super::project::Project;
use crate::support::replay::{Exchange, Recording, Replay};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

fn has(recording: &Recording, scenario: &str) -> bool {
    recording.scenarios.iter().any(|one| one.name == scenario)
}

fn imported(recording: &Recording, scenario: &str) -> Vec<Exchange> {
    let mut all: Vec<Exchange> = Vec::new();
    for one in &recording.scenario(scenario).exchanges {
        // What is imported twice is answered otherwise the second time.
        let is_known = all.iter().any(|earlier| earlier.sent == one.sent);
        if one.path.ends_with("/import") && !is_known {
            all.push(one.clone());
        }
    }
    all
}

/// Deploys what the scenario deployed, with these bodies as the seed.
fn seeded(recording: &Arc<Recording>, scenario: &str, bodies: &[Value]) -> String {
    let replay = Replay::start(recording, scenario);
    let project = Project::new(&replay.url());
    let mut exchanges = recording.scenario(scenario).exchanges.iter();
    let deploy = exchanges.find(|one| one.query.starts_with("<query:deploy"));
    project.write(&deploy.expect("a deployment").variables);
    project.append("prisma.yml", "seed:\n  import: seed.zip\n");
    let file = File::create(project.path("seed.zip")).expect("creates");
    let mut zip = zip::ZipWriter::new(file);
    for (body, number) in bodies.iter().zip(1..) {
        let folder = body["valueType"].as_str().expect("a folder");
        let name = format!("{folder}/{number:06}.json");
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(name, options).expect("begins");
        zip.write_all(body.to_string().as_bytes()).expect("writes");
    }
    zip.finish().expect("ends");
    let said = project.run(&["deploy"], replay.port());
    assert_eq!(replay.unrecorded(), [""; 0], "{}: {said}", recording.name);
    said
}

#[test]
fn an_export_is_imported_as_the_npm_cli_did() {
    for recording in RECORDINGS
        .iter()
        .filter(|one| has(one, "import-export/round"))
    {
        let bodies = imported(recording, "import-export/round");
        let bodies: Vec<Value> = bodies.iter().map(|one| one.sent.clone()).collect();
        let said = seeded(recording, "import-export/round", &bodies);
        assert!(said.starts_with("exit 0\n"), "{}: {said}", recording.name);
        assert!(said.contains("  seed     `seed.zip` imported\n"), "{said}");
    }
}

#[test]
fn a_value_that_the_server_rejects_is_reported_and_what_follows_is_not_imported() {
    let mut reasons = 0;
    for recording in RECORDINGS
        .iter()
        .filter(|one| has(one, "import-export/bad-import"))
    {
        for exchange in imported(recording, "import-export/bad-import") {
            let rejected = exchange.body.as_array().and_then(|all| all.first());
            let Some(rejected) = rejected.filter(|_| exchange.sent["valueType"] == "nodes") else {
                continue;
            };
            let never = json!({"valueType": "relations", "values": [["never sent"]]});
            let bodies = [exchange.sent.clone(), never];
            let said = seeded(recording, "import-export/bad-import", &bodies);
            assert!(said.starts_with("exit 1\n"), "{said}");
            let tried = "could not import `nodes/000001.json` of `FOLDER/seed.zip`: `http://SERVER/rec/dev` rejected ";
            assert!(said.contains(tried), "{said}");
            let why = rejected.as_str().or(rejected["message"].as_str());
            let why = why.and_then(|why| why.trim().lines().next());
            assert!(said.contains(why.expect("a reason")), "{said}");
            reasons += 1;
        }
    }
    assert!(reasons > 10, "{reasons}");
}
