//! Types, fields and enums of a datamodel. Malformed parts are skipped: the server reports them.

pub mod check;
mod history;
mod renames;
pub mod syntax;

pub use history::replayed;
pub use renames::DoneRename;

use apollo_parser::{Parser, cst};

/// The types and enums of a datamodel or a deployed service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Types {
    pub models: Vec<Model>,
    pub enums: Vec<Enum>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    pub name: String,
    /// Its old name, from `@rename(oldName: …)`.
    pub old_name: Option<String>,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub old_name: Option<String>,
    /// A scalar, an enum or another type.
    pub type_name: String,
    pub is_list: bool,
    pub is_required: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enum {
    pub name: String,
    pub old_name: Option<String>,
    pub values: Vec<String>,
}

impl Types {
    pub fn parse(text: &str) -> Types {
        let mut types = Types::default();
        for definition in Parser::new(text).parse().document().definitions() {
            match definition {
                cst::Definition::ObjectTypeDefinition(one) => types.models.extend(model(&one)),
                cst::Definition::EnumTypeDefinition(one) => types.enums.extend(enumeration(&one)),
                _ => {}
            }
        }
        types
    }

    /// Whether a query field is that of a type: `user` is of `User`.
    pub fn has_query(&self, field: &str) -> bool {
        self.models.iter().any(|model| {
            let mut name = model.name.chars();
            let first = name.next().map(|first| first.to_ascii_lowercase());
            first.into_iter().chain(name).eq(field.chars())
        })
    }
}

fn model(definition: &cst::ObjectTypeDefinition) -> Option<Model> {
    let fields = definition.fields_definition();
    let fields = fields.iter().flat_map(|list| list.field_definitions());
    Some(Model {
        name: text(definition.name())?,
        old_name: old_name(definition.directives()),
        fields: fields.filter_map(|one| field(&one)).collect(),
    })
}

fn field(definition: &cst::FieldDefinition) -> Option<Field> {
    let (type_name, is_list, is_required) = kind(definition.ty()?)?;
    Some(Field {
        name: text(definition.name())?,
        old_name: old_name(definition.directives()),
        type_name,
        is_list,
        is_required,
    })
}

/// The innermost name of a type, whether it is a list, and whether it is required.
fn kind(of: cst::Type) -> Option<(String, bool, bool)> {
    match of {
        cst::Type::NamedType(named) => Some((text(named.name())?, false, false)),
        cst::Type::ListType(list) => Some((kind(list.ty()?)?.0, true, false)),
        cst::Type::NonNullType(inner) => {
            let of = match (inner.named_type(), inner.list_type()) {
                (Some(named), _) => cst::Type::NamedType(named),
                (None, list) => cst::Type::ListType(list?),
            };
            let (name, is_list, _) = kind(of)?;
            Some((name, is_list, true))
        }
    }
}

fn enumeration(definition: &cst::EnumTypeDefinition) -> Option<Enum> {
    let values = definition.enum_values_definition();
    let values = values.iter().flat_map(|list| list.enum_value_definitions());
    Some(Enum {
        name: text(definition.name())?,
        old_name: old_name(definition.directives()),
        values: values
            .filter_map(|one| text(one.enum_value()?.name()))
            .collect(),
    })
}

/// The first field of a subscription's query; empty if there is none.
pub fn subscribed(query: &str) -> String {
    let document = Parser::new(query).parse().document();
    let mut fields = document.definitions().filter_map(|one| match one {
        cst::Definition::OperationDefinition(one) => {
            one.selection_set()?
                .selections()
                .find_map(|selection| match selection {
                    cst::Selection::Field(field) => text(field.name()),
                    _ => None,
                })
        }
        _ => None,
    });
    fields.next().unwrap_or_default()
}

fn text(name: Option<cst::Name>) -> Option<String> {
    name.map(|name| name.text().to_string())
}

/// `@rename(oldName: "User")`.
fn old_name(directives: Option<cst::Directives>) -> Option<String> {
    let mut all = directives.iter().flat_map(|list| list.directives());
    let rename = all.find(|one| text(one.name()).as_deref() == Some("rename"))?;
    let mut arguments = rename.arguments()?.arguments();
    let old = arguments.find(|one| text(one.name()).as_deref() == Some("oldName"))?;
    match old.value()? {
        cst::Value::StringValue(value) => Some(value.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datamodel_is_read_with_what_was_renamed() {
        let types = Types::parse(
            "type Person @rename(oldName: \"User\") {\n  id: ID! @unique\n  # comment\n  \
             tags: [String!]!\n  years: Int @rename(oldName: \"age\") @default(value: \"3\")\n}\n\
             enum Role { ADMIN GUEST }\n",
        );
        let field = |name: &str, old: Option<&str>, of: &str, is_list, is_required| Field {
            name: name.to_owned(),
            old_name: old.map(str::to_owned),
            type_name: of.to_owned(),
            is_list,
            is_required,
        };
        assert_eq!(
            types.models,
            [Model {
                name: "Person".to_owned(),
                old_name: Some("User".to_owned()),
                fields: vec![
                    field("id", None, "ID", false, true),
                    field("tags", None, "String", true, true),
                    field("years", Some("age"), "Int", false, false),
                ],
            }]
        );
        assert_eq!(types.enums[0].values, ["ADMIN", "GUEST"]);
    }

    #[test]
    fn what_is_not_well_written_is_left_out() {
        let types = Types::parse("type A {\n  a Int\n  b: Int\n}\ntype {\n}\nenum E {");
        let names: Vec<&str> = types.models.iter().map(|model| &*model.name).collect();
        assert_eq!(names, ["A"]);
    }
}
