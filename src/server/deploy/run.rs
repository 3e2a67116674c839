//! A run of a deployment: one attempt, or several if the server needs the parts one after the other.

use super::follow::{Accepted, follow};
use super::waiting::Waiting;
use super::{DeployInput, Deployment, Event, Note, Outcome, Waits, subscriptions};
use crate::cluster::Fact;
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use crate::server::management::{Management, Schema, Verdict};
use crate::server::service::Service;
use crate::server::types::check;
use crate::server::version::Server;
use std::time::{Duration, Instant};

/// Deploys, and follows the migration until it ends.
///
/// # Errors
///
/// The server is unreachable, rejected the token or is too slow; a signal. Its response to the schema
/// is a [`Deployment`].
pub fn run(
    management: &Management,
    input: &DeployInput,
    waits: Waits,
    events: &mut dyn FnMut(Event),
) -> Result<Deployment> {
    let begun = Instant::now();
    let before = management.requests();
    let failure = |error| management.failure(&tried(management), error);
    let server = management.server().map_err(failure)?;
    management.check_length().map_err(failure)?;
    let version = server.parsed();
    if input.no_migrate && version.is_some_and(|version| !version.has(Fact::NoMigration)) {
        return Err(migrates_always(management, server));
    }
    events(Event::Server(server.clone()));
    let secrets: Vec<Secret> = (input.schema.secrets.iter())
        .map(|one| one.as_str().into())
        .collect();
    let mut run = Run {
        management,
        service: Service::of(management, &secrets),
        input,
        waits,
        events,
        exists: None,
        created: false,
        waiting: Waiting::default(),
        took: Duration::ZERO,
    };
    let mut answer = run.whole()?;
    run.note(&secrets, &mut answer);
    Ok(Deployment {
        server: server.clone(),
        created: run.created,
        first: answer.first,
        steps: answer.verdict.steps,
        warnings: answer.verdict.warnings,
        notes: answer.notes,
        outcome: answer.outcome,
        requests: management.requests() - before + run.service.requests(),
        elapsed: begun.elapsed(),
    })
}

fn migrates_always(management: &Management, server: &Server) -> Failure {
    let message = format!(
        "{}: Prisma {} always migrates the database",
        tried(management),
        server.version
    );
    let since = Fact::NoMigration.since();
    Failure::new(Kind::Refused, message)
        .hint(format!("`--no-migrate` requires Prisma {since} or later"))
}

pub(super) fn tried(management: &Management) -> String {
    let (name, stage) = management.service();
    format!("could not deploy `{name}` to stage `{stage}`")
}

pub(super) struct Run<'a> {
    pub management: &'a Management,
    pub service: Service,
    pub input: &'a DeployInput,
    pub waits: Waits,
    pub events: &'a mut dyn FnMut(Event),
    /// Whether the service exists, once it is known.
    pub exists: Option<bool>,
    /// Whether this run created it.
    pub created: bool,
    pub waiting: Waiting,
    /// How long the server took to answer the last deployment.
    pub took: Duration,
}

/// How the server answered, and how its migration ended.
struct Answer {
    verdict: Verdict,
    outcome: Outcome,
    notes: Vec<Note>,
    /// Whether nothing was deployed to the service before.
    first: bool,
    /// Whether the migration waited for another one, which changed what it was computed from.
    outdated: bool,
}

impl Answer {
    fn failed(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::Invalid { .. } | Outcome::NeedsForce | Outcome::RolledBack { .. }
        )
    }
}

