//! Values that come from variables. They may be secrets, whatever they are used for: messages show the
//! reference as it is written, and where the variable is set.

use crate::service::Origin;
use std::path::PathBuf;

/// A name that is too short to be recognised inside another.
const SHORT: usize = 3;

/// A value of a file, and what it comes from.
#[derive(Clone)]
pub struct Derived {
    value: String,
    pub origin: Origin,
}

impl Derived {
    /// The value of `written`. `origins` has the variables in it, each with its file unless it is set in
    /// the environment.
    pub fn new(value: &str, written: &str, origins: &[(&str, Option<PathBuf>)]) -> Derived {
        let set = origins.iter().map(|(name, file)| match file {
            Some(file) => format!("`{name}` is set in `{}`", file.display()),
            None => format!("`{name}` is set in the environment"),
        });
        Derived {
            value: value.trim().to_owned(),
            origin: Origin {
                written: written.trim().to_owned(),
                set: set.collect::<Vec<_>>().join(", "),
            },
        }
    }

    /// A message without the value or parts of it, as far as it has them in backticks.
    pub fn hide(&self, message: &str) -> String {
        let parts = message.split('`').enumerate();
        let parts = parts.map(|(at, part)| match at % 2 {
            0 => part.to_owned(),
            _ => self.hidden(part),
        });
        parts.collect::<Vec<_>>().join("`")
    }

    fn hidden(&self, shown: &str) -> String {
        let escaped = self.value.escape_debug().to_string();
        for value in [&self.value, &escaped] {
            if !value.is_empty() && shown.contains(value.as_str()) {
                return shown.replace(value.as_str(), &self.origin.written);
            }
        }
        let mut names = self.value.split(['/', '@', '?', '#']);
        let is_in = |name: &str| {
            let is_name = name.contains(char::is_alphanumeric) && !name.ends_with(':');
            let is_long = name.len() >= SHORT && shown.contains(name);
            is_name && (is_long || shown == name)
        };
        if names.any(is_in) {
            self.origin.written.clone()
        } else {
            shown.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_shows_the_reference_and_no_part_of_the_value() {
        let hide = |value: &str, message: &str| Derived::new(value, "${env:X}", &[]).hide(message);
        for (value, message, expected) in [
            (
                "hunter2",
                "write `http://hunter2`",
                "write `http://${env:X}`",
            ),
            (" a\"b ", "`a\\\"b` is not", "`${env:X}` is not"),
            (
                "http://h/hunter 2/dev",
                "invalid name `hunter 2`: use `-`",
                "invalid name `${env:X}`: use `-`",
            ),
            ("http://h/svc/dev", "`w~svc@dev` has", "`${env:X}` has"),
            ("http://h//a", "an empty part: `//`", "an empty part: `//`"),
            ("ftp://h", "start with `http://`", "start with `http://`"),
            ("", "`x`", "`x`"),
        ] {
            assert_eq!(hide(value, message), expected, "{value}");
        }
    }
}
