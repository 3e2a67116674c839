//! A run of `prisma deploy`: one deployment, or several with `--watch`.

use super::post_deploy::{self, Deployed};
use super::progress::Progress;
use super::remedy::{Need, Remedies};
use super::{compose_server, renames, report, save_target, seed, start_stopped, starting};
use crate::cli;
use crate::cluster::{ClusterName, Fact};
use crate::commands::Report;
use crate::commands::service::loaded::{LoadedService, ServiceFiles};
use crate::commands::service::placement::{self, Placement};
use crate::commands::service::target::{self, Destination, TargetOverride};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::plan::{self, Permit};
use crate::server::deploy::{self, Deployment, Note, Outcome, Waits};
use crate::server::management::Management;
use crate::service::Service;
use crate::ui::Format;
use std::cell::Cell;
use std::rc::Rc;

pub struct DeployRun<'a> {
    pub ctx: &'a Context,
    pub args: &'a cli::Deploy,
    pub files: ServiceFiles<'a>,
    /// What the next deployment uses instead of what `prisma.yml` says.
    target: TargetOverride,
    /// Whether the last deployment wrote `prisma.yml`.
    pub wrote_prisma_yml: bool,
    /// What the last deployment needs before it can succeed.
    need: Cell<Option<Need>>,
    /// Whether the server has not answered the last deployment.
    is_silent: Cell<bool>,
    /// Whether this run has deployed subscriptions that the server still has: no server reports them.
    has_subscriptions: Cell<bool>,
}

impl<'a> DeployRun<'a> {
    pub fn new(ctx: &'a Context, args: &'a cli::Deploy) -> Result<Self> {
        Ok(DeployRun {
            ctx,
            args,
            files: ServiceFiles::find(ctx, &args.service.project)?,
            target: TargetOverride {
                cluster: None,
                ask: args.interactive,
            },
            wrote_prisma_yml: false,
            need: Cell::default(),
            is_silent: Cell::default(),
            has_subscriptions: Cell::default(),
        })
    }

    /// Deploys, and then seeds, writes the schema and runs the hooks.
    pub fn deploy(&mut self, loaded: &LoadedService) -> Result<Report> {
        let ctx = self.ctx;
        let service = &loaded.service;
        let destination = self.destination(loaded)?;
        if destination.managed.is_none() {
            let limit = self.args.limit();
            compose_server::wait_for_compose_server(ctx, &destination, &service.folder, limit)?;
        }
        let placement = Placement {
            service,
            destination: &destination,
        };
        if let Some(chosen) = &destination.chosen {
            self.save_choice(placement, chosen)?;
        }
        if ctx.dry_run {
            return self.deploy_to(loaded, placement, None);
        }
        let deploy = || {
            plan::act(ctx, destination.cluster.as_deref(), |permit| {
                self.deploy_to(loaded, placement, Some(permit))
            })
        };
        let mut remedies = Remedies::of(ctx, &destination, self.args.limit());
        loop {
            self.need.set(None);
            match (deploy(), self.need.take()) {
                (Err(failure), Some(need)) => remedies.offer(&need, failure)?,
                (result, _) => return result,
            }
        }
    }

    pub(super) fn destination(&mut self, loaded: &LoadedService) -> Result<Destination> {
        let ctx = self.ctx;
        let find = |target: &TargetOverride| {
            let variable = |name: &str| loaded.variable(&ctx.env, name);
            target::find(ctx, &loaded.service, target, &variable)
        };
        let found = match find(&self.target) {
            Err(failure) if self.is_local_missing(loaded, &failure) => {
                start_stopped::offer_local(ctx, failure, self.args.limit())?;
                find(&self.target)?
            }
            found => found?,
        };
        self.target.ask = false;
        if !start_stopped::offer_to_start(ctx, &found, self.args.limit())? {
            return Ok(found);
        }
        // Starting may just have created its secret.
        let same = TargetOverride {
            cluster: found.chosen.clone().or(self.target.cluster.clone()),
            ask: false,
        };
        Ok(Destination {
            chosen: found.chosen,
            ..find(&same)?
        })
    }

    fn is_local_missing(&self, loaded: &LoadedService, failure: &Failure) -> bool {
        let named = self.target.cluster.clone();
        let named = named.or_else(|| loaded.service.target.cluster_name());
        let is_local = named.is_some_and(|name| name == ClusterName::local().as_ref());
        failure.kind == Kind::UnknownCluster && is_local && !self.target.ask
    }

    fn save_choice(&mut self, placement: Placement<'_>, cluster: &str) -> Result<()> {
        if !self.args.no_write && save_target::save(self.ctx, placement, cluster)? {
            self.wrote_prisma_yml = true;
        } else {
            self.target.cluster = Some(cluster.to_owned());
        }
        Ok(())
    }

    /// Without a permit nothing is changed.
    fn deploy_to(
        &self,
        loaded: &LoadedService,
        placement: Placement<'_>,
        permit: Option<&Permit>,
    ) -> Result<Report> {
        let ui = &self.ctx.ui;
        let service = placement.service;
        let management = self
            .management(placement)
            .map_err(|f| about(f, placement))?;
        if let Some(limit) = self.args.wait_timeout {
            let asked = self.management(placement)?;
            starting::wait(self.ctx, &asked, limit).map_err(|f| about(f, placement))?;
        }
        let mut deployment = self
            .follow(placement, &management, self.ctx.dry_run)
            .map_err(|f| about(self.explained(f, placement, &management), placement))?;
        report::check(placement, &deployment)
            .map_err(|failure| renames::explained(&management, service, failure))?;
        self.warn_if_open(placement, &deployment);
        self.note_removed_subscriptions(service, &mut deployment);
        if deployment.notes.contains(&Note::SecretsNotInForce) {
            self.need.set(Some(Need::Secrets));
            return Err(report::not_in_force(placement, &deployment));
        }
        let after = post_deploy::run(
            self.ctx,
            self.args,
            loaded,
            Deployed {
                management: &management,
                deployment: &deployment,
                permit,
            },
        )?;
        let failure = after.failure(service);
        let report = report::of(placement, &deployment, after);
        let Some(failure) = failure else {
            return Ok(report);
        };
        // The deployment succeeded, and is reported even if the steps after it did not.
        if ui.terminal().format == Format::Text {
            // A closed stdout must not hide the failure.
            let _ = ui.print(&ui.mask(&report.text));
        }
        Err(failure.data(report.data))
    }

