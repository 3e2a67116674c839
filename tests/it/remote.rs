//! Engines on other machines: which host things refer to, and what is said before anything is done.

mod compose;

use crate::support::text::without_diffs;
use crate::support::{Sandbox, same};

/// What a context is to docker: a file under the hash of its name.
fn context(s: &Sandbox, name: &str, engine: &str) {
    s.write(
        &format!("home/.docker/contexts/meta/{name}-hash/meta.json"),
        &format!(r#"{{"Name": "{name}", "Metadata": {{}}, "Endpoints": {{"docker": {engine}}}}}"#),
    );
}

const CONTEXT: &str = r#"{"Host": "tcp://192.0.2.30:2375", "SkipTLSVerify": false}"#;

#[test]
fn the_host_follows_the_engine_in_use() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "localhost"),
        (&[("DOCKER_HOST", "")], "localhost"),
        (&[("DOCKER_HOST", "unix:///run/x.sock")], "localhost"),
        (&[("DOCKER_HOST", "tcp://127.0.0.1:2375")], "localhost"),
        (&[("DOCKER_HOST", "tcp://[::1]:2375")], "localhost"),
        (&[("DOCKER_HOST", "ssh://me@localhost:22")], "localhost"),
        (&[("DOCKER_HOST", "tcp://192.0.2.7:2376")], "192.0.2.7"),
        (&[("DOCKER_HOST", "192.0.2.7")], "192.0.2.7"),
        (
            &[("DOCKER_HOST", "tcp://[2001:db8::1]:2376")],
            "[2001:db8::1]",
        ),
        (
            &[("DOCKER_HOST", "ssh://me@192.0.2.7:2222/run/d.sock")],
            "192.0.2.7",
        ),
        (
            &[("DOCKER_HOST", "ssh://me@[2001:db8::1]:22")],
            "[2001:db8::1]",
        ),
        // docker-machine's.
        (
            &[
                ("DOCKER_HOST", "tcp://192.0.2.99:2376"),
                ("DOCKER_TLS_VERIFY", "1"),
                ("DOCKER_CERT_PATH", "/certs"),
                ("DOCKER_MACHINE_NAME", "default"),
            ],
            "192.0.2.99",
        ),
        (&[("DOCKER_CONTEXT", "far")], "192.0.2.30"),
        (&[("DOCKER_CONTEXT", "default")], "localhost"),
        (&[("DOCKER_CONTEXT", "here")], "localhost"),
        // The variable comes before the context, and that before the configuration.
        (
            &[
                ("DOCKER_CONTEXT", "far"),
                ("DOCKER_HOST", "tcp://192.0.2.7:1"),
            ],
            "192.0.2.7",
        ),
        (&[("current", "far")], "192.0.2.30"),
        (
            &[("current", "far"), ("DOCKER_CONTEXT", "default")],
            "localhost",
        ),
        (
            &[("current", "far"), ("DOCKER_CONTEXT", "other")],
            "192.0.2.31",
        ),
        (
            &[("current", "far"), ("DOCKER_HOST", "unix:///x")],
            "localhost",
        ),
        (&[("current", "default")], "localhost"),
        (
            &[("current", "far"), ("DOCKER_CONFIG", "/nowhere")],
            "localhost",
        ),
    ];
    for (variables, host) in cases {
        let mut s = Sandbox::new();
        context(&s, "far", CONTEXT);
        context(&s, "other", r#"{"Host": "ssh://me@192.0.2.31"}"#);
        context(&s, "here", r#"{"Host": "unix:///run/x.sock"}"#);
        for (name, value) in *variables {
            match *name {
                "current" => s.write(
                    "home/.docker/config.json",
                    &format!(r#"{{"currentContext": "{value}"}}"#),
                ),
                name => s.set(name, value),
            }
        }
        let ended = s.run("local start {ports} --no-wait --dry-run");
        let saved = format!(
            "would save    cluster `local` (http://{host}:<port>) in ~/.prisma/config.yml\n"
        );
        assert!(
            without_diffs(&ended.stdout).ends_with(&saved),
            "{variables:?}: {ended:?}"
        );
        let warned = ended.stderr.contains("not encrypted");
        assert_eq!(warned, *host != "localhost", "{variables:?}: {ended:?}");
    }
}

#[test]
fn a_malformed_engine_is_told_before_docker_is_asked() {
    let hint = "hint: use e.g. `tcp://HOST:2375` or `ssh://USER@HOST`, or unset it to use this machine's engine\n";
    for (value, shown, why) in [
        (
            "http://192.0.2.7:2375",
            "http://192.0.2.7:2375",
            "use `tcp` instead of `http`",
        ),
        (
            "tcp://192.0.2.7:port",
            "tcp://192.0.2.7:port",
            "the port must be between 1 and 65535",
        ),
        (
            "/run/docker.sock",
            "/run/docker.sock",
            "write a socket as `unix:///path`",
        ),
        (
            "ssh://me:s3cret@192.0.2.7",
            "ssh://********@192.0.2.7",
            "it must not contain a password: ssh uses a key or prompts for one",
        ),
    ] {
        let mut s = Sandbox::with_cluster();
        s.set("DOCKER_HOST", value);
        let error = format!("error: `DOCKER_HOST` is `{shown}`, which is invalid: {why}\n{hint}");
        for verb in ["start", "stop", "ps", "logs"] {
            s.run(&format!("local {verb}")).is(3, "", &error);
        }
        s.ran("");
    }
    let mut s = Sandbox::with_cluster();
    context(&s, "odd", r#"{"Host": "foo://x"}"#);
    s.set("DOCKER_CONTEXT", "odd");
    s.run("local start").is(
        3,
        "",
        "error: the address of docker context `odd` is `foo://x`, which is invalid: `foo` is not one of `unix`, `tcp` and `ssh`\n\
         hint: fix it: `docker context update odd --docker host=…`\n",
    );
    s.set("DOCKER_CONTEXT", "gone");
    let none = "which does not exist\n\
         hint: list them with `docker context ls`, and choose one with `docker context use NAME`\n";
    s.run("local start").is(
        3,
        "",
        &format!("error: `DOCKER_CONTEXT` names the docker context `gone`, {none}"),
    );
    s.unset("DOCKER_CONTEXT");
    s.write("home/.docker/config.json", r#"{"currentContext": "gone"}"#);
    s.run("local start").is(
        3,
        "",
        &format!("error: `currentContext` in ~/.docker/config.json names the docker context `gone`, {none}"),
    );
    // What docker cannot read it ignores, and so do we.
    s.write("home/.docker/config.json", "{");
    s.run("local start").succeeds();
}

#[test]
fn what_would_be_out_of_reach_is_said_before_anything_is_done() {
    let mut s = Sandbox::new();
    let before = s.files();
    s.set("DOCKER_HOST", "ssh://me@192.0.2.7:2222");
    s.run("local start {ports} --bind 127.0.0.1").is(
        1,
        "",
        "error: could not start cluster `local`: it would not be reachable from here: its ports are bound to 127.0.0.1 on `192.0.2.7`\n\
         hint: publish them on all addresses there: `prisma local start --bind 0.0.0.0`\n\
         hint: or start it with `--no-wait`, and forward the ports: `ssh -N -L <port>:127.0.0.1:<port> \
         -L <db-port>:127.0.0.1:<db-port> ssh://me@192.0.2.7:2222`\n",
    );
    s.set("DOCKER_HOST", "tcp://[2001:db8::1]:2375");
    s.run("local start {ports}").is(
        1,
        "",
        "error: could not start cluster `local`: it would not be reachable from here: its ports are published on IPv4 \
         addresses only, and `[2001:db8::1]` has only IPv6 addresses\n\
         hint: publish them on all addresses: `prisma local start --bind ::`\n",
    );
    s.set("DOCKER_HOST", "ssh://no-such-alias.invalid");
    s.run("local start {ports}").is(
        1,
        "",
        "error: could not start cluster `local`: it would not be reachable from here: its machine `no-such-alias.invalid` cannot be \
         found by that name\n\
         hint: if `no-such-alias.invalid` is an alias in your ssh configuration, which only ssh can resolve, name the machine \
         itself, `DOCKER_HOST=ssh://USER@HOST`, or add `no-such-alias.invalid` to /etc/hosts\n",
    );
    assert_eq!(s.take_acts(), "");
    assert_eq!(s.changes_since(&before), "");
}

#[test]
fn the_loopback_of_another_machine_ends_here_in_a_tunnel() {
    let mut s = Sandbox::new();
    s.set("DOCKER_HOST", "tcp://192.0.2.7:2376");
    s.set("DOCKER_TLS_VERIFY", "1");
    let ended = s.run("local start {ports} --bind 127.0.0.1 --no-wait");
    same(
        "the warning",
        &ended.stderr,
        "warning: cluster `local` will not be reachable from here: its ports are bound to 127.0.0.1 on `192.0.2.7`\n\
         hint: forward the ports: `ssh -N -L <port>:127.0.0.1:<port> -L <db-port>:127.0.0.1:<db-port> USER@192.0.2.7`\n\
         starting the containers\n",
    );
    assert!(
        ended
            .stdout
            .contains("endpoint     http://localhost:<port>\n"),
        "{ended:?}"
    );
    assert!(
        s.read("home/.prisma/config.yml")
            .contains("host: 'http://localhost:")
    );
}

/// The variable was set in another shell: this machine's engine knows nothing of that cluster.
#[test]
fn a_cluster_of_another_engine_is_not_taken_for_this_ones() {
    let mut s = Sandbox::with_cluster();
    let entry = |host: &str| format!("clusters:\n  local:\n    host: http://{host}:{}\n", s.port);
    s.write("home/.prisma/config.yml", &entry("192.0.2.7"));
    s.set_private("home/.prisma/config.yml");
    let at_home = entry("localhost");
    let told = "error: the registry says cluster `local` is at http://192.0.2.7:<port>, but the Docker engine in use (this machine) \
         has no containers of it\n\
         hint: use that machine's engine: `DOCKER_HOST=ssh://USER@192.0.2.7`, or its docker context\n\
         hint: or use another name here: `-n NAME`\n\
         hint: or, if it no longer exists, remove it from the registry: `prisma cluster remove local`\n";
    for verb in [
        "start",
        "stop",
        "restart",
        "upgrade",
        "nuke --yes",
        "ps",
        "logs",
        "delete --yes",
    ] {
        s.run(&format!("local {verb}")).is(1, "", told);
    }
    s.write("home/.prisma/config.yml", &at_home);
    s.set("DOCKER_HOST", "tcp://192.0.2.9:2375");
    s.run("local stop").is(
        1,
        "",
        "error: the registry says cluster `local` is at http://localhost:<port>, but the Docker engine in use (`192.0.2.9`) \
         has no containers of it\n\
         hint: use this machine's engine: unset `DOCKER_HOST`\n\
         hint: or use another name here: `-n NAME`\n\
         hint: or, if it no longer exists, remove it from the registry: `prisma cluster remove local`\n",
    );
    assert_eq!(s.take_acts(), "");
    s.run("cluster remove local --yes").succeeds();
    s.run("local start --no-wait").succeeds();
    assert!(
        s.read("home/.prisma/config.yml")
            .contains("host: 'http://192.0.2.9:")
    );
}

/// A virtual machine that got another address: its containers are there, so the entry follows.
#[test]
fn the_entry_follows_a_machine_that_moved() {
    let mut s = Sandbox::new();
    s.set("DOCKER_HOST", "tcp://192.0.2.7:2375");
    s.run("local start {ports} --no-wait").succeeds();
    s.set("DOCKER_HOST", "tcp://192.0.2.8:2375");
    s.run("local start --no-wait").succeeds();
    let registry = s.read("home/.prisma/config.yml");
    assert!(
        registry.contains("host: 'http://192.0.2.8:"),
        "{}",
        s.plain(&registry)
    );
    // A name is its owner's choice.
    s.write(
        "home/.prisma/config.yml",
        &registry.replace("192.0.2.8", "box.invalid"),
    );
    s.run("local start --no-wait").succeeds();
    assert!(
        s.read("home/.prisma/config.yml")
            .contains("host: 'http://box.invalid:")
    );
}

/// Bound to its loopback it would be out of reach.
#[test]
fn open_ports_of_another_machine_have_another_remedy() {
    let mut s = Sandbox::with_cluster();
    s.set("DOCKER_HOST", "ssh://me@192.0.2.7");
    // Unlike others this test is about the warning that each start gives.
    let stderr = s.begin("local start --no-wait").end().stderr;
    let hint = "hint: publish on a private address of that machine with `prisma local start --bind ADDRESS`; to silence \
                this, set `bind: ";
    assert!(stderr.contains(hint), "{stderr}");
}
