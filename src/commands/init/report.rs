//! What was set up, and how to go on.

use crate::cluster::Cluster;
use crate::commands::folder::Folder;
use crate::commands::{Report, facts};
use crate::context::Context;
use crate::files::NewFile;
use serde_json::json;

/// A folder to be written.
pub struct Setup {
    pub files: Vec<NewFile>,
    /// The service's address.
    pub endpoint: String,
    pub server: Server,
}

/// What the service lives on.
pub enum Server {
    /// A server of the folder.
    New(Box<Cluster>),
    /// One that is there already, and whether there is a secret to open it.
    Existing { base: String, has_secret: bool },
}

/// The report.
pub fn of(ctx: &Context, folder: &Folder, setup: &Setup) -> Report {
    let names: Vec<String> = setup.files.iter().map(name).collect();
    let next = match setup.server {
        Server::New(_) => folder.next(ctx, &["{up}", "prisma deploy"]),
        Server::Existing { .. } => folder.next(ctx, &["prisma deploy"]),
    };
    let mut pairs = vec![("endpoint", setup.endpoint.clone())];
    let mut data = json!({
        "folder": folder.path.display().to_string(),
        "files": names,
        "endpoint": setup.endpoint,
        "next": next,
    });
    let mut note = String::new();
    match &setup.server {
        Server::New(cluster) => {
            let database = &cluster.database;
            let (name, external) = (database.connector.name(), database.external.as_ref());
            let place = external.map(ToString::to_string);
            pairs.push(("version", format!("Prisma {}", cluster.version)));
            pairs.push((
                "database",
                match &place {
                    Some(place) => format!("{name} at {place}"),
                    None => format!("{name}, its data in a volume of docker"),
                },
            ));
            data["prismaVersion"] = json!(cluster.version.tag());
            data["database"] =
                json!({"connector": database.connector.to_string(), "address": place});
        }
        Server::Existing {
            base,
            has_secret: false,
        } => {
            note = format!(
                "if {base} wants a secret, put `PRISMA_MANAGEMENT_API_SECRET=…` into a `.env` there\n\n"
            );
        }
        Server::Existing { .. } => {}
    }
    pairs.push(("files", names.join(", ")));
    let lines: String = next.iter().map(|line| format!("  {line}\n")).collect();
    let text = format!(
        "{} is set up\n\n{}\n{note}go on with\n\n{lines}",
        folder.path.display(),
        facts(&pairs)
    );
    Report::new(text, data)
}

fn name(file: &NewFile) -> String {
    let name = file.path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
