//! Removes secrets from what others will read, such as a report for a bug ticket.
//!
//! Only what is known to be harmless is kept; everything else is left out. A value that was left out once is
//! remembered and masked everywhere else, because programs print their own configuration. Pure.

mod quoted;
mod scrub;

use crate::secret::mask::spellings;
use crate::secret::{Masked, Secret};
use crate::url::{decoded, split};
use crate::yaml::Node;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::fmt::Write;

pub use quoted::without_quotes;
pub use scrub::{all as scrub, is_reference, is_sensitive, known, may_be_known};

/// Keys of the files we know whose values are no secrets.
const HARMLESS: &[&str] = &[
    "bind",
    "cap_add",
    "cluster_address",
    "connector",
    "container_name",
    "cpus",
    "databasetype",
    "default",
    "depends_on",
    "driver",
    "enable_metrics",
    "enablemanagementapi",
    "expose",
    "external",
    "image",
    "lang",
    "links",
    "mem_limit",
    "memswap_limit",
    "migrations",
    "name",
    "network_mode",
    "networks",
    "path",
    "pgdata",
    "platform",
    "ports",
    "prisma",
    "privileged",
    "pythonpath",
    "restart",
    "schema",
    "services",
    "ssl",
    "start_period",
    "tag",
    "timeout",
    "volumes",
];

/// How the names of such keys end.
const HARMLESS_ENDS: &[&str] = &[
    "database",
    "endpoint",
    "host",
    "host_client1",
    "host_readonly_client1",
    "limit",
    "port",
    "user",
    "version",
];

/// Words that everyone knows. Masking them would hide the rest of the report.
const KNOWN: &[&str] = &[
    "prisma",
    "graphcool",
    "root",
    "mysql",
    "postgres",
    "local",
    "localhost",
    "docker",
    "true",
    "false",
    "null",
    "none",
    "MUCHSECRET",
    "my-server-secret-123",
];

/// The password in an address as written, decoded, and together with the user as HTTP sends it.
pub fn passwords(address: &str) -> Vec<Secret> {
    let parts = split(address);
    let user = parts.scheme.and(parts.user);
    let Some((name, password)) = user.and_then(|user| user.split_once(':')) else {
        return Vec::new();
    };
    let decode = |text: &str| decoded(text).unwrap_or_else(|| text.to_owned());
    let plain = decode(password);
    let sent = BASE64_STANDARD.encode(format!("{}:{plain}", decode(name)));
    let all = [password, &plain, &sent];
    let secret = all.into_iter().filter(|one| !KNOWN.contains(one));
    secret.map(Secret::from).collect()
}

/// A value that nothing says to be a secret is only remembered as one from this length on.
const GUESSED: usize = 6;

/// Leaves out secrets, and remembers which.
#[derive(Default)]
pub struct Redactor(Masked);

impl Redactor {
    /// Remembers a secret: all of it, and text of many lines also line by line.
    pub fn learn(&mut self, secret: &str) {
        // A configuration has lines that are no secrets: `port: 4466` is everywhere.
        if let Ok(map @ Node::Map(_)) = Node::parse(secret)
            && secret.contains('\n')
        {
            self.remember(secret.trim());
            self.yaml_node(&map, None, 0);
            return;
        }
        for line in secret.lines().chain([secret]) {
            self.remember(line.trim());
        }
    }

    fn remember(&mut self, part: &str) {
        let is_armour = part.starts_with("-----") && !part.contains('\n');
        if !is_armour && !KNOWN.contains(&part) {
            self.0.add_part(part);
            // As JSON spells it.
            let escaped = serde_json::Value::from(part).to_string();
            self.0.add_part(escaped.trim_matches('"'));
            for spelling in spellings(part) {
                self.0.add_part(&spelling);
            }
        }
    }

    /// Remembers the password in an address, as written and decoded: other programs may print it alone.
    pub fn learn_password(&mut self, address: &str) {
        for secret in passwords(address) {
            self.learn(secret.reveal());
        }
    }

