//! `prisma local …`.

mod args;
mod images;

use super::examples::examples;
use crate::cluster::ClusterName;
pub use args::{
    Eject, History, LogPart, Logs, Name, Nuke, Profile, RequestedPort, Restart, Start, Upgrade,
};
use clap::Subcommand;
pub use images::{Images, Load, Save};

#[derive(Debug, Subcommand)]
pub enum Local {
    /// start a cluster, creating it if it does not exist (docker-compose up -d)
    ///
    /// Stages: check docker, its engine and the ports; write the cluster's files; start the containers;
    /// wait for the database and the server; save the cluster in the registry. A cluster that is already
    /// running as configured is left alone.
    ///
    /// Writes cluster.yml, docker-compose.yml and .env to `~/.prisma/clusters/NAME`, and the entry in
    /// `~/.prisma/config.yml`. Version, database, ports and bind address are saved in cluster.yml, so later
    /// starts need no flags. A generated file that you have edited is overwritten only if you agree; your
    /// version is kept with the ending `.edited`.
    ///
    /// Data is kept in a Docker volume, or in your own database with `--database-url`. After a failed start
    /// the registry and the data are as they were, and you can run the command again. Containers, volumes
    /// and registry entries of the npm CLI are taken over. The clusters of other homes on the same engine are
    /// not, unless you say `--take-over`.
    #[command(after_help = examples(&[
        ("prisma local start", "create or start cluster `local`"),
        ("prisma local start -n staging", "a second cluster with its own ports and data"),
        ("prisma local start --prisma-version 1.2", "another version"),
        ("prisma local start --bind 127.0.0.1", "reachable from this machine only"),
    ]))]
    Start(Box<Start>),
    /// stop a cluster, keeping its data (docker stop)
    ///
    /// Containers, data, files and the registry entry are kept; `prisma local start` starts the cluster
    /// again.
    #[command(after_help = examples(&[
        ("prisma local stop", "data is kept"),
        ("prisma local stop -n staging", ""),
    ]))]
    Stop(Name),
    /// stop a cluster and start it again with the same data
    ///
    /// Starts a stopped cluster, too. Stages, checks and files are those of `prisma local start`; changes
    /// you made to cluster.yml take effect.
    #[command(after_help = examples(&[
        ("prisma local restart", "e.g. after editing cluster.yml"),
    ]))]
    Restart(Restart),
    /// pull newer images, or another version, and restart on them (docker pull, docker-compose up -d)
    ///
    /// Stages: check that the new version can use the cluster's data; pull the images; write the files;
    /// recreate the containers; wait for the database and the server. Nothing is written until the images
    /// are pulled, so if that fails, the cluster keeps running as before; images that the engine already has
    /// are used if the image registry cannot be reached, and with `--no-pull` it is not asked. The new version is saved in cluster.yml.
    ///
    /// Data, database password and ports are kept, also when the edition changes (Prisma 1.7). Prisma 1.27
    /// and later have no key pairs: the cluster then gets a new shared secret. An older version requires
    /// `--force`, as it may not be able to read the data.
    #[command(after_help = examples(&[
        ("prisma local upgrade", "newer images of the current version"),
        ("prisma local upgrade --to 1.2", "another version"),
        ("prisma local upgrade --to 1.2 --no-pull", "without network"),
        ("prisma local upgrade --to 1.2 --dry-run", "preview"),
    ]))]
    Upgrade(Upgrade),
    /// delete all data of a cluster and start it empty (docker-compose kill, down -v, up -d)
    ///
    /// Lists what will be deleted and asks; without a terminal it requires `--yes`. Stages: check that the
    /// cluster can be started again; kill the containers; delete them with their network and volumes; start
    /// the cluster and wait for it.
    ///
    /// All data is deleted, including all deployed services. Configuration, ports, secrets and the registry
    /// entry are kept. A cluster with an external database is refused: `prisma` never deletes that data.
    #[command(after_help = examples(&[
        ("prisma local nuke", "lists what will be deleted and asks"),
        ("prisma local nuke -n test --yes", "no confirmation, for scripts"),
    ]))]
    Nuke(Nuke),
    /// show a cluster's containers: state, health, ports, image
    ///
    /// The state is read from Docker; nothing is changed.
    #[command(alias = "status")]
    #[command(after_help = examples(&[
        ("prisma local ps", ""),
        ("prisma local ps -n staging -o json", "for scripts"),
        ("prisma local ps -o env", "addresses as shell variables"),
    ]))]
    Ps(Name),
    /// show the logs of a cluster's containers (docker logs)
    ///
    /// Exits with the status of `docker logs`. Secrets are masked, except where a single program prints the
    /// log: that of one container, and that of a cluster of Prisma 1.7 and later, are passed through as they
    /// are.
    #[command(after_help = examples(&[
        ("prisma local logs", "all logs of all containers"),
        ("prisma local logs -f --tail 20 prisma-db", "the last 20 lines of one service, then follow"),
        ("prisma local logs --since 10m -t", ""),
    ]))]
    Logs(Logs),
    /// show the commands run on a cluster, by whom, and their results
    ///
    /// Lists every command that changed the cluster, oldest first: when it was started, by which user, how
    /// long it took, its result and the command line without secrets. The history is kept after the cluster
    /// is deleted, in `~/.prisma/history`.
    #[command(after_help = examples(&[
        ("prisma local history", ""),
        ("prisma local history -n staging --tail 5", "the last five"),
    ]))]
    History(History),
    /// bring images to machines without network
    ///
    /// `save` writes the images of a cluster to a file, `load` reads it on the other machine; `prisma local
    /// start` and `upgrade --no-pull` need no network there.
    #[command(subcommand, after_help = examples(&[
        ("prisma local images save images.tar.gz", "on a machine with network"),
        ("prisma local images load images.tar.gz", "on one without"),
    ]))]
    Images(Images),
    /// write a cluster's docker-compose.yml and .env to a folder
    ///
    /// The files are independent of `prisma`: edit them freely and run them with docker-compose. If there is
    /// no cluster of that name, they are those of a new one with the documented defaults. .env is readable
    /// only by you and added to .gitignore. Existing files are overwritten only with `--force`.
    ///
    /// `--profile digital-ocean` prepares files for another machine, with new random secrets and, up to
    /// Prisma 1.6, a new key pair. The private key is shown once; with `--register` and `--host` it is saved
    /// in the cluster registry instead. The cluster itself is not changed.
    #[command(after_help = examples(&[
        ("prisma local eject hello", "unchanged, into ./hello"),
        ("prisma local eject droplet --profile digital-ocean", "for another machine"),
        ("prisma local eject --profile digital-ocean --register do --host 203.0.113.7", ""),
    ]))]
    Eject(Eject),
    /// delete a cluster: containers, data, files and registry entry
    ///
    /// Lists what will be deleted and asks; without a terminal it requires `--yes`. Deletes the containers,
    /// their network and volumes, the folder `~/.prisma/clusters/NAME` and the registry entry.
    ///
    /// Kept are the history of the cluster, the images, and the data in an external database.
    #[command(after_help = examples(&[
        ("prisma local delete -n staging", "lists what will be deleted and asks"),
        ("prisma local delete -n staging --dry-run", "preview"),
    ]))]
    Delete(Name),
}

