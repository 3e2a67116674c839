//! A port that is in use: by what, and what can be done about it.

use super::Purpose;
use crate::cluster::ClusterName;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::ports::Holder;
use crate::ui::{Choice, Question};

pub struct Conflict<'a> {
    pub cluster: &'a ClusterName,
    pub purpose: Purpose,
    pub port: u16,
    pub holder: &'a Holder,
    /// The next free port.
    pub next: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Whatever uses the port is stopped.
    Stop,
    /// The cluster gets this port.
    Move(u16),
}

impl Conflict<'_> {
    /// Lets the user decide; fails where no one can be asked, or the user cancels.
    pub fn decide(&self, ctx: &Context) -> Result<Decision> {
        if !ctx.ask().possible() {
            return Err(self.failure());
        }
        // Enter must not end another program by accident.
        let next = self.next.map(|port| {
            let shown = format!("use port {port} instead");
            Choice::new(Some(Decision::Move(port)), shown)
        });
        let stop = self.can_stop().then(|| {
            let shown = format!("stop {}", self.holder);
            Choice::new(Some(Decision::Stop), shown)
        });
        let cancel = Choice::new(None, "cancel");
        let choices = next.into_iter().chain(stop).chain([cancel]).collect();
        let about = format!("port {} is in use by {}", self.port, self.holder);
        let choice = ctx.ask().select(Question::TakenPort, &about, choices)?;
        choice.value.ok_or_else(|| self.failure())
    }

    fn can_stop(&self) -> bool {
        matches!(
            self.holder,
            Holder::Container { .. } | Holder::Process { own: true, .. }
        )
    }

    fn failure(&self) -> Failure {
        let Conflict {
            cluster,
            port,
            holder,
            ..
        } = self;
        let (purpose, flag) = match self.purpose {
            Purpose::Server => ("server", "--port"),
            Purpose::Database => ("database", "--db-port"),
        };
        let message = format!(
            "could not start cluster `{cluster}`: port {port} ({purpose}) is already in use by {holder}"
        );
        let mut failure = Failure::new(Kind::PortInUse, message);
        if let Some(next) = self.next {
            let start = cluster.command("start");
            failure = failure.hint(format!(
                "use another port: `{start} {flag} {next}`, or `auto`"
            ));
        }
        failure.hint(match holder {
            Holder::Container { name, .. } => format!("or free it: `docker stop {name}`"),
            Holder::Process { pid, .. } => format!("or free it: `kill {pid}`"),
            Holder::User(_) | Holder::Unknown => {
                format!("or see which program it is: `sudo ss -ltnp sport = :{port}`")
            }
        })
    }
}
