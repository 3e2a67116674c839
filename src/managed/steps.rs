//! Steps that several verbs share.

use super::observed::{COMPOSE, CONFIG, DOTENV, Observed};
use crate::cluster::{Cluster, Connector, Edition, services};
use crate::config::cluster_yml;
use crate::config::registry::NewEntry;
use crate::context::Context;
use crate::docker::ComposeVersion;
use crate::docker::ask::query;
use crate::docker::{Compose, Container, State};
use crate::error::{Failure, Kind, Result};
use crate::files::Access;
use crate::plan::{Plan, Step};
use crate::render::{Rendered, is_hand_edited, probe};
use crate::secret::Secret;
use crate::ui::Question;
use crate::wait::{Probe, Wait};
use std::time::Duration;

impl Observed {
    /// Asks before a rendered file that somebody edited is replaced. A copy is kept either way.
    pub fn allow_overwriting(&self, ctx: &Context, rendered: &Rendered) -> Result<()> {
        let edited: Vec<&str> = self.edited(rendered).map(|(name, _)| name).collect();
        if edited.is_empty() || ctx.dry_run {
            return Ok(());
        }
        let files = edited.join(" and ");
        ctx.ui.warn(&format!(
            "{files} in {} was edited by hand; what belongs there can go into \
             docker-compose.override.yml, which is never written",
            self.folder.display()
        ));
        ctx.ask().confirm(Question::ReplaceFiles, &files)
    }

