//! `${…}`: pieces are what the text says, and a replaced value is not looked at again.

use super::texts;
use prisma_cli::testing::config::references::{Piece, pieces};
use prisma_cli::testing::config::registry::resolve;

pub fn seeds() -> Vec<String> {
    texts([
        "plain",
        "${env:A}",
        "a ${env:A, \"d\"} b ${self:custom.x, 'y'}",
        "${env:NOPE, ${env:A, \"${opt:x}\"}}",
        "${ env : A }",
        "${",
        "${a",
        "}${}",
        "${env:A, b c}",
        "${env:NOPE, \"a\\\"}\"}",
        "${${${${${${${${${${${${${${${${${${",
    ])
}

pub fn check(text: &str) {
    let found = pieces(text);
    if !text.contains("${") {
        let said = match found.as_deref() {
            Ok([]) => "",
            Ok([Piece::Text(said)]) => said,
            other => panic!("{text:?} is {other:?}"),
        };
        assert_eq!(said, text);
        assert_eq!(resolve(text, &|_| None).as_deref(), Ok(text));
        return;
    }
    match &found {
        Ok(pieces) => {
            let literal: usize = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.len(),
                    Piece::Reference(reference) => {
                        assert!(!reference.choices.is_empty());
                        0
                    }
                })
                .sum();
            assert!(literal <= text.len());
        }
        Err((nth, _)) => assert!(*nth < text.matches("${").count()),
    }
    // A value that looks like a reference is data.
    let resolved = |value: &str| resolve(text, &|name| (name != "NOPE").then(|| value.to_owned()));
    if !text.contains('\u{1}') {
        let marked = resolved("\u{1}").map(|said| said.replace('\u{1}', "${env:NOPE}"));
        assert_eq!(resolved("${env:NOPE}"), marked);
    }
}
