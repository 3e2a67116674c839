//! Running a program: in an environment of its own, with both streams kept and a deadline.

use super::forks;
use super::schema::Asked;
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The program under test.
pub const PRISMA: &str = env!("CARGO_BIN_EXE_prisma");

/// For what hangs. Far longer than any run takes, however busy the machine is.
const LIMIT: Duration = Duration::from_secs(180);

/// How often a run is looked at.
const TICK: Duration = Duration::from_millis(3);

/// A run that can be started, more than once.
#[derive(Debug, Clone)]
pub struct Run {
    pub program: OsString,
    pub args: Vec<OsString>,
    pub env: Vec<(OsString, OsString)>,
    pub dir: Option<PathBuf>,
    pub input: Option<String>,
    pub limit: Duration,
}

impl Run {
    pub fn new<S: Into<OsString>>(
        program: impl Into<OsString>,
        args: impl IntoIterator<Item = S>,
    ) -> Run {
        Run {
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            dir: None,
            input: None,
            limit: LIMIT,
        }
    }

    /// Sets a variable. There are no others.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Run {
        self.env.push((name.into(), value.into()));
        self
    }

    /// The folder to run in; ours otherwise.
    #[must_use]
    pub fn dir(mut self, folder: impl Into<PathBuf>) -> Run {
        self.dir = Some(folder.into());
        self
    }

    /// What it reads on its standard input; nothing otherwise.
    #[must_use]
    pub fn input(mut self, text: impl Into<String>) -> Run {
        self.input = Some(text.into());
        self
    }

    /// The command, for who connects its streams otherwise.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        command
    }

    /// Starts it in a process group of its own: what a terminal sends Ctrl-C to. Output goes into files,
    /// so that nobody else who holds them open keeps a test from ending.
    #[track_caller]
    pub fn start(&self) -> Running {
        let [stdout, stderr] = [(); 2].map(|()| file());
        let stdin = match &self.input {
            Some(text) => {
                let input = file();
                input.write_all_at(text.as_bytes(), 0).expect("writes");
                Stdio::from(input)
            }
            None => Stdio::null(),
        };
        let mut command = self.command();
        command
            .stdin(stdin)
            .stdout(stdout.try_clone().expect("a file"))
            .stderr(stderr.try_clone().expect("a file"))
            .process_group(0);
        let text = |text: &OsString| text.to_string_lossy().into_owned();
        let env = self.env.iter();
        let env = env.map(|(name, value)| (text(name), text(value)));
        let is_ours = self.program == PRISMA;
        let words: Vec<String> = self.args.iter().map(text).collect();
        let name = if is_ours {
            "prisma".to_owned()
        } else {
            text(&self.program)
        };
        Running {
            child: spawn(&mut command),
            asked: is_ours.then(|| Asked::by(&self.args, env)),
            command: format!("{name} {}", words.join(" ")),
            stdout,
            stderr,
            begun: Instant::now(),
            limit: self.limit,
        }
    }
}

/// A run under way. Dropped, it is killed with all of its group.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// Of a run of `prisma`.
    asked: Option<Asked>,
    command: String,
    stdout: File,
    stderr: File,
    begun: Instant,
    limit: Duration,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// What was run, for messages.
    pub command: String,
    /// Exit status; 128 plus the number of a signal that killed it.
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Running {
    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to it alone; returns when.
    pub fn signal(&self, name: &str) -> Instant {
        send(name, &self.id().to_string())
    }

    /// Sends a signal to it and its children, as a terminal does.
    pub fn signal_group(&self, name: &str) -> Instant {
        send(name, &format!("-{}", self.id()))
    }

    /// Its stdout so far.
    pub fn stdout(&self) -> String {
        text(&self.stdout)
    }

    /// Its stderr so far.
    pub fn stderr(&self) -> String {
        text(&self.stderr)
    }

    /// Waits until something is so; it must not end before.
    #[track_caller]
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Running) -> bool) -> &mut Running {
        while !is_so(self) {
            let ended = self.child.try_wait().expect("our child").is_some();
            if ended || self.begun.elapsed() > self.limit {
                if is_so(self) {
                    break;
                }
                let how = if ended { "ended" } else { "runs" };
                panic!(
                    "`{}` {how} without {what:?}\n{}",
                    self.command,
                    self.shown()
                );
            }
            sleep(TICK);
        }
        self
    }

    /// Both streams so far.
    pub fn shown(&self) -> String {
        format!("--- stdout\n{}--- stderr\n{}", self.stdout(), self.stderr())
    }

    /// Waits for its end, and checks the document it printed, if it was asked for one.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("our child") {
                break status;
            }
            assert!(
                self.begun.elapsed() <= self.limit,
                "`{}` hangs\n{}",
                self.command,
                self.shown()
            );
            sleep(TICK);
        };
        let took = self.begun.elapsed();
        let stdout = self.stdout();
        if let Some(asked) = &self.asked {
            asked.check(&self.command, status.code(), &stdout);
        }
        Ended {
            command: self.command.clone(),
            status: status_of(status),
            stdout,
            stderr: self.stderr(),
            took,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal_group("KILL");
            let _ = self.child.wait();
        }
    }
}

/// Exit status; 128 plus the number of a signal, as shells have it.
fn status_of(status: ExitStatus) -> i32 {
    let by_signal = status.signal().map(|signal| 128 + signal);
    status.code().or(by_signal).expect("a status")
}

/// Starts a process, see [`forks::start`].
#[track_caller]
pub fn spawn(command: &mut Command) -> Child {
    match forks::start(command) {
        Ok(child) => child,
        Err(why) => panic!("could not start {command:?}: {why}"),
    }
}

/// Sends a signal and returns when. One that comes too late is no failure here: what the test expects
/// then is. Through the shell, whose `kill` is everywhere.
pub fn send(signal: &str, to: &str) -> Instant {
    let now = Instant::now();
    let script = format!("kill -s {signal} -- {to} 2>/dev/null");
    let _ = spawn(Command::new("/bin/sh").args(["-c", &script])).wait();
    now
}

fn file() -> File {
    tempfile::tempfile().expect("a temporary file")
}

/// All of a file. Reads by position: the one of the file itself is shared with the child.
fn text(file: &File) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        let at = u64::try_from(bytes.len()).expect("fits");
        match file.read_at(&mut chunk, at).expect("reads") {
            0 => return String::from_utf8_lossy(&bytes).into_owned(),
            count => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}
