//! Rewrites a datamodel from the syntax of Prisma up to 1.30 to that of 1.31 and later.
//!
//! A server accepts only one of them. The text is edited in place, so comments and order are kept. What is
//! written keeps the data of a deployed service (seen with one from 1.1.3 on 1.34.12): its lists and
//! relations stay in tables of their own, and the hidden `createdAt` and `updatedAt` of each type become
//! visible. A type with an `@id` field is in the new syntax already and is not touched, unless that is spelled
//! `@id @unique`, as both take it, and a field is not.

mod defaults;
mod existing;
mod relations;
#[cfg(test)]
mod tests;

use apollo_parser::cst::{self, CstNode};
use apollo_parser::{Parser, SyntaxKind, SyntaxNode};
use defaults::default;
use std::ops::Range;

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
    /// Fields with a `@pgRelationTable`, which is left as it is: the position, and the name.
    pub by_hand: Vec<(usize, String)>,
}

/// What becomes of ids of type `UUID!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UuidIds {
    /// On PostgreSQL.
    Kept,
    /// Seen with 1.31.2 and 1.34.12 on MySQL, which accept `ID!` and `Int!` only.
    BecomeId,
}

/// A type in the old or the new syntax.
pub(super) struct Model {
    pub name: String,
    is_old: bool,
    /// Whether a field is `@id @unique`, which servers of both syntaxes accept.
    is_either: bool,
    /// Whether it is embedded in others, or the table of a relation.
    pub is_no_node: bool,
    directives: Vec<Directive>,
    /// After the opening brace.
    start: usize,
    pub fields: Vec<Field>,
}

pub(super) struct Field {
    pub name: String,
    pub type_name: String,
    /// The type as it is written.
    pub shown: String,
    pub is_list: bool,
    pub is_required: bool,
    /// The whole field, without what follows it.
    at: Range<usize>,
    type_at: Range<usize>,
    directives: Vec<Directive>,
}

pub(super) struct Directive {
    name: String,
    at: Range<usize>,
    /// Names, values and their positions.
    arguments: Vec<(String, String, Range<usize>)>,
}

impl Directive {
    pub fn argument(&self, name: &str) -> Option<&(String, String, Range<usize>)> {
        self.arguments.iter().find(|(one, ..)| one == name)
    }
}

impl Field {
    pub fn directive(&self, name: &str) -> Option<&Directive> {
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
pub fn convert(text: &str, ids: UuidIds) -> Conversion {
    let models = with_either(text, models(text));
    let is_existing = existing::is_one(&models);
    let links = if is_existing {
        Vec::new()
    } else {
        relations::links(&models)
    };
    let mut found = Conversion::default();
    found.note_tables(&models);
    for (of, model) in models.iter().enumerate().filter(|(_, model)| model.is_old) {
        found.edits.extend(existing::table(model));
        let mut added = Vec::new();
        for name in ["id", "createdAt", "updatedAt"] {
            if !is_existing && !model.fields.iter().any(|field| field.name == name) {
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
            edits.extend(uuid_id(field, ids));
            if links.contains(&(of, at)) {
                edits.push(relations::link(text, field, "TABLE"));
            }
            found.change(text, field, edits);
            if field.name == "id" {
                found.add(text, added_at, &indent, &added);
            }
        }
    }
    found
}

/// Whether a type has an id of type `UUID!` in the old syntax.
pub fn has_uuid_id(text: &str) -> bool {
    let models = with_either(text, models(text));
    let mut fields = models
        .iter()
        .filter(|model| model.is_old)
        .flat_map(|model| &model.fields);
    fields.any(|field| uuid_id(field, UuidIds::BecomeId).is_some())
}

/// Types that servers of both syntaxes may accept are in the old one if a new server rejects one of their fields.
fn with_either(text: &str, mut models: Vec<Model>) -> Vec<Model> {
    let is_model = |name: &str| models.iter().any(|model| model.name == name);
    let is_old_field = |field: &Field| {
        default(text, field).is_some() || lacks_strategy(field, is_model(&field.type_name))
    };
    let is_old =
        |model: &Model| model.is_old || model.is_either && model.fields.iter().any(is_old_field);
    let old: Vec<bool> = models.iter().map(is_old).collect();
    for (model, is_old) in models.iter_mut().zip(old) {
        model.is_old = is_old;
    }
    models
}

/// Whether a list of scalars does not say where it is stored.
fn lacks_strategy(field: &Field, is_relation: bool) -> bool {
    field.is_list && !is_relation && field.directive("scalarList").is_none()
}

fn uuid_id(field: &Field, ids: UuidIds) -> Option<Edit> {
    let becomes_id = ids == UuidIds::BecomeId && field.name == "id" && field.type_name == "UUID";
    becomes_id.then(|| Edit {
        at: field.type_at.clone(),
        new: "ID!".to_owned(),
    })
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
    if field.name == "id" && field.directive("id").is_none() {
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
        if lacks_strategy(field, is_relation) {
            edits.push(field.after_type("@scalarList(strategy: RELATION)"));
        }
    }
    edits.extend(default(text, field));
    edits.extend(existing::column(text, field));
    edits
}

pub(super) fn models(text: &str) -> Vec<Model> {
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
    let spelled = |name| move |field: &&Field| field.directive(name).is_some();
    let id = fields.iter().find(spelled("id"));
    let directives = directives(definition.directives());
    let is_no_node = directives
        .iter()
        .any(|one| ["relationTable", "linkTable", "embedded"].contains(&one.name.as_str()));
    Some(Model {
        name: definition.name()?.text().to_string(),
        is_old: !is_no_node && id.is_none(),
        is_either: !is_no_node && id.as_ref().is_some_and(spelled("unique")),
        is_no_node,
        directives,
        start: block.l_curly_token()?.text_range().end().into(),
        fields,
    })
}

fn field(definition: &cst::FieldDefinition) -> Option<Field> {
    let of = definition.ty()?;
    let type_at = span(of.syntax())?;
    let shown = of.syntax().text().to_string().trim().to_owned();
    let (type_name, is_list, is_required) = super::kind(of)?;
    Some(Field {
        name: definition.name()?.text().to_string(),
        type_name,
        shown,
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
