//! Replaces references in `prisma.yml` by their values.
//!
//! Every value is resolved once and cached, cycles are detected, and depth and size are limited, so
//! this terminates for every file.

mod reference;

use crate::config::EnvLookup;
use crate::config::problems::Problem;
use crate::config::reader::dotted;
use crate::config::references::{self, OPEN, Piece, Why};
use crate::yaml::{Node, Places, Position, Step};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How deeply values and references may be nested.
const DEEPEST: usize = 160;

/// How much text all references together may insert; a collection counts with its memory.
const LARGEST: usize = 4 << 20;

/// A value without its references.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The value, with gaps (see [`Node::is_gap`]) in place of missing parts.
    pub node: Node,
    /// Why there are gaps: a problem only if the value is needed.
    pub unset: Vec<Problem>,
    /// The environment variables in it.
    pub from: BTreeSet<String>,
}

// Tags that cannot occur in a file.
const UNSET: &str = "\0unset";
const BROKEN: &str = "\0broken";

fn is(node: &Node, gap: &str) -> bool {
    matches!(node, Node::Tagged(tag, _) if tag == gap)
}

fn has_gap(node: &Node) -> bool {
    match node {
        Node::Leaf(_) => false,
        Node::List(items) => items.iter().any(has_gap),
        Node::Map(pairs) => pairs.iter().any(|(_, value)| has_gap(value)),
        Node::Tagged(..) => node.is_gap(),
    }
}

impl From<Node> for Resolved {
    fn from(node: Node) -> Self {
        Resolved {
            node,
            unset: Vec::new(),
            from: BTreeSet::new(),
        }
    }
}

impl Resolved {
    fn broken() -> Self {
        Node::Tagged(BROKEN.to_owned(), Box::new(Node::NULL)).into()
    }

    fn unset(problems: Vec<Problem>) -> Self {
        Resolved {
            node: Node::Tagged(UNSET.to_owned(), Box::new(Node::NULL)),
            unset: problems,
            from: BTreeSet::new(),
        }
    }
}

/// Resolves the values of one file.
pub struct Resolver<'a> {
    root: &'a Node,
    places: &'a Places<'a>,
    env: EnvLookup<'a>,
    opt: &'a BTreeMap<String, String>,
    /// Problems that count whether or not the value is needed.
    pub problems: Vec<Problem>,
    known: HashMap<Vec<Step>, Resolved>,
    active: Vec<Vec<Step>>,
    inserted: usize,
}

impl<'a> Resolver<'a> {
    pub fn new(
        root: &'a Node,
        places: &'a Places<'a>,
        env: EnvLookup<'a>,
        opt: &'a BTreeMap<String, String>,
    ) -> Self {
        Resolver {
            root,
            places,
            env,
            opt,
            problems: Vec::new(),
            known: HashMap::new(),
            active: Vec::new(),
            inserted: 0,
        }
    }

    pub fn key(&mut self, key: &str) -> Resolved {
        let root = self.root;
        match root
            .pairs()
            .and_then(|pairs| pairs.into_iter().find(|(k, _)| *k == key))
        {
            Some((_, raw)) => self.value(raw, &[Step::Key(key.to_owned())]),
            None => Node::NULL.into(),
        }
    }

    /// The strings with variables in them: path, value and the variables.
    pub fn derived(&self) -> impl Iterator<Item = (&[Step], &str, &BTreeSet<String>)> {
        let all = self
            .known
            .iter()
            .filter(|(_, value)| !value.from.is_empty());
        all.filter_map(|(path, value)| Some((&**path, value.node.as_text()?, &value.from)))
    }

    /// The value at `path`, written as `raw`.
    fn value(&mut self, raw: &Node, path: &[Step]) -> Resolved {
        match self.settle(raw, path) {
            Some(broken) => broken,
            None => self
                .known
                .get(path)
                .cloned()
                .unwrap_or_else(Resolved::broken),
        }
    }

    /// Resolves the value at `path` and caches it; returns a substitute if it cannot be resolved.
    fn settle(&mut self, raw: &Node, path: &[Step]) -> Option<Resolved> {
        if self.known.contains_key(path) {
            return None;
        }
        if let Some(first) = self.active.iter().position(|active| active == path) {
            let chain = self.active[first..].iter().map(Vec::as_slice).chain([path]);
            let chain: Vec<String> = chain.map(dotted).collect();
            let message = format!(
                "circular reference of `{}`: {}",
                dotted(path),
                chain.join(" -> ")
            );
            return Some(self.broken(path, message));
        }
        if self.active.len() == DEEPEST {
            let message = "values and references are nested too deeply".to_owned();
            return Some(self.broken(path, message));
        }
        self.active.push(path.to_vec());
        let resolved = self.fresh(raw, path);
        self.active.pop();
        self.known.insert(path.to_vec(), resolved);
        None
    }

