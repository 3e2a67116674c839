//! One wait: what is asked and looked at in turn, and what is said meanwhile.

use super::questions::Questions;
use super::startup::{Lock, Startup, mentions_lock_late};
use super::verdict::{Trouble, Watch};
use super::{Probe, Wait};
use crate::context::Context;
use crate::docker::ask::containers;
use crate::docker::{Container, LogOptions};
use crate::error::Result;
use crate::process::Mode;
use crate::server::readiness::Readiness;
use crate::server::version::Server;
use crate::ui::Stage;
use std::fmt;
use std::time::{Duration, Instant};

/// The pause between two rounds.
const PAUSE: Duration = Duration::from_millis(200);
/// How often the containers are inspected.
const INSPECTION: Duration = Duration::from_secs(1);
/// How long a server that is otherwise ready may take to mention its lock.
const MENTION: Duration = Duration::from_secs(2);
/// When a wait says what it waits for, and how often the server's log is read from then on.
const LONG: Duration = Duration::from_secs(10);

/// Why the server is not ready yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It does not answer, or something else does.
    Silent(String),
    /// It answers, and the database does not.
    NoDatabase,
    /// It answers, but not a request that needs its database.
    Unable(String),
    /// Another server may have the lock on the database.
    NoLock,
    /// It has started and does not listen.
    Deaf,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Silent(why) => write!(f, "the server does not answer ({why})"),
            Why::NoDatabase => f.write_str("the server is waiting for it"),
            Why::Unable(why) => write!(
                f,
                "the server answers, but not requests that need its database ({why})"
            ),
            Why::NoLock => f.write_str(
                "the server is waiting for its lock on the database: does another server use it?",
            ),
            Why::Deaf => f.write_str(
                "the server has started but does not listen: another process may be using its port",
            ),
        }
    }
}

/// A wait under way.
pub(super) struct Attempt<'a> {
    wait: &'a Wait,
    ctx: &'a Context,
    limit: String,
    begun: Instant,
    stage: Stage<'a>,
    questions: Questions,
    watch: Watch,
    inspected: Option<Instant>,
    containers: Vec<Container>,
    pub database_up: bool,
    answer: Why,
    /// Since when the server is ready but for its lock.
    answers_since: Option<Instant>,
    startup: Startup,
    log_read: Option<Instant>,
    told: Option<std::mem::Discriminant<Why>>,
}

