//! The simulated engine: a folder that the scripts in `fake` work on.
//!
//! - `log`: every call, see [`super::calls`];
//! - `containers/ID`: assignments of shell variables `c_FIELD`, of which the last counts;
//! - `volumes/NAME`: the project it belongs to;
//! - `logs/ID`: lines `TIME out|err TEXT`;
//! - `hooks/NAME`: a script to run at a point: `any`, `docker-VERB`, `compose-VERB` (before), `after-VERB`,
//!   `start-SERVICE` (may set `status`, `exit`, `error`, `crashing`: restarts per look);
//! - `generation`: the version of docker-compose; `plugin`: `docker compose` is installed; `now`: when a
//!   container is made;
//! - `newer/IMAGE`, its `/` and `:` as `_`: there is a newer one under the name;
//! - `serving/PROJECT`, `listening/PROJECT`: between the fake and [`super::server`].

use super::calls::{Call, GS, RS, US, sort_questions, without_polls};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `docker` and `docker-compose` in one script; the parts need each other.
const FAKE: &str = concat!(
    include_str!("fake/engine.sh"),
    include_str!("fake/docker.sh"),
    include_str!("fake/compose.sh"),
    include_str!("fake/answer.sh"),
);

/// The engine's folder.
pub struct Engine(PathBuf);

/// A container to put there by hand, as if somebody else had made it.
pub struct Made<'a> {
    /// A number that becomes the id.
    pub number: u32,
    /// Compose project.
    pub project: &'a str,
    /// Compose service.
    pub service: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its image.
    pub image: &'a str,
    /// `running`, `exited` …
    pub status: &'a str,
    /// Ports as `(inside, address, port)`.
    pub ports: &'a [(u16, &'a str, u16)],
    /// Environment.
    pub env: &'a [(&'a str, &'a str)],
    /// Version of docker-compose that made it; empty for none.
    pub version: &'a str,
}

impl Engine {
    /// A new engine in `folder`.
    pub fn new(folder: PathBuf) -> Engine {
        for name in [
            "containers",
            "volumes",
            "logs",
            "hooks",
            "serving",
            "listening",
            "newer",
        ] {
            fs::create_dir_all(folder.join(name)).expect("a folder");
        }
        Engine(folder)
    }

