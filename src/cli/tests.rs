use super::values::duration;
use super::*;
use clap::Command as Definition;
use std::time::Duration;

/// Every command except clap's own `help`, with its full name.
fn all() -> Vec<(String, Definition)> {
    let mut found = Vec::new();
    let mut left = vec![("prisma".to_owned(), definition())];
    while let Some((name, command)) = left.pop() {
        let inner = command.get_subcommands();
        let inner = inner.filter(|inner| inner.get_name() != "help");
        left.extend(inner.map(|inner| (format!("{name} {}", inner.get_name()), inner.clone())));
        found.push((name, command));
    }
    found
}

fn parses(line: &str) -> bool {
    let words = line.split(['>', '|']).next().unwrap_or_default();
    let words = words.split_whitespace().map(OsString::from);
    parse(words, &Env::default()).is_ok()
}

#[test]
fn every_flag_has_a_variable_and_help_in_our_style() {
    definition().debug_assert();
    for (name, command) in all() {
        for arg in command.get_arguments() {
            let name = format!("{name} --{}", arg.get_id());
            let built_in = matches!(arg.get_id().as_str(), "help" | "version");
            let variable = arg.get_env().map(|v| v.to_string_lossy().into_owned());
            // Nothing but `PRISMA_CLI_YES` consents to what destroys or overwrites.
            let bare = built_in || ["force", "take_over"].contains(&arg.get_id().as_str());
            let prefixed = variable
                .as_ref()
                .map(|v| v.replace("PRISMA", "").starts_with("_CLI_"));
            let expected = if bare { None } else { Some(true) };
            assert!(prefixed == expected || arg.is_positional(), "{name}");
            assert_ne!(prefixed, Some(false), "{name}");
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let is_upper = help.starts_with(char::is_uppercase) && !help.starts_with("Prisma");
            assert!(
                !help.is_empty() && !is_upper && !help.ends_with('.'),
                "{name}: {help}"
            );
        }
    }
}

#[test]
fn flags_of_the_npm_clis_are_understood() {
    for line in [
        "prisma deploy -n",
        "prisma deploy --new",
        "prisma deploy --no-generate --skip-hooks --no-migrate --no-seed",
        "prisma generate --endpoint -p database -e .env.prod",
        "prisma init hello -e http://localhost:4466",
    ] {
        assert!(parses(line), "{line}");
    }
}

#[test]
fn a_variable_belongs_to_one_flag_of_a_command() {
    // Short for a global flag with the same variable.
    let twins = ["d", "j"];
    for (name, command) in all() {
        let args = command.get_arguments();
        let args = args.filter(|arg| !twins.contains(&arg.get_id().as_str()));
        let mut variables: Vec<_> = args.filter_map(clap::Arg::get_env).collect();
        let count = variables.len();
        variables.sort();
        variables.dedup();
        assert_eq!(variables.len(), count, "{name}");
    }
}

#[test]
fn every_example_parses() {
    for (name, command) in all() {
        let is_program = !name.contains(' ');
        let Some(lines) = examples::of(&command) else {
            assert!(is_program, "`{name}` has no examples");
            continue;
        };
        for line in lines.lines() {
            // Two spaces separate the explanation.
            let line = line.trim_start().split("  ").next().unwrap_or_default();
            assert!(
                line.starts_with(&name),
                "`{line}` is not an example of `{name}`"
            );
            assert!(parses(line), "{line}");
        }
    }
    let daily = examples::daily().to_string();
    assert!(daily.lines().count() > 5);
    for line in daily.lines().skip(1) {
        let line = line.trim_start().split("  ").next().unwrap_or_default();
        assert!(parses(line), "{line}");
    }
}

#[test]
fn help_is_compact_and_fits_a_terminal() {
    for (name, command) in all() {
        // Any long help would make clap spread all of it over many lines.
        for arg in command.get_arguments() {
            let values = arg.get_possible_values();
            let is_short = values.iter().all(|value| value.get_help().is_none());
            assert!(is_short && arg.get_long_help().is_none(), "{name} {arg}");
        }
        let examples = examples::of(&command).unwrap_or_default();
        let daily = examples::daily().to_string();
        for line in examples.lines().chain(daily.lines()) {
            assert!(line.len() <= 90 && line == line.trim_end(), "{line}");
        }
    }
}

#[test]
fn descriptions_are_shown_by_help_and_left_out_of_h() {
    let shown = |line: &str| {
        let words = line.split(' ').map(OsString::from);
        parse(words, &Env::default()).expect_err(line).to_string()
    };
    let in_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, command) in all() {
        let Some(description) = description(&command) else {
            assert_eq!(name, "prisma version");
            continue;
        };
        let description = in_one_line(&description);
        let path = name.strip_prefix("prisma").unwrap_or_default();
        let help = shown(&format!("prisma help{path}"));
        assert!(in_one_line(&help).contains(&description), "{help}");
        assert!(help.lines().count() < 80, "flags are spread: {help}");
        assert!(!in_one_line(&shown(&format!("{name} -h"))).contains(&description));
    }
    let help = shown("prisma local stop --help");
    assert!(help.contains("Containers, data, files"), "{help}");
}

#[test]
fn every_mistyped_flag_is_recognised() {
    for (name, command) in all() {
        for long in command.get_arguments().filter_map(clap::Arg::get_long) {
            let swapped: String = {
                let mut letters: Vec<char> = long.chars().collect();
                let last = letters.len() - 1;
                letters.swap(last, last - 1);
                letters.into_iter().collect()
            };
            if swapped == long {
                continue;
            }
            let line = format!("{name} --{swapped}");
            let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let env = Env::default();
            let error = parse(args.clone(), &env).expect_err(&line);
            let failure = usage::failure(&error, &args, &env).expect("a failure");
            assert_eq!(
                failure.hints[0],
                format!("did you mean `--{long}`?"),
                "{line}"
            );
        }
    }
}

#[test]
fn every_mistyped_command_is_recognised() {
    for (name, _) in all() {
        let Some((group, command)) = name.rsplit_once(' ') else {
            continue;
        };
        let line = format!("{group} {command}x");
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let env = Env::default();
        let error = parse(args.clone(), &env).expect_err(&line);
        let failure = usage::failure(&error, &args, &env).expect("a failure");
        assert_eq!(failure.hints[0], format!("did you mean `{name}`?"));
    }
}

#[test]
fn durations_take_units_and_plain_seconds() {
    assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
    assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
    assert_eq!(duration("0"), Ok(Duration::ZERO));
    assert!(wait("0").is_err() && wait("soon").is_err());
}

#[test]
fn a_command_has_one_name_in_documents_and_definitions() {
    let mut seen = 0;
    for (name, command) in all() {
        let examples = examples::of(&command).unwrap_or_default();
        let line = examples.lines().next().unwrap_or_default().trim_start();
        if command.has_subcommands() || line.is_empty() {
            continue;
        }
        let words = line.split("  ").next().unwrap_or_default();
        let words = words.split(['>', '|']).next().unwrap_or_default();
        let words = words.split_whitespace().map(OsString::from);
        let cli = parse(words, &Env::default()).expect(line);
        assert_eq!(format!("prisma {}", cli.command.name()), name);
        seen += 1;
    }
    assert!(seen > 15);
}
