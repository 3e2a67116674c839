//! Rewrites a datamodel from the syntax of Prisma up to 1.30 to that of 1.31 and later.
//!
//! A server accepts only one of them. The text is edited in place, so comments and order are kept. What is
//! written keeps the data of a deployed service (seen with one from 1.1.3 on 1.34.12): its lists and
//! relations stay in tables of their own, and the hidden `createdAt` and `updatedAt` of each type become
//! visible. A type with an `@id` field is in the new syntax already and is not touched.

mod relations;
#[cfg(test)]
mod tests;

use apollo_parser::cst::{self, CstNode};
use apollo_parser::{Parser, SyntaxKind, SyntaxNode};
use std::ops::Range;

/// Scalars whose values are written in quotes in both syntaxes.
const QUOTED: [&str; 5] = ["ID", "UUID", "String", "DateTime", "Json"];
const NUMBERS: [&str; 2] = ["Int", "Float"];
const BOOLEAN: &str = "Boolean";

/// A piece of text that replaces another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub at: Range<usize>,
    pub new: String,
}

/// What a datamodel needs, in the order of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversion {
    pub edits: Vec<Edit>,
    /// Each field that changes or is added: the position in the text, and what it becomes.
    pub fields: Vec<(usize, String)>,
}

/// A type in the old or the new syntax.
struct Model {
    name: String,
    is_old: bool,
    /// After the opening brace.
    start: usize,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    type_name: String,
    is_list: bool,
    is_required: bool,
    /// The whole field, without what follows it.
    at: Range<usize>,
    type_at: Range<usize>,
    directives: Vec<Directive>,
}

struct Directive {
    name: String,
    at: Range<usize>,
    /// Names, values and their positions.
    arguments: Vec<(String, String, Range<usize>)>,
}

impl Directive {
    fn argument(&self, name: &str) -> Option<&(String, String, Range<usize>)> {
        self.arguments.iter().find(|(one, ..)| one == name)
    }
}

impl Field {
    fn directive(&self, name: &str) -> Option<&Directive> {
        self.directives.iter().find(|one| one.name == name)
    }

    /// The edit that adds something after the field's type.
    fn after_type(&self, new: &str) -> Edit {
        Edit {
            at: self.type_at.end..self.type_at.end,
            new: format!(" {new}"),
        }
    }
}

/// The edits that turn a datamodel into the new syntax; none if it is in it, or cannot be read.
pub fn convert(text: &str) -> Conversion {
    let models = models(text);
    let links = relations::links(&models);
    let mut found = Conversion::default();
    for (of, model) in models.iter().enumerate().filter(|(_, model)| model.is_old) {
        let mut added = Vec::new();
        for name in ["id", "createdAt", "updatedAt"] {
            if !model.fields.iter().any(|field| field.name == name) {
                added.push(hidden(name));
            }
        }
        let id = model.fields.iter().find(|field| field.name == "id");
        let added_at = line_end(text, id.map_or(model.start, |field| field.at.end));
        let indent = indent(text, id.or(model.fields.first()));
        if id.is_none() {
            found.add(text, added_at, &indent, &added);
        }
        for (at, field) in model.fields.iter().enumerate() {
            let mut edits = field_edits(text, field, &models);
            if links.contains(&(of, at)) {
                edits.push(relations::link(text, field));
            }
            found.change(text, field, edits);
            if field.name == "id" {
                found.add(text, added_at, &indent, &added);
            }
        }
    }
    found
}

/// Fields that have `@id` as only the new syntax does: without `@unique`, which the old one requires.
pub fn only_new(text: &str) -> bool {
    let models = models(text);
    let mut fields = models.iter().flat_map(|model| &model.fields);
    fields.any(|field| field.directive("id").is_some() && field.directive("unique").is_none())
}

/// A field that servers add to each type by themselves in the old syntax.
fn hidden(name: &str) -> String {
    match name {
        "id" => "id: ID! @id".to_owned(),
        name => format!("{name}: DateTime! @{name}"),
    }
}

impl Conversion {
    fn add(&mut self, text: &str, at: usize, indent: &str, fields: &[String]) {
        if fields.is_empty() {
            return;
        }
        let before = match text.as_bytes()[at..] {
            [b'\r', ..] => format!("\r\n{indent}"),
            [b'\n', ..] => format!("\n{indent}"),
            _ => " ".to_owned(),
        };
        let lines = fields.iter().map(|field| format!("{before}{field}"));
        let new = lines.collect();
        self.fields
            .extend(fields.iter().map(|field| (at, field.clone())));
        self.edits.push(Edit { at: at..at, new });
    }

    fn change(&mut self, text: &str, field: &Field, mut edits: Vec<Edit>) {
        if edits.is_empty() {
            return;
        }
        edits.sort_by_key(|edit| edit.at.start);
        let new = apply(text, field.at.clone(), &edits);
        self.fields.push((field.at.start, new));
        self.edits.extend(edits);
    }
}

/// The spaces before a field, or the usual ones if it does not start its line.
fn indent(text: &str, field: Option<&Field>) -> String {
    let start = field.map_or(0, |field| field.at.start);
    let line = text[..start].rsplit('\n').next().unwrap_or_default();
    if field.is_none() || !line.trim().is_empty() {
        return "  ".to_owned();
    }
    line.to_owned()
}

