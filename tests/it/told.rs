//! What docker and docker-compose of these years say, and what is told of it: cause, remedy, code and status.

use crate::support::Sandbox;
use serde_json::json;

const COMPOSE_V2: &str =
    "install docker-compose v2 (https://docs.docker.com/compose/install/linux/)";

/// A failing `up`.
struct Told<'a> {
    said: &'a str,
    status: i32,
    code: &'a str,
    why: &'a str,
    /// The line that is repeated.
    line: &'a str,
    hint: &'a str,
}

fn check(s: &Sandbox, told: &Told<'_>) {
    s.engine.fail("compose-up", 1, told.said);
    let message = format!("`docker-compose up`: {}:\n  {}", told.why, told.line);
    let hint = told.hint;
    s.run("local start").is(
        told.status,
        "",
        &s.plain(&format!(
            "starting the containers\nerror: {message}\nhint: {hint}\n"
        )),
    );
    let ended = s.run("local start -o json");
    assert_eq!(ended.status, told.status);
    let error = &ended.json()["error"];
    assert_eq!(error["code"], json!(told.code), "{error}");
    assert_eq!(error["exit"], json!(told.status), "{error}");
    assert_eq!(error["message"], json!(message), "{error}");
}

#[test]
fn a_credential_helper_that_is_missing_is_told_with_its_line() {
    let mut s = Sandbox::with_cluster();
    s.write(
        "docker/config.json",
        "{\n  \"auths\": {},\n  \"credsStore\": \"desktop.exe\"\n}\n",
    );
    s.set("DOCKER_CONFIG", s.path("docker"));
    let file = s.path("docker/config.json");
    let hint = format!(
        "remove line 3, `\"credsStore\": \"desktop.exe\"`, from {}; public images need no login",
        file.display()
    );
    for said in [
        "error getting credentials - err: exec: \"docker-credential-desktop.exe\": executable file not found in $PATH, out: ``",
        "Traceback (most recent call last):\n  File \"docker/auth.py\", line 287, in _get_store_instance\n\
         docker.credentials.errors.InitializationError: docker-credential-desktop.exe not installed or not available in PATH",
    ] {
        check(
            &s,
            &Told {
                said,
                status: 1,
                code: "image_unavailable",
                why: "docker cannot run the credential helper `docker-credential-desktop.exe`",
                line: said.lines().last().expect("has one"),
                hint: &hint,
            },
        );
    }
}

#[test]
fn what_programs_of_these_years_say_is_told_right() {
    let s = Sandbox::with_cluster();
    let libraries = format!(
        "{COMPOSE_V2}; or give v1 older libraries: `pip install 'requests<2.30' 'urllib3<2'`"
    );
    let api = format!(
        "{COMPOSE_V2}, or set `COMPOSE_API_VERSION=1.44`, and run the command again; data is kept"
    );
    for told in [
        Told {
            said: "docker.errors.DockerException: Error while fetching server API version: HTTPConnection.request() got an unexpected keyword argument 'chunked'",
            status: 3,
            code: "tool_missing",
            why: "docker-compose v1 does not work with the Python libraries that are installed",
            line: "",
            hint: &libraries,
        },
        Told {
            said: "docker.errors.DockerException: Error while fetching server API version: Not supported URL scheme http+docker",
            status: 3,
            code: "tool_missing",
            why: "docker-compose v1 does not work with the Python libraries that are installed",
            line: "",
            hint: &libraries,
        },
        Told {
            said: "Traceback (most recent call last):\nModuleNotFoundError: No module named 'distutils'",
            status: 3,
            code: "tool_missing",
            why: "docker-compose v1 cannot run: a Python module is missing",
            line: "ModuleNotFoundError: No module named 'distutils'",
            hint: COMPOSE_V2,
        },
        Told {
            said: "ERROR: for prisma  'ContainerConfig'\nTraceback (most recent call last):\nKeyError: 'ContainerConfig'",
            status: 3,
            code: "tool_missing",
            why: "docker-compose v1 cannot recreate containers on this Docker engine",
            line: "KeyError: 'ContainerConfig'",
            hint: &api,
        },
        Told {
            said: "Error response from daemon: Head \"https://registry-1.docker.io/v2/library/mysql/manifests/5.7\": unauthorized: incorrect username or password",
            status: 1,
            code: "image_unavailable",
            why: "the image registry rejects the login that docker has stored",
            line: "",
            hint: "log in again with `docker login`, or remove the login with `docker logout`: public images need none",
        },
        Told {
            said: "open /home/me/.prisma/clusters/local/docker-compose.yml: permission denied",
            status: 1,
            code: "io",
            why: "docker is not allowed to read the cluster's folder",
            line: "",
            hint: "hidden folders are closed to a docker from snap or flatpak: move `~/.prisma` to a folder whose name does \
                   not start with a dot and set `PRISMA_HOME` to it, or install Docker Engine another way",
        },
        Told {
            said: "Error response from daemon: Ports are not available: listen tcp 0.0.0.0:5005: bind: An attempt was made to access a socket in a way forbidden by its access permissions.",
            status: 1,
            code: "port_in_use",
            why: "port 5005 is reserved by the system",
            line: "",
            hint: "choose another with `--port` or `--db-port`; `netsh interface ipv4 show excludedportrange protocol=tcp` lists those reserved",
        },
        Told {
            said: "Error response from daemon: not implemented: media type \"application/vnd.docker.distribution.manifest.v1+prettyjws\" is no longer supported since containerd v2.1",
            status: 1,
            code: "image_unavailable",
            why: "the image is in an old format (manifest schema 1) that this engine does not support",
            line: "",
            hint: "choose another version; or pull it with an older engine and bring it here with `docker save` and `docker load`",
        },
    ] {
        let line = match told.line {
            "" => told.said,
            line => line,
        };
        check(&s, &Told { line, ..told });
    }
}

