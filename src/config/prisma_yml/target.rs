//! Name, stage and target, in both formats of the file.

use super::Given;
use crate::config::problems::Problem;
use crate::config::reader::{At, Nature, Reader};
use crate::error::{Failure, Kind, Result};
use crate::service::name::{check_length, check_service, check_stage, check_workspace};
use crate::service::{Address, DEFAULT, Form, Target};
use crate::url::points_here;
use crate::yaml::{Position, Step};

/// Keys that an option of the same name overrides.
pub(super) const OPTIONS: [&str; 2] = ["stage", "cluster"];

pub(super) struct Goal {
    pub(super) form: Form,
    pub(super) name: String,
    pub(super) stage: String,
    pub(super) target: Target,
    pub(super) warnings: Vec<Problem>,
}

impl Goal {
    /// Whether the service is on this machine, as far as the file says.
    pub(super) fn is_here(&self) -> bool {
        match &self.target {
            Target::Endpoint(endpoint) => points_here(&endpoint.server.to_string()),
            _ => false,
        }
    }
}

pub(super) fn read<'v>(
    reader: &mut Reader<'_>,
    given: Given<'_>,
    at: &impl Fn(&'static str) -> At<'v>,
) -> Result<Goal> {
    let stage_option = given.opt.get("stage");
    if let Some(stage) = stage_option
        && let Err(why) = check_stage(stage)
    {
        return Err(Failure::new(Kind::Usage, format!("`--stage`: {why}")));
    }
    let mut goal = if is_set(&at("endpoint")) {
        by_endpoint(reader, at)
    } else if ["service", "stage", "cluster"]
        .iter()
        .any(|key| is_set(&at(key)))
    {
        by_cluster(reader, stage_option.is_some(), given, at)
    } else {
        Goal {
            form: Form::Endpoint,
            name: DEFAULT.to_owned(),
            stage: DEFAULT.to_owned(),
            target: Target::Unset,
            warnings: vec![Problem::new(
                Position::START,
                "neither `service` nor `endpoint` is set, so the service is called `default`",
            )],
        }
    };
    if let Some(stage) = stage_option {
        goal.stage.clone_from(stage);
    }
    if let Some(cluster) = given.opt.get("cluster") {
        goal.target = Target::of_cluster(cluster).map_err(|why| {
            Failure::new(
                Kind::Usage,
                format!("`--cluster`: `{cluster}` is not a valid cluster: {why}"),
            )
        })?;
    }
    if let Err(why) = check_length(&goal.target, &goal.name, &goal.stage) {
        let key = ["endpoint", "service"]
            .into_iter()
            .find(|key| is_set(&at(key)));
        reader.wrong(&at(key.unwrap_or("stage")), why);
    }
    Ok(goal)
}

/// Whether there is a value, even an unresolved one.
fn is_set(at: &At<'_>) -> bool {
    at.node.is_gap() || !at.is_nothing()
}

fn by_endpoint<'v>(reader: &mut Reader<'_>, at: &impl Fn(&'static str) -> At<'v>) -> Goal {
    for key in ["service", "stage", "cluster"] {
        if is_set(&at(key)) {
            let (what, remedy) = match key {
                "cluster" => ("cannot be combined with `endpoint`", "remove one of them"),
                _ => ("already part of `endpoint`", "remove it"),
            };
            reader.wrong_key(&[Step::key(key)], what).fix(remedy);
        }
    }
    let mut goal = Goal {
        form: Form::Endpoint,
        name: String::new(),
        stage: String::new(),
        target: Target::Unset,
        warnings: Vec::new(),
    };
    let endpoint = at("endpoint");
    let Some(text) = reader.string(&endpoint, Nature::Secret) else {
        return goal;
    };
    let address = match Address::parse(text.trim()) {
        Ok(address) => address,
        Err(why) => {
            reader.wrong(&endpoint, &why);
            return goal;
        }
    };
    let workspace = address.endpoint.workspace.as_deref();
    for check in [
        check_service(&address.service),
        check_stage(&address.stage),
        workspace.map_or(Ok(()), check_workspace),
    ] {
        if let Err(why) = check {
            reader.wrong(&endpoint, &why);
        }
    }
    goal.name = address.service;
    goal.stage = address.stage;
    goal.target = Target::Endpoint(address.endpoint);
    goal
}

fn by_cluster<'v>(
    reader: &mut Reader<'_>,
    has_stage: bool,
    given: Given<'_>,
    at: &impl Fn(&'static str) -> At<'v>,
) -> Goal {
    let required = |reader: &mut Reader<'_>, key: &'static str, what: &str| {
        if !is_set(&at(key)) {
            let missing = format!("`{key}` is missing");
            reader.problems.add(Position::START, missing).fix(what);
        }
    };
    required(
        reader,
        "service",
        "name the service, as in `service: my-service`",
    );
    if !has_stage {
        required(reader, "stage", "name the stage, as in `stage: dev`");
    }
    let mut checked = |key: &'static str, check: fn(&str) -> std::result::Result<(), String>| {
        let value = at(key);
        let text = reader.string(&value, Nature::Open)?;
        if let Err(why) = check(&text) {
            reader.wrong(&value, &why);
        }
        Some(text)
    };
    let name = checked("service", check_service);
    let stage = if has_stage {
        None
    } else {
        checked("stage", check_stage)
    };
    let cluster = checked("cluster", |text| Target::of_cluster(text).map(|_| ()));
    let target = match cluster {
        Some(cluster) => Target::of_cluster(&cluster).ok(),
        None if is_set(&at("cluster")) => None,
        None => {
            let at = at("cluster");
            let text = super::management_endpoint(reader, given, "cluster");
            let address = text.map(|text| Address::parse(text.trim()));
            match address {
                Some(Ok(address)) => Some(Target::Endpoint(address.endpoint)),
                Some(Err(why)) => {
                    reader.wrong(&at, why);
                    None
                }
                None => None,
            }
        }
    };
    Goal {
        form: Form::Cluster,
        name: name.unwrap_or_default(),
        stage: stage.unwrap_or_default(),
        target: target.unwrap_or(Target::Unset),
        warnings: Vec::new(),
    }
}
