//! `prisma local upgrade`: `docker pull` of each image, then `docker-compose up -d`. Data is kept.

use super::world::World;
use super::{act, look_locked, report};
use crate::cli;
use crate::cluster::{Cluster, PrismaVersion};
use crate::commands::Report;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::plan::{Plan, Step};

/// Gets newer images of the cluster's version, or those of another one, and runs them.
pub fn run(ctx: &Context, args: &cli::Upgrade) -> Result<Report> {
    let (world, _lock) = look_locked(ctx, &args.which.name, "upgrade", World::look)?;
    let mut cluster = world.cluster()?;
    if let Some(to) = &args.to {
        check_direction(&world, &cluster, to, args.force)?;
        cluster.version = to.clone();
    }
    let rendered = World::render(ctx, &cluster)?;
    super::ports::check(ctx, &world, &cluster)?;
    super::reach::check(ctx, &world, &cluster, args.waiting.limit().is_some())?;
    world.allow_overwriting(ctx, &rendered)?;
    world.check_compose(ctx)?;
    let limit = args.waiting.limit();
    let mut plan = Plan::default();
    // Pulled before anything is written: an image that cannot be had leaves all as it was.
    pull(&world, &mut plan, &cluster);
    world.write_files(&mut plan, &cluster, &rendered)?;
    world.bring_up(ctx, &mut plan, &cluster, &rendered, limit)?;
    act(ctx, &plan, || {
        report::running(&world, &cluster, limit.is_some(), "is up to date")
    })
}

fn pull(world: &World, plan: &mut Plan, cluster: &Cluster) {
    for image in [cluster.database.image().to_owned(), cluster.version.image()] {
        plan.then(Step::Run {
            label: format!("pulling {image}"),
            done: format!("{image} pulled"),
            invocation: world.tools.pull(&image),
            progress: true,
        });
    }
}

/// A newer server may have changed the database in ways an older one does not know.
fn check_direction(
    world: &World,
    cluster: &Cluster,
    to: &PrismaVersion,
    force: bool,
) -> Result<()> {
    if *to >= cluster.version || force {
        return Ok(());
    }
    let message = format!(
        "Prisma {to} is older than the {} that cluster `{}` has, and may not understand its data",
        cluster.version, world.name
    );
    Err(Failure::new(Kind::Usage, message).hint("add `--force` to change to it all the same"))
}
