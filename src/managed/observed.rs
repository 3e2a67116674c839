//! Everything that a verb has to know before it decides: files, registry entry, containers.

use super::configured::{read_config, read_entry, with_registered_secret};
use super::owner::{self, Known, Other};
use super::{adopt, elsewhere, ports};
use crate::cluster::files::{COMPOSE, CONFIG, DOTENV, OVERRIDE};
use crate::cluster::{Cluster, ClusterName, PrismaVersion};
use crate::config::registry::Entry;
use crate::context::{Context, require_unicode};
use crate::docker::container::parse_names;
use crate::docker::{Compose, Container, Engine, Project, Tools, ask};
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::render::{Rendered, render};
use crate::suggest;
use crate::thread::{alongside, joined};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::SystemTime;

/// One cluster as it was found.
pub struct Observed {
    pub name: ClusterName,
    pub tools: Tools,
    pub engine: Engine,
    /// The cluster's folder, whether it exists or not.
    pub folder: PathBuf,
    /// The text of `cluster.yml` and what it says. Verbs that do not need it work with a broken one.
    pub(super) config: Result<Option<(String, Cluster)>>,
    /// The rendered files as they are now.
    pub compose: Option<String>,
    pub dotenv: Option<String>,
    /// When the override file was last changed, if it exists.
    overridden: Option<SystemTime>,
    /// The cluster's registry entry. Verbs that do not need it work with a broken registry.
    entry: Result<Option<Entry>>,
    /// Whether that entry is about another machine than the engine's.
    is_remote: bool,
    pub containers: Vec<Container>,
    /// Whether the containers are another home's, which is to lose them.
    pub is_taken_over: bool,
    /// The override file of that home, if this one has none.
    pub(super) inherited: Option<String>,
    /// The clusters that have a folder here.
    others: Vec<String>,
    /// The names of its volumes; empty unless [`Observed::observe_with_volumes`] asked for them.
    pub volumes: Vec<String>,
    /// Those of them that docker-compose created for the project.
    project_volumes: Vec<String>,
}

impl Observed {
    /// Fails when a file cannot be read, the engine does not answer, or the name means something else
    /// than a cluster of this home on this engine.
    pub fn observe(ctx: &Context, name: &ClusterName) -> Result<Observed> {
        Observed::look(ctx, name, false)
    }

    /// The same, also if the cluster is another home's: it is to become this home's.
    pub fn observe_to_take_over(ctx: &Context, name: &ClusterName) -> Result<Observed> {
        Observed::look(ctx, name, true)
    }

    fn look(ctx: &Context, name: &ClusterName, take_over: bool) -> Result<Observed> {
        let folder = ctx.home.cluster(name.as_ref());
        require_unicode(
            &folder,
            "docker-compose needs one: set `PRISMA_HOME` to another folder",
        )?;
        let tools = Tools::find(&ctx.env, &*ctx.runner)?;
        tools.notes().iter().for_each(|note| ctx.ui.detail(note));
        let engine = Engine::find(&ctx.env)?;
        elsewhere::refuse_compose_v1(ctx, &tools, &engine)?;
        let containers = ask::containers(ctx, &tools, name.as_ref())?;
        let config = read_config(ctx, name);
        let mut entry = read_entry(ctx, name);
        let known = Known {
            is_configured: !matches!(config, Ok(None)),
            is_registered: !matches!(entry, Ok(None)),
        };
        let other = owner::other(&folder, &containers, known, engine.local);
        if let Some(other) = other
            .as_ref()
            .filter(|other| !take_over || !other.can_be_replaced())
        {
            return Err(other.refusal(name));
        }
        let is_taken_over = other.is_some();
        if let Some(old) = name.before_1_21()
            && containers.is_empty()
            && matches!((&config, &entry), (Ok(None), Ok(Some(_))))
        {
            owner::refuse_old_name(ctx, &tools, name, &old)?;
        }
        let overridden = std::fs::metadata(folder.join(OVERRIDE));
        let overridden = overridden.and_then(|metadata| metadata.modified()).ok();
        let inherited = match other {
            Some(Other::Home(theirs)) if overridden.is_none() => {
                files::read_text(&theirs.join(OVERRIDE))?
            }
            _ => None,
        };
        let (compose, dotenv) = (
            files::read_text(&folder.join(COMPOSE))?,
            files::read_text(&folder.join(DOTENV))?,
        );
        let secrets = [CONFIG, COMPOSE, DOTENV].map(|name| folder.join(name));
        if let Some((text, hint)) = files::exposure(secrets) {
            ctx.ui.warn_once(&text, &hint);
        }
        let mut is_remote = false;
        if let Ok(Some(entry)) = &entry {
            let known = config.as_ref().ok().and_then(Option::as_ref);
            let published = known.map(|(_, cluster)| engine.reach(cluster.bind));
            is_remote = elsewhere::is_elsewhere(ctx, &engine, entry, published.as_deref())?;
        }
        // Spelled otherwise, it is another cluster that happens to run elsewhere.
        if is_remote && matches!(&entry, Ok(Some(entry)) if entry.name != name.as_ref()) {
            (entry, is_remote) = (Ok(None), false);
        }
        if let Ok(Some(entry)) = &entry
            && is_remote
            && containers.is_empty()
            && !matches!(config, Ok(None))
        {
            return Err(elsewhere::elsewhere(name, &engine, entry));
        }
        Ok(Observed {
            name: name.clone(),
            tools,
            engine,
            overridden,
            inherited,
            folder,
            config,
            compose,
            dotenv,
            entry,
            is_remote,
            containers,
            is_taken_over,
            others: ctx.home.clusters(),
            volumes: Vec::new(),
            project_volumes: Vec::new(),
        })
    }

