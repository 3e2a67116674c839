//! `prisma local images load`: a file of `prisma local images save`, checked, then loaded.

use super::lines;
use crate::cli;
use crate::commands::{Report, act};
use crate::context::{Context, working_folder};
use crate::docker::{Tools, archive};
use crate::documents;
use crate::error::Result;
use crate::plan::{AtHand, Plan, Step};

pub fn run(ctx: &Context, args: &cli::Load) -> Result<Report> {
    let file = working_folder()?.join(&args.file);
    let tools = Tools::find_docker(&ctx.env, &*ctx.runner)?;
    let stage = ctx
        .ui
        .stage(format!("checking {}", args.file.display()), "");
    let images = archive::check(ctx, &file, &stage)?;
    stage.done("the file is as it was saved");
    let load = Step::run("loading the images", "images loaded", tools.load(&file));
    let planned = act(ctx, None, &Plan(vec![load]), Report::shown)?;
    if ctx.dry_run {
        return Ok(planned);
    }
    let names = images.iter().map(|image| image.name.clone()).collect();
    AtHand::new(&tools, names).require(ctx)?;
    let text = format!("loaded:\n{}", lines(&images));
    let data = documents::LoadedImages {
        file: file.display().to_string(),
        images,
    };
    Ok(Report::new(text, data))
}
