//! Nothing is named: the choice, its keys, and what becomes of `prisma.yml`.
//!
//! Witness: none is needed: the choice is what is tested; the server behind it is scripted.

use crate::cluster::support::{Auth, server};
use crate::deploy::support::{Place, TYPES};
use crate::support::standin::Standin;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

const FLAG: &str = "hint: use `--cluster NAME`, or add `cluster: NAME` to `prisma.yml`\n";

/// Two clusters, and a service that names none.
fn place(standin: &Standin, prisma_yml: &str) -> Place {
    let other = server("1.1.3", Auth::Off);
    let registry = format!(
        "clusters:\n  near:\n    host: '{other}'\n  far:\n    host: '{}'\n",
        standin.url()
    );
    Place::new(&registry, prisma_yml)
}

const UNNAMED: &str = "# mine\r\nservice: hello # yes\r\nstage: dev\r\ndatamodel: datamodel.graphql\r\ndisableAuth: true";

#[test]
fn without_a_terminal_the_flag_is_named_and_nothing_is_sent() {
    let standin = Standin::start("1.8.4");
    let place = place(&standin, UNNAMED);
    let outcome = place.deploy(&[]);
    let message = "error: `prisma.yml` does not name a cluster: an answer is needed, but this is not an interactive terminal\n";
    outcome.is(4, "", &format!("{message}{FLAG}"));
    let document = place.deploy(&["--json"]).json();
    assert_eq!(document["error"]["code"], "input_required");
    let named = format!("{UNNAMED}\r\ncluster: far\r\n");
    place.write("prisma.yml", &named);
    let outcome = place.deploy(&["-i"]);
    let message =
        "error: `--interactive` asks for a cluster, but this is not an interactive terminal\n";
    outcome.is(4, "", &format!("{message}{FLAG}"));
    assert!(standin.take().is_empty());
    assert_eq!(place.read("prisma.yml"), Some(named));
}

#[test]
fn the_choice_is_one_line_more_and_said() {
    for keys in ["\x1b[B\r", "FAR\r", "far\r"] {
        let standin = Standin::start("1.8.4");
        let place = place(&standin, UNNAMED);
        let mut terminal = place.at_terminal(&["--color", "never"]);
        terminal
            .shows("Which cluster")
            .shows("type to filter")
            .types(keys);
        let (code, shown) = terminal.end().raw();
        assert_eq!(code, 0, "{shown}");
        assert!(shown.contains("wrote `cluster: far` to"), "{shown}");
        assert!(shown.contains("deployed to cluster `far`"), "{shown}");
        let written = place.read("prisma.yml").expect("there");
        assert_eq!(written, format!("{UNNAMED}\r\ncluster: far"), "{written:?}");
        assert!(standin.state().project("hello", "dev").is_some());
    }
}

#[test]
fn an_empty_cluster_is_filled_and_no_write_leaves_it() {
    let empty = "service: hello\ncluster: # which?\nstage: dev\ndatamodel: datamodel.graphql\ndisableAuth: true\n";
    for (flags, expected) in [
        (&[][..], empty.replace("cluster: #", "cluster: far #")),
        (&["--no-write"], empty.to_owned()),
        (&["-d"], empty.to_owned()),
    ] {
        let standin = Standin::start("1.8.4");
        let place = place(&standin, empty);
        let mut terminal = place.at_terminal(flags);
        terminal.shows("type to filter").types("far\r");
        let (code, shown) = terminal.end().raw();
        assert_eq!(
            (code, place.read("prisma.yml")),
            (0, Some(expected)),
            "{shown}"
        );
    }
}

/// As Prisma's own examples have them, 46 files of 9 repositories.
#[test]
fn empty_text_is_filled_and_the_file_stays_the_one_it_is() {
    let more = "cluster: ''\ndatamodel: datamodel.graphql\nsecret: ''\n";
    for (yml, key, service) in [
        (
            format!("endpoint: '' # none yet\n{more}"),
            "endpoint",
            "default",
        ),
        (
            format!("service: hello\nstage: dev\ndisableAuth: true\n{more}"),
            "cluster",
            "hello",
        ),
    ] {
        let standin = Standin::start("1.8.4");
        let place = place(&standin, "");
        place.write("real.yml", &yml);
        let [file, real] =
            ["prisma.yml", "real.yml"].map(|name| place.home.path(&format!("service/{name}")));
        fs::remove_file(&file).expect("removes");
        symlink("real.yml", &file).expect("a link");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("a mode");
        let mut terminal = place.at_terminal(&[]);
        terminal.shows("type to filter").types("far\r");
        let (code, shown) = terminal.end().raw();
        assert_eq!(code, 0, "{shown}");
        let value = match key {
            "endpoint" => format!("{}/default/default", standin.url()),
            _ => "far".to_owned(),
        };
        let expected = yml.replace(&format!("{key}: ''"), &format!("{key}: '{value}'"));
        assert_eq!(place.read("real.yml"), Some(expected));
        assert!(file.is_symlink());
        let mode = fs::metadata(&real).expect("exists").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert!(
            standin
                .state()
                .projects
                .keys()
                .any(|(name, _)| name == service)
        );
    }
}

