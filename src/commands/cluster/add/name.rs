//! Names of entries. Any name will do that can be typed and written into a `prisma.yml`; a managed
//! cluster's has to satisfy Docker as well, but that is not decided here.

use crate::config::registry::Registry;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::status::cloud;
use crate::ui::Question;

/// Refuses what is no name, and without `--force` what means something else.
pub fn check(name: &str, force: bool) -> Result<()> {
    let refuse = |why: &str| {
        let message = format!("invalid cluster name `{}`: {why}", name.escape_debug());
        Failure::new(Kind::Usage, message)
    };
    if name.is_empty() {
        return Err(refuse("it is empty"));
    }
    if name.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(refuse("it has blanks in it"));
    }
    if name.starts_with('-') {
        return Err(refuse("it begins like an option"));
    }
    if name.split('/').any(|part| matches!(part, "." | "..")) {
        return Err(refuse("it is a path"));
    }
    if force {
        return Ok(());
    }
    if name.contains('/') {
        return Err(refuse("names with `/` are those of Prisma Cloud")
            .hint("choose another name, or take it all the same with `--force`"));
    }
    if cloud::is_reserved(name) {
        return Err(refuse("it is reserved for a cluster of Prisma Cloud")
            .hint("choose another name, or take it all the same with `--force`"));
    }
    Ok(())
}

/// Asks for a name until it is one.
pub fn ask(ctx: &Context, registry: &Registry, force: bool) -> Result<String> {
    let taken: Vec<String> = registry.names().map(str::to_owned).collect();
    let check = move |name: &str| {
        check(name, force).map_err(|failure| failure.message)?;
        if !force && taken.iter().any(|taken| taken == name) {
            return Err(format!(
                "there is a cluster `{name}` already; `--force` would replace it"
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
    fn reserved_names_need_force_and_some_are_none() {
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
