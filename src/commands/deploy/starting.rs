//! A server that is starting elsewhere: it is waited for if the user says how long.

use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::server::graphql::Error;
use crate::server::management::Management;
use std::time::{Duration, Instant};

/// The pause between two requests.
const PAUSE: Duration = Duration::from_millis(500);

/// Waits until something answers, for at most `limit`. What it answers is not judged here.
pub fn wait(ctx: &Context, management: &Management, limit: Duration) -> Result<()> {
    let begun = Instant::now();
    let mut stage = None;
    while let Err(Error::Fault(fault)) = management.server() {
        if !fault.is_transient() {
            break;
        }
        let shown = humantime::format_duration(limit);
        if begun.elapsed() >= limit {
            let message = format!(
                "`{}` is not ready after {shown}: {fault}",
                management.client().base()
            );
            return Err(Failure::new(Kind::NotReady, message));
        }
        stage
            .get_or_insert_with(|| {
                ctx.ui
                    .stage("waiting for the server", &format!("at most {shown}"))
            })
            .detail(&fault.to_string());
        ctx.interrupt.sleep(PAUSE)?;
    }
    if let Some(stage) = stage {
        stage.done("server up");
    }
    Ok(())
}