    /// There is a newer image under a name.
    pub fn newer(&self, image: &str) {
        let name = image.replace(['/', ':'], "_");
        fs::write(self.0.join("newer").join(name), "").expect("a file");
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Installs a fake under a path, whose name says what it is.
    pub fn install(&self, path: &Path) {
        let engine = self.0.to_str().expect("Unicode");
        let script = FAKE
            .replace("@ENGINE@", engine)
            .replace("@US@", &US.to_string())
            .replace("@GS@", &GS.to_string())
            .replace("@RS@", &RS.to_string());
        write_script(path, &script);
    }

    /// Installs a docker-compose that looks like v1: what it asks for is called as Python is.
    pub fn install_v1(&self, path: &Path) {
        let python = self.0.join("python3");
        if !python.exists() {
            std::os::unix::fs::symlink("/bin/sh", &python).expect("links");
        }
        self.install(path);
        let script = fs::read_to_string(path).expect("is there");
        let python = python.to_str().expect("Unicode");
        write_script(path, &script.replacen("/bin/sh", python, 1));
    }

    /// Has `script` run at a point from now on.
    pub fn hook(&self, name: &str, script: &str) {
        fs::write(self.0.join("hooks").join(name), script).expect("writes");
    }

    /// Has a call fail at a point: this text on stderr, this status.
    pub fn fail(&self, name: &str, status: i32, text: &str) {
        let text = text.replace('\'', r"'\''");
        self.hook(
            name,
            &format!("printf '%s\\n' '{text}' >&2\nexit {status}\n"),
        );
    }

    /// Removes a hook.
    pub fn unhook(&self, name: &str) {
        fs::remove_file(self.0.join("hooks").join(name)).expect("is there");
    }

    /// Sets the version of docker-compose: `1.29.2` or `2.40.3`.
    pub fn generation(&self, version: &str) {
        fs::write(self.0.join("generation"), format!("{version}\n")).expect("writes");
    }

    /// Installs the plugin `docker compose`.
    pub fn plugin(&self) {
        fs::write(self.0.join("plugin"), "").expect("writes");
    }

    /// Sets when containers are made from now on.
    pub fn now(&self, time: &str) {
        fs::write(self.0.join("now"), format!("{time}\n")).expect("writes");
    }

    /// Puts a container there.
    pub fn make(&self, made: &Made<'_>) {
        let quote = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let json = |text: &str| serde_json::to_string(text).expect("a text");
        let env: Vec<String> = made
            .env
            .iter()
            .map(|(name, value)| json(&format!("{name}={value}")))
            .collect();
        let ports: Vec<String> = made
            .ports
            .iter()
            .map(|(inside, address, port)| {
                format!(r#""{inside}/tcp":[{{"HostIp":"{address}","HostPort":"{port}"}}]"#)
            })
            .collect();
        let publish: Vec<String> = made
            .ports
            .iter()
            .map(|(_, address, port)| format!("{address}:{port}"))
            .collect();
        let volume = match made.service {
            "prisma-db" | "mysql" => format!("{}_db-persistence", made.project),
            _ => String::new(),
        };
        let fields = [
            ("project", made.project),
            ("service", made.service),
            ("name", made.name),
            ("image", made.image),
            ("status", made.status),
            ("created", "2025-01-01T00:00:00.000000000Z"),
            ("env", &env.join(",")),
            ("ports", &ports.join(",")),
            ("publish", &publish.join(" ")),
            ("version", made.version),
            ("volume", &volume),
            ("config", "somebody else's"),
        ];
        let text: String = fields
            .iter()
            .map(|(name, value)| format!("c_{name}={}\n", quote(value)))
            .collect();
        fs::write(self.0.join("containers").join(id(made.number)), text).expect("writes");
        if !volume.is_empty() {
            fs::write(self.0.join("volumes").join(volume), made.project).expect("writes");
        }
    }

    /// Has whoever plays the server listen for a project whose containers were put there by hand.
    pub fn serve(&self, project: &str, addresses: &str) {
        // In one piece: the thread that plays the server may look at any moment.
        let complete = self.0.join("addresses");
        fs::write(&complete, addresses).expect("writes");
        fs::rename(complete, self.0.join("serving").join(project)).expect("renames");
        let listening = self.0.join("listening").join(project);
        wait_until(&format!("the server of {project} comes up"), || {
            listening.exists()
        });
    }

    /// Removes a container, as `docker rm -f` does.
    pub fn remove(&self, service: &str) {
        let (id, fields) = self.container(service);
        fs::remove_file(self.0.join("containers").join(id)).expect("is there");
        self.silence(&fields["project"]);
    }

    /// Has whoever plays the server stop listening.
    pub fn silence(&self, project: &str) {
        let _ = fs::remove_file(self.0.join("serving").join(project));
        let listening = self.0.join("listening").join(project);
        wait_until(&format!("the server of {project} goes"), || {
            !listening.exists()
        });
    }

    /// Changes a field of a container.
    pub fn change(&self, service: &str, field: &str, value: &str) {
        let (id, _) = self.container(service);
        let path = self.0.join("containers").join(id);
        let mut text = fs::read_to_string(&path).expect("is there");
        text += &format!("c_{field}='{value}'\n");
        fs::write(path, text).expect("writes");
    }

    /// Labels a container as the npm CLI did: its own compose file, in whichever folder the user was.
    pub fn is_of_npm(&self, service: &str) {
        self.change(service, "folder", "/home/me/shop");
        let file = "/usr/lib/node_modules/prisma/node_modules/prisma-cli-core/dist/commands/local/docker/docker-compose.yml";
        self.change(service, "file", file);
    }

    /// Gives a container's log lines `TIME out|err TEXT`.
    pub fn log(&self, service: &str, lines: &str) {
        let (id, _) = self.container(service);
        fs::write(self.0.join("logs").join(id), lines).expect("writes");
    }

    /// The only container of a service: its id and fields.
    pub fn container(&self, service: &str) -> (String, BTreeMap<String, String>) {
        let mut found = self.containers();
        found.retain(|(_, fields)| fields["service"] == service);
        assert_eq!(found.len(), 1, "containers of {service}");
        found.remove(0)
    }

    fn containers(&self) -> Vec<(String, BTreeMap<String, String>)> {
        let files = super::files::Files::of(&self.0.join("containers"));
        let read = |path: &PathBuf| {
            let id = path.to_str().expect("Unicode").to_owned();
            let fields = files.text(&id).lines().filter_map(|line| {
                let (name, value) = line.strip_prefix("c_")?.split_once('=')?;
                let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
                Some((name.to_owned(), value.replace(r"'\''", "'")))
            });
            (id.clone(), fields.collect())
        };
        files.0.keys().map(read).collect()
    }

    /// Containers and volumes, a line each.
    pub fn state(&self) -> String {
        let mut lines: Vec<String> = self
            .containers()
            .iter()
            .map(|(id, c)| {
                let number = id.trim_start_matches('0');
                format!("{} {} {} #{number}\n", c["name"], c["status"], c["image"])
            })
            .collect();
        lines.sort();
        let volumes = super::files::Files::of(&self.0.join("volumes"));
        let names = volumes
            .0
            .keys()
            .map(|name| format!("volume {}\n", name.display()));
        lines.extend(names);
        lines.concat()
    }

    /// The calls since the last time this was asked, without the looks of a wait, questions sorted.
    pub fn take_calls(&self) -> Vec<Call> {
        let mut calls = without_polls(self.take_all_calls());
        sort_questions(&mut calls);
        calls
    }

    /// All calls since the last time this was asked.
    pub fn take_all_calls(&self) -> Vec<Call> {
        let path = self.0.join("log");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        Call::parse_all(&text)
    }

    /// Whether the log says by now that something was called whose words contain these.
    pub fn was_called(&self, words: &str) -> bool {
        let text = fs::read_to_string(self.0.join("log")).unwrap_or_default();
        let calls = Call::parse_all(&text);
        calls.iter().any(|call| call.to_string().contains(words))
    }
}

/// Writes a script that can be run.
pub fn write_script(path: &Path, text: &str) {
    let _alone = super::forks::alone();
    fs::write(path, text).expect("writes");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("chmod");
}

/// Waits until something is true.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..36_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("waited in vain until {what}");
}

/// The id of that number.
pub fn id(number: u32) -> String {
    format!("{number:064x}")
}
