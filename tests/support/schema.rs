//! Every JSON document that a run prints is held against `assets/schema`.

use jsonschema::{Registry, Validator};
use prisma_cli::testing::cli::usage::asks_for_json;
use prisma_cli::testing::env::Env;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// The schema files by their names.
pub fn schemas() -> &'static BTreeMap<String, Value> {
    static SCHEMAS: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    SCHEMAS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema");
        let entries = fs::read_dir(folder).expect("the schemas");
        let read = |path: &Path| {
            let text = fs::read_to_string(path).expect("a text");
            let name = path.file_name().expect("a name").to_string_lossy();
            let schema = serde_json::from_str(&text);
            (
                name.clone().into_owned(),
                schema.unwrap_or_else(|why| panic!("{name}: {why}")),
            )
        };
        entries
            .map(|entry| read(&entry.expect("an entry").path()))
            .collect()
    })
}

/// What is wrong with a document; nothing, if it is one of ours.
pub fn problems(document: &Value) -> String {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| {
        let base = "file:///schema/";
        let mut registry = Registry::new();
        for (name, schema) in schemas() {
            let added = registry.add(format!("{base}{name}"), schema);
            registry = added.expect("a schema");
        }
        let registry = registry.prepare().expect("schemas that find each other");
        jsonschema::options()
            .with_registry(&registry)
            .build(&json!({"$ref": format!("{base}envelope.json")}))
            .expect("sound schemas")
    });
    let lines = validator
        .iter_errors(document)
        .map(|problem| format!("{}: {problem}\n", problem.instance_path()));
    lines.collect()
}

/// A run as far as its document goes.
#[derive(Debug, Clone, Copy)]
pub struct Asked(bool);

impl Asked {
    /// Whether a command line and its environment ask for a document. Help and version are texts in
    /// any case.
    pub fn by<A: Into<OsString>>(
        args: impl IntoIterator<Item = A>,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Asked {
        let program = std::iter::once(OsString::from("prisma"));
        let args: Vec<OsString> = program.chain(args.into_iter().map(Into::into)).collect();
        let texts = ["help", "--help", "-h", "--version", "-V"];
        let is_text = args.iter().any(|arg| texts.iter().any(|text| arg == text));
        let env: Env = env.into_iter().collect();
        Asked(!is_text && asks_for_json(&args, &env))
    }

    /// Fails the test unless stdout is one document, if one was asked for, that fits the schemas and
    /// the status. A run that a signal ended may have said nothing.
    #[track_caller]
    pub fn check(&self, command: &str, status: Option<i32>, stdout: &str) {
        let killed = !matches!(status, Some(0..=128));
        if !self.0 || (killed && stdout.is_empty()) {
            return;
        }
        let document: Value = serde_json::from_str(stdout)
            .unwrap_or_else(|why| panic!("`{command}`: no document: {why}\n{stdout}"));
        let problems = problems(&document);
        assert!(problems.is_empty(), "`{command}`:\n{problems}{stdout}");
        let told = document["error"]["exit"].as_i64().unwrap_or(0);
        assert_eq!(Some(told), status.map(i64::from), "`{command}`:\n{stdout}");
    }
}
