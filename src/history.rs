//! Which commands changed a cluster, when and by whom: an append-only log per cluster, with one JSON line
//! when a command starts to change something and one when it ends. A killed command has only the first.
//!
//! The log outlives the cluster: who deleted it may be a question, too. It contains no secrets, see
//! [`crate::secret::redact`].

use crate::clock;
use crate::context::Context;
use crate::env::Env;
use crate::error::{Failure, Result};
use crate::files::{self, Access};
use crate::process::shell_quote;
use crate::secret::redact;
use serde::{Deserialize, Serialize};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Above this size in bytes the log is rotated; one old log is kept.
const LONGEST: u64 = 256 * 1024;

/// A run of a command that changed a cluster, or tried to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Run {
    #[serde(flatten)]
    pub begun: Begun,
    /// How it ended; `null` if it was killed or is still running.
    pub end: Option<End>,
}

/// The facts known when a run starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Begun {
    /// When it started: RFC 3339, UTC, seconds.
    #[cfg_attr(
        test,
        schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"))
    )]
    pub at: String,
    /// The command line, without secrets.
    pub command: String,
    /// The user's name on this machine, or the numeric id if the name is unknown.
    pub user: Option<String>,
    pub process: u32,
    /// The version of this program.
    pub version: String,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct End {
    /// The exit status.
    pub exit: u8,
    /// The error code, as in JSON documents.
    #[cfg_attr(test, schemars(with = "Option<crate::error::Kind>"))]
    pub error: Option<String>,
    /// The duration in seconds.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub seconds: f64,
}

/// A line of the file. `run` identifies the run.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Ended {
        run: String,
        ended: End,
    },
    Begun {
        run: String,
        #[serde(flatten)]
        begun: Begun,
    },
}

/// Runs `work`, which changes a cluster, and records its start and its end. A log that cannot be written
/// is only a warning.
pub fn recorded<T>(
    ctx: &Context,
    cluster: Option<&str>,
    act: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let Some(path) = cluster.and_then(|cluster| ctx.home.history(cluster)) else {
        return act();
    };
    let begun = Instant::now();
    let run = match begin(ctx, &path) {
        Ok(run) => run,
        Err(failure) => {
            let text = format!("this run will not be recorded in the history: {failure}");
            ctx.ui.warn(&text);
            return act();
        }
    };
    let result = act();
    let failure = result.as_ref().err();
    let ended = End {
        exit: failure.map_or(0, Failure::exit),
        error: failure.map(|failure| failure.kind.code().to_owned()),
        seconds: tenths(begun.elapsed()),
    };
    if let Err(failure) = append(&path, &Line::Ended { run, ended }) {
        let text = format!("the history will show this run as unfinished: {failure}");
        ctx.ui.warn(&text);
    }
    result
}

