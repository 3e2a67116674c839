//! Writes the target, the only line of `prisma.yml` that is ever changed.

use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::yaml::Node;
use crate::yaml::edit::{Change, New, Refused, apply};
use std::path::Path;

/// The text with `cluster` set: one line added or its value changed, every other byte as it was. For
/// files of [`crate::service::Form::Cluster`].
pub fn set_cluster(text: &str, cluster: &str) -> Result<String> {
    let named = |root: &Node| root.get("service").is_some_and(|name| *name != Node::NULL);
    if Node::parse(text).is_ok_and(|root| root.get("endpoint").is_none() && !named(&root)) {
        let reason = "`cluster` requires `service`";
        return Err(Failure::new(Kind::ConfigInvalid, reason)
            .hint("name the service with `service` and `stage`, or set only `endpoint`"));
    }
    set(text, "cluster", cluster, &["endpoint"])
}

/// The text with `endpoint` set: one line added or its value changed, every other byte as it was. For
/// files of [`crate::service::Form::Endpoint`].
pub fn set_endpoint(text: &str, endpoint: &str) -> Result<String> {
    set(text, "endpoint", endpoint, &["cluster", "service", "stage"])
}

/// The file before and after `cluster` or `endpoint` is set, or why that is refused.
pub fn preview_target(
    file: &Path,
    set: impl FnOnce(&str) -> Result<String>,
) -> Result<(String, String)> {
    let shown = || format!("could not write `{}`", file.display());
    let text = files::read_text(file)?.unwrap_or_default();
    let edited = set(&text).map_err(|failure| failure.context(shown()))?;
    Ok((text, edited))
}

/// An empty string counts as unset, as where the file is read.
fn is_set(value: &Node) -> bool {
    let is_empty = value.as_text().is_some_and(|text| text.trim().is_empty());
    *value != Node::NULL && !is_empty
}

fn set(text: &str, key: &str, value: &str, others: &[&str]) -> Result<String> {
    let refuse = |reason: &str| {
        Failure::new(Kind::ConfigInvalid, reason)
            .hint(format!("write the line by hand: `{key}: {value}`"))
    };
    if let Ok(root) = Node::parse(text) {
        let is_set = |other: &&&str| root.get(other).is_some_and(is_set);
        if let Some(other) = others.iter().find(is_set) {
            let reason = format!("`{key}` cannot be combined with `{other}`");
            return Err(Failure::new(Kind::ConfigInvalid, reason).hint(format!("remove `{other}`")));
        }
    }
    let change = Change::Set(vec![key.to_owned()], New::Bare(value.to_owned()));
    apply(text, &[change]).map_err(|refused| match refused {
        Refused::Broken(error) => refuse(&error.message),
        Refused::Impossible(reason) => refuse(&reason),
    })
}
