//! Finds errors in a datamodel without a server, which checks it only once the service exists.
//!
//! It reports what all servers of a syntax reject, in their words, and nothing that one of them accepts: the
//! tests hold it to the recordings.

use super::Types;
use super::subscribed;
use super::syntax::{self, Directive, Field, Model};
use crate::cluster::{Fact, PrismaVersion};
use crate::server::management::{Problem, Schema};
use apollo_parser::{Error, Parser};

const SCALARS: [&str; 8] = [
    "ID", "UUID", "String", "Int", "Float", "Boolean", "DateTime", "Json",
];

/// The errors that a server of this version would report, as far as they are known here.
pub fn errors(schema: &Schema, version: Option<&PrismaVersion>) -> Vec<Problem> {
    let text = &schema.types;
    let tree = Parser::new(text).parse();
    if let Some(error) = tree.errors().next() {
        return vec![problem("Global", None, &syntax_error(text, error))];
    }
    // Including interfaces and the like: servers ignore those.
    let definitions = tree.document().definitions();
    let names: Vec<String> = definitions
        .filter_map(|one| super::text(one.name()))
        .collect();
    let models = syntax::models(text);
    let types = Types::parse(text);
    let mut found = duplicates(&types);
    for model in &models {
        of_model(model, &models, &names, &mut found);
        if let Some(version) = version {
            found.extend(of_id(model, version));
        }
    }
    for one in &types.enums {
        found.extend(of_enum(&one.name, &one.values));
    }
    found.extend(of_subscriptions(schema, &types));
    found
}

fn problem(type_name: &str, field: Option<&str>, description: &str) -> Problem {
    Problem {
        type_name: type_name.to_owned(),
        field: field.map(str::to_owned),
        description: description.to_owned(),
    }
}

/// As a server says it, which leads back to the place in the files.
fn syntax_error(text: &str, error: &Error) -> String {
    let start = "Syntax error while parsing GraphQL query.";
    let at = error.index().min(text.len());
    let Some(found) = text[at..].chars().next().filter(|_| !error.is_eof()) else {
        return format!("{start} Unexpected end of input");
    };
    let before = &text[..at];
    let line = 1 + before.matches('\n').count();
    let column = 1 + before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .encode_utf16()
        .count();
    let found = found.escape_debug();
    format!(
        "{start} Invalid input \"{found}\", expected something else (line {line}, column {column})"
    )
}

/// Types and fields that are there more than once. Not every server minds an enum that is.
fn duplicates(types: &Types) -> Vec<Problem> {
    let names: Vec<&String> = types.models.iter().map(|one| &one.name).collect();
    let twice = repeated(&names).map(|name| {
        let text = format!("The name of the type `{name}` occurs more than once.");
        problem(name, None, &text)
    });
    let mut found: Vec<Problem> = twice.collect();
    for model in &types.models {
        let fields: Vec<&String> = model.fields.iter().map(|field| &field.name).collect();
        found.extend(repeated(&fields).map(|field| {
            let text = format!("The type `{}` has a duplicate fieldName.", model.name);
            problem(&model.name, Some(field), &text)
        }));
    }
    found
}

/// Each name that an earlier one equals.
fn repeated<'a>(names: &'a [&'a String]) -> impl Iterator<Item = &'a String> {
    let is_again = |(at, name): &(usize, &&String)| names[..*at].contains(name);
    names
        .iter()
        .enumerate()
        .filter(is_again)
        .map(|(_, name)| *name)
}

fn of_model(model: &Model, models: &[Model], names: &[String], found: &mut Vec<Problem>) {
    for field in &model.fields {
        let Field {
            name, type_name, ..
        } = field;
        let is_model = |name: &str| models.iter().any(|one| one.name == name);
        if !SCALARS.contains(&&**type_name) && !names.contains(type_name) {
            let shown = &field.shown;
            let text = format!(
                "The field `{name}` has the type `{shown}` but there's no type or enum declaration with that name."
            );
            found.push(problem(&model.name, Some(name), &text));
        }
        let is_alike = |other: &&Field| other.type_name == *type_name && !has_name(other);
        let is_ambiguous = model.fields.iter().filter(is_alike).count() > 1;
        if is_model(type_name) && !has_name(field) && is_ambiguous {
            let text = format!(
                "The relation field `{name}` must specify a `@relation` directive: `@relation(name: \"MyRelation\")`"
            );
            found.push(problem(&model.name, Some(name), &text));
        }
    }
}

/// Whether a field names its relation.
fn has_name(field: &Field) -> bool {
    let names = |one: &Directive| one.argument("name").is_some();
    field.directive("relation").is_some_and(names)
}

/// The id of a type, as the syntax of the version requires it.
fn of_id(model: &Model, version: &PrismaVersion) -> Option<Problem> {
    if version.has(Fact::NewDatamodel) {
        let has_id = model
            .fields
            .iter()
            .any(|field| field.directive("id").is_some());
        let text = format!(
            "One field of the type `{}` must be marked as the id field with the `@id` directive.",
            model.name
        );
        return (!has_id && !model.is_no_node).then(|| problem(&model.name, None, &text));
    }
    let id = model.fields.iter().find(|field| field.name == "id")?;
    let is_type = ["ID", "UUID"].contains(&&*id.type_name) && id.is_required && !id.is_list;
    let is_good = is_type && id.directive("unique").is_some();
    let text = "The field `id` is reserved and has to have the format: id: ID! @unique.";
    (!is_good).then(|| problem(&model.name, Some("id"), text))
}

fn of_enum(name: &str, values: &[String]) -> Option<Problem> {
    let is_bad = |value: &String| !value.starts_with(|c: char| c.is_ascii_uppercase());
    let text = format!(
        "The enum type `{name}` contains invalid enum values. The first character of each value must be an uppercase letter."
    );
    values
        .iter()
        .any(is_bad)
        .then(|| problem(name, None, &text))
}

fn of_subscriptions(schema: &Schema, types: &Types) -> Vec<Problem> {
    let error = |query: &str| {
        if Parser::new(query).parse().errors().next().is_some() {
            Some("The subscription query is invalid GraphQL.")
        } else if !types.has_query(&subscribed(query)) {
            Some(
                "The provided query doesn't include any known model name. Please check for the latest subscriptions API.",
            )
        } else {
            None
        }
    };
    let found = schema
        .subscriptions
        .iter()
        .filter_map(|one| Some(problem("Subscription", Some(&one.name), error(&one.query)?)));
    found.collect()
}

#[cfg(test)]
mod tests;
