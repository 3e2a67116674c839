//! The steps of plans: what has to change so that a cluster becomes what it should be.

use super::observed::Observed;
use super::ready::Ready;
use crate::cluster::files::{COMPOSE, CONFIG, DOTENV, OVERRIDE};
use crate::cluster::{Cluster, Edition, Fact};
use crate::config::cluster_yml;
use crate::config::registry::{Entry, NewEntry};
use crate::context::Context;
use crate::docker::Container;
use crate::error::Result;
use crate::files::Access;
use crate::plan::{Action, Plan, Run, Step};
use crate::render::{Rendered, is_hand_edited, probe, render};
use crate::secret::Secret;
use crate::server::readiness::Candidate;
use crate::server::version::ManagementPath;
use crate::url::{host_of, is_loopback, literal, port_of};
use crate::wait::{Probe, Wait};

impl Observed {
    /// The rendered files that were edited by hand and would be replaced: name and text.
    pub(super) fn edited<'a>(
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

    /// Writes those of the cluster's files that are not as they should be.
    pub fn write_files(
        &self,
        plan: &mut Plan,
        cluster: &Cluster,
        rendered: &Rendered,
    ) -> Result<()> {
        for (name, text) in self.edited(rendered) {
            self.write(plan, &format!("{name}.edited"), None, text);
        }
        let config = self.config()?;
        let text = match config {
            Some((text, old)) if old == cluster => text.clone(),
            Some((text, old)) => cluster_yml::edit(text, old, cluster)?,
            None => cluster_yml::render(cluster),
        };
        self.write(plan, CONFIG, config.map(|(text, _)| text), &text);
        let (compose, dotenv) = (self.compose.as_ref(), self.dotenv.as_ref());
        self.write(plan, COMPOSE, compose, &rendered.compose);
        self.write(plan, DOTENV, dotenv, rendered.dotenv.reveal());
        if let Some(text) = &self.inherited {
            self.write(plan, OVERRIDE, None, text);
        }
        Ok(())
    }

    fn write(&self, plan: &mut Plan, name: &str, old: Option<&String>, content: &str) {
        if old.map(String::as_str) != Some(content) {
            plan.then(Step::Write {
                path: self.folder.join(name),
                content: content.into(),
                // The folder is private, and even the compose file says what runs here.
                access: Access::Private,
                replaces: old.is_some(),
            });
        }
    }

    /// `docker-compose up -d`, then the wait, then the registry entry.
    pub fn bring_up(
        &self,
        ctx: &Context,
        plan: &mut Plan,
        cluster: &Cluster,
        ready: &Ready,
    ) -> Result<()> {
        let project = self.project(&ready.rendered);
        let is_cut_off = self.containers.iter().any(|c| c.is_cut_off);
        if is_cut_off {
            ctx.ui.status(
                "a container has lost its network: recreating the containers; data is kept",
            );
        }
        let up = self
            .tools
            .up(&project, self.is_taken_over || is_cut_off, ready.limit);
        let run = Run::new("starting the containers", "containers started", up);
        // One that an earlier step stops is not stopped again.
        let is_stopped = plan.0.iter().any(Step::is_slow);
        let slow = self.slow_to_stop().filter(|_| !is_stopped);
        let run = run
            .recreating(self.tools.up(&project, true, ready.limit))
            .slow(slow);
        plan.then(Step::Run(run));
        if let Some(limit) = ready.limit {
            plan.then(Step::Wait(Box::new(Wait {
                tools: self.tools.clone(),
                name: self.name.to_string(),
                folder: None,
                server: self.candidate(cluster),
                database: self.probe(cluster),
                limit,
            })));
        }
        self.register(ctx, plan, cluster)
    }

    /// The server of `cluster`, to be asked whether it is ready.
    pub(super) fn candidate(&self, cluster: &Cluster) -> Candidate {
        Candidate {
            host: self.endpoint(cluster),
            first: ManagementPath::of(&cluster.version),
            secret: cluster.cluster_secret.clone(),
        }
    }

    fn probe(&self, cluster: &Cluster) -> Probe {
        let database = &cluster.database;
        let Some(service) = cluster.database_service() else {
            return Probe::None;
        };
        match (cluster.edition(), self.database(cluster)) {
            (Edition::Cluster, Some(address)) => Probe::Handshake {
                connector: database.connector,
                address,
                must_be_seen: self.engine.local,
            },
            _ => Probe::Inside {
                service: service.to_owned(),
                command: probe(database.connector),
            },
        }
    }

