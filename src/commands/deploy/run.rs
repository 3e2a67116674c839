//! A run of `prisma deploy`: one deployment, or with `--watch` one after the other.

use super::post_deploy::{self, PostDeploy};
use super::progress::Progress;
use super::target::{self, Destination, TargetOverride};
use super::{compose_server, input, report, start_stopped};
use crate::api::deploy::{self, Deployment, Waits};
use crate::api::http::{Client, Proxies};
use crate::api::management::Management;
use crate::api::version::ManagementPath;
use crate::cli;
use crate::commands::Report;
use crate::config::EnvFiles;
use crate::config::prisma_yml::{self, Given};
use crate::context::{Context, working_folder};
use crate::diff;
use crate::error::{Failure, Kind, Result};
use crate::history;
use crate::service::{Form, Secret, Seed, Service};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What stays from one deployment of a run to the next.
pub struct DeployRun<'a> {
    pub ctx: &'a Context,
    pub args: &'a cli::Deploy,
    /// Where the user stands.
    folder: PathBuf,
    /// The `prisma.yml`.
    pub file: PathBuf,
    /// Somebody was asked for the cluster already.
    asked: Cell<bool>,
    /// The `prisma.yml` was written.
    pub wrote: Cell<bool>,
    /// The cluster that was chosen and stands nowhere.
    chosen: RefCell<Option<String>>,
}

/// A service as its files are at the moment.
pub struct LoadedService {
    pub service: Service,
    pub env_files: EnvFiles,
}

impl<'a> DeployRun<'a> {
    /// A run in the working directory.
    pub fn new(ctx: &'a Context, args: &'a cli::Deploy) -> Result<Self> {
        let folder = working_folder()?;
        Ok(DeployRun {
            ctx,
            args,
            file: prisma_yml::find(&folder)?,
            folder,
            asked: Cell::new(false),
            wrote: Cell::new(false),
            chosen: RefCell::default(),
        })
    }

    /// The files that variables come from, whether they are there or not.
    pub fn env_paths(&self) -> Vec<PathBuf> {
        match &self.args.env_file {
            Some(file) => vec![self.folder.join(file)],
            None => vec![self.service_folder().join(".env"), self.folder.join(".env")],
        }
    }

    fn service_folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    /// Reads the files of the service, and says nothing.
    pub fn read(&self) -> Result<LoadedService> {
        let env_file = self.args.env_file.as_deref();
        let env_files = EnvFiles::load(self.service_folder(), &self.folder, env_file)?;
        let options = [("stage", &self.args.stage), ("cluster", &self.args.cluster)];
        let given = options
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        let opt: BTreeMap<String, String> = given.collect();
        let given = Given {
            env: &|name: &str| self.variable(&env_files, name),
            opt: &opt,
            unneeded: &[],
        };
        let service = prisma_yml::load(&self.file, given)?;
        check_seed(&service, self.args)?;
        Ok(LoadedService { service, env_files })
    }

    /// Reads the files of the service, and says what is odd about them.
    pub fn load(&self) -> Result<LoadedService> {
        let loaded = self.read()?;
        let service = &loaded.service;
        let headers = service.subscriptions.iter().flat_map(|s| s.headers.iter());
        // Behind the scheme, as in `Bearer …`, stands what is secret.
        let headers = headers.flat_map(|(_, value)| {
            let whole = value.reveal();
            [whole, whole.rsplit(' ').next().unwrap_or_default()]
        });
        let secrets = service.secrets.iter().map(Secret::reveal);
        self.ctx
            .ui
            .conceal(secrets.chain(headers).map(str::to_owned));
        for warning in &service.warnings {
            self.ctx.ui.warn(warning);
        }
        Ok(loaded)
    }

    fn variable(&self, env_files: &EnvFiles, name: &str) -> Option<String> {
        env_files.get(&self.ctx.env.lookup(), name)
    }

    /// Deploys, and does what is to be done after that.
    pub fn deploy(&self, loaded: &LoadedService) -> Result<Report> {
        let service = &loaded.service;
        let mut destination = self.destination(loaded)?;
        if start_stopped::offer_to_start(self.ctx, &destination)? {
            // Its secret may have been made just now.
            let chosen = destination.chosen.clone();
            let wish = TargetOverride {
                named: chosen.clone(),
                again: false,
            };
            let variable = |name: &str| self.variable(&loaded.env_files, name);
            destination = target::find(self.ctx, service, wish, &variable)?;
            destination.chosen = chosen;
        }
        if destination.managed.is_none() {
            compose_server::wait_for_compose_server(
                self.ctx,
                &destination,
                &service.folder,
                self.args.wait_timeout,
            )?;
        }
        self.remember(service, &destination)?;
        let cluster = destination.cluster.as_deref().filter(|_| !self.ctx.dry_run);
        history::noted(self.ctx, cluster, || self.bring(loaded, &destination))
    }

    /// Brings the service to where it belongs, and does what is to be done after that.
    fn bring(&self, loaded: &LoadedService, destination: &Destination) -> Result<Report> {
        let service = &loaded.service;
        let about = |failure: Failure| about(failure, service, destination);
        let management = self.management(service, destination).map_err(about)?;
        let deployment = self
            .follow(service, destination, &management)
            .map_err(about)?;
        report::check(service, destination, &deployment)?;
        for warning in &deployment.warnings {
            self.ctx.ui.warn(&report::line(service, warning));
        }
        let after = post_deploy::run(self, loaded, &management, &deployment)?;
        let report = report::of(service, destination, &deployment, &after);
        self.judge(service, report, &after)
    }

