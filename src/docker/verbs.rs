//! The docker and docker-compose commands that this program runs.

use super::{Compose, Tools};
use crate::cluster::files::{COMPOSE, OVERRIDE};
use crate::plan::Action;
use crate::process::Invocation;
use crate::secret::Secret;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A whole `up`, `pull` or `down`, which may download hundreds of megabytes over a slow connection. It
/// only keeps a dead engine from blocking the command forever.
const LONG: Duration = Duration::from_secs(30 * 60);
/// `stop` and `kill`: docker gives a container 10 seconds by default.
const STOP: Duration = Duration::from_secs(120);
/// A registry that accepts connections but never answers produces no output at all; with two dead
/// name servers the first output takes 35 seconds.
const REGISTRY_SILENCE: Duration = Duration::from_secs(90);

/// A compose project as this program runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Project name: the cluster's.
    pub name: String,
    /// Folder of the compose files.
    pub folder: PathBuf,
    /// Whether there is a `docker-compose.override.yml`.
    pub overridden: bool,
    /// Exact values for the variables in the compose file. They win over `.env`.
    pub env: Vec<(String, Secret)>,
}

/// What part of the logs to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogOptions {
    /// Keep printing new lines.
    pub follow: bool,
    /// Only this many of the last lines; `all` or a number.
    pub tail: Option<String>,
    /// Only what is newer: a time or a duration, as docker understands it.
    pub since: Option<String>,
    /// Put the time in front of each line.
    pub timestamps: bool,
}

impl LogOptions {
    /// As flags, which docker and docker-compose spell alike.
    fn flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        if self.follow {
            flags.push("--follow".to_owned());
        }
        if self.timestamps {
            flags.push("--timestamps".to_owned());
        }
        for (flag, value) in [("--tail", &self.tail), ("--since", &self.since)] {
            if let Some(value) = value {
                flags.extend([flag.to_owned(), value.clone()]);
            }
        }
        flags
    }
}

impl Tools {
    fn docker(&self, args: &[&str]) -> Invocation {
        Invocation::new(&self.docker, args.iter().copied())
    }

    /// The ids of all containers of a project, running or not, one a line. Containers of
    /// `docker-compose run` belong to no service and are left out.
    pub fn container_ids(&self, project: &str) -> Invocation {
        let project = format!("label=com.docker.compose.project={project}");
        let service = "label=com.docker.compose.oneoff=False";
        self.docker(&[
            "ps",
            "-aq",
            "--no-trunc",
            "--filter",
            &project,
            "--filter",
            service,
        ])
    }

    /// The ids of all containers that docker-compose created from the files of a folder, one a line.
    pub fn containers_of_folder(&self, folder: &Path) -> Invocation {
        let folder = folder.display();
        let label = format!("label=com.docker.compose.project.working_dir={folder}");
        self.docker(&["ps", "-aq", "--no-trunc", "--filter", &label])
    }

    /// Everything docker knows about some containers, as one JSON array.
    pub fn inspect(&self, ids: &[String]) -> Invocation {
        let mut invocation = self.docker(&["inspect", "--type", "container"]);
        invocation.args.extend_from_slice(ids);
        invocation
    }

    /// The names of a project's volumes, one a line.
    pub fn volumes(&self, project: &str) -> Invocation {
        let project = format!("label=com.docker.compose.project={project}");
        self.docker(&["volume", "ls", "-q", "--filter", &project])
    }

    /// The names of all volumes, one a line.
    pub fn all_volumes(&self) -> Invocation {
        self.docker(&["volume", "ls", "-q"])
    }

    /// The names of the containers that mount a volume, running or not, one a line.
    pub fn users_of_volume(&self, volume: &str) -> Invocation {
        let volume = format!("volume={volume}");
        self.docker(&["ps", "-a", "--filter", &volume, "--format", "{{.Names}}"])
    }

    /// The containers that publish a port, as `NAME\tPROJECT` lines.
    pub fn publishers(&self, port: u16) -> Invocation {
        let publish = format!("publish={port}");
        let format = "{{.Names}}\t{{.Label \"com.docker.compose.project\"}}";
        self.docker(&["ps", "--filter", &publish, "--format", format])
    }

    /// The compose projects of all containers, running or not, as `PROJECT\tSTATUS\tID` lines.
    pub fn projects(&self) -> Invocation {
        let label = "label=com.docker.compose.project";
        let format = "{{.Label \"com.docker.compose.project\"}}\t{{.Status}}\t{{.ID}}";
        self.docker(&["ps", "-a", "--filter", label, "--format", format])
    }

    /// Versions of the client and the engine, as JSON; without an engine, only the client's.
    pub fn version(&self) -> Invocation {
        self.docker(&["version", "--format", "{{json .}}"])
    }

