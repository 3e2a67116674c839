//! `.env` files: variables for `${env:X}` and for `prisma` itself.

use super::EnvLookup;
use super::problems::Problems;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::yaml::Position;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

const NAME: &str = ".env";

/// The variables of env files. They hold secrets, so `Debug` does not show them.
#[derive(Clone, Default)]
pub struct EnvFiles {
    values: BTreeMap<String, String>,
    files: Vec<PathBuf>,
}

impl fmt::Debug for EnvFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.values.keys().collect();
        f.debug_struct("EnvFiles")
            .field("names", &names)
            .field("files", &self.files)
            .finish()
    }
}

impl EnvFiles {
    /// Reads the `.env` next to `prisma.yml` and the one in the working directory, which it overrides;
    /// or, instead of both, `file` (`--env-file`), relative to the working directory.
    pub fn load(folder: &Path, working: &Path, file: Option<&Path>) -> Result<EnvFiles> {
        let mut found = EnvFiles::default();
        if let Some(file) = file {
            let path = working.join(file);
            let Some(text) = files::read_text(&path)? else {
                let message = format!("env file `{}` not found", path.display());
                return Err(Failure::new(Kind::Usage, message)
                    .hint("relative paths are resolved from the current directory"));
            };
            found.add(path, &text)?;
            return Ok(found);
        }
        for (at, folder) in [folder, working].into_iter().enumerate() {
            let path = folder.join(NAME);
            if (at > 0 && found.files.contains(&path)) || !path.is_file() {
                continue;
            }
            if let Some(text) = files::read_text(&path)? {
                found.add(path, &text)?;
            }
        }
        Ok(found)
    }

    /// The value of a variable: from the environment, else from the files.
    pub fn get(&self, environment: EnvLookup<'_>, name: &str) -> Option<String> {
        environment(name).or_else(|| self.values.get(name).cloned())
    }

    /// All variables of the files, including those that the environment overrides.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn add(&mut self, path: PathBuf, text: &str) -> Result<()> {
        for (name, value) in parse(&path, text)? {
            self.values.entry(name).or_insert(value);
        }
        self.files.push(path);
        Ok(())
    }
}

/// The variables of the text; if one is set twice, the later line counts.
fn parse(path: &Path, text: &str) -> Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    let mut problems = Problems::of(path);
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 1;
    while !rest.is_empty() {
        let (len, found) = entry(rest);
        match found {
            Ok(Some((name, value))) => {
                values.insert(name, value);
            }
            Ok(None) => {}
            Err((what, remedy)) => {
                problems.add(Position { line, column: 1 }, what).remedy = remedy.map(str::to_owned);
            }
        }
        line += rest[..len].matches('\n').count();
        rest = &rest[len..];
    }
    problems.finish()?;
    Ok(values)
}

/// What is wrong, and how to fix it.
type Wrong = (&'static str, Option<&'static str>);
type Entry = std::result::Result<Option<(String, String)>, Wrong>;

/// The first entry of the text, and the length of its lines.
fn entry(text: &str) -> (usize, Entry) {
    let end = line_end(text, 0);
    let line = &text[..end];
    let bare = line.trim();
    if bare.is_empty() || bare.starts_with('#') {
        return (end, Ok(None));
    }
    let start = line.len() - line.trim_start().len();
    let behind_export = line[start..]
        .strip_prefix("export")
        .filter(|rest| rest.starts_with([' ', '\t']));
    let start = match behind_export {
        Some(rest) => line.len() - rest.trim_start().len(),
        None => start,
    };
    let Some(equals) = line[start..].find('=') else {
        return (
            end,
            Err((
                "missing `=`",
                Some("write `NAME=VALUE`, or `#` in front of a comment"),
            )),
        );
    };
    let name = line[start..start + equals].trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || !name.chars().all(plain)
    {
        return (end, Err(("invalid variable name in front of `=`", None)));
    }
    let value = start + equals + 1;
    let blank = line[value..].len() - line[value..].trim_start_matches([' ', '\t']).len();
    match line[value + blank..].chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (len, value) = quoted(text, value + blank + 1, quote);
            (len, value.map(|value| Some((name.to_owned(), value))))
        }
        _ => {
            let value = unquoted(&line[value..]);
            (end, Ok(Some((name.to_owned(), value.to_owned()))))
        }
    }
}

/// The text up to a comment, which must follow a space.
fn unquoted(written: &str) -> &str {
    let comment = written
        .match_indices('#')
        .find(|(at, _)| written[..*at].ends_with([' ', '\t']));
    written[..comment.map_or(written.len(), |(at, _)| at)].trim()
}

/// A value whose text begins at `start`, after its quote. It may span lines.
fn quoted(text: &str, start: usize, quote: char) -> (usize, std::result::Result<String, Wrong>) {
    let mut value = String::new();
    let mut chars = text[start..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => {
                let behind = start + at + 1;
                let end = line_end(text, behind);
                let rest = text[behind..end].trim();
                if rest.is_empty() || rest.starts_with('#') {
                    return (end, Ok(value));
                }
                return (end, Err(("unexpected text after the closing quote", None)));
            }
            '\\' if quote == '"' => match chars.next().map(|(_, c)| c) {
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('t') => value.push('\t'),
                Some(c @ ('"' | '\\' | '$')) => value.push(c),
                Some(c) => value.extend(['\\', c]),
                None => {}
            },
            // The line ends of the file are not part of a multi-line value.
            '\r' if text[start + at..].starts_with("\r\n") => {}
            c => value.push(c),
        }
    }
    (
        line_end(text, start),
        Err(("the quote is never closed", None)),
    )
}

