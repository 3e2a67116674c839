//! At a terminal: questions, spinners, and what they leave on the screen.

use crate::support::terminal::{Left, Terminal};
use crate::support::text::{running, without_exposure};
use crate::support::{Behaviour, Sandbox};
use std::time::Duration;

const GOING: &str = "\
this will delete all data of cluster `local`, including all deployed services:
  containers  local-prisma-database-1, prisma-db
  volumes     local_db-persistence
";
const QUESTION: &str = "Delete all data of cluster `local`? (y/N)";

#[test]
fn nuke_asks_and_a_yes_is_needed() {
    let s = Sandbox::with_running_cluster();
    let mut t = s.at_terminal("local nuke");
    t.shows(QUESTION);
    assert_eq!(s.take_acts(), "", "nothing before the answer");
    t.types("y\r");
    t.end().is(
        &s,
        0,
        &format!(
            "{GOING}> Delete all data of cluster `local`? Yes\n\
             ✔ containers killed <time>\n\
             ✔ containers, network and data removed <time>\n\
             ✔ containers started <time>\n\
             ✔ server up, Prisma 1.1.0 <time>\n{}",
            running("local", "was reset")
        ),
    );
    assert!(s.take_acts().contains("down -v"));
}

#[test]
fn anything_but_a_yes_leaves_all_as_it_is() {
    let s = Sandbox::with_running_cluster();
    let before = (s.files(), s.engine.state());
    let no = "> Delete all data of cluster `local`? No";
    let open = format!("? {QUESTION}");
    let escaped = open.replace("(y/N)", "<canceled>");
    for (keys, line, status, message) in [
        ("n\r", no, 1, "cancelled"),
        ("\r", no, 1, "cancelled"),
        ("\u{3}", &open, 130, "cancelled"),
        ("\u{1b}", &escaped, 130, "cancelled"),
    ] {
        let mut t = s.at_terminal("local nuke");
        t.shows(QUESTION);
        t.types(keys);
        t.end().is(
            &s,
            status,
            &format!("{GOING}{line}\nerror: {message}: nothing was changed\n"),
        );
    }
    assert_eq!(s.take_acts(), "");
    assert_eq!((s.files(), s.engine.state()), before);
}

#[test]
fn delete_and_edited_files_ask_too() {
    let s = Sandbox::with_running_cluster();
    let path = "home/.prisma/clusters/local/docker-compose.yml";
    let ours = s.read(path);
    s.write(path, &format!("{ours}# mine\n"));
    let mut t = s.at_terminal("local restart");
    t.shows("Overwrite docker-compose.yml? Yours is kept as");
    t.types("y\r");
    assert_eq!(t.end().status, 0);
    assert_eq!(s.read(path), ours);
    let mut t = s.at_terminal("local delete");
    t.shows("Remove cluster `local` and all its data? (y/N)");
    t.types("y\r");
    assert_eq!(t.end().status, 0);
    s.engine_has("");
}

#[test]
fn those_who_do_not_want_to_be_asked_are_not() {
    let mut s = Sandbox::with_running_cluster();
    let refused = format!(
        "{GOING}error: deleting the data of cluster `local` requires confirmation, but this is not an interactive terminal\n\
         hint: add `--yes` to confirm\n"
    );
    s.at_terminal("local nuke --no-input")
        .end()
        .is(&s, 4, &refused);
    s.set("CI", "true");
    s.at_terminal("local nuke").end().is(&s, 4, &refused);
    assert_eq!(s.take_acts(), "");
}

#[test]
fn a_spinner_shows_the_stage_and_leaves_its_result() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::Slow(
        Duration::from_millis(400),
        Duration::from_millis(1200),
    ));
    let mut t = s.at_terminal("local start");
    t.shows("waiting for the database (at most 5m)");
    t.shows("waiting for the server (at most 5m)");
    let left = t.end();
    left.is(
        &s,
        0,
        &format!(
            "✔ containers started <time>\n\
             ✔ database up <time>\n\
             ✔ server up, Prisma 1.1.0 <time>\n{}",
            running("local", "is running")
        ),
    );
    let braille = |c| ('\u{2800}'..='\u{28ff}').contains(&c);
    assert!(left.sent.contains(braille), "a spinner");
}

