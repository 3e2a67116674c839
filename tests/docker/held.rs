//! What comes to its end only when a trial says so. A command that waits for it cannot be over before a signal reaches it,
//! however busy the machine is.

use crate::cluster::Cluster;
use crate::ran::Ran;
use crate::run::Run;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

impl Cluster {
    /// What an override says so that the database waits for [`Cluster::release`].
    pub const HELD: &'static str = "entrypoint: ['/tini', '--', '/bin/sh', '-c', \
        'until [ -e /released ]; do sleep 0.1; done; exec /entrypoint.sh \"$$@\"', 'sh']";
    /// The same for the server.
    pub const HELD_SERVER: &'static str = "entrypoint: ['/tini', '--', '/bin/sh', '-c', \
        'until [ -e /released ]; do sleep 0.1; done; exec /usr/bin/python3 -m standin']";

    /// Lets a held container start.
    #[track_caller]
    pub fn release(&self, service: &str) {
        let id = self.container(service).id;
        self.rig.docker(["exec", &id, "touch", "/released"]);
    }

    /// Holds a container again, from its next start on.
    #[track_caller]
    pub fn hold(&self, service: &str) {
        let id = self.container(service).id;
        self.rig.docker(["exec", &id, "rm", "/released"]);
    }

    /// Runs a command that waits for a held server, and lets that start.
    #[track_caller]
    pub fn released(&self, server: &str, command: &Run) -> Ran {
        let mut running = command.start();
        running.says("waiting for the server");
        self.release(server);
        running.finish().succeeded()
    }

    /// Changes of the cluster registry wait (20 s) until this is dropped.
    #[track_caller]
    pub fn hold_registry(&self) -> File {
        let lock = self.registry().with_extension("yml.lock");
        let lock = File::options().write(true).open(lock).expect("was used");
        lock.lock().expect("can lock it");
        lock
    }

    /// The command with a `docker` that pulls an image and then waits for ever. Its end ends what it runs.
    #[track_caller]
    pub fn pulls_for_ever(&self, image: &str, folder: &Path, command: Run) -> Run {
        let path = std::env::var("PATH").unwrap_or_default();
        let script = format!(
            "#!/bin/sh\nPATH='{path}'\n[ \"$1 $2\" = 'pull {image}' ] || exec docker \"$@\"\n\
             docker \"$@\" & pull=$!\ntrap 'kill $pull; exit 143' TERM\nwait $pull\nwhile :; do sleep 0.1; done\n"
        );
        let docker = folder.join("docker");
        fs::write(&docker, script).expect("can write");
        fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).expect("can change it");
        command.env("PATH", format!("{}:{path}", folder.display()))
    }
}