/// Records the start of a run and returns its id.
fn begin(ctx: &Context, path: &Path) -> Result<String> {
    let now = SystemTime::now();
    let nanos = clock::since_epoch(now).as_nanos();
    let process = std::process::id();
    let run = format!("{nanos:x}-{process:x}");
    let begun = Begun {
        at: clock::seconds(now),
        command: command(&ctx.args, &|word| ctx.ui.mask(word).into_owned()),
        user: user(&ctx.env),
        process,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let line = Line::Begun {
        run: run.clone(),
        begun,
    };
    rotate(path);
    append(path, &line)?;
    Ok(run)
}

/// The recorded runs, oldest first, and the number of unreadable lines.
pub fn read(path: &Path) -> Result<(Vec<Run>, usize)> {
    let mut runs: Vec<(String, Run)> = Vec::new();
    let mut unread = 0;
    for path in [&before(path), path] {
        for line in files::read_text(path)?.unwrap_or_default().lines() {
            match serde_json::from_str(line) {
                Ok(line) => add(&mut runs, line),
                Err(_) => unread += 1,
            }
        }
    }
    Ok((runs.into_iter().map(|(_, run)| run).collect(), unread))
}

fn add(runs: &mut Vec<(String, Run)>, line: Line) {
    match line {
        Line::Begun { run, begun } => runs.push((run, Run { begun, end: None })),
        // An end whose start was rotated out is useless.
        Line::Ended { run, ended } => {
            if let Some((_, ended_run)) = runs.iter_mut().rev().find(|(id, _)| *id == run) {
                ended_run.end = Some(ended);
            }
        }
    }
}

/// The user's name, or the numeric id.
fn user(env: &Env) -> Option<String> {
    let mut names = ["SUDO_USER", "USER", "LOGNAME"].iter();
    let name = names.find_map(|name| env.get(name)).map(str::to_owned);
    name.or_else(|| Some(format!("uid {}", rustix::process::getuid().as_raw())))
}

/// A command line without secrets.
fn command(args: &[String], mask: &dyn Fn(&str) -> String) -> String {
    let mut command = "prisma".to_owned();
    for arg in args {
        command += " ";
        command += &shell_quote(&redact::scrub(&mask(arg)));
    }
    command
}

fn tenths(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

/// The rotated log.
fn before(path: &Path) -> PathBuf {
    path.with_extension("1.jsonl")
}

fn rotate(path: &Path) {
    if std::fs::metadata(path).is_ok_and(|file| file.len() > LONGEST) {
        // If two runs do this at once, one finds nothing to rename.
        let _ = std::fs::rename(path, before(path));
    }
}

/// Writes a line in one call, so that lines of two runs never mix.
fn append(path: &Path, line: &Line) -> Result<()> {
    let wrap = |error: std::io::Error| files::failure("write", path, error);
    files::create_folder(path.parent().unwrap_or(path), Access::Private)?;
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(wrap)?;
    let text = serde_json::to_string(line).map_err(|error| wrap(error.into()))?;
    file.write_all(format!("{text}\n").as_bytes()).map_err(wrap)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(run: &str) -> Line {
        Line::Begun {
            run: run.to_owned(),
            begun: Begun {
                at: "2026-01-02T03:04:05Z".to_owned(),
                command: format!("prisma local start # {run}"),
                user: None,
                process: 1,
                version: "0.1.0".to_owned(),
            },
        }
    }

    fn ended(run: &str, exit: u8) -> Line {
        let ended = End {
            exit,
            error: None,
            seconds: 0.5,
        };
        Line::Ended {
            run: run.to_owned(),
            ended,
        }
    }

    #[test]
    fn runs_that_overlap_or_never_end_are_distinguished() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("history").join("local.jsonl");
        let lines = [
            begun("a"),
            begun("b"),
            ended("a", 3),
            begun("c"),
            ended("c", 0),
            ended("x", 0),
        ];
        for line in &lines {
            append(&path, line).expect("writes");
        }
        append_torn(&path);
        let (runs, unread) = read(&path).expect("reads");
        let exits: Vec<Option<u8>> = runs
            .iter()
            .map(|run| run.end.as_ref().map(|end| end.exit))
            .collect();
        assert_eq!((exits, unread), (vec![Some(3), None, Some(0)], 1));
    }

    /// What a power failure may leave behind.
    fn append_torn(path: &Path) {
        let mut file = OpenOptions::new().append(true).open(path).expect("there");
        file.write_all(b"{\"run\":\"d\",\"at").expect("writes");
    }

    #[test]
    fn secrets_in_a_command_are_left_out() {
        let args = [
            "local",
            "start",
            "-n",
            "a b",
            "--database-url=postgres://me:pw@db/x",
            "known",
        ];
        let args = args.map(str::to_owned);
        let mask = |word: &str| word.replace("known", crate::secret::MASK);
        assert_eq!(
            command(&args, &mask),
            "prisma local start -n 'a b' '--database-url=postgres://********@db/x' '********'"
        );
    }

    #[test]
    fn a_long_log_is_put_aside_and_still_read() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("local.jsonl");
        let mut count = 0;
        while !before(&path).exists() {
            rotate(&path);
            append(&path, &begun("a")).expect("writes");
            count += 1;
        }
        assert_eq!(
            std::fs::read_to_string(&path).expect("new").lines().count(),
            1
        );
        assert_eq!(read(&path).expect("reads").0.len(), count);
    }
}