    /// Rendered files on disk that are not as we wrote them and would be replaced.
    fn edited<'a>(
        &'a self,
        rendered: &'a Rendered,
    ) -> impl Iterator<Item = (&'static str, &'a String)> {
        let pairs = [
            (COMPOSE, &self.compose, rendered.compose.as_str()),
            (DOTENV, &self.dotenv, rendered.dotenv.reveal()),
        ];
        pairs.into_iter().filter_map(|(name, old, new)| {
            let old = old.as_ref()?;
            (old != new && is_hand_edited(old)).then_some((name, old))
        })
    }

    /// Writes whichever of the cluster's files is not as it should be.
    pub fn write_files(
        &self,
        plan: &mut Plan,
        cluster: &Cluster,
        rendered: &Rendered,
    ) -> Result<()> {
        for (name, text) in self.edited(rendered) {
            self.write(plan, &format!("{name}.edited"), text.clone(), false);
        }
        let config = self.config()?;
        let new_config = match config {
            Some((text, old)) if old != cluster => Some(cluster_yml::edit(text, old, cluster)?),
            Some(_) => None,
            None => Some(cluster_yml::render(cluster)),
        };
        if let Some(text) = new_config {
            self.write(plan, CONFIG, text, config.is_some());
        }
        if self.compose.as_ref() != Some(&rendered.compose) {
            self.write(
                plan,
                COMPOSE,
                rendered.compose.clone(),
                self.compose.is_some(),
            );
        }
        if self.dotenv.as_deref() != Some(rendered.dotenv.reveal()) {
            self.write(plan, DOTENV, rendered.dotenv.clone(), self.dotenv.is_some());
        }
        Ok(())
    }

    fn write(&self, plan: &mut Plan, name: &str, content: impl Into<Secret>, replaces: bool) {
        plan.then(Step::Write {
            path: self.folder.join(name),
            content: content.into(),
            // All of them: the folder is private, and even the compose file tells what runs here.
            access: Access::Private,
            replaces,
        });
    }

    /// `docker-compose up -d`, then the wait, then the registry entry.
    pub fn bring_up(
        &self,
        ctx: &Context,
        plan: &mut Plan,
        cluster: &Cluster,
        rendered: &Rendered,
        limit: Option<Duration>,
    ) -> Result<()> {
        plan.then(Step::Run {
            label: "starting the containers".to_owned(),
            done: "containers started".to_owned(),
            invocation: self.tools.up(&self.project(rendered)),
            progress: false,
        });
        if let Some(limit) = limit {
            plan.then(Step::Wait(Box::new(Wait {
                tools: self.tools.clone(),
                name: self.name.to_string(),
                folder: None,
                host: self.endpoint(cluster),
                database: self.probe(cluster),
                limit,
            })));
        }
        self.register(ctx, plan, cluster)
    }

    fn probe(&self, cluster: &Cluster) -> Probe {
        let database = &cluster.database;
        let Some(service) = cluster.database_service() else {
            return Probe::None;
        };
        match (cluster.edition(), self.database(cluster)) {
            (Edition::Cluster, Some(address)) => Probe::Greeting {
                connector: database.connector,
                address,
                insist: self.engine.local,
            },
            _ => Probe::Inside {
                service,
                command: probe(database),
            },
        }
    }

    /// Removes the containers of another edition with their network: its services are not in the
    /// compose file any more. Comes after the files are written: whatever is known of the cluster may
    /// be known from these containers only. Volumes stay.
    pub fn remove_other_edition(&self, plan: &mut Plan, cluster: &Cluster) {
        if !self.runs_other_edition(cluster) {
            return;
        }
        let ids: Vec<String> = self.containers.iter().map(|c| c.id.clone()).collect();
        self.stop_containers(plan);
        plan.then(Step::Run {
            label: "removing the containers of the other edition".to_owned(),
            done: "containers of the other edition removed, their data kept".to_owned(),
            invocation: self.tools.remove(&ids),
            progress: false,
        });
        plan.then(Step::Run {
            label: "removing their network".to_owned(),
            done: "their network removed".to_owned(),
            invocation: self.tools.prune_networks(self.name.as_ref()),
            progress: false,
        });
    }

    /// `docker-compose down -v`: all that is the cluster's in the engine.
    pub fn destroy(&self, plan: &mut Plan, rendered: &Rendered) {
        plan.then(Step::Run {
            label: "removing containers, network and data".to_owned(),
            done: "containers, network and data removed".to_owned(),
            invocation: self.tools.down(&self.project(rendered)),
            progress: false,
        });
        let left = self.left_volumes(rendered);
        if !left.is_empty() {
            plan.then(Step::Run {
                label: "removing the data of an earlier database".to_owned(),
                done: "data of an earlier database removed".to_owned(),
                invocation: self.tools.remove_volumes(&left),
                progress: false,
            });
        }
    }

    /// The registry entry, where it is missing or says something else.
    pub fn register(&self, ctx: &Context, plan: &mut Plan, cluster: &Cluster) -> Result<()> {
        let host = self.endpoint(cluster);
        if let Some(entry) = self.entry()? {
            let same_port = crate::url::port_of(&entry.host) == Some(cluster.port);
            let same_secret = match (&entry.secret, &cluster.cluster_secret) {
                (Some(theirs), Some(ours)) => theirs.is_same(ours),
                (theirs, ours) => theirs.is_none() && ours.is_none(),
            };
            if same_port && same_secret && !super::reachability::has_moved(self, entry) {
                // The host name may be the user's own choice.
                return Ok(());
            }
        }
        plan.then(Step::Register {
            path: ctx.home.registry(),
            entry: NewEntry {
                name: self.name.to_string(),
                host,
                secret: cluster.secret_as_registered(),
            },
        });
        Ok(())
    }

    /// Stops whatever is alive: the server edition with `docker-compose stop`, where its file is there.
    pub fn stop(&self, plan: &mut Plan) -> Result<()> {
        let cluster = match &self.config {
            Ok(Some((_, cluster))) => cluster,
            _ => {
                self.stop_containers(plan);
                return Ok(());
            }
        };
        let by_compose = cluster.edition() == Edition::Server
            && self.compose.is_some()
            && !self.runs_other_edition(cluster);
        if !by_compose {
            self.stop_containers(plan);
        } else if self.alive().next().is_some() {
            let project = self.project(&crate::render::render(cluster)?);
            plan.then(Step::Run {
                label: "stopping the containers".to_owned(),
                done: "containers stopped".to_owned(),
                invocation: self.tools.stop_project(&project),
                progress: false,
            });
        }
        Ok(())
    }

    /// `docker stop` of whatever is alive; the server goes before its database.
    fn stop_containers(&self, plan: &mut Plan) {
        let ids: Vec<String> = self.alive().map(|container| container.id.clone()).collect();
        if !ids.is_empty() {
            plan.then(Step::Run {
                label: "stopping the containers".to_owned(),
                done: "containers stopped".to_owned(),
                invocation: self.tools.stop(&ids),
                progress: false,
            });
        }
    }

    /// Containers that hold ports or do work. Sorted by service, the server comes first.
    pub fn alive(&self) -> impl Iterator<Item = &Container> {
        self.containers.iter().filter(|c| c.state.is_alive())
    }

    /// The names of its containers.
    pub fn container_names(&self) -> Vec<String> {
        self.containers.iter().map(|c| c.name.clone()).collect()
    }

    /// Says so when a cluster begins anew only because `cluster.yml` names another database by now.
    fn warn_of_empty_database(&self, ctx: &Context, cluster: &Cluster) {
        if self.runs_other_edition(cluster) {
            return;
        }
        let has = |connector: &Connector| {
            let service = Some(services::database(Edition::Server, *connector));
            let is_there = self.containers.iter().any(|c| Some(&*c.service) == service);
            is_there && cluster.database_service() != service
        };
        let had = [Connector::MySql, Connector::Postgres];
        let Some(had) = had.into_iter().find(has) else {
            return;
        };
        let now = match &cluster.database.external {
            Some(external) => format!("the database at {external}"),
            None => cluster.database.connector.name().to_owned(),
        };
        ctx.ui.warn_with(
            &format!(
                "cluster `{}` had its data in a {} container, and goes on without it in {now}",
                self.name,
                had.name(),
            ),
            &format!(
                "the data is kept: put back what {} said of the database and run this again",
                self.folder.join(CONFIG).display()
            ),
        );
    }

    /// Somebody paused it for a reason, and no generation of docker-compose can start it.
    fn refuse_paused(&self) -> Result<()> {
        let Some(paused) = self.containers.iter().find(|c| c.state == State::Paused) else {
            return Ok(());
        };
        let name = &paused.name;
        let message = format!(
            "could not start cluster `{}`: container `{name}` is paused",
            self.name
        );
        Err(Failure::new(Kind::ContainerFailed, message)
            .hint(format!("let it go on with `docker unpause {name}`")))
    }

    /// Makes sure that there is a docker-compose before anything is changed, and says so when it will
    /// make all containers anew only because the other generation of it made them: their data stays,
    /// but nobody should wonder.
    pub fn check_compose(&self, ctx: &Context, cluster: &Cluster) -> Result<()> {
        self.refuse_paused()?;
        self.warn_of_empty_database(ctx, cluster);
        let made_by = self
            .containers
            .iter()
            .find_map(|c| c.compose_version.as_ref());
        // A program was found on PATH; whether docker has the plugin shows when it is asked. v1 takes
        // a third of a second to say its version, so it is asked only where the answer matters.
        if made_by.is_none() && matches!(self.tools.compose, Compose::Standalone(_)) {
            return Ok(());
        }
        let now = ComposeVersion::new(&query(ctx, &self.tools.compose_version())?.stdout);
        if let Some(made_by) = made_by.filter(|made_by| made_by.is_v1() != now.is_v1()) {
            ctx.ui.warn(&format!(
                "the containers were made by docker-compose {made_by} and will be made anew by {now}; \
                 their data is kept"
            ));
        }
        Ok(())
    }
}