    /// What is shown for a value: how long it is.
    fn left_out(&mut self, key: Option<&str>, value: &str) -> String {
        if value.is_empty() {
            return "''".to_owned();
        }
        self.learn_password(value);
        if key.is_some_and(is_sensitive) || value.trim().len() >= GUESSED {
            self.learn(value);
        }
        format!("({} characters left out)", value.chars().count())
    }

    /// A YAML text: its structure, and values of harmless keys. Comments go.
    pub fn yaml(&mut self, text: &str) -> String {
        match Node::parse(text) {
            Ok(node) => self.yaml_node(&node, None, 0),
            Err(_) => format!("(not YAML: {} lines left out)\n", text.lines().count()),
        }
    }

    fn yaml_node(&mut self, node: &Node, key: Option<&str>, depth: usize) -> String {
        let indent = "  ".repeat(depth);
        let mut out = String::new();
        match node {
            Node::Map(pairs) => {
                for (name, value) in pairs {
                    // A list of names; it hides nothing.
                    let _ = write!(
                        out,
                        "{indent}{name}:{}",
                        self.value(value, Some(name), depth + 1)
                    );
                }
            }
            Node::List(items) => {
                for item in items {
                    let _ = write!(out, "{indent}-{}", self.value(item, key, depth + 1));
                }
            }
            other => out = format!("{indent}{}", self.value(other, key, depth)),
        }
        out
    }

    fn value(&mut self, node: &Node, key: Option<&str>, depth: usize) -> String {
        let text = match node {
            Node::Map(_) | Node::List(_) if node.is_empty() => return " {}\n".to_owned(),
            Node::Map(_) | Node::List(_) => {
                return format!("\n{}", self.yaml_node(node, key, depth));
            }
            Node::Tagged(_, inner) => return self.value(inner, key, depth),
            Node::Leaf(value) => match value {
                serde_yaml::Value::String(text) => text.clone(),
                serde_yaml::Value::Number(number) => number.to_string(),
                serde_yaml::Value::Bool(value) => return format!(" {value}\n"),
                _ => return "\n".to_owned(),
            },
        };
        if key.is_some_and(is_harmless) || is_reference(&text) {
            return format!(" {}\n", self.scrub(&text));
        }
        match text.split_once('=') {
            // An item of `environment`.
            Some((name, value)) if is_name(name) => {
                format!(" {name}={}\n", self.variable(name, value))
            }
            _ => format!(" {}\n", self.left_out(key, &text)),
        }
    }

    /// A `.env` file: names, and values of harmless ones. Comments go.
    pub fn env_file(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut inside = false;
        for line in text.lines() {
            match line.trim().split_once('=') {
                Some((name, value)) if is_name(name) && !line.trim_start().starts_with('#') => {
                    inside = true;
                    let bare = value.trim().trim_matches(['"', '\'']);
                    let _ = writeln!(out, "{name}={}", self.variable(name, bare));
                }
                // The rest of a value of many lines, or of nothing.
                _ if inside && !line.trim().is_empty() && !line.trim_start().starts_with('#') => {
                    self.learn(line.trim().trim_matches(['"', '\'']));
                }
                _ => inside = inside && !line.trim().is_empty(),
            }
        }
        out
    }

    /// A variable's value as it may be shown.
    pub fn variable(&mut self, name: &str, value: &str) -> String {
        if is_harmless(name) || is_reference(value) {
            self.scrub(value)
        } else {
            self.left_out(Some(name), value)
        }
    }

    /// Any text: what was left out before is masked, and what looks like a secret.
    pub fn scrub(&self, text: &str) -> String {
        scrub::all(&self.0.mask(text))
    }
}

fn is_harmless(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let ends = || HARMLESS_ENDS.iter().any(|end| key.ends_with(end));
    !is_sensitive(&key) && (HARMLESS.contains(&key.as_str()) || ends())
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !text.is_empty() && text.chars().all(plain) && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod planted;
#[cfg(test)]
mod tests;
