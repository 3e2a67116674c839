//! From the text of a `prisma.yml` to a [`Service`].

mod parts;
mod shape;
mod target;

pub use target::{check_service, check_stage};

use super::problems::Problems;
use super::resolve::{Resolver, without_gaps};
use super::value::{At, Nature, Reader};
use super::{Given, ReadFile, Service};
use crate::error::Result;
use crate::yaml::{Node, Places, Step};
use parts::Parts;
use std::collections::BTreeMap;
use std::path::Path;

/// What can stand in the file.
const KEYS: [&str; 14] = [
    "service",
    "stage",
    "cluster",
    "endpoint",
    "datamodel",
    "secret",
    "disableAuth",
    "subscriptions",
    "seed",
    "schema",
    "custom",
    "hooks",
    "databaseType",
    "generate",
];

/// Keys that nothing depends on: references in them may be unresolved.
const FREE: [&str; 2] = ["custom", "generate"];

/// The values of the file, references replaced.
type Values = BTreeMap<&'static str, Node>;

pub(super) fn read(
    file: &Path,
    text: &str,
    given: Given<'_>,
    read: ReadFile<'_>,
) -> Result<Service> {
    let (root, places) = shape::parse(file, text)?;
    let mut reader = Reader {
        places: &places,
        problems: Problems::of(file),
    };
    shape::check(&mut reader, &root, &KEYS);
    let values = resolve(&mut reader, &root, &places, given);
    let at = |key: &'static str| At::top(key, values.get(key).unwrap_or(&Node::NULL));

    let folder = file.parent().unwrap_or(Path::new(""));
    let goal = target::read(&mut reader, given, &at)?;
    let mut parts = Parts {
        reader: &mut reader,
        root: &root,
        folder,
        read,
    };
    let datamodel = parts.datamodel(&at("datamodel"));
    let secrets = parts.secrets(&at("secret"));
    let disable_auth = parts.reader.truth(&at("disableAuth")).unwrap_or_default();
    let subscriptions = parts.subscriptions(&at("subscriptions"));
    let seed = parts.seed(&at("seed"));
    let schema = parts.path(&at("schema"));
    let post_deploy = parts.hooks(&at("hooks"));
    let database_type = parts.word(&at("databaseType"));
    let mut warnings = Problems::of(file);
    warnings.extend(goal.warnings);
    if !disable_auth && at("secret").is_nothing() {
        warnings.add(
            places.key(&[Step::Key("secret".to_owned())]),
            "there is no `secret`: whoever reaches the server can use the service; write `disableAuth: \
             true` if that is meant",
        );
    }
    if disable_auth && !secrets.is_empty() {
        warnings.add(
            places.key(&[Step::Key("disableAuth".to_owned())]),
            "`disableAuth` changes nothing as long as there is a `secret`",
        );
    }
    reader.problems.finish()?;
    Ok(Service {
        file: file.to_owned(),
        folder: folder.to_owned(),
        form: goal.form,
        name: goal.name,
        stage: goal.stage,
        target: goal.target,
        datamodel,
        secrets,
        disable_auth,
        subscriptions,
        seed,
        schema,
        post_deploy,
        database_type,
        generate: without_gaps(at("generate").node),
        custom: without_gaps(at("custom").node),
        warnings: warnings.lines(),
        places: shape::keys(&root, &places),
    })
}

pub(super) fn cluster(file: &Path, text: &str, given: Given<'_>) -> Result<Option<String>> {
    if let Some(cluster) = given.opt.get("cluster") {
        return Ok(Some(cluster.clone()));
    }
    let (root, places) = shape::parse(file, text)?;
    let mut resolver = Resolver::new(&root, &places, given.env, given.opt);
    let cluster = resolver.key("cluster");
    let mut reader = Reader {
        places: &places,
        problems: Problems::of(file),
    };
    reader.problems.extend(cluster.unset);
    reader.problems.extend(resolver.problems);
    let at = At::top("cluster", &cluster.node);
    let name = reader.text(&at, Nature::Open);
    reader.problems.finish()?;
    Ok(name)
}

/// Replaces all references, and reports those that have no value where one is needed.
fn resolve(reader: &mut Reader<'_>, root: &Node, places: &Places, given: Given<'_>) -> Values {
    let mut resolver = Resolver::new(root, places, given.env, given.opt);
    let mut values = Values::new();
    for key in KEYS {
        let resolved = resolver.key(key);
        let replaced = target::OPTIONS.contains(&key) && given.opt.contains_key(key);
        if !replaced && !FREE.contains(&key) && !given.unneeded.contains(&key) {
            reader.problems.extend(resolved.unset);
        }
        values.insert(key, resolved.node);
    }
    reader.problems.extend(resolver.problems);
    values
}
