//! A step that writes images to a file.

use super::{Action, Permit};
use crate::context::Context;
use crate::docker::archive::{Image, Writer, megabytes};
use crate::docker::ask::{failed, query};
use crate::docker::diagnosis::unanswered;
use crate::error::Result;
use crate::files::{self, Access};
use crate::process::{Invocation, Mode, shell_quote};
use std::fmt;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Images to be written to a file.
#[derive(Debug, Clone)]
pub struct SaveImages {
    pub images: Vec<String>,
    /// `docker save` of them.
    pub save: Action,
    /// The question for their ids.
    pub ids: Invocation,
    pub file: PathBuf,
}

impl SaveImages {
    pub(super) fn execute(&self, ctx: &Context, permit: &Permit) -> Result<()> {
        let ids = query(ctx, &self.ids)?.stdout;
        let images = self.images.iter().cloned().zip(ids.lines());
        let images = images.map(|(name, id)| Image {
            name,
            id: id.to_owned(),
        });
        let images: Vec<Image> = images.collect();
        files::write_streamed(&self.file, Access::Shared, |file| {
            self.write(ctx, permit, file, images)
        })
    }

    fn write(
        &self,
        ctx: &Context,
        permit: &Permit,
        file: &mut File,
        images: Vec<Image>,
    ) -> Result<()> {
        let invocation = self.save.permitted(permit);
        ctx.ui.command(invocation);
        let stage = ctx.ui.stage("saving the images", "");
        let mut writer = Writer::new(&self.file, file, images)?;
        let mut written = Ok(());
        let mut add = |piece: &[u8]| {
            written = writer.add(piece);
            stage.detail(&megabytes(writer.bytes));
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        };
        let outcome = ctx.runner.run(invocation, Mode::Bytes(&mut add));
        let outcome = outcome.map_err(|error| unanswered(invocation, error))?;
        written?;
        if !outcome.success() {
            return Err(failed(ctx, invocation, &outcome));
        }
        writer.finish()?;
        stage.done("images saved");
        Ok(())
    }
}

impl fmt::Display for SaveImages {
    /// The same with other programs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.to_string_lossy();
        write!(f, "{} | gzip > {}", self.save, shell_quote(&file))
    }
}
