//! What docker-compose is told of the engine in use.

use super::{CONTEXT, context};
use crate::support::{Sandbox, same};

/// docker-compose 1 knows no `DOCKER_CONTEXT` and wants addresses in full.
#[test]
fn compose_is_told_the_engine_of_a_context() {
    let of_docker = |s: &Sandbox| -> String {
        let calls = s.engine.take_calls();
        let up = calls.last().expect("was called");
        let names = up
            .env
            .iter()
            .filter(|(name, _)| name.starts_with("DOCKER_"));
        let lines: String = names
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect();
        s.plain(&lines)
    };
    let started = |s: &Sandbox| {
        s.run("local start {ports} --no-wait").succeeds();
        of_docker(s)
    };
    let mut s = Sandbox::new();
    context(&s, "far", CONTEXT);
    s.set("DOCKER_CONTEXT", "far");
    s.set("DOCKER_CERT_PATH", "/stray");
    same(
        "a context without TLS",
        &started(&s),
        "DOCKER_CERT_PATH=\nDOCKER_CONTEXT=\nDOCKER_HOST=tcp://192.0.2.30:2375\nDOCKER_TLS_VERIFY=\n",
    );

    let mut s = Sandbox::new();
    context(&s, "far", r#"{"Host": "tcp://192.0.2.30"}"#);
    for file in ["ca.pem", "cert.pem", "key.pem"] {
        s.write(
            &format!("home/.docker/contexts/tls/far-hash/docker/{file}"),
            "",
        );
    }
    s.set("DOCKER_CONTEXT", "far");
    same(
        "a context with TLS",
        &started(&s),
        "DOCKER_CERT_PATH=~/.docker/contexts/tls/far-hash/docker
DOCKER_CONTEXT=
\
         DOCKER_HOST=tcp://192.0.2.30:2376
DOCKER_TLS_VERIFY=1
",
    );

    let mut s = Sandbox::new();
    s.set("DOCKER_HOST", "192.0.2.7");
    same(
        "in full",
        &started(&s),
        "DOCKER_HOST=tcp://192.0.2.7:2375\n",
    );

    // The plugin is told by docker itself.
    let mut s = Sandbox::new();
    std::fs::remove_file(s.path("bin/docker-compose")).expect("is there");
    s.engine.plugin();
    context(&s, "far", CONTEXT);
    s.set("DOCKER_CONTEXT", "far");
    same("the plugin", &started(&s), "DOCKER_CONTEXT=far\n");
}

/// It would work on this machine's engine instead.
#[test]
fn docker_compose_1_is_refused_where_it_cannot_be_told_the_engine() {
    let mut s = Sandbox::with_cluster();
    context(&s, "far", CONTEXT);
    s.write("home/.docker/contexts/tls/far-hash/docker/cert.pem", "");
    s.set("DOCKER_CONTEXT", "far");
    s.engine.generation("1.29.2");
    for verb in ["start --no-wait", "nuke --yes", "delete --yes"] {
        s.run(&format!("local {verb}")).is(
            3,
            "",
            "error: docker-compose 1.29.2 cannot use the docker context `far`: v1 supports TLS only with verification, with all of `ca.pem`, \
             `cert.pem` and `key.pem`\n\
             hint: use docker-compose v2\n\
             hint: or give the context all three: `docker context update far --docker host=…,ca=…,cert=…,key=…`\n",
        );
    }
    let unchecked = CONTEXT.replace("false", "true");
    context(&s, "far", &unchecked);
    assert_eq!(s.run("local start --no-wait").status, 3);
    assert_eq!(s.take_acts(), "");
    s.engine.generation("2.40.3");
    s.run("local start --no-wait").succeeds();
    let calls = s.engine.take_calls();
    let up = calls.last().expect("was called");
    assert_eq!(
        (up.env.get("DOCKER_HOST"), &*up.env["DOCKER_CONTEXT"]),
        (None, "far")
    );
}
