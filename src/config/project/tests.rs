use super::*;
use crate::env::Env;
use crate::files::{Access, Replaces::Anything, create_folder, write_atomic};
use crate::interrupt::Interrupt;

/// A folder with files, which are empty unless they are env files or configurations.
struct Tree(tempfile::TempDir);

impl Tree {
    fn of(files: &[(&str, &str)]) -> Tree {
        let tree = Tree(tempfile::tempdir().expect("temporary folder"));
        for (name, text) in files {
            let path = tree.path(name);
            create_folder(path.parent().expect("has one"), Access::Shared).expect("creates");
            write_atomic(&path, text.as_bytes(), Access::Shared, &Anything).expect("writes");
        }
        tree
    }

    fn path(&self, name: &str) -> PathBuf {
        let root = self.0.path().canonicalize().expect("exists");
        if name.is_empty() {
            root
        } else {
            root.join(name)
        }
    }

    fn find(&self, working: &str, given: Option<&str>) -> Result<Project> {
        create_folder(&self.path(working), Access::Shared).expect("creates");
        Project::find(self.path(working), given.map(Path::new))
    }

    /// The file that is found, without the root.
    fn found(&self, working: &str, given: Option<&str>) -> String {
        let project = self.find(working, given).expect("found");
        let found = project.file.strip_prefix(self.path("")).expect("inside");
        found.display().to_string()
    }

    /// The failure and its hints, without the root.
    fn refused(&self, working: &str, given: Option<&str>) -> String {
        let failure = self.find(working, given).expect_err("nothing");
        let text = format!("{failure}: {}", failure.hints.join("; "));
        text.replace(&self.path("").display().to_string(), "ROOT")
    }
}

/// The order of the npm CLIs, seen in 205 repositories.
#[test]
fn the_file_is_found_where_the_npm_clis_found_it() {
    let config = (
        "a/.graphqlconfig",
        "{\n\t\"projects\": {\"x\": {\"extensions\": {\"prisma\": \"db/named.yml\"}}}}",
    );
    let named = ("a/db/named.yml", "");
    for (files, expected) in [
        (&["a/prisma.yml", "prisma.yml"][..], "a/prisma.yml"),
        (&["a/prisma.yml", "a/prisma/prisma.yml"], "a/prisma.yml"),
        (
            &["a/prisma/prisma.yml", "prisma.yml"],
            "a/prisma/prisma.yml",
        ),
        (&["prisma.yml"], "a/db/named.yml"),
        (&["prisma/prisma.yml"], "a/db/named.yml"),
    ] {
        let all = files.iter().map(|file| (*file, "")).chain([config, named]);
        let tree = Tree::of(&all.collect::<Vec<_>>());
        assert_eq!(tree.found("a", None), expected, "{files:?}");
    }
    let tree = Tree::of(&[config, named, ("a/b/prisma.yml", "")]);
    assert_eq!(tree.found("a/src/deep", None), "a/db/named.yml");
    assert_eq!(tree.found("a/b", None), "a/b/prisma.yml");
    for file in ["prisma.yml", "prisma/prisma.yml", "a/prisma/prisma.yml"] {
        let tree = Tree::of(&[(file, "")]);
        assert_eq!(tree.found("a/b/c", None), file);
        assert!(!tree.find("a/b/c", None).expect("found").is_guess);
    }
}

#[test]
fn a_config_names_the_file_and_where_its_schema_is() {
    let yaml = "projects:\n  app:\n    schemaPath: src/schema.graphql\n  database:\n    schemaPath: src/generated/prisma.graphql\n    extensions:\n      prisma: database/prisma.yml\n";
    let top = "schemaPath: api.graphql\nextensions: {prisma: database}\n";
    for (name, text, schema) in [
        (
            ".graphqlconfig.yml",
            yaml,
            Some("src/generated/prisma.graphql"),
        ),
        (".graphqlconfig.yaml", top, Some("api.graphql")),
        (
            ".graphqlconfig",
            "{\"extensions\": {\"prisma\": \"./database/prisma.yml\"}}",
            None,
        ),
    ] {
        let tree = Tree::of(&[
            (name, text),
            ("database/prisma.yml", ""),
            ("other/prisma.yml", ""),
        ]);
        for working in ["", "src"] {
            assert_eq!(tree.found(working, None), "database/prisma.yml", "{name}");
        }
        // Also where the file is found without it.
        let project = tree.find("database", None).expect("found");
        assert_eq!(
            project.schema_path,
            schema.map(|path| tree.path(path)),
            "{name}"
        );
        let other = tree.find("other", None).expect("found");
        assert_eq!(other.schema_path, None);
    }
    // What cannot be read, or names nothing that exists, does not count.
    for text in [
        "{",
        "",
        "extensions: {prisma: gone.yml}",
        "extensions: {prisma: [1]}",
        "projects: 3",
    ] {
        let tree = Tree::of(&[("a/.graphqlconfig.yml", text), ("prisma.yml", "")]);
        assert_eq!(tree.found("a", None), "prisma.yml", "{text}");
    }
}

