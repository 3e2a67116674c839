//! Whole documents as comparable values, with the order, duplicates and spelling of keys.

use super::Value;
use super::YamlError;
use serde::de::{
    Deserialize, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use std::collections::HashSet;
use std::fmt;

/// A value of a file, with aliases resolved, but not merge keys.
///
/// Unlike in [`Value`], a mapping keeps duplicate keys, and a key is its text: a cluster called `1.10`
/// is not `1.1`. It may hold secrets, so `Debug` does not show them.
#[derive(Clone, PartialEq)]
pub enum Node {
    /// Null, a boolean, a number or a string.
    Leaf(Value),
    List(Vec<Node>),
    /// A mapping, in file order.
    Map(Vec<(String, Node)>),
    /// A value with a custom tag.
    Tagged(String, Box<Node>),
}

impl Node {
    /// Parses text that contains at most one document. An empty one is null.
    pub fn parse(text: &str) -> Result<Node, YamlError> {
        super::deserialize(text)
    }

    pub const NULL: Node = Node::Leaf(Value::Null);

    pub fn text(text: impl Into<String>) -> Node {
        Node::Leaf(Value::String(text.into()))
    }

    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Node::Leaf(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether it is null or an empty collection.
    pub fn is_empty(&self) -> bool {
        match self {
            Node::Leaf(value) => value.is_null(),
            Node::List(items) => items.is_empty(),
            Node::Map(pairs) => pairs.is_empty(),
            Node::Tagged(..) => false,
        }
    }

    /// Whether it replaces an unresolved value: its tag cannot occur in a file.
    pub fn is_gap(&self) -> bool {
        matches!(self, Node::Tagged(tag, _) if tag.starts_with('\0'))
    }

    /// Its type, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Node::Leaf(Value::Null) => "nothing",
            Node::Leaf(Value::Bool(_)) => "a boolean",
            Node::Leaf(Value::Number(_)) => "a number",
            Node::Leaf(_) => "a string",
            Node::List(_) => "a list",
            Node::Map(_) => "a mapping",
            Node::Tagged(..) => "a tagged value",
        }
    }

    /// The value of a key of this mapping; the first one of duplicates.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Node::Map(pairs) = self else { return None };
        pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// The pairs of a mapping with its merge keys (`<<`) resolved; `None` for anything else.
    ///
    /// Own keys override merged ones, and earlier merged mappings override later ones.
    pub fn pairs(&self) -> Option<Vec<(&str, &Node)>> {
        let Node::Map(own) = self else { return None };
        let (merges, plain): (Vec<_>, Vec<_>) = own.iter().partition(|(key, _)| key == "<<");
        let mut pairs: Vec<(&str, &Node)> = plain.iter().map(|(k, v)| (k.as_str(), v)).collect();
        if merges.is_empty() {
            return Some(pairs);
        }
        let mut known: HashSet<&str> = pairs.iter().map(|(key, _)| *key).collect();
        for (_, merged) in merges {
            let sources = match merged {
                Node::List(items) => items.as_slice(),
                one => std::slice::from_ref(one),
            };
            for source in sources {
                let new = source.pairs()?;
                pairs.extend(new.into_iter().filter(|(key, _)| known.insert(key)));
            }
        }
        Some(pairs)
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::NULL)
    }

    /// For serde, an empty document is not null.
    fn visit_none<E: Error>(self) -> Result<Node, E> {
        Ok(Node::NULL)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some((Key(key), value)) = pairs.next_entry()? {
            map.push((key, value));
        }
        Ok(Node::Map(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Node, A::Error> {
        let (tag, value): (String, _) = tagged.variant()?;
        Ok(Node::Tagged(tag, Box::new(value.newtype_variant()?)))
    }
}

/// A key as written: requesting a string returns the scalar before it is parsed as a number.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        String::deserialize(deserializer).map(Key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_spelling_and_their_duplicates() {
        let node = Node::parse("1.10: a\nyes: b\nnull: c\n~: d\n1.10: e\n").expect("parses");
        let Node::Map(pairs) = node else {
            panic!("a mapping")
        };
        let keys: Vec<_> = pairs.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["1.10", "yes", "null", "~", "1.10"]);
    }

    #[test]
    fn merge_keys_fill_what_is_not_there() {
        let text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 0}\n";
        let node = Node::parse(text).expect("parses");
        let pairs = node.get("c").and_then(Node::pairs).expect("a mapping");
        let told: Vec<_> = pairs
            .iter()
            .map(|(k, v)| format!("{k}{}", matches!(v, Node::Leaf(v) if v.as_i64() == Some(1))))
            .collect();
        assert_eq!(told, ["xfalse", "ytrue", "zfalse"]);
    }

    #[test]
    fn it_does_not_show_itself() {
        let node = Node::parse("a: secret").expect("parses");
        assert_eq!(format!("{node:?}"), "a mapping");
    }
}
