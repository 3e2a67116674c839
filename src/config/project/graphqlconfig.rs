//! `.graphqlconfig`, which many projects have for their editors: it may name the `prisma.yml`.

use super::file_at;
use crate::files;
use crate::yaml::Node;
use std::path::{Path, PathBuf};

/// Its names, in the order in which the npm CLIs looked for them. The first is JSON.
const NAMES: [&str; 3] = [
    ".graphqlconfig",
    ".graphqlconfig.yml",
    ".graphqlconfig.yaml",
];

/// What a `.graphqlconfig` says about a service.
pub(super) struct Named {
    /// The `prisma.yml`, which exists.
    pub(super) file: PathBuf,
    /// Where the schema of the same project is.
    pub(super) schema_path: Option<PathBuf>,
}

/// What the one in `folder` says. A file that cannot be read says nothing: it is not ours.
pub(super) fn read(folder: &Path, working: &Path) -> Option<Named> {
    let existing = NAMES.iter().map(|name| folder.join(name));
    let path = existing.into_iter().find(|path| path.is_file())?;
    let text = files::read_text(&path).ok()??;
    // JSON may be indented with tabs, YAML may not; neither has them inside a value.
    let root = Node::parse(&text.replace('\t', " ")).ok()?;
    let projects = root.get("projects").and_then(Node::pairs);
    let projects = projects.unwrap_or_default().into_iter();
    let mut all = std::iter::once(&root).chain(projects.map(|(_, project)| project));
    let of = |project: &Node| {
        let prisma = project.get("extensions")?.get("prisma")?.as_text()?;
        let schema = project.get("schemaPath").and_then(Node::as_text);
        Some((prisma.to_owned(), schema.map(|path| folder.join(path))))
    };
    let (prisma, schema_path) = all.find_map(of)?;
    // The npm CLIs also took it from the working directory.
    let file = [folder, working].into_iter();
    let file = file
        .map(|from| from.join(&prisma))
        .find_map(|path| file_at(&path))?;
    Some(Named { file, schema_path })
}
