//! The program at a pseudo terminal.

use super::Place;
use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{Eof, Expect, Session};
use std::time::Duration;

/// The program at a terminal, and everything that was shown there.
pub struct Terminal {
    session: OsSession,
    pub shown: String,
}

impl Terminal {
    pub fn start(place: &Place, args: &[&str]) -> Terminal {
        let args: Vec<&str> = ["deploy"].iter().chain(args).copied().collect();
        let mut command = place.home.command(&args);
        command.env("TERM", "xterm-256color");
        let mut session = Session::spawn(command).expect("starts");
        session.set_expect_timeout(Some(Duration::from_secs(20)));
        Terminal {
            session,
            shown: String::new(),
        }
    }

    /// Waits until a text shows, and a moment for what follows it.
    #[track_caller]
    pub fn see(&mut self, text: &str) -> &mut Terminal {
        match self.session.expect(text) {
            Ok(found) => {
                self.shown += &String::from_utf8_lossy(found.before());
                self.shown += text;
            }
            Err(error) => panic!("`{text}` did not show ({error}), after {:?}", self.shown),
        }
        std::thread::sleep(Duration::from_millis(100));
        self
    }

    /// Types.
    pub fn give(&mut self, keys: &str) -> &mut Terminal {
        self.session.send(keys).expect("takes keys");
        self
    }

    /// Waits for the end: status, and everything shown.
    #[track_caller]
    pub fn end(mut self) -> (i32, String) {
        let rest = self.session.expect(Eof).expect("ends");
        self.shown += &String::from_utf8_lossy(rest.before());
        self.shown += &String::from_utf8_lossy(rest.get(0).unwrap_or_default());
        match self.session.get_process().wait().expect("ends") {
            WaitStatus::Exited(_, code) => (code, self.shown),
            other => panic!("ended otherwise: {other:?}"),
        }
    }
}
