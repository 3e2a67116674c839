//! One wait: what is asked and looked at in turn, and what is said meanwhile.

use super::questions::{Looks, Questions};
use super::verdict::Watch;
use super::{Probe, Wait};
use crate::cluster::Fact;
use crate::context::Context;
use crate::docker::ask::containers;
use crate::docker::diagnosis::{Ending, LISTENS, LOCK, LOCKED, why_it_does_not_answer};
use crate::docker::{Container, LogOptions};
use crate::error::{Failure, Result};
use crate::process::Mode;
use crate::server::readiness::Readiness;
use crate::server::version::Server;
use crate::ui::Stage;
use std::fmt;
use std::time::{Duration, Instant};

/// How long a round waits for the answer to a question, and how often the server's log is read first.
const PAUSE: Duration = Duration::from_millis(200);
/// The pause between two questions to a server that is not there yet, and the first between two to one that is.
const SHORT: Duration = Duration::from_millis(50);
/// How often the containers are inspected.
const INSPECTION: Duration = Duration::from_secs(1);
/// How long a server that is otherwise ready may take to mention its lock.
const MENTION: Duration = Duration::from_secs(2);
/// For how long a server may be deaf before waiting is pointless: it listens a moment after it has started.
const DEAF: Duration = Duration::from_secs(10);
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
    /// It answers. Its log may show what else there is.
    NotStarted,
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
            Why::NotStarted => f.write_str("the server answers"),
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
    /// Of the database.
    greetings: Looks,
    pub watch: Watch,
    inspected: Option<Instant>,
    containers: Vec<Container>,
    pub database_up: bool,
    pub why: Why,
    /// Since when the server is ready but for its lock.
    answers_since: Option<Instant>,
    /// Whether the log mentions the lock on the database.
    mentions_lock: bool,
    /// Whether the log says that the server listens.
    pub listens: bool,
    /// Why the server does not answer, as its log shows.
    pub ending: Option<&'static Ending>,
    /// Since when its log has shown that it never will.
    hopeless_since: Option<Instant>,
    log_read: Option<Instant>,
    /// Since when the server answers, but cannot do anything yet.
    unable_since: Option<Instant>,
    told: Option<(std::mem::Discriminant<Why>, Option<&'static str>)>,
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
            greetings: Looks::default(),
            watch: Watch::default(),
            inspected: None,
            containers: Vec::new(),
            database_up,
            why: Why::Silent("no answer so far".to_owned()),
            answers_since: None,
            mentions_lock: false,
            listens: false,
            ending: None,
            hopeless_since: None,
            log_read: None,
            unable_since: None,
            told: None,
        }
    }

    /// Asks and looks until the server is ready, waiting is pointless, or time is up.
    pub fn run(mut self) -> Result<()> {
        loop {
            let round = Instant::now();
            if let Some(server) = self.ask()? {
                self.stage
                    .done(&format!("server up, Prisma {}", server.version));
                return Ok(());
            }
            if let Some(failure) = self.look()? {
                return Err(failure);
            }
            // Not an `Instant`: the limit may exceed its range.
            if self.begun.elapsed() >= self.wait.limit {
                self.read_log(PAUSE)?;
                return Err(self.wait.too_late(self.ctx, &self));
            }
            self.explain()?;
            let is_deaf = |since: Instant| since.elapsed() >= DEAF;
            if self.hopeless_since.is_some_and(is_deaf) {
                return Err(self.wait.deaf(self.ctx, &self));
            }
            let pause = self.pause();
            self.ctx
                .interrupt
                .sleep(pause.saturating_sub(round.elapsed()))?;
        }
    }

    /// Each question costs a server that answers work, and lines in its log: the longer it cannot do anything, the rarer
    /// they become.
    fn pause(&mut self) -> Duration {
        if !matches!(self.why, Why::Unable(_)) {
            self.unable_since = None;
        }
        match self.why {
            Why::Silent(_) | Why::NoDatabase => SHORT,
            Why::Unable(_) => {
                let since = *self.unable_since.get_or_insert_with(Instant::now);
                (since.elapsed() / 10).clamp(SHORT, INSPECTION)
            }
            Why::NotStarted => INSPECTION,
        }
    }

    /// Asks the server and its database; the server if it is ready.
    fn ask(&mut self) -> Result<Option<Server>> {
        let Attempt { wait, ctx, .. } = *self;
        let containers = || containers(ctx, &wait.tools, &wait.name);
        let readiness = self.questions.answer(&ctx.interrupt, PAUSE)?;
        let database_answers = self.database_up
            || wait
                .database
                .succeeds(ctx, &wait.tools, &mut self.greetings, containers)?;
        match readiness {
            Some(Readiness::Ready(server))
                if database_answers || !wait.database.is_needed(containers)? =>
            {
                if self.is_locked(&server)? {
                    return Ok(Some(server));
                }
                self.why = Why::NotStarted;
            }
            // A running server keeps responding while its database restarts.
            Some(Readiness::Ready(_)) => self.why = Why::NoDatabase,
            Some(Readiness::NoDatabase { why, .. }) => self.why = Why::Unable(why),
            Some(Readiness::Unreachable(why)) => self.why = Why::Silent(why.to_string()),
            None => {}
        }
        if database_answers && !self.database_up {
            self.database_up = true;
            self.stage
                .next("database up", "waiting for the server", &self.limit);
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
        let is_late = || server.parsed().is_some_and(|v| v.has(Fact::LateLock));
        let may_mention_it = !self.mentions_lock && since < MENTION && is_late();
        Ok(!may_mention_it && self.ending != Some(&LOCKED))
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
        self.ctx.ui.command(&logs);
        // A logging driver may not let anyone read.
        if let Ok(outcome) = self.ctx.runner.run(&logs, Mode::Capture) {
            let log = outcome.stdout + &outcome.stderr;
            // The end of a long log may not reach back to what was read before.
            let mentions_lock = log.contains(LOCK);
            if mentions_lock || !self.mentions_lock {
                self.ending = why_it_does_not_answer(&log);
            }
            self.mentions_lock |= mentions_lock;
            self.listens |= log.contains(LISTENS);
            let is_final = self.ending.is_some_and(|ending| !ending.passes);
            self.hopeless_since =
                is_final.then(|| self.hopeless_since.unwrap_or_else(Instant::now));
        }
        Ok(())
    }

    /// Inspects the containers now and then.
    fn look(&mut self) -> Result<Option<Failure>> {
        if self.inspected.is_some_and(|at| at.elapsed() < INSPECTION) {
            return Ok(None);
        }
        self.inspected = Some(Instant::now());
        self.containers = containers(self.ctx, &self.wait.tools, &self.wait.name)?;
        let (watch, containers) = (&mut self.watch, &self.containers);
        Ok(self
            .wait
            .hopeless(self.ctx, watch, containers, self.database_up))
    }

    /// Says what a long wait waits for: each reason once, or as it is now on a terminal.
    fn explain(&mut self) -> Result<()> {
        if self.begun.elapsed() < LONG {
            return Ok(());
        }
        self.read_log(LONG)?;
        let database = self.wait.database_state(self.database_up);
        let (why, ending) = (&self.why, self.ending.map(|ending| ending.why));
        let text = format!(
            "{database}{why}{}",
            ending.map_or(String::new(), |why| format!(": {why}"))
        );
        self.stage.detail(&text);
        let kind = Some((std::mem::discriminant(why), ending));
        if self.told != kind && !self.ctx.ui.terminal().live {
            self.told = kind;
            let seconds = self.begun.elapsed().as_secs();
            self.ctx.ui.status(&format!(
                "still waiting after {seconds}s, {}: {text}",
                self.limit
            ));
        }
        Ok(())
    }
}
