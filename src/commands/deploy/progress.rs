//! What a deployment shows while it runs.

use crate::context::Context;
use crate::server::deploy::{Event, Stuck};
use crate::ui::Stage;

pub struct Progress<'a> {
    ctx: &'a Context,
    stage: Stage<'a>,
    /// The server's version.
    version: String,
    /// Whether a migration makes no progress, or the server does not answer; and which migration, if that is known.
    pub stalled: Option<Option<Stuck>>,
    /// Whether the server does not answer the deployment.
    pub is_silent: bool,
    /// Whether it was said that the server does not answer.
    has_said_so: bool,
}

impl<'a> Progress<'a> {
    pub fn begin(ctx: &'a Context, label: String) -> Self {
        Progress {
            ctx,
            stage: ctx.ui.stage(label, ""),
            version: String::new(),
            stalled: None,
            is_silent: false,
            has_said_so: false,
        }
    }

    pub fn on(&mut self, event: &Event) {
        self.is_silent = matches!(event, Event::Silent { .. });
        self.stalled = match event {
            Event::Stalled { stuck, .. } => Some(Some(stuck.clone())),
            Event::Unanswered { .. } => Some(None),
            _ => None,
        };
        let detail = match event {
            Event::Server(server) => {
                self.version.clone_from(&server.version);
                return;
            }
            Event::Busy { limit } => {
                let limit = humantime::format_duration(*limit);
                self.say(&format!(
                    "another deployment is in progress, waiting for it at most {limit}"
                ));
                return;
            }
            Event::Silent { quiet } => {
                let quiet = humantime::format_duration(*quiet);
                self.say(&format!(
                    "no answer from the server for {quiet}, still waiting"
                ));
                return;
            }
            Event::Stalled { since, stuck } => {
                let since = crate::clock::seconds(*since);
                self.say(&format!(
                    "the migration has made no progress since {since}, still waiting{}",
                    stuck.reported
                ));
                return;
            }
            Event::TypesFirst => {
                self.say("deploying the types before the subscriptions to them");
                return;
            }
            Event::Again => {
                self.say("another deployment has changed the service meanwhile: deploying again");
                return;
            }
            Event::Created => "created the service".to_owned(),
            Event::Accepted { steps, .. } => format!("(0/{})", steps.len()),
            Event::Progress { applied, total } => format!("({applied}/{total})"),
            Event::RollingBack { undone, total } => {
                format!("failed, rolling back ({undone}/{total})")
            }
            Event::Unanswered { why } => {
                let text = format!("no answer ({why}), retrying");
                if !std::mem::replace(&mut self.has_said_so, true) {
                    self.say(&text);
                }
                text
            }
        };
        self.stage.detail(&detail);
    }

    /// A line that stays, on a terminal and elsewhere.
    fn say(&self, text: &str) {
        self.stage.suspend(|| self.ctx.ui.status(text));
    }

    /// Ends it; the report says with what result.
    pub fn end(self) {
        let done = format!("deployment finished, Prisma {}", self.version);
        self.stage.done(&done);
    }
}
