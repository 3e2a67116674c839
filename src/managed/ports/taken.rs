//! A port that somebody else has: who, and what can be done about it.

use super::{Use, others};
use crate::cluster::Cluster;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::managed::Observed;
use crate::plan::{Plan, Step};
use crate::ports::{self, Holder, is_free, next_free};
use crate::ui::Question;
use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How long whoever was stopped may take to let go of the port.
const LET_GO: Duration = Duration::from_secs(10);

/// A port that is taken.
pub struct Taken {
    port: u16,
    holder: Holder,
    next: Option<u16>,
    message: String,
    /// The command that would take the next port.
    another: String,
}

/// What is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Its holder is stopped.
    Stop,
    /// The cluster gets this port.
    Next(u16),
}

impl Taken {
    /// Finds out who has it, and which is the next.
    pub fn find(
        ctx: &Context,
        observed: &Observed,
        cluster: &Cluster,
        what: Use,
        port: u16,
    ) -> Taken {
        let (wanted_for, flag) = match what {
            Use::Server => ("the server", "--port"),
            Use::Database => ("the database", "--db-port"),
        };
        let holder = ports::holder(ctx, Some(&observed.tools), port);
        let name = &observed.name;
        Taken {
            port,
            next: next_free(
                port,
                what.bind(cluster),
                &others(ctx, observed, cluster, what),
            ),
            message: format!(
                "could not start cluster `{name}`: port {port}, wanted for {wanted_for}, is taken by {holder}"
            ),
            holder,
            another: format!("{} {flag}", name.command("start")),
        }
    }

    /// Lets the user decide; a failure where nobody can be asked, or wants none of it.
    pub fn ask(&self, ctx: &Context) -> Result<Way> {
        if !ctx.ask().possible() || ctx.dry_run {
            return Err(self.failure());
        }
        let stop = self.can_stop().then(|| Choice {
            way: Some(Way::Stop),
            shown: format!("stop {}", self.holder),
        });
        let next = self.next.map(|port| Choice {
            way: Some(Way::Next(port)),
            shown: format!("use port {port} instead"),
        });
        let cancel = Choice {
            way: None,
            shown: "cancel".to_owned(),
        };
        // An absent-minded Enter must not end somebody else's program.
        let choices = next.into_iter().chain(stop).chain([cancel]).collect();
        let about = format!("port {} is taken by {}", self.port, self.holder);
        let choice = ctx.ask().select(Question::TakenPort, &about, choices)?;
        choice.way.ok_or_else(|| self.failure())
    }

    fn can_stop(&self) -> bool {
        matches!(
            self.holder,
            Holder::Container { .. } | Holder::Process { own: true, .. }
        )
    }

    /// Stops whoever has it, and waits until the port is free.
    pub fn stop(&self, ctx: &Context, observed: &Observed, bind: Option<IpAddr>) -> Result<()> {
        match &self.holder {
            Holder::Container { name, .. } => {
                let step = Step::Run {
                    label: format!("stopping {name}"),
                    done: format!("{name} stopped"),
                    invocation: observed.tools.stop(std::slice::from_ref(name)),
                    progress: false,
                };
                Plan(vec![step]).execute(ctx, None)?;
            }
            // Numbers of processes are used again: it must be this one still.
            Holder::Process { pid, .. }
                if ports::process_of(self.port) == Some(self.holder.clone()) =>
            {
                ctx.ui.status(&format!("stopping {}", self.holder));
                ports::end(*pid).map_err(|error| {
                    let text = format!("could not stop {}: {error}", self.holder);
                    Failure::new(Kind::PortInUse, text)
                })?;
            }
            _ => {}
        }
        let end = Instant::now() + LET_GO;
        while !is_free(bind, self.port) {
            if Instant::now() > end {
                let text = format!(
                    "{} was told to stop and still has port {}",
                    self.holder, self.port
                );
                return Err(Failure::new(Kind::PortInUse, text)
                    .hint(format!("use another port: `{} auto`", self.another)));
            }
            ctx.interrupt.sleep(Duration::from_millis(50))?;
        }
        Ok(())
    }

    fn failure(&self) -> Failure {
        let mut failure = Failure::new(Kind::PortInUse, self.message.clone());
        if let Some(next) = self.next {
            failure = failure.hint(format!("use another: `{} {next}`, or `auto`", self.another));
        }
        let port = self.port;
        failure.hint(match &self.holder {
            Holder::Container { name, .. } => format!("or free it: `docker stop {name}`"),
            Holder::Process { pid, .. } => format!("or free it: `kill {pid}`"),
            Holder::User(_) | Holder::Unknown => {
                format!("or see which program it is: `sudo ss -ltnp sport = :{port}`")
            }
        })
    }
}

struct Choice {
    /// `None` to cancel.
    way: Option<Way>,
    shown: String,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
