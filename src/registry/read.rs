//! From the text to what it says, with everything that is wrong in it.

use super::{Entry, Env, variables};
use crate::error::{Failure, Kind, Result};
use crate::yaml::edit::LARGE;
use crate::yaml::read::{Position, YamlError};
use crate::yaml::{Node, scan, tree};
use std::collections::HashSet;
use std::path::Path;

/// What a text says, references to variables not yet resolved.
pub(super) struct Contents {
    pub(super) clusters: Vec<Raw>,
    pub(super) session: Option<String>,
    /// Whether a cluster may have values that are written elsewhere, by a merge key.
    pub(super) merges: bool,
    problems: Vec<Problem>,
}

/// A cluster as written.
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) host: String,
    pub(super) secret: Option<String>,
}

/// Something wrong: what, and the key it is about (the second of that name for a duplicate).
struct Problem {
    message: String,
    path: Vec<String>,
    second: bool,
}

/// Reads a text. Only one that is not YAML at all fails here. Of clusters other than `only` the
/// values may be left out, as reading them takes time.
pub(super) fn contents(path: &Path, text: &str, only: Option<&str>) -> Result<Contents> {
    if text.len() >= LARGE
        && let Some(contents) = Contents::scan(text, only)
    {
        return Ok(contents);
    }
    match Node::parse(text) {
        Ok(node) => Ok(Contents::read(&node)),
        Err(error) => Err(not_yaml(path, &error)),
    }
}

/// The failure of a text that cannot be parsed.
pub(super) fn not_yaml(path: &Path, error: &YamlError) -> Failure {
    let at = error.position.unwrap_or(Position { line: 1, column: 1 });
    Failure::new(
        Kind::ConfigInvalid,
        format!("{}:{at}: {}", path.display(), error.message),
    )
    .hint("correct the file; it was left as it is")
}

impl Contents {
    /// The cluster of that name.
    pub(super) fn get(&self, name: &str) -> Option<&Raw> {
        self.clusters.iter().find(|raw| raw.name == name)
    }

    /// Fails with everything that is wrong, one line each, but for what is about the cluster `except`.
    pub(super) fn check(&self, path: &Path, text: &str, except: Option<&str>) -> Result<()> {
        let about = |problem: &&Problem| {
            let cluster = problem.path.get(1).map(String::as_str);
            problem.second || except.is_none() || cluster != except
        };
        let found: Vec<&Problem> = self.problems.iter().filter(about).collect();
        if found.is_empty() {
            return Ok(());
        }
        let root = tree::root(text);
        let mut lines: Vec<(Position, String)> = found
            .iter()
            .map(|problem| {
                let at = place(text, root.as_ref(), &problem.path, problem.second);
                (at, format!("{}:{at}: {}", path.display(), problem.message))
            })
            .collect();
        lines.sort();
        let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        Err(Failure::new(Kind::ConfigInvalid, lines.join("\n"))
            .hint("correct the file; it was left as it is"))
    }

    /// Reads a text of the common shape with nothing wrong in it, without the parser.
    fn scan(text: &str, only: Option<&str>) -> Option<Contents> {
        let root = scan::root(text)?;
        let mut contents = Contents {
            clusters: Vec::new(),
            session: None,
            merges: false,
            problems: Vec::new(),
        };
        let value = |pair: &tree::Pair| match &pair.inner {
            None if pair.value.is_empty() => Some(None),
            None => scan::text_of(text, &pair.value).map(Some),
            Some(_) => None,
        };
        let is_text = |pair: &tree::Pair| pair.inner.is_none() && scan::is_text(text, &pair.value);
        distinct(&root)?;
        for pair in &root.pairs {
            match (pair.key.as_str(), &pair.inner) {
                ("cloudSessionKey", _) => contents.session = value(pair)?,
                ("clusters", Some(clusters)) => {
                    distinct(clusters)?;
                    for cluster in &clusters.pairs {
                        let fields = cluster.inner.as_ref()?;
                        distinct(fields)?;
                        let wanted = only.is_none_or(|name| name == cluster.key);
                        let value = |pair: &tree::Pair| match wanted {
                            true => value(pair),
                            false if pair.value.is_empty() => Some(None),
                            false => is_text(pair).then(|| Some(String::new())),
                        };
                        let field = |key| fields.pairs.iter().find(|pair| pair.key == key);
                        contents.clusters.push(Raw {
                            name: cluster.key.clone(),
                            host: value(field("host")?)?
                                .filter(|host| !wanted || !host.is_empty())?,
                            secret: match field("clusterSecret") {
                                Some(pair) => value(pair)?,
                                None => None,
                            },
                        });
                    }
                }
                ("clusters", None) => return None,
                _ => {}
            }
        }
        Some(contents)
    }

    fn read(root: &Node) -> Contents {
        let mut contents = Contents {
            clusters: Vec::new(),
            session: None,
            merges: false,
            problems: Vec::new(),
        };
        contents.duplicates(root, &[]);
        match root.pairs() {
            Some(pairs) => {
                for (key, value) in pairs {
                    match key {
                        "clusters" => contents.read_clusters(value),
                        "cloudSessionKey" => {
                            let path = [key];
                            contents.session = contents.text(value, &path, "`cloudSessionKey`");
                        }
                        _ => {}
                    }
                }
            }
            None if root.is_empty() => {}
            None => contents.problem(
                &[],
                format!("the file is {}, not a mapping with `clusters`", root.kind()),
            ),
        }
        contents
    }

