//! `prisma.yml`, read as a [`Service`].
//!
//! Find the [`Project`](super::Project), read its env files, [`load`] it. Both formats of the file are
//! supported: `service`, `stage` and `cluster`, and the one `endpoint` of Prisma 1.8 and later. References
//! (`${env:X}`, `${self:a.b}`, `${opt:x}`, with defaults) are replaced first; then everything that is
//! wrong is reported at once, each with its line. The only line that is ever rewritten is the one that
//! names the target: [`preview_target`].

mod edit;
mod parts;
mod resolve;
mod shape;
mod target;

pub use edit::{preview_target, set_cluster, set_endpoint};

use super::EnvLookup;
use super::derived::Derived;
use super::problems::Problems;
use super::reader::{At, Nature, Reader, Strings};
use crate::error::Result;
use crate::files;
use crate::service::{Form, Origin, Service};
use crate::yaml::{Node, Places, Step};
use parts::Parts;
use resolve::Resolver;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// External values that a `prisma.yml` depends on.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// For `${env:X}`: the environment, then env files (see [`crate::config::EnvFiles::get`]).
    pub env: EnvLookup<'a>,
    /// The env file that sets a variable, unless the environment does.
    pub origin: &'a dyn Fn(&str) -> Option<PathBuf>,
    /// For `${opt:x}`: the command line options that have a value. `stage` and `cluster` also override
    /// the keys of that name.
    pub opt: &'a BTreeMap<String, String>,
}

/// The keys that the file may have.
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

/// Keys that are not needed: references in them may stay unresolved.
const FREE: [&str; 1] = ["custom"];

/// Keys whose empty string counts as unset, as in the examples of Prisma 1.
const MAY_BE_EMPTY: [&str; 3] = ["endpoint", "cluster", "secret"];

/// The variable that is read if the file names no server.
const ENDPOINT: &str = "PRISMA_MANAGEMENT_API_ENDPOINT";

/// The values of the file, with references replaced.
type Values = BTreeMap<&'static str, Node>;

/// Reads the `prisma.yml` at `file` and the files it names.
///
/// # Errors
///
/// [`crate::error::Kind::ConfigInvalid`] with one line per problem: `FILE:LINE:COLUMN: what is wrong`.
/// Values of secrets are never repeated.
pub fn load(file: &Path, given: Given<'_>) -> Result<Service> {
    let text = files::read_text(file)?.ok_or_else(|| {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        files::failure("read", file, missing)
    })?;
    parse(file, &text, given, &files::read_text)
}

/// Like [`load`], for text already read; `read` returns the text of other files.
pub fn parse(file: &Path, text: &str, given: Given<'_>, read: ReadFile<'_>) -> Result<Service> {
    read_text(file, text, given, read)
}

/// Reads a file; `None` if it does not exist.
pub type ReadFile<'a> = &'a dyn Fn(&Path) -> Result<Option<String>>;

fn read_text(file: &Path, text: &str, given: Given<'_>, read: ReadFile<'_>) -> Result<Service> {
    let root = shape::parse(file, text)?;
    let places = Places::of(text);
    let mut reader = Reader::new(file, &places, Strings::Filled);
    shape::check(&mut reader, &root, &KEYS);
    let values = resolved(&mut reader, &root, &places, given);
    let at = |key: &'static str| {
        let node = values.get(key).unwrap_or(&Node::NULL);
        At::root(&root).step(Step::key(key), node)
    };

    let folder = file.parent().unwrap_or(Path::new(""));
    let goal = target::read(&mut reader, given, &at)?;
    let mut parts = Parts {
        reader: &mut reader,
        root: &root,
        folder,
        read,
        file_origins: Vec::new(),
    };
    let datamodel = parts.datamodel(&at("datamodel"));
    let secrets = parts.secrets(&at("secret"));
    let disable_auth = parts.reader.boolean(&at("disableAuth"));
    let subscriptions = parts.subscriptions(&at("subscriptions"));
    let seed = parts.seed(&at("seed"));
    let schema = parts.other_path(&at("schema"));
    let generators = parts.generators(&at("generate"));
    let post_deploy = parts.hooks(&at("hooks"));
    let file_origins = std::mem::take(&mut parts.file_origins);
    parts.reader.string(&at("databaseType"), Nature::Open);
    let is_here = goal.is_here();
    let named = ["endpoint", "cluster"].map(|key| parts.reader.derived.get(&[Step::key(key)][..]));
    let target_origin = named.into_iter().flatten().next();
    let target_origin = target_origin.filter(|_| !given.opt.contains_key("cluster"));
    let target_origin = target_origin.map(|derived| derived.origin.clone());
    let mut warnings = Problems::of(file);
    warnings.extend(goal.warnings);
    if disable_auth != Some(true) && *at("secret").node == Node::NULL {
        // As npm did: only where an address is named may both be missing.
        if goal.form == Form::Cluster || disable_auth == Some(false) {
            let place = places.key(&[Step::key("secret")]);
            let problem = parts.reader.problems.add(place, "there is no `secret`");
            problem.fix("set `secret`, or `disableAuth: true` to let everyone use the service");
        } else if !is_here {
            warnings
                .add(
                    places.key(&[Step::key("secret")]),
                    "there is no `secret`, so anyone who can reach the server can use the service",
                )
                .fix("set `disableAuth: true` if intended");
        }
    }
    if disable_auth == Some(true) && !secrets.is_empty() {
        warnings.add(
            places.key(&[Step::key("disableAuth")]),
            "`disableAuth` has no effect because `secret` is set",
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
        target_origin,
        datamodel,
        secrets,
        file_origins,
        subscriptions,
        seed,
        schema,
        generators,
        post_deploy,
        warnings: warnings.lines(),
    })
}

