//! The datamodel: files joined to one text for the server, with a way back from lines to files.

mod scan;

use scan::Definition;
use std::ops::Range;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Datamodel {
    text: String,
    files: Vec<File>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub path: PathBuf,
    /// The number of lines before it in the joined text.
    pub offset: usize,
    /// The number of bytes before it.
    start: usize,
}

impl Datamodel {
    /// Appends a file and a line break, as the last line of a file need not have one.
    pub fn push(&mut self, path: PathBuf, text: &str) {
        self.files.push(File {
            path,
            offset: self.text.matches('\n').count(),
            start: self.text.len(),
        });
        // A byte order mark is invalid in the middle of the text.
        self.text += text.strip_prefix('\u{feff}').unwrap_or(text);
        self.text.push('\n');
    }

    /// The text to send to the server.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The files, and where in the joined text they are.
    pub fn parts(&self) -> impl Iterator<Item = (&Path, Range<usize>)> {
        let ends = self.files.iter().skip(1).map(|file| file.start);
        let ends = ends.chain([self.text.len()]);
        let files = self.files.iter().zip(ends);
        // Without the line break that joins them.
        files.map(|(file, end)| (file.path.as_path(), file.start..end - 1))
    }

    /// The file and line of a position in the joined text.
    pub fn place(&self, at: usize) -> Option<(&Path, usize)> {
        self.origin(1 + self.text.get(..at)?.matches('\n').count())
    }

    /// The file and line (counted from one) of a line of the joined text.
    pub fn origin(&self, line: usize) -> Option<(&Path, usize)> {
        let file = self.files.iter().rfind(|file| file.offset < line)?;
        Some((&file.path, line - file.offset))
    }

    /// The file and line of a type, enum, …, or of one of its fields or values; the type's own line if it
    /// has no such field.
    pub fn locate(&self, type_name: &str, field: Option<&str>) -> Option<(&Path, usize)> {
        let definitions = scan::definitions(&self.text);
        let named: Vec<&Definition<'_>> =
            definitions.iter().filter(|d| d.name == type_name).collect();
        let member = field.and_then(|field| {
            let mut members = named.iter().flat_map(|definition| &definition.members);
            members.find(|(name, _)| *name == field).map(|(_, at)| *at)
        });
        let at = member.or(named.first().map(|definition| definition.at))?;
        self.place(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(files: &[(&str, &str)]) -> Datamodel {
        let mut model = Datamodel::default();
        for (path, text) in files {
            model.push(PathBuf::from(path), text);
        }
        model
    }

    fn shown(place: Option<(&Path, usize)>) -> String {
        place.map_or_else(String::new, |(path, line)| {
            format!("{}:{line}", path.display())
        })
    }

    #[test]
    fn files_are_joined_as_ever() {
        let model = model(&[("a", "type A {\r\n}\r\n"), ("b", "\u{feff}type B {}")]);
        assert_eq!(model.text(), "type A {\r\n}\r\n\ntype B {}\n");
        let offsets: Vec<_> = model.files().iter().map(|file| file.offset).collect();
        assert_eq!(offsets, [0, 3]);
    }

    #[test]
    fn lines_lead_back_to_their_files() {
        let model = model(&[("a", "1\n2\n"), ("b", "1"), ("c", ""), ("d", "1\n2")]);
        let shown: Vec<_> = (0..=9).map(|line| shown(model.origin(line))).collect();
        assert_eq!(
            shown,
            [
                "", "a:1", "a:2", "a:3", "b:1", "c:1", "d:1", "d:2", "d:3", "d:4"
            ]
        );
    }

    #[test]
    fn types_fields_and_values_are_found() {
        let model = model(&[
            (
                "a.graphql",
                "# type User { no: Int }\n\"\"\"\ntype User {\n  no: Int\n\"\"\"\ntype User @x(y: \"type {\") {\n  id: ID! @unique\n  name: String @default(value: \"email: no }\")\n  posts(first: Int, email: Int): [Post!]!\n}\n",
            ),
            (
                "b.graphql",
                "enum Role { ADMIN, USER @x\n  EDITOR }\nscalar Date\nextend type User {\n  \"an email:\"\n  email: String\n}\ninput type1 { type: Int }\ntype type { enum: Int }\n",
            ),
        ]);
        for (name, field, expected) in [
            ("User", None, "a.graphql:6"),
            ("User", Some("id"), "a.graphql:7"),
            ("User", Some("posts"), "a.graphql:9"),
            ("User", Some("email"), "b.graphql:6"),
            ("User", Some("first"), "a.graphql:6"),
            ("User", Some("no"), "a.graphql:6"),
            ("Role", Some("USER"), "b.graphql:1"),
            ("Role", Some("EDITOR"), "b.graphql:2"),
            ("Role", Some("x"), "b.graphql:1"),
            ("Date", None, "b.graphql:3"),
            ("type1", Some("type"), "b.graphql:8"),
            ("type", Some("enum"), "b.graphql:9"),
            ("Post", None, ""),
            ("Global", None, ""),
        ] {
            assert_eq!(
                shown(model.locate(name, field)),
                expected,
                "{name} {field:?}"
            );
        }
    }
}
