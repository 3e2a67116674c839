//! Running the real binary, with a deadline on everything.

use super::ended::Ended;
use super::forks;
use super::schema::Asked;
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Far beyond what any run takes, also on a machine that is busy with other things.
const DEADLINE: Duration = Duration::from_secs(60);

/// The program under test.
pub const PRISMA: &str = env!("CARGO_BIN_EXE_prisma");

/// A run under way, in a process group of its own, output going into files: whoever else holds them
/// open cannot keep a test from ending.
pub struct Running {
    child: Child,
    command: String,
    asked: Asked,
    stdout: File,
    stderr: File,
}

impl Running {
    /// Starts the program in an environment that is just `env`.
    pub fn start(args: &[OsString], env: &[(OsString, OsString)], dir: &Path) -> Running {
        let (stdout, stderr) = (output(), output());
        let mut command = command(args, env, dir);
        command
            .stdin(Stdio::null())
            .stdout(stdout.try_clone().expect("a file"))
            .stderr(stderr.try_clone().expect("a file"))
            .process_group(0);
        let child = spawn(&mut command);
        let text = |text: &OsString| text.to_string_lossy().into_owned();
        let variables = env.iter().map(|(name, value)| (text(name), text(value)));
        let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
        Running {
            child,
            command: format!("prisma {}", words.join(" ")),
            asked: Asked::by(args, variables),
            stdout,
            stderr,
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to it alone.
    pub fn signal(&self, name: &str) {
        send(name, &self.id().to_string());
    }

    /// Sends a signal to it and its children, as a terminal does.
    pub fn signal_group(&self, name: &str) {
        send(name, &format!("-{}", self.id()));
    }

    /// Its stderr so far.
    pub fn stderr(&self) -> String {
        text(&self.stderr)
    }

    /// Its stdout so far.
    pub fn stdout(&self) -> String {
        text(&self.stdout)
    }

    /// Waits for its end, and checks the document it printed, if it was asked for one.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(1);
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("our child") {
                break status;
            }
            if begun.elapsed() > DEADLINE {
                self.signal_group("KILL");
                let _ = self.child.wait();
                panic!("{} hangs\n{}{}", self.command, self.stdout(), self.stderr());
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
        };
        self.asked
            .check(&self.command, status.code(), &self.stdout());
        Ended {
            command: self.command.clone(),
            status: status
                .code()
                .or(status.signal().map(|signal| 128 + signal))
                .expect("a status"),
            stdout: self.stdout(),
            stderr: self.stderr(),
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

/// Starts a process while nothing else is done that this would disturb.
pub fn spawn(command: &mut Command) -> Child {
    let _alone = forks::alone();
    command.spawn().expect("the program starts")
}

/// The program with its arguments, environment and folder.
pub fn command(args: &[OsString], env: &[(OsString, OsString)], dir: &Path) -> Command {
    let mut command = Command::new(PRISMA);
    command
        .args(args)
        .env_clear()
        .envs(env.iter().map(|(name, value)| (name, value)))
        .current_dir(dir);
    command
}

/// Whether a process of this group is still at work. One that nobody has buried yet is not. Where
/// there is no `/proc`, none is found.
pub fn group_lives(id: u32) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.into_iter().any(|process| {
        let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        // The name, in parentheses, may hold anything: `1 (sh) S PARENT GROUP …`.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let mut fields = fields.split_whitespace();
        let state = fields.next();
        let group = fields.nth(1).and_then(|group| group.parse().ok());
        group == Some(id) && !matches!(state, Some("Z" | "X"))
    })
}

/// Sends a signal. One that comes too late is no failure here: what the test expects then is.
pub fn send(signal: &str, to: &str) {
    let script = format!("kill -s {signal} -- {to} 2>/dev/null");
    let mut kill = Command::new("/bin/sh");
    let _ = spawn(kill.args(["-c", &script])).wait();
}

fn output() -> File {
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
