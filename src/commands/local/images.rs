//! `prisma local images …`: images in a file, for machines without network.

mod load;
mod save;

use crate::cli::Images;
use crate::commands::Report;
use crate::context::Context;
use crate::docker::archive::Image;
use crate::error::Result;

/// Runs one of the verbs.
pub fn run(ctx: &Context, command: &Images) -> Result<Report> {
    match command {
        Images::Save(args) => save::run(ctx, args),
        Images::Load(args) => load::run(ctx, args),
    }
}

/// A line for each image.
fn lines(images: &[Image]) -> String {
    let line = |image: &Image| format!("  {}  {}\n", image.name, image.id);
    images.iter().map(line).collect()
}
