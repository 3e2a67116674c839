//! How many child processes a verb needs at most: each takes longer than all that this program does itself.

use crate::support::Sandbox;

fn children(s: &Sandbox, verb: &str) -> Vec<String> {
    s.forget();
    s.run(verb);
    s.take_calls().lines().map(str::to_owned).collect()
}

#[test]
fn each_verb_starts_few() {
    let s = Sandbox::with_running_cluster();
    for (verb, most) in [
        ("local ps", 2),
        ("local start", 5),
        ("local restart", 5),
        ("local nuke", 8),
        ("local logs", 4),
        ("doctor", 7),
        ("local stop", 3),
    ] {
        let calls = children(&s, verb);
        assert!(calls.len() <= most, "{verb}: {calls:#?}");
    }
}

/// With a thousand clusters it was a thousand at once.
#[test]
fn doctor_asks_about_all_clusters_in_two_questions() {
    let s = Sandbox::with_running_cluster();
    let alone = children(&s, "doctor").len();
    for number in 0..20 {
        s.write(
            &format!("home/.prisma/clusters/c{number}/cluster.yml"),
            &format!("port: {}\n", 24000 + number),
        );
    }
    let calls = children(&s, "doctor");
    for question in ["docker ps", "docker inspect"] {
        let asked = calls.iter().filter(|call| call.starts_with(question));
        assert_eq!(asked.count(), 1, "{calls:#?}");
    }
    assert_eq!(calls.len(), alone, "{calls:#?}");
}
