//! What a deployment shows while it runs.

use crate::context::Context;
use crate::server::deploy::Event;
use crate::ui::Stage;

pub struct Progress<'a> {
    ctx: &'a Context,
    stage: Stage<'a>,
    /// The server's version.
    version: String,
}

impl<'a> Progress<'a> {
    pub fn begin(ctx: &'a Context, label: String) -> Self {
        Progress {
            ctx,
            stage: ctx.ui.stage(label, ""),
            version: String::new(),
        }
    }

    pub fn on(&mut self, event: &Event) {
        let detail = match event {
            Event::Server(server) => {
                self.version.clone_from(&server.version);
                return;
            }
            Event::Busy { limit } => {
                let limit = humantime::format_duration(*limit);
                let text =
                    format!("another deployment is in progress, waiting for it at most {limit}");
                self.stage.suspend(|| self.ctx.ui.status(&text));
                return;
            }
            Event::Created => "created the service".to_owned(),
            Event::Accepted { steps, .. } => format!("(0/{})", steps.len()),
            Event::Progress { applied, total } => format!("({applied}/{total})"),
            Event::RollingBack { undone, total } => {
                format!("failed, rolling back ({undone}/{total})")
            }
            Event::Unanswered { why } => format!("no answer ({why}), retrying"),
        };
        self.stage.detail(&detail);
    }

    /// Ends it; the report says with what result.
    pub fn end(self) {
        let done = format!("deployment finished, Prisma {}", self.version);
        self.stage.done(&done);
    }
}
