//! The datamodel: files joined to one text for the server, with a way back from lines to files.

mod index;
mod scan;
mod syntax;

use index::Index;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Datamodel {
    text: String,
    files: Vec<File>,
    /// Made when something is looked up: a server may report a thousand problems of a large text.
    index: OnceLock<Index>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub path: PathBuf,
    /// The number of lines before it in the joined text.
    pub offset: usize,
    /// The number of bytes before it.
    start: usize,
}

/// A place in a file, as far as it is known. Displays as `FILE:LINE:COLUMN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: PathBuf,
    /// Counted from one, as is the column.
    pub line: Option<usize>,
    pub column: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

impl Datamodel {
    /// Appends a file and a line break, as the last line of a file need not have one.
    pub fn push(&mut self, path: PathBuf, text: &str) {
        self.files.push(File {
            path,
            offset: self.text.matches('\n').count(),
            start: self.text.len(),
        });
        self.index = OnceLock::new();
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

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.text))
    }

    /// Whether it has nothing but comments and white space.
    pub fn is_empty(&self) -> bool {
        scan::is_blank(&self.text)
    }

    /// The file and line (counted from one) of a line of the joined text.
    pub fn origin(&self, line: usize) -> Option<(&Path, usize)> {
        let file = self.files.iter().rfind(|file| file.offset < line)?;
        Some((&file.path, line - file.offset))
    }

    /// The place of a position in the joined text: its line.
    pub fn line_of(&self, at: usize) -> Option<Place> {
        let (file, line) = self.origin(self.index().line(at))?;
        Some(Place {
            file: file.to_owned(),
            line: Some(line),
            column: None,
        })
    }

    /// The place of a type, enum, …, or of one of its fields or values; the type's own line if it has no
    /// such field.
    pub fn locate(&self, type_name: &str, field: Option<&str>) -> Option<Place> {
        let mut places = self.occurrences(type_name, field);
        if places.is_empty() && field.is_some() {
            places = self.occurrences(type_name, None);
        }
        places.into_iter().next()
    }

    /// All places where a type or enum is defined, or one of its fields or values.
    pub fn occurrences(&self, type_name: &str, member: Option<&str>) -> Vec<Place> {
        let places = self.index().places(type_name, member);
        let places = places.iter().copied();
        places.filter_map(|at| self.line_of(at)).collect()
    }

    /// The first place of a relation's name.
    pub fn relation(&self, name: &str) -> Option<Place> {
        self.line_of(self.index().relation(name)?)
    }

    /// Where a syntax error is that a server reports for the joined text, and what is wrong there.
    pub fn syntax_error(&self, message: &str) -> Option<(Place, String)> {
        let error = syntax::error(&self.text, message)?;
        let line = self.text[..error.at].rsplit('\n').next()?;
        let place = Place {
            column: Some(1 + line.chars().count()),
            ..self.line_of(error.at)?
        };
        Some((place, error.message))
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
                model
                    .locate(name, field)
                    .map_or_else(String::new, |place| place.to_string()),
                expected,
                "{name} {field:?}"
            );
        }
    }

    #[test]
    fn a_syntax_error_is_found_in_its_file() {
        let model = model(&[
            ("a.graphql", "type A {\n  id: ID! @unique\n}\n"),
            (
                "b.graphql",
                "type B {\n  id: ID! @unique\n  name String\n}\n",
            ),
        ]);
        let message = "Syntax error while parsing GraphQL query. Invalid input \"{\\n  id: ID! @unique\\n  \
                       name S\", expected FieldDefinitions (line 5, column 8):\ntype B {\n       ^";
        let (place, message) = model.syntax_error(message).expect("is one");
        assert_eq!(
            format!("{place}: {message}"),
            "b.graphql:3:8: syntax error: unexpected `String` after `name`"
        );
    }

    /// The text is read once, whatever is looked up: with a thousand problems of two megabytes this took eleven seconds.
    #[test]
    fn looking_things_up_reads_the_text_once() {
        let mut model = model(&[("a", "type A {\n  a: Int\n}\n")]);
        let place = |model: &Datamodel| model.locate("B", Some("b")).map(|place| place.to_string());
        assert_eq!(place(&model), None);
        let index = std::ptr::from_ref(model.index());
        assert!(model.locate("A", Some("a")).is_some() && model.relation("x").is_none());
        assert_eq!(std::ptr::from_ref(model.index()), index);
        model.push(PathBuf::from("b"), "type B {\n  b: Int\n}\n");
        assert_eq!(place(&model), Some("b:2".to_owned()));
    }

    #[test]
    fn a_relation_is_found_by_its_name() {
        let model = model(&[(
            "a.graphql",
            "# \"_a-b\"\ntype A {\n  b: B @default(value: \"_a-b\")\n  c: [B!]! @relation(name: \"_a-b\" onDelete: CASCADE)\n}\n",
        )]);
        let place = model.relation("_a-b").expect("is there");
        assert_eq!(place.to_string(), "a.graphql:4");
        assert_eq!(model.relation("other"), None);
    }
}