    /// Asks for the volumes as well, for verbs that destroy them.
    pub fn observe_with_volumes(ctx: &Context, name: &ClusterName) -> Result<Observed> {
        let tools = Tools::find_docker(&ctx.env, &*ctx.runner)?;
        let (observed, volumes) = std::thread::scope(|scope| {
            let volumes = alongside(scope, || ask::query(ctx, &tools.volumes(name.as_ref())));
            (Observed::observe(ctx, name), joined(volumes))
        });
        let mut observed = observed?;
        observed.project_volumes = parse_names(&volumes?.stdout);
        let mounted = observed.containers.iter().flat_map(|c| &c.volumes);
        let all: BTreeSet<&String> = mounted.chain(&observed.project_volumes).collect();
        observed.volumes = all.into_iter().cloned().collect();
        Ok(observed)
    }

    /// What `cluster.yml` says, if it exists.
    pub fn config(&self) -> Result<Option<&(String, Cluster)>> {
        self.config
            .as_ref()
            .map(Option::as_ref)
            .map_err(Clone::clone)
    }

    /// The cluster's registry entry, if it has one.
    pub fn entry(&self) -> Result<Option<&Entry>> {
        self.entry
            .as_ref()
            .map(Option::as_ref)
            .map_err(Clone::clone)
    }

    /// The name it has, or will have, in the registry.
    pub fn registered_name(&self) -> String {
        match &self.entry {
            Ok(Some(entry)) => entry.name.clone(),
            _ => self.name.to_string(),
        }
    }

    /// Whether there is nothing of such a cluster: neither containers nor a file.
    pub fn is_unknown(&self) -> bool {
        self.containers.is_empty() && matches!(self.config, Ok(None))
    }

    /// The cluster as it is: from `cluster.yml`, else adopted from what the npm CLI left. `None` if
    /// there is no such cluster.
    pub fn known(&self) -> Result<Option<Cluster>> {
        let config = self.config()?;
        let entry = self.entry()?;
        let cluster = match config {
            Some((_, cluster)) => cluster.clone(),
            None if self.containers.is_empty() && (entry.is_none() || self.is_remote) => {
                return Ok(None);
            }
            None => adopt::cluster(&self.name, &self.containers, entry)?,
        };
        with_registered_secret(entry, cluster).map(Some)
    }

    /// The same for verbs that need a cluster.
    pub fn cluster(&self) -> Result<Cluster> {
        self.known()?.ok_or_else(|| self.not_found())
    }

    /// Whether the name is an unknown one in a home with other clusters: probably a slip. The npm CLI knew no
    /// unknown names, so `local`, and any other in a home without clusters, is taken for one to be.
    pub fn is_mistaken(&self) -> bool {
        self.is_unknown() && !self.name.is_local() && !self.others.is_empty()
    }

    /// The same for verbs with which the npm CLI created one.
    pub fn cluster_or_new(
        &self,
        ctx: &Context,
        version: Option<&PrismaVersion>,
    ) -> Result<Cluster> {
        if let Some(known) = self.known()? {
            return Ok(known);
        }
        if self.is_mistaken() || self.is_remote()? {
            return Err(self.not_found());
        }
        let version = version.map_or_else(PrismaVersion::default_local, Clone::clone);
        let mut cluster =
            Cluster::documented(self.name.clone(), version).with_mirror_of(&ctx.env)?;
        ports::choose(ctx, self, &mut cluster, [None, None], true)?;
        Ok(cluster)
    }

