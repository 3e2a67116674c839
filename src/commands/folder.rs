//! A folder of the user's, outside of `prisma local`, in which docker-compose is to run: which files
//! are in the way, and what its files contain because of where it is.

use crate::cluster::ClusterName;
use crate::cluster::files::{COMPOSE, DOTENV};
use crate::context::{Context, require_unicode, working_folder};
use crate::docker::project;
use crate::docker::{Compose, Tools};
use crate::error::{Failure, Kind, Result};
use crate::files::{self, Access, NewFile, Replaces, Together};
use crate::process::shell_quote;
use crate::secret::Secret;
use crate::ui::text::all_of;
use std::path::{Path, PathBuf};

const IGNORE: &str = ".gitignore";

/// Existing or not.
pub struct Folder {
    /// Absolute.
    pub path: PathBuf,
    /// As the user gave it, unless it is the working directory.
    given: Option<PathBuf>,
}

impl Folder {
    /// The folder `dir`, or the working directory. Fails for the folders of managed clusters.
    pub fn of(ctx: &Context, dir: Option<&Path>) -> Result<Folder> {
        let here = working_folder()?;
        let given = dir.filter(|dir| !dir.as_os_str().is_empty() && *dir != Path::new("."));
        let path = given.map_or_else(|| here.clone(), |given| here.join(given));
        // Resolves `..` and links, if the folder exists.
        let path = path.canonicalize().unwrap_or(path);
        require_unicode(&path, "choose another folder")?;
        let managed = ctx.home.path().join("clusters");
        let managed = managed.canonicalize().unwrap_or(managed);
        if path.starts_with(&managed) {
            let message = format!(
                "the files in {} are rendered by `prisma local`",
                path.display()
            );
            return Err(Failure::new(Kind::Usage, message).hint("choose another folder"));
        }
        let given = given.map(Path::to_owned);
        Ok(Folder { path, given })
    }

    /// Those of `names` that exist. What a killed command has left is replaced and does not count.
    fn existing<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        let exists = |name: &&&str| {
            let path = self.path.join(name);
            path.symlink_metadata().is_ok() && !files::is_remains(&path)
        };
        names.iter().filter(exists).copied().collect()
    }

    /// Fails with `hint` if any of `names` exists, or with `compose` a file that docker-compose would
    /// use instead of `docker-compose.yml`.
    pub fn refuse_existing(&self, names: &[&str], compose: bool, hint: &str) -> Result<()> {
        let mut existing = self.existing(names);
        let mut overriding = Vec::new();
        if compose {
            overriding = self.existing(&project::OVERRIDING_NAMES);
        }
        existing.extend(&overriding);
        let verb = match existing.as_slice() {
            [] => return Ok(()),
            [_] => "exists",
            _ => "exist",
        };
        let names = all_of(existing.iter().map(|name| format!("`{name}`")));
        let folder = self.path.display();
        let message = format!("could not write the files: {names} already {verb} in {folder}");
        let failure = Failure::new(Kind::Failed, message).hint(hint);
        Err(match overriding.first() {
            Some(name) => failure.hint(format!(
                "`{name}` would be used instead of `{COMPOSE}`: move it"
            )),
            None => failure,
        })
    }

    pub fn has(&self, name: &str) -> bool {
        !self.existing(&[name]).is_empty()
    }

    /// The compose project, and whether it must be named: see [`project::apart`].
    pub fn project(&self, ctx: &Context) -> (ClusterName, bool) {
        let name = self.path.file_name().unwrap_or_default();
        project::apart(&name.to_string_lossy(), &ctx.home.clusters())
    }

    /// A file that must not exist yet.
    pub fn file(&self, name: &str, content: impl Into<Secret>, access: Access) -> NewFile {
        NewFile {
            path: self.path.join(name),
            content: content.into(),
            access,
            replaces: Replaces::Nothing,
        }
    }

    /// The files in the order in which they are written. `ignore`: some of them are secret.
    pub fn together(&self, files: Vec<NewFile>, ignore: bool) -> Result<Together> {
        Ok(Together {
            folder: self.path.clone(),
            ignore: if ignore { self.ignore_secrets()? } else { None },
            files,
        })
    }

    /// A `.gitignore` with a line for `.env`, if there is one or the folder is in a git work tree, and
    /// no `.gitignore` covers it yet.
    fn ignore_secrets(&self) -> Result<Option<NewFile>> {
        let tops: Vec<&Path> = self.path.ancestors().collect();
        let root = tops.iter().position(|folder| folder.join(".git").exists());
        if root.is_none() && !self.has(IGNORE) {
            return Ok(None);
        }
        let mut is_covered = false;
        for (depth, folder) in tops.iter().take(root.unwrap_or(0) + 1).enumerate().rev() {
            let text = files::read_text(&folder.join(IGNORE))?.unwrap_or_default();
            is_covered = covers(&text, depth == 0).unwrap_or(is_covered);
        }
        if is_covered {
            return Ok(None);
        }
        let old = files::read_text(&self.path.join(IGNORE))?;
        let text = with_line(old.as_deref().unwrap_or_default());
        Ok(Some(NewFile {
            replaces: Replaces::read(old.as_deref()),
            ..self.file(IGNORE, text, Access::Shared)
        }))
    }

    /// The commands to run next, one after the other.
    pub fn next(&self, ctx: &Context, commands: &[&str]) -> Vec<String> {
        let folder = self.given.as_ref();
        let cd = folder.map(|given| format!("cd {}", shell_quote(&given.to_string_lossy())));
        let plugin = Tools::find(&ctx.env, &*ctx.runner)
            .is_ok_and(|tools| matches!(tools.compose, Compose::Plugin(_)));
        let up = if plugin {
            "docker compose up -d"
        } else {
            "docker-compose up -d"
        };
        let command = |command: &&str| (*command).replace("{up}", up);
        cd.into_iter().chain(commands.iter().map(command)).collect()
    }
}

/// Whether a `.gitignore` ignores `.env`; `None` if it does not mention it. `here`: it is in the same
/// folder.
fn covers(text: &str, here: bool) -> Option<bool> {
    let mut said = None;
    for line in text.lines() {
        let line = line.trim_end();
        let (line, ignored) = match line.strip_prefix('!') {
            Some(line) => (line, false),
            None => (line, true),
        };
        let name = match line.strip_prefix('/') {
            Some(name) if here => name,
            _ => line.strip_prefix("**/").unwrap_or(line),
        };
        if [DOTENV, ".env*", "*.env", ".*", "*"].contains(&name) {
            said = Some(ignored);
        }
    }
    said
}

/// Adds a line with the line ending of the others.
fn with_line(text: &str) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        end
    };
    format!("{text}{gap}{DOTENV}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_added_where_none_covers_the_file() {
        for (text, here) in [
            (".env", true),
            ("/.env\r\n", true),
            ("a\n.env*\nb\n", false),
            ("**/.env", false),
            ("!.env\n.env \n", false),
        ] {
            assert_eq!(covers(text, here), Some(true), "{text}");
        }
        for (text, here) in [("", true), ("/.env", false), ("#.env\n.environment", true)] {
            assert_eq!(covers(text, here), None, "{text}");
        }
        assert_eq!(covers(".env\n!.env", true), Some(false));
        assert_eq!(with_line(""), ".env\n");
        assert_eq!(with_line("a"), "a\n.env\n");
        assert_eq!(with_line("a\r\nb"), "a\r\nb\r\n.env\r\n");
    }
}
