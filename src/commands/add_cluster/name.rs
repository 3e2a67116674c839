//! Names of registry entries. Any name is allowed that can be typed and written into a `prisma.yml`;
//! only managed clusters have to satisfy Docker's rules as well.

use crate::config::registry::Registry;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::status::cloud;
use crate::ui::Question;

/// Refuses invalid names, and without `--force` those that mean something else.
pub fn check(name: &str, force: bool) -> Result<()> {
    let refuse = |why: &str| {
        let message = format!("invalid cluster name `{}`: {why}", name.escape_debug());
        Failure::new(Kind::Usage, message)
    };
    if name.is_empty() {
        return Err(refuse("it is empty"));
    }
    if name.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(refuse("it contains whitespace"));
    }
    if name.starts_with('-') {
        return Err(refuse("it starts with `-`"));
    }
    if name.split('/').any(|part| matches!(part, "." | "..")) {
        return Err(refuse("it looks like a path"));
    }
    if force {
        return Ok(());
    }
    if name.contains('/') {
        return Err(refuse("names with `/` belong to Prisma Cloud")
            .hint("choose another name, or use it anyway with `--force`"));
    }
    if cloud::is_reserved(name) {
        return Err(refuse("it is reserved for Prisma Cloud")
            .hint("choose another name, or use it anyway with `--force`"));
    }
    Ok(())
}

/// Asks until the name is valid.
pub fn ask(ctx: &Context, registry: &Registry, force: bool) -> Result<String> {
    let taken: Vec<String> = registry.names().map(str::to_owned).collect();
    let check = move |name: &str| {
        check(name, force).map_err(|failure| failure.message())?;
        if !force && taken.iter().any(|taken| taken == name) {
            return Err(format!(
                "cluster `{name}` already exists; `--force` would replace it"
            ));
        }
        Ok(())
    };
    ctx.ask().text(Question::Name, "", check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_names_need_force_and_some_are_invalid() {
        for name in ["prisma-eu1", "prisma-us1", "acme/one"] {
            assert_eq!(check(name, false).expect_err(name).exit(), 2);
            assert_eq!(check(name, true), Ok(()));
        }
        for name in ["", "a b", "-x", "a\nb", "..", "../x", "a/./b"] {
            assert_eq!(check(name, true).expect_err(name).exit(), 2);
        }
        for name in ["local", "Digital.Ocean", "ü", "1.10"] {
            assert_eq!(check(name, false), Ok(()));
        }
    }
}
