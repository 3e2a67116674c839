//! What a deployment shows while it goes on.

use crate::context::Context;
use crate::server::deploy::Event;
use crate::ui::Stage;

/// The stage of a deployment, fed with its events.
pub struct Progress<'a> {
    ctx: &'a Context,
    stage: Stage<'a>,
    server: String,
}

impl<'a> Progress<'a> {
    /// Begins.
    pub fn begin(ctx: &'a Context, label: String) -> Self {
        Progress {
            ctx,
            stage: ctx.ui.stage(label, ""),
            server: String::new(),
        }
    }

    /// Shows what happens.
    pub fn on(&mut self, event: &Event) {
        match event {
            Event::Server(server) => self.server = format!("Prisma {}", server.version),
            Event::Created => self.stage.detail("the service is new, it was created"),
            Event::Busy { limit } => {
                let limit = humantime::format_duration(*limit);
                let text =
                    format!("another deployment is in progress, waiting for it at most {limit}");
                self.stage.suspend(|| self.ctx.ui.status(&text));
            }
            Event::Accepted { steps, .. } => self.stage.detail(&format!("(0/{})", steps.len())),
            Event::Progress { applied, total } => {
                self.stage.detail(&format!("({applied}/{total})"))
            }
            Event::RollingBack { undone, total } => {
                self.stage
                    .detail(&format!("failed, going back ({undone}/{total})"));
            }
            Event::Unanswered { why } => self
                .stage
                .detail(&format!("no answer ({why}), asking again")),
        }
    }

    /// Ends; the report tells what came of it.
    pub fn end(self) {
        let Progress { stage, server, .. } = self;
        stage.done(&format!("deployment finished, {server}"));
    }
}