    fn read_clusters(&mut self, clusters: &Node) {
        self.duplicates(clusters, &["clusters"]);
        match clusters.pairs() {
            Some(pairs) => {
                for (name, cluster) in pairs {
                    self.read_cluster(name, cluster);
                }
            }
            None if clusters.is_empty() => {}
            None => self.problem(
                &["clusters"],
                format!("`clusters` is {}, not a mapping", clusters.kind()),
            ),
        }
    }

    fn read_cluster(&mut self, name: &str, cluster: &Node) {
        let path = ["clusters", name];
        self.duplicates(cluster, &path);
        let Some(pairs) = cluster.pairs() else {
            let kind = cluster.kind();
            return self.problem(
                &path,
                format!("cluster `{name}` is {kind}, not a mapping with `host`"),
            );
        };
        let field = |key: &str| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
        let host = match field("host") {
            Some(host) => {
                let path = ["clusters", name, "host"];
                let host = self.text(host, &path, &format!("`host` of cluster `{name}`"));
                host.unwrap_or_default()
            }
            None => String::new(),
        };
        let blank = |host: &Node| host.as_text() == Some("");
        if field("host").is_none_or(|host| host.is_empty() || blank(host)) {
            self.problem(&path, format!("cluster `{name}` has no `host`"));
        }
        let secret = field("clusterSecret").and_then(|secret| {
            let path = ["clusters", name, "clusterSecret"];
            self.text(
                secret,
                &path,
                &format!("`clusterSecret` of cluster `{name}`"),
            )
        });
        self.clusters.push(Raw {
            name: name.to_owned(),
            host,
            secret,
        });
    }

    /// The text of a value; nothing for null, a problem for anything else.
    fn text(&mut self, value: &Node, path: &[&str], what: &str) -> Option<String> {
        if let Some(text) = value.as_text() {
            return Some(text.to_owned());
        }
        if !matches!(value, Node::Leaf(leaf) if leaf.is_null()) {
            let kind = value.kind();
            self.problem(
                path,
                format!("{what} is {kind}, not a text: put it in quotes"),
            );
        }
        None
    }

    /// Finds keys that are there twice, and merge keys.
    fn duplicates(&mut self, node: &Node, path: &[&str]) {
        let Node::Map(pairs) = node else { return };
        let mut seen = HashSet::new();
        for (key, _) in pairs {
            self.merges |= key == "<<";
            if !seen.insert(key.as_str()) {
                let mut path: Vec<&str> = path.to_vec();
                path.push(key);
                self.problem(&path, format!("`{key}` is there twice"));
                if let Some(problem) = self.problems.last_mut() {
                    problem.second = true;
                }
            }
        }
    }

    fn problem(&mut self, path: &[&str], message: String) {
        self.problems.push(Problem {
            message,
            path: path.iter().map(|key| (*key).to_owned()).collect(),
            second: false,
        });
    }
}

impl Raw {
    /// The entry with its references resolved, or with the problem that one cannot be.
    pub(super) fn resolve(&self, path: &Path, text: &str, env: Env<'_>) -> Entry {
        let mut entry = Entry {
            name: self.name.clone(),
            host: self.host.clone(),
            secret: self.secret.clone(),
            problem: None,
        };
        match variables::resolve(&self.host, env) {
            Ok(host) => entry.host = host,
            Err(variable) => entry.problem = Some(self.unset(path, text, "host", &variable)),
        }
        match self
            .secret
            .as_deref()
            .map(|secret| variables::resolve(secret, env))
        {
            None => {}
            Some(Ok(secret)) => entry.secret = Some(secret),
            Some(Err(variable)) => {
                let problem = self.unset(path, text, "clusterSecret", &variable);
                entry.problem.get_or_insert(problem);
            }
        }
        entry
    }

    /// The failure of a reference to a variable that is not set.
    pub(super) fn unset(&self, path: &Path, text: &str, field: &str, variable: &str) -> Failure {
        let keys = ["clusters".to_owned(), self.name.clone(), field.to_owned()];
        let at = place(text, tree::root(text).as_ref(), &keys, false);
        Failure::new(
            Kind::ConfigInvalid,
            format!(
                "{}:{at}: `{field}` of cluster `{}` refers to the variable `{variable}`, which is not set",
                path.display(),
                self.name
            ),
        )
        .hint(format!(
            "set `{variable}`, or write a default: `${{env:{variable}, \"…\"}}`"
        ))
    }
}

/// Fails when a key is there twice.
fn distinct(map: &tree::Map) -> Option<()> {
    if let [a, b] = map.pairs.as_slice() {
        return (a.key != b.key).then_some(());
    }
    let mut seen = HashSet::with_capacity(map.pairs.len());
    map.pairs
        .iter()
        .all(|pair| seen.insert(pair.key.as_str()))
        .then_some(())
}

/// Where a key stands; where the closest key above it stands when it is not there by itself.
fn place(text: &str, root: Option<&tree::Map>, path: &[String], second: bool) -> Position {
    let mut map = root;
    let mut at = Position { line: 1, column: 1 };
    for (depth, key) in path.iter().enumerate() {
        let Some(pairs) = map.map(|map| &map.pairs) else {
            return at;
        };
        let mut named = pairs.iter().filter(|pair| pair.key == *key);
        let pair = if second && depth + 1 == path.len() {
            named.next_back()
        } else {
            named.next()
        };
        let Some(pair) = pair else { return at };
        at = tree::position(text, pair.start);
        map = pair.inner.as_ref();
    }
    at
}