#[test]
fn esc_and_ctrl_c_change_nothing() {
    for key in ["\x1b", "\x03"] {
        let standin = Standin::start("1.8.4");
        let place = place(&standin, UNNAMED);
        let mut terminal = place.at_terminal(&[]);
        terminal.shows("type to filter").types(key);
        let (code, shown) = terminal.end().raw();
        assert_eq!(code, 130, "{shown}");
        assert_eq!(place.read("prisma.yml").as_deref(), Some(UNNAMED));
        assert!(standin.state().projects.is_empty());
    }
}

#[test]
fn interactive_asks_again_in_both_generations() {
    let standin = Standin::start("1.8.4");
    let named = format!("{UNNAMED}\r\ncluster: near\r\n");
    let place = place(&standin, &named);
    let mut terminal = place.at_terminal(&["-i"]);
    terminal.shows("type to filter").types("far\r");
    let (code, shown) = terminal.end().raw();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(place.read("prisma.yml"), Some(named.replace("near", "far")));

    let text = "endpoint: http://127.0.0.1:1/hello/dev # here\ndatamodel: datamodel.graphql\ndisableAuth: true\n";
    place.write("prisma.yml", text);
    let mut terminal = place.at_terminal(&["-i"]);
    terminal.shows("type to filter").types("far\r");
    let (code, shown) = terminal.end().raw();
    assert_eq!(code, 0, "{shown}");
    let written = text.replace(
        "http://127.0.0.1:1/hello/dev",
        &format!("'{}/hello/dev'", standin.url()),
    );
    assert_eq!(place.read("prisma.yml"), Some(written));
}

#[test]
fn without_service_and_endpoint_the_endpoint_is_written() {
    let standin = Standin::start("1.34.12");
    for (text, line) in [
        ("datamodel: datamodel.graphql\ndisableAuth: true\n", ""),
        (
            "endpoint:\ndatamodel: datamodel.graphql\ndisableAuth: true\n",
            "endpoint:\n",
        ),
    ] {
        let place = place(&standin, text);
        place.write(
            "datamodel.graphql",
            "type User {\n  id: ID! @id @unique\n}\n",
        );
        let mut terminal = place.at_terminal(&["-d"]);
        terminal.shows("type to filter").types("far\r");
        let (code, shown) = terminal.end().raw();
        assert_eq!(code, 0, "{shown}");
        assert!(shown.contains("would write `endpoint: http://"), "{shown}");
        let added = format!("  +endpoint: '{}/default/default'", standin.url());
        assert!(shown.contains(&added), "{shown}");
        assert_eq!(place.read("prisma.yml").as_deref(), Some(text));

        let mut terminal = place.at_terminal(&[]);
        terminal.shows("type to filter").types("far\r");
        let (code, shown) = terminal.end().raw();
        assert_eq!(code, 0, "{shown}");
        let written = format!("endpoint: '{}/default/default'\n", standin.url());
        let expected = match line {
            "" => format!("{text}{written}"),
            line => text.replace(line, &written),
        };
        assert_eq!(place.read("prisma.yml"), Some(expected));
        assert!(standin.state().project("default", "default").is_some());
    }
}

#[test]
fn the_list_shows_states_and_ends_with_a_way_to_add_one() {
    let standin = Standin::start("1.8.4");
    let place = place(&standin, UNNAMED);
    let third = Standin::start("1.8.4");
    third.state().put("hello", "dev", TYPES, &[]);
    let mut terminal = place.at_terminal(&["--color", "never"]);
    terminal
        .shows("near")
        .shows("self-hosted, up")
        .shows("far")
        .shows("add another cluster");
    terminal.shows("type to filter").types("add ano\r");
    terminal
        .shows("Server URL")
        .types(&format!("{}\r", third.url()));
    terminal.shows("Secret (hidden").types("\r");
    terminal.shows("Name for the cluster:").types("third\r");
    let (code, shown) = terminal.end().raw();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("cluster `third` added"), "{shown}");
    assert!(
        shown.contains("already up to date on cluster `third`"),
        "{shown}"
    );
    assert_eq!(
        place.read("prisma.yml"),
        Some(format!("{UNNAMED}\r\ncluster: third"))
    );
    assert!(
        place
            .home
            .registry()
            .ends_with(&format!("  third:\n    host: '{}'\n", third.url()))
    );
}

#[test]
fn with_no_cluster_at_all_one_can_be_added() {
    let standin = Standin::start("1.8.4");
    let place = Place::new("clusters: {}\n", UNNAMED);
    let mut terminal = place.at_terminal(&[]);
    terminal
        .shows("add another cluster")
        .shows("type to filter")
        .types("\r");
    terminal
        .shows("Server URL")
        .types(&format!("{}\r", standin.url()));
    terminal.shows("Secret (hidden").types("\x1b");
    let (code, shown) = terminal.end().raw();
    assert_eq!(code, 130, "{shown}");
    assert_eq!(place.read("prisma.yml").as_deref(), Some(UNNAMED));
    assert_eq!(place.home.registry(), "clusters: {}\n");
}
