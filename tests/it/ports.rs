//! Ports that somebody else has: who that is, and what can be done about it.

use crate::support::engine::Made;
use crate::support::run::spawn;
use crate::support::{Sandbox, skip};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// This very process, as the system shows it.
fn myself() -> String {
    let name = std::fs::read_to_string("/proc/self/comm").expect("Linux has it");
    format!("`{}` (process {})", name.trim_end(), std::process::id())
}

/// What is said of a port of the server that a process has.
fn taken(by: &str, pid: u32) -> String {
    format!(
        "error: could not start cluster `local`: port <port> (server) is already in use by {by}\n\
         hint: use another port: `prisma local start --port <port+1>`, or `auto`\n\
         hint: or free it: `kill {pid}`\n"
    )
}

/// Listens. A child that another test just starts may have a copy of the last listener for a moment.
fn listen(address: &str, port: u16) -> TcpListener {
    let begun = std::time::Instant::now();
    loop {
        match TcpListener::bind((address, port)) {
            Ok(listener) => return listener,
            Err(error) if begun.elapsed().as_secs() > 5 => panic!("{address}:{port}: {error}"),
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
    }
}

/// A program of this user that listens on a port of all addresses.
fn listener(port: u16) -> Child {
    let script = format!(
        "import socket, time\ns = socket.socket()\n\
         s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n\
         s.bind(('0.0.0.0', {port}))\ns.listen()\nprint('up', flush=True)\ntime.sleep(300)"
    );
    let mut python = Command::new("/usr/bin/python3");
    let mut child = spawn(python.args(["-c", &script]).stdout(Stdio::piped()));
    let mut said = [0; 3];
    let out = child.stdout.as_mut().expect("piped");
    std::io::Read::read_exact(out, &mut said).expect("listens");
    child
}

#[test]
fn a_process_is_named_before_anything_changes() {
    let s = Sandbox::new();
    let me = taken(&myself(), std::process::id());
    for address in ["127.0.0.1", "0.0.0.0"] {
        let _server = listen(address, s.port);
        s.run("local start {ports}").is(1, "", &me);
    }
    assert_eq!(s.take_acts(), "");
    assert_eq!(s.changes_since(&Default::default()), "");
}

#[test]
fn both_families_count_where_both_are_published() {
    let s = Sandbox::new();
    let Ok(_database) = TcpListener::bind(("::1", s.db_port)) else {
        skip("a port that is taken on IPv6", "no IPv6");
        return;
    };
    let ended = s.run("local start {ports}");
    // By this process, or one that another test is about to start: that has copies of all sockets.
    let said = "port <db-port> (database) is already in use by `";
    assert!(ended.stderr.contains(said), "{ended:?}");
    // The server is published on IPv4 alone, and so is all with an address of that family.
    let _server = TcpListener::bind(("::1", s.port)).expect("free");
    s.run("local start {ports} --bind 127.0.0.1").succeeds();
}

#[test]
fn a_container_is_named_with_its_project() {
    let s = Sandbox::with_cluster();
    foreign_container(&s, &[(80, "0.0.0.0", s.db_port)]);
    let _proxy = listen("0.0.0.0", s.db_port);
    s.run("local start -n other --db-port 0").fails_with(2);
    s.run("local start").is(
        1,
        "",
        "error: could not start cluster `local`: port <db-port> (database) is already in use by \
         container `shop-web-1` of compose project `shop`\n\
         hint: use another port: `prisma local start --db-port <db-port+1>`, or `auto`\n\
         hint: or free it: `docker stop shop-web-1`\n",
    );
    assert_eq!(s.take_acts(), "");
}

/// A container of another project that publishes these ports.
pub fn foreign_container(s: &Sandbox, ports: &[(u16, &str, u16)]) {
    s.engine.make(&Made {
        number: 9,
        project: "shop",
        service: "web",
        name: "shop-web-1",
        image: "nginx",
        status: "running",
        ports,
        env: &[],
        version: "",
    });
}

#[test]
fn only_the_address_that_is_published_must_be_free() {
    let s = Sandbox::new();
    let _server = listen("127.0.0.2", s.port);
    s.run("local start {ports} --bind 127.0.0.1").succeeds();
}

#[test]
fn auto_takes_the_next_free_one_and_keeps_it() {
    let s = Sandbox::new();
    let config = |s: &Sandbox| s.plain(&s.read("home/.prisma/clusters/local/cluster.yml"));
    s.run("local start {ports}").succeeds();
    let before = config(&s);
    s.run("local start --port auto --db-port auto").succeeds();
    assert_eq!(config(&s), before, "its own are free for it");
    s.run("local stop").succeeds();
    let server = listen("0.0.0.0", s.port);
    s.run("local start --port auto --no-wait").succeeds();
    assert_eq!(config(&s), before.replace("port: <port>", "port: <port+1>"));
    drop(server);
    s.run("local start --no-wait").succeeds();
    assert!(config(&s).contains("port: <port+1>"), "it is kept");
    s.run("local start --port automatic").fails_with(2);
}

#[test]
fn at_a_terminal_it_is_stopped_if_wanted() {
    let s = Sandbox::with_cluster();
    let mut program = listener(s.port);
    let question = format!(
        "port <port> is in use by `python3` (process {})",
        program.id()
    );
    let mut t = s.at_terminal("local start");
    t.shows(&question);
    t.shows("> use port <port+1> instead");
    t.shows("  stop `python3`");
    t.shows("  cancel");
    t.types("\u{1b}[B\r");
    let left = t.end();
    assert_eq!(left.status, 0, "{}", left.sent);
    let ended = program.wait().expect("was started");
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&ended),
        Some(15)
    );
    assert!(s.engine.state().contains("prisma-db running"));
}

