//! The steps of a migration: what changes.

mod uniform;

use super::types::Types;
use serde::Deserialize;
use serde_json::Value;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A new type.
    CreateModel { name: String },
    /// A deleted type, with its data.
    DeleteModel { name: String },
    /// A renamed type.
    UpdateModel {
        /// Its old name.
        name: String,
        /// Its new name.
        new_name: String,
    },
    /// A new enum.
    CreateEnum {
        name: String,
        /// Its values.
        values: Vec<String>,
    },
    /// A deleted enum.
    DeleteEnum { name: String },
    /// A changed enum.
    UpdateEnum {
        /// Its old name.
        name: String,
        /// Its new name, if that changes.
        new_name: Option<String>,
        /// All its new values, if they change.
        values: Option<Vec<String>>,
    },
    /// A new field.
    CreateField(Box<NewField>),
    /// A deleted field, with its data.
    DeleteField {
        /// The type it is in.
        model: String,
        name: String,
    },
    /// A changed field.
    UpdateField(Box<FieldChange>),
    /// A new relation.
    CreateRelation {
        name: String,
        /// One of the types.
        left: String,
        /// The other one, if the server reports it correctly.
        right: Option<String>,
        stored: Option<Storage>,
    },
    /// A changed relation.
    UpdateRelation {
        /// Its old name.
        name: String,
        /// Its new name, if that changes.
        new_name: Option<String>,
        /// Where it is stored now, if that changes.
        stored: Option<Storage>,
    },
    /// A deleted relation.
    DeleteRelation { name: String },
    /// The service's secrets change.
    UpdateSecrets,
    /// A step that this program does not know.
    Unknown {
        /// The server's name for it.
        kind: String,
    },
}

/// Where the pairs of a relation are stored, as far as the server reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// In a column of one of the types.
    Column { model: String, column: String },
    /// In a table of its own.
    Table { name: String },
}

/// A new field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NewField {
    /// The type it is in.
    pub model: String,
    pub name: String,
    /// The server's name of its type: `String`, `GraphQLID`, `Enum`, `Relation` …
    #[serde(rename = "createField_typeName")]
    pub type_name: String,
    /// Whether it is required.
    #[serde(rename = "createField_isRequired")]
    pub is_required: bool,
    #[serde(rename = "createField_isList")]
    pub is_list: bool,
    /// Whether its values are unique.
    #[serde(rename = "createField_unique")]
    pub unique: bool,
    /// The relation it belongs to.
    #[serde(rename = "createField_relation")]
    pub relation: Option<String>,
    #[serde(rename = "createField_default")]
    pub default: Option<String>,
    /// The enum its values are from.
    #[serde(rename = "createField_enum")]
    pub enum_name: Option<String>,
}

/// A changed field. `None` means unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FieldChange {
    /// The type it is in.
    pub model: String,
    /// Its old name.
    pub name: String,
    /// Its new name.
    #[serde(rename = "updateField_newName")]
    pub new_name: Option<String>,
    /// The server's name of its new type.
    #[serde(rename = "updateField_typeName")]
    pub type_name: Option<String>,
    /// Whether it becomes required.
    #[serde(rename = "updateField_isRequired")]
    pub is_required: Option<bool>,
    /// Whether it becomes a list.
    #[serde(rename = "updateField_isList")]
    pub is_list: Option<bool>,
    /// Whether its values become unique.
    #[serde(rename = "updateField_unique")]
    pub unique: Option<bool>,
    /// Its new relation.
    #[serde(rename = "updateField_relation")]
    pub relation: Option<String>,
    /// Its new default value.
    #[serde(rename = "updateField_default")]
    pub default: Option<String>,
    /// The enum of its new values.
    #[serde(rename = "updateField_enum")]
    pub enum_name: Option<String>,
}

impl FieldChange {
    /// Whether the server says nothing about what changes.
    pub fn is_unchanged(&self) -> bool {
        let FieldChange {
            model: _,
            name: _,
            new_name,
            type_name,
            is_required,
            is_list,
            unique,
            relation,
            default,
            enum_name,
        } = self;
        let texts = [new_name, type_name, relation, default, enum_name];
        let flags = [is_required, is_list, unique];
        texts.iter().all(|text| text.is_none()) && flags.iter().all(|flag| flag.is_none())
    }
}

