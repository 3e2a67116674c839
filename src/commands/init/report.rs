//! What `prisma init` wrote, and what to do next.

use crate::cluster::Cluster;
use crate::commands::folder::Folder;
use crate::commands::{Report, facts};
use crate::context::Context;
use crate::documents::{InitDatabase, Initialized};
use crate::files::Together;

/// A folder to be written.
pub struct Setup {
    pub files: Together,
    /// The service's endpoint.
    pub endpoint: String,
    pub server: Server,
}

pub enum Server {
    /// docker-compose runs it in the folder.
    New(Box<Cluster>),
    /// An existing one, and whether deployments have a secret for it.
    Existing { base: String, has_secret: bool },
}

pub fn of(ctx: &Context, folder: &Folder, setup: &Setup) -> Report {
    let names = setup.files.all().map(|file| {
        let name = file.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    });
    let files: Vec<String> = names.collect();
    let path = folder.path.display().to_string();
    let mut pairs = vec![("endpoint", setup.endpoint.clone())];
    let mut note = String::new();
    let (commands, prisma_version, database) = match &setup.server {
        Server::New(cluster) => {
            let connector = cluster.database.connector;
            let address = cluster.database.external.as_ref().map(ToString::to_string);
            pairs.push(("version", format!("Prisma {}", cluster.version)));
            let place = match &address {
                Some(address) => format!("{} at {address}", connector.name()),
                None => format!("{} (data in a Docker volume)", connector.name()),
            };
            pairs.push(("database", place));
            let database = InitDatabase { connector, address };
            let version = cluster.version.tag().to_owned();
            (
                &["{up}", "prisma deploy"][..],
                Some(version),
                Some(database),
            )
        }
        Server::Existing { base, has_secret } => {
            if !has_secret {
                note = format!(
                    "if {base} requires a secret, add `PRISMA_MANAGEMENT_API_SECRET=…` to `.env`\n\n"
                );
            }
            (&["prisma deploy"][..], None, None)
        }
    };
    pairs.push(("files", files.join(", ")));
    let next = folder.next(ctx, commands);
    let text = format!(
        "created {path}\n\n{}\n{note}Next steps:\n\n  {}\n",
        facts(&pairs),
        next.join("\n  ")
    );
    let data = Initialized {
        folder: path,
        files,
        endpoint: setup.endpoint.clone(),
        next,
        prisma_version,
        database,
    };
    Report::new(text, data)
}