#[test]
fn stopping_the_holder_is_the_first_step_of_the_plan_and_belongs_to_the_run() {
    const HISTORY: &str = "home/.prisma/history/local.jsonl";
    let s = Sandbox::with_cluster();
    let mut program = listener(s.port);
    let recorded = || std::fs::read_to_string(s.path(HISTORY)).unwrap_or_default();
    assert_eq!(recorded(), "");
    let mut t = s.at_terminal("local start --dry-run");
    t.shows("  stop `python3`");
    t.types("\u{1b}[B\r");
    let left = t.end();
    let steps: Vec<&str> = (left.sent.lines().map(str::trim))
        .filter(|line| line.starts_with("would "))
        .collect();
    let first = format!(
        "would stop    `python3` (process {}), to free port",
        program.id()
    );
    assert!(steps[0].starts_with(&first), "{steps:?}");
    assert!(steps.len() > 1, "{steps:?}");
    assert!(
        program.try_wait().expect("waits").is_none(),
        "a dry run stops nothing"
    );
    assert_eq!(recorded(), "", "and is not recorded");

    let mut t = s.at_terminal("local start --no-wait");
    t.shows("  stop `python3`");
    t.types("\u{1b}[B\r");
    assert_eq!(t.end().status, 0);
    program.wait().expect("was started");
    // One line when it began to change something, one when it ended.
    assert_eq!(recorded().lines().count(), 2, "{}", recorded());
}

#[test]
fn at_a_terminal_another_port_can_be_taken_and_is_kept() {
    let s = Sandbox::with_cluster();
    let _server = listen("0.0.0.0", s.port);
    let mut t = s.at_terminal("local start --no-wait");
    t.shows("> use port <port+1> instead");
    t.types("\r");
    assert_eq!(t.end().status, 0);
    let config = s.read("home/.prisma/clusters/local/cluster.yml");
    assert!(
        config.contains(&format!("port: {}", s.port + 1)),
        "{config}"
    );
}

#[test]
fn at_a_terminal_cancel_changes_nothing() {
    let s = Sandbox::with_cluster();
    let server = listen("0.0.0.0", s.port);
    let before = s.files();
    for (keys, status, message) in [
        (
            "\u{1b}[A\r",
            1,
            "could not start cluster `local`: port <port>",
        ),
        ("\u{1b}", 130, "cancelled: nothing was changed"),
        ("\u{3}", 130, "cancelled: nothing was changed"),
    ] {
        let mut t = s.at_terminal("local start");
        t.shows("> use port <port+1>");
        t.types(keys);
        let left = t.end();
        assert_eq!(left.status, status, "{}", left.sent);
        assert!(s.plain(&left.sent).contains(message), "{}", left.sent);
    }
    assert_eq!(s.take_acts(), "");
    assert_eq!(s.changes_since(&before), "");
    drop(server);
}

/// Nobody is stopped before everything is decided.
#[test]
fn cancelling_the_second_question_has_changed_nothing() {
    let s = Sandbox::with_cluster();
    let mut server = listener(s.port);
    let mut database = listener(s.db_port);
    let mut t = s.at_terminal("local start");
    t.shows("port <port> is in use by `python3`");
    t.types("\u{1b}[B\r");
    t.shows("port <db-port> is in use by `python3`");
    t.types("\u{1b}");
    let left = t.end();
    assert_eq!(left.status, 130, "{}", left.sent);
    for child in [&mut server, &mut database] {
        assert!(child.try_wait().expect("asked").is_none(), "it runs still");
        child.kill().expect("killed");
        child.wait().expect("gone");
    }
    assert_eq!(s.take_acts(), "");
}

/// The holder of a port is stopped by the plan, and there is no plan without consent.
#[test]
fn declining_the_reset_leaves_the_holder_of_the_port_alive() {
    let s = Sandbox::with_cluster();
    let mut program = listener(s.port);
    let before = s.files();
    let mut t = s.at_terminal("local nuke");
    t.shows("> use port <port+1> instead");
    t.types("\u{1b}[B\r");
    t.shows("Delete all data of cluster `local`? (y/N)");
    t.types("n\r");
    let left = t.end();
    assert_eq!(left.status, 1, "{}", left.sent);
    assert!(left.sent.contains("nothing was changed"), "{}", left.sent);
    assert!(
        program.try_wait().expect("asked").is_none(),
        "it runs still"
    );
    program.kill().expect("killed");
    program.wait().expect("gone");
    assert_eq!(s.take_acts(), "");
    assert_eq!(s.changes_since(&before), "");
}

#[test]
fn a_container_is_stopped_with_docker() {
    let s = Sandbox::with_cluster();
    foreign_container(&s, &[(80, "0.0.0.0", s.port)]);
    let mut program = listener(s.port);
    // What docker does when it stops the container.
    s.engine
        .hook("docker-stop", &format!("kill {}\n", program.id()));
    let mut t = s.at_terminal("local start");
    t.shows("  stop container `shop-web-1` of compose project `shop`");
    t.types("\u{1b}[B\r");
    let left = t.end();
    assert_eq!(left.status, 0, "{}", left.sent);
    program.wait().expect("was started");
    let acts = s.take_acts();
    assert!(acts.starts_with("docker stop shop-web-1\n"), "{acts}");
}
