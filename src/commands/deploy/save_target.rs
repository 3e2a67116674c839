//! The cluster that was chosen is written into `prisma.yml`.

use crate::commands::service::placement::Placement;
use crate::config::prisma_yml;
use crate::context::Context;
use crate::diff;
use crate::error::Result;
use crate::files::{Access, Replaces};
use crate::plan::{Plan, Step};
use crate::service::Form;

/// Writes it and says so; a dry run shows the change. Whether the file was written.
pub fn save(ctx: &Context, placement: Placement<'_>, cluster: &str) -> Result<bool> {
    let service = placement.service;
    let (file, shown) = (&service.file, service.file.display());
    let (key, value) = match service.form {
        Form::Cluster => ("cluster", cluster.to_owned()),
        Form::Endpoint => ("endpoint", placement.service_url()),
    };
    let edit = |text: &str| match service.form {
        Form::Cluster => prisma_yml::set_cluster(text, &value),
        Form::Endpoint => prisma_yml::set_endpoint(text, &value),
    };
    let (before, after) = prisma_yml::preview_target(file, edit)?;
    if ctx.dry_run {
        let mask = |line: &str| ctx.ui.mask(line).into_owned();
        let change = diff::indented(&diff::unified(Some(&before), Some(&after), &mask));
        ctx.ui
            .status(&format!("would write `{key}: {value}` to {shown}{change}"));
        return Ok(false);
    }
    let write = Step::Write {
        path: file.clone(),
        content: after.into(),
        access: Access::Shared,
        replaces: Replaces::Text(before.into()),
    };
    Plan(vec![write]).execute(ctx, None)?;
    ctx.ui.status(&format!("wrote `{key}: {value}` to {shown}"));
    Ok(true)
}
