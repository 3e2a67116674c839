//! What a version's management API understands, from its recorded introspection.

use crate::support::standin::language::{Argument, Selection};
use std::collections::BTreeMap;

/// Fields of each type, with the type that each leads to.
#[derive(Debug, Clone, Default)]
pub struct Grammar(BTreeMap<String, BTreeMap<String, String>>);

impl Grammar {
    /// From the lines of a `{"schema": […]}`.
    pub fn of(lines: &[String]) -> Grammar {
        let mut types: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let mut current = String::new();
        for line in lines {
            match line.strip_prefix("  ") {
                None => current = line.split(' ').nth(1).unwrap_or_default().to_owned(),
                Some(field) => {
                    let name = field.split(['(', ':']).next().unwrap_or_default();
                    let leads = field.rsplit(": ").next().unwrap_or_default();
                    let leads = leads.split(" = ").next().unwrap_or_default();
                    let leads = leads.trim_matches(|c| "[]!".contains(c));
                    let fields = types.entry(current.clone()).or_default();
                    fields.insert(name.to_owned(), leads.to_owned());
                }
            }
        }
        Grammar(types)
    }

    /// What the server says of the first thing in `selections` that it does not understand.
    pub fn check(&self, on: &str, selections: &[Selection]) -> Result<(), String> {
        for selection in selections {
            match selection {
                Selection::On(name, inner) => self.check(name, inner)?,
                Selection::Field { name, .. } if name == "__typename" => {}
                Selection::Field {
                    name,
                    args,
                    selections,
                    ..
                } => {
                    let field = self.0.get(on).and_then(|fields| fields.get(name));
                    let field = field
                        .ok_or_else(|| format!("Cannot query field '{name}' on type '{on}'."))?;
                    if let Some(Argument::Object(input)) = args.get("input") {
                        self.check_input(name, input)?;
                    }
                    self.check(field, selections)?;
                }
            }
        }
        Ok(())
    }

    fn check_input(
        &self,
        mutation: &str,
        input: &BTreeMap<String, Argument>,
    ) -> Result<(), String> {
        let mut letters = mutation.chars();
        let first: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        let kind = format!("{first}{}Input", letters.as_str());
        let known = self.0.get(&kind);
        match input
            .keys()
            .find(|key| known.is_some_and(|known| !known.contains_key(*key)))
        {
            Some(unknown) => Err(format!(
                "Argument 'input' expected type '{kind}!' but got: {{…}}. Reason: Unknown field '{unknown}' is not defined in the input type '{kind}'."
            )),
            None => Ok(()),
        }
    }
}
