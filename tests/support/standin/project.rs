//! Services and migrations of the stand-in.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the server makes of the next deploy, instead of finding out itself.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Refused with these `SchemaError`s.
    pub errors: Vec<Value>,
    /// Warned about with these.
    pub warnings: Vec<Value>,
    /// The steps, each with a `type`. `None`: found out.
    pub steps: Option<Vec<Value>>,
    /// Done as soon as it is looked at.
    pub at_once: bool,
    /// Fails after so many steps, and is undone.
    pub fails_after: Option<usize>,
    /// Undoing it fails too.
    pub stays_broken: bool,
    /// Undoing stops after so many steps, and is called a success nevertheless.
    pub undoes: Option<usize>,
    /// Never leaves `PENDING`.
    pub hangs: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Project {
    pub secrets: Vec<String>,
    /// The datamodel that was deployed last.
    pub types: String,
    /// Oldest first.
    pub migrations: Vec<Migration>,
    /// Bodies that were posted to the service itself.
    pub asked: Vec<Value>,
}

#[derive(Debug, Clone)]
pub struct Migration {
    pub revision: usize,
    pub status: &'static str,
    pub applied: usize,
    pub rolled_back: usize,
    pub steps: Vec<Value>,
    pub errors: Vec<String>,
    pub types: String,
    pub plan: Plan,
}

impl Project {
    /// As `addProject` makes it.
    pub fn new(secrets: Vec<String>) -> Project {
        let first = Migration::new(1, Vec::new(), String::new(), Plan::default());
        Project {
            secrets,
            migrations: vec![Migration {
                status: "SUCCESS",
                ..first
            }],
            ..Project::default()
        }
    }

    pub fn open(&mut self) -> Option<&mut Migration> {
        self.migrations
            .iter_mut()
            .find(|migration| migration.is_open())
    }

    /// What `migrationStatus` shows. Each look takes an open migration one stage further.
    pub fn status(&mut self) -> Value {
        if let Some(open) = self.open() {
            let seen = if open.plan.at_once {
                open.finish()
            } else {
                open.value()
            };
            open.advance();
            self.settle();
            return seen;
        }
        let last = self
            .migrations
            .iter()
            .rev()
            .find(|one| one.status == "SUCCESS");
        last.expect("the first migration").value()
    }

    /// Another deployment, which was made by somebody else.
    pub fn put_open(&mut self, steps: usize) {
        let step = json!({"type": "DeleteModel", "name": "Other"});
        let revision = self.migrations.len() + 1;
        self.migrations.push(Migration::new(
            revision,
            vec![step; steps],
            self.types.clone(),
            Plan::default(),
        ));
    }

    fn settle(&mut self) {
        if let Some(last) = self
            .migrations
            .iter()
            .rev()
            .find(|one| one.status == "SUCCESS")
        {
            self.types.clone_from(&last.types);
        }
    }
}

impl Migration {
    pub fn new(revision: usize, steps: Vec<Value>, types: String, plan: Plan) -> Migration {
        Migration {
            revision,
            status: "PENDING",
            applied: 0,
            rolled_back: 0,
            steps,
            errors: Vec::new(),
            types,
            plan,
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(self.status, "PENDING" | "IN_PROGRESS" | "ROLLING_BACK")
    }

    pub fn value(&self) -> Value {
        json!({
            "projectId": "x", "revision": self.revision, "status": self.status, "applied": self.applied,
            "rolledBack": self.rolled_back, "steps": self.steps, "errors": self.errors,
            "startedAt": null, "finishedAt": null,
        })
    }

    fn finish(&mut self) -> Value {
        self.applied = self.steps.len();
        self.status = "SUCCESS";
        self.value()
    }

    fn advance(&mut self) {
        match self.status {
            _ if self.plan.hangs => {}
            "PENDING" => self.status = "IN_PROGRESS",
            "IN_PROGRESS" if self.plan.fails_after == Some(self.applied) => {
                self.status = "ROLLING_BACK";
                self.errors =
                    vec!["java.sql.SQLException: no such table\n\tat com.prisma.X".to_owned()];
            }
            "IN_PROGRESS" if self.applied < self.steps.len() => self.applied += 1,
            "IN_PROGRESS" => self.status = "SUCCESS",
            "ROLLING_BACK" if self.plan.stays_broken => self.status = "ROLLBACK_FAILURE",
            "ROLLING_BACK" if self.rolled_back < self.plan.undoes.unwrap_or(self.applied) => {
                self.rolled_back += 1;
            }
            "ROLLING_BACK" => self.status = "ROLLBACK_SUCCESS",
            _ => {}
        }
    }
}

/// Types and their fields, of a datamodel that is written plainly.
fn models(types: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut models: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut within: Option<String> = None;
    for line in types.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("type ") {
            let name = rest.split([' ', '{']).next().unwrap_or_default().to_owned();
            models.entry(name.clone()).or_default();
            within = Some(name);
        } else if line.starts_with('}') {
            within = None;
        } else if let (Some(model), Some((field, rest))) = (&within, line.split_once(':')) {
            let of_type = rest.split('@').next().unwrap_or_default().trim().to_owned();
            models
                .entry(model.clone())
                .or_default()
                .insert(field.trim().to_owned(), of_type);
        }
    }
    models
}

/// What changes from one datamodel to another, as far as this server can tell.
pub fn infer(before: &str, after: &str) -> Vec<Value> {
    let (before, after) = (models(before), models(after));
    let mut steps = Vec::new();
    for (model, fields) in &before {
        match after.get(model) {
            None => steps.push(json!({"type": "DeleteModel", "name": model})),
            Some(left) => {
                let gone = fields.keys().filter(|field| !left.contains_key(*field));
                steps.extend(
                    gone.map(|name| json!({"type": "DeleteField", "model": model, "name": name})),
                );
            }
        }
    }
    for (model, fields) in &after {
        let known = before.get(model);
        if known.is_none() {
            steps.push(json!({"type": "CreateModel", "name": model}));
        }
        for (name, of_type) in fields
            .iter()
            .filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name)))
        {
            let bare = of_type.trim_matches(['[', ']', '!']);
            steps.push(json!({
                "type": "CreateField", "model": model, "name": name,
                "typeName": if bare == "ID" { "GraphQLID" } else { bare }, "isRequired": of_type.ends_with('!'),
                "isList": of_type.starts_with('['), "unique": bare == "ID", "relation": null, "default": null, "enum": null,
            }));
        }
    }
    steps
}
