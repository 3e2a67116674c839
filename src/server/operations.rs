//! The operations of a GraphQL document, one by one: a server runs only one per request.

use apollo_parser::Parser;
use apollo_parser::cst::{self, CstNode};

/// An operation, with the fragments it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub text: String,
    /// Where it begins in the document.
    pub line: usize,
}

/// The operations of a document. One with a single operation, or that is not GraphQL, stays as it is: the
/// server reports what is wrong with it.
pub fn operations(document: &str) -> Vec<Part> {
    let tree = Parser::new(document).parse();
    let is_valid = tree.errors().len() == 0;
    let (mut found, mut fragments) = (Vec::new(), Vec::new());
    for definition in tree.document().definitions() {
        match definition {
            cst::Definition::OperationDefinition(one) => found.push(one),
            cst::Definition::FragmentDefinition(one) => fragments.push(one),
            _ => {}
        }
    }
    if !is_valid || found.len() < 2 {
        return vec![Part {
            text: document.to_owned(),
            line: 1,
        }];
    }
    let part = |operation: &cst::OperationDefinition| {
        let mut text = source(operation);
        let mut unused: Vec<_> = fragments.iter().collect();
        let mut wanted = spreads(operation);
        while let Some(name) = wanted.pop() {
            let at = unused
                .iter()
                .position(|one| name_of(one).as_ref() == Some(&name));
            if let Some(fragment) = at.map(|at| unused.swap_remove(at)) {
                text = format!("{text}\n{}", source(fragment));
                wanted.extend(spreads(fragment));
            }
        }
        let begin = usize::from(operation.syntax().text_range().start());
        let line = document[..begin].matches('\n').count() + 1;
        Part { text, line }
    };
    found.iter().map(part).collect()
}

fn source(node: &impl CstNode) -> String {
    node.source_string().trim_end().to_owned()
}

fn name_of(fragment: &cst::FragmentDefinition) -> Option<String> {
    Some(fragment.fragment_name()?.name()?.text().to_string())
}

/// The names of the fragments that a definition uses.
fn spreads(node: &impl CstNode) -> Vec<String> {
    let inner = node.syntax().descendants();
    let spreads = inner.filter_map(cst::FragmentSpread::cast);
    spreads
        .filter_map(|one| Some(one.fragment_name()?.name()?.text().to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_is_sent_with_the_fragments_it_uses() {
        let document = "# seed\nmutation A {\n  a { ...F }\n}\n\nfragment F on User { ...G }\n\
                        fragment G on User { id }\n{ b }\nmutation C { c(x: \"}\") { id } }\n";
        let parts = operations(document);
        let parts: Vec<(&str, usize)> = parts.iter().map(|one| (&*one.text, one.line)).collect();
        assert_eq!(
            parts,
            [
                (
                    "mutation A {\n  a { ...F }\n}\nfragment F on User { ...G }\nfragment G on User { id }",
                    2
                ),
                ("{ b }", 8),
                ("mutation C { c(x: \"}\") { id } }", 9),
            ]
        );
    }

    #[test]
    fn what_is_one_operation_or_no_graphql_stays_as_it_is() {
        for text in [
            "",
            "mutation {\r\n  a\r\n}\r\n",
            "mutation { a }\nmutation {",
            "{ a } }",
        ] {
            let part = Part {
                text: text.to_owned(),
                line: 1,
            };
            assert_eq!(operations(text), [part], "{text:?}");
        }
    }
}