    /// What the engine says about itself and its machine, as JSON.
    pub fn info(&self) -> Invocation {
        self.docker(&["info", "--format", "{{json .}}"])
    }

    /// The images on the engine, as `NAME:TAG` lines.
    pub fn images(&self) -> Invocation {
        self.docker(&["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"])
    }

    /// The compose projects of all containers, the folders they were created in and their ids, as `PROJECT\tFOLDER\tID`
    /// lines. Containers of `docker-compose run` are left out.
    pub fn origins(&self) -> Invocation {
        let service = "label=com.docker.compose.oneoff=False";
        let format = "{{.Label \"com.docker.compose.project\"}}\t{{.Label \"com.docker.compose.project.working_dir\"}}\t{{.ID}}";
        self.docker(&[
            "ps",
            "-a",
            "--no-trunc",
            "--filter",
            service,
            "--format",
            format,
        ])
    }

    /// The version of docker's compose plugin, whichever compose is in use.
    pub fn plugin_version(&self) -> Invocation {
        self.docker(&["compose", "version", "--short"])
    }

    /// `docker stop` of some containers.
    pub fn stop(&self, ids: &[String]) -> Action {
        let mut invocation = self.docker(&["stop"]);
        invocation.args.extend_from_slice(ids);
        Action::new(invocation.limit(STOP))
    }

    /// `docker exec` of a shell command in a container, with its arguments.
    pub fn exec(&self, id: &str, command: &str, args: &[&str]) -> Invocation {
        let mut invocation = self.docker(&["exec", id, "/bin/sh", "-c", command]);
        if !args.is_empty() {
            // The name of the command, before its first argument.
            invocation.args.push("sh".to_owned());
            invocation
                .args
                .extend(args.iter().map(|&arg| arg.to_owned()));
        }
        invocation
    }

    /// The same for a command that changes something.
    pub fn exec_change(&self, id: &str, command: &str, args: &[&str]) -> Action {
        Action::new(self.exec(id, command, args))
    }

    /// `docker rm` of stopped containers; their named volumes are kept.
    pub fn remove(&self, ids: &[String]) -> Action {
        let mut invocation = self.docker(&["rm"]);
        invocation.args.extend_from_slice(ids);
        Action::new(invocation)
    }

    /// `docker volume rm -f` of volumes, which may not exist.
    pub fn remove_volumes(&self, names: &[String]) -> Action {
        let mut invocation = self.docker(&["volume", "rm", "-f"]);
        invocation.args.extend_from_slice(names);
        Action::new(invocation)
    }

    /// `docker network prune` for a project: removes its unused networks.
    pub fn prune_networks(&self, project: &str) -> Action {
        let project = format!("label=com.docker.compose.project={project}");
        Action::new(self.docker(&["network", "prune", "-f", "--filter", &project]))
    }

    /// `docker-compose stop`.
    pub fn stop_project(&self, project: &Project) -> Action {
        Action::new(self.compose(project, &["stop"]).limit(STOP))
    }

    /// `docker-compose pull`.
    pub fn pull_project(&self, project: &Project) -> Action {
        let mut invocation = self.compose(project, &["pull"]).limit(LONG);
        invocation.silence_limit = Some(REGISTRY_SILENCE);
        Action::new(invocation)
    }

    /// `docker pull` of one image.
    pub fn pull(&self, image: &str) -> Action {
        let mut invocation = self.docker(&["pull", image]).limit(LONG);
        invocation.silence_limit = Some(REGISTRY_SILENCE);
        Action::new(invocation)
    }

    /// The ids of images, one a line, in their order.
    pub fn image_ids(&self, images: &[String]) -> Invocation {
        let mut invocation = self.docker(&["image", "inspect", "--format", "{{.Id}}"]);
        invocation.args.extend_from_slice(images);
        invocation
    }

    /// `docker save` of images, to its standard output.
    pub fn save(&self, images: &[String]) -> Action {
        let mut invocation = self.docker(&["save"]).limit(LONG);
        invocation.args.extend_from_slice(images);
        Action::new(invocation)
    }

    /// `docker load` of a file.
    pub fn load(&self, file: &Path) -> Action {
        let file = file.to_string_lossy();
        Action::new(self.docker(&["load", "-i", &file]).limit(LONG))
    }

    /// `docker logs` of one container.
    pub fn logs(&self, id: &str, options: &LogOptions) -> Invocation {
        let mut invocation = self.docker(&["logs"]);
        invocation.args.extend(options.flags());
        invocation.args.push(id.to_owned());
        reading(invocation)
    }

    /// `docker-compose logs`. v1 does not support `since`.
    pub fn logs_project(&self, project: &Project, options: &LogOptions, color: bool) -> Invocation {
        let mut verb = vec!["logs".to_owned()];
        if !color {
            verb.push("--no-color".to_owned());
        }
        verb.extend(options.flags());
        let verb: Vec<&str> = verb.iter().map(String::as_str).collect();
        reading(self.compose(project, &verb))
    }

