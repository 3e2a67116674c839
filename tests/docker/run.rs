//! Running commands: cleared environment, both streams kept, a deadline on each.

use crate::schema::Asked;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often a child is looked at.
const TICK: Duration = Duration::from_millis(5);

/// A command that can be run.
#[derive(Debug, Clone)]
pub struct Spec {
    program: String,
    args: Vec<String>,
    env: Vec<(String, String)>,
    limit: Duration,
    input: Option<String>,
    dir: Option<PathBuf>,
}

impl Spec {
    pub fn new<S: Into<String>>(program: &str, args: impl IntoIterator<Item = S>) -> Spec {
        Spec {
            program: program.to_owned(),
            args: args.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            limit: Duration::from_secs(60),
            input: None,
            dir: None,
        }
    }

    /// The folder to run in; ours otherwise.
    #[must_use]
    pub fn dir(mut self, folder: impl Into<PathBuf>) -> Spec {
        self.dir = Some(folder.into());
        self
    }

    /// The same run by another program, which is given it as its arguments.
    #[must_use]
    pub fn through(mut self, program: &str) -> Spec {
        let command = std::mem::replace(&mut self.program, program.to_owned());
        self.args.insert(0, command);
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Spec {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Spec {
        self.limit = limit;
        self
    }

    /// What it is to read on its standard input; nothing otherwise.
    #[must_use]
    pub fn input(mut self, text: impl Into<String>) -> Spec {
        self.input = Some(text.into());
        self
    }

    /// Runs to the end.
    #[track_caller]
    pub fn run(&self) -> Ran {
        self.spawn().finish()
    }

    /// Starts it, in a process group of its own: what a terminal sends Ctrl-C to.
    #[track_caller]
    pub fn spawn(&self) -> Running {
        let mut command = Command::new(&self.program);
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        let mut child = command
            .args(&self.args)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(if self.input.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("could not run `{}`: {error}", self.program));
        if let (Some(text), Some(mut stdin)) = (&self.input, child.stdin.take()) {
            // A child that ends without reading is judged by its status.
            let _ = std::io::Write::write_all(&mut stdin, text.as_bytes());
        }
        let is_ours = self.program == env!("CARGO_BIN_EXE_prisma");
        let asked = Asked::by(&self.args, self.env.iter().cloned());
        Running {
            asked: is_ours.then_some(asked),
            stdout: Stream::read(child.stdout.take().expect("piped")),
            stderr: Stream::read(child.stderr.take().expect("piped")),
            child,
            command: format!("{} {}", self.program, self.args.join(" ")),
            begun: Instant::now(),
            limit: self.limit,
            ended: None,
        }
    }
}

/// What a stream gave so far.
#[derive(Debug)]
struct Stream {
    text: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Stream {
    fn read(mut source: impl Read + Send + 'static) -> Stream {
        let text = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&text);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count) = source.read(&mut buffer) {
                if count == 0 {
                    break;
                }
                let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
                sink.extend_from_slice(&buffer[..count]);
            }
        });
        Stream { text, reader }
    }

    fn so_far(&self) -> String {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// All of it, or what came within a moment after the child's end: a grandchild may hold the pipe.
    fn all(&self) -> String {
        let end = Instant::now() + Duration::from_secs(3);
        while !self.reader.is_finished() && Instant::now() < end {
            thread::sleep(TICK);
        }
        self.so_far()
    }
}

/// A command under way. Dropped, it is killed with all of its group.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// Of a run of `prisma`.
    asked: Option<Asked>,
    stdout: Stream,
    stderr: Stream,
    command: String,
    begun: Instant,
    limit: Duration,
    ended: Option<ExitStatus>,
}

impl Running {
    /// Waits until it says something on stderr.
    #[track_caller]
    pub fn says(&mut self, needle: &str) -> &mut Running {
        self.waits_for(needle, |running| running.stderr.so_far())
    }

    /// Waits until it prints something on stdout.
    #[track_caller]
    pub fn prints(&mut self, needle: &str) -> &mut Running {
        self.waits_for(needle, |running| running.stdout.so_far())
    }