    fn fresh(&mut self, raw: &Node, path: &[Step]) -> Resolved {
        let mut unset = Vec::new();
        let mut from = BTreeSet::new();
        let node = match raw {
            Node::Leaf(_) => match raw.as_text() {
                Some(text) if text.contains(OPEN) => return self.text(text, path),
                _ => raw.clone(),
            },
            Node::List(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(at, item)| {
                    let resolved = self.value(item, &below(path, Step::Item(at)));
                    unset.extend(resolved.unset);
                    from.extend(resolved.from);
                    resolved.node
                });
                Node::List(items.collect())
            }
            Node::Map(own) => {
                let own = || own.iter().map(|(k, v)| (k.as_str(), v)).collect();
                let pairs = raw.pairs().unwrap_or_else(own).into_iter();
                let pairs = pairs.map(|(key, value)| {
                    let resolved = self.value(value, &below(path, Step::Key(key.to_owned())));
                    unset.extend(resolved.unset);
                    from.extend(resolved.from);
                    (key.to_owned(), resolved.node)
                });
                Node::Map(pairs.collect())
            }
            Node::Tagged(..) => raw.clone(),
        };
        Resolved { node, unset, from }
    }

    /// The value of the text with references.
    fn text(&mut self, text: &str, path: &[Step]) -> Resolved {
        let site = Site {
            path,
            count: text.matches(OPEN).count(),
            places: OnceCell::new(),
        };
        match references::pieces(text) {
            Ok(pieces) => match pieces.as_slice() {
                [Piece::Reference(reference)] => self.reference(reference, &site),
                pieces => self.join(pieces, &site),
            },
            Err((nth, why)) => {
                let message = match why {
                    Why::Unclosed => "unterminated `${`: `}` or a closing quote is missing",
                    Why::Junk => "expected `,` or `}` after the closing quote",
                    Why::Deep => "references are nested too deeply",
                };
                self.wrong(&site, nth, message.to_owned())
            }
        }
    }

    /// A hard problem with a value.
    fn broken(&mut self, path: &[Step], message: String) -> Resolved {
        self.problems
            .push(Problem::new(self.places.value(path), message));
        Resolved::broken()
    }

    /// A hard problem with a reference.
    fn wrong(&mut self, site: &Site<'_>, nth: usize, message: String) -> Resolved {
        let problem = self.problem(site, nth, message);
        self.problems.push(problem);
        Resolved::broken()
    }

    fn problem(&self, site: &Site<'_>, nth: usize, message: String) -> Problem {
        let what = format!("`{}`: {message}", dotted(site.path));
        Problem::new(site.place(self.places, nth), what)
    }

    /// The value, unless too much text has been inserted; that is reported once.
    fn inserted(&mut self, value: Resolved, nth: usize, site: &Site<'_>) -> Resolved {
        let before = self.inserted;
        self.inserted = before.saturating_add(weight(&value.node));
        if self.inserted <= LARGEST {
            value
        } else if before <= LARGEST {
            let message = "references make the file larger than 4 MiB".to_owned();
            self.wrong(site, nth, message)
        } else {
            Resolved::broken()
        }
    }
}

/// A string that contains references.
struct Site<'p> {
    path: &'p [Step],
    /// The number of `${` in it.
    count: usize,
    /// Their positions, found on demand.
    places: OnceCell<Vec<Position>>,
}

impl Site<'_> {
    fn place(&self, places: &Places<'_>, nth: usize) -> Position {
        let found = || places.inside(self.path, OPEN, self.count);
        let found = self.places.get_or_init(found).get(nth).copied();
        found.unwrap_or_else(|| places.value(self.path))
    }
}

fn below(path: &[Step], step: Step) -> Vec<Step> {
    path.iter().cloned().chain([step]).collect()
}

fn weight(node: &Node) -> usize {
    16 + match node {
        Node::Leaf(_) => node.as_text().map_or(0, str::len),
        Node::List(items) => items.iter().map(weight).sum(),
        Node::Map(pairs) => pairs.iter().map(|(k, v)| k.len() + weight(v)).sum(),
        Node::Tagged(_, inner) => weight(inner),
    }
}
