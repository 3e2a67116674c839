//! Whether a text is a `prisma.yml` at all, and which keys it has.

use crate::config::reader::{Reader, unknown};
use crate::error::{Failure, Kind, Result};
use crate::yaml::{Node, Places, Position, Step, YamlError};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// No file that people write is larger.
const LARGEST: usize = 256 << 10;

/// Far beyond what the parser accepts; but it takes its time to find out.
const DEEPEST: usize = 1000;

/// How deep brackets lie in each other, at most; those in texts are counted too.
fn bracket_depth(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Parses the text: its content, which is a mapping, and the places in it.
pub(super) fn parse(file: &Path, text: &str) -> Result<(Node, Places)> {
    let wrong = |at: &str, message: &str| {
        let message = format!("{}{at}: {message}", file.display());
        Failure::new(Kind::ConfigInvalid, message)
    };
    if text.len() > LARGEST {
        return Err(wrong("", "the file is larger than 256 KiB"));
    }
    if bracket_depth(text) > DEEPEST {
        return Err(wrong("", "brackets are nested too deeply"));
    }
    let root = Node::parse(text).map_err(|error| broken(text, error, wrong))?;
    match &root {
        Node::Map(pairs) if !pairs.is_empty() => Ok((root, Places::of(text))),
        node if node.is_empty() && !matches!(node, Node::List(_)) => {
            Err(wrong(":1:1", "the file is empty").hint(
                "begin with `service`, `stage` and `datamodel`, or with `endpoint` and `datamodel`",
            ))
        }
        node => {
            let message = format!(
                "a mapping is expected, as in `service: NAME`, not {}",
                node.kind()
            );
            Err(wrong(":1:1", &message))
        }
    }
}

/// The failure for a text that is no YAML.
fn broken(text: &str, error: YamlError, wrong: impl Fn(&str, &str) -> Failure) -> Failure {
    let line_of = |at: Position| {
        text.lines()
            .nth(at.line.saturating_sub(1))
            .unwrap_or_default()
    };
    if error.message.contains("more than one document") {
        return wrong(
            &second_document(text),
            "a second document begins here: only one is read",
        )
        .hint("keep one of them, and put what else is needed into a file of its own");
    }
    let Some(at) = error.position else {
        return wrong("", &error.message);
    };
    let failure = wrong(&format!(":{at}"), &error.message);
    let line = line_of(at);
    let indent = &line[..line.len() - line.trim_start().len()];
    if indent.contains('\t') {
        return failure.hint("indent with spaces: YAML does not allow tabs there");
    }
    if error.message.contains("unexpected end") {
        return failure.hint("a quote or a bracket further up is never closed");
    }
    failure
}

/// `:LINE:1` of the marker that begins the second document.
fn second_document(text: &str) -> String {
    let mut content = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        if line == "---" || line.starts_with("--- ") {
            if content {
                return format!(":{}:1", index + 1);
            }
            content = true;
        } else if !line.trim().is_empty() && !line.starts_with(['#', '%']) {
            content = true;
        }
    }
    String::new()
}

/// Reports keys that are there twice and keys that nobody knows.
pub(super) fn check(reader: &mut Reader<'_>, root: &Node, known: &[&str]) {
    duplicates(reader, root, &mut Vec::new());
    let Some(pairs) = root.pairs() else {
        let message = "only a mapping can be merged";
        return reader.wrong_key(&[Step::Key("<<".to_owned())], message);
    };
    for (key, _) in pairs {
        if !known.contains(&key) {
            let path = [Step::Key(key.to_owned())];
            match former(key) {
                Some(message) => reader.wrong_key(&path, message),
                None => reader.wrong_key(&path, &unknown(key, known)),
            }
        }
    }
}

/// What is said of keys that mean something elsewhere, or did in former times.
fn former(key: &str) -> Option<&'static str> {
    Some(match key {
        "stages" | "defaultStage" => {
            "it belongs to an older version: name the stage with `stage` and the cluster with `cluster`"
        }
        "types" => "it is called `datamodel` by now: rename it",
        "clusters" => "it belongs into the cluster registry: name one cluster with `cluster`",
        "functions" | "permissions" | "rootTokens" | "modelPermissions" => {
            "it belongs to Graphcool, not to Prisma: remove it"
        }
        "managementApiSecret"
        | "legacySecret"
        | "databases"
        | "port"
        | "rawAccess"
        | "prototype"
        | "enableManagementApi" => {
            "it belongs into `PRISMA_CONFIG` in `docker-compose.yml`: remove it here"
        }
        _ => return None,
    })
}

fn duplicates(reader: &mut Reader<'_>, node: &Node, path: &mut Vec<Step>) {
    match node {
        Node::Map(pairs) => {
            let mut seen = HashSet::new();
            for (key, value) in pairs {
                path.push(Step::Key(key.clone()));
                if seen.insert(key.as_str()) {
                    duplicates(reader, value, path);
                } else {
                    let at = reader.places.last_key(path);
                    reader.problems.add(at, format!("`{key}` is there twice"));
                }
                path.pop();
            }
        }
        Node::List(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(Step::Item(at));
                duplicates(reader, item, path);
                path.pop();
            }
        }
        Node::Leaf(_) | Node::Tagged(..) => {}
    }
}

/// Where the keys of the file stand.
pub(super) fn keys(root: &Node, places: &Places) -> BTreeMap<String, Position> {
    let pairs = root.pairs().unwrap_or_default();
    let place = |key: &str| places.key(&[Step::Key(key.to_owned())]);
    pairs
        .iter()
        .map(|(key, _)| ((*key).to_owned(), place(key)))
        .collect()
}
