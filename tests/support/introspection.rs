//! The schema of a service's own API, as introspection of it answers.

use prisma_cli::testing::server::types::{Field, Types};
use serde_json::{Value, json};

/// As the introspection query has it; the fields to count with are `allUserConnection` and the like.
pub fn schema(datamodel: &str) -> Value {
    let types = Types::parse(datamodel);
    let named = |kind: &str, name: &str| json!({"kind": kind, "name": name, "ofType": null});
    let field = |name: &str, kind: Value| {
        json!({"name": name, "description": null, "args": [], "type": kind,
               "isDeprecated": false, "deprecationReason": null})
    };
    let wrap = |one: &Field| {
        let inner = named("SCALAR", &one.type_name);
        let listed = if one.is_list {
            json!({"kind": "LIST", "name": null, "ofType": inner})
        } else {
            inner
        };
        if one.is_required {
            json!({"kind": "NON_NULL", "name": null, "ofType": listed})
        } else {
            listed
        }
    };
    let object = |name: &str, fields: Vec<Value>| {
        json!({"kind": "OBJECT", "name": name, "description": null, "fields": fields, "inputFields": null,
               "interfaces": [], "enumValues": null, "possibleTypes": null})
    };
    let mut all: Vec<Value> = (types.models.iter())
        .map(|model| {
            let fields = model.fields.iter().map(|one| field(&one.name, wrap(one)));
            object(&model.name, fields.collect())
        })
        .collect();
    let connections = types.models.iter().map(|model| {
        let kind = named("OBJECT", &format!("{}Connection", model.name));
        field(&format!("all{}Connection", model.name), kind)
    });
    all.push(object("Query", connections.collect()));
    all.extend(types.enums.iter().map(|one| {
        let value = |name: &String| {
            json!({"name": name, "description": null, "isDeprecated": false, "deprecationReason": null})
        };
        let values: Vec<Value> = one.values.iter().map(value).collect();
        json!({"kind": "ENUM", "name": one.name, "description": null, "fields": null, "inputFields": null,
               "interfaces": null, "enumValues": values, "possibleTypes": null})
    }));
    json!({"queryType": {"name": "Query"}, "mutationType": null, "subscriptionType": null, "types": all})
}
