//! `prisma cluster add`: an entry for a server that is there already, checked before it is saved.

mod check;
mod endpoint;
mod name;

pub use endpoint::Endpoint;
pub use name::check as check_name;

use super::registry;
use crate::cli::Add;
use crate::commands::secret::{self, Given};
use crate::commands::{Report, act, facts};
use crate::config::registry::{NewEntry, Registry};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::plan::{Plan, Step};
use crate::ui::Question;
use crate::url::address::without_password;
use serde_json::json;

/// What is to be saved, and what is known of it.
struct New {
    entry: NewEntry,
    secret: Given,
    version: Option<String>,
    replaces: bool,
}

/// Adds a cluster.
pub fn run(ctx: &Context, args: &Add) -> Result<Report> {
    let new = ask(ctx, args)?;
    act(ctx, Some(&new.entry.name), &new.plan(ctx), || new.report())
}

/// Adds a cluster that all is asked about, for a command that goes on with it: gives its name.
pub fn by_asking(ctx: &Context) -> Result<String> {
    let new = ask(ctx, &Add::asking())?;
    new.plan(ctx).execute(ctx, Some(&new.entry.name))?;
    ctx.ui
        .status(&format!("cluster `{}` added", new.entry.name));
    Ok(new.entry.name)
}

/// What was given is judged before anything is asked, and what is asked is judged before the next
/// question.
fn ask(ctx: &Context, args: &Add) -> Result<New> {
    let registry = registry(ctx)?;
    if let Some(name) = args.name() {
        name::check(name, args.force)?;
    }
    let endpoint = args.endpoint().map(Endpoint::parse).transpose()?;
    missing(ctx, args)?;
    let given = secret::given(ctx, &args.secret)?;
    let endpoint = match endpoint {
        Some(endpoint) => endpoint,
        None => ask_endpoint(ctx)?,
    };
    if let Some(warning) = endpoint.warning() {
        ctx.ui.warn(&warning);
    }
    let server = if args.no_check {
        None
    } else {
        Some(check::reach(ctx, &endpoint)?)
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
        secret: secret.text(),
    };
    let replaces = replaces(ctx, &registry, &entry, args.force)?;
    Ok(New {
        entry,
        secret,
        version: server.map(|server| server.info.version),
        replaces,
    })
}

/// Fails at once where nobody can be asked, with everything that is missing.
fn missing(ctx: &Context, args: &Add) -> Result<()> {
    let all = [
        (Question::Endpoint, args.endpoint().is_none()),
        (Question::Name, args.name().is_none()),
    ];
    let missing = all.iter().filter(|(_, missing)| *missing);
    let missing: Vec<Question> = missing.map(|(question, _)| *question).collect();
    ctx.ask().need(&missing, "")
}

fn ask_endpoint(ctx: &Context) -> Result<Endpoint> {
    let check = |text: &str| match Endpoint::parse(text) {
        Ok(_) => Ok(()),
        Err(failure) => Err(failure.message),
    };
    let text = ctx.ask().text(Question::Endpoint, "", check)?;
    Endpoint::parse(&text)
}

/// Whether there is another entry of that name, which only `--force` may replace.
fn replaces(ctx: &Context, registry: &Registry, new: &NewEntry, force: bool) -> Result<bool> {
    let Some(old) = registry.get(&new.name) else {
        return Ok(false);
    };
    // Adding the same again is no accident: scripts do it.
    if old.problem.is_none() && old.host == new.host && old.secret == new.secret {
        return Ok(false);
    }
    if !force {
        let message = format!(
            "there is a cluster `{}` already, at `{}`",
            new.name,
            without_password(&old.host)
        );
        return Err(Failure::new(Kind::Failed, message)
            .hint("choose another name, or replace it with `--force`; its secret is then lost"));
    }
    if ctx.home.managed(&new.name).is_some() {
        ctx.ui.warn(&format!(
            "`{}` is a cluster of `prisma local`, which uses this entry's secret from now on",
            new.name
        ));
    }
    Ok(true)
}

impl New {
    fn plan(&self, ctx: &Context) -> Plan {
        Plan(vec![Step::Register {
            path: ctx.home.registry(),
            entry: self.entry.clone(),
        }])
    }

    fn report(&self) -> Report {
        let New { entry, version, .. } = self;
        let done = if self.replaces { "replaced" } else { "added" };
        let mut pairs = vec![("endpoint", entry.host.clone())];
        pairs.extend(
            version
                .iter()
                .map(|version| ("version", format!("Prisma {version}"))),
        );
        pairs.push(("secret", self.secret.word().to_owned()));
        let name = &entry.name;
        let text = format!(
            "cluster `{name}` {done}\n\n{}\ndeploy a service to it: put `cluster: {name}` into its `prisma.yml` and run `prisma deploy`\n",
            facts(&pairs)
        );
        let data = json!({
            "name": name,
            "endpoint": entry.host,
            "version": version,
            "secret": self.secret.code(),
            "replaced": self.replaces,
        });
        Report::new(text, data)
    }
}