impl Local {
    /// The cluster it is about, if it is about one.
    pub fn cluster(&self) -> Option<&ClusterName> {
        let which = match self {
            Local::Start(args) => &args.which,
            Local::Restart(args) => &args.which,
            Local::Upgrade(args) => &args.which,
            Local::Nuke(args) => &args.which,
            Local::Logs(args) => &args.which,
            Local::History(args) => &args.which,
            Local::Images(Images::Save(args)) => &args.which,
            Local::Images(Images::Load(_)) => return None,
            Local::Eject(args) => &args.which,
            Local::Stop(args) | Local::Ps(args) | Local::Delete(args) => args,
        };
        Some(&which.name)
    }

    /// The command's name, as in JSON documents.
    pub fn name(&self) -> &'static str {
        match self {
            Local::Start(_) => "local start",
            Local::Stop(_) => "local stop",
            Local::Restart(_) => "local restart",
            Local::Upgrade(_) => "local upgrade",
            Local::Nuke(_) => "local nuke",
            Local::Ps(_) => "local ps",
            Local::Logs(_) => "local logs",
            Local::History(_) => "local history",
            Local::Images(Images::Save(_)) => "local images save",
            Local::Images(Images::Load(_)) => "local images load",
            Local::Eject(_) => "local eject",
            Local::Delete(_) => "local delete",
        }
    }
}