impl Run<'_> {
    fn whole(&mut self) -> Result<Answer> {
        let schema = &self.input.schema;
        let answer = self.up_to_date(schema)?;
        match self.types_first(schema, &answer) {
            Some(types) => self.in_two_steps(types),
            None => Ok(answer),
        }
    }

    /// What to deploy first if subscriptions were rejected because their types are not deployed yet.
    fn types_first(&self, schema: &Schema, answer: &Answer) -> Option<Schema> {
        let version = self.management.version();
        match &answer.outcome {
            Outcome::Invalid { errors }
                if version.is_none_or(|version| !version.has(Fact::NewTypesInSubscriptions)) =>
            {
                subscriptions::without_new(schema, errors)
            }
            _ => None,
        }
    }

    /// Deploys the types, and then the subscriptions to them.
    fn in_two_steps(&mut self, mut types: Schema) -> Result<Answer> {
        (self.events)(Event::TypesFirst);
        let mut first = self.up_to_date(&types)?;
        // From 1.10 on, a server reports one subscription at a time.
        while let Some(fewer) = self.types_first(&types, &first) {
            types = fewer;
            first = self.up_to_date(&types)?;
        }
        if self.input.dry_run || first.failed() {
            return Ok(first);
        }
        let then = self.up_to_date(&self.input.schema);
        let mut then =
            then.map_err(|failure| failure.and(format_args!(": {}", Note::OnlyTypes)))?;
        then.notes.push(if then.failed() {
            Note::OnlyTypes
        } else {
            Note::TypesFirst
        });
        then.first = first.first;
        let (earlier, later) = (first.verdict.steps, &mut then.verdict.steps);
        *later = earlier.map(|mut steps| {
            steps.extend(later.take().unwrap_or_default());
            steps
        });
        first.verdict.warnings.append(&mut then.verdict.warnings);
        then.verdict.warnings = first.verdict.warnings;
        Ok(then)
    }

    /// Deploys once more if another deployment made the first attempt fail.
    fn up_to_date(&mut self, schema: &Schema) -> Result<Answer> {
        let answer = self.once(schema)?;
        if !answer.outdated {
            return Ok(answer);
        }
        (self.events)(Event::Again);
        self.once(schema)
    }

    fn once(&mut self, schema: &Schema) -> Result<Answer> {
        let answer = |verdict, outcome, first| Answer {
            verdict,
            outcome,
            notes: Vec::new(),
            first,
            outdated: false,
        };
        let warnings = self.losses()?;
        if !warnings.is_empty() {
            let verdict = Verdict {
                warnings,
                ..Verdict::default()
            };
            return Ok(answer(verdict, Outcome::NeedsForce, false));
        }
        let Some(mut verdict) = self.send(schema)? else {
            return Ok(self.unseen(schema));
        };
        if !verdict.errors.is_empty() {
            let errors = std::mem::take(&mut verdict.errors);
            return Ok(answer(verdict, Outcome::Invalid { errors }, self.created));
        }
        let Some(migration) = verdict.migration.take() else {
            let outcome = self.without_migration(&mut verdict);
            return Ok(answer(verdict, outcome, self.created));
        };
        (self.events)(Event::Accepted {
            steps: verdict.steps.clone().unwrap_or_default(),
            warnings: verdict.warnings.clone(),
        });
        // A service is created with revision 1.
        let first = self.created || migration.revision <= 2;
        let accepted = Accepted {
            order: std::mem::take(&mut verdict.order),
            migration,
            took: self.took,
        };
        let ended = follow(self.management, &accepted, self.waits, self.events)?;
        Ok(Answer {
            outdated: ended.outdated,
            ..answer(verdict, ended.outcome, first)
        })
    }

    /// A dry run of a service that does not exist: the server does not look at its datamodel.
    fn unseen(&self, schema: &Schema) -> Answer {
        let errors = check::errors(schema, self.management.version().as_ref());
        Answer {
            verdict: Verdict::default(),
            outcome: match &*errors {
                [] => Outcome::WouldCreate,
                _ => Outcome::Invalid { errors },
            },
            notes: vec![Note::CheckedHere],
            first: true,
            outdated: false,
        }
    }

    fn without_migration(&self, verdict: &mut Verdict) -> Outcome {
        if !verdict.warnings.is_empty() && !self.input.force {
            return Outcome::NeedsForce;
        }
        let changes = verdict.steps.as_ref().is_none_or(|steps| !steps.is_empty());
        if self.input.dry_run && changes {
            return Outcome::WouldApply;
        }
        verdict.steps.get_or_insert_default();
        Outcome::UpToDate
    }

    /// Notes what the server does not say.
    fn note(&mut self, secrets: &[Secret], answer: &mut Answer) {
        match answer.outcome {
            Outcome::UpToDate | Outcome::WouldApply if self.input.dry_run => {
                answer.notes.push(Note::NotCompared);
            }
            Outcome::UpToDate if !self.are_in_force(secrets) => {
                answer.notes.push(Note::SecretsNotInForce);
            }
            _ => {}
        }
    }

    /// Whether the service accepts its secrets, and nothing else. Asked only where a server may still use
    /// other ones than it has stored; if it does not answer, nothing is known against it.
    fn are_in_force(&self, secrets: &[Secret]) -> bool {
        let version = self.management.version();
        if version.is_none_or(|version| version.has(Fact::SecretsAtOnce)) {
            return true;
        }
        let is_open = self.service.opens(None);
        if secrets.is_empty() {
            return is_open != Ok(false);
        }
        is_open != Ok(true)
            && (secrets.iter()).all(|secret| self.service.opens(Some(secret)) != Ok(false))
    }
}
