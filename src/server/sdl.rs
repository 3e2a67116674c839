//! Prints an introspected schema as SDL: the same text for the same schema.
//!
//! Definitions are sorted by name; fields, arguments and values stay in the order of the datamodel.
//! Directives are left out: they are the standard ones.

use super::types::{self, Enum, Model, Types};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The introspection query, in its oldest form: old servers support no other.
pub const INTROSPECTION: &str = "query IntrospectionQuery {
  __schema {
    queryType { name }
    mutationType { name }
    subscriptionType { name }
    types {
      kind name description
      fields(includeDeprecated: true) {
        name description
        args { name description type { ...TypeRef } defaultValue }
        type { ...TypeRef }
        isDeprecated deprecationReason
      }
      inputFields { name description type { ...TypeRef } defaultValue }
      interfaces { name }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { name }
    }
  }
}
fragment TypeRef on __Type {
  kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name } } } } } } }
}";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    query_type: Option<Named>,
    mutation_type: Option<Named>,
    subscription_type: Option<Named>,
    types: Vec<Type>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
    kind: String,
    name: String,
    description: Option<String>,
    fields: Option<Vec<Field>>,
    input_fields: Option<Vec<Argument>>,
    interfaces: Option<Vec<Named>>,
    enum_values: Option<Vec<EnumValue>>,
    possible_types: Option<Vec<Named>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    description: Option<String>,
    args: Vec<Argument>,
    r#type: TypeRef,
    #[serde(default)]
    is_deprecated: bool,
    deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Argument {
    name: String,
    description: Option<String>,
    r#type: TypeRef,
    default_value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnumValue {
    name: String,
    description: Option<String>,
    #[serde(default)]
    is_deprecated: bool,
    deprecation_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypeRef {
    kind: String,
    name: Option<String>,
    of_type: Option<Box<TypeRef>>,
}

/// The text of a schema, from the data of [`INTROSPECTION`]. `None` if that is not a schema.
pub fn print(data: &Value) -> Option<String> {
    let mut schema = Schema::deserialize(&data["__schema"]).ok()?;
    let own = |name: &str| {
        !name.starts_with("__") && !matches!(name, "String" | "Int" | "Float" | "Boolean" | "ID")
    };
    schema.types.retain(|definition| own(&definition.name));
    schema.types.sort_by(|a, b| a.name.cmp(&b.name));
    let mut blocks: Vec<String> = roots(&schema).into_iter().collect();
    blocks.extend(schema.types.iter().map(definition));
    Some(blocks.join("\n"))
}

/// The types of a service's datamodel, from the data of [`INTROSPECTION`], and the query field that counts
/// the nodes of each. `None` if that is not a schema.
pub fn deployed(data: &Value) -> Option<(Types, BTreeMap<String, String>)> {
    let schema = Schema::deserialize(&data["__schema"]).ok()?;
    let is_query = |one: &&Type| Some(&one.name) == schema.query_type.as_ref().map(|of| &of.name);
    let query = schema.types.iter().find(is_query);
    let mut connections = BTreeMap::new();
    for field in query.iter().flat_map(|one| &one.fields).flatten() {
        let of = field.r#type.innermost();
        if let Some(model) = of.strip_suffix("Connection") {
            connections.insert(model.to_owned(), field.name.clone());
        }
    }
    let models = schema
        .types
        .iter()
        .filter(|one| connections.contains_key(&one.name));
    let is_own = |one: &&Type| {
        one.kind == "ENUM" && !one.name.ends_with("OrderByInput") && !one.name.starts_with("__")
    };
    let enums = schema
        .types
        .iter()
        .filter(is_own)
        .filter(|one| one.name != "MutationType");
    let types = Types {
        models: models.map(Type::model).collect(),
        enums: enums.map(Type::enumeration).collect(),
    };
    Some((types, connections))
}

impl Type {
    fn model(&self) -> Model {
        let field = |field: &Field| types::Field {
            name: field.name.clone(),
            old_name: None,
            type_name: field.r#type.innermost().to_owned(),
            is_list: field.r#type.is_list(),
            is_required: field.r#type.kind == "NON_NULL",
        };
        Model {
            name: self.name.clone(),
            old_name: None,
            fields: self.fields.iter().flatten().map(field).collect(),
        }
    }

    fn enumeration(&self) -> Enum {
        let values = self.enum_values.iter().flatten();
        Enum {
            name: self.name.clone(),
            old_name: None,
            values: values.map(|value| value.name.clone()).collect(),
        }
    }
}

impl TypeRef {
    fn innermost(&self) -> &str {
        match &self.of_type {
            Some(inner) => inner.innermost(),
            None => self.name.as_deref().unwrap_or_default(),
        }
    }

    fn is_list(&self) -> bool {
        self.kind == "LIST" || self.of_type.as_ref().is_some_and(|inner| inner.is_list())
    }
}

/// The `schema` block, if the root types have unusual names.
fn roots(schema: &Schema) -> Option<String> {
    let roots = [
        ("query", "Query", &schema.query_type),
        ("mutation", "Mutation", &schema.mutation_type),
        ("subscription", "Subscription", &schema.subscription_type),
    ];
    let usual = |(_, usual, root): &(&str, &str, &Option<Named>)| match root {
        Some(root) => root.name == *usual,
        None => true,
    };
    if roots.iter().all(usual) {
        return None;
    }
    let line = |(word, _, root): &(&str, &str, &Option<Named>)| {
        let root = root.as_ref()?;
        Some(format!("  {word}: {}\n", root.name))
    };
    let lines: String = roots.iter().filter_map(line).collect();
    Some(format!("schema {{\n{lines}}}\n"))
}

fn definition(definition: &Type) -> String {
    let name = &definition.name;
    let mut out = described(definition.description.as_deref(), "");
    let mut members: Vec<String> = Vec::new();
    match definition.kind.as_str() {
        "SCALAR" => _ = writeln!(out, "scalar {name}"),
        "UNION" => {
            let types = sorted(definition.possible_types.as_deref());
            let types = if types.is_empty() {
                String::new()
            } else {
                format!(" = {}", types.join(" | "))
            };
            _ = writeln!(out, "union {name}{types}");
        }
        "ENUM" => {
            _ = write!(out, "enum {name}");
            members.extend(definition.enum_values.iter().flatten().map(value));
            out += &block(&members);
        }
        "INPUT_OBJECT" => {
            _ = write!(out, "input {name}");
            for field in definition.input_fields.iter().flatten() {
                let described = described(field.description.as_deref(), "  ");
                members.push(format!("{described}  {}\n", argument(field)));
            }
            out += &block(&members);
        }
        kind => {
            let word = if kind == "INTERFACE" {
                "interface"
            } else {
                "type"
            };
            let interfaces = sorted(definition.interfaces.as_deref());
            let implements = if interfaces.is_empty() {
                String::new()
            } else {
                format!(" implements {}", interfaces.join(" & "))
            };
            _ = write!(out, "{word} {name}{implements}");
            members.extend(definition.fields.iter().flatten().map(field));
            out += &block(&members);
        }
    }
    out
}

fn sorted(named: Option<&[Named]>) -> Vec<&str> {
    let named = named.unwrap_or_default().iter();
    let mut names: Vec<&str> = named.map(|named| named.name.as_str()).collect();
    names.sort();
    names
}

/// Members in braces; an empty line precedes one with a description.
fn block(members: &[String]) -> String {
    if members.is_empty() {
        return "\n".to_owned();
    }
    let mut out = String::from(" {\n");
    for (at, member) in members.iter().enumerate() {
        if at > 0 && member.trim_start().starts_with('"') {
            out.push('\n');
        }
        out += member;
    }
    out + "}\n"
}

fn field(field: &Field) -> String {
    let mut out = described(field.description.as_deref(), "  ");
    _ = write!(out, "  {}", field.name);
    if field.args.iter().any(|arg| arg.description.is_some()) {
        out += "(\n";
        for arg in &field.args {
            out += &described(arg.description.as_deref(), "    ");
            _ = writeln!(out, "    {}", argument(arg));
        }
        out += "  )";
    } else if !field.args.is_empty() {
        let args: Vec<String> = field.args.iter().map(argument).collect();
        _ = write!(out, "({})", args.join(", "));
    }
    let deprecated = deprecated(field.is_deprecated, field.deprecation_reason.as_deref());
    _ = writeln!(out, ": {}{deprecated}", field.r#type.text());
    out
}

fn value(value: &EnumValue) -> String {
    let described = described(value.description.as_deref(), "  ");
    let deprecated = deprecated(value.is_deprecated, value.deprecation_reason.as_deref());
    format!("{described}  {}{deprecated}\n", value.name)
}

fn argument(argument: &Argument) -> String {
    let Argument { name, .. } = argument;
    let of_type = argument.r#type.text();
    match &argument.default_value {
        Some(default) => format!("{name}: {of_type} = {default}"),
        None => format!("{name}: {of_type}"),
    }
}

fn deprecated(is: bool, reason: Option<&str>) -> String {
    match reason {
        _ if !is => String::new(),
        Some(reason) if !reason.is_empty() && reason != "No longer supported" => {
            format!(" @deprecated(reason: {})", Value::from(reason))
        }
        _ => " @deprecated".to_owned(),
    }
}

impl TypeRef {
    fn text(&self) -> String {
        let inner = || self.of_type.as_ref().map(|inner| inner.text());
        match self.kind.as_str() {
            "NON_NULL" => inner().unwrap_or_default() + "!",
            "LIST" => format!("[{}]", inner().unwrap_or_default()),
            _ => self.name.clone().unwrap_or_default(),
        }
    }
}

/// A description as a block string of its own, ended by a line end.
fn described(description: Option<&str>, indent: &str) -> String {
    let text = description.unwrap_or_default().trim();
    if text.is_empty() {
        return String::new();
    }
    let text = text.replace("\"\"\"", "\\\"\"\"");
    let plain = !text.contains('\n') && !text.starts_with('"') && !text.ends_with(['"', '\\']);
    if plain {
        return format!("{indent}\"\"\"{text}\"\"\"\n");
    }
    let mut out = format!("{indent}\"\"\"\n");
    for line in text.lines() {
        let line = line.trim_end();
        if !line.is_empty() {
            out += indent;
            out += line;
        }
        out.push('\n');
    }
    out + indent + "\"\"\"\n"
}

#[cfg(test)]
mod tests;
