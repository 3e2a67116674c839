//! Datamodels of an existing Postgres database, which old servers used without migrating it. `@pgTable`, `@pgColumn`
//! and `@pgRelation` name its tables and columns; in the new syntax `@db` does.
//!
//! As documented: no server was seen to run one.

use super::{Conversion, Directive, Edit, Field, Model};

/// Whether a datamodel is one of an existing database: servers add nothing to its types.
pub(super) fn is_one(models: &[Model]) -> bool {
    let of_fields =
        |model: &Model| (model.fields.iter()).any(|field| field.directives.iter().any(is_pg));
    models
        .iter()
        .any(|model| model.directives.iter().any(is_pg) || of_fields(model))
}

fn is_pg(directive: &Directive) -> bool {
    directive.name.starts_with("pg")
}

/// `@pgTable(name: "t")` as `@db(name: "t")`.
pub(super) fn table(model: &Model) -> Option<Edit> {
    let table = model.directives.iter().find(|one| one.name == "pgTable")?;
    db(table, "name", "")
}

/// `@pgColumn(name: "c")` as `@db(name: "c")`, and `@pgRelation(column: "c")` with a link.
pub(super) fn column(text: &str, field: &Field) -> Vec<Edit> {
    if let Some(column) = field.directive("pgColumn") {
        return db(column, "name", "").into_iter().collect();
    }
    let Some(column) = field.directive("pgRelation") else {
        return Vec::new();
    };
    let linked = super::relations::link(text, field, "INLINE");
    match field.directive("relation") {
        Some(_) => db(column, "column", "")
            .into_iter()
            .chain([linked])
            .collect(),
        None => db(column, "column", "@relation(link: INLINE) ")
            .into_iter()
            .collect(),
    }
}

fn db(directive: &Directive, argument: &str, before: &str) -> Option<Edit> {
    let (_, name, _) = directive.argument(argument)?;
    Some(Edit {
        at: directive.at.clone(),
        new: format!("{before}@db(name: {name})"),
    })
}

impl Conversion {
    /// Notes what only its author can convert: the columns of the table of a relation are not in the datamodel.
    pub(super) fn note_tables(&mut self, models: &[Model]) {
        let fields = models
            .iter()
            .flat_map(|model| model.fields.iter().map(move |field| (model, field)));
        self.by_hand = fields
            .filter(|(_, field)| field.directive("pgRelationTable").is_some())
            .map(|(model, field)| (field.at.start, format!("{}.{}", model.name, field.name)))
            .collect();
    }
}
