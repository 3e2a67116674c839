//! Everything a verb has to know before it decides: files, registry entry, containers.

use super::{adopt, elsewhere, reachability};
use crate::cluster::{Cluster, ClusterName, Edition};
use crate::commands;
use crate::config::registry::Entry;
use crate::context::Context;
use crate::docker::{Compose, Container, Engine, Project, Tools, ask};
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::render::{Rendered, render};
use crate::secret::{Secret, SecretKind};
use crate::suggest;
use crate::thread::joined;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::SystemTime;

/// The files of a managed cluster.
pub const CONFIG: &str = "cluster.yml";
pub const COMPOSE: &str = "docker-compose.yml";
pub const DOTENV: &str = ".env";
pub const OVERRIDE: &str = "docker-compose.override.yml";

/// The state of one cluster as found.
pub struct Observed {
    pub name: ClusterName,
    pub tools: Tools,
    pub engine: Engine,
    /// The cluster's folder, there or not.
    pub folder: PathBuf,
    /// `cluster.yml`: its text and what it says. Verbs that do not need it work with a broken one.
    pub(super) config: Result<Option<(String, Cluster)>>,
    /// The rendered files, as they are now.
    pub compose: Option<String>,
    pub dotenv: Option<String>,
    /// When the override file was last changed, if there is one.
    pub overridden: Option<SystemTime>,
    /// The cluster's registry entry; the same holds for the registry.
    entry: Result<Option<Entry>>,
    /// Whether that entry is about another machine than the engine's.
    remote_entry: bool,
    /// The cluster's containers.
    pub containers: Vec<Container>,
    /// The clusters that have a folder here.
    others: Vec<String>,
    /// The names of its volumes; only [`Observed::observe_with_volumes`] asks for them.
    pub volumes: Vec<String>,
    /// Those of them that docker-compose made for the project.
    made: Vec<String>,
}

impl Observed {
    /// Looks. Fails when a file cannot be read or the engine does not answer.
    pub fn observe(ctx: &Context, name: &ClusterName) -> Result<Observed> {
        let folder = ctx.home.cluster(name.as_ref());
        let tools = Tools::find(&ctx.env, &*ctx.runner)?;
        let engine = Engine::find(&ctx.env)?;
        reachability::refuse_v1(ctx, &tools, &engine)?;
        let containers = ask::containers(ctx, &tools, name.as_ref())?;
        elsewhere::refuse_foreign(name, &folder, &containers)?;
        let mut observed = Observed {
            name: name.clone(),
            engine,
            config: commands::config(ctx, name, &folder.join(CONFIG)),
            compose: files::read_text(&folder.join(COMPOSE))?,
            dotenv: files::read_text(&folder.join(DOTENV))?,
            overridden: std::fs::metadata(folder.join(OVERRIDE))
                .and_then(|metadata| metadata.modified())
                .ok(),
            folder,
            tools,
            entry: read_entry(ctx, name),
            remote_entry: false,
            containers,
            others: ctx.home.clusters(),
            volumes: Vec::new(),
            made: Vec::new(),
        };
        observed.remote_entry = reachability::is_elsewhere(ctx, &observed)?;
        reachability::refuse_elsewhere(&observed)?;
        Ok(observed)
    }

    /// Looks at the volumes as well, for verbs that destroy them.
    pub fn observe_with_volumes(ctx: &Context, name: &ClusterName) -> Result<Observed> {
        let tools = Tools::find(&ctx.env, &*ctx.runner)?;
        let (observed, volumes) = std::thread::scope(|scope| {
            let volumes = scope.spawn(|| ask::query(ctx, &tools.volumes(name.as_ref())));
            (Observed::observe(ctx, name), joined(volumes))
        });
        let mut observed = observed?;
        let listed = volumes?.stdout;
        let mounted = observed
            .containers
            .iter()
            .flat_map(|c| c.volumes.iter().cloned());
        observed.made = listed.split_whitespace().map(str::to_owned).collect();
        observed.volumes = mounted
            .chain(observed.made.iter().cloned())
            .collect::<BTreeSet<String>>()
            .into_iter()
            .collect();
        Ok(observed)
    }

    /// What `cluster.yml` says, if there is one.
    pub fn config(&self) -> Result<Option<&(String, Cluster)>> {
        self.config
            .as_ref()
            .map(Option::as_ref)
            .map_err(Clone::clone)
    }

    /// The cluster's registry entry, if there is one.
    pub fn entry(&self) -> Result<Option<&Entry>> {
        self.entry
            .as_ref()
            .map(Option::as_ref)
            .map_err(Clone::clone)
    }

    /// Whether there is nothing at all of such a cluster: no containers, no file.
    pub fn is_unknown(&self) -> bool {
        self.containers.is_empty() && matches!(self.config, Ok(None))
    }

    /// The cluster as it is: from `cluster.yml`, else taken over from what the npm CLI left. `None`
    /// when there is no such cluster.
    pub fn known(&self) -> Result<Option<Cluster>> {
        let cluster = match self.config()? {
            Some((_, cluster)) => Some(cluster.clone()),
            None => adopt::cluster(self)?,
        };
        let entry = self.entry()?;
        cluster.map(|cluster| with_key(entry, cluster)).transpose()
    }

    /// The same for verbs that need one.
    pub fn cluster(&self) -> Result<Cluster> {
        self.known()?.ok_or_else(|| self.unknown())
    }

