//! Questions, asked and answered through a pseudo terminal.

use crate::cluster::support::{Auth, Home, Server, key, nobody};
use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{Eof, Expect, Session};
use std::time::Duration;

/// The program at a terminal, and everything that was shown there.
struct Terminal {
    session: OsSession,
    shown: String,
}

impl Terminal {
    fn start(home: &Home, args: &[&str]) -> Terminal {
        let args: Vec<&str> = ["cluster"].iter().chain(args).copied().collect();
        let mut command = home.command(&args);
        command.env("TERM", "xterm-256color");
        let mut session = Session::spawn(command).expect("starts");
        session.set_expect_timeout(Some(Duration::from_secs(20)));
        Terminal {
            session,
            shown: String::new(),
        }
    }

    /// Waits until a text shows.
    #[track_caller]
    fn see(&mut self, text: &str) -> &mut Terminal {
        match self.session.expect(text) {
            Ok(found) => {
                self.shown += &String::from_utf8_lossy(found.before());
                self.shown += text;
            }
            Err(error) => panic!("`{text}` did not show ({error}), after {:?}", self.shown),
        }
        self
    }

    /// Types or pastes.
    fn give(&mut self, keys: &str) -> &mut Terminal {
        self.session.send(keys).expect("takes keys");
        self
    }

    /// Waits for the end: status, and everything shown.
    #[track_caller]
    fn end(mut self) -> (i32, String) {
        let rest = self.session.expect(Eof).expect("ends");
        self.shown += &String::from_utf8_lossy(rest.before());
        self.shown += &String::from_utf8_lossy(rest.get(0).unwrap_or_default());
        match self.session.get_process().wait().expect("ends") {
            WaitStatus::Exited(_, code) => (code, self.shown),
            other => panic!("ended otherwise: {other:?}"),
        }
    }
}

const TWO: &str = "clusters:\n  local:\n    host: 'http://localhost:4466'\n  digital-ocean:\n    host: 'http://45.55.177.154:4466'\n  staging:\n    host: 'http://10.0.0.7:4466'\n";

#[test]
fn add_asks_for_endpoint_secret_and_name_and_takes_a_pasted_key() {
    let host = Server::start("1.1.3", Auth::Key(key().public_spki_pem()));
    let pem = key().pem_pkcs1();
    // As terminals send the lines of a paste, with and without the last line's end.
    for pasted in [
        pem.replace('\n', "\r"),
        pem.trim_end().replace('\n', "\r") + "\r",
    ] {
        let home = Home::with(TWO);
        let mut terminal = Terminal::start(&home, &["add"]);
        terminal
            .see("Endpoint of the cluster")
            .give("prisma.example\r");
        terminal.see("it has no scheme");
        terminal.give(&("\x7f".repeat(14) + &host + "/\r"));
        terminal.see("Secret (not shown").give(&pasted);
        terminal.see("(hidden)").see("Name for the cluster:");
        terminal
            .give("local\r")
            .see("cluster `local` already exists");
        terminal.give("\x7f\x7f\x7f\x7f\x7ffar\r");
        let (code, shown) = terminal.end();
        assert_eq!(code, 0, "{shown}");
        assert!(shown.contains("cluster `far` added"), "{shown}");
        let first = pem.lines().nth(1).expect("a line");
        for part in ["BEGIN RSA", "END RSA", &first[..12]] {
            assert!(!shown.contains(part), "{part} shows: {shown}");
        }
        let secret = serde_json::to_string(&key().pem_pkcs1_crlf()).expect("a text");
        let entry = format!("  far:\n    host: '{host}'\n    clusterSecret: {secret}\n");
        assert_eq!(home.registry(), format!("{TWO}{entry}"));
    }
}

#[test]
fn what_was_given_is_not_asked_and_an_empty_secret_is_none() {
    let dead = nobody();
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["add", "far", "--no-check", "--endpoint", &dead]);
    terminal.see("Secret (not shown").give("\r");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("(empty)") && !shown.contains("Name for"),
        "{shown}"
    );
    assert_eq!(
        home.registry(),
        format!("clusters:\n  far:\n    host: '{dead}'\n")
    );
}

