//! From the text to what it says, with everything that is wrong in it.

use super::places::{LazyPlaces, Places, Step};
use super::{Entry, resolve};
use crate::config::EnvLookup;
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use crate::yaml::edit::LARGE;
use crate::yaml::read::{Position, YamlError};
use crate::yaml::{Node, scan, tree};
use std::collections::{HashMap, HashSet};
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

/// How many problems one message tells.
const TOLD: usize = 50;

/// Something wrong: what, and the key it is about.
struct Problem {
    message: String,
    path: Vec<(String, usize)>,
    duplicate: bool,
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
            let cluster = problem.path.get(1).map(|(name, _)| name.as_str());
            problem.duplicate || except.is_none() || cluster != except
        };
        let found: Vec<&Problem> = self.problems.iter().filter(about).collect();
        if found.is_empty() {
            return Ok(());
        }
        let places = Places::new(text);
        let find = |path: &[(String, usize)]| {
            let steps: Vec<Step<'_>> = path.iter().map(|(key, n)| (key.as_str(), *n)).collect();
            places.find(&steps)
        };
        let mut lines: Vec<(Position, String)> = Vec::new();
        for problem in found.iter().take(TOLD) {
            let at = find(&problem.path);
            let mut line = format!("{}:{at}: {}", path.display(), problem.message);
            if problem.duplicate {
                let mut first = problem.path.clone();
                if let Some((_, before)) = first.last_mut() {
                    *before = 0;
                }
                line += &format!(" (first in line {})", find(&first).line);
            }
            lines.push((at, line));
        }
        lines.sort();
        let mut lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        if found.len() > TOLD {
            lines.push(format!("… and {} more", found.len() - TOLD));
        }
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
        for (step, value) in contents.steps(root, &[]) {
            match step.0 {
                "clusters" => contents.read_clusters(value, step),
                "cloudSessionKey" => {
                    contents.session = contents.text(value, &[step], "`cloudSessionKey`");
                }
                _ => {}
            }
        }
        if root.pairs().is_none() && !root.is_empty() {
            contents.problem(
                &[],
                format!("the file is {}, not a mapping with `clusters`", root.kind()),
            );
        }
        contents
    }

    fn read_clusters(&mut self, clusters: &Node, at: Step<'_>) {
        for (step, cluster) in self.steps(clusters, &[at]) {
            self.read_cluster(cluster, &[at, step]);
        }
        if clusters.pairs().is_none() && !clusters.is_empty() {
            let kind = clusters.kind();
            self.problem(&[at], format!("`clusters` is {kind}, not a mapping"));
        }
    }

    fn read_cluster(&mut self, cluster: &Node, path: &[Step<'_>; 2]) {
        let [clusters, at] = *path;
        let name = at.0;
        if cluster.pairs().is_none() {
            let kind = cluster.kind();
            return self.problem(
                path,
                format!("cluster `{name}` is {kind}, not a mapping with `host`"),
            );
        }
        let (mut host, mut secret) = (None, None);
        for (step, value) in self.steps(cluster, path) {
            let what = format!("`{}` of cluster `{name}`", step.0);
            let path = [clusters, at, step];
            match step.0 {
                "host" if value.is_empty() || value.as_text() == Some("") => {}
                // Wrong or not, there is one: it is not missing as well.
                "host" => host = Some(self.text(value, &path, &what).unwrap_or_default()),
                "clusterSecret" => secret = self.text(value, &path, &what),
                _ => {}
            }
        }
        if host.is_none() {
            self.problem(path, format!("cluster `{name}` has no `host`"));
        }
        self.clusters.push(Raw {
            name: name.to_owned(),
            host: host.unwrap_or_default(),
            secret,
        });
    }

    /// The text of a value; nothing for null, a problem for anything else.
    fn text(&mut self, value: &Node, path: &[Step<'_>], what: &str) -> Option<String> {
        if let Some(text) = value.as_text() {
            return Some(text.to_owned());
        }
        match value {
            Node::Leaf(leaf) if leaf.is_null() => {}
            Node::Leaf(_) => self.problem(
                path,
                format!("{what} is {}, not a text: put it in quotes", value.kind()),
            ),
            _ => self.problem(path, format!("{what} is {}, not a text", value.kind())),
        }
        None
    }

    /// The pairs of a mapping, none for anything else; keys that are there twice become problems.
    fn steps<'n>(&mut self, node: &'n Node, path: &[Step<'_>]) -> Vec<(Step<'n>, &'n Node)> {
        if let Node::Map(own) = node {
            let mut seen: HashMap<&str, usize> = HashMap::new();
            for (key, _) in own {
                self.merges |= key == "<<";
                let before = seen.entry(key).or_default();
                if *before > 0 {
                    let path = [path, &[(key.as_str(), *before)]].concat();
                    self.problem(&path, format!("`{key}` is there twice"));
                    if let Some(problem) = self.problems.last_mut() {
                        problem.duplicate = true;
                    }
                }
                *before += 1;
            }
        }
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let pairs = node.pairs().unwrap_or_default().into_iter();
        let steps = pairs.map(|(key, value)| {
            let before = seen.entry(key).or_default();
            *before += 1;
            ((key, *before - 1), value)
        });
        steps.collect()
    }

    fn problem(&mut self, path: &[Step<'_>], message: String) {
        let path = path
            .iter()
            .map(|(key, before)| ((*key).to_owned(), *before));
        self.problems.push(Problem {
            message,
            path: path.collect(),
            duplicate: false,
        });
    }
}

impl Raw {
    /// The entry with its references resolved, or with the problem that one cannot be.
    pub(super) fn resolve(
        &self,
        path: &Path,
        places: &LazyPlaces<'_>,
        env: EnvLookup<'_>,
    ) -> Entry {
        let mut entry = Entry {
            name: self.name.clone(),
            host: self.host.clone(),
            secret: self.secret.as_deref().map(Secret::from),
            problem: None,
        };
        match resolve::resolve(&self.host, env) {
            Ok(host) => entry.host = host,
            Err(variable) => entry.problem = Some(self.unset(path, places, "host", &variable)),
        }
        match self
            .secret
            .as_deref()
            .map(|secret| resolve::resolve(secret, env))
        {
            None => {}
            Some(Ok(secret)) => entry.secret = Some(secret.into()),
            Some(Err(variable)) => {
                let problem = self.unset(path, places, "clusterSecret", &variable);
                entry.problem.get_or_insert(problem);
            }
        }
        entry
    }

    /// The failure of a reference to a variable that is not set.
    pub(super) fn unset(
        &self,
        path: &Path,
        places: &LazyPlaces<'_>,
        field: &str,
        variable: &str,
    ) -> Failure {
        let at = places.find(&[("clusters", 0), (&self.name, 0), (field, 0)]);
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
