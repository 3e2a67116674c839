//! The values of flags.

use crate::error::Failure;
use std::str::FromStr;
use std::time::Duration;

/// Parses a type of the domain; `usage` finds its failure as the source of clap's error.
pub fn domain<T: FromStr<Err = Failure>>(text: &str) -> Result<T, Failure> {
    text.parse()
}

/// A port that can be published.
pub fn port(text: &str) -> Result<u16, &'static str> {
    match text.parse() {
        Ok(0) | Err(_) => Err("must be a number from 1 to 65535"),
        Ok(port) => Ok(port),
    }
}

/// A duration with its unit, or plain seconds.
pub fn duration(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().map(Duration::from_secs);
    let duration = seconds.or_else(|_| humantime::parse_duration(text));
    duration.map_err(|_| "not a duration; use e.g. `90s` or `10m`")
}

/// How long a token is valid. A server's clock has seconds, too few bits for thousands of years.
pub fn lifetime(text: &str) -> Result<Duration, &'static str> {
    const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);
    match duration(text)? {
        Duration::ZERO => Err("must be greater than zero"),
        longer if longer > LONGEST => Err("must be at most ten years"),
        lifetime => Ok(lifetime),
    }
}

/// How long to wait for a server. Not zero: there is a flag to not wait.
pub fn wait(text: &str) -> Result<Duration, &'static str> {
    match duration(text)? {
        Duration::ZERO => Err("must be greater than zero; use `--no-wait` to skip waiting"),
        limit => Ok(limit),
    }
}
