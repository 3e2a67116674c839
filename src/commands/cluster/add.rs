//! `prisma cluster add`: adds an existing server to the registry.

use crate::cli::Add;
use crate::commands::add_cluster::NewCluster;
use crate::commands::{Report, act, facts};
use crate::context::Context;
use crate::documents;
use crate::error::Result;

/// Adds a cluster.
pub fn run(ctx: &Context, args: &Add) -> Result<Report> {
    let new = NewCluster::ask(ctx, args)?;
    act(ctx, Some(&new.entry.name), &new.plan(ctx), || report(&new))
}

fn report(new: &NewCluster) -> Report {
    let (name, endpoint) = (&new.entry.name, &new.entry.host);
    let done = if new.replaces { "replaced" } else { "added" };
    let mut pairs = vec![("endpoint", endpoint.clone())];
    if let Some(version) = &new.version {
        pairs.push(("version", format!("Prisma {version}")));
    }
    pairs.push(("secret", new.secret.word().to_owned()));
    let text = format!(
        "cluster `{name}` {done}\n\n{}\ndeploy a service to it: put `cluster: {name}` into its `prisma.yml` and run `prisma deploy`\n",
        facts(&pairs)
    );
    let data = documents::Added {
        name,
        endpoint,
        version: new.version.as_deref(),
        secret: new.secret.kind().into(),
        replaced: new.replaces,
    };
    Report::new(text, data)
}
