//! Parses the text of the registry and reports all its problems.

use super::{Entry, fast_path, resolve};
use crate::config::EnvLookup;
use crate::config::reader::{self, At, Nature, Reader, Strings};
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use crate::yaml::edit::LARGE;
use crate::yaml::{Node, Places, Step, YamlError};
use std::collections::HashSet;
use std::path::Path;

/// The content of the text, with references to variables not yet resolved.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) clusters: Vec<Raw>,
    pub(super) session: Option<String>,
    /// Whether a merge key may add values to a cluster.
    pub(super) merges: bool,
}

/// A cluster as written.
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) host: String,
    pub(super) secret: Option<String>,
}

const HINT: &str = "correct the file; it was left as it is";

/// Reads text. Fails with all problems, except those of the cluster `except`; the values of other
/// clusters may then be left out.
pub(super) fn contents(path: &Path, text: &str, except: Option<&str>) -> Result<Contents> {
    if text.len() >= LARGE
        && let Some(contents) = fast_path::contents(text, except)
    {
        return Ok(contents);
    }
    let root = Node::parse(text).map_err(|error| not_yaml(path, text, &error))?;
    let places = Places::of(text);
    let mut reading = Reading {
        reader: Reader::new(path, &places, Strings::AsRead),
        except,
        contents: Contents::default(),
    };
    reading.read(&At::root(&root));
    let problems = reading.reader.problems.finish();
    problems.map_err(|failure| failure.hint(HINT))?;
    Ok(reading.contents)
}

/// The failure of the text that cannot be parsed.
pub(super) fn not_yaml(path: &Path, text: &str, error: &YamlError) -> Failure {
    reader::not_yaml(path, text, error).hint(HINT)
}

impl Contents {
    pub(super) fn get(&self, name: &str) -> Option<&Raw> {
        self.clusters.iter().find(|raw| raw.name == name)
    }
}

struct Reading<'a> {
    reader: Reader<'a>,
    except: Option<&'a str>,
    contents: Contents,
}

impl Reading<'_> {
    fn read(&mut self, root: &At<'_>) {
        for (key, at) in self.pairs(root) {
            match key {
                "clusters" => {
                    for (name, cluster) in self.pairs(&at) {
                        let known = self.reader.problems.len();
                        self.cluster(name, &cluster);
                        if self.except == Some(name) {
                            self.reader.problems.truncate(known);
                        }
                    }
                }
                "cloudSessionKey" => {
                    self.contents.session = self.reader.string(&at, Nature::Secret);
                }
                _ => {}
            }
        }
    }

    fn cluster(&mut self, name: &str, at: &At<'_>) {
        let fields = self.pairs(at);
        let (mut host, mut secret) = (None, None);
        for (key, value) in fields {
            match key {
                "host" if value.node.is_empty() || value.node.as_text() == Some("") => {}
                // Even an invalid value is not a missing one.
                "host" => {
                    host = Some(
                        self.reader
                            .string(&value, Nature::Secret)
                            .unwrap_or_default(),
                    );
                }
                "clusterSecret" => secret = self.reader.string(&value, Nature::Secret),
                _ => {}
            }
        }
        let is_mapping = at.node.pairs().is_some();
        if host.is_none() && (is_mapping || at.node.is_empty()) {
            self.reader.wrong_key(&at.path, "`host` is missing");
        }
        if !is_mapping {
            return;
        }
        self.contents.clusters.push(Raw {
            name: name.to_owned(),
            host: host.unwrap_or_default(),
            secret,
        });
    }

    /// The pairs of a mapping with merge keys resolved; anything else is a problem. So are duplicate keys,
    /// of which only the first counts.
    fn pairs<'v>(&mut self, at: &At<'v>) -> Vec<(&'v str, At<'v>)> {
        if at.node.is_empty() {
            return Vec::new();
        }
        self.contents.merges |= at.node.get("<<").is_some();
        let Some(pairs) = at.node.pairs() else {
            let kind = at.node.kind();
            let what = format!("expected a mapping, found {kind}");
            self.reader.wrong_key(&at.path, what);
            return Vec::new();
        };
        self.reader.duplicates(at.node, &at.path);
        let mut seen = HashSet::new();
        let first = pairs.into_iter().filter(|(key, _)| seen.insert(*key));
        let step = |(key, value)| (key, at.step(Step::key(key), value));
        first.map(step).collect()
    }
}

impl Raw {
    /// The entry with its references resolved, or with the reason why one cannot be.
    pub(super) fn resolve(&self, path: &Path, places: &Places<'_>, env: EnvLookup<'_>) -> Entry {
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
        let secret = self.secret.as_deref();
        match secret.map(|secret| resolve::resolve(secret, env)) {
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
        places: &Places<'_>,
        field: &str,
        variable: &str,
    ) -> Failure {
        let at = places.key(&["clusters", &self.name, field].map(Step::key));
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
