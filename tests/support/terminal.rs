//! A run at a terminal, with somebody at the keyboard.

use super::forks;
use super::run::{self, Run};
use super::sandbox::Sandbox;
use super::screen::Screen;
use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use std::io::{ErrorKind, Write};
use std::process::Command;
use std::time::{Duration, Instant};

/// For what hangs. Far longer than any run takes, however busy the machine is.
const DEADLINE: Duration = Duration::from_secs(180);

/// A run under way at a terminal.
pub struct Terminal<'t> {
    session: OsSession,
    seen: Vec<u8>,
    command: String,
    /// Gives what differs from run to run a name.
    plain: Box<dyn Fn(&str) -> String + 't>,
}

/// How it ended.
pub struct Left {
    /// Exit status.
    pub status: i32,
    /// What is on the screen.
    pub screen: Screen,
    /// All that was ever sent to the terminal.
    pub sent: String,
    /// The terminal shows again what is typed.
    pub echoes: bool,
}

/// The same at a terminal as a person's: of a usual size, and with an echo, without which Ctrl-C would
/// leave nothing to clean up. Set before the program begins: it changes the terminal, too, and who sets
/// one thing puts back all others as they were.
fn as_a_persons(command: &Command) -> Command {
    let mut wrapped = Command::new("/bin/sh");
    wrapped
        .args(["-c", "/bin/stty echo cols 120 rows 40 && exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            wrapped.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    wrapped
}

impl<'t> Terminal<'t> {
    /// Starts a run at a terminal of this kind.
    pub fn start(run: &Run, kind: &str, plain: impl Fn(&str) -> String + 't) -> Terminal<'t> {
        let mut command = run.command();
        command.env("TERM", kind);
        let alone = forks::alone();
        let session = OsSession::spawn(as_a_persons(&command)).expect("a terminal");
        drop(alone);
        let words: Vec<_> = run.args.iter().map(|arg| arg.to_string_lossy()).collect();
        Terminal {
            session,
            seen: Vec::new(),
            command: words.join(" "),
            plain: Box::new(plain),
        }
    }

    /// Types an answer, as soon as it is waited for: what is typed before, the terminal shows.
    #[track_caller]
    pub fn types(&mut self, keys: &str) -> &mut Terminal<'t> {
        self.until("the program reads keys", |terminal| {
            matches!(terminal.session.get_process().get_echo(), Ok(false))
        });
        self.types_unasked(keys)
    }

    /// Types, whatever the program does.
    pub fn types_unasked(&mut self, keys: &str) -> &mut Terminal<'t> {
        self.session.write_all(keys.as_bytes()).expect("types");
        self.session.flush().expect("types");
        self
    }

    /// Ends the program.
    pub fn kill(mut self) {
        let _ = self.session.get_process_mut().exit(true);
    }

    /// Sends a signal to the program alone.
    pub fn signal(&self, name: &str) {
        run::send(name, &self.session.get_process().pid().to_string());
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Terminal<'t> {
        self.shows_times(text, 1)
    }

    /// Waits until the screen shows a text so often.
    #[track_caller]
    pub fn shows_times(&mut self, text: &str, times: usize) -> &mut Terminal<'t> {
        self.until(text, |terminal| {
            terminal.screen().matches(text).count() >= times
        })
    }

    #[track_caller]
    fn until(&mut self, what: &str, is_so: impl Fn(&Terminal<'t>) -> bool) -> &mut Terminal<'t> {
        let begun = Instant::now();
        while !is_so(self) {
            let more = self.read();
            assert!(
                more && begun.elapsed() < DEADLINE,
                "`{}` without {what:?}:\n{}",
                self.command,
                self.screen()
            );
        }
        self
    }

    /// Waits for the end.
    #[track_caller]
    pub fn end(mut self) -> Left {
        let begun = Instant::now();
        while self.read() {
            if begun.elapsed() > DEADLINE {
                let _ = self.session.get_process_mut().exit(true);
                panic!("{} hangs at\n{}", self.command, self.screen());
            }
        }
        let status = match self.session.get_process().wait() {
            Ok(WaitStatus::Exited(_, code)) => code,
            other => panic!("{}: {other:?}", self.command),
        };
        let sent = String::from_utf8_lossy(&self.seen).into_owned();
        Left {
            status,
            screen: Screen::after(&sent),
            echoes: self.session.get_process().get_echo().unwrap_or_default(),
            sent,
        }
    }

    fn screen(&self) -> String {
        let sent = String::from_utf8_lossy(&self.seen);
        (self.plain)(&Screen::after(&sent).text())
    }

    /// Reads what there is, or waits a moment; `false` at the end.
    fn read(&mut self) -> bool {
        let mut chunk = [0; 4096];
        match self.session.try_read(&mut chunk) {
            Ok(0) => false,
            Ok(count) => {
                self.seen.extend_from_slice(&chunk[..count]);
                true
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                std::thread::sleep(Duration::from_millis(3));
                true
            }
            // Linux says so when the last one at the other side has gone.
            Err(_) => false,
        }
    }
}

impl Left {
    /// Status and all that was sent.
    pub fn raw(self) -> (i32, String) {
        (self.status, self.sent)
    }

    /// Compares the status and the screen, times replaced by `<time>`. The cursor must be back.
    #[track_caller]
    pub fn is(&self, sandbox: &Sandbox, status: i32, screen: &str) -> &Self {
        let shown = without_times(&sandbox.plain(&self.screen.text()));
        let got = format!("status {}\n{shown}", self.status);
        super::same("the screen", &got, &format!("status {status}\n{screen}"));
        assert!(!self.screen.cursor_hidden, "the cursor stays hidden");
        assert!(
            self.screen.is_at_line_start(),
            "the prompt would follow in the line"
        );
        self
    }
}

/// `516ms` and `1.2s` at the end of a line become `<time>`.
fn without_times(text: &str) -> String {
    let line = |line: &str| {
        let (rest, last) = line.rsplit_once(' ').unwrap_or(("", line));
        let number = last.trim_end_matches("ms").trim_end_matches('s');
        if last != number && line.starts_with('✔') && number.parse::<f64>().is_ok() {
            format!("{rest} <time>\n")
        } else {
            format!("{line}\n")
        }
    };
    text.lines().map(line).collect()
}
