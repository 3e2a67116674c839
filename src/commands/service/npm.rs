//! The npm CLI of Prisma 1: it generates clients, and has commands that this program does not have.

use super::generators::GENERATED;
use crate::env::Env;
use crate::error::Failure;
use crate::files;
use crate::process;
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Set for the commands of a `prisma.yml`: that file.
pub const HOOK: &str = "PRISMA_CLI_HOOK";

/// Set for the npm CLI when this program runs it, so that neither runs the other again and again.
pub const FROM_HERE: &str = "PRISMA_CLI_FROM_HERE";

/// What to do if it is not installed.
pub const INSTALL: &str = "install the npm CLI of Prisma 1: `npm install -D prisma1`";

/// Its names. Before 1.34 it was `prisma`, as that of the Prisma ORM is.
const NAMES: [&str; 2] = ["prisma1", "prisma"];

/// Finds it as npm would: in `node_modules` of the folders, then on `PATH`.
pub fn find<'f>(env: &Env, folders: impl Iterator<Item = &'f Path>) -> Option<PathBuf> {
    if env.get(FROM_HERE).is_some() {
        return None;
    }
    let installed = |folder: &Path| {
        let modules = folder.join("node_modules");
        let is_here = |name: &&str| is_prisma_1(&modules.join(name).join("package.json"));
        let name = NAMES.into_iter().find(is_here)?;
        Some(modules.join(".bin").join(name)).filter(|program| program.is_file())
    };
    let mut folders = folders.filter_map(installed);
    folders.next().or_else(|| on_path(env.get("PATH")?))
}

fn on_path(path: &str) -> Option<PathBuf> {
    let programs = NAMES.into_iter().flat_map(|name| {
        let folders = std::env::split_paths(path);
        folders.map(move |folder| folder.join(name))
    });
    let is_it = |program: &PathBuf| {
        // A link into its package.
        let real = program.canonicalize().unwrap_or_default();
        let mut folders = real.ancestors().skip(1);
        folders.any(|folder| is_prisma_1(&folder.join("package.json")))
    };
    programs.into_iter().find(is_it)
}

/// Whether this is the `package.json` of the npm CLI: the ORM has version 2 and later.
fn is_prisma_1(file: &Path) -> bool {
    let text = files::read_text(file).ok().flatten();
    let package: Value = serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
    let is_named = package["name"]
        .as_str()
        .is_some_and(|name| NAMES.contains(&name));
    let version = package["version"].as_str().unwrap_or_default();
    is_named && version.starts_with("1.")
}

/// Lets the npm CLI do what this program does not have, if a hook or a seed asks for it. Returns only if
/// that is not so, or if it cannot be run.
pub fn hand_over(failure: Failure, args: &[OsString], env: &Env) -> Failure {
    let Some(prisma_yml) = env.get(HOOK) else {
        return failure;
    };
    let here = std::env::current_dir().unwrap_or_default();
    let folders = here.ancestors().chain(Path::new(prisma_yml).ancestors());
    let Some(program) = find(env, folders) else {
        return failure.hint(INSTALL);
    };
    let rest = args.get(1..).unwrap_or_default();
    let set = [(FROM_HERE, "1"), (HOOK, ""), (GENERATED, "")];
    let error = process::replace(&program, rest, &set);
    failure.hint(format!("`{}` could not be run: {error}", program.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn install(folder: &Path, name: &str, version: &str) -> PathBuf {
        let package = folder.join(format!("node_modules/{name}"));
        fs::create_dir_all(&package).expect("creates");
        fs::create_dir_all(folder.join("node_modules/.bin")).expect("creates");
        let text = format!(r#"{{"name": "{name}", "version": "{version}"}}"#);
        fs::write(package.join("package.json"), text).expect("writes");
        fs::write(package.join("index.js"), "").expect("writes");
        let program = folder.join(format!("node_modules/.bin/{name}"));
        symlink(package.join("index.js"), &program).expect("links");
        program
    }

    #[test]
    fn it_is_found_where_npm_has_installed_it_and_the_orm_is_never_taken_for_it() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path().canonicalize().expect("exists");
        let (inner, global) = (root.join("a/b"), root.join("global"));
        fs::create_dir_all(&inner).expect("creates");
        let path = global.join("node_modules/.bin").display().to_string();
        let env = Env::from([("PATH", path.as_str())]);
        let find = |env: &Env| find(env, inner.ancestors());
        install(&inner, "prisma", "2.30.0");
        install(&global, "prisma", "5.1.0");
        assert_eq!(find(&env), None);
        let on_path = install(&global, "prisma1", "1.34.12");
        assert_eq!(find(&env), Some(on_path));
        let above = install(&root.join("a"), "prisma", "1.20.7");
        assert_eq!(find(&env), Some(above));
        let beside = install(&inner, "prisma1", "1.34.12");
        assert_eq!(find(&env), Some(beside));
        let inside = Env::from([("PATH", path.as_str()), (FROM_HERE, "1")]);
        assert_eq!(find(&inside), None);
    }
}
