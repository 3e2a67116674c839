//! What was done to a cluster, when and by whom: an append-only log for each, one JSON line as a run
//! begins to change something and one as it ends. A run that was killed has only the first.
//!
//! It outlives the cluster: who deleted it is a question, too. No secret gets in, see [`crate::secret::redact`].

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

/// A log that is longer, in bytes, is put aside as the one before; so twice that is kept.
const LONGEST: u64 = 256 * 1024;

/// A run of a command that changed a cluster, or tried to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Run {
    /// When it started: RFC 3339, UTC, seconds.
    #[cfg_attr(
        test,
        schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"))
    )]
    pub at: String,
    /// The command as one could type it, without secrets.
    pub command: String,
    /// The user's name on this machine, or number where that is not known.
    pub user: Option<String>,
    /// The process.
    pub process: u32,
    /// The version of this program.
    pub version: String,
    /// How it ended; `null` if it did not end by itself, or is still running.
    pub end: Option<End>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct End {
    /// The exit status.
    pub exit: u8,
    /// The code of its error, as in JSON documents.
    #[cfg_attr(test, schemars(with = "Option<crate::error::Kind>"))]
    pub error: Option<String>,
    /// How long it took, in seconds.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub seconds: f64,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Ended {
        run: String,
        ended: End,
    },
    Begun {
        run: String,
        at: String,
        command: String,
        user: Option<String>,
        process: u32,
        version: String,
    },
}

/// A run that is noted, until its end.
#[must_use = "the end of a run is noted, too"]
pub struct Noted<'a> {
    ctx: &'a Context,
    path: PathBuf,
    run: String,
    since: Instant,
}

/// Notes that this run begins to change a cluster. A log that cannot be written is said, and keeps
/// nobody from working.
pub fn begin<'a>(ctx: &'a Context, cluster: &str) -> Option<Noted<'a>> {
    let path = ctx.home.history(cluster)?;
    let now = SystemTime::now();
    let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH);
    let process = std::process::id();
    let run = format!(
        "{:x}-{process:x}",
        since_epoch.unwrap_or_default().as_nanos()
    );
    let line = Line::Begun {
        run: run.clone(),
        at: humantime::format_rfc3339_seconds(now).to_string(),
        command: command(&ctx.args, &|word| ctx.ui.mask(word).into_owned()),
        user: user(&ctx.env),
        process,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    rotate(&path);
    if let Err(failure) = append(&path, &line) {
        ctx.ui.warn(&format!(
            "this run will be missing in the history: {failure}"
        ));
        return None;
    }
    Some(Noted {
        ctx,
        path,
        run,
        since: Instant::now(),
    })
}

impl Noted<'_> {
    /// Notes how the run ended.
    pub fn end(self, failure: Option<&Failure>) {
        let ended = End {
            exit: failure.map_or(0, Failure::exit),
            error: failure.map(|failure| failure.kind.code().to_owned()),
            seconds: tenths(self.since.elapsed()),
        };
        let run = self.run;
        if let Err(failure) = append(&self.path, &Line::Ended { run, ended }) {
            let text = format!("the history will show this run as unfinished: {failure}");
            self.ctx.ui.warn(&text);
        }
    }
}

/// Does what changes a cluster, and notes that and how it ended.
pub fn noted<T>(
    ctx: &Context,
    cluster: Option<&str>,
    act: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let run = cluster.and_then(|cluster| begin(ctx, cluster));
    let result = act();
    if let Some(run) = run {
        run.end(result.as_ref().err());
    }
    result
}

/// The runs that are noted of a cluster, the oldest first, and how many lines could not be read.
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
        Line::Begun {
            run,
            at,
            command,
            user,
            process,
            version,
        } => runs.push((
            run,
            Run {
                at,
                command,
                user,
                process,
                version,
                end: None,
            },
        )),
        // One whose beginning was put aside long ago says nothing.
        Line::Ended {
            run: ended,
            ended: end,
        } => {
            if let Some((_, run)) = runs.iter_mut().rev().find(|(run, _)| *run == ended) {
                run.end = Some(end);
            }
        }
    }
}

/// The user's name, or else number.
fn user(env: &Env) -> Option<String> {
    let named = ["SUDO_USER", "USER", "LOGNAME"].iter();
    let mut named = named.filter_map(|name| env.get(name));
    let number = Some(format!("uid {}", rustix::process::getuid().as_raw()));
    named.next().map(str::to_owned).or(number)
}

/// A command line without secrets.
fn command(args: &[String], mask: &dyn Fn(&str) -> String) -> String {
    let word = |arg: &String| shell_quote(&redact::scrub(&mask(arg))).into_owned();
    let words: Vec<String> = args.iter().map(word).collect();
    format!("prisma {}", words.join(" "))
}

fn tenths(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

/// Where the older lines are.
fn before(path: &Path) -> PathBuf {
    path.with_extension("1.jsonl")
}

fn rotate(path: &Path) {
    if std::fs::metadata(path).is_ok_and(|file| file.len() > LONGEST) {
        // Of two runs that do this at once one finds nothing to rename.
        let _ = std::fs::rename(path, before(path));
    }
}

/// A line is written at once, so that those of two runs never mix.
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
            at: "2026-01-02T03:04:05Z".to_owned(),
            command: format!("prisma local start # {run}"),
            user: None,
            process: 1,
            version: "0.1.0".to_owned(),
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
    fn runs_that_overlap_or_never_end_are_told_apart() {
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

    /// What a machine that lost its power may leave.
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
