//! `.env` files: variables for `${env:X}` and for `prisma` itself.

use super::EnvLookup;
use crate::env::Env;
use crate::error::Result;
use crate::files;
use crate::secret::redact::is_sensitive;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The variables of env files. They hold secrets, so `Debug` does not show them.
#[derive(Clone, Default)]
pub struct EnvFiles {
    values: BTreeMap<String, Variable>,
    files: Vec<PathBuf>,
    warnings: Vec<String>,
}

#[derive(Clone)]
struct Variable {
    value: String,
    /// The index of its file.
    file: usize,
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
    /// Reads those of the files that exist. The first that sets a variable counts.
    pub fn read(paths: &[PathBuf]) -> Result<EnvFiles> {
        let mut found = EnvFiles::default();
        for path in paths.iter().filter(|path| !path.is_dir()) {
            if let Some(text) = files::read_text(path)? {
                found.add(path.clone(), &text);
            }
        }
        Ok(found)
    }

    /// Whether the file exists.
    pub fn has(&self, path: &Path) -> bool {
        self.files.iter().any(|file| file == path)
    }

    /// The value of a variable: from the environment, else from the files.
    pub fn get(&self, environment: EnvLookup<'_>, name: &str) -> Option<String> {
        environment(name).or_else(|| Some(self.values.get(name)?.value.clone()))
    }

    /// The file that sets a variable, unless the environment overrides it.
    pub fn origin(&self, environment: &Env, name: &str) -> Option<PathBuf> {
        let variable = self.values.get(name)?;
        let file = self.files.get(variable.file).cloned();
        file.filter(|_| environment.get(name).is_none())
    }

    /// Those of the files that set something secret.
    pub fn with_secrets(&self) -> Vec<PathBuf> {
        let sets = |number: usize| {
            let mut all = self.values.iter();
            all.any(|(name, variable)| {
                variable.file == number && !variable.value.is_empty() && is_sensitive(name)
            })
        };
        let files = self.files.iter().enumerate();
        files
            .filter(|(number, _)| sets(*number))
            .map(|(_, file)| file.clone())
            .collect()
    }

    /// All variables of the files, including those that the environment overrides.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, variable)| (name.as_str(), variable.value.as_str()))
    }

    /// What the user should know about the files: lines that set nothing.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn add(&mut self, path: PathBuf, text: &str) {
        let Parsed { values, skipped } = parse(text);
        let file = self.files.len();
        for (name, value) in values {
            let variable = Variable { value, file };
            self.values.entry(name).or_insert(variable);
        }
        if !skipped.is_empty() {
            let lines = if skipped.len() == 1 { "line" } else { "lines" };
            let (file, skipped) = (path.display(), ranges(&skipped));
            let warning = format!("env file `{file}`: {lines} {skipped} skipped: not `NAME=VALUE`");
            self.warnings.push(warning);
        }
        self.files.push(path);
    }
}

/// What the text sets; if a variable is set twice, the later line counts.
#[derive(Default)]
struct Parsed {
    values: BTreeMap<String, String>,
    /// Numbers of the lines that set nothing, though they are neither blank nor comments.
    skipped: Vec<usize>,
}

fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 1;
    while !rest.is_empty() {
        let end = line_end(rest, 0);
        let len = match variable(rest, end) {
            Some((len, name, value)) => {
                parsed.values.insert(name, value);
                len
            }
            None => {
                let bare = rest[..end].trim();
                if !bare.is_empty() && !bare.starts_with('#') {
                    parsed.skipped.push(line);
                }
                end
            }
        };
        line += rest[..len].matches('\n').count();
        rest = &rest[len..];
    }
    parsed
}

