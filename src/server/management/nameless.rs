//! Names what servers leave out. Up to 1.25 a warning about a field has the field's name where its type's
//! belongs, up to 1.31 one about a new type of it as well, and the error about a new required field has no field.

use super::super::step::Step;
use super::super::types::{Field, Model, Types};
use super::{Management, Problem, Verdict};

impl Management {
    /// Completes the problems of a verdict on the types `new`. What is deployed is queried if it matters.
    pub(super) fn complete(&self, verdict: &mut Verdict, new: &Types) {
        let problems = verdict.errors.iter().chain(&verdict.warnings);
        if !problems.into_iter().any(|one| lacks(one, new).is_some()) {
            return;
        }
        let steps = verdict.steps.as_deref().unwrap_or_default();
        let deployed = match steps {
            [] => self.deployed_types().ok(),
            _ => None,
        };
        let candidates = |lack: &Lack| match &deployed {
            Some(deployed) => by_comparing(lack, deployed, new),
            None => by_steps(lack, steps),
        };
        for problems in [&mut verdict.errors, &mut verdict.warnings] {
            name(problems, new, &candidates);
        }
    }
}

/// What a problem does not say.
enum Lack {
    /// The type of a field that is deleted or changed.
    TypeOf(String),
    /// The field of a type that is new and required.
    FieldOf(String),
}

fn lacks(problem: &Problem, new: &Types) -> Option<Lack> {
    let Problem {
        type_name,
        field,
        description,
    } = problem;
    let model = new.models.iter().find(|one| one.name == *type_name);
    match field {
        Some(field) if field == type_name && model.is_none() => Some(Lack::TypeOf(field.clone())),
        None if model.is_some() && description.contains("creating a required field") => {
            Some(Lack::FieldOf(type_name.clone()))
        }
        _ => None,
    }
}

/// Gives each problem its name, where there are as many candidates as problems that look alike.
fn name(problems: &mut [Problem], new: &Types, candidates: &dyn Fn(&Lack) -> Vec<String>) {
    let all = problems.to_vec();
    for (at, problem) in all.iter().enumerate() {
        let Some(lack) = lacks(problem, new) else {
            continue;
        };
        let is_same = |other: &&Problem| *other == problem;
        let mut names = candidates(&lack);
        if names.len() != all.iter().filter(is_same).count() {
            continue;
        }
        let name = names.swap_remove(all[..at].iter().filter(is_same).count());
        match lack {
            Lack::TypeOf(_) => problems[at].type_name = name,
            Lack::FieldOf(_) => problems[at].field = Some(name),
        }
    }
}

fn by_steps(lack: &Lack, steps: &[Step]) -> Vec<String> {
    let candidate = |step: &Step| match (lack, step) {
        (Lack::TypeOf(field), Step::DeleteField { model, name }) => {
            (name == field).then(|| model.clone())
        }
        (Lack::TypeOf(field), Step::UpdateField(change)) => {
            (change.name == *field).then(|| change.model.clone())
        }
        (Lack::FieldOf(model), Step::CreateField(created)) => {
            let is_it = created.model == *model && created.is_required;
            is_it.then(|| created.name.clone())
        }
        _ => None,
    };
    steps.iter().filter_map(candidate).collect()
}

fn by_comparing(lack: &Lack, deployed: &Types, new: &Types) -> Vec<String> {
    let pairs = deployed.models.iter().filter_map(|old| {
        let is_it = |one: &&Model| *one.old_name.as_ref().unwrap_or(&one.name) == old.name;
        Some((old, new.models.iter().find(is_it)?))
    });
    match lack {
        Lack::TypeOf(name) => {
            let changes = |(old, now): &(&Model, &Model)| {
                let is_it = |one: &&Field| *one.old_name.as_ref().unwrap_or(&one.name) == *name;
                let before = old.fields.iter().find(|field| field.name == *name);
                let after = now.fields.iter().find(is_it);
                before.is_some_and(|before| after.is_none_or(|after| is_changed(before, after)))
            };
            let changed = pairs.filter(changes);
            changed.map(|(_, now)| now.name.clone()).collect()
        }
        Lack::FieldOf(name) => pairs
            .filter(|(_, now)| now.name == *name)
            .flat_map(|(old, now)| now.fields.iter().filter(move |field| is_added(old, field)))
            .map(|field| field.name.clone())
            .collect(),
    }
}

fn is_changed(before: &Field, after: &Field) -> bool {
    (&before.type_name, before.is_list) != (&after.type_name, after.is_list)
}

fn is_added(old: &Model, field: &Field) -> bool {
    let before = field.old_name.as_ref().unwrap_or(&field.name);
    field.is_required && !field.is_list && !old.fields.iter().any(|one| one.name == *before)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPLOYED: &str = "type User { id: ID! @unique nick: String age: Int }
        type Post { id: ID! @unique nick: String title: String }";

    fn named(after: &str, problems: &[(&str, Option<&str>)]) -> Vec<String> {
        let (deployed, new) = (Types::parse(DEPLOYED), Types::parse(after));
        let problem = |(type_name, field): &(&str, Option<&str>)| Problem {
            type_name: (*type_name).to_owned(),
            field: field.map(str::to_owned),
            description: "You are creating a required field but there are …".to_owned(),
        };
        let mut problems: Vec<Problem> = problems.iter().map(problem).collect();
        name(&mut problems, &new, &|lack| {
            by_comparing(lack, &deployed, &new)
        });
        let shown = |one: &Problem| match &one.field {
            Some(field) => format!("{}.{field}", one.type_name),
            None => one.type_name.clone(),
        };
        problems.iter().map(shown).collect()
    }

    const NICK: (&str, Option<&str>) = ("nick", Some("nick"));

    #[test]
    fn a_field_that_goes_or_changes_gets_its_type() {
        let gone = "type Person @rename(oldName: \"User\") { id: ID! @unique age: Int }
            type Post { id: ID! @unique nick: String title: String }";
        assert_eq!(named(gone, &[NICK]), ["Person.nick"]);
        let changed = "type User { id: ID! @unique nick: String age: Int }
            type Post { id: ID! @unique nick: Int title: String }";
        assert_eq!(named(changed, &[NICK]), ["Post.nick"]);
        let both =
            "type User { id: ID! @unique age: Int } type Post { id: ID! @unique title: String }";
        assert_eq!(named(both, &[NICK, NICK]), ["User.nick", "Post.nick"]);
        // Which of them is it?
        assert_eq!(named(both, &[NICK]), ["nick.nick"]);
    }

    #[test]
    fn a_new_required_field_gets_its_name() {
        let new =
            "type User { id: ID! @unique nick: String age: Int must: Int! tags: [Int!]! may: Int }";
        assert_eq!(named(new, &[("User", None)]), ["User.must"]);
        assert_eq!(named(new, &[("User", None); 2]), ["User", "User"]);
    }
}