    fn destination(&self, loaded: &LoadedService) -> Result<Destination> {
        let wish = TargetOverride {
            named: self.chosen.borrow().clone(),
            again: self.args.interactive && !self.asked.get(),
        };
        let variable = |name: &str| self.variable(&loaded.env_files, name);
        let destination = target::find(self.ctx, &loaded.service, wish, &variable)?;
        self.asked.set(true);
        Ok(destination)
    }

    /// Writes a cluster that was chosen into `prisma.yml`, and says so.
    fn remember(&self, service: &Service, destination: &Destination) -> Result<()> {
        let Some(chosen) = &destination.chosen else {
            return Ok(());
        };
        if self.args.no_write || self.ctx.dry_run {
            *self.chosen.borrow_mut() = Some(chosen.clone());
        }
        if self.args.no_write {
            return Ok(());
        }
        let (file, shown) = (&service.file, service.file.display());
        let (key, value) = match service.form {
            Form::Cluster => ("cluster", chosen.clone()),
            Form::Endpoint => ("endpoint", input::service_url(service, destination)),
        };
        let edit = |text: &str| match service.form {
            Form::Cluster => prisma_yml::set_cluster(text, &value),
            Form::Endpoint => prisma_yml::set_endpoint(text, &value),
        };
        if self.ctx.dry_run {
            let (before, after) = prisma_yml::preview_target(file, edit)?;
            let mask = |line: &str| self.ctx.ui.mask(line).into_owned();
            let change = diff::indented(&diff::unified(Some(&before), Some(&after), &mask));
            let text = format!("would write `{key}: {value}` into {shown}{change}");
            self.ctx.ui.status(&text);
            return Ok(());
        }
        prisma_yml::save_target(file, edit)?;
        self.wrote.set(true);
        self.ctx
            .ui
            .status(&format!("wrote `{key}: {value}` into {shown}"));
        Ok(())
    }

    fn management(&self, service: &Service, destination: &Destination) -> Result<Management> {
        let client = Client::new(&destination.base, &Proxies::of(&self.ctx.env))
            .map_err(|fault| fault.failure(&destination.base))?;
        let first = match service.form {
            Form::Cluster => ManagementPath::Cluster,
            Form::Endpoint => ManagementPath::Management,
        };
        let management = Management::new(
            client,
            self.ctx.interrupt.clone(),
            &input::project_name(service, destination),
            &service.stage,
            destination.credential.clone(),
        );
        Ok(management.first(first))
    }

    fn follow(
        &self,
        service: &Service,
        destination: &Destination,
        management: &Management,
    ) -> Result<Deployment> {
        let input = deploy::DeployInput {
            schema: input::schema(service),
            dry_run: self.ctx.dry_run,
            force: self.args.force,
        };
        let waits = Waits {
            migration: self.args.wait_timeout,
            busy: self.args.wait_timeout,
        };
        let label = format!("deploying `{}` to {}", service.name, destination.label);
        let mut progress = Progress::begin(self.ctx, label);
        let deployment = deploy::run(management, &input, waits, &mut |event| progress.on(&event))?;
        if deployment.succeeded() {
            progress.end();
        }
        Ok(deployment)
    }

    /// A deployment that succeeded is reported even if what follows it failed.
    fn judge(&self, service: &Service, report: Report, after: &PostDeploy) -> Result<Report> {
        let Some(failure) = after.failure(service) else {
            return Ok(report);
        };
        let text = self.ctx.ui.mask(&report.text).into_owned();
        if self.ctx.ui.terminal().format == crate::ui::Format::Text {
            // A stdout that is gone is no reason to keep the failure back.
            let _ = self.ctx.ui.print(&text);
        }
        Err(failure.data(report.data))
    }
}

/// A seed that cannot be imported is told before a service is created for it.
fn check_seed(service: &Service, args: &cli::Deploy) -> Result<()> {
    let Some(Seed::Import { path, at }) = &service.seed else {
        return Ok(());
    };
    if args.no_seed {
        return Ok(());
    }
    let refuse = |why: String| {
        let message = format!("{}:{at}: {why}", service.file.display());
        Failure::new(Kind::ConfigInvalid, message)
    };
    let shown = path.display();
    if path
        .extension()
        .is_none_or(|extension| extension != "graphql")
    {
        let why = format!("`{shown}` cannot be imported: only `.graphql` files can");
        return Err(
            refuse(why).hint("use `run` with a command that imports it, or add `--no-seed`")
        );
    }
    if !path.is_file() {
        return Err(refuse(format!("there is no file `{shown}` to import"))
            .hint("correct the path, or add `--no-seed`"));
    }
    Ok(())
}

/// Says which service and which cluster a failure is about.
fn about(mut failure: Failure, service: &Service, destination: &Destination) -> Failure {
    if failure.data.is_none() {
        failure = failure.data(report::place(service, destination));
    }
    match failure.kind {
        Kind::Interrupted | Kind::Terminated => return failure,
        Kind::ServerUnreachable => {
            if let Some(name) = &destination.managed {
                failure = failure.hint(format!("start it with `{}`", name.command("start")));
            }
        }
        _ => {}
    }
    failure.context(&destination.label)
}
