//! Unquoted strings that some reader does not read as strings.

use super::write::is_word;

/// Whether some YAML 1.1 or 1.2 reader reads the unquoted text as something other than this string: a
/// boolean, null, a number in any notation, a time, a date or a merge key.
pub fn is_ambiguous_plain(text: &str) -> bool {
    let special = ["", "~", "=", "<<"].contains(&text);
    special || is_word(text) || is_number(text) || is_date(text)
}

fn is_number(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    let radix = |prefix: &str, radix: u32| {
        let digits = unsigned.strip_prefix(prefix);
        digits.is_some_and(|rest| rest.chars().all(|c| c.is_digit(radix) || c == '_'))
    };
    [".inf", ".nan"].contains(&unsigned)
        || radix("0x", 16)
        || radix("0o", 8)
        || radix("0b", 2)
        || is_decimal(unsigned)
        || is_sexagesimal(unsigned)
}

/// `1`, `1_000`, `0123`, `1.5`, `.5`, `1e3`, `1.5e-3`.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '_');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    !exponent.is_empty()
        && exponent.chars().all(|c| c.is_ascii_digit())
        && mantissa.contains(|c: char| c.is_ascii_digit())
        && !mantissa.starts_with('_')
        && digits(whole)
        && digits(fraction)
}

/// Base 60, as times of day: `22:22`, `12:30:45`, `1:30.5`.
fn is_sexagesimal(text: &str) -> bool {
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let sixty = |part: &str| {
        let whole = part.split('.').next().unwrap_or_default();
        whole.len() <= 2 && whole.parse::<u8>().is_ok_and(|n| n < 60)
    };
    !rest.is_empty()
        && first.starts_with(|c: char| c.is_ascii_digit())
        && is_decimal(first)
        && rest.iter().all(|part| is_decimal(part) && sixty(part))
}

/// `2001-01-01`, `2001-1-1T10:00:00Z`, `2001-01-01 10:00`.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut digits = |count: std::ops::RangeInclusive<usize>| {
        let part = parts.next().unwrap_or_default();
        let end = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        (count.contains(&end)).then(|| part[end..].to_owned())
    };
    let year = digits(4..=4).is_some_and(|rest| rest.is_empty());
    let month = digits(1..=2).is_some_and(|rest| rest.is_empty());
    let day = digits(1..=2)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['T', 't', ' ', '\t']));
    year && month && day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_bend_is_known() {
        for text in [
            "",
            "~",
            "=",
            "<<",
            "y",
            "N",
            "yes",
            "Off",
            "TRUE",
            "null",
            "0",
            "-7",
            "+7",
            "0123",
            "1_000",
            "0x1f",
            "0o17",
            "0b11",
            "1.5",
            ".5",
            "5.",
            "1e3",
            "1.5e-3",
            "1.10",
            ".inf",
            "-.Inf",
            ".NaN",
            "22:22",
            "-1:30",
            "12:30:45",
            "1:30.5",
            "2001-01-01",
            "2001-1-1",
            "2001-01-01T10:00:00Z",
            "2001-01-01 10:00",
        ] {
            assert!(is_ambiguous_plain(text), "{text:?}");
        }
        for text in [
            "graphcool",
            "1.1.3",
            "127.0.0.1",
            "0.0.0.0",
            "::1",
            "1.8-beta",
            "yess",
            "4466:4466",
            "a1",
            "1a",
            "0x1g",
            "2001-01",
            "12-1-1",
            "e3",
            "1e",
            "_1",
            "-",
            "+",
            ".",
            "1:2:a",
            "1:60",
            "2001-01-01x",
        ] {
            assert!(!is_ambiguous_plain(text), "{text:?}");
        }
    }
}
