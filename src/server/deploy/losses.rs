//! Detects data loss, for servers that do not check it themselves.
//!
//! Prisma before 1.6.1 silently deletes columns and tables, whatever `force` says (observed with 1.1.3,
//! 1.2.8 and 1.4.2; 1.6.1 added the check). So the datamodel is compared with the types that the service's
//! own API reports.

use super::super::graphql::Error;
use super::super::management::{Management, Problem};
use super::super::service::Service;
use super::super::types::{Enum, Field, Model, Types};
use std::collections::BTreeSet;

/// Fields that the server keeps even if the datamodel does not contain them.
const KEPT: [&str; 3] = ["id", "createdAt", "updatedAt"];

/// Queries the deployed types and node counts, and returns what `new` would lose. `None` if the service
/// does not exist.
pub(super) fn found(
    management: &Management,
    service: &Service,
    new: &Types,
) -> Result<Option<Vec<Problem>>, Error> {
    let (deployed, connections) = match service.types() {
        Ok((deployed, connections)) => (deployed, Some(connections)),
        Err(error) if error.is_unknown_service() => return Ok(None),
        // The secret in the file differs from the service's. The migrations still show what is deployed,
        // but not how much data there is.
        Err(Error::Api(_)) => (management.deployed_types()?, None),
        Err(error) => return Err(error),
    };
    let losses = losses(&deployed, new);
    let models: BTreeSet<&String> = losses.iter().flat_map(|one| &one.models).collect();
    let empty: Vec<&String> = match &connections {
        Some(connections) if !models.is_empty() => {
            let fields: Vec<&str> = models.iter().map(|model| &*connections[*model]).collect();
            let counted = models.iter().zip(service.counts(&fields)?);
            let empty = counted.filter(|(_, count)| *count == 0);
            empty.map(|(model, _)| *model).collect()
        }
        _ => Vec::new(),
    };
    let has_data = |loss: &&Loss| loss.models.iter().any(|model| !empty.contains(&model));
    let losses = losses.iter().filter(has_data);
    Ok(Some(losses.map(|loss| loss.problem.clone()).collect()))
}

/// A change that loses data, if one of its types has nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loss {
    /// The deployed types whose nodes are affected: several may use an enum.
    pub models: Vec<String>,
    pub problem: Problem,
}

/// Changes from the deployed types to `new` that lose data.
pub(super) fn losses(deployed: &Types, new: &Types) -> Vec<Loss> {
    let new = new.without_done_renames(deployed);
    let mut losses = Vec::new();
    for old in &deployed.models {
        match successor(&new.models, &old.name) {
            Some(model) => of_model(old, model, &new, &mut losses),
            None => losses.push(loss(
                old,
                &old.name,
                None,
                "the type and all its nodes would be deleted".to_owned(),
            )),
        }
    }
    for old in &deployed.enums {
        let uses = |model: &&Model| model.fields.iter().any(|field| field.type_name == old.name);
        let users = deployed.models.iter().filter(uses);
        let users: Vec<String> = users.map(|model| model.name.clone()).collect();
        of_enum(old, &new.enums, &users, &mut losses);
    }
    losses
}

fn of_model(old: &Model, new: &Model, all: &Types, losses: &mut Vec<Loss>) {
    for field in &old.fields {
        let found = (new.fields.iter()).find(|one| was(&one.name, &one.old_name, &field.name));
        match found {
            _ if KEPT.contains(&&*field.name) => {}
            None => losses.push(loss(
                old,
                &old.name,
                Some(&field.name),
                "the field and its values would be deleted".to_owned(),
            )),
            Some(now) if is_retyped(field, now, all) => losses.push(loss(
                old,
                &new.name,
                Some(&now.name),
                format!(
                    "its type would change from `{}` to `{}`, and its values would be deleted or converted",
                    shown(field),
                    shown(now)
                ),
            )),
            Some(now) if now.is_required && !field.is_required && !now.is_list => {
                losses.push(loss(
                    old,
                    &new.name,
                    Some(&now.name),
                    "it would become required: nodes without a value get one made up, or the migration fails"
                        .to_owned(),
                ));
            }
            Some(_) => {}
        }
    }
    let is_new = |field: &&Field| {
        let before = field.old_name.as_ref().unwrap_or(&field.name);
        !old.fields.iter().any(|one| one.name == *before)
    };
    let is_scalar = |field: &&Field| !all.models.iter().any(|one| one.name == field.type_name);
    let required = |field: &&Field| field.is_required && !field.is_list;
    let added = new.fields.iter().filter(is_new).filter(is_scalar);
    for field in added
        .filter(required)
        .filter(|field| !KEPT.contains(&&*field.name))
    {
        losses.push(loss(
            old,
            &new.name,
            Some(&field.name),
            "it is new and required: existing nodes get a value made up".to_owned(),
        ));
    }
}

