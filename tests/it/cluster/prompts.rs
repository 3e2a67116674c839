//! Questions, asked and answered through a pseudo terminal.
//!
//! Witness: none is needed: the questions are what is tested; the server behind them is scripted.

use crate::cluster::support::{Auth, Home, key, nobody, server};
use std::time::Duration;

const TWO: &str = "clusters:\n  local:\n    host: 'http://localhost:4466'\n  digital-ocean:\n    host: 'http://45.55.177.154:4466'\n  staging:\n    host: 'http://10.0.0.7:4466'\n";

#[test]
fn add_asks_for_endpoint_secret_and_name_and_takes_a_pasted_key() {
    let host = server("1.1.3", Auth::PublicKey(key().public_spki_pem()));
    let pem = key().pem_pkcs1().reveal().to_owned();
    // As terminals send the lines of a paste, with and without the last line's end.
    for pasted in [
        pem.replace('\n', "\r"),
        pem.trim_end().replace('\n', "\r") + "\r",
    ] {
        let home = Home::with(TWO);
        let mut terminal = home.at_terminal("cluster", &["add"]);
        terminal.shows("Server URL").types("prisma.example\r");
        terminal.shows("it has no scheme");
        terminal.types(&("\x7f".repeat(14) + &host + "/\r"));
        terminal.shows("Secret (hidden").types(&pasted);
        terminal.shows("(hidden)").shows("Name for the cluster:");
        terminal
            .types("local\r")
            .shows("cluster `local` already exists");
        terminal.types("\x7f\x7f\x7f\x7f\x7ffar\r");
        let (code, shown) = terminal.end().raw();
        assert_eq!(code, 0, "{shown}");
        assert!(shown.contains("cluster `far` added"), "{shown}");
        let first = pem.lines().nth(1).expect("a line");
        for part in ["BEGIN RSA", "END RSA", &first[..12]] {
            assert!(!shown.contains(part), "{part} shows: {shown}");
        }
        let secret =
            serde_json::to_string(&key().pem_pkcs1_crlf().reveal().to_owned()).expect("a text");
        let entry = format!("  far:\n    host: '{host}'\n    clusterSecret: {secret}\n");
        assert_eq!(home.registry(), format!("{TWO}{entry}"));
    }
}

#[test]
fn what_was_given_is_not_asked_and_an_empty_secret_is_none() {
    let dead = nobody();
    let home = Home::new();
    let mut terminal = home.at_terminal(
        "cluster",
        &["add", "far", "--no-check", "--endpoint", &dead],
    );
    terminal.shows("Secret (hidden").types("\r");
    let (code, shown) = terminal.end().raw();
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
    let host = server("1.8.3", Auth::Secret("zq9 xylophone".to_owned()));
    let home = Home::new();
    let mut terminal = home.at_terminal("cluster", &["add", "far", "--endpoint", &host]);
    terminal.shows("Secret (hidden");
    // Key by key, with a slip.
    for key in ["z", "q", "x", "\x7f", "9 xylo", "phone", "\r"] {
        terminal.types(key);
        std::thread::sleep(Duration::from_millis(20));
    }
    let (code, shown) = terminal.end().raw();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("zq9") && !shown.contains("xylo"), "{shown}");
    assert!(home.registry().contains("zq9 xylophone"));
}

#[test]
fn esc_and_ctrl_c_leave_every_question_with_nothing_changed() {
    let dead = nobody();
    for (args, question) in [
        (&["add"][..], "Server URL"),
        (
            &["add", "far", "--no-check", "--endpoint", &dead],
            "Secret (hidden",
        ),
        (&["remove"], "Which cluster"),
        (&["remove", "local"], "Remove cluster `local`"),
    ] {
        for key in ["\x1b", "\x03"] {
            let home = Home::with(TWO);
            let mut terminal = home.at_terminal("cluster", args);
            terminal.shows(question);
            std::thread::sleep(Duration::from_millis(200));
            terminal.types(key);
            let (code, shown) = terminal.end().raw();
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
        let mut terminal = home.at_terminal("cluster", &["remove"]);
        terminal.shows("Which cluster").shows("type to filter");
        std::thread::sleep(Duration::from_millis(100));
        terminal
            .types(keys)
            .shows(&format!("Remove cluster `{gone}`"));
        std::thread::sleep(Duration::from_millis(100));
        let (code, shown) = {
            terminal.types("y\r");
            terminal.end().raw()
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
        let mut terminal = home.at_terminal("cluster", &["remove", "local"]);
        terminal.shows("Remove cluster `local`").types(answer);
        let (code, shown) = terminal.end().raw();
        assert_eq!((code, home.registry().as_str()), (1, TWO), "{shown}");
    }
    let home = Home::with(TWO);
    let mut terminal = home.at_terminal("cluster", &["remove", "local"]);
    terminal.shows("Remove cluster `local`").types("maybe\r");
    terminal.shows("nvalid").types("\x1b");
    assert_eq!(terminal.end().status, 130);
    assert_eq!(home.registry(), TWO);
}

#[test]
fn a_terminal_gets_a_table() {
    let up = server("1.1.3", Auth::Off);
    let dead = nobody();
    let home = Home::with(&format!(
        "clusters:\n  local:\n    host: '{up}'\n  digital-ocean:\n    host: '{dead}'\n"
    ));
    let (code, shown) = home
        .at_terminal("cluster", &["list", "--color", "never"])
        .end()
        .raw();
    let table = format!(
        "NAME            KIND          VERSION   STATE         ENDPOINT\r\n\
         local           self-hosted   1.1.3     up            {up}\r\n\
         digital-ocean   self-hosted   -         unreachable   {dead}\r\n"
    );
    assert!(shown.ends_with(&table), "{shown}");
    assert_eq!(code, 0);
}