/// A part of the text with those edits that are in it.
pub fn apply(text: &str, part: Range<usize>, edits: &[Edit]) -> String {
    let mut out = String::new();
    let mut done = part.start;
    for edit in edits {
        if edit.at.start >= done && edit.at.end <= part.end {
            out += &text[done..edit.at.start];
            out += &edit.new;
            done = edit.at.end;
        }
    }
    out + &text[done..part.end]
}

/// The end of the line if only a comment follows, else the same place.
fn line_end(text: &str, at: usize) -> usize {
    let line = text[at..].split(['\r', '\n']).next().unwrap_or_default();
    let rest = line.trim_start_matches([' ', '\t', ',']);
    if rest.is_empty() || rest.starts_with('#') {
        at + line.len()
    } else {
        at
    }
}

/// The edits of a field, but for the link of its relation.
fn field_edits(text: &str, field: &Field, models: &[Model]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let is_relation = models.iter().any(|model| model.name == field.type_name);
    if field.name == "id" {
        edits.push(match field.directive("unique") {
            Some(unique) => Edit {
                at: unique.at.clone(),
                new: "@id".to_owned(),
            },
            None => field.after_type("@id"),
        });
    }
    if ["createdAt", "updatedAt"].contains(&field.name.as_str())
        && field.type_name == "DateTime"
        && field.directive(&field.name).is_none()
    {
        edits.push(field.after_type(&format!("@{}", field.name)));
    }
    if field.is_list {
        let new = format!("[{}]", field.type_name);
        if text[field.type_at.clone()] != new {
            let at = field.type_at.clone();
            edits.push(Edit { at, new });
        }
        if !is_relation && field.directive("scalarList").is_none() {
            edits.push(field.after_type("@scalarList(strategy: RELATION)"));
        }
    }
    edits.extend(default(field));
    edits
}

/// `@default(value: "3")` as `@default(value: 3)`, for numbers, booleans and enums.
fn default(field: &Field) -> Option<Edit> {
    let (_, value, at) = field.directive("default")?.argument("value")?;
    let bare = value.strip_prefix('"')?.strip_suffix('"')?;
    let type_name = field.type_name.as_str();
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let fits = if NUMBERS.contains(&type_name) {
        bare.parse::<f64>().is_ok_and(f64::is_finite)
    } else if type_name == BOOLEAN {
        bare.parse::<bool>().is_ok()
    } else {
        !QUOTED.contains(&type_name) && is_name(bare)
    };
    fits.then(|| Edit {
        at: at.clone(),
        new: bare.to_owned(),
    })
}

fn models(text: &str) -> Vec<Model> {
    let document = Parser::new(text).parse().document();
    let types = document.definitions().filter_map(|one| match one {
        cst::Definition::ObjectTypeDefinition(one) => model(&one),
        _ => None,
    });
    types.collect()
}

fn model(definition: &cst::ObjectTypeDefinition) -> Option<Model> {
    let block = definition.fields_definition()?;
    let fields: Vec<Field> = block
        .field_definitions()
        .filter_map(|one| field(&one))
        .collect();
    let of_table = directives(definition.directives())
        .iter()
        .any(|one| ["relationTable", "linkTable", "embedded"].contains(&one.name.as_str()));
    Some(Model {
        name: definition.name()?.text().to_string(),
        is_old: !of_table && !fields.iter().any(|field| field.directive("id").is_some()),
        start: block.l_curly_token()?.text_range().end().into(),
        fields,
    })
}

fn field(definition: &cst::FieldDefinition) -> Option<Field> {
    let of = definition.ty()?;
    let type_at = span(of.syntax())?;
    let (type_name, is_list, is_required) = super::kind(of)?;
    Some(Field {
        name: definition.name()?.text().to_string(),
        type_name,
        is_list,
        is_required,
        at: span(definition.syntax())?,
        type_at,
        directives: directives(definition.directives()),
    })
}

fn directives(list: Option<cst::Directives>) -> Vec<Directive> {
    let argument = |one: cst::Argument| {
        let value = one.value()?;
        let at = span(value.syntax())?;
        let text = value.syntax().text().to_string().trim().to_owned();
        Some((one.name()?.text().to_string(), text, at))
    };
    let directive = |one: cst::Directive| {
        let arguments = one
            .arguments()
            .into_iter()
            .flat_map(|list| list.arguments());
        Some(Directive {
            name: one.name()?.text().to_string(),
            at: span(one.syntax())?,
            arguments: arguments.filter_map(argument).collect(),
        })
    };
    let all = list.into_iter().flat_map(|list| list.directives());
    all.filter_map(directive).collect()
}

/// The position of a node, without the spaces and comments at its ends, which the parser counts to it.
fn span(node: &SyntaxNode) -> Option<Range<usize>> {
    let is_ignored = |kind| {
        matches!(
            kind,
            SyntaxKind::WHITESPACE | SyntaxKind::COMMENT | SyntaxKind::COMMA
        )
    };
    let mut tokens = node
        .descendants_with_tokens()
        .filter_map(|one| one.into_token())
        .filter(|token| !is_ignored(token.kind()));
    let first = tokens.next()?.text_range();
    let last = tokens.last().map_or(first, |token| token.text_range());
    Some(first.start().into()..last.end().into())
}
