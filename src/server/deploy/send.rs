//! Sends a deployment: creates the service if it does not exist, and waits if it is busy.

use super::run::{Run, tried};
use super::{Event, losses};
use crate::cluster::Fact;
use crate::error::{Failure, Kind, Result};
use crate::server::graphql::Error;
use crate::server::http::Limits;
use crate::server::management::projects_is as is;
use crate::server::management::{LIMITS, Modes, Patience, Problem, Schema, Verdict};
use crate::server::refusal::Refusal;
use crate::server::types::Types;
use std::time::Instant;

impl Run<'_> {
    /// What the datamodel would lose, where the server does not check it.
    pub(super) fn losses(&mut self) -> Result<Vec<Problem>> {
        let management = self.management;
        if self.input.force || management.checks_data_loss() {
            return Ok(Vec::new());
        }
        let types = Types::parse(&self.input.schema.types);
        let found = losses::found(management, &self.service, &types);
        let found = found.map_err(|error| {
            let tried = "could not compare the datamodel with what is deployed, and this server deletes data without asking";
            (management.failure(tried, error))
                .context(self::tried(management))
                .hint("back up the data, then add `--force` to deploy without comparing")
        })?;
        self.exists = Some(found.is_some());
        Ok(found.unwrap_or_default())
    }

    /// Sends the deployment. `None`: a dry run of a service that does not exist.
    pub(super) fn send(&mut self, schema: &Schema) -> Result<Option<Verdict>> {
        if self.exists.is_none() && schema.has_secrets() {
            self.look_up()?;
        }
        loop {
            if self.exists == Some(false) {
                if let Some(check) = &self.input.before_creating {
                    check()?;
                }
                if self.input.dry_run {
                    return self.check_access().map(|()| None);
                }
                self.add(schema)?;
            }
            match self.deploy(schema) {
                Ok(verdict) => {
                    self.exists = Some(true);
                    return Ok(Some(verdict));
                }
                Err(error) if is(&error, Refusal::UnknownService) && self.exists.is_none() => {
                    self.exists = Some(false);
                }
                Err(error) if is(&error, Refusal::Busy) => {
                    self.exists = Some(true);
                    self.wait_for_other(error)?;
                }
                Err(error) => return Err(self.unanswered(error, schema)),
            }
        }
    }

    /// Finds out whether the service exists, without sending a secret.
    fn look_up(&mut self) -> Result<()> {
        match self.management.migration_status() {
            Ok(_) => self.exists = Some(true),
            Err(error) if is(&error, Refusal::UnknownService) => self.exists = Some(false),
            Err(error) => return Err(self.failure(error)),
        }
        Ok(())
    }

    fn check_access(&self) -> Result<()> {
        let checked = self.management.check_access();
        checked.map_err(|error| self.failure(error))
    }

    /// Creates the service, unless another process has just done so.
    fn add(&mut self, schema: &Schema) -> Result<()> {
        let created = self.management.add_project(&schema.secrets);
        if created.map_err(|error| self.failure(error))? {
            self.created = true;
            (self.events)(Event::Created);
        }
        self.exists = Some(true);
        Ok(())
    }

    fn deploy(&mut self, schema: &Schema) -> std::result::Result<Verdict, Error> {
        let quiet = self.waits.quiet;
        let mut slow = || (self.events)(Event::Silent { quiet });
        let mut patience = Patience {
            limits: Limits {
                request: self.waits.migration,
                ..LIMITS
            },
            quiet,
            slow: Some(&mut slow),
        };
        let modes = Modes {
            dry_run: self.input.dry_run,
            force: self.input.force,
            no_migrate: self.input.no_migrate,
        };
        let sent = Instant::now();
        let answer = (self.management).deploy(schema, modes, &mut patience);
        self.took = sent.elapsed();
        answer
    }

    /// The failure for a deployment that was not answered, or not with a verdict.
    fn unanswered(&self, error: Error, schema: &Schema) -> Failure {
        let maybe_taken = match &error {
            Error::Fault(fault) => fault.is_after_sending(),
            Error::Ended(failure) => failure.kind != Kind::NotReady,
            Error::Api(_) => false,
        };
        let is_slow =
            matches!(&error, Error::Fault(fault) if fault.is_after_sending() && fault.is_timeout());
        let version = self.management.version();
        let combines = version.is_none_or(|version| version.has(Fact::SecretsWithSubscriptions));
        let is_combined = !schema.subscriptions.is_empty()
            && (!schema.secrets.is_empty() || self.service.opens(None) == Ok(false));
        let crashed = is(&error, Refusal::Crashed);
        let mut failure = self.failure(error);
        if crashed && !combines && is_combined {
            let message = format!(
                "{}\nPrisma before 1.4.0 fails on a service with both secrets and subscriptions",
                failure.message()
            );
            return Failure::new(failure.kind, message)
                .hint("upgrade the server to 1.4 or later")
                .hint("or remove `subscriptions`, change a type in the same deployment, and deploy")
                .hint("or remove `secret`, change a type, deploy without the subscriptions, and then with them: the service is open to everyone then");
        }
        if is_slow {
            failure = failure
                .hint("wait longer with `--wait-timeout`")
                .hint("if the server's log ends with `Obtaining exclusive agent lock...`, another server uses the same database: stop it");
        }
        if maybe_taken && !self.input.dry_run {
            failure = failure
                .hint("the deployment may have gone through; run the command again to check");
        }
        failure
    }

    fn failure(&self, error: Error) -> Failure {
        self.management.failure(&tried(self.management), error)
    }
}
