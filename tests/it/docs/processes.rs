//! Tests start processes in one way, see `tests/support/forks.rs`.

use super::root;
use super::versions::rust_files;
use std::fs;

#[test]
fn tests_start_every_process_alone() {
    let folders = ["tests/it", "tests/support"].map(|folder| root().join(folder));
    let mut others = Vec::new();
    for path in folders.iter().flat_map(|folder| rust_files(folder)) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let is_the_way = path.ends_with("support/forks.rs");
        if is_the_way || !text.contains("Command") {
            continue;
        }
        let calls = ["spawn", "output", "status"].map(|name| format!(".{name}()"));
        let found = calls.iter().filter(|call| text.contains(*call));
        others.extend(found.map(|call| format!("{}: {call}", path.display())));
    }
    assert!(
        others.is_empty(),
        "use `support::run::spawn` or `support::output`: {others:#?}"
    );
}
