//! The deployed types, derived from the steps of all successful migrations.

use super::super::step::{FieldChange, NewField, Step};
use super::{Enum, Field, Model, Types};
use std::collections::BTreeMap;

/// The result of applying migrations, oldest first.
pub fn replayed<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Types {
    let mut made = Made::default();
    for step in steps {
        made.apply(step);
    }
    made.finish()
}

#[derive(Default)]
struct Made {
    types: Types,
    /// Both ends of each relation.
    relations: BTreeMap<String, (String, String)>,
    /// Relation of a field, by type and name.
    ends: BTreeMap<(String, String), String>,
}

impl Made {
    fn apply(&mut self, step: &Step) {
        let Types { models, enums } = &mut self.types;
        match step {
            Step::CreateModel { name } => models.push(Model {
                name: name.clone(),
                old_name: None,
                fields: Vec::new(),
            }),
            Step::DeleteModel { name } => models.retain(|one| one.name != *name),
            Step::UpdateModel { name, new_name } => self.rename(name, new_name),
            Step::CreateEnum { name, values } => enums.push(Enum {
                name: name.clone(),
                old_name: None,
                values: values.clone(),
            }),
            Step::DeleteEnum { name } => enums.retain(|one| one.name != *name),
            Step::UpdateEnum {
                name,
                new_name,
                values,
            } => {
                let found = enums.iter_mut().find(|one| one.name == *name);
                if let (Some(found), Some(values)) = (found, values) {
                    found.values.clone_from(values);
                }
                if let Some(new_name) = new_name {
                    self.rename_enum(name, new_name);
                }
            }
            Step::CreateField(field) => self.create(field),
            Step::DeleteField { model, name } => {
                if let Some(model) = models.iter_mut().find(|one| one.name == *model) {
                    model.fields.retain(|field| field.name != *name);
                }
            }
            Step::UpdateField(change) => self.change(change),
            Step::CreateRelation {
                name, left, right, ..
            } => {
                let right = right.as_ref().unwrap_or(left);
                let ends = (left.clone(), right.clone());
                self.relations.insert(name.clone(), ends);
            }
            Step::UpdateRelation { name, new_name, .. } => {
                if let Some(new_name) = new_name {
                    self.rename_relation(name, new_name);
                }
            }
            Step::DeleteRelation { .. } | Step::UpdateSecrets | Step::Unknown { .. } => {}
        }
    }

    /// Fields of the type `name` have the type `new_name` now.
    fn retype(&mut self, name: &str, new_name: &str) {
        let fields = self.types.models.iter_mut().flat_map(|one| &mut one.fields);
        for field in fields.filter(|field| field.type_name == name) {
            new_name.clone_into(&mut field.type_name);
        }
    }

    fn rename_enum(&mut self, name: &str, new_name: &str) {
        self.retype(name, new_name);
        if let Some(found) = self.types.enums.iter_mut().find(|one| one.name == name) {
            new_name.clone_into(&mut found.name);
        }
    }

    fn rename_relation(&mut self, name: &str, new_name: &str) {
        if let Some(ends) = self.relations.remove(name) {
            self.relations.insert(new_name.to_owned(), ends);
        }
        for relation in self.ends.values_mut().filter(|relation| *relation == name) {
            new_name.clone_into(relation);
        }
    }

    fn rename(&mut self, name: &str, new_name: &str) {
        self.retype(name, new_name);
        let models = &mut self.types.models;
        if let Some(model) = models.iter_mut().find(|one| one.name == name) {
            new_name.clone_into(&mut model.name);
        }
        for (left, right) in self.relations.values_mut() {
            for end in [left, right] {
                if end == name {
                    new_name.clone_into(end);
                }
            }
        }
        let ends = std::mem::take(&mut self.ends);
        self.ends = (ends.into_iter())
            .map(|((model, field), relation)| {
                let model = if model == name {
                    new_name.to_owned()
                } else {
                    model
                };
                ((model, field), relation)
            })
            .collect();
    }

    fn create(&mut self, field: &NewField) {
        if let Some(relation) = &field.relation {
            let key = (field.model.clone(), field.name.clone());
            self.ends.insert(key, relation.clone());
        }
        let type_name = named(&field.type_name, field.enum_name.as_ref());
        let models = &mut self.types.models;
        if let Some(model) = models.iter_mut().find(|one| one.name == field.model) {
            model.fields.push(Field {
                name: field.name.clone(),
                old_name: None,
                type_name,
                is_list: field.is_list,
                is_required: field.is_required,
            });
        }
    }

