//! The steps of all versions in one form.
//!
//! Servers describe the same change in different words. Recorded differences:
//!
//! - 1.25 to 1.34 send default values as Scala prints them, `None` and `Some(IntGCValue(7))`; earlier
//!   ones `IntGCValue(7)`.
//! - From 1.30 on an `UpdateModel` without a new name comes with nearly every change inside a type.
//! - 1.8.3 to 1.28 rename a type in two steps, by way of `__NAME`.
//! - 1.20 creates a hidden field `_MagicalBackRelation_…` for a relation that has one side only.
//! - Up to 1.24 a field of a relation has the type `Relation`; later ones name the other type.

use super::{NewField, Step};

/// The steps as every version should have sent them.
pub(in crate::server) fn uniform(steps: Vec<Step>) -> Vec<Step> {
    let steps = joined_renames(steps.into_iter().filter(|step| !is_hidden(step)).collect());
    let mut uniform: Vec<Step> = (steps.iter())
        .filter(|step| !says_nothing(step, &steps))
        .cloned()
        .collect();
    for step in &mut uniform {
        match step {
            Step::CreateField(field) => {
                field.default = field.default.take().and_then(|text| literal(&text));
                if let Some(other) = other_side(field, &steps) {
                    field.type_name = other;
                }
            }
            Step::UpdateField(field) => {
                field.default = field.default.take().and_then(|text| literal(&text));
            }
            _ => {}
        }
    }
    uniform
}

fn is_hidden(step: &Step) -> bool {
    let name = match step {
        Step::CreateField(field) => &field.name,
        Step::DeleteField { name, .. } => name,
        _ => return false,
    };
    name.starts_with("_MagicalBackRelation_")
}

/// `User` to `__Person`, then `__Person` to `Person`: one rename.
fn joined_renames(steps: Vec<Step>) -> Vec<Step> {
    let mut joined: Vec<Step> = Vec::new();
    for step in steps {
        let Step::UpdateModel { name, new_name } = &step else {
            joined.push(step);
            continue;
        };
        let is_second = name.strip_prefix("__") == Some(new_name);
        let first = joined.iter_mut().find_map(|earlier| match earlier {
            Step::UpdateModel { new_name, .. } if is_second && new_name == name => Some(new_name),
            _ => None,
        });
        match first {
            Some(between) => between.clone_from(new_name),
            None => joined.push(step),
        }
    }
    joined
}

/// Whether a step only says that something in a type changes, which the other steps say already.
fn says_nothing(step: &Step, all: &[Step]) -> bool {
    let Step::UpdateModel { name, new_name } = step else {
        return false;
    };
    let is_inside = |other: &Step| match other {
        Step::CreateField(field) => field.model == *name,
        Step::UpdateField(field) => field.model == *name,
        Step::DeleteField { model, .. } => model == name,
        Step::CreateRelation { left, right, .. } => left == name || right == name,
        Step::DeleteRelation { .. } | Step::UpdateRelation { .. } | Step::UpdateEnum { .. } => true,
        _ => false,
    };
    name == new_name && all.iter().any(is_inside)
}

/// The type at the other end of a field's relation, where the server does not name it.
fn other_side(field: &NewField, all: &[Step]) -> Option<String> {
    let relation = field.relation.as_ref()?;
    if field.type_name != "Relation" {
        return None;
    }
    all.iter().find_map(|step| match step {
        Step::CreateRelation { name, left, right } if name == relation => {
            Some(if *left == field.model { right } else { left }.clone())
        }
        _ => None,
    })
}

/// A default value as it is written in a datamodel; `None` where there is none.
fn literal(text: &str) -> Option<String> {
    if text == "None" {
        return None;
    }
    let inner = (text.strip_prefix("Some(")).and_then(|rest| rest.strip_suffix(')'));
    let value = inner.unwrap_or(text);
    let Some((kind, rest)) = value.split_once("GCValue(") else {
        return Some(value.to_owned());
    };
    let plain = rest.strip_suffix(')').unwrap_or(rest);
    Some(match kind {
        "Int" | "Float" | "Boolean" | "Enum" => plain.to_owned(),
        "String" | "DateTime" | "Json" | "Cuid" | "UUID" | "Uuid" | "StringId" => {
            serde_json::Value::from(plain).to_string()
        }
        _ => value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rename(name: &str, new_name: &str) -> Step {
        Step::UpdateModel {
            name: name.to_owned(),
            new_name: new_name.to_owned(),
        }
    }

    fn deleted(model: &str, name: &str) -> Step {
        Step::DeleteField {
            model: model.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn defaults_are_written_as_in_a_datamodel() {
        let cases = [
            ("None", None),
            ("IntGCValue(7)", Some("7")),
            ("Some(IntGCValue(7))", Some("7")),
            ("Some(FloatGCValue(1.5))", Some("1.5")),
            ("BooleanGCValue(true)", Some("true")),
            ("Some(EnumGCValue(GUEST))", Some("GUEST")),
            ("StringGCValue(hi (there))", Some("\"hi (there)\"")),
            ("Some(StringGCValue(a\"b))", Some("\"a\\\"b\"")),
            (
                "Some(DateTimeGCValue(2018-01-01T00:00:00.000Z))",
                Some("\"2018-01-01T00:00:00.000Z\""),
            ),
            ("Some(NewGCValue(x))", Some("NewGCValue(x)")),
            ("plain", Some("plain")),
        ];
        for (sent, written) in cases {
            assert_eq!(literal(sent).as_deref(), written, "{sent}");
        }
    }

    #[test]
    fn a_rename_in_two_steps_is_one() {
        let sent = vec![rename("User", "__Person"), rename("__Person", "Person")];
        assert_eq!(uniform(sent), [rename("User", "Person")]);
        let other = vec![rename("__A", "B"), rename("A", "C")];
        assert_eq!(uniform(other.clone()), other);
    }

    #[test]
    fn a_type_that_keeps_its_name_is_a_step_only_where_no_other_says_what_changes() {
        let sent = vec![rename("User", "User"), deleted("User", "name")];
        assert_eq!(uniform(sent), [deleted("User", "name")]);
        let alone = vec![rename("User", "User"), deleted("Post", "title")];
        assert_eq!(uniform(alone.clone()), alone);
    }

    #[test]
    fn hidden_fields_are_left_out() {
        let sent = vec![deleted("Note", "_MagicalBackRelation_NoteToUser")];
        assert_eq!(uniform(sent), []);
    }
}
