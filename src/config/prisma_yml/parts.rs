//! The values of the file other than name, stage and target.

use super::ReadFile;
use crate::config::reader::{At, Nature, Reader};
use crate::service::{Command, Datamodel, Generator, Origin, Secret, Seed, Subscription};
use crate::suggest::nearest;
use crate::yaml::{Node, Step};
use std::path::{Path, PathBuf};

pub(super) struct Parts<'p, 'r> {
    pub(super) reader: &'p mut Reader<'r>,
    pub(super) root: &'p Node,
    pub(super) folder: &'p Path,
    pub(super) read: ReadFile<'p>,
    /// Files named by variables that need not exist.
    pub(super) file_origins: Vec<(PathBuf, Origin)>,
}

impl Parts<'_, '_> {
    pub(super) fn datamodel(&mut self, at: &At<'_>) -> Datamodel {
        let mut model = Datamodel::default();
        let items = self.reader.items(at);
        if items.is_empty() && !at.node.is_gap() {
            let what = match self.root.get("datamodel") {
                Some(_) => "`datamodel` does not name a file",
                None => "`datamodel` is missing",
            };
            let place = self.reader.places.key(&at.path);
            let problem = self.reader.problems.add(place, what);
            problem.fix("name the file with the types, as in `datamodel: datamodel.graphql`");
        }
        let mut whole = !items.is_empty();
        for item in &items {
            let Some((path, text)) = self.file(item) else {
                whole = false;
                continue;
            };
            if model.files().iter().any(|file| file.path == path) {
                self.reader.wrong(item, "duplicate file");
            }
            model.push(path, &text);
        }
        if whole && model.is_empty() {
            self.reader.wrong(at, "it contains no types");
        }
        model
    }

    /// The comma list. White space inside an item belongs to it.
    pub(super) fn secrets(&mut self, at: &At<'_>) -> Vec<Secret> {
        if matches!(at.node, Node::List(_)) {
            let problem = self.reader.wrong(at, "expected a string, found a list");
            problem.fix("write one string, with commas between the secrets");
            return Vec::new();
        }
        let Some(text) = self.reader.string(at, Nature::Secret) else {
            return Vec::new();
        };
        // A comma at the end is common.
        let items = text.split(',').map(str::trim);
        let kept = items.filter(|item| !item.is_empty());
        kept.map(|item| Secret::from(item.to_owned())).collect()
    }

    pub(super) fn subscriptions(&mut self, at: &At<'_>) -> Vec<Subscription> {
        let pairs = self.reader.pairs(at, &[]);
        let read = |(name, value)| self.subscription(name, &value);
        pairs.into_iter().filter_map(read).collect()
    }

    fn subscription(&mut self, name: &str, at: &At<'_>) -> Option<Subscription> {
        let place = self.reader.places.key(&at.path);
        if at.is_nothing() {
            self.missing(at, "`query` and `webhook` are missing");
            return None;
        }
        let pairs = self.reader.pairs(at, &["query", "webhook"]);
        if !matches!(at.node, Node::Map(_)) {
            return None;
        }
        let find = |key| value_of(&pairs, key);
        let query = self.required(at, find("query"), "query");
        let webhook = self.required(at, find("webhook"), "webhook");
        let query = query.and_then(|query| self.query(&query));
        let webhook = webhook.and_then(|webhook| self.webhook(&webhook));
        let ((query, file), (url, headers)) = (query?, webhook?);
        Some(Subscription {
            name: name.to_owned(),
            query,
            file,
            url,
            headers,
            at: place,
        })
    }

    /// GraphQL, or the path of a file with it.
    fn query(&mut self, at: &At<'_>) -> Option<(String, Option<PathBuf>)> {
        let text = self.reader.string(at, Nature::Open)?;
        if text.contains(['{', '\n']) {
            return Some((text, None));
        }
        let (path, query) = self.file(at)?;
        if query.trim().is_empty() {
            self.reader.wrong(at, "it contains no query");
        }
        Some((query, Some(path)))
    }

    /// A URL, or a URL with headers.
    fn webhook(&mut self, at: &At<'_>) -> Option<(Secret, Vec<(String, Secret)>)> {
        if !matches!(at.node, Node::Map(_)) {
            return Some((self.url(at)?, Vec::new()));
        }
        let pairs = self.reader.pairs(at, &["url", "headers"]);
        let find = |key| value_of(&pairs, key);
        let url = self.required(at, find("url"), "url");
        let url = url.and_then(|url| self.url(&url));
        let mut headers = Vec::new();
        if let Some(listed) = find("headers") {
            for (name, value) in self.reader.pairs(&listed, &[]) {
                match self.reader.string(&value, Nature::Secret) {
                    Some(text) => headers.push((name.to_owned(), Secret::from(text))),
                    None if *value.node == Node::NULL => self.reader.empty(&value),
                    None => {}
                }
            }
        }
        Some((url?, headers))
    }

    fn url(&mut self, at: &At<'_>) -> Option<Secret> {
        let url = self.reader.string(at, Nature::Secret)?.trim().to_owned();
        let scheme = ["http://", "https://"]
            .iter()
            .any(|s| url.starts_with(s) && url.len() > s.len());
        if !scheme {
            self.reader.wrong(
                at,
                "expected a URL that begins with `http://` or `https://`",
            );
            return None;
        }
        Some(Secret::from(url))
    }