    fn change(&mut self, change: &FieldChange) {
        let models = &mut self.types.models;
        let model = models.iter_mut().find(|one| one.name == change.model);
        let fields = model.into_iter().flat_map(|one| &mut one.fields);
        let Some(field) = fields.into_iter().find(|one| one.name == change.name) else {
            return;
        };
        if let Some(type_name) = change.type_name.as_ref().or(change.enum_name.as_ref()) {
            field.type_name = named(type_name, change.enum_name.as_ref());
        }
        field.is_list = change.is_list.unwrap_or(field.is_list);
        field.is_required = change.is_required.unwrap_or(field.is_required);
        if let Some(new_name) = &change.new_name {
            field.name.clone_from(new_name);
        }
        let was = self
            .ends
            .remove(&(change.model.clone(), change.name.clone()));
        if let Some(relation) = change.relation.clone().or(was) {
            let key = (change.model.clone(), field.name.clone());
            self.ends.insert(key, relation);
        }
    }

    /// Sets the type of relation fields to the type at the other end.
    fn finish(mut self) -> Types {
        for model in &mut self.types.models {
            for field in model
                .fields
                .iter_mut()
                .filter(|one| one.type_name == "Relation")
            {
                let key = (model.name.clone(), field.name.clone());
                let ends = self
                    .ends
                    .get(&key)
                    .and_then(|name| self.relations.get(name));
                if let Some((left, right)) = ends {
                    let other = if *left == model.name { right } else { left };
                    field.type_name.clone_from(other);
                }
            }
        }
        self.types
    }
}

/// The name of a type in a datamodel.
fn named(type_name: &str, enum_name: Option<&String>) -> String {
    match (type_name, enum_name) {
        ("Enum", Some(name)) => name.clone(),
        ("GraphQLID", _) => "ID".to_owned(),
        (name, _) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn step(kind: &str, mut rest: Value) -> Step {
        rest["__typename"] = json!(kind);
        Step::read(&rest)
    }

    fn field(model: &str, name: &str, of: &str, more: Value) -> Step {
        let mut field = json!({
            "model": model, "name": name, "createField_typeName": of, "createField_isRequired": false,
            "createField_isList": false, "createField_unique": false, "createField_relation": null,
            "createField_default": null, "createField_enum": null,
        });
        for (key, value) in more.as_object().expect("an object") {
            field[format!("createField_{key}")] = value.clone();
        }
        step("CreateField", field)
    }

    #[test]
    fn migrations_add_up_to_the_datamodel() {
        let steps = [
            step("CreateModel", json!({"name": "User"})),
            step("CreateModel", json!({"name": "Post"})),
            step("CreateModel", json!({"name": "Gone"})),
            step(
                "CreateEnum",
                json!({"name": "Role", "createEnum_values": ["A"]}),
            ),
            field("User", "id", "GraphQLID", json!({"isRequired": true})),
            field("User", "name", "String", json!({})),
            field("User", "old", "Int", json!({})),
            field("User", "role", "Enum", json!({"enum": "Role"})),
            field(
                "User",
                "posts",
                "Relation",
                json!({"isList": true, "relation": "R"}),
            ),
            field("Post", "author", "Relation", json!({"relation": "R"})),
            step(
                "CreateRelation",
                json!({"name": "R", "leftModel": "User", "rightModel": "Post"}),
            ),
            step("DeleteModel", json!({"name": "Gone"})),
            step("DeleteField", json!({"model": "User", "name": "old"})),
            step(
                "UpdateModel",
                json!({"name": "User", "updateModel_newName": "Person"}),
            ),
            step(
                "UpdateField",
                json!({
                    "model": "Person", "name": "name", "updateField_newName": "label", "updateField_typeName": "Float",
                    "updateField_isRequired": true, "updateField_isList": null, "updateField_unique": null,
                    "updateField_relation": null, "updateField_default": null, "updateField_enum": null,
                }),
            ),
            step(
                "UpdateEnum",
                json!({
                    "name": "Role", "updateEnum_newName": "Kind", "updateEnum_values": ["A", "B"],
                }),
            ),
        ];
        let expected = Types::parse(
            "type Person { id: ID! label: Float! role: Kind posts: [Post] } type Post { author: Person } enum Kind { A B }",
        );
        assert_eq!(replayed(&steps), expected);
    }
}
