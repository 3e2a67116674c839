//! A folder of the user's own that docker-compose is to run in, apart from the clusters of
//! `prisma local`: what is in the way there, and what its files have to say because of where it is.

use crate::cluster::ClusterName;
use crate::context::{Context, working_folder};
use crate::docker::project::{self, COMPOSE, DOTENV};
use crate::docker::{Compose, Tools};
use crate::error::{Failure, Kind, Result};
use crate::files::{self, Access, NewFile};
use crate::process::shell_quote;
use crate::secret::Secret;
use std::path::{Path, PathBuf};

const IGNORE: &str = ".gitignore";

/// The folder, there or not.
pub struct Folder {
    /// Its path, absolute.
    pub path: PathBuf,
    /// As the user gave it, if not as the one to stand in.
    given: Option<PathBuf>,
}

impl Folder {
    /// The folder `dir`, or the one the user stands in. Fails where files of ours are.
    pub fn of(ctx: &Context, dir: Option<&Path>) -> Result<Folder> {
        let here = working_folder()?;
        let given = dir.filter(|dir| !dir.as_os_str().is_empty() && *dir != Path::new("."));
        let path = given.map_or_else(|| here.clone(), |given| here.join(given));
        // `..` and links count as what they lead to; of a folder that is not there, it is what is.
        let path = path.canonicalize().unwrap_or(path);
        let managed = ctx.home.path().join("clusters");
        let managed = managed.canonicalize().unwrap_or(managed);
        if path.starts_with(&managed) {
            let message = format!(
                "the files in {} are rendered by `prisma local`",
                path.display()
            );
            return Err(Failure::new(Kind::Usage, message).hint("give another folder"));
        }
        let given = given.map(Path::to_owned);
        Ok(Folder { path, given })
    }

    /// The names among `names` under which something is there.
    fn existing<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        let is_there = |name: &&&str| self.path.join(name).symlink_metadata().is_ok();
        names.iter().filter(is_there).copied().collect()
    }

    /// Fails when one of `names` is there, or with `compose` a file that would be read in place of
    /// `docker-compose.yml`: names all of them, and `hint`.
    pub fn refuse_existing(&self, names: &[&str], compose: bool, hint: &str) -> Result<()> {
        let rivals = if compose {
            &project::OVERRIDING_NAMES[..]
        } else {
            &[]
        };
        let (found, rivals) = (self.existing(names), self.existing(rivals));
        let all: Vec<String> = found
            .iter()
            .chain(&rivals)
            .map(|name| format!("`{name}`"))
            .collect();
        let Some((last, others)) = all.split_last() else {
            return Ok(());
        };
        let (names, verb) = match others {
            [] => (last.clone(), "is"),
            others => (format!("{} and {last}", others.join(", ")), "are"),
        };
        let message = format!("{names} {verb} in {} already", self.path.display());
        let failure = Failure::new(
            Kind::Failed,
            format!("could not write the files: {message}"),
        );
        let failure = failure.hint(hint);
        Err(match rivals.first() {
            Some(rival) => failure.hint(format!(
                "`{rival}` would be read in place of `{COMPOSE}`: move it away"
            )),
            None => failure,
        })
    }

    /// Whether there is such a file.
    pub fn has(&self, name: &str) -> bool {
        !self.existing(&[name]).is_empty()
    }

    /// The compose project, and whether it must be named: see [`project::apart`].
    pub fn project(&self, ctx: &Context) -> (ClusterName, bool) {
        let name = self.path.file_name().unwrap_or_default();
        project::apart(&name.to_string_lossy(), &ctx.home.clusters())
    }

    /// A file of it.
    pub fn file(&self, name: &str, content: impl Into<Secret>, access: Access) -> NewFile {
        let path = self.path.join(name);
        let replaces = self.has(name);
        NewFile {
            path,
            content: content.into(),
            access,
            replaces,
        }
    }

    /// What keeps `.env` out of version control: a line in `.gitignore`, where there is one or the
    /// folder is in a work tree of git, and none covers it yet.
    pub fn ignore_secrets(&self) -> Result<Option<NewFile>> {
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
        let text = files::read_text(&self.path.join(IGNORE))?.unwrap_or_default();
        Ok(Some(self.file(IGNORE, with_line(&text), Access::Shared)))
    }

    /// The command lines that get it going, to be typed one after the other.
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

/// What the lines of a `.gitignore` say of `.env`; nothing where they do not mention it. `here` for one
/// in the same folder.
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

/// The text with a line more, ended as the others are.
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
