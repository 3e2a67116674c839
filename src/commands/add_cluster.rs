//! Adding an existing server to the registry: what is asked and checked before it is saved. For
//! `prisma cluster add`, and for commands that continue with the new cluster.

mod check;
mod name;

pub use name::check as check_name;

use super::secret::{self, Given};
use crate::cli::Add;
use crate::config::registry::{NewEntry, Registry, already_exists};
use crate::context::Context;
use crate::error::Result;
use crate::plan::{Plan, Registration, Step};
use crate::status::cloud;
use crate::ui::Question;
use crate::url::{ServerUrl, UrlError, invalid_endpoint};

/// A cluster to save, and what is known of it.
pub struct NewCluster {
    pub entry: NewEntry,
    pub secret: Given,
    pub version: Option<String>,
    /// Whether there is another entry of that name.
    pub replaces: bool,
}

impl NewCluster {
    /// Collects and checks everything: arguments before any question, each answer before the next
    /// question.
    pub fn ask(ctx: &Context, args: &Add) -> Result<NewCluster> {
        let registry = ctx.registry()?;
        if let Some(name) = args.name() {
            name::check(name, args.force)?;
        }
        let endpoint = args.endpoint().map(endpoint).transpose()?;
        need(ctx, args)?;
        let given = secret::given(ctx, &args.secret)?;
        let endpoint = match endpoint {
            Some(endpoint) => endpoint,
            None => ask_endpoint(ctx)?,
        };
        warn_if_exposed(ctx, &endpoint);
        let server = if args.no_check {
            None
        } else {
            let secret = given.as_ref().and_then(Given::secret);
            Some(check::reach(ctx, &endpoint, secret)?)
        };
        let secret = match given {
            Some(secret) => secret,
            None => secret::ask(ctx, server.as_ref().is_some_and(|server| server.open))?,
        };
        if let Some(server) = &server {
            check::secret(ctx, &endpoint, server, &secret)?;
        }
        let name = match args.name() {
            Some(name) => name.to_owned(),
            None => name::ask(ctx, &registry, args.force)?,
        };
        let entry = NewEntry {
            name,
            host: endpoint.to_string(),
            secret: secret.as_registered(),
            replaces: args.force,
        };
        let replaces = replaces(ctx, &registry, &entry, args.force)?;
        Ok(NewCluster {
            entry,
            secret,
            version: server.map(|server| server.info.version),
            replaces,
        })
    }

    /// The one step that saves it.
    pub fn plan(&self, ctx: &Context) -> Plan {
        Plan(vec![Step::Register(Registration {
            path: ctx.home.registry(),
            entry: self.entry.clone(),
        })])
    }
}

/// Asks for everything, saves the cluster and returns its name.
pub fn add_by_asking(ctx: &Context) -> Result<String> {
    let new = NewCluster::ask(ctx, &Add::default())?;
    new.plan(ctx).execute(ctx, Some(&new.entry.name))?;
    let name = new.entry.name;
    ctx.ui.status(&format!("cluster `{name}` added"));
    Ok(name)
}

/// Reads the endpoint of a cluster.
pub fn endpoint(text: &str) -> Result<ServerUrl> {
    let bare = text.trim();
    let url = ServerUrl::of_server(text).map_err(|why| {
        let failure = invalid_endpoint(text, why);
        match why {
            UrlError::NoScheme => {
                failure.hint(format!("write `https://{bare}` or `http://{bare}`"))
            }
            UrlError::Credentials => {
                failure.hint("leave them out; authentication uses the cluster's secret")
            }
            _ => failure,
        }
    })?;
    cloud::check(&format!("server `{url}`"), &url.to_string())?;
    Ok(url)
}

/// Warns where secrets and data travel over the internet as they are.
pub fn warn_if_exposed(ctx: &Context, endpoint: &ServerUrl) {
    if endpoint.is_exposed() {
        ctx.ui.warn(&format!(
            "`{endpoint}` is a public address without encryption: data and tokens can be intercepted; use `https` or a tunnel"
        ));
    }
}

/// Fails with everything that is missing if there is no terminal to ask on.
fn need(ctx: &Context, args: &Add) -> Result<()> {
    let mut missing = Vec::new();
    if args.endpoint().is_none() {
        missing.push(Question::Endpoint);
    }
    if args.name().is_none() {
        missing.push(Question::Name);
    }
    ctx.ask().need(&missing, "")
}

fn ask_endpoint(ctx: &Context) -> Result<ServerUrl> {
    let check = |text: &str| {
        endpoint(text)
            .map(drop)
            .map_err(|failure| failure.message())
    };
    let text = ctx.ask().text(Question::Endpoint, "", check)?;
    endpoint(&text)
}

/// Whether there is another entry of that name, which only `--force` replaces.
fn replaces(ctx: &Context, registry: &Registry, new: &NewEntry, force: bool) -> Result<bool> {
    let Some(old) = registry.get(&new.name) else {
        return Ok(false);
    };
    // Adding the same cluster again is not an accident: scripts do it.
    if old.problem.is_none() && old.host == new.host && old.secret == new.secret {
        return Ok(false);
    }
    if !force {
        return Err(already_exists(&new.name, &old.host));
    }
    if ctx.managed(old).is_some() {
        ctx.ui.warn(&format!(
            "`{}` is managed by `prisma local`, which will use this secret from now on",
            new.name
        ));
    }
    Ok(true)
}
