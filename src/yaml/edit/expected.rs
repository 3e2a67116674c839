//! The expected value after a change, to compare with the edited text.

use super::super::Value;
use super::super::node::Node;
use super::{Change, New, Refused, impossible};

/// Applies to the value the same change as to the text.
pub(super) fn expect(node: &mut Node, change: &Change) -> Result<(), Refused> {
    let (path, new) = match change {
        Change::Set(path, new) => (path, Some(new)),
        Change::Remove(path) => (path, None),
    };
    let Some((last, parents)) = path.split_last() else {
        return Err(impossible("no key is named"));
    };
    let mut place = node;
    for parent in parents {
        place = match slot(place, parent, new.is_some())? {
            Some(at) => at,
            None => return Ok(()),
        };
    }
    match new {
        Some(new) => {
            if let Some(at) = slot(place, last, true)? {
                *at = value_of(new);
            }
        }
        None => {
            if let Node::Map(pairs) = place {
                pairs.retain(|(key, _)| key != last);
            }
        }
    }
    Ok(())
}

/// The value of a key, created if it is missing and `make` is set.
fn slot<'n>(node: &'n mut Node, key: &str, make: bool) -> Result<Option<&'n mut Node>, Refused> {
    if node.is_empty() && make {
        *node = Node::Map(Vec::new());
    }
    let kind = node.kind();
    let Node::Map(pairs) = node else {
        return if make {
            Err(impossible(format!(
                "`{key}` would have to be set in {kind}"
            )))
        } else {
            Ok(None)
        };
    };
    let at = match pairs.iter().rposition(|(k, _)| k == key) {
        Some(at) => at,
        None if make => {
            pairs.push((key.to_owned(), Node::NULL));
            pairs.len() - 1
        }
        None => return Ok(None),
    };
    Ok(pairs.get_mut(at).map(|(_, value)| value))
}

fn value_of(new: &New) -> Node {
    match new {
        New::Text(text) | New::Escaped(text) | New::Bare(text) => Node::text(text),
        New::Number(number) => Node::Leaf(Value::from(*number)),
        New::Flag(flag) => Node::Leaf(Value::from(*flag)),
        New::Map(pairs) => Node::Map(
            pairs
                .iter()
                .map(|(key, value)| (key.clone(), value_of(value)))
                .collect(),
        ),
    }
}

/// Equal, where a collection that lost its last member may have become nothing, and where a new pair
/// may stand in front of the last one.
pub(super) fn same(a: &Node, b: &Node) -> bool {
    let sorted = |pairs: &[(String, Node)]| {
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by_key(|at| &pairs[*at].0);
        order
    };
    match (a, b) {
        (Node::Map(a), Node::Map(b)) => {
            let mut pairs = sorted(a).into_iter().zip(sorted(b));
            a.len() == b.len() && pairs.all(|(i, j)| a[i].0 == b[j].0 && same(&a[i].1, &b[j].1))
        }
        (a, b) if a.is_empty() && b.is_empty() => true,
        (a, b) => a == b,
    }
}
