//! Services and migrations of the stand-in.

use serde_json::{Value, json};

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
    /// Never leaves `PENDING`; or, if it fails, `ROLLING_BACK`.
    pub hangs: bool,
    /// What is said of one that fails, instead of one error.
    pub reasons: Vec<String>,
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
    pub fn status(&mut self, id: &str) -> Value {
        if let Some(open) = self.open() {
            let seen = if open.plan.at_once {
                open.finish(id)
            } else {
                open.value(id)
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
        last.expect("the first migration").value(id)
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

    /// `id` is the service's.
    pub fn value(&self, id: &str) -> Value {
        let done = self.revision > 1 && !self.is_open();
        let begun = done || (self.is_open() && self.status != "PENDING");
        let time = |known: bool| known.then_some("2026-01-02T03:04:05.678Z");
        json!({
            "projectId": id, "revision": self.revision, "status": self.status, "applied": self.applied,
            "rolledBack": self.rolled_back, "steps": self.steps, "errors": self.errors,
            "startedAt": time(begun), "finishedAt": time(done),
        })
    }

    fn finish(&mut self, id: &str) -> Value {
        self.applied = self.steps.len();
        self.status = "SUCCESS";
        self.value(id)
    }

    fn advance(&mut self) {
        match self.status {
            "PENDING" if self.plan.hangs && self.plan.fails_after.is_none() => {}
            "ROLLING_BACK" if self.plan.hangs => {}
            "PENDING" => self.status = "IN_PROGRESS",
            "IN_PROGRESS" if self.plan.fails_after == Some(self.applied) => {
                self.status = "ROLLING_BACK";
                self.errors.clone_from(&self.plan.reasons);
                if self.errors.is_empty() {
                    self.errors =
                        vec!["java.sql.SQLException: no such table\n\tat com.prisma.X".to_owned()];
                }
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
