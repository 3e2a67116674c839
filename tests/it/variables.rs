//! Each flag's variable is read: one that makes no sense is refused by its name.

use crate::support::Sandbox;
use clap::{Arg, ArgAction, Command};
use prisma_cli::testing::cli::definition;
use std::any::TypeId;
use std::path::PathBuf;

/// The commands that do something, with their names.
fn leaves(name: &str, command: &Command, found: &mut Vec<(String, Command)>) {
    let inner = command.get_subcommands();
    let inner: Vec<&Command> = inner.filter(|inner| inner.get_name() != "help").collect();
    if inner.is_empty() {
        found.push((name.trim_start().to_owned(), command.clone()));
    }
    for inner in inner {
        leaves(&format!("{name} {}", inner.get_name()), inner, found);
    }
}

/// Whether there are values that it does not take.
fn is_picky(arg: &Arg) -> bool {
    let any = [TypeId::of::<String>(), TypeId::of::<PathBuf>()];
    let takes = arg.get_value_parser().type_id();
    let parsed_on = ["tail"];
    let is_flag = matches!(arg.get_action(), ArgAction::SetTrue);
    is_flag || parsed_on.contains(&arg.get_id().as_str()) || any.iter().all(|any| takes != *any)
}

#[test]
fn a_senseless_value_of_any_variable_is_refused_by_its_name() {
    let mut commands = Vec::new();
    leaves("", &definition(), &mut commands);
    let mut count = 0;
    let mut s = Sandbox::new();
    for (name, command) in commands {
        let args = command.get_arguments().filter(|arg| is_picky(arg));
        let variables = args.filter_map(|arg| arg.get_env()?.to_str());
        for variable in variables {
            // Not even a cluster's name that the npm CLI may have left.
            s.set(variable, "!/!");
            let ended = s.run(&name);
            s.unset(variable);
            let told = ended.stdout + &ended.stderr;
            assert_eq!(ended.status, 2, "{variable} of `{name}`: {told}");
            assert!(
                told.contains(&format!("variable `{variable}`")),
                "`{name}`: {told}"
            );
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
    assert_eq!(s.files().list(), "", "nothing is made");
}
