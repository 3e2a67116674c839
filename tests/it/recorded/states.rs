//! A deployment to a service whose migration hangs for ever.

use super::project::Project;
use crate::support::replay::{Recording, Replay};
use serde_json::json;
use std::sync::Arc;

#[test]
fn a_migration_that_hangs_keeps_the_next_deployment_waiting() {
    for name in ["1.1.3-mysql", "1.8.4-mysql", "1.8.4-postgres"] {
        let recording = Arc::new(Recording::with_state("in-progress", name));
        let replay = Replay::start(&recording, "state/while it hung");
        replay.go_to(1);
        let project = Project::new(&replay.url());
        let types = "type User {\n  id: ID! @unique\n}\n";
        project.write(&json!({"name": "blog", "stage": "dev", "types": types}));
        let said = project.run(
            &["deploy", "--force", "--wait-timeout", "1s"],
            replay.port(),
        );
        assert!(said.starts_with("exit 7\n"), "{name}: {said}");
        let waiting = said.contains("another deployment is in progress, waiting");
        assert!(waiting, "{name}: {said}");
        assert_eq!(replay.unrecorded(), [""; 0], "{name}: {said}");
    }
}