/// The end of the line that contains `at`, including its line break.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |n| at + n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Access, write_atomic};
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let values = parse(Path::new("/x/.env"), text).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        values.into_iter().collect()
    }

    #[test]
    fn lines_are_read_as_people_write_them() {
        for (text, expected) in [
            ("A=b", "b"),
            ("A=b\r\n", "b"),
            ("\u{feff}A=b\n", "b"),
            ("  export  A = b  \n", "b"),
            ("export\tA=b", "b"),
            ("A=", ""),
            ("A= # comment", ""),
            ("A=#b", "#b"),
            ("A=b#c", "b#c"),
            ("A=b #c # d", "b"),
            ("A=b\t# c", "b"),
            ("A=b c", "b c"),
            ("A=b=c", "b=c"),
            ("A=it's", "it's"),
            ("A=b\"c\"", "b\"c\""),
            ("A=a$b ${C}\\n", "a$b ${C}\\n"),
            ("A='a # b \\n \"c\" ${D}' # e", "a # b \\n \"c\" ${D}"),
            (
                "A=\"a\\nb\\tc\\\\ \\\" \\$ \\x # d\"#e",
                "a\nb\tc\\ \" $ \\x # d",
            ),
            ("A=\"a\r\nb\"\r\n", "a\nb"),
            ("A='a\nb'", "a\nb"),
            ("A=\"\"", ""),
            ("A=b\nA=c", "c"),
            ("# A=x\n\n   # B=\nA=b\n#", "b"),
        ] {
            assert_eq!(
                read(text),
                [("A".to_owned(), expected.to_owned())],
                "{text:?}"
            );
        }
        let names = read("_a.b-C1=x\nexport=y\n");
        assert_eq!(names[0].0, "_a.b-C1");
        assert_eq!(names[1], ("export".to_owned(), "y".to_owned()));
    }

    #[test]
    fn invalid_lines_are_reported_without_their_content() {
        let text = "A=1\nhunter2\nB C=hunter2\n1D=hunter2\nE: hunter2\n=hunter2\nexport F\nG=\"a\nb\" hunter2\nH='hunter2\n";
        let failure = parse(Path::new("/x/.env"), text).expect_err("wrong");
        let message = failure.message();
        let lines: Vec<_> = message.lines().collect();
        assert_eq!(
            lines,
            [
                "/x/.env:2:1: missing `=`: write `NAME=VALUE`, or `#` in front of a comment",
                "/x/.env:3:1: invalid variable name in front of `=`",
                "/x/.env:4:1: invalid variable name in front of `=`",
                "/x/.env:5:1: missing `=`: write `NAME=VALUE`, or `#` in front of a comment",
                "/x/.env:6:1: invalid variable name in front of `=`",
                "/x/.env:7:1: missing `=`: write `NAME=VALUE`, or `#` in front of a comment",
                "/x/.env:8:1: unexpected text after the closing quote",
                "/x/.env:10:1: the quote is never closed",
            ]
        );
        assert_eq!(failure.kind, Kind::ConfigInvalid);
    }

    #[test]
    fn files_come_in_their_order_and_the_environment_before_them() {
        let home = tempfile::tempdir().expect("temporary folder");
        let (folder, working) = (home.path().join("service"), home.path().join("work"));
        let write = |path: &Path, text: &str| {
            write_atomic(path, text.as_bytes(), Access::Shared).expect("writes");
        };
        let real = |name: &str| (name == "R").then(|| "real".to_owned());
        let get = |files: &EnvFiles, names: &[&str]| {
            let value = |name: &&str| files.get(&real, name).unwrap_or_default();
            names.iter().map(value).collect::<Vec<_>>().join(",")
        };
        let none = EnvFiles::load(&folder, &working, None).expect("nothing is fine");
        assert_eq!(get(&none, &["A", "R"]), ",real");
        write(&folder.join(".env"), "A=folder\nR=folder\n");
        write(&working.join(".env"), "A=work\nB=work\n");
        let both = EnvFiles::load(&folder, &working, None).expect("reads");
        assert_eq!(get(&both, &["A", "B", "R"]), "folder,work,real");
        assert_eq!(both.files.len(), 2);
        assert!(!format!("{both:?}").contains("folder,"));
        let same = EnvFiles::load(&folder, &folder, None).expect("reads");
        assert_eq!(same.files.len(), 1);
        write(&home.path().join("other.env"), "C=other\n");
        for path in [Path::new("../other.env"), &home.path().join("other.env")] {
            let other = EnvFiles::load(&folder, &working, Some(path)).expect("reads");
            assert_eq!(get(&other, &["A", "B", "C", "R"]), ",,other,real");
        }
        let missing = EnvFiles::load(&folder, &working, Some(Path::new("nope")));
        let missing = missing.expect_err("is not there");
        assert_eq!(missing.kind, Kind::Usage);
        assert!(missing.message().contains("work/nope"), "{missing}");
    }

    proptest! {
        #[test]
        fn quoted_values_read_back(value in any::<String>()) {
            let escaped = value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n")
                .replace('\r', "\\r");
            let found = read(&format!("# x\nA=\"{escaped}\" # y\nB=1\n"));
            prop_assert_eq!(&found[0].1, &value);
            prop_assert_eq!(found.len(), 2);
        }

        #[test]
        fn nothing_panics(text in "(export |[A-C]|=|\"|'|#| |\\\\|\n|\r\n|ü|\u{feff}){0,40}") {
            let _ = parse(Path::new("/x/.env"), &text);
        }
    }
}