#[test]
fn a_text_secret_never_shows() {
    let host = Server::start("1.8.3", Auth::Text("zq9 xylophone"));
    let home = Home::new();
    let mut terminal = Terminal::start(&home, &["add", "far", "--endpoint", &host]);
    terminal.see("Secret (not shown");
    // Key by key, with a slip.
    for key in ["z", "q", "x", "\x7f", "9 xylo", "phone", "\r"] {
        terminal.give(key);
        std::thread::sleep(Duration::from_millis(20));
    }
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("zq9") && !shown.contains("xylo"), "{shown}");
    assert!(home.registry().contains("zq9 xylophone"));
}

#[test]
fn esc_and_ctrl_c_leave_every_question_with_nothing_changed() {
    let dead = nobody();
    for (args, question) in [
        (&["add"][..], "Endpoint of the cluster"),
        (
            &["add", "far", "--no-check", "--endpoint", &dead],
            "Secret (not shown",
        ),
        (&["remove"], "Which cluster"),
        (&["remove", "local"], "remove cluster `local`"),
    ] {
        for key in ["\x1b", "\x03"] {
            let home = Home::with(TWO);
            let mut terminal = Terminal::start(&home, args);
            terminal.see(question);
            std::thread::sleep(Duration::from_millis(200));
            terminal.give(key);
            let (code, shown) = terminal.end();
            assert_eq!(code, 130, "{args:?} {key:?}: {shown}");
            assert!(
                shown.contains("nothing was changed") || shown.contains("interrupted"),
                "{shown}"
            );
            assert_eq!(home.registry(), TWO);
        }
    }
}

#[test]
fn remove_lets_choose_with_arrows_and_by_typing() {
    for (keys, gone) in [
        ("\x1b[B\r", "digital-ocean"),
        ("stag\r", "staging"),
        ("OCEAN\r", "digital-ocean"),
    ] {
        let home = Home::with(TWO);
        let mut terminal = Terminal::start(&home, &["remove"]);
        terminal.see("Which cluster").see("type to filter");
        std::thread::sleep(Duration::from_millis(100));
        terminal.give(keys).see(&format!("remove cluster `{gone}`"));
        std::thread::sleep(Duration::from_millis(100));
        let (code, shown) = {
            terminal.give("y\r");
            terminal.end()
        };
        assert_eq!(code, 0, "{shown}");
        assert!(!home.registry().contains(gone), "{}", home.registry());
        assert_eq!(
            home.registry().matches("host: ").count(),
            2,
            "{}\n{shown}",
            home.registry()
        );
    }
}

#[test]
fn only_a_yes_is_a_yes() {
    for answer in ["\r", "n\r"] {
        let home = Home::with(TWO);
        let mut terminal = Terminal::start(&home, &["remove", "local"]);
        terminal.see("remove cluster `local`").give(answer);
        let (code, shown) = terminal.end();
        assert_eq!((code, home.registry().as_str()), (1, TWO), "{shown}");
    }
    let home = Home::with(TWO);
    let mut terminal = Terminal::start(&home, &["remove", "local"]);
    terminal.see("remove cluster `local`").give("maybe\r");
    terminal.see("nvalid").give("\x1b");
    assert_eq!(terminal.end().0, 130);
    assert_eq!(home.registry(), TWO);
}

#[test]
fn a_terminal_gets_a_table() {
    let up = Server::start("1.1.3", Auth::Open);
    let dead = nobody();
    let home = Home::with(&format!(
        "clusters:\n  local:\n    host: '{up}'\n  digital-ocean:\n    host: '{dead}'\n"
    ));
    let (code, shown) = Terminal::start(&home, &["list", "--color", "never"]).end();
    let table = format!(
        "NAME            KIND          VERSION   STATE         ENDPOINT\r\n\
         local           self-hosted   1.1.3     up            {up}\r\n\
         digital-ocean   self-hosted   -         unreachable   {dead}\r\n"
    );
    assert!(shown.ends_with(&table), "{shown}");
    assert_eq!(code, 0);
}
