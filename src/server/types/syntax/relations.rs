//! Where a relation is stored. In the old syntax each has a table of its own; the new one has to say so on
//! one side, or its links are lost.

use super::{Edit, Field, Model};

/// The fields that need `link: TABLE`: the index of the type and that of the field, in the order of the text.
pub(super) fn links(models: &[Model]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (of, model) in models.iter().enumerate() {
        for (at, field) in model.fields.iter().enumerate() {
            let one = (of, at);
            let Some(to) = models.iter().position(|to| to.name == field.type_name) else {
                continue;
            };
            let other = other_end(models, one, to);
            let fields: Vec<&Field> = [Some(one), other]
                .into_iter()
                .flatten()
                .map(|(of, at)| &models[of].fields[at])
                .collect();
            let is_linked = fields.iter().any(|field| linked(field));
            let is_old = model.is_old && models[to].is_old;
            let chosen = other.map_or(one, |other| owner(models, one, other));
            if is_old && !is_linked && chosen == one {
                found.push(one);
            }
        }
    }
    found
}

/// `@relation(…, link: TABLE)`, or another place.
pub(super) fn link(text: &str, field: &Field, place: &str) -> Edit {
    let relation = field.directive("relation");
    match relation.filter(|relation| !relation.arguments.is_empty()) {
        Some(relation) => {
            let end = relation.at.end - 1;
            let inside = text[relation.at.start..end].trim_end().len();
            let end = relation.at.start + inside;
            Edit {
                at: end..end,
                new: format!(", link: {place}"),
            }
        }
        None => field.after_type(&format!("@relation(link: {place})")),
    }
}

fn linked(field: &Field) -> bool {
    let relation = field.directive("relation");
    relation.is_some_and(|relation| relation.argument("link").is_some())
}

fn name(field: &Field) -> Option<&str> {
    let (_, name, _) = field.directive("relation")?.argument("name")?;
    Some(name)
}

/// The field at the other end: of the same relation name, or else the only one that points back. `None`
/// if only one end has a field.
fn other_end(models: &[Model], (of, at): (usize, usize), to: usize) -> Option<(usize, usize)> {
    let own = name(&models[of].fields[at]);
    let mut back: Vec<(usize, usize)> = Vec::new();
    for (index, field) in models[to].fields.iter().enumerate() {
        let is_back = field.type_name == models[of].name && (to, index) != (of, at);
        let fits = own.is_none() || name(field).is_none() || name(field) == own;
        if is_back && fits {
            back.push((to, index));
        }
    }
    let same = back
        .iter()
        .find(|(of, at)| name(&models[*of].fields[*at]) == own);
    match (same, back.as_slice()) {
        (Some(same), _) => Some(*same),
        (None, [only]) => Some(*only),
        _ => None,
    }
}

/// The end that says how a relation is stored: that with one node, if the other has a list; else the
/// required one; else, of lists the first in the text, and of others the last.
fn owner(models: &[Model], one: (usize, usize), other: (usize, usize)) -> (usize, usize) {
    let (first, last) = (one.min(other), one.max(other));
    let field = |(of, at): (usize, usize)| &models[of].fields[at];
    match (field(first), field(last)) {
        (a, b) if a.is_list && b.is_list => first,
        (a, _) if a.is_list => last,
        (_, b) if b.is_list => first,
        (a, b) if a.is_required && !b.is_required => first,
        _ => last,
    }
}
