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
//! - Up to 1.24 the fields of a renamed relation are updated as well, with the name of its table.
//! - 1.24 to 1.26 name one end of a new relation twice.

use super::super::types::{Field, Types};
use super::{NewField, Step};

/// Each step as every version should have sent it. `types` are the types that the steps lead to.
pub(in crate::server) fn each(mut steps: Vec<Step>, types: &Types) -> Vec<Step> {
    let sent = steps.clone();
    for step in &mut steps {
        match step {
            Step::UpdateModel { name, new_name } => {
                (*name, *new_name) = whole(name, new_name, &sent)
            }
            Step::CreateField(field) => {
                field.default = field.default.take().and_then(|text| literal(&text));
                if field.type_name == "Relation" {
                    let known = declared(types, &field.model, &field.name);
                    let known = known.map(|field| field.type_name.clone());
                    if let Some(other) = known.or_else(|| other_side(field, &sent)) {
                        field.type_name = other;
                    }
                }
            }
            Step::UpdateField(field) => {
                field.default = field.default.take().and_then(|text| literal(&text));
                // It is named by its table.
                let relation = field.relation.take();
                field.relation =
                    relation.map(|name| name.strip_prefix('_').unwrap_or(&name).to_owned());
                let name = field.new_name.as_ref().unwrap_or(&field.name);
                if field.type_name.as_deref() == Some("Relation")
                    && let Some(known) = declared(types, &field.model, name)
                {
                    field.type_name = Some(known.type_name.clone());
                }
                if field.is_list == Some(true) {
                    // Lists are never required.
                    field.is_required = None;
                }
            }
            Step::CreateRelation {
                name, left, right, ..
            } if right.as_ref() == Some(left) => *right = far_end(name, left, &sent, types),
            _ => {}
        }
    }
    steps
}

/// The steps that say something: each change once.
pub(in crate::server) fn uniform(steps: &[Step]) -> Vec<Step> {
    let mut uniform: Vec<Step> = Vec::new();
    for step in steps {
        let is_repeated = matches!(step, Step::UpdateModel { .. }) && uniform.contains(step);
        if !is_repeated && !is_hidden(step) && !says_nothing(step, steps) {
            uniform.push(step.clone());
        }
    }
    uniform
}

fn is_hidden(step: &Step) -> bool {
    let name = match step {
        Step::CreateField(field) => &field.name,
        Step::UpdateField(field) => &field.name,
        Step::DeleteField { name, .. } => name,
        _ => return false,
    };
    name.starts_with("_MagicalBackRelation_")
}

/// `User` to `__Person`, then `__Person` to `Person`: the rename that both are part of.
fn whole(name: &str, new_name: &str, all: &[Step]) -> (String, String) {
    let mut whole = (name.to_owned(), new_name.to_owned());
    let is_between = |between: &str, last: &str| between.strip_prefix("__") == Some(last);
    for step in all {
        if let Step::UpdateModel {
            name: from,
            new_name: to,
        } = step
        {
            if from == new_name && is_between(from, to) {
                whole.1.clone_from(to);
            }
            if to == name && is_between(name, new_name) {
                whole.0.clone_from(from);
            }
        }
    }
    whole
}

/// Whether a step says nothing that the other steps do not say already.
fn says_nothing(step: &Step, all: &[Step]) -> bool {
    match step {
        Step::UpdateModel { name, new_name } => {
            name == new_name && all.iter().any(|other| is_inside(other, name))
        }
        Step::UpdateField(field) => {
            let renamed = all.iter().any(|other| match other {
                Step::UpdateRelation { new_name, .. } => *new_name == field.relation,
                _ => false,
            });
            let mut rest = field.clone();
            rest.relation.take().is_some() && renamed && rest.is_unchanged()
        }
        _ => false,
    }
}

/// Whether a step changes something inside the type `model`.
fn is_inside(step: &Step, model: &String) -> bool {
    match step {
        Step::CreateField(field) => field.model == *model,
        Step::UpdateField(field) => field.model == *model,
        Step::DeleteField { model: of, .. } => of == model,
        Step::CreateRelation { left, right, .. } => left == model || right.as_ref() == Some(model),
        Step::DeleteRelation { .. } | Step::UpdateRelation { .. } | Step::UpdateEnum { .. } => true,
        _ => false,
    }
}

fn declared<'t>(types: &'t Types, model: &str, field: &str) -> Option<&'t Field> {
    let model = types.models.iter().find(|one| one.name == model)?;
    model.fields.iter().find(|one| one.name == field)
}

/// The type at the other end of a field's relation, where the server does not name it.
fn other_side(field: &NewField, all: &[Step]) -> Option<String> {
    let relation = field.relation.as_ref()?;
    all.iter().find_map(|step| match step {
        Step::CreateRelation {
            name, left, right, ..
        } if name == relation => {
            if *left == field.model {
                right.clone()
            } else {
                Some(left.clone())
            }
        }
        _ => None,
    })
}

