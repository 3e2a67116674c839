//! "Did you mean …?"

/// The known word that was probably meant by `name`; case and separators do not matter.
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = |key: &str| key.to_lowercase().replace(['-', '_', ' '], "");
    let distance = |key: &str| strsim::damerau_levenshtein(&plain(name), &plain(key));
    let best = known.iter().min_by_key(|key| distance(key))?;
    if distance(best) <= 1 + best.len() / 4 {
        return Some(best);
    }
    // The beginning of one word alone.
    let begun = plain(name);
    let mut longer = known.iter().filter(|key| plain(key).starts_with(&begun));
    let only = longer.next().filter(|_| longer.next().is_none())?;
    (begun.len() > 1).then_some(*only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["datamodel", "secret", "disableAuth", "hooks"];
        for (name, expected) in [
            ("datamodal", Some("datamodel")),
            ("data-model", Some("datamodel")),
            ("secrets", Some("secret")),
            ("disable_auth", Some("disableAuth")),
            ("hook", Some("hooks")),
            ("disab", Some("disableAuth")),
            ("d", None),
            ("banana", None),
        ] {
            assert_eq!(nearest(name, &known), expected, "{name}");
        }
        assert_eq!(nearest("a", &[]), None);
    }
}
