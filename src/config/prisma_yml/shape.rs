//! Checks that the text is a `prisma.yml` and that all its keys are known.

use crate::config::reader::{self, At, Reader};
use crate::error::{Failure, Kind, Result};
use crate::yaml::{Node, Step};
use std::path::Path;

/// The largest file in bytes; real ones are far smaller.
const LARGEST: usize = 256 << 10;

/// More than the parser accepts; checked first because the parser is slow to find out.
const DEEPEST: usize = 1000;

/// The maximum nesting of brackets, including those in strings.
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

/// Parses the text to its content, which is a mapping.
pub(super) fn parse(file: &Path, text: &str) -> Result<Node> {
    let wrong = |at: &str, what: &str| {
        let message = format!("{}{at}: {what}", file.display());
        Failure::new(Kind::ConfigInvalid, message)
    };
    if text.len() > LARGEST {
        return Err(wrong("", "the file is larger than 256 KiB"));
    }
    if bracket_depth(text) > DEEPEST {
        return Err(wrong("", "brackets are nested too deeply"));
    }
    let root = reader::parse(file, text)?;
    match &root {
        Node::Map(pairs) if !pairs.is_empty() => Ok(root),
        Node::List(_) | Node::Tagged(..) => Err(wrong(":1:1", &not_a_mapping(&root))),
        node if node.is_empty() => Err(wrong(":1:1", "the file is empty").hint(
            "begin with `service`, `stage` and `datamodel`, or with `endpoint` and `datamodel`",
        )),
        node => Err(wrong(":1:1", &not_a_mapping(node))),
    }
}

fn not_a_mapping(node: &Node) -> String {
    let kind = node.kind();
    format!("expected a mapping, as in `service: NAME`, found {kind}")
}

/// Reports duplicate keys and unknown ones.
pub(super) fn check(reader: &mut Reader<'_>, root: &Node, known: &[&str]) {
    reader.all_duplicates(&At::root(root));
    let Some(pairs) = root.pairs() else {
        reader.wrong_key(&[Step::key("<<")], "only a mapping can be merged");
        return;
    };
    for (key, _) in pairs {
        let path = [Step::key(key)];
        if known.contains(&key) {
            continue;
        }
        match foreign(key) {
            Some((what, remedy)) => reader.wrong_key(&path, what).fix(remedy),
            None => reader.unknown(&path, known),
        }
    }
}

/// The message and the fix for keys from other files or older versions.
fn foreign(key: &str) -> Option<(&'static str, &'static str)> {
    Some(match key {
        "stages" | "defaultStage" => (
            "old syntax",
            "name the stage with `stage` and the cluster with `cluster`",
        ),
        "types" => ("renamed to `datamodel`", "rename it"),
        "clusters" => (
            "this key belongs in the cluster registry",
            "name one cluster with `cluster`",
        ),
        "functions" | "permissions" | "rootTokens" | "modelPermissions" => {
            ("this key belongs to Graphcool, not to Prisma", "remove it")
        }
        "managementApiSecret"
        | "legacySecret"
        | "databases"
        | "port"
        | "rawAccess"
        | "prototype"
        | "enableManagementApi" => (
            "this key belongs in `PRISMA_CONFIG` in `docker-compose.yml`",
            "remove it here",
        ),
        _ => return None,
    })
}