#[test]
fn a_failure_leaves_no_spinner_behind() {
    let s = Sandbox::with_cluster();
    s.engine
        .fail("compose-up", 1, "Error response from daemon: oops");
    let left = s.at_terminal("local start -q").end();
    assert!(
        !left.screen.text().contains("starting"),
        "{}",
        left.screen.text()
    );
    let left = s.at_terminal("local start").end();
    let shown = s.plain(&left.screen.text());
    assert_eq!(left.status, 1);
    assert!(
        shown.starts_with("error: `docker-compose -p local"),
        "{shown}"
    );
    assert!(left.sent.contains("\u{1b}[31m"), "the label is red");
    s.server(Behaviour::Nothing);
    s.engine.unhook("compose-up");
    let left = s.at_terminal("local start --wait-timeout 700ms").end();
    let shown = s.plain(&left.screen.text());
    assert_eq!(left.status, 5);
    assert!(shown.starts_with("✔ containers started "), "{shown}");
    assert!(
        shown
            .lines()
            .nth(1)
            .is_some_and(|line| line.starts_with("error: ")),
        "{shown}"
    );
    assert!(!left.screen.cursor_hidden);
}

#[test]
fn ctrl_c_ends_a_wait_and_leaves_a_clean_screen() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::Nothing);
    let mut t = s.at_terminal("local start");
    t.shows("waiting for the database");
    t.types_unasked("\u{3}");
    let left = t.end();
    let shown = without_exposure(&left.screen.text());
    assert_eq!(left.status, 130, "{shown}");
    // The spinner's line is as wide as the terminal: a `^C` would wrap it, and it would stay.
    assert!(!left.sent.contains("^C"), "{:?}", left.sent);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 3, "{shown}");
    assert!(lines[0].starts_with("✔ containers started "), "{shown}");
    assert!(
        lines[1].starts_with("error: interrupted while waiting for the server"),
        "{shown}"
    );
    assert!(!left.screen.cursor_hidden);
    assert!(!s.path("home/.prisma/config.yml").exists());
}

#[test]
fn ctrl_c_reaches_the_child_and_is_told_once() {
    let s = Sandbox::with_cluster();
    s.engine.hook("compose-up", "exec sleep 300\n");
    let mut t = s.at_terminal("local start");
    t.shows("starting the containers");
    crate::support::engine::wait_until("up", || s.engine.was_called("up -d"));
    t.types_unasked("\u{3}");
    let left = t.end();
    let shown = left.screen.text();
    assert_eq!(left.status, 130, "{shown}");
    assert_eq!(shown.matches("interrupted").count(), 1, "{shown}");
}

#[test]
fn a_dumb_terminal_and_a_pipeline_get_plain_lines() {
    let mut s = Sandbox::with_cluster();
    let is_plain = |s: &Sandbox, left: Left| {
        // On a busy machine, the database may answer before the server does.
        let late = "waiting for the server (at most 5m)\n";
        let late = if left.screen.text().contains(late) {
            late
        } else {
            ""
        };
        let ended = running("local", "is running");
        let waited = "starting the containers\nwaiting for the database (at most 5m)\n";
        left.is(s, 0, &format!("{waited}{late}{ended}"));
        assert!(!left.sent.contains('\u{1b}'), "{:?}", left.sent);
    };
    let dumb = Terminal::start(&s.prisma("local start"), "dumb", str::to_owned).end();
    is_plain(&s, dumb);
    s.run("local stop").succeeds();
    s.set("CI", "1");
    is_plain(&s, s.at_terminal("local start").end());
}

#[test]
fn progress_of_a_pull_is_shown_as_docker_shows_it() {
    let s = Sandbox::with_running_cluster();
    let left = s.at_terminal("local upgrade").end();
    let shown = left.screen.text();
    assert_eq!(left.status, 0, "{shown}");
    assert!(
        shown.contains("Status: Downloaded newer image for mysql:5.7\n"),
        "{shown}"
    );
    assert!(shown.contains("✔ mysql:5.7 pulled "), "{shown}");
}