    /// The failure of a verb on a cluster that nobody knows.
    pub fn unknown(&self) -> Failure {
        let message = format!("there is no cluster `{}` here", self.name);
        let failure = Failure::new(Kind::UnknownCluster, message);
        let others: Vec<&str> = self.others.iter().map(String::as_str).collect();
        let failure = match suggest::nearest(self.name.as_ref(), &others) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        };
        failure.hint(format!("start one with `{}`", self.name.command("start")))
    }

    /// Whether the registry's entry is about another machine than the engine's.
    pub fn is_remote(&self) -> Result<bool> {
        self.entry()?;
        Ok(self.remote_entry)
    }

    /// What compose is told for `cluster`.
    pub fn project(&self, rendered: &Rendered) -> Project {
        Project {
            name: self.name.to_string(),
            folder: self.folder.clone(),
            overridden: self.overridden.is_some(),
            env: [rendered.env.clone(), self.engine_env()].concat(),
        }
    }

    /// What tells a docker-compose that is a program of its own the engine; the plugin is told by docker.
    fn engine_env(&self) -> Vec<(String, Secret)> {
        let env = match self.tools.compose {
            Compose::Standalone(_) => self.engine.compose_env.as_slice(),
            Compose::Plugin(_) => &[],
        };
        let secret = |(name, value): &(String, String)| (name.clone(), value.as_str().into());
        env.iter().map(secret).collect()
    }

    /// Checks and renders a cluster, and has its secrets masked from now on.
    pub fn render(ctx: &Context, cluster: &Cluster) -> Result<Rendered> {
        ctx.ui.conceal(cluster.secrets());
        cluster.check()?;
        let rendered = render(cluster)?;
        ctx.ui.conceal(rendered.escaped_secrets().cloned());
        Ok(rendered)
    }

    /// Whether docker has all containers of the cluster up.
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

    /// Volumes that docker-compose made for a database the cluster had before: not in its file any more,
    /// so its `down -v` leaves them. Known after [`Observed::observe_with_volumes`] only.
    pub fn left_volumes(&self, rendered: &Rendered) -> Vec<String> {
        let of_file = rendered.volumes.iter().copied();
        let of_file: Vec<String> = of_file.map(|v| format!("{}_{v}", self.name)).collect();
        let mut left = self.made.clone();
        left.retain(|name| !of_file.contains(name));
        left
    }

    /// Whether the rendered files on disk are these.
    pub fn has(&self, rendered: &Rendered) -> bool {
        self.compose.as_deref() == Some(&rendered.compose)
            && self.dotenv.as_deref() == Some(rendered.dotenv.reveal())
    }

    /// Whether the override was changed after the containers were made.
    pub fn override_is_newer(&self) -> bool {
        let Some(changed) = self.overridden else {
            return false;
        };
        let changed = humantime::format_rfc3339_nanos(changed).to_string();
        self.containers
            .iter()
            .any(|container| container.created < changed)
    }

    /// The endpoint: where people and the registry find the server.
    pub fn endpoint(&self, cluster: &Cluster) -> String {
        format!("http://{}:{}", self.reach(cluster), cluster.port)
    }

    /// The database's published address, if it is published; that of an external one.
    pub fn database(&self, cluster: &Cluster) -> Option<String> {
        let database = &cluster.database;
        match &database.external {
            Some(external) => Some(external.to_string()),
            None => {
                let port = database.host_port?;
                Some(format!("{}:{port}", self.reach(cluster)))
            }
        }
    }

    /// The host under which the published ports are reached.
    pub fn reach(&self, cluster: &Cluster) -> String {
        self.engine.reach(cluster.bind)
    }
}

/// What `cluster.yml` says of a cluster, if there is one: all that is needed where nothing is run.
pub fn configured(ctx: &Context, name: &ClusterName) -> Result<Option<Cluster>> {
    let folder = ctx.home.cluster(name.as_ref());
    let Some((_, cluster)) = commands::config(ctx, name, &folder.join(CONFIG))? else {
        return Ok(None);
    };
    with_key(read_entry(ctx, name)?.as_ref(), cluster).map(Some)
}

/// The key in the registry is the one that signs tokens, so it wins over the kept one.
fn with_key(entry: Option<&Entry>, mut cluster: Cluster) -> Result<Cluster> {
    let Some(entry) = entry else {
        return Ok(cluster);
    };
    let Some(secret) = &entry.usable()?.secret else {
        return Ok(cluster);
    };
    cluster.cluster_secret = match secret.key() {
        // An upgrade that was broken off: its new secret is registered when all is done.
        Ok(_) if is_replaced(&cluster) => return Ok(cluster),
        Ok(key) => Some(key.pem_pkcs1()),
        Err(_) if cluster.edition() == Edition::Server && secret.kind() == SecretKind::Text => {
            Some(secret.clone())
        }
        Err(failure) => {
            let name = &cluster.name;
            let message = format!("`clusterSecret` of cluster `{name}` in the registry: {failure}");
            return Err(Failure::new(Kind::ConfigInvalid, message).hint(
                "put the right private key there, or remove the line to use the one in `cluster.yml`",
            ));
        }
    };
    Ok(cluster)
}

/// Whether the cluster has got a secret in place of the key pair that its version does not know.
fn is_replaced(cluster: &Cluster) -> bool {
    let has_secret = cluster.cluster_secret.is_some() && cluster.key_pair().is_none();
    has_secret && !cluster.version.supports_key_pairs()
}

fn read_entry(ctx: &Context, name: &ClusterName) -> Result<Option<Entry>> {
    Ok(commands::registry(ctx)?.get(name.as_ref()).cloned())
}
