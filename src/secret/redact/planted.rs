//! Secrets in the forms in which people and programs write them, planted one by one: none may be left, and what
//! stands next to them has to be.

use super::*;

/// What stands for the secret in the texts.
const HERE: &str = "§";

/// Texts with a secret.
const PLANTED: &str = include_str!("planted.txt");

/// Texts without one.
const HARMLESS: &str = include_str!("harmless.txt");

/// Secrets of different alphabets; a new one for each text.
fn secret(number: usize) -> String {
    format!("hUn7er{number:03}zQ4vXw9Lk2")
}

#[test]
fn planted_secrets_are_found() {
    let mut left = String::new();
    let planted: Vec<&str> = PLANTED.lines().filter(|line| !line.is_empty()).collect();
    for (number, line) in planted.iter().enumerate() {
        let secret = secret(number);
        let told = line.replace(HERE, &secret);
        let shown = Redactor::default().scrub(&told);
        let words = line.split(HERE).next().unwrap_or_default();
        let first = words.split([' ', '=', ':']).next().unwrap_or_default();
        if shown.contains(&secret) || !shown.starts_with(first) {
            let _ = writeln!(left, "{told}\n  {shown}");
        }
    }
    assert!(planted.len() >= 101, "{}", planted.len());
    assert!(left.is_empty(), "{left}");
}

#[test]
fn what_is_no_secret_stays() {
    let mut changed = String::new();
    for line in HARMLESS.lines() {
        let shown = Redactor::default().scrub(line);
        if shown != line {
            let _ = writeln!(changed, "{line}\n  {shown}");
        }
    }
    assert!(changed.is_empty(), "{changed}");
}

/// A secret that is known is found in other spellings as well.
#[test]
fn known_secrets_are_found_in_base64_and_percent_form() {
    let mut redactor = Redactor::default();
    redactor.env_file("DB_PASS=pä/ss w0rd+x\n");
    for told in [
        "p%C3%A4%2Fss%20w0rd%2Bx",
        "cMOkL3NzIHcwcmQreA==",
        "cMOkL3NzIHcwcmQreA",
    ] {
        let shown = redactor.scrub(&format!("x {told} y"));
        assert_eq!(
            shown.trim_end_matches("== y").trim_end_matches(" y"),
            "x ********",
            "{told}"
        );
    }
}