#[test]
fn subfolders_of_common_names_are_searched_last_and_only_one_may_have_it() {
    for file in [
        "database/prisma.yml",
        "server/prisma.yml",
        "server/database/prisma.yml",
        "backend/prisma/prisma.yml",
    ] {
        let tree = Tree::of(&[(file, "")]);
        assert_eq!(tree.found("", None), file);
        assert!(tree.find("", None).expect("found").is_guess);
    }
    let tree = Tree::of(&[
        ("database/prisma.yml", ""),
        ("server/database/prisma.yml", ""),
    ]);
    assert_eq!(
        tree.refused("", None),
        "several services found in `ROOT`: `database/prisma.yml`, `server/database/prisma.yml`: choose one with `--project PATH`"
    );
}

#[test]
fn a_file_or_its_folder_can_be_given() {
    let tree = Tree::of(&[("a/prod.yml", ""), ("b/prisma.yml", ""), ("c/x", "")]);
    assert_eq!(tree.found("c", Some("../a/prod.yml")), "a/prod.yml");
    assert_eq!(tree.found("b", Some("../b")), "b/prisma.yml");
    let absolute = tree.path("b");
    assert_eq!(tree.found("a", absolute.to_str()), "b/prisma.yml");
    let hint =
        "name a `prisma.yml` or its folder; relative paths are resolved from the current directory";
    assert_eq!(
        tree.refused("b", Some("../c")),
        format!("`--project`: no `prisma.yml` found in `ROOT/b/../c`: {hint}")
    );
    assert_eq!(
        tree.refused("b", Some("d")),
        format!("`--project`: `ROOT/b/d` not found: {hint}")
    );
}

#[test]
fn where_there_is_none_the_way_is_shown() {
    let way = "run this in a service folder, name one with `--project PATH`, or create one with `prisma init`";
    let tree = Tree::of(&[("x/y", "")]);
    assert_eq!(
        tree.refused("x", None),
        format!("no `prisma.yml` found in `ROOT/x` or its parent folders: {way}")
    );
    let tree = Tree::of(&[("prisma.yaml", "")]);
    assert!(
        tree.refused("x", None)
            .ends_with("rename `ROOT/prisma.yaml` to `prisma.yml`")
    );
}

#[test]
fn env_files_come_in_their_order() {
    let tree = Tree::of(&[
        ("a/b/c/prisma.yml", ""),
        (".env", "A=root\nB=root\nC=root\n"),
    ]);
    let value = |files: &EnvFiles, name| files.get(&|_| None, name).unwrap_or_default();
    let paths = |working: &str, given: Option<&str>, env: Option<&str>| {
        let project = tree.find(working, given).expect("found");
        let paths = project.env_paths(env.map(Path::new)).into_iter();
        let shown = paths.map(|path| {
            path.strip_prefix(tree.path(""))
                .expect("inside")
                .display()
                .to_string()
        });
        shown.collect::<Vec<_>>().join(" ")
    };
    let service = Some("a/b/c");
    assert_eq!(paths("", service, None), ".env a/b/c/.env a/b/.env a/.env");
    assert_eq!(paths("a/b/c", None, None), "a/b/c/.env");
    assert_eq!(
        paths("a/b/c/d/e", None, None),
        "a/b/c/d/e/.env a/b/c/.env a/b/c/d/.env"
    );
    assert_eq!(paths("z", Some("../a/b/c"), None), "z/.env a/b/c/.env");
    assert_eq!(paths("", service, Some("x.env")), "x.env");

    for (file, text) in [("a/b/c/.env", "A=c\nB=c\n"), ("a/b/.env", "A=b\nD=b\n")] {
        write_atomic(&tree.path(file), text.as_bytes(), Access::Shared, &Anything).expect("writes");
    }
    let files = tree
        .find("", service)
        .and_then(|project| project.env_files(None, &Interrupt::default()))
        .expect("reads");
    let values = ["A", "B", "C", "D"].map(|name| value(&files, name));
    assert_eq!(values, ["root", "root", "root", "b"]);
    assert_eq!(
        files.origin(&Env::default(), "D"),
        Some(tree.path("a/b/.env"))
    );
    let missing = tree
        .find("", service)
        .and_then(|project| project.env_files(Some(Path::new("no.env")), &Interrupt::default()));
    let missing = missing.expect_err("is not there");
    assert_eq!(missing.kind, Kind::Usage);
    assert!(missing.message().contains("no.env"), "{missing}");
}
