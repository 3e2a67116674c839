//! Whether what was to be deleted still exists: docker-compose says nothing of a volume that it leaves, nor of a folder.

use crate::context::Context;
use crate::docker::Tools;
use crate::docker::ask::query;
use crate::docker::container::parse_names;
use crate::error::{Failure, Kind, Result};
use crate::process::shell_quote;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The data of a cluster that has no containers any more.
#[derive(Debug, Clone)]
pub struct Destroyed {
    pub cluster: String,
    pub tools: Tools,
    pub volumes: Vec<String>,
    /// Folders of this machine that hold the database's files.
    pub folders: Vec<PathBuf>,
}

/// What is still there.
struct Left {
    what: String,
    /// What to do about it.
    remedy: String,
}

impl Destroyed {
    /// Fails with all that is still there.
    pub(super) fn check(&self, ctx: &Context) -> Result<()> {
        let mut left = Vec::new();
        if !self.volumes.is_empty() {
            let all = parse_names(&query(ctx, &self.tools.all_volumes())?.stdout);
            for volume in self.volumes.iter().filter(|volume| all.contains(volume)) {
                left.push(self.left_volume(ctx, volume)?);
            }
        }
        left.extend(
            self.folders
                .iter()
                .map(PathBuf::as_path)
                .filter(|folder| has_files(folder))
                .map(left_folder),
        );
        if left.is_empty() {
            return Ok(());
        }
        let lines: String = left
            .iter()
            .map(|left| format!("\n  {}", left.what))
            .collect();
        let message = format!(
            "not all data of cluster `{}` is deleted:{lines}",
            self.cluster
        );
        let hint = |failure: Failure, left: &Left| failure.hint(&left.remedy);
        let failure = left.iter().fold(Failure::new(Kind::Failed, message), hint);
        Err(failure.hint("then run the same command again"))
    }

    fn left_volume(&self, ctx: &Context, volume: &str) -> Result<Left> {
        let users = parse_names(&query(ctx, &self.tools.users_of_volume(volume))?.stdout);
        let Some(user) = users.first() else {
            return Ok(Left {
                what: format!(
                    "volume `{volume}` is kept by docker-compose: it is external, or no service uses it"
                ),
                remedy: format!("remove it: `docker volume rm {volume}`"),
            });
        };
        let names = users.join(" ");
        Ok(Left {
            what: format!("volume `{volume}` is kept: container `{user}` mounts it"),
            remedy: format!(
                "remove what mounts it, if it is no longer needed: `docker rm -f {names}`"
            ),
        })
    }
}

/// Whether anything is in a folder, or no one can tell.
fn has_files(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

fn left_folder(folder: &Path) -> Left {
    let shown = folder.display();
    let quoted = shell_quote(&shown.to_string()).into_owned();
    Left {
        what: format!(
            "the database's files in {shown} are kept: docker-compose.override.yml mounts this folder"
        ),
        remedy: format!("remove them: `sudo rm -r {quoted}`"),
    }
}

/// Whether a path in a container holds a database's files.
pub fn is_data(inside: &Path) -> bool {
    let mut folders = ["/var/lib/mysql", "/var/lib/postgresql"]
        .map(Path::new)
        .into_iter();
    folders.any(|data| inside.starts_with(data) || data.starts_with(inside))
}