#[test]
fn the_docker_of_wsl_is_told_from_its_stdout() {
    let s = Sandbox::with_cluster();
    let stub = "cat <<'E'\n\nThe command 'docker' could not be found in this WSL 2 distro.\n\
                We recommend to activate the WSL integration in Docker Desktop settings.\n\n\
                For details about using Docker Desktop with WSL 2, visit:\n\nhttps://docs.docker.com/go/wsl2/\nE\nexit 1\n";
    s.engine.hook("docker-ps", stub);
    s.run("local start").is(
        3,
        "",
        "error: `docker ps`: docker is not set up in this WSL distribution:\n  \
           The command 'docker' could not be found in this WSL 2 distro.\n\
         hint: start Docker Desktop and turn the distribution on in its settings: Resources, WSL integration\n",
    );
    let document = s.run("local ps -o json").json();
    assert_eq!(document["error"]["code"], "tool_missing");
}

#[test]
fn a_failure_nobody_knows_is_told_from_both_streams() {
    let s = Sandbox::with_cluster();
    s.engine.hook(
        "docker-ps",
        "echo 'see https://example.com'; echo oops >&2; exit 7\n",
    );
    s.run("local start").is(
        1,
        "",
        "error: `docker ps -aq --no-trunc --filter label=com.docker.compose.project=local \
         --filter label=com.docker.compose.oneoff=False` failed with status 7:\n  see https://example.com\n  oops\n",
    );
}

#[test]
fn notices_between_ids_are_no_ids() {
    let s = Sandbox::with_running_cluster();
    let before = s.run("local ps").succeeds().stdout.clone();
    for verb in ["ps", "inspect", "volume", "version", "image"] {
        s.engine.hook(
            &format!("docker-{verb}"),
            "echo 'Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.'\n",
        );
    }
    s.engine.hook("compose-version", "echo 'a notice'\n");
    assert_eq!(s.run("local ps").succeeds().stdout, before);
    s.run("local restart").succeeds();
    s.run("local nuke -y").succeeds();
    s.run("local delete -y").succeeds();
    s.engine_has("");
}

#[test]
fn what_docker_says_in_logs_is_no_line_of_a_container() {
    let s = Sandbox::with_running_cluster();
    s.engine.hook(
        "docker-logs",
        "echo '2026-01-02T03:04:05.000000000Z ready to serve'\n\
         printf '2026-01-02T03:04:06.000000000Z 10%%\\r20%%\\n'\n\
         echo 'WARNING: the log was truncated' >&2\nexit 0\n",
    );
    let warning = "warning: `docker logs`: WARNING: the log was truncated\n";
    s.run("local logs").is(
        0,
        "prisma-database | ready to serve\nprisma-db       | ready to serve\n\
         prisma-database | 10%\nprisma-database | 20%\n\
         prisma-db       | 10%\nprisma-db       | 20%\n",
        &warning.repeat(2),
    );
    let ended = s.run("local logs -o json");
    assert_eq!(ended.stderr, warning.repeat(2));
    let lines = &ended.json()["data"]["lines"];
    assert_eq!(lines.as_array().map(Vec::len), Some(6), "{lines}");
    let ended = s.run("local logs -f");
    assert_eq!(ended.stderr, warning.repeat(2));
    assert_eq!(ended.stdout.lines().count(), 6, "{}", ended.stdout);
}