/// The variable that the first line of the text sets, and the length of its lines. `end` is the end of the
/// first.
fn variable(text: &str, end: usize) -> Option<(usize, String, String)> {
    let line = &text[..end];
    let (mut name, value) = line.split_once('=')?;
    let start = end - value.len();
    name = name.trim();
    if let Some(exported) = name.strip_prefix("export").map(str::trim_start)
        && !exported.is_empty()
        && name["export".len()..].starts_with([' ', '\t'])
    {
        name = exported;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let blank = value.len() - value.trim_start_matches([' ', '\t']).len();
    let quote = value[blank..].chars().next();
    let quoted = match quote {
        Some(quote @ ('"' | '\'')) => quoted(text, start + blank + 1, quote),
        _ => None,
    };
    let (len, value) = quoted.unwrap_or_else(|| (end, as_dotenv(value)));
    Some((len, name.to_owned(), value))
}

/// A value without quotes around it, as the npm CLIs read it (with dotenv 4): there are no comments behind
/// values, and a lone quote at either end does not count.
fn as_dotenv(written: &str) -> String {
    let quotes = ['"', '\''];
    let written = written.trim();
    let inner = written.strip_prefix(quotes).unwrap_or(written);
    inner
        .strip_suffix(quotes)
        .unwrap_or(inner)
        .trim()
        .to_owned()
}

/// A value whose text begins at `start`, after its quote, with the length of its lines. It may span lines.
/// `None` if the quote is never closed, or more than a comment follows it.
fn quoted(text: &str, start: usize, quote: char) -> Option<(usize, String)> {
    let mut value = String::new();
    let mut chars = text[start..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => {
                let behind = start + at + 1;
                let end = line_end(text, behind);
                let rest = text[behind..end].trim();
                return (rest.is_empty() || rest.starts_with('#')).then_some((end, value));
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
    None
}

/// `3, 5-9` from 3, 5, 6, 7, 8, 9.
fn ranges(numbers: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    let shown = ranges.iter().map(|(first, last)| match last - first {
        0 => first.to_string(),
        _ => format!("{first}-{last}"),
    });
    shown.collect::<Vec<_>>().join(", ")
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
        parse(text).values.into_iter().collect()
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
            ("A=#b", "#b"),
            ("A=b#c", "b#c"),
            ("A=b c", "b c"),
            ("A=b=c", "b=c"),
            ("A=it's", "it's"),
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

    /// Values that dotenv 4.0.0, which the npm CLIs used, was seen to give.
    #[test]
    fn what_the_npm_clis_took_is_taken() {
        for (text, name, value) in [
            ("A=abc #def", "A", "abc #def"),
            ("A= # comment", "A", "# comment"),
            ("A='it's'", "A", "it's"),
            ("A=\"a\" b", "A", "a\" b"),
            ("A=\"b", "A", "b"),
            ("A='", "A", ""),
            ("A=b\"c\"", "A", "b\"c"),
            ("2FA=x", "2FA", "x"),
            ("1.2-3=x", "1.2-3", "x"),
            ("abc123==", "abc123", "="),
            ("A = b ", "A", "b"),
        ] {
            assert_eq!(
                read(text),
                [(name.to_owned(), value.to_owned())],
                "{text:?}"
            );
        }
    }

    #[test]
    fn lines_that_set_nothing_are_skipped_and_named_without_their_content() {
        let text = "A=1\nsource hunter2\nFOO: hunter2\n# comment\n\nB C=hunter2\n=hunter2\nexport F\n\
                    -----BEGIN RSA PRIVATE KEY-----\nMIIE/hunter2+\nZ=2\n";
        let mut files = EnvFiles::default();
        files.add("/x/.env".into(), text);
        assert_eq!(
            files.warnings(),
            ["env file `/x/.env`: lines 2-3, 6-10 skipped: not `NAME=VALUE`"]
        );
        let names: Vec<_> = files.values().collect();
        assert_eq!(names, [("A", "1"), ("Z", "2")]);
        files = EnvFiles::default();
        files.add("/x/.env".into(), "oh");
        assert_eq!(
            files.warnings(),
            ["env file `/x/.env`: line 1 skipped: not `NAME=VALUE`"]
        );
    }

    #[test]
    fn the_first_file_and_the_environment_before_it_count() {
        let home = tempfile::tempdir().expect("temporary folder");
        let [one, two, none] = ["one", "two", "none"].map(|name| home.path().join(name));
        write_atomic(&one, b"A=1st\nR=1st\n", Access::Shared).expect("writes");
        write_atomic(&two, b"A=2nd\nB=2nd\n", Access::Shared).expect("writes");
        let folder = home.path().to_owned();
        let files = EnvFiles::read(&[folder, none.clone(), one.clone(), two.clone()]);
        let files = files.expect("reads");
        let real = |name: &str| (name == "R").then(|| "real".to_owned());
        let value = |name| files.get(&real, name).unwrap_or_default();
        assert_eq!(["A", "B", "R", "C"].map(value), ["1st", "2nd", "real", ""]);
        assert_eq!(
            ["A", "B", "R", "C"].map(|name| files.origin(&Env::from([("R", "real")]), name)),
            [Some(one), Some(two.clone()), None, None]
        );
        assert!(files.has(&two) && !files.has(&none));
        assert!(!format!("{files:?}").contains("1st"));
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
            let _ = parse(&text);
        }
    }
}