fn of_enum(old: &Enum, all: &[Enum], users: &[String], losses: &mut Vec<Loss>) {
    let Some(new) = all
        .iter()
        .find(|one| was(&one.name, &one.old_name, &old.name))
    else {
        // Fields that use it have changed their type or were removed.
        return;
    };
    for value in old
        .values
        .iter()
        .filter(|value| !new.values.contains(value))
    {
        let description =
            format!("its value `{value}` would be removed, even from nodes that have it");
        losses.push(Loss {
            models: users.to_vec(),
            problem: problem(&new.name, None, description),
        });
    }
}

fn was(name: &str, old_name: &Option<String>, before: &str) -> bool {
    old_name.as_deref().unwrap_or(name) == before
}

fn successor<'a>(models: &'a [Model], before: &str) -> Option<&'a Model> {
    models
        .iter()
        .find(|one| was(&one.name, &one.old_name, before))
}

/// Whether a field changes its type, or to or from a list.
fn is_retyped(old: &Field, new: &Field, all: &Types) -> bool {
    let before = (all.models.iter().map(|one| (&one.name, &one.old_name)))
        .chain(all.enums.iter().map(|one| (&one.name, &one.old_name)))
        .find(|(name, _)| **name == new.type_name)
        .and_then(|(_, old_name)| old_name.as_ref())
        .unwrap_or(&new.type_name);
    *before != old.type_name || old.is_list != new.is_list
}

fn shown(field: &Field) -> String {
    let name = &field.type_name;
    if field.is_list {
        format!("[{name}]")
    } else {
        name.clone()
    }
}

fn loss(model: &Model, type_name: &str, field: Option<&str>, description: String) -> Loss {
    Loss {
        models: vec![model.name.clone()],
        problem: problem(type_name, field, description),
    }
}

fn problem(type_name: &str, field: Option<&str>, description: String) -> Problem {
    Problem {
        type_name: type_name.to_owned(),
        field: field.map(str::to_owned),
        description,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(before: &str, after: &str) -> Vec<String> {
        let losses = losses(&Types::parse(before), &Types::parse(after));
        let reported = losses.into_iter().map(|loss| {
            let Problem {
                type_name,
                field,
                description,
            } = loss.problem;
            let field = field.map(|field| format!(".{field}")).unwrap_or_default();
            format!("{type_name}{field}: {description}")
        });
        reported.collect()
    }

    const BEFORE: &str = "type User { id: ID! @unique createdAt: DateTime! name: String! age: Int posts: [Post!]! role: Role }
        type Post { id: ID! @unique title: String! } enum Role { ADMIN GUEST }";

    #[test]
    fn what_stays_or_is_renamed_loses_nothing() {
        let after = "type Person @rename(oldName: \"User\") { id: ID! @unique name: String! years: Int @rename(oldName: \"age\") posts: [Article!]! role: Kind new: String }
            type Article @rename(oldName: \"Post\") { id: ID! @unique title: String } enum Kind @rename(oldName: \"Role\") { ADMIN GUEST MORE }
            type Other { id: ID! @unique must: Int! }";
        assert_eq!(reported(BEFORE, after), [""; 0]);
    }

    #[test]
    fn a_rename_that_was_done_deletes_nothing() {
        let after = "type User @rename(oldName: \"Human\") { id: ID! @unique name: String! @rename(oldName: \"label\") age: Int posts: [Post!]! role: Role }
            type Post { id: ID! @unique title: String! } enum Role @rename(oldName: \"Kind\") { ADMIN GUEST }";
        assert_eq!(reported(BEFORE, after), [""; 0]);
    }

    #[test]
    fn an_enum_concerns_the_types_that_use_it() {
        let after = BEFORE.replace("ADMIN GUEST", "ADMIN");
        let losses = losses(&Types::parse(BEFORE), &Types::parse(&after));
        assert_eq!(losses.len(), 1);
        assert_eq!(losses[0].models, ["User"]);
    }

    #[test]
    fn deleted_and_retyped_fields_are_reported() {
        let after = "type User { id: ID! @unique name: Int! age: Int! posts: Post role: Role must: String! } enum Role { ADMIN }
            type Post { id: ID! @unique }";
        assert_eq!(
            reported(BEFORE, after),
            [
                "User.name: its type would change from `String` to `Int`, and its values would be deleted or converted",
                "User.age: it would become required: nodes without a value get one made up, or the migration fails",
                "User.posts: its type would change from `[Post]` to `Post`, and its values would be deleted or converted",
                "User.must: it is new and required: existing nodes get a value made up",
                "Post.title: the field and its values would be deleted",
                "Role: its value `GUEST` would be removed, even from nodes that have it",
            ]
        );
        assert_eq!(
            reported(BEFORE, "enum Role { ADMIN GUEST }"),
            [
                "User: the type and all its nodes would be deleted",
                "Post: the type and all its nodes would be deleted",
            ]
        );
    }
}