    /// The failure of a verb on a cluster that does not exist.
    pub fn not_found(&self) -> Failure {
        let message = format!("cluster `{}` not found", self.name);
        let failure = Failure::new(Kind::UnknownCluster, message);
        let others: Vec<&str> = self.others.iter().map(String::as_str).collect();
        let failure = match suggest::nearest(self.name.as_ref(), &others) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        };
        failure.hint(format!("create it with `{}`", self.name.command("start")))
    }

    /// Whether the registry's entry is about another machine than the engine's.
    pub fn is_remote(&self) -> Result<bool> {
        self.entry()?;
        Ok(self.is_remote)
    }

    /// What docker-compose is given.
    pub fn project(&self, rendered: &Rendered) -> Project {
        let mut env = rendered.env.clone();
        // The plugin gets the engine from docker.
        if let Compose::Standalone(_) = self.tools.compose {
            let engine = self.engine.compose_env.iter();
            env.extend(engine.map(|(name, value)| (name.clone(), value.as_str().into())));
        }
        Project {
            name: self.name.to_string(),
            folder: self.folder.clone(),
            overridden: self.overridden.is_some() || self.inherited.is_some(),
            env,
        }
    }

    /// Checks and renders a cluster, and has its secrets masked from now on.
    pub fn render(ctx: &Context, cluster: &Cluster) -> Result<Rendered> {
        ctx.ui.conceal(cluster.secrets());
        cluster.check()?;
        let rendered = render(cluster)?;
        ctx.ui.conceal(rendered.escaped_secrets().cloned());
        Ok(rendered)
    }

    /// Whether all containers of the cluster are up.
    pub fn is_up(&self, cluster: &Cluster) -> bool {
        let services = [Some(cluster.server_service()), cluster.database_service()];
        let is_there = |service| self.containers.iter().any(|c| c.service == service);
        services.into_iter().flatten().all(is_there) && self.containers.iter().all(Container::is_up)
    }

    /// Whether the containers are of another edition, with other services on another network.
    pub fn runs_other_edition(&self, cluster: &Cluster) -> bool {
        let server = cluster.server_service();
        let mut servers = self.containers.iter().filter(|c| c.is_server());
        servers.any(|c| c.service != server)
    }

    /// Volumes that docker-compose created for a database the cluster had before: no longer in its file,
    /// so its `down -v` leaves them. Known after [`Observed::observe_with_volumes`] only.
    pub fn left_volumes(&self, rendered: &Rendered) -> Vec<String> {
        let is_in_file = |name: &String| {
            let mut volumes = rendered.volumes.iter();
            volumes.any(|volume| *name == format!("{}_{volume}", self.name))
        };
        let all = self.project_volumes.iter();
        all.filter(|name| !is_in_file(name)).cloned().collect()
    }

    /// Whether the files on disk are the rendered ones.
    pub fn matches_files(&self, rendered: &Rendered) -> bool {
        self.compose.as_deref() == Some(&rendered.compose)
            && self.dotenv.as_deref() == Some(rendered.dotenv.reveal())
    }

    /// Whether containers were created with an override that no longer exists.
    pub fn override_was_removed(&self) -> bool {
        let mut origins = self.containers.iter().filter_map(|c| c.origin.as_ref());
        self.overridden.is_none() && origins.any(|origin| origin.is_overridden)
    }

    /// Whether the override was changed after the containers were created, or removed.
    pub fn override_is_newer(&self) -> bool {
        let Some(changed) = self.overridden else {
            return self.override_was_removed();
        };
        let changed = crate::clock::nanos(changed);
        self.containers
            .iter()
            .any(|container| container.created < changed)
    }

    /// Where people and the registry find the server.
    pub fn endpoint(&self, cluster: &Cluster) -> String {
        format!("http://{}:{}", self.published_host(cluster), cluster.port)
    }

    /// The database's published address, if it is published; that of an external one.
    pub fn database(&self, cluster: &Cluster) -> Option<String> {
        let database = &cluster.database;
        if let Some(external) = &database.external {
            return Some(external.to_string());
        }
        let port = database.host_port?;
        Some(format!("{}:{port}", self.published_host(cluster)))
    }

    /// The container of a compose service.
    pub fn container(&self, service: &str) -> Option<&Container> {
        self.containers.iter().find(|c| c.service == service)
    }

    /// The host under which the published ports are reached.
    pub fn published_host(&self, cluster: &Cluster) -> String {
        self.engine.reach(cluster.bind)
    }
}