impl<'a> Attempt<'a> {
    pub fn begin(wait: &'a Wait, ctx: &'a Context) -> Attempt<'a> {
        let limit = format!("at most {}", humantime::format_duration(wait.limit));
        let database_up = matches!(wait.database, Probe::None);
        let what = if database_up { "server" } else { "database" };
        Attempt {
            wait,
            ctx,
            begun: Instant::now(),
            stage: ctx.ui.stage(format!("waiting for the {what}"), &limit),
            limit,
            questions: Questions::to(wait.server.clone()),
            watch: Watch::default(),
            inspected: None,
            containers: Vec::new(),
            database_up,
            answer: Why::Silent("no answer so far".to_owned()),
            answers_since: None,
            startup: Startup::default(),
            log_read: None,
            told: None,
        }
    }

    /// Asks and looks until the server is ready, waiting is pointless, or time is up.
    pub fn run(&mut self) -> Result<Ended> {
        loop {
            let round = Instant::now();
            if let Some(server) = self.ask()? {
                return Ok(Ended::Ready(server));
            }
            if let Some(trouble) = self.look()? {
                return Ok(Ended::Trouble(trouble));
            }
            // Not an `Instant`: the limit may exceed its range.
            if self.begun.elapsed() >= self.wait.limit {
                self.read_log(PAUSE)?;
                return Ok(Ended::TooLate(self.why()));
            }
            self.explain()?;
            let pause = match self.answer {
                Why::Silent(_) | Why::NoDatabase => PAUSE,
                // Each question costs the server work, and lines in its log.
                Why::Unable(_) | Why::NoLock | Why::Deaf => INSPECTION,
            };
            self.ctx
                .interrupt
                .sleep(pause.saturating_sub(round.elapsed()))?;
        }
    }

    pub fn done(self, server: &Server) {
        self.stage
            .done(&format!("server up, Prisma {}", server.version));
    }

    /// Asks the server and its database; the server if it is ready.
    fn ask(&mut self) -> Result<Option<Server>> {
        let Attempt { wait, ctx, .. } = *self;
        let containers = || containers(ctx, &wait.tools, &wait.name);
        let readiness = self.questions.answer(&ctx.interrupt, PAUSE)?;
        let database_answers =
            self.database_up || wait.database.succeeds(ctx, &wait.tools, containers)?;
        match readiness {
            Some(Readiness::Ready(server))
                if database_answers || !wait.database.is_needed(containers)? =>
            {
                if self.is_locked(&server)? {
                    return Ok(Some(server));
                }
                self.answer = Why::NoLock;
            }
            // A running server keeps responding while its database restarts.
            Some(Readiness::Ready(_)) => self.answer = Why::NoDatabase,
            Some(Readiness::NoDatabase { why, .. }) => self.answer = Why::Unable(why),
            Some(Readiness::Unreachable(why)) => self.answer = Why::Silent(why.to_string()),
            None => {}
        }
        if database_answers && !self.database_up {
            self.database_up = true;
            let next = ctx.ui.stage("waiting for the server", &self.limit);
            std::mem::replace(&mut self.stage, next).done("database up");
        }
        Ok(None)
    }

    /// Whether the server has its lock, as far as its log shows.
    fn is_locked(&mut self, server: &Server) -> Result<bool> {
        let since = self
            .answers_since
            .get_or_insert_with(Instant::now)
            .elapsed();
        self.read_log(if since < MENTION { PAUSE } else { INSPECTION })?;
        Ok(match self.startup.lock {
            Lock::Obtained => true,
            Lock::Awaited => false,
            Lock::Unmentioned => {
                since >= MENTION || !server.parsed().is_some_and(|v| mentions_lock_late(&v))
            }
        })
    }

    /// Reads the log of the server's present run, unless that was done just now.
    fn read_log(&mut self, every: Duration) -> Result<()> {
        if self.log_read.is_some_and(|at| at.elapsed() < every) {
            return Ok(());
        }
        self.log_read = Some(Instant::now());
        let Wait { tools, name, .. } = self.wait;
        if self.containers.is_empty() {
            self.containers = containers(self.ctx, tools, name)?;
        }
        let Some(server) = self.containers.iter().find(|c| c.is_server()) else {
            return Ok(());
        };
        let options = LogOptions {
            // It may have run for long.
            tail: Some("2000".to_owned()),
            since: Some(server.started.clone()).filter(|started| !started.is_empty()),
            ..LogOptions::default()
        };
        let logs = tools.logs(&server.id, &options);
        // A logging driver may not let anyone read.
        if let Ok(outcome) = self.ctx.runner.run(&logs, Mode::Capture) {
            let startup = Startup::read(&(outcome.stdout + &outcome.stderr));
            self.startup = startup.after(self.startup);
        }
        Ok(())
    }

    /// Inspects the containers now and then.
    fn look(&mut self) -> Result<Option<Trouble>> {
        if self.inspected.is_some_and(|at| at.elapsed() < INSPECTION) {
            return Ok(None);
        }
        self.inspected = Some(Instant::now());
        self.containers = containers(self.ctx, &self.wait.tools, &self.wait.name)?;
        Ok(self.watch.look(&self.containers, self.database_up))
    }

    /// The reason, as the answers and the log tell it.
    fn why(&self) -> Why {
        match &self.answer {
            Why::Silent(_) if self.startup.is_deaf => Why::Deaf,
            Why::Unable(_) if self.startup.lock == Lock::Awaited => Why::NoLock,
            why => why.clone(),
        }
    }

    /// Says what a long wait waits for: each reason once, or as it is now on a terminal.
    fn explain(&mut self) -> Result<()> {
        if self.begun.elapsed() < LONG {
            return Ok(());
        }
        self.read_log(LONG)?;
        let why = self.why();
        let database = self.wait.database_state(self.database_up);
        self.stage.detail(&format!("{database}{why}"));
        let kind = Some(std::mem::discriminant(&why));
        if self.told != kind && !self.ctx.ui.terminal().live {
            self.told = kind;
            let seconds = self.begun.elapsed().as_secs();
            self.ctx.ui.status(&format!(
                "still waiting after {seconds}s, {}: {database}{why}",
                self.limit
            ));
        }
        Ok(())
    }
}

/// How a wait ended.
pub(super) enum Ended {
    Ready(Server),
    Trouble(Trouble),
    TooLate(Why),
}
