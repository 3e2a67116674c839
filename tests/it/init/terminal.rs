//! `prisma init` with somebody to answer.

use super::{endpoint, is_golden, work};
use crate::support::Sandbox;

const DOWN: &str = "\u{1b}[B";

#[test]
fn the_first_answer_is_all_there_is_for_a_new_database() {
    for (keys, golden) in [
        ("\r", "init-1.8-mysql"),
        (&format!("{DOWN}\r"), "init-1.8-postgres"),
    ] {
        let s = Sandbox::new();
        let mut t = s.at_terminal("init hello --port 4466");
        t.shows("Which server and database should the service use?");
        t.shows("a new server with a new Postgres database");
        t.types(keys);
        t.shows("prisma deploy");
        assert_eq!(t.end().status, 0);
        is_golden(&s, golden);
    }
}

#[test]
fn a_database_that_is_there_is_asked_about() {
    let s = Sandbox::new();
    let mut t = s.at_terminal("init hello --port 4466 --prisma-version 1.34");
    t.shows("Which server and database should the service use?");
    t.types(&format!("{DOWN}{DOWN}\r"));
    t.shows("Database type?");
    t.types(&format!("{DOWN}\r"));
    t.shows("Database host");
    t.types("localhost\r");
    t.shows("means the server's own container");
    for _ in 0.."localhost".len() {
        t.types("\u{8}");
    }
    t.types("db.example.invalid\r");
    t.shows("Database port (default 5432)");
    t.types("x\r");
    t.shows("write a number from 1 to 65535");
    t.types("\u{8}\r");
    t.shows("Database user (default `root`)");
    t.types("me\r");
    t.shows("Database password");
    t.types("p@ss\r");
    t.shows("Database name (default `prisma`)");
    t.types("app\r");
    t.shows("prisma deploy");
    let left = t.end();
    assert_eq!(left.status, 0);
    assert!(!left.sent.contains("p@ss"), "{}", left.screen.text());
    assert!(
        left.screen
            .text()
            .contains("warning: cannot connect to Postgres at db.example.invalid:5432"),
        "{}",
        left.screen.text()
    );
    let compose = s.read("work/hello/docker-compose.yml");
    for line in [
        "host: db.example.invalid",
        "port: 5432",
        "user: me",
        "database: app",
    ] {
        assert!(
            compose.contains(&format!("            {line}\n")),
            "{line}\n{compose}"
        );
    }
    assert!(
        s.read("work/hello/.env")
            .ends_with("\nDATABASE_PASSWORD=p@ss\n")
    );
}

#[test]
fn a_server_that_is_there_is_asked_about() {
    let s = Sandbox::new();
    let mut t = s.at_terminal("init My.App");
    t.shows("Which server and database should the service use?");
    t.types(&format!("{DOWN}{DOWN}{DOWN}\r"));
    t.shows("Server URL");
    t.types("h.example\r");
    t.shows("it has no scheme");
    for _ in 0.."h.example".len() {
        t.types("\u{8}");
    }
    t.types("https://h.example\r");
    t.shows("Service name (default `My-App`)");
    t.types("\r");
    t.shows("Secret (hidden");
    t.types("geheim99\r");
    t.shows("prisma deploy");
    let left = t.end();
    assert_eq!(left.status, 0);
    assert!(!left.sent.contains("geheim99"), "{}", left.screen.text());
    assert_eq!(
        endpoint(&s, "work/My.App/prisma.yml"),
        "https://h.example/My-App/dev"
    );
    assert_eq!(
        s.read("work/My.App/.env"),
        "# The secret of https://h.example.\nPRISMA_MANAGEMENT_API_SECRET=geheim99\n"
    );
}

#[test]
fn whoever_leaves_leaves_nothing_behind() {
    for keys in ["\u{3}", "\u{1b}"] {
        let s = Sandbox::new();
        let mut t = s.at_terminal("init hello");
        t.shows("Which server and database should the service use?");
        t.types(keys);
        let left = t.end();
        assert_eq!(left.status, 130, "{}", left.screen.text());
        assert!(
            left.screen
                .text()
                .contains("cancelled: nothing was changed")
        );
        assert_eq!(work(&s).list(), "");
        assert!(!left.screen.cursor_hidden);
    }
}