/// The other end of a relation that the server describes as one of `left` with itself.
fn far_end(relation: &str, left: &str, all: &[Step], types: &Types) -> Option<String> {
    let is_own = |field: &Field| field.type_name == left;
    let model = types.models.iter().find(|one| one.name == left);
    let of_fields = all.iter().find_map(|step| match step {
        Step::CreateField(field) if field.relation.as_deref() == Some(relation) => {
            let is_far = field.model != left;
            Some(if is_far {
                &field.model
            } else {
                &field.type_name
            })
        }
        _ => None,
    });
    match of_fields {
        Some(end) if end != "Relation" => Some(end.clone()),
        _ if model.is_none_or(|model| model.fields.iter().any(is_own)) => Some(left.to_owned()),
        _ => None,
    }
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
        "String" | "DateTime" | "Json" | "Cuid" | "UUID" | "Uuid" | "StringId" | "Id"
        | "GraphQLId" => serde_json::Value::from(plain).to_string(),
        _ => value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::FieldChange;
    use super::*;

    fn listed(sent: Vec<Step>, datamodel: &str) -> Vec<Step> {
        uniform(&each(sent, &Types::parse(datamodel)))
    }

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
        assert_eq!(listed(sent, ""), [rename("User", "Person")]);
        let other = vec![rename("__A", "B"), rename("A", "C")];
        assert_eq!(listed(other.clone(), ""), other);
    }

    #[test]
    fn a_type_that_keeps_its_name_is_a_step_only_where_no_other_says_what_changes() {
        let sent = vec![rename("User", "User"), deleted("User", "name")];
        assert_eq!(listed(sent, ""), [deleted("User", "name")]);
        let alone = vec![rename("User", "User"), deleted("Post", "title")];
        assert_eq!(listed(alone.clone(), ""), alone);
    }

    #[test]
    fn hidden_fields_are_left_out() {
        let sent = vec![deleted("Note", "_MagicalBackRelation_NoteToUser")];
        assert_eq!(listed(sent, ""), []);
    }

    #[test]
    fn a_failed_step_is_a_part_of_the_rename_that_the_user_wrote() {
        let sent = vec![rename("User", "__Person"), rename("__Person", "Person")];
        let whole = rename("User", "Person");
        assert_eq!(each(sent, &Types::default()), [whole.clone(), whole]);
    }

    fn created(model: &str, name: &str, type_name: &str, relation: &str) -> Step {
        Step::CreateField(Box::new(NewField {
            model: model.to_owned(),
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            is_required: false,
            is_list: false,
            unique: false,
            relation: Some(relation.to_owned()),
            default: None,
            enum_name: None,
        }))
    }

    fn relation(left: &str, right: Option<&str>) -> Step {
        Step::CreateRelation {
            name: "R".to_owned(),
            left: left.to_owned(),
            right: right.map(str::to_owned),
            stored: None,
        }
    }

    /// Seen with 1.25.7, of which there is no recording.
    #[test]
    fn the_far_end_of_a_relation_is_found_where_the_server_repeats_the_near_one() {
        let sent = relation("Note", Some("Note"));
        let datamodel = "type Note { owner: User } type User { id: ID! @unique }";
        let of_field = |field: Step| listed(vec![sent.clone(), field], datamodel).remove(0);
        let other = relation("Note", Some("User"));
        assert_eq!(of_field(created("Note", "owner", "User", "R")), other);
        assert_eq!(of_field(created("User", "notes", "Note", "R")), other);
        // Neither says it.
        assert_eq!(
            listed(vec![sent.clone()], datamodel),
            [relation("Note", None)]
        );
        // It is one with itself.
        let own = "type Note { next: Note }";
        assert_eq!(listed(vec![sent.clone()], own)[0], sent);
        let field = created("Note", "next", "Note", "R");
        assert_eq!(listed(vec![sent.clone(), field], own)[0], sent);
    }

    #[test]
    fn a_field_of_an_existing_relation_has_the_type_of_the_datamodel() {
        let sent = vec![created("Post", "author", "Relation", "R")];
        let found = listed(
            sent,
            "type Post { author: User } type User { id: ID! @unique }",
        );
        assert_eq!(found, [created("Post", "author", "User", "R")]);
    }

    #[test]
    fn a_renamed_relation_is_one_change() {
        let field = |new_name: Option<&str>| {
            Step::UpdateField(Box::new(FieldChange {
                model: "Post".to_owned(),
                name: "author".to_owned(),
                new_name: new_name.map(str::to_owned),
                type_name: None,
                is_required: None,
                is_list: None,
                unique: None,
                relation: Some("_Made".to_owned()),
                default: None,
                enum_name: None,
            }))
        };
        let renamed = Step::UpdateRelation {
            name: "Written".to_owned(),
            new_name: Some("Made".to_owned()),
            stored: None,
        };
        let sent = vec![field(None), renamed.clone()];
        assert_eq!(listed(sent, "")[..], *std::slice::from_ref(&renamed));
        // What else changes is kept.
        assert_eq!(listed(vec![field(Some("by")), renamed], "").len(), 2);
    }
}
