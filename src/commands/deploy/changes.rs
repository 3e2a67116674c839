//! What a migration changes, grouped by type, enum and relation as the npm CLI showed it.

use crate::server::step::{FieldChange, NewField, Step, Storage};
use crate::ui::text::quoted;
use serde::Serialize;
use std::fmt::Write;

/// A change of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Change {
    kind: Kind,
    /// Of the type, enum, relation or field.
    name: String,
    change: Sign,
    /// The type that a field is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<String>,
    /// The field's name, for a field.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    text: String,
}

/// What changes, in the order in which it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Kind {
    Type,
    Field,
    Enum,
    Relation,
    Service,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Sign {
    Created,
    Deleted,
    Updated,
}

/// The changes of a migration: those of one thing next to each other, otherwise in its order.
pub fn of(steps: &[Step]) -> Vec<Change> {
    let mut groups: Vec<Vec<Change>> = Vec::new();
    for change in steps.iter().map(describe) {
        match groups.iter_mut().find(|group| change.is_about(&group[0])) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    groups.sort_by_key(|group| group[0].topic().0);
    groups.concat()
}

/// `User (Type)`, then a line for each change.
pub fn text(changes: &[Change]) -> String {
    let mut text = String::new();
    for group in changes.chunk_by(Change::is_about) {
        let (kind, name) = group[0].topic();
        let _ = writeln!(text, "  {name} ({kind:?})");
        for Change {
            change, text: line, ..
        } in group
        {
            let sign = match change {
                Sign::Created => '+',
                Sign::Deleted => '-',
                Sign::Updated => '~',
            };
            let _ = writeln!(text, "  {sign} {line}");
        }
        text.push('\n');
    }
    text
}

impl Change {
    fn is_about(&self, other: &Change) -> bool {
        self.topic() == other.topic()
    }

    /// The type, enum or relation under which the change is shown.
    fn topic(&self) -> (Kind, &str) {
        match &self.r#type {
            Some(name) => (Kind::Type, name),
            None => (self.kind, &self.name),
        }
    }
}

/// One step in words.
pub fn words(step: &Step) -> String {
    describe(step).text
}

fn describe(step: &Step) -> Change {
    use Kind::{Enum, Field, Relation, Service, Type};
    use Sign::{Created, Deleted, Updated};
    let settings = "Settings".to_owned();
    let (kind, name, change, text) = match step {
        Step::CreateModel { name } => (Type, name, Created, format!("Created type `{name}`")),
        Step::DeleteModel { name } => (Type, name, Deleted, format!("Deleted type `{name}`")),
        Step::UpdateModel { name, new_name } if name == new_name => {
            let text = format!("Updated type `{name}`; the server does not say how");
            (Type, name, Updated, text)
        }
        Step::UpdateModel { name, new_name } => {
            let text = format!("Renamed type `{name}` to `{new_name}`");
            (Type, name, Updated, text)
        }
        Step::CreateEnum { name, values } => {
            let text = format!("Created enum `{name}` with values {}", quoted(values));
            (Enum, name, Created, text)
        }
        Step::DeleteEnum { name } => (Enum, name, Deleted, format!("Deleted enum `{name}`")),
        Step::UpdateEnum {
            name,
            new_name,
            values,
        } => {
            let text = updated_enum(name, new_name.as_deref(), values.as_deref());
            (Enum, name, Updated, text)
        }
        Step::CreateField(field) => (Field, &field.name, Created, created_field(field)),
        Step::DeleteField { name, .. } => (Field, name, Deleted, format!("Deleted field `{name}`")),
        Step::UpdateField(field) => (Field, &field.name, Updated, updated_field(field)),
        Step::CreateRelation {
            name,
            left,
            right,
            stored,
        } => {
            let ends = match right {
                Some(right) => format!("relation between `{left}` and `{right}`"),
                None => format!("relation `{name}`"),
            };
            let stored = stored
                .as_ref()
                .map(|place| format!(", stored {}", inside(place)));
            let text = format!("Created {ends}{}", stored.unwrap_or_default());
            (Relation, name, Created, text)
        }
        Step::UpdateRelation {
            name,
            new_name,
            stored,
        } => {
            let text = match new_name {
                Some(new_name) => format!("Renamed relation `{name}` to `{new_name}`"),
                None => format!("Updated relation `{name}`"),
            };
            let stored = stored
                .as_ref()
                .map(|place| format!(": now stored {}", inside(place)));
            let text = text + &stored.unwrap_or_default();
            (Relation, name, Updated, text)
        }
        Step::DeleteRelation { name } => {
            let text = format!("Deleted relation `{name}`");
            (Relation, name, Deleted, text)
        }
        Step::UpdateSecrets => (Service, &settings, Updated, "Updated secrets".to_owned()),
        Step::Unknown { kind } => (Service, &settings, Updated, format!("`{kind}`")),
    };
    let model = match step {
        Step::CreateField(field) => Some(&field.model),
        Step::UpdateField(field) => Some(&field.model),
        Step::DeleteField { model, .. } => Some(model),
        _ => None,
    };
    Change {
        kind,
        name: name.clone(),
        change,
        r#type: model.cloned(),
        field: model.map(|_| name.clone()),
        text,
    }
}

fn inside(place: &Storage) -> String {
    match place {
        Storage::Column { model, column } => format!("in column `{column}` of type `{model}`"),
        Storage::Table { name } => format!("in table `{name}`"),
    }
}

