//! The reference of `cluster.yml`, from the table that reads the file.

use prisma_cli::testing::cluster::{KEYS, KeyType};
use std::fmt::Write;

/// The reference of all keys, in Markdown.
pub fn text() -> String {
    let mut out = "\
<!-- Generated from `src/cluster/keys.rs`: UPDATE_DOCS=1 cargo test --test it docs -->

# cluster.yml

The configuration of a managed cluster, in `clusters/NAME/cluster.yml` in the home folder of `prisma`. Edit
it, then run `prisma local start -n NAME`. Missing keys have the defaults below. Keep strings quoted: `1.10`
without quotes is the number 1.1, and `yes` is a boolean to some readers. All problems of the file are
reported at once, each with its line.

| Key | Type | Default | Since |
| --- | --- | --- | --- |
"
    .to_owned();
    for key in &KEYS {
        let since = match key.since {
            None => "all versions".to_owned(),
            Some(fact) => format!("Prisma {}", fact.since()),
        };
        let path = key.path.join(".");
        let _ = writeln!(
            out,
            "| [`{path}`](#{}) | {} | {} | {since} |",
            path.to_lowercase().replace('.', ""),
            type_name(key.kind),
            key.default
        );
    }
    for key in &KEYS {
        let (parent, name) = match key.path {
            [parent, name] => (format!("{parent}:\n  "), name),
            path => (String::new(), &path[path.len() - 1]),
        };
        let _ = write!(
            out,
            "\n## {}\n\n{}\n\n```yaml\n{parent}{name}: {}\n```\n",
            key.path.join("."),
            key.meaning,
            key.example
        );
    }
    out
}

fn type_name(kind: KeyType) -> &'static str {
    match kind {
        KeyType::Version => "version",
        KeyType::Port => "port (1 to 65535)",
        KeyType::Number => "number (1 to 65535)",
        KeyType::Boolean => "boolean",
        KeyType::Address => "IP address",
        KeyType::Connector => "`mysql` or `postgres`",
        KeyType::String => "string",
        KeyType::Secret => "string (secret)",
    }
}
