//! Stops whatever listens on ports that a cluster needs.

use super::{Action, Permit, run};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::ports::{self, Holder, is_free};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How long a port may stay in use after its owner was stopped.
const RELEASE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
pub struct FreePorts {
    pub holder: Holder,
    /// The ports it listens on, and the address each of them is needed on.
    pub ports: Vec<(u16, Option<IpAddr>)>,
    /// What stops it; `None` for a process, which gets a SIGTERM.
    pub stop: Option<Action>,
}

impl FreePorts {
    pub(super) fn execute(&self, ctx: &Context, permit: &Permit) -> Result<()> {
        match (&self.stop, &self.holder) {
            (Some(stop), Holder::Container { name, .. }) => {
                let (label, done) = (format!("stopping {name}"), format!("{name} stopped"));
                run(ctx, permit, &super::Run::new(label, done, stop.clone()))?;
            }
            // Process ids are reused: it must still be the process that the user agreed to stop.
            (_, Holder::Process { pid, .. }) if self.still_listens() => {
                ctx.ui.status(&format!("stopping {}", self.holder));
                terminate(*pid).map_err(|error| {
                    let text = format!("could not stop {}: {error}", self.holder);
                    Failure::new(Kind::PortInUse, text)
                })?;
            }
            _ => {}
        }
        let begun = Instant::now();
        for (port, bind) in &self.ports {
            while !is_free(*bind, *port) {
                if begun.elapsed() > RELEASE {
                    let text = format!(
                        "{} was stopped, but port {port} is still in use",
                        self.holder
                    );
                    return Err(Failure::new(Kind::PortInUse, text)
                        .hint("choose other ports with `--port auto` and `--db-port auto`"));
                }
                ctx.interrupt.sleep(Duration::from_millis(50))?;
            }
        }
        Ok(())
    }

    /// Whether the process still listens on one of the ports.
    fn still_listens(&self) -> bool {
        let mut ports = self.ports.iter();
        ports.any(|(port, _)| ports::process_of(*port).as_ref() == Some(&self.holder))
    }
}

/// Asks a process to end, as `kill` does.
fn terminate(pid: u32) -> std::io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or(std::io::ErrorKind::InvalidInput)?;
    Ok(kill_process(pid, Signal::TERM)?)
}
