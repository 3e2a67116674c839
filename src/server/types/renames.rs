//! `@rename` directives that were deployed and left in the datamodel.

use super::{Enum, Field, Model, Types};

/// A `@rename` of a type, an enum or a field that names something that is not deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneRename {
    /// The new name, or that of the field's type.
    pub type_name: String,
    pub field: Option<String>,
    pub old_name: String,
}

impl Types {
    /// These types without renames of something that no longer exists.
    pub fn without_done_renames(&self, deployed: &Types) -> Types {
        let mut new = self.clone();
        for model in &mut new.models {
            let is_it = |old: &Model| Some(&old.name) == model.old_name.as_ref();
            if !deployed.models.iter().any(is_it) {
                model.old_name = None;
            }
            let before = model.old_name.as_ref().unwrap_or(&model.name);
            let old = deployed.models.iter().find(|old| old.name == *before);
            for field in &mut model.fields {
                let is_it = |one: &Field| Some(&one.name) == field.old_name.as_ref();
                if !old.is_some_and(|old| old.fields.iter().any(is_it)) {
                    field.old_name = None;
                }
            }
        }
        for one in &mut new.enums {
            let is_it = |old: &Enum| Some(&old.name) == one.old_name.as_ref();
            if !deployed.enums.iter().any(is_it) {
                one.old_name = None;
            }
        }
        new
    }

    pub fn done_renames(&self, deployed: &Types) -> Vec<DoneRename> {
        let left = self.without_done_renames(deployed);
        let done = |type_name: &String, field: Option<&String>, before: &Option<String>, after| {
            let old_name = before.clone().filter(|_| before != after)?;
            Some(DoneRename {
                type_name: type_name.clone(),
                field: field.cloned(),
                old_name,
            })
        };
        let mut found = Vec::new();
        for (before, after) in self.models.iter().zip(&left.models) {
            let name = &before.name;
            found.extend(done(name, None, &before.old_name, &after.old_name));
            for (field, after) in before.fields.iter().zip(&after.fields) {
                found.extend(done(
                    name,
                    Some(&field.name),
                    &field.old_name,
                    &after.old_name,
                ));
            }
        }
        for (before, after) in self.enums.iter().zip(&left.enums) {
            found.extend(done(&before.name, None, &before.old_name, &after.old_name));
        }
        found
    }
}