    pub(super) fn seed(&mut self, at: &At<'_>) -> Option<Seed> {
        let pairs = self.reader.pairs(at, &["import", "run"]);
        if pairs.len() > 1 {
            let what = "`import` and `run` cannot be combined";
            self.reader.wrong(at, what).fix("remove one of them");
            return None;
        }
        let (key, value) = pairs.into_iter().next()?;
        if key == "run" {
            return self.command(&value).map(Seed::Run);
        }
        let path = self.other_path(&value)?;
        Some(Seed::Import {
            path,
            at: self.reader.places.value(&value.path),
        })
    }

    pub(super) fn generators(&mut self, at: &At<'_>) -> Vec<Generator> {
        if !at.is_nothing() && !matches!(at.node, Node::List(_)) {
            let what = format!("expected a list, found {}", at.node.kind());
            let fix = "begin each generator with `- generator: NAME`";
            self.reader.wrong(at, what).fix(fix);
            return Vec::new();
        }
        let items = self.reader.items(at);
        let read = |item| self.generator(item);
        items.iter().filter_map(read).collect()
    }

    fn generator(&mut self, at: &At<'_>) -> Option<Generator> {
        let pairs = self.reader.pairs(at, &[]);
        if !matches!(at.node, Node::Map(_)) {
            return None;
        }
        let find = |key| value_of(&pairs, key);
        let name = self.required(at, find("generator"), "generator");
        let output = self.required(at, find("output"), "output");
        let (name_at, output_at) = (name?, output?);
        let name = self.reader.string(&name_at, Nature::Open)?;
        let output = self.other_path(&output_at)?;
        let known = Generator::NAMES;
        // Others are left to the npm CLI: it may have more than the last one had.
        if let Some(meant) = nearest(&name, &known).filter(|_| !known.contains(&&*name)) {
            let problem = self.reader.wrong(&name_at, "unknown generator");
            problem.fix(format!("did you mean `{meant}`?"));
        }
        if name == Generator::SCHEMA && output.extension().is_none_or(|of| of != "graphql") {
            let problem = self.reader.wrong(&output_at, "not a `.graphql` file");
            problem.fix("name a file, as in `output: generated/prisma.graphql`");
        }
        Some(Generator { name, output })
    }

    pub(super) fn hooks(&mut self, at: &At<'_>) -> Vec<Command> {
        let pairs = self.reader.pairs(at, &["post-deploy"]);
        let Some((_, value)) = pairs.into_iter().next() else {
            return Vec::new();
        };
        let items = self.reader.items(&value);
        items.iter().filter_map(|item| self.command(item)).collect()
    }

    fn command(&mut self, at: &At<'_>) -> Option<Command> {
        let run = self.reader.string(at, Nature::Open)?;
        Some(Command {
            run: Secret::from(run),
            shown: written(self.root, &at.path).to_owned(),
            at: self.reader.places.value(&at.path),
        })
    }

    /// A path; relative to the service's folder, also if it begins with a slash.
    fn path(&mut self, at: &At<'_>) -> Option<PathBuf> {
        let text = self.reader.string(at, Nature::Open)?;
        Some(self.folder.join(text.trim_start_matches('/')))
    }

    /// The path of a file that need not exist.
    pub(super) fn other_path(&mut self, at: &At<'_>) -> Option<PathBuf> {
        let path = self.path(at)?;
        if let Some(derived) = self.reader.derived.get(&at.path) {
            self.file_origins
                .push((path.clone(), derived.origin.clone()));
        }
        Some(path)
    }

    /// The file that a value names, and its text.
    fn file(&mut self, at: &At<'_>) -> Option<(PathBuf, String)> {
        let mut path = self.path(at)?;
        let mut text = (self.read)(&path);
        // The npm CLIs read no other files, but nothing speaks against it.
        let absolute = at
            .node
            .as_text()
            .map(Path::new)
            .filter(|path| path.is_absolute());
        if let (Ok(None), Some(absolute)) = (&text, absolute)
            && let Ok(Some(found)) = (self.read)(absolute)
        {
            absolute.clone_into(&mut path);
            text = Ok(Some(found));
        }
        match text {
            Ok(Some(text)) => return Some((path, text)),
            Ok(None) => {
                let what = format!("file `{}` not found", path.display());
                self.reader.wrong(at, what);
            }
            Err(failure) => {
                self.reader.wrong(at, failure.message());
            }
        }
        None
    }

    /// The value; a missing one is a problem.
    fn required<'v>(
        &mut self,
        parent: &At<'_>,
        value: Option<At<'v>>,
        key: &str,
    ) -> Option<At<'v>> {
        match value {
            Some(value) if *value.node != Node::NULL => Some(value),
            _ => {
                self.missing(parent, &format!("`{key}` is missing"));
                None
            }
        }
    }

    fn missing(&mut self, parent: &At<'_>, message: &str) {
        if !parent.node.is_gap() {
            self.reader.wrong_key(&parent.path, message);
        }
    }
}

/// The value of a key among the pairs that were read.
fn value_of<'v>(pairs: &[(&str, At<'v>)], key: &str) -> Option<At<'v>> {
    let mut pairs = pairs.iter();
    pairs.find_map(|(name, value)| (*name == key).then(|| value.clone()))
}

/// The string at `path` as written in the file; if it comes from a reference, that reference.
pub(super) fn written<'n>(root: &'n Node, path: &[Step]) -> &'n str {
    let mut node = root;
    for step in path {
        let inner = match (node, step) {
            (Node::Map(_), Step::Key(key)) => node.get(key),
            (Node::List(items), Step::Item(at)) => items.get(*at),
            _ => None,
        };
        match inner {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node.as_text().unwrap_or_default()
}