    /// Warns of a server that has accepted a secret of a kind that it does not check.
    fn warn_if_open(&self, placement: Placement<'_>, deployment: &Deployment) {
        let secret = placement.destination.credential.secret();
        if let Some(why) = secret.and_then(|secret| deployment.server.opened_by(secret)) {
            let label = &placement.destination.label;
            let hint = "give the server a secret that this version checks";
            self.ctx.ui.warn_with(&format!("{label}: {why}"), hint);
        }
    }

    /// Warns of webhooks that are still called although their subscriptions were removed.
    fn note_removed_subscriptions(&self, service: &Service, deployment: &mut Deployment) {
        if self.ctx.dry_run {
            return;
        }
        if !service.subscriptions.is_empty() {
            self.has_subscriptions.set(true);
        } else if deployment.outcome != Outcome::UpToDate {
            self.has_subscriptions.set(false);
        } else if self.has_subscriptions.get() {
            let note = Note::WebhooksRemain;
            self.ctx.ui.warn_with(
                &note.to_string(),
                "add an optional field to a type, deploy, remove it and deploy again",
            );
            deployment.notes.push(note);
        }
    }

    /// The server's management API, with the patience that the flags ask for.
    fn management(&self, placement: Placement<'_>) -> Result<Management> {
        let management = placement.management(self.ctx)?;
        Ok(management.patient(self.args.limit()))
    }

    /// What the server says about a service, without changing anything. `None`: it does not have `fact`.
    pub(super) fn preview(
        &self,
        placement: Placement<'_>,
        fact: Fact,
    ) -> Result<Option<Deployment>> {
        let ask = || {
            let management = self.management(placement)?;
            let server = management.server();
            let server = server.map_err(|error| management.failure("could not deploy", error))?;
            if server.parsed().is_some_and(|version| !version.has(fact)) {
                return Ok(None);
            }
            self.follow(placement, &management, true).map(Some)
        };
        ask().map_err(|failure| about(failure, placement))
    }

    /// Whether the server's database is Postgres, as far as it says.
    pub(super) fn uses_postgres(&self, placement: Placement<'_>) -> Result<bool> {
        let management = self.management(placement)?;
        let asked = management.uses_postgres();
        let failed = |error| management.failure("could not ask for the database", error);
        asked.map_err(|error| about(failed(error), placement))
    }

    /// A server that fails may have lost its database; one that is silent may wait for another server.
    fn explained(
        &self,
        failure: Failure,
        placement: Placement<'_>,
        management: &Management,
    ) -> Failure {
        let Some(name) = &placement.destination.managed else {
            return failure;
        };
        let found = match failure.kind {
            _ if management.has_crashed() => start_stopped::stopped_database(self.ctx, name),
            Kind::NotReady if self.is_silent.get() => start_stopped::held_up(self.ctx, name),
            _ => None,
        };
        found.unwrap_or(failure)
    }

    /// Checks the seed of a new service: what is wrong with it does not matter later.
    fn seed_check(&self, service: &Service) -> Option<Rc<dyn Fn() -> Result<()>>> {
        let seed = service.seed.clone().filter(|_| !self.args.no_seed)?;
        let service = service.clone();
        Some(Rc::new(move || {
            seed::check(&service.file, &seed).map_err(|failure| service.hide(failure))
        }))
    }

    fn follow(
        &self,
        placement: Placement<'_>,
        management: &Management,
        dry_run: bool,
    ) -> Result<Deployment> {
        let Service { name, .. } = placement.service;
        let input = deploy::DeployInput {
            schema: placement::schema(placement.service),
            dry_run,
            force: self.args.force,
            no_migrate: self.args.no_migrate,
            before_creating: self.seed_check(placement.service),
        };
        let waits = Waits {
            migration: self.args.limit(),
            busy: self.args.limit(),
            ..Waits::default()
        };
        let label = format!("deploying `{name}` to {}", placement.destination.label);
        let mut progress = Progress::begin(self.ctx, label);
        let deployment = deploy::run(management, &input, waits, &mut |event| progress.on(&event));
        if let Some(secret) = management.chosen_secret() {
            self.ctx.ui.detail(&format!("authenticated with {secret}"));
        }
        self.is_silent.set(progress.is_silent);
        if let (Err(_), Some(stuck)) = (&deployment, &progress.stalled) {
            self.need.set(Some(Need::Migration(stuck.clone())));
        }
        let deployment = deployment?;
        if deployment.succeeded() {
            progress.end();
        }
        Ok(deployment)
    }
}

/// Adds which service and which cluster a failure is about.
fn about(mut failure: Failure, placement: Placement<'_>) -> Failure {
    if failure.data.is_none() {
        failure = failure.data(report::place(placement));
    }
    match (failure.kind, &placement.destination.managed) {
        (Kind::Interrupted | Kind::Terminated, _) => return failure,
        (Kind::ServerUnreachable, Some(name)) => {
            failure = failure.hint(format!("start it with `{}`", name.command("start")));
        }
        _ => {}
    }
    failure.context(&placement.destination.label)
}