/// The selection for steps. Fields of the same name differ in nullability between the types, so they
/// need aliases; fields that only some versions have are in [`STORAGE`].
pub(super) const SELECTION: &str = "__typename
... on CreateModel { name }
... on DeleteModel { name }
... on UpdateModel { name updateModel_newName: newName }
... on CreateEnum { name createEnum_values: values }
... on DeleteEnum { name }
... on UpdateEnum { name updateEnum_newName: newName updateEnum_values: values }
... on CreateField { model name createField_typeName: typeName createField_isRequired: isRequired \
createField_isList: isList createField_unique: unique createField_relation: relation \
createField_default: default createField_enum: enum }
... on DeleteField { model name }
... on UpdateField { model name updateField_newName: newName updateField_typeName: typeName \
updateField_isRequired: isRequired updateField_isList: isList updateField_unique: unique \
updateField_relation: relation updateField_default: default updateField_enum: enum }
... on CreateRelation { name leftModel rightModel }
... on UpdateRelation { name updateRelation_newName: newName }
... on DeleteRelation { name }";

/// What to select besides, where the server reports how relations are stored.
pub(super) const STORAGE: &str = "
... on CreateRelation { after { __typename ... on Inline { model column } ... on LinkTable { table } } }
... on UpdateRelation { before { __typename ... on Inline { model column } ... on LinkTable { table } } \
updateRelation_after: after { __typename ... on Inline { model column } ... on LinkTable { table } } }";

impl Step {
    /// Parses a step of a response. One that lacks a field of its kind is unknown.
    pub(super) fn read(value: &Value) -> Step {
        let kind = value["__typename"].as_str().unwrap_or("Unknown");
        known(kind, value).unwrap_or_else(|| Step::Unknown {
            kind: super::fault::legible(kind, 100),
        })
    }

    /// All steps of a list in the form common to all versions, those left out that change nothing.
    /// `types` are the types that the steps lead to.
    pub(super) fn read_all<'a>(
        steps: impl IntoIterator<Item = &'a Value>,
        types: &Types,
    ) -> Vec<Step> {
        uniform::uniform(&Step::read_each(steps, types))
    }

    /// Each step of a list in the form common to all versions.
    pub(super) fn read_each<'a>(
        steps: impl IntoIterator<Item = &'a Value>,
        types: &Types,
    ) -> Vec<Step> {
        uniform::each(steps.into_iter().map(Step::read).collect(), types)
    }
}

fn storage(value: &Value) -> Option<Storage> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    Some(match value["__typename"].as_str()? {
        "Inline" => Storage::Column {
            model: text("model")?,
            column: text("column")?,
        },
        "LinkTable" => Storage::Table {
            name: text("table")?,
        },
        _ => return None,
    })
}

fn known(kind: &str, value: &Value) -> Option<Step> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let texts = |key: &str| -> Option<Vec<String>> {
        let values = value[key].as_array()?.iter();
        values
            .map(|value| value.as_str().map(str::to_owned))
            .collect()
    };
    let name = || text("name");
    Some(match kind {
        "CreateModel" => Step::CreateModel { name: name()? },
        "DeleteModel" => Step::DeleteModel { name: name()? },
        "UpdateModel" => Step::UpdateModel {
            name: name()?,
            new_name: text("updateModel_newName")?,
        },
        "CreateEnum" => Step::CreateEnum {
            name: name()?,
            values: texts("createEnum_values")?,
        },
        "DeleteEnum" => Step::DeleteEnum { name: name()? },
        "UpdateEnum" => Step::UpdateEnum {
            name: name()?,
            new_name: text("updateEnum_newName"),
            values: texts("updateEnum_values"),
        },
        "CreateField" => Step::CreateField(Deserialize::deserialize(value).ok()?),
        "DeleteField" => Step::DeleteField {
            model: text("model")?,
            name: name()?,
        },
        "UpdateField" => Step::UpdateField(Deserialize::deserialize(value).ok()?),
        "CreateRelation" => Step::CreateRelation {
            name: name()?,
            left: text("leftModel")?,
            right: Some(text("rightModel")?),
            stored: storage(&value["after"]),
        },
        "UpdateRelation" => Step::UpdateRelation {
            name: name()?,
            new_name: text("updateRelation_newName"),
            stored: storage(&value["updateRelation_after"])
                .filter(|now| storage(&value["before"]).is_some_and(|before| before != *now)),
        },
        "DeleteRelation" => Step::DeleteRelation { name: name()? },
        "UpdateSecrets" => Step::UpdateSecrets,
        _ => return None,
    })
}
