use super::*;

const TWO: &str = include_str!("inspect.json");

#[test]
fn a_real_answer_is_read() {
    let containers = parse_inspect(TWO).expect("parses");
    let names: Vec<_> = containers.iter().map(|c| (&*c.service, &*c.name)).collect();
    assert_eq!(
        names,
        [
            ("prisma-database", "local_prisma-database_1"),
            ("prisma-db", "prisma-db")
        ]
    );
    let (server, database) = (&containers[0], &containers[1]);
    assert_eq!(server.state, State::Restarting);
    assert_eq!((server.restarts, server.exit_code), (4, 1));
    assert_eq!(server.image, "prismagraphql/prisma:1.1");
    assert_eq!(server.env["SQL_CLIENT_HOST"], "prisma-db");
    assert_eq!(server.published("4466/tcp").map(|p| p.port), Some(4466));
    assert!(server.is_server() && !database.is_server());
    assert!(database.is_up());
    assert_eq!(database.published("3306/tcp").map(|p| p.port), Some(3366));
    assert_eq!(
        database.compose_version,
        Some(ComposeVersion::new("1.29.2"))
    );
    assert!(database.volumes.contains("local_db-persistence"));
}

#[test]
fn a_container_is_young_for_minutes_and_in_a_crash_loop_while_it_lives() {
    let container = |started: SystemTime, restarts| Container {
        started: crate::clock::nanos(started),
        state: State::Running,
        restarts,
        ..parse_inspect(TWO).expect("parses").remove(0)
    };
    let now = SystemTime::now();
    let minute = Duration::from_secs(60);
    for (started, restarts, young, crashes) in [
        (now, 0, true, false),
        (now - minute, 2, true, false),
        (now - minute, 3, true, true),
        // The engine's clock is ahead.
        (now + minute, 0, true, false),
        (now + 60 * minute, 3, false, false),
        (now - 6 * minute, 3, false, false),
    ] {
        let container = container(started, restarts);
        assert_eq!(container.is_young(), young, "{container:?}");
        assert_eq!(container.is_in_crash_loop(), crashes, "{container:?}");
    }
    let unknown = parse_inspect(TWO).expect("parses").remove(1);
    assert!(!unknown.is_young());
}

#[test]
fn no_container_and_no_answer() {
    assert_eq!(parse_inspect("[]"), Ok(Vec::new()));
    assert!(parse_inspect("podman says hello").is_err());
}

#[test]
fn notices_between_the_answers_of_docker_are_skipped() {
    let notice = "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.\n";
    let id = "0123456789abcdef".repeat(4);
    assert_eq!(parse_ids(&format!("{notice}{id}\n")), [&*id]);
    assert_eq!(parse_ids("a1\nWARNING: x\nb2\n"), ["a1", "b2"]);
    assert_eq!(
        parse_names(&format!("{notice}local_db-persistence\n\n")),
        ["local_db-persistence"]
    );
    let told = parse_inspect(&format!("{notice}{TWO}")).expect("parses");
    assert_eq!(told, parse_inspect(TWO).expect("parses"));
}

#[test]
fn a_container_without_a_network_is_cut_off() {
    let cut_off = |mode: &str, networks: &str| {
        let text = format!(
            r#"[{{"Id":"1","Name":"/x","Config":{{"Image":"x"}},"State":{{"Status":"running"}},
                "HostConfig":{{"NetworkMode":"{mode}"}},"NetworkSettings":{networks}}}]"#
        );
        parse_inspect(&text).expect("parses")[0].is_cut_off
    };
    for (mode, networks, expected) in [
        ("local_prisma", r#"{"Networks":{}}"#, true),
        (
            "local_prisma",
            r#"{"Networks":{"local_prisma":{"NetworkID":""}}}"#,
            false,
        ),
        ("host", r#"{"Networks":{"host":{}}}"#, false),
        ("container:0123", r#"{"Networks":{}}"#, false),
        ("local_prisma", "{}", false),
    ] {
        assert_eq!(cut_off(mode, networks), expected, "{mode} {networks}");
    }
}
