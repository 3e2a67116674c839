//! Compose projects of the user's own that happen to have a cluster's name: a folder `local` with a
//! `docker-compose.yml` in it, say from `prisma init`. What we run would end their containers.

use crate::cluster::ClusterName;
use crate::docker::Container;
use crate::docker::container::Origin;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::render::{Provenance, provenance};
use std::path::Path;

/// Fails with [`Kind::NotManaged`] when a container was made from a compose file in a folder of its own.
pub fn refuse_foreign(name: &ClusterName, folder: &Path, containers: &[Container]) -> Result<()> {
    let origins = containers.iter().filter_map(|c| c.origin.as_ref());
    let Some(origin) = origins
        .into_iter()
        .find(|origin| is_foreign(origin, folder))
    else {
        return Ok(());
    };
    let message = format!(
        "the compose project `{name}` is that of {}, not the cluster `{name}`",
        origin.folder.display()
    );
    Err(Failure::new(Kind::NotManaged, message)
        .hint("give your cluster another name with `-n NAME`")
        .hint("or give that folder's project another one: `COMPOSE_PROJECT_NAME=…` in its `.env`"))
}

fn is_foreign(origin: &Origin, folder: &Path) -> bool {
    // The npm CLI's file was in its own folder, and the project's folder wherever the user stood.
    let beside = origin.file.is_relative() || origin.file.parent() == Some(&origin.folder);
    if !beside || origin.folder == folder {
        return false;
    }
    // One that is gone, as after a move of `~/.prisma`, or one of ours: nobody else's.
    let file = origin
        .folder
        .join(origin.file.file_name().unwrap_or_default());
    let text = files::read_text(&file).ok().flatten();
    text.is_some_and(|text| provenance(&text) == Provenance::Foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_a_compose_file_of_its_own_is_somebody_elses() {
        let home = tempfile::tempdir().expect("a folder");
        let (ours, theirs) = (home.path().join("ours"), home.path().join("theirs"));
        for folder in [&ours, &theirs] {
            std::fs::create_dir(folder).expect("made");
            std::fs::write(folder.join("docker-compose.yml"), "services: {}\n").expect("written");
        }
        let origin = |folder: &Path, file: &Path| Origin {
            folder: folder.into(),
            file: file.into(),
        };
        let name = Path::new("docker-compose.yml");
        assert!(is_foreign(&origin(&theirs, name), &ours), "v1");
        assert!(
            is_foreign(&origin(&theirs, &theirs.join(name)), &ours),
            "v2"
        );
        assert!(!is_foreign(&origin(&ours, &ours.join(name)), &ours));
        let npm = Path::new("/usr/lib/node_modules/prisma/docker-compose.yml");
        assert!(!is_foreign(&origin(&theirs, npm), &ours), "the npm CLI's");
        let gone = home.path().join("gone");
        assert!(!is_foreign(&origin(&gone, &gone.join(name)), &ours));
    }
}
