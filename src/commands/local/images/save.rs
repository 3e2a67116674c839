//! `prisma local images save`: the images of a cluster, pulled where they are missing, in a file.

use super::lines;
use crate::cli;
use crate::cluster::{Cluster, Database, Edition};
use crate::commands::{Report, act};
use crate::context::{Context, working_folder};
use crate::docker::Tools;
use crate::docker::archive::Image;
use crate::docker::ask::query;
use crate::documents;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::managed;
use crate::plan::{AtHand, Plan, SaveImages, Step};

pub fn run(ctx: &Context, args: &cli::Save) -> Result<Report> {
    let file = working_folder()?.join(&args.file);
    let shown = file.display();
    if file.is_dir() {
        return Err(Failure::new(Kind::Usage, format!("`{shown}` is a folder")).hint("name a file"));
    }
    if file.exists() && !args.force {
        return Err(
            Failure::new(Kind::Usage, format!("`{shown}` already exists"))
                .hint("replace it with `--force`, or choose another name"),
        );
    }
    let images = wanted(ctx, args)?.images();
    let tools = Tools::find_docker(&ctx.env, &*ctx.runner)?;
    let mut plan = Plan::default();
    for image in AtHand::new(&tools, images.clone()).missing(ctx)? {
        let instead = AtHand::new(&tools, vec![image.clone()]);
        plan.then(Step::pull(&image, tools.pull(&image), instead));
    }
    let ids = tools.image_ids(&images);
    plan.then(Step::SaveImages(SaveImages {
        save: tools.save(&images),
        ids: ids.clone(),
        images: images.clone(),
        file: file.clone(),
    }));
    let planned = act(ctx, None, &plan, Report::shown)?;
    if ctx.dry_run {
        return Ok(planned);
    }
    let ids = query(ctx, &ids)?.stdout;
    let images = images.into_iter().zip(ids.lines().map(str::to_owned));
    let images: Vec<Image> = images.map(|(name, id)| Image { name, id }).collect();
    let bytes = std::fs::metadata(&file).map_err(|error| files::failure("read", &file, error))?;
    let text = format!(
        "saved to {shown}:\n{}load them on the other machine with `prisma local images load FILE`\n",
        lines(&images)
    );
    let data = documents::SavedImages {
        file: shown.to_string(),
        bytes: bytes.len(),
        images,
    };
    Ok(Report::new(text, data))
}

/// The cluster as it is, or as it is to be.
fn wanted(ctx: &Context, args: &cli::Save) -> Result<Cluster> {
    let name = &args.which.name;
    let Some(mut cluster) = managed::known(ctx, name)? else {
        let new = Cluster::new(name.clone(), args.prisma_version.as_ref(), args.database);
        let new = new.with_mirror_of(&ctx.env)?;
        new.check()?;
        return Ok(new);
    };
    if let Some(version) = &args.prisma_version {
        cluster.version = version.clone();
    }
    if let Some(connector) = args
        .database
        .filter(|wanted| *wanted != cluster.database.connector)
    {
        cluster.database = Database::documented(Edition::Server, connector);
    }
    Ok(cluster)
}
