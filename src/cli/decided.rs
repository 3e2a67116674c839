//! Flags that environment variables set. They are named with `--verbose`, and when a command fails.

use clap::ArgMatches;
use clap::parser::ValueSource;
use std::collections::BTreeMap;

/// Around the name of an argument without a flag.
const BRACKETS: [char; 4] = ['[', ']', '<', '>'];

/// A flag that was not given, but set by its variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub flag: String,
    pub variable: String,
}

/// All of them, as one sentence.
pub fn sentence<'d>(decided: impl IntoIterator<Item = &'d Decided>) -> Option<String> {
    let shown = decided.into_iter().enumerate().map(|(at, decided)| {
        let Decided { flag, variable } = decided;
        let verb = if at == 0 { "is set by" } else { "by" };
        format!("`{flag}` {verb} `{variable}`")
    });
    let shown: Vec<String> = shown.collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

impl Decided {
    /// Whether it is about what a command does, and not about how that is shown.
    pub fn matters(&self) -> bool {
        let shown = [
            "--output",
            "--json",
            "--color",
            "--quiet",
            "--verbose",
            "-j",
        ];
        !shown.contains(&&*self.flag)
    }
}

/// The flags of the command that runs that have a value, by all their long names.
pub fn options(command: &clap::Command, matches: &ArgMatches) -> BTreeMap<String, String> {
    if let Some((name, matches)) = matches.subcommand()
        && let Some(command) = command.find_subcommand(name)
    {
        return options(command, matches);
    }
    let value = |arg: &clap::Arg| {
        let id = arg.get_id().as_str();
        let source = matches.value_source(id)?;
        if source == ValueSource::DefaultValue {
            return None;
        }
        match matches.try_get_one::<bool>(id) {
            Ok(flag) => flag.filter(|is_set| **is_set).map(bool::to_string),
            Err(_) => Some(
                matches
                    .get_raw(id)?
                    .next_back()?
                    .to_string_lossy()
                    .into_owned(),
            ),
        }
    };
    let given = command.get_arguments().filter_map(|arg| {
        let names = arg
            .get_long()
            .into_iter()
            .chain(arg.get_all_aliases().unwrap_or_default());
        Some((names.map(str::to_owned).collect::<Vec<_>>(), value(arg)?))
    });
    let named =
        given.flat_map(|(names, value)| names.into_iter().map(move |name| (name, value.clone())));
    named.collect()
}

/// The flags that were set by variables, down to the command that runs.
pub fn find(command: &clap::Command, matches: &ArgMatches) -> Vec<Decided> {
    let by_variable = |arg: &&clap::Arg| {
        let id = arg.get_id().as_str();
        matches.try_contains_id(id).unwrap_or(false)
            && matches.value_source(id) == Some(ValueSource::EnvVariable)
    };
    let mut decided = match matches.subcommand() {
        Some((name, matches)) => match command.find_subcommand(name) {
            Some(command) => find(command, matches),
            None => Vec::new(),
        },
        None => Vec::new(),
    };
    for arg in command.get_arguments().filter(by_variable) {
        let flag = match (arg.get_long(), arg.get_short()) {
            (Some(long), _) => format!("--{long}"),
            (None, Some(short)) => format!("-{short}"),
            (None, None) => arg.to_string().trim_matches(BRACKETS).to_owned(),
        };
        let variable = arg.get_env().unwrap_or_default().to_string_lossy();
        let variable = variable.into_owned();
        if decided.iter().all(|known| known.variable != variable) {
            decided.push(Decided { flag, variable });
        }
    }
    decided
}
