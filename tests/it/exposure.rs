//! Ports on all interfaces that open with a documented password.

use crate::support::Sandbox;

/// What a run warns of, as it stands on stderr.
fn warning(s: &Sandbox, words: &str) -> String {
    let ended = s.begin(words).end();
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let lines = ended.stderr.lines();
    let lines = lines.filter(|line| line.starts_with("warning") || line.starts_with("hint"));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    text.replace(&s.path("home").display().to_string(), "~")
        .replace(&s.db_port.to_string(), "<db-port>")
}

const WARNED: &str = "\
warning: port <db-port> (database) is reachable from the network with the documented password
hint: publish on this machine only with `prisma local start --bind 127.0.0.1`; to silence this, set `bind: \"0.0.0.0\"` in ~/.prisma/clusters/local/cluster.yml
";

#[test]
fn every_start_warns_until_the_ports_are_bound() {
    let s = Sandbox::new();
    assert_eq!(warning(&s, "local start {ports}"), WARNED);
    for verb in ["start", "restart", "upgrade", "nuke --yes"] {
        assert_eq!(warning(&s, &format!("local {verb}")), WARNED, "{verb}");
    }
    for verb in ["ps", "stop"] {
        assert_eq!(warning(&s, &format!("local {verb}")), "", "{verb}");
    }
    assert_eq!(warning(&s, "local start --bind 127.0.0.1"), "");
    assert_eq!(warning(&s, "local start"), "", "it is kept");
}

#[test]
fn or_accepted() {
    let s = Sandbox::new();
    s.run("local start {ports}").succeeds();
    let path = "home/.prisma/clusters/local/cluster.yml";
    let config = s.read(path).replace("# bind: ", "bind: \"0.0.0.0\" # ");
    s.write(path, &config);
    assert_eq!(warning(&s, "local start"), "");
}
