//! One key at the top of a file, as in `prisma.yml`; deeper edits are tested on whole registries.

use super::*;

fn set(text: &str, key: &str, value: &str) -> Result<String, Refused> {
    let change = Change::Set(vec![key.to_owned()], New::Bare(value.to_owned()));
    apply(text, &[change])
}

#[test]
fn a_new_key_comes_after_the_last_one() {
    for (text, expected) in [
        ("", "cluster: local\n"),
        ("# only\n", "# only\ncluster: local\n"),
        ("a: 1", "a: 1\ncluster: local"),
        ("a: 1\r\n# end\r\n", "a: 1\r\ncluster: local\r\n# end\r\n"),
        (
            "a:\n- 1\n- 2\n\n# end\n",
            "a:\n- 1\n- 2\ncluster: local\n\n# end\n",
        ),
        (
            "a:\n  b: |\n    c\n\n    # d\n",
            "a:\n  b: |\n    c\n\n    # d\ncluster: local\n",
        ),
        ("---\na: 1\n...\n", "---\na: 1\ncluster: local\n...\n"),
        ("{a: 1}\n", "{a: 1, cluster: local}\n"),
    ] {
        assert_eq!(
            set(text, "cluster", "local").as_deref(),
            Ok(expected),
            "{text:?}"
        );
    }
}

#[test]
fn an_old_value_makes_place_for_the_new_one_in_its_quotes() {
    for (text, expected) in [
        ("cluster: a # c\nb: 1\n", "cluster: local # c\nb: 1\n"),
        ("cluster: 'a'\n", "cluster: 'local'\n"),
        (
            "\u{feff}\"cluster\" : \"a\"\n",
            "\u{feff}\"cluster\" : \"local\"\n",
        ),
        ("cluster:\nb: 1\n", "cluster: local\nb: 1\n"),
        ("cluster: # none\n", "cluster: local # none\n"),
        ("cluster: ~\n", "cluster: local\n"),
        ("cluster:\n  a\n", "cluster:\n  local\n"),
        ("cluster: local\n", "cluster: local\n"),
        ("a: &a x\ncluster: *a\n", "a: &a x\ncluster: local\n"),
    ] {
        assert_eq!(
            set(text, "cluster", "local").as_deref(),
            Ok(expected),
            "{text:?}"
        );
    }
    let number = set("cluster: a\n", "cluster", "1.10");
    assert_eq!(number.as_deref(), Ok("cluster: '1.10'\n"));
}

#[test]
fn what_cannot_be_done_without_touching_more_is_refused() {
    for text in [
        "cluster: &a x\nb: *a\n",
        "cluster: {a: 1}\n",
        "cluster: [a]\n",
        "cluster:\n  - a\n",
        "- a\n",
        "text\n",
    ] {
        let refused = set(text, "cluster", "local").expect_err(text);
        assert!(matches!(refused, Refused::Impossible(_)), "{refused:?}");
    }
    let broken = set("a: [\n", "cluster", "local").expect_err("broken");
    assert!(matches!(broken, Refused::Broken(_)), "{broken:?}");
}

#[test]
fn several_changes_are_made_together_or_not_at_all() {
    let path = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    let changes = [
        Change::Set(path(&["a", "b"]), New::Number(1)),
        Change::Set(path(&["a", "c"]), New::Text("x".to_owned())),
        Change::Remove(path(&["d"])),
    ];
    let edited = apply("a: {}\nd: 1\n", &changes);
    assert_eq!(edited.as_deref(), Ok("a:\n  b: 1\n  c: 'x'\n"));
    assert!(apply("a: 5\nd: 1\n", &changes).is_err());
}