/// Only the `cluster` of a `prisma.yml`, for commands that do not deploy: problems elsewhere in the
/// file do not matter.
pub fn cluster(
    file: &Path,
    text: &str,
    given: Given<'_>,
) -> Result<Option<(String, Option<Origin>)>> {
    let root = shape::parse(file, text)?;
    let places = Places::of(text);
    let mut resolver = Resolver::new(&root, &places, given.env, given.opt);
    let cluster = resolver.key("cluster");
    let mut reader = Reader::new(file, &places, Strings::Filled);
    reader.problems.extend(cluster.unset);
    derive(&mut reader, &root, &resolver, given);
    reader.problems.extend(resolver.problems);
    let at = At::root(&root).step(Step::key("cluster"), &cluster.node);
    let name = reader.string(&at, Nature::Open);
    let origin = reader
        .derived
        .get(&at.path)
        .map(|derived| derived.origin.clone());
    reader.problems.finish()?;
    Ok(name.map(|name| (name.trim().to_owned(), origin)))
}

/// Replaces all references, and reports those without a value that is needed.
fn resolved(reader: &mut Reader<'_>, root: &Node, places: &Places<'_>, given: Given<'_>) -> Values {
    let mut resolver = Resolver::new(root, places, given.env, given.opt);
    let mut values = Values::new();
    for key in KEYS {
        let resolved = resolver.key(key);
        let replaced = target::OPTIONS.contains(&key) && given.opt.contains_key(key);
        if !replaced && !FREE.contains(&key) {
            reader.problems.extend(resolved.unset);
        }
        let is_empty = resolved
            .node
            .as_text()
            .is_some_and(|text| text.trim().is_empty());
        let node = if is_empty && MAY_BE_EMPTY.contains(&key) {
            Node::NULL
        } else {
            resolved.node
        };
        values.insert(key, node);
    }
    if !["endpoint", "service", "stage", "cluster"]
        .iter()
        .any(|key| values.get(key).is_some_and(|node| *node != Node::NULL))
        && let Some(endpoint) = management_endpoint(reader, given, "endpoint")
    {
        values.insert("endpoint", Node::text(endpoint));
    }
    derive(reader, root, &resolver, given);
    reader.problems.extend(resolver.problems);
    values
}

/// Messages of the reader show references instead of the values that come from variables.
fn derive(reader: &mut Reader<'_>, root: &Node, resolver: &Resolver<'_>, given: Given<'_>) {
    for (path, value, from) in resolver.derived() {
        let origins: Vec<_> = from
            .iter()
            .map(|name| (name.as_str(), (given.origin)(name)))
            .collect();
        let derived = Derived::new(value, parts::written(root, path), &origins);
        reader.derived.insert(path.to_owned(), derived);
    }
}

/// `PRISMA_MANAGEMENT_API_ENDPOINT`, as in the npm CLIs; problems with it are reported at `key`.
fn management_endpoint(reader: &mut Reader<'_>, given: Given<'_>, key: &str) -> Option<String> {
    let value = (given.env)(ENDPOINT).filter(|value| !value.trim().is_empty())?;
    let written = format!("${{env:{ENDPOINT}}}");
    let derived = Derived::new(&value, &written, &[(ENDPOINT, (given.origin)(ENDPOINT))]);
    reader.derived.insert(vec![Step::key(key)], derived);
    Some(value)
}
