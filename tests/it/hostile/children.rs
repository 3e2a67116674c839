//! Programs that leave others behind, hang, or print without end; and files that are nested without end.

use crate::support::{Sandbox, injected};
use std::time::Duration;

/// Far less than what is left behind lives, or a question may take.
const SOON: Duration = Duration::from_secs(15);

#[test]
fn what_a_child_leaves_behind_does_not_hold_us_up() {
    let s = Sandbox::with_running_cluster();
    let calls = ["docker-ps", "docker-inspect", "docker-logs"];
    for call in calls {
        s.engine
            .hook(call, "/bin/sleep 60 &\n/bin/sleep 60 >&2 &\n");
        for words in ["local ps", "local logs", "local stop --dry-run"] {
            let run = s.run(words);
            run.succeeds();
            assert!(run.took < SOON, "{call}, {words}: {:?}", run.took);
        }
        s.engine.unhook(call);
    }
    injected(
        "what_a_child_leaves_behind_does_not_hold_us_up",
        calls.len() * 3,
    );
}

#[test]
fn output_without_end_is_a_failure() {
    let s = Sandbox::with_running_cluster();
    for stream in ["", " >&2"] {
        let script = format!("/bin/cat /dev/zero{stream}\n");
        s.engine.hook("docker-ps", &script);
        let run = s.run("local ps");
        run.fails_with(1);
        assert!(run.stderr.contains("printed more than 64 MiB"), "{run:?}");
    }
    injected("output_without_end_is_a_failure", 2);
}

#[test]
fn containers_that_never_start_are_waited_for_as_long_as_was_said() {
    let s = Sandbox::with_cluster();
    s.engine
        .hook("compose-up", "echo begun >&2\n/bin/sleep 60\n");
    for words in [
        "local start --wait-timeout 1s",
        "local restart --wait-timeout 1s",
    ] {
        let run = s.run(words);
        run.fails_with(5);
        assert!(run.took < SOON, "{words}: {:?}", run.took);
        assert!(run.stderr.contains("within 1s"), "{run:?}");
    }
    injected(
        "containers_that_never_start_are_waited_for_as_long_as_was_said",
        2,
    );
}

#[test]
fn deep_files_are_refused_at_once() {
    let files = [
        ("home/.prisma/clusters/local/cluster.yml", "local ps"),
        ("home/.prisma/config.yml", "cluster list"),
        ("work/prisma.yml", "deploy --dry-run"),
    ];
    for (file, words) in files {
        for deep in ["[", "a: {", "- "] {
            let s = Sandbox::with_cluster();
            s.write(file, &deep.repeat(60_000));
            let run = s.run(words);
            run.fails_with(6);
            assert!(run.took < SOON, "{file}: {:?}", run.took);
            assert!(run.all().len() < 5000, "{}", run.all().len());
        }
    }
    injected("deep_files_are_refused_at_once", files.len() * 3);
}