    /// Removes the containers of another edition and their network, which are no longer in the compose
    /// file. Comes after the files are written: what is known of the cluster may be known from these
    /// containers only. Volumes are kept.
    pub fn remove_other_edition(&self, plan: &mut Plan, cluster: &Cluster) {
        if !self.runs_other_edition(cluster) {
            return;
        }
        let ids: Vec<String> = self.containers.iter().map(|c| c.id.clone()).collect();
        self.stop_containers(plan);
        plan.then(Step::run(
            "removing the other edition's containers",
            "removed the other edition's containers; data is kept",
            self.tools.remove(&ids),
        ));
        plan.then(Step::run(
            "removing their network",
            "removed their network",
            self.tools.prune_networks(self.name.as_ref()),
        ));
    }

    /// `docker-compose down -v`: everything that is the cluster's in the engine.
    pub fn destroy(&self, plan: &mut Plan, rendered: &Rendered) {
        let remove = Run::new(
            "removing containers, network and data",
            "containers, network and data removed",
            self.tools.down(&self.project(rendered)),
        );
        plan.then(Step::Run(remove.slow(self.slow_to_stop())));
        let left = self.left_volumes(rendered);
        if !left.is_empty() {
            plan.then(Step::run(
                "removing the data of an earlier database",
                "data of an earlier database removed",
                self.tools.remove_volumes(&left),
            ));
        }
    }

    /// Adds the registry entry, or corrects it.
    pub fn register(&self, ctx: &Context, plan: &mut Plan, cluster: &Cluster) -> Result<()> {
        let is_right = |entry: &Entry| {
            // The host name may be the user's own choice.
            port_of(&entry.host) == Some(cluster.port)
                && is_same(entry.secret.as_ref(), cluster.cluster_secret.as_ref())
                && !self.has_moved(entry)
        };
        if !self.entry()?.is_some_and(is_right) {
            plan.then(Step::Register {
                path: ctx.home.registry(),
                entry: NewEntry {
                    name: self.registered_name(),
                    host: self.endpoint(cluster),
                    secret: cluster.secret_as_registered(),
                },
            });
        }
        Ok(())
    }

    /// Whether the registry names a machine where the cluster is not: the entry was written with another
    /// engine, or the machine got another address. A name may be the user's own choice.
    fn has_moved(&self, entry: &Entry) -> bool {
        let host = host_of(&entry.host);
        let is_name = !is_loopback(host) && literal(host).is_none();
        self.is_remote().unwrap_or(false) && !self.engine.local && !is_name
    }

    /// Stops whatever is alive: the server edition with `docker-compose stop`, if its file exists.
    pub fn stop(&self, plan: &mut Plan) -> Result<()> {
        let Ok(Some((_, cluster))) = &self.config else {
            self.stop_containers(plan);
            return Ok(());
        };
        let by_compose = cluster.edition() == Edition::Server
            && self.compose.is_some()
            && !self.runs_other_edition(cluster);
        if !by_compose {
            self.stop_containers(plan);
        } else if self.alive().next().is_some() {
            let project = self.project(&render(cluster)?);
            self.stop_with(plan, self.tools.stop_project(&project));
        }
        Ok(())
    }

    /// `docker stop` of whatever is alive; the server stops before its database.
    fn stop_containers(&self, plan: &mut Plan) {
        let ids: Vec<String> = self.alive().map(|container| container.id.clone()).collect();
        if !ids.is_empty() {
            self.stop_with(plan, self.tools.stop(&ids));
        }
    }

    fn stop_with(&self, plan: &mut Plan, action: Action) {
        let stop = Run::new("stopping the containers", "containers stopped", action);
        plan.then(Step::Run(stop.slow(self.slow_to_stop())));
    }

    /// Why stopping takes ten seconds, if it does.
    fn slow_to_stop(&self) -> Option<String> {
        let server = self.alive().find(|container| container.is_server())?;
        let version = server.version()?;
        (!version.has(Fact::StopsOnSignal)).then(|| {
            format!("Prisma {version} ignores the signal to stop, so Docker kills it after 10s")
        })
    }

    /// Containers that hold ports or do work. Sorted by service: the server comes first.
    fn alive(&self) -> impl Iterator<Item = &Container> {
        self.containers.iter().filter(|c| c.state.is_alive())
    }

    /// The names of its containers.
    pub fn container_names(&self) -> Vec<String> {
        self.containers.iter().map(|c| c.name.clone()).collect()
    }
}

fn is_same(one: Option<&Secret>, other: Option<&Secret>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.is_same(other),
        (one, other) => one.is_none() && other.is_none(),
    }
}
