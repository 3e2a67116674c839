//! Subscriptions to types that are deployed with them. Up to 1.15.2, a server checks them against the
//! types that were deployed before, and so rejects them.

use crate::server::management::{Problem, Schema, Subscription};
use crate::server::types::{Model, Types, subscribed};

/// The schema without the subscriptions that were rejected only because their types are new. `None` if
/// that is not why it was rejected.
pub(super) fn without_new(schema: &Schema, errors: &[Problem]) -> Option<Schema> {
    let types = Types::parse(&schema.types);
    let rejected = |subscription: &Subscription| {
        let is_it = |error: &&Problem| error.field.as_ref() == Some(&subscription.name);
        errors.iter().find(is_it)
    };
    let is_explained = |subscription: &Subscription| {
        rejected(subscription).is_some_and(|error| is_of_new(subscription, error, &types))
    };
    let are_of_subscriptions = errors.iter().all(|error| error.type_name == "Subscription");
    let all = schema.subscriptions.iter().cloned();
    let (bad, good): (Vec<_>, Vec<_>) = all.partition(|one| rejected(one).is_some());
    if bad.is_empty() || !are_of_subscriptions || !bad.iter().all(is_explained) {
        return None;
    }
    Some(Schema {
        subscriptions: good,
        ..schema.clone()
    })
}

/// Whether the type or field that a server does not know is in the datamodel.
fn is_of_new(subscription: &Subscription, error: &Problem, types: &Types) -> bool {
    let description = &error.description;
    if description.contains("doesn't include any known model name") {
        let field = subscribed(&subscription.query);
        return types.has_query(&field);
    }
    let mut quoted = description.split('\'').skip(1).step_by(2);
    let (Some(field), Some(model)) = (quoted.next(), quoted.next()) else {
        return false;
    };
    let has = |one: &Model| one.name == model && one.fields.iter().any(|one| one.name == field);
    description.starts_with("Cannot query field") && types.models.iter().any(has)
}
