//! The list of changes, grouped by type, enum and relation as the npm CLI showed it.

use crate::server::step::{FieldChange, NewField, Step};
use serde_json::{Value, json};
use std::fmt::Write;

/// Changes that concern one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    name: String,
    kind: &'static str,
    lines: Vec<Line>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    sign: char,
    text: String,
}

/// Types first, then enums, relations and the rest; within each in the order of the migration.
const KINDS: [&str; 4] = ["Type", "Enum", "Relation", "Service"];

/// The changes of a migration.
pub fn groups(steps: &[Step]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for step in steps {
        let (name, kind, line) = describe(step);
        match groups
            .iter_mut()
            .find(|group| group.name == name && group.kind == kind)
        {
            Some(group) => group.lines.push(line),
            None => groups.push(Group {
                name,
                kind,
                lines: vec![line],
            }),
        }
    }
    groups.sort_by_key(|group| KINDS.iter().position(|kind| *kind == group.kind));
    groups
}

/// For people: `User (Type)`, then a line for each change.
pub fn text(groups: &[Group]) -> String {
    let mut text = String::new();
    for group in groups {
        let _ = writeln!(text, "  {} ({})", group.name, group.kind);
        for line in &group.lines {
            let _ = writeln!(text, "  {} {}", line.sign, line.text);
        }
        text.push('\n');
    }
    text
}

/// For programs.
pub fn data(groups: &[Group]) -> Value {
    let lines = groups.iter().flat_map(|group| {
        group.lines.iter().map(|line| {
            let change = match line.sign {
                '+' => "created",
                '-' => "deleted",
                _ => "updated",
            };
            json!({"kind": group.kind.to_lowercase(), "name": group.name, "change": change, "text": line.text})
        })
    });
    Value::Array(lines.collect())
}

fn describe(step: &Step) -> (String, &'static str, Line) {
    let (name, kind, sign, text) = match step {
        Step::CreateModel { name } => (name, "Type", '+', format!("Created type `{name}`")),
        Step::DeleteModel { name } => (name, "Type", '-', format!("Deleted type `{name}`")),
        Step::UpdateModel { name, new_name } => (
            name,
            "Type",
            '~',
            format!("Renamed type `{name}` to `{new_name}`"),
        ),
        Step::CreateEnum { name, values } => {
            let text = format!("Created enum `{name}` with values {}", list(values));
            (name, "Enum", '+', text)
        }
        Step::DeleteEnum { name } => (name, "Enum", '-', format!("Deleted enum `{name}`")),
        Step::UpdateEnum {
            name,
            new_name,
            values,
        } => (
            name,
            "Enum",
            '~',
            updated_enum(name, new_name.as_deref(), values.as_deref()),
        ),
        Step::CreateField(field) => (&field.model, "Type", '+', created_field(field)),
        Step::DeleteField { model, name } => {
            (model, "Type", '-', format!("Deleted field `{name}`"))
        }
        Step::UpdateField(field) => (&field.model, "Type", '~', updated_field(field)),
        Step::CreateRelation { name, left, right } => {
            let text = format!("Created relation between `{left}` and `{right}`");
            (name, "Relation", '+', text)
        }
        Step::UpdateRelation { name, new_name } => {
            let text = match new_name {
                Some(new_name) => format!("Renamed relation `{name}` to `{new_name}`"),
                None => format!("Updated relation `{name}`"),
            };
            (name, "Relation", '~', text)
        }
        Step::DeleteRelation { name } => {
            (name, "Relation", '-', format!("Deleted relation `{name}`"))
        }
        Step::UpdateSecrets => return service("Updated secrets".to_owned()),
        Step::Unknown { kind } => return service(format!("`{kind}`")),
    };
    (name.clone(), kind, Line { sign, text })
}

fn service(text: String) -> (String, &'static str, Line) {
    ("Settings".to_owned(), "Service", Line { sign: '~', text })
}

fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    values.join(", ")
}

fn updated_enum(name: &str, new_name: Option<&str>, values: Option<&[String]>) -> String {
    let renamed = new_name.map(|new_name| format!("Renamed enum `{name}` to `{new_name}`"));
    let values = values.map(|values| format!("has now the values {}", list(values)));
    match (renamed, values) {
        (Some(renamed), Some(values)) => format!("{renamed}; it {values}"),
        (Some(renamed), None) => renamed,
        (None, Some(values)) => format!("Updated enum `{name}`: it {values}"),
        (None, None) => format!("Updated enum `{name}`"),
    }
}

fn created_field(field: &NewField) -> String {
    let of = match (&*field.type_name, &field.enum_name, &field.relation) {
        ("Relation", _, Some(relation)) => format!("of relation `{relation}`"),
        ("Enum", Some(name), _) => of_type(name, field.is_list, field.is_required),
        (name, _, _) => of_type(name, field.is_list, field.is_required),
    };
    let unique = if field.unique { ", unique" } else { "" };
    let default = field
        .default
        .as_ref()
        .map(|value| format!(", default `{value}`"));
    format!(
        "Created field `{}` {of}{unique}{}",
        field.name,
        default.unwrap_or_default()
    )
}

/// A type as it is written in a datamodel.
fn of_type(name: &str, is_list: bool, is_required: bool) -> String {
    let name = if name == "GraphQLID" { "ID" } else { name };
    match (is_list, is_required) {
        (true, _) => format!("of type `[{name}!]!`"),
        (false, true) => format!("of type `{name}!`"),
        (false, false) => format!("of type `{name}`"),
    }
}

fn updated_field(field: &FieldChange) -> String {
    let mut parts = Vec::new();
    if let Some(name) = &field.new_name {
        parts.push(format!("renamed to `{name}`"));
    }
    if let Some(name) = field.enum_name.as_ref().or(field.type_name.as_ref()) {
        parts.push(format!(
            "now of type `{}`",
            if name == "GraphQLID" { "ID" } else { name }
        ));
    }
    let truths = [
        (field.is_required, "required", "optional"),
        (field.is_list, "a list", "no list"),
        (field.unique, "unique", "not unique"),
    ];
    for (truth, yes, no) in truths {
        if let Some(truth) = truth {
            parts.push(format!("now {}", if truth { yes } else { no }));
        }
    }
    if let Some(relation) = &field.relation {
        parts.push(format!("now of relation `{relation}`"));
    }
    if let Some(value) = &field.default {
        parts.push(format!("default now `{value}`"));
    }
    if parts.is_empty() {
        return format!("Updated field `{}`", field.name);
    }
    format!("Updated field `{}`: {}", field.name, parts.join(", "))
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
                right: name("Post"),
            },
            Step::UpdateSecrets,
        ];
        assert_eq!(
            text(&groups(&steps)),
            "  Gone (Type)\n  - Deleted type `Gone`\n\n  \
             User (Type)\n  + Created type `User`\n  + Created field `x` of type `ID!`\n  \
             + Created field `x` of type `[String!]!`\n\n  \
             A (Type)\n  ~ Renamed type `A` to `B`\n\n  \
             Role (Enum)\n  + Created enum `Role` with values `ADMIN`, `GUEST`\n\n  \
             Old (Relation)\n  - Deleted relation `Old`\n\n  \
             Posts (Relation)\n  + Created relation between `User` and `Post`\n\n  \
             Settings (Service)\n  ~ Updated secrets\n\n"
        );
        assert_eq!(
            data(&groups(&steps)).as_array().map(Vec::len),
            Some(steps.len())
        );
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
            "Updated field `age`: renamed to `years`, now of type `Int`, now required, now not unique"
        );
    }
}