fn updated_enum(name: &str, new_name: Option<&str>, values: Option<&[String]>) -> String {
    let renamed = new_name.map(|new_name| format!("Renamed enum `{name}` to `{new_name}`"));
    let values = values.map(|values| format!("now has the values {}", quoted(values)));
    match (renamed, values) {
        (Some(renamed), Some(values)) => format!("{renamed}; it {values}"),
        (Some(renamed), None) => renamed,
        (None, Some(values)) => format!("Updated enum `{name}`: it {values}"),
        (None, None) => format!("Updated enum `{name}`"),
    }
}

fn created_field(field: &NewField) -> String {
    let NewField {
        name,
        type_name,
        is_list,
        is_required,
        ..
    } = field;
    let of = match (
        type_name.as_str(),
        field.enum_name.as_deref(),
        &field.relation,
    ) {
        ("Relation", _, Some(relation)) => format!("of relation `{relation}`"),
        ("Enum", Some(name), _) | (name, _, _) => of_type(name, *is_list, *is_required),
    };
    let relation = match &field.relation {
        Some(relation) if type_name != "Relation" => format!(", relation `{relation}`"),
        _ => String::new(),
    };
    let unique = if field.unique { ", unique" } else { "" };
    let default = match &field.default {
        Some(value) => format!(", default `{value}`"),
        None => String::new(),
    };
    format!("Created field `{name}` {of}{relation}{unique}{default}")
}

/// A type as it is written in a datamodel.
fn of_type(name: &str, is_list: bool, is_required: bool) -> String {
    let name = datamodel_name(name);
    match (is_list, is_required) {
        (true, _) => format!("of type `[{name}!]!`"),
        (false, true) => format!("of type `{name}!`"),
        (false, false) => format!("of type `{name}`"),
    }
}

fn datamodel_name(name: &str) -> &str {
    if name == "GraphQLID" { "ID" } else { name }
}

fn updated_field(field: &FieldChange) -> String {
    let type_name = field.enum_name.as_ref().or(field.type_name.as_ref());
    let flag = |value: Option<bool>, yes: &str, no: &str| {
        value.map(|is_so| format!("now {}", if is_so { yes } else { no }))
    };
    let parts = [
        field
            .new_name
            .as_ref()
            .map(|name| format!("renamed to `{name}`")),
        type_name.map(|name| format!("type changed to `{}`", datamodel_name(name))),
        flag(field.is_required, "required", "optional"),
        flag(field.is_list, "a list", "not a list"),
        flag(field.unique, "unique", "not unique"),
        field
            .relation
            .as_ref()
            .map(|name| format!("relation changed to `{name}`")),
        field
            .default
            .as_ref()
            .map(|value| format!("default changed to `{value}`")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let name = &field.name;
    if field.is_unchanged() {
        return format!("Updated field `{name}`; the server does not say how");
    }
    format!("Updated field `{name}`: {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(type_name: &str, is_list: bool, is_required: bool) -> NewField {
        NewField {
            model: "User".into(),
            name: "x".into(),
            type_name: type_name.into(),
            is_required,
            is_list,
            unique: false,
            relation: None,
            default: None,
            enum_name: None,
        }
    }

    #[test]
    fn changes_are_grouped_and_nothing_is_left_out() {
        let name = |name: &str| name.to_owned();
        let steps = [
            Step::DeleteRelation { name: name("Old") },
            Step::DeleteModel { name: name("Gone") },
            Step::CreateModel { name: name("User") },
            Step::CreateField(Box::new(field("GraphQLID", false, true))),
            Step::CreateField(Box::new(field("String", true, false))),
            Step::UpdateModel {
                name: name("A"),
                new_name: name("B"),
            },
            Step::CreateEnum {
                name: name("Role"),
                values: vec![name("ADMIN"), name("GUEST")],
            },
            Step::CreateRelation {
                name: name("Posts"),
                left: name("User"),
                right: Some(name("Post")),
                stored: Some(Storage::Table {
                    name: name("_Posts"),
                }),
            },
            Step::UpdateSecrets,
        ];
        assert_eq!(
            text(&of(&steps)),
            "  Gone (Type)\n  - Deleted type `Gone`\n\n  \
             User (Type)\n  + Created type `User`\n  + Created field `x` of type `ID!`\n  \
             + Created field `x` of type `[String!]!`\n\n  \
             A (Type)\n  ~ Renamed type `A` to `B`\n\n  \
             Role (Enum)\n  + Created enum `Role` with values `ADMIN`, `GUEST`\n\n  \
             Old (Relation)\n  - Deleted relation `Old`\n\n  \
             Posts (Relation)\n  + Created relation between `User` and `Post`, stored in table `_Posts`\n\n  \
             Settings (Service)\n  ~ Updated secrets\n\n"
        );
        assert_eq!(of(&steps).len(), steps.len());
    }

    #[test]
    fn a_field_says_all_that_changes() {
        let change = FieldChange {
            model: "User".into(),
            name: "age".into(),
            new_name: Some("years".into()),
            type_name: Some("Int".into()),
            is_required: Some(true),
            is_list: None,
            unique: Some(false),
            relation: None,
            default: None,
            enum_name: None,
        };
        assert_eq!(
            updated_field(&change),
            "Updated field `age`: renamed to `years`, type changed to `Int`, now required, now not unique"
        );
    }
}
