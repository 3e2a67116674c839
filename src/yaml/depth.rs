//! Refuses nesting that no one writes before a parser sees it: the time that it takes grows with the square.

use super::{Position, YamlError};

/// Far more than any file has. `serde_yaml` itself ends at 128.
const DEEPEST: usize = 1000;

/// The error for a text that is nested too deeply. Brackets in strings count as well: no text has so many that
/// are not closed.
pub fn too_deep(text: &str) -> Option<YamlError> {
    text.lines()
        .enumerate()
        .try_fold(0_usize, |open, (number, line)| {
            let begins = line
                .split([' ', '\t'])
                .take_while(|word| ["-", "?", ""].contains(word));
            let begun = begins.filter(|word| !word.is_empty()).count();
            let mut open = open;
            for c in line.chars() {
                match c {
                    '[' | '{' => open += 1,
                    ']' | '}' => open = open.saturating_sub(1),
                    _ => {}
                }
                if open + begun > DEEPEST {
                    return Err(YamlError {
                        message: format!("nested more than {DEEPEST} levels deep"),
                        position: Some(Position {
                            line: number + 1,
                            column: 1,
                        }),
                    });
                }
            }
            Ok(open)
        })
        .err()
}

#[cfg(test)]
mod tests {
    use crate::yaml::Node;
    use std::time::{Duration, Instant};

    #[test]
    fn no_nesting_takes_long() {
        let begun = Instant::now();
        for deep in ["[", "{a: ", "- ", "? ", "[\n", "a: [", "{\"a\":"] {
            let failed = Node::parse(&deep.repeat(60_000));
            assert!(failed.is_err(), "{deep}");
        }
        assert!(begun.elapsed() < Duration::from_secs(30));
        let error = Node::parse(&"[".repeat(60_000)).expect_err("too deep");
        assert_eq!(error.message, "nested more than 1000 levels deep");
        assert!(Node::parse("a: [[1], {b: ['[[[[']}]\n- - 1").is_err());
        assert!(Node::parse("a: [[1], {b: ['[[[[']}]").is_ok());
    }
}