    #[track_caller]
    fn waits_for(&mut self, needle: &str, look: impl Fn(&Running) -> String) -> &mut Running {
        while !look(self).contains(needle) {
            if self.has_ended() || self.begun.elapsed() > self.limit {
                thread::sleep(Duration::from_millis(100));
                if look(self).contains(needle) {
                    break;
                }
                panic!(
                    "`{}` never said {needle:?}:\n{}",
                    self.command,
                    self.shown()
                );
            }
            thread::sleep(TICK);
        }
        self
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to it alone, as `kill` does.
    pub fn kill(&mut self, signal: &str) -> Instant {
        send(signal, &self.child.id().to_string())
    }

    /// Sends a signal to it and its children, as a terminal does.
    pub fn kill_group(&mut self, signal: &str) -> Instant {
        send(signal, &format!("-{}", self.child.id()))
    }

    fn has_ended(&mut self) -> bool {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().expect("the child is ours");
        }
        self.ended.is_some()
    }

    fn shown(&self) -> String {
        format!(
            "--- stdout\n{}--- stderr\n{}",
            self.stdout.so_far(),
            self.stderr.so_far()
        )
    }

    /// Waits for its end.
    #[track_caller]
    pub fn finish(mut self) -> Ran {
        while !self.has_ended() {
            assert!(
                self.begun.elapsed() <= self.limit,
                "`{}` did not end within {:?}\n{}",
                self.command,
                self.limit,
                self.shown()
            );
            thread::sleep(TICK);
        }
        let took = self.begun.elapsed();
        let (warned, stderr) = of_the_exposure(&self.stderr.all());
        let status = self.ended.expect("it has ended");
        let stdout = self.stdout.all();
        if let Some(asked) = &self.asked {
            asked.check(&self.command, status.code(), &stdout);
        }
        Ran {
            command: self.command.clone(),
            status: status
                .code()
                .or(status.signal().map(|signal| -signal))
                .unwrap_or(i32::MIN),
            stdout,
            stderr,
            warned,
            took,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended() {
            send("KILL", &format!("-{}", self.child.id()));
            let _ = self.child.wait();
        }
    }
}

/// Sends a signal and returns when. Through the shell, whose `kill` is everywhere.
fn send(signal: &str, to: &str) -> Instant {
    let now = Instant::now();
    let kill = format!("kill -s {signal} -- {to}");
    // One that is gone already has no need of it.
    let _ = Command::new("sh")
        .args(["-c", &kill])
        .stderr(Stdio::null())
        .status();
    now
}

/// How a command ended.
#[derive(Debug, Clone)]
pub struct Ran {
    command: String,
    /// Exit status; minus the signal's number when one ended it.
    pub status: i32,
    pub stdout: String,
    /// Without the warning of ports that are open to everybody, which each start of a trial gives.
    pub stderr: String,
    /// That warning.
    pub warned: String,
    pub took: Duration,
}

/// The warning about documented passwords, and the rest.
fn of_the_exposure(stderr: &str) -> (String, String) {
    let lines = stderr.split_inclusive('\n');
    lines.partition(|line| {
        (line.starts_with("warning: the ") && line.contains(" published on all interfaces"))
            || line.starts_with("hint: publish on this machine only")
    })
}

impl Ran {
    /// Fails the trial unless the status is this one.
    #[track_caller]
    pub fn ended(self, status: i32) -> Ran {
        assert!(
            self.status == status,
            "`{}` ended with {} instead of {status}\n--- stdout\n{}--- stderr\n{}",
            self.command,
            self.status,
            self.stdout,
            self.stderr
        );
        self
    }

    #[track_caller]
    pub fn succeeded(self) -> Ran {
        self.ended(0)
    }

    /// Fails the trial unless every one of these is on stderr.
    #[track_caller]
    pub fn told(self, needles: &[&str]) -> Ran {
        for needle in needles {
            assert!(
                self.stderr.contains(needle),
                "`{}` does not tell {needle:?}:\n{}",
                self.command,
                self.stderr
            );
        }
        self
    }

    /// Fails the trial when one of these is on either stream.
    #[track_caller]
    pub fn kept_quiet_about(self, needles: &[&str]) -> Ran {
        for needle in needles {
            let shown = self.stdout.contains(needle) || self.stderr.contains(needle);
            assert!(
                !shown,
                "`{}` shows {needle:?}:\n{}{}",
                self.command, self.stdout, self.stderr
            );
        }
        self
    }

    /// The JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("`{}`: {error}:\n{}", self.command, self.stdout))
    }
}