    /// The version of docker-compose alone, for example `1.29.2`. v1 takes a third of a second.
    pub fn compose_version(&self) -> Invocation {
        self.compose_command(&["version", "--short"])
    }

    /// `docker-compose up -d --remove-orphans`. `recreate`: containers are recreated even if nothing has changed
    /// but the folder, which only their labels name.
    ///
    /// It may print nothing for `patience`, if that is limited: pulling images takes its time, but says so.
    pub fn up(&self, project: &Project, recreate: bool, patience: Option<Duration>) -> Action {
        // Detached, as this command must end. Orphans are removed because a service that is no longer
        // in the compose file would keep its ports and names.
        let mut verb = vec!["up", "-d", "--remove-orphans"];
        if recreate {
            verb.push("--force-recreate");
        }
        let mut invocation = self.compose(project, &verb).limit(LONG);
        invocation.idle_limit = patience;
        Action::new(invocation)
    }

    /// `docker-compose kill`.
    pub fn kill(&self, project: &Project) -> Action {
        Action::new(self.compose(project, &["kill"]).limit(STOP))
    }

    /// `docker-compose down -v --remove-orphans`: deletes containers, networks and volumes.
    pub fn down(&self, project: &Project) -> Action {
        Action::new(
            self.compose(project, &["down", "-v", "--remove-orphans"])
                .limit(LONG),
        )
    }

    fn compose(&self, project: &Project, verb: &[&str]) -> Invocation {
        let file = |name: &str| project.folder.join(name).to_string_lossy().into_owned();
        let (compose, extra) = (file(COMPOSE), file(OVERRIDE));
        // Name, files and folder are all given: nothing may depend on the current directory.
        // With -f, compose does not look for an override by itself.
        let mut args = vec!["-p", &project.name, "-f", &compose];
        if project.overridden {
            args.extend(["-f", &extra]);
        }
        let folder = project.folder.to_string_lossy();
        args.extend(["--project-directory", &folder]);
        args.extend(verb);
        self.compose_command(&args).env(project.env.clone())
    }

    fn compose_command(&self, args: &[&str]) -> Invocation {
        let invocation = match &self.compose {
            Compose::Standalone(program) => Invocation::new(program, args.iter().copied()),
            Compose::Plugin(docker) => {
                Invocation::new(docker, ["compose"].iter().chain(args).copied())
            }
        };
        invocation.env(self.env.clone()).without(&self.withheld)
    }
}

/// Logs are read at the pace of their reader, in a pager for hours.
fn reading(logs: Invocation) -> Invocation {
    logs.limit(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Env;
    use crate::process::{Outcome, Recorder};

    fn tools(compose: Compose) -> Tools {
        let env = Env::from([("PRISMA_DOCKER", "docker"), ("COMPOSE_FILE", "/x.yml")]);
        let runner = Recorder::new(|_| Outcome::default());
        let mut found = Tools::find_docker(&env, &runner).expect("found");
        found.compose = compose;
        found
    }

    fn project() -> Project {
        Project {
            name: "local".into(),
            folder: "/p".into(),
            overridden: false,
            env: vec![("A".into(), "b".into())],
        }
    }

    #[test]
    fn compose_gets_project_files_and_folder() {
        let up = tools(Compose::Standalone("docker-compose".into())).up(&project(), false, None);
        assert_eq!(
            up.to_string(),
            "docker-compose -p local -f /p/docker-compose.yml --project-directory /p up -d --remove-orphans"
        );
        let up = tools(Compose::Standalone("docker-compose".into())).compose(&project(), &["up"]);
        assert_eq!(
            (up.env, up.without),
            (project().env, vec!["COMPOSE_FILE".to_owned()])
        );
        let overridden = Project {
            overridden: true,
            ..project()
        };
        let down = tools(Compose::Plugin("docker".into())).down(&overridden);
        assert_eq!(
            down.to_string(),
            "docker compose -p local -f /p/docker-compose.yml -f /p/docker-compose.override.yml \
             --project-directory /p down -v --remove-orphans"
        );
    }

    #[test]
    fn log_options_become_flags() {
        let options = LogOptions {
            follow: true,
            tail: Some("5".into()),
            since: Some("10m".into()),
            timestamps: true,
        };
        let tools = tools(Compose::Plugin("docker".into()));
        assert_eq!(
            tools.logs("abc", &options).to_string(),
            "docker logs --follow --timestamps --tail 5 --since 10m abc"
        );
        assert_eq!(
            tools.logs("abc", &LogOptions::default()).to_string(),
            "docker logs abc"
        );
    }
}
