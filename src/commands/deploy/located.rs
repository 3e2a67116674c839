//! Where the problems are that a server reports. It names a type and a field at best; what it says in
//! words, or about a file, is followed back to the files here.

use crate::server::management::Problem;
use crate::service::{Place, Service, Subscription};
use std::fmt;

/// A problem, and its place in the files of the service. Displays as one line.
pub struct Located {
    pub place: Option<Place>,
    /// The type and field, unless the message is about the whole datamodel.
    about: String,
    pub message: String,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}{}", self.about, self.message)
    }
}

/// Locates all problems of an answer.
pub fn all(service: &Service, problems: &[Problem]) -> Vec<Located> {
    let one = |(at, problem)| {
        let located = located(service, problem);
        let place = duplicate(service, problems, at).or(located.place);
        Located { place, ..located }
    };
    problems.iter().enumerate().map(one).collect()
}

fn located(service: &Service, problem: &Problem) -> Located {
    let datamodel = &service.datamodel;
    let Problem {
        type_name,
        field,
        description,
    } = problem;
    // 1.1 names the first field of a type that is there twice.
    let field = field.as_ref().filter(|_| !is_type_twice(problem));
    let about = |about: String, place| Located {
        place,
        about,
        message: description.clone(),
    };
    let subscription = |one: &&Subscription| Some(&one.name) == field;
    let place = datamodel.locate(type_name, field.map(String::as_str));
    match (type_name.as_str(), field) {
        ("Subscription", _) if let Some(one) = service.subscriptions.iter().find(subscription) => {
            of_subscription(service, one, description)
        }
        ("Global", _) if let Some((place, message)) = datamodel.syntax_error(description) => {
            Located {
                place: Some(place),
                about: String::new(),
                message,
            }
        }
        ("Global", _) if let Some(name) = bad_relation_name(description) => {
            about(format!("relation `{name}`: "), datamodel.relation(name))
        }
        ("Global", _) => {
            let mentioned = quoted(description).find_map(|word| datamodel.locate(word, None));
            about(String::new(), mentioned)
        }
        // The server names only the field, twice.
        (name, Some(field)) if name == field && place.is_none() => {
            about(format!("`{field}`: "), None)
        }
        (name, Some(field)) => about(format!("`{name}.{field}`: "), place),
        (name, None) => {
            let mut values =
                quoted(description).flat_map(|word| datamodel.occurrences(name, Some(word)));
            about(format!("`{name}`: "), values.next().or(place))
        }
    }
}

/// The server counts lines and columns in the query, which is a file or a value in `prisma.yml`.
fn of_subscription(service: &Service, one: &Subscription, description: &str) -> Located {
    let about = format!("subscription `{}`: ", one.name);
    let at = |file, line, column| Place { file, line, column };
    let Some(file) = &one.file else {
        return Located {
            place: Some(at(service.file.clone(), Some(one.at.line), None)),
            about,
            message: description.to_owned(),
        };
    };
    let counted = description.split_once(" (line ").and_then(|(what, rest)| {
        let (line, rest) = rest.split_once(", column ")?;
        let (column, _) = rest.split_once(')')?;
        Some((what, line.parse().ok()?, column.parse().ok()?))
    });
    let (message, place) = match counted {
        // The lines that follow repeat the query.
        Some((what, line, column)) => (what, at(file.clone(), Some(line), Some(column))),
        None => (description, at(file.clone(), None, None)),
    };
    Located {
        place: Some(place),
        about,
        message: message.to_owned(),
    }
}

/// The name of the relation that a message rejects; it may be empty.
fn bad_relation_name(description: &str) -> Option<&str> {
    let (before, _) = description.split_once("is not a valid name for a relation")?;
    Some(before.rsplit("The provided name: ").next()?.trim())
}

/// The words in a message that are between backticks or quotation marks.
fn quoted(description: &str) -> impl Iterator<Item = &str> {
    let words = description.split(['`', '\'']).skip(1).step_by(2);
    words.filter(|word| !word.is_empty())
}

fn is_type_twice(problem: &Problem) -> bool {
    let says = |text: &str| problem.description.contains(text);
    says("occurs more than once") || says("is defined twice")
}

/// The place of a type, enum or field that is there more than once. One error for each means one place
/// for each; a single error means the last.
fn duplicate(service: &Service, problems: &[Problem], at: usize) -> Option<Place> {
    let problem = &problems[at];
    let field = if is_type_twice(problem) {
        None
    } else if problem.description.contains("has a duplicate fieldName") {
        Some(problem.field.as_deref()?)
    } else {
        return None;
    };
    let mut places = service.datamodel.occurrences(&problem.type_name, field);
    let after = problems[at..].iter().filter(|one| *one == problem).count();
    let index = places.len().checked_sub(after)?;
    (places.len() > 1).then(|| places.swap_remove(index))
}

#[cfg(test)]
mod tests;
