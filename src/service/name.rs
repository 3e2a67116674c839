//! What services and stages may be called.

use super::Target;

/// Names that the server's own addresses use, for services and stages. Prisma before 1.6.3 accepts them,
/// and then cannot be reached there. Only this spelling is reserved.
pub const RESERVED: [&str; 4] = ["cluster", "management", "export", "import"];

/// What servers call a service in their database, `NAME@STAGE`, is the name of a database in MySQL.
/// Postgres has a schema of that name, and silently shortens one that is longer than its limit.
const LONGEST_ON_MYSQL: usize = 64;
pub const LONGEST_ON_POSTGRES: usize = 63;

/// The longest names: servers accept longer ones, whose services then do not work.
const LONGEST_SERVICE: usize = LONGEST_ON_MYSQL - "@s".len();
const LONGEST_STAGE: usize = 30;

type Checked = Result<(), String>;

/// What is wrong with the name of a service, if anything.
pub fn check_service(name: &str) -> Checked {
    if !is_name(name, LONGEST_SERVICE, "-_~") {
        return Err(format!(
            "invalid service name `{}`: it must start with a letter and contain only letters, digits, `-`, \
             `_` and `~` (max. {LONGEST_SERVICE})",
            name.escape_debug()
        ));
    }
    refuse_reserved("service name", name)
}

/// What is wrong with the name of a stage, if anything.
pub fn check_stage(name: &str) -> Checked {
    if !is_name(name, LONGEST_STAGE, "-_") {
        return Err(format!(
            "invalid stage `{}`: it must start with a letter and contain only letters, digits, `-` and `_` \
             (max. {LONGEST_STAGE})",
            name.escape_debug()
        ));
    }
    refuse_reserved("stage", name)
}

pub fn check_workspace(name: &str) -> Checked {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if name.chars().all(allowed) {
        return Ok(());
    }
    let shown = name.escape_debug();
    Err(format!(
        "invalid workspace `{shown}`: it must contain only letters, digits, `-` and `_`"
    ))
}

/// Whether the database can hold a service: its whole name is one name there. Says nothing about names
/// that are too long by themselves.
pub fn check_length(target: &Target, service: &str, stage: &str) -> Checked {
    let workspace = match target {
        Target::Cloud { workspace, .. } => Some(workspace),
        Target::Endpoint(endpoint) => endpoint.workspace.as_ref(),
        Target::Unset | Target::Cluster(_) => None,
    };
    let workspace = workspace.map_or(String::new(), |name| format!("{name}~"));
    let whole = format!("{workspace}{service}@{stage}");
    if whole.len() <= LONGEST_ON_MYSQL
        || service.len() > LONGEST_SERVICE
        || stage.len() > LONGEST_STAGE
    {
        return Ok(());
    }
    Err(too_long(&whole, LONGEST_ON_MYSQL))
}

pub fn too_long(whole: &str, longest: usize) -> String {
    let length = whole.len();
    format!(
        "`{whole}` has {length} characters, but the database allows only {longest} for the names of service and stage"
    )
}

fn refuse_reserved(what: &str, name: &str) -> Checked {
    if !RESERVED.contains(&name) {
        return Ok(());
    }
    Err(format!(
        "the {what} `{name}` is reserved: the server uses that address itself"
    ))
}

fn is_name(name: &str, longest: usize, marks: &str) -> bool {
    name.len() <= longest
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen with 1.1.3 to 1.34.12 on MySQL: longer ones fail, and some leave a service half made.
    #[test]
    fn service_and_stage_fit_into_the_name_of_a_database() {
        let check = |length: usize| check_length(&Target::Unset, &"a".repeat(length), "dev");
        assert_eq!(check(60), Ok(()));
        let why = check(61).expect_err("too long");
        assert!(why.ends_with("@dev` has 65 characters, but the database allows only 64 for the names of service and stage"), "{why}");
    }

    /// 1.1.3 to 1.4.2 accept them, and a service `cluster` cannot be reached.
    #[test]
    fn the_servers_own_addresses_are_reserved_for_all_versions() {
        for name in ["cluster", "management", "export", "import"] {
            let reserved = format!("`{name}` is reserved: the server uses that address itself");
            for checked in [check_service(name), check_stage(name)] {
                assert!(checked.expect_err("reserved").ends_with(&reserved));
            }
        }
        assert_eq!(check_service("Cluster"), Ok(()));
        assert_eq!(check_service("workspace~name"), Ok(()));
        let why = check_service("a b").expect_err("a blank");
        assert!(why.contains("digits, `-`, `_` and `~`"), "{why}");
    }
}
