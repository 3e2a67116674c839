//! The service: its endpoint, `prisma.yml` and `datamodel.graphql`.

use crate::cli::Init;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::service::name::{check_length, check_service, check_stage};
use crate::service::{Address, DEFAULT, Target};
use crate::ui::Question;
use crate::url;
use std::path::Path;

const PRISMA_YML: &str = include_str!("../../../assets/init/prisma.yml");
pub const DATAMODEL: &str = include_str!("../../../assets/init/datamodel.graphql");

/// The stage if the service is named and the stage is not.
const STAGE: &str = "dev";

/// The `prisma.yml` of a service at `endpoint`, which needs no quotes in YAML.
pub fn prisma_yml(endpoint: &str) -> String {
    PRISMA_YML.replace("http://localhost:4466", endpoint)
}

/// Checks the given names.
pub fn check(args: &Init) -> Result<()> {
    let service = args.service.as_deref().map_or(Ok(()), check_service);
    let stage = args.stage.as_deref().map_or(Ok(()), check_stage);
    for (flag, checked) in [("--service", service), ("--stage", stage)] {
        checked.map_err(|why| Failure::new(Kind::Usage, format!("`{flag}`: {why}")))?;
    }
    Ok(())
}

/// The service's endpoint on a new server, which has no other services.
pub fn on_new_server(args: &Init, base: &str) -> String {
    match (&args.service, &args.stage) {
        (None, None) => base.to_owned(),
        (service, stage) => {
            let service = service.as_deref().unwrap_or(DEFAULT);
            format!("{base}/{service}/{}", stage.as_deref().unwrap_or(STAGE))
        }
    }
}

/// The service's endpoint on a server that may have other services, so it is named. Asks for what is
/// not given.
pub fn on_existing_server(
    ctx: &Context,
    args: &Init,
    given: Option<&str>,
    folder: &Path,
) -> Result<Address> {
    let text = match given {
        Some(text) => text.to_owned(),
        None => {
            let check = |text: &str| Address::parse(tidy(text)).map(drop);
            ctx.ask().text(Question::ServiceEndpoint, "", check)?
        }
    };
    let text = tidy(&text);
    let refuse = |why: String| url::invalid_endpoint(text, why);
    let mut address = Address::parse(text).map_err(refuse)?;
    if has_path(text) {
        if args.service.is_some() {
            let message = format!(
                "`--service` cannot be used with `--endpoint {text}`, which already names a service"
            );
            return Err(Failure::new(Kind::Usage, message));
        }
        if let Some(stage) = &args.stage {
            address.stage.clone_from(stage);
        }
    } else {
        address.service = name(ctx, args, folder)?;
        address.stage = args.stage.clone().unwrap_or_else(|| STAGE.to_owned());
    }
    let target = Target::Endpoint(address.endpoint.clone());
    for checked in [
        check_service(&address.service),
        check_stage(&address.stage),
        check_length(&target, &address.service, &address.stage),
    ] {
        checked.map_err(refuse)?;
    }
    Ok(address)
}

/// An endpoint without the path of the management API, which is easily copied along.
fn tidy(text: &str) -> &str {
    let text = text.trim();
    let server = url::without_api_path(text);
    if has_path(server) {
        text.trim_end_matches('/')
    } else {
        server
    }
}

fn has_path(text: &str) -> bool {
    !url::split(text).path.trim_end_matches('/').is_empty()
}

/// The service's name: given, asked for, or derived from the folder's.
fn name(ctx: &Context, args: &Init, folder: &Path) -> Result<String> {
    if let Some(name) = &args.service {
        return Ok(name.clone());
    }
    let proposed = proposed(folder);
    if !ctx.ask().possible() {
        return Ok(proposed);
    }
    let usual = format!("`{proposed}`");
    let check = |text: &str| match text {
        "" => Ok(()),
        name => check_service(name),
    };
    let name = ctx.ask().text(Question::ServiceName, &usual, check)?;
    Ok(if name.is_empty() { proposed } else { name })
}

/// The folder's name as the name of a service.
fn proposed(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
    let spaced = name.replace([' ', '.'], "-");
    let kept: String = spaced.chars().filter(allowed).take(30).collect();
    let name = kept.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    if name.is_empty() {
        DEFAULT.to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_proposes_a_valid_name() {
        for (folder, name) in [
            ("/a/hello", "hello"),
            ("/a/My App 2.0", "My-App-2-0"),
            ("/a/2do", "do"),
            ("/", "default"),
            ("/日本", "default"),
        ] {
            assert_eq!(proposed(Path::new(folder)), name);
            assert_eq!(check_service(name), Ok(()));
        }
    }

    #[test]
    fn the_path_of_the_management_api_is_not_a_service() {
        for (text, tidied) in [
            ("http://h/management/", "http://h"),
            ("http://h:1/cluster", "http://h:1"),
            ("http://h/cluster/dev", "http://h/cluster/dev"),
            ("http://h/app/cluster", "http://h/app/cluster"),
            (" https://h/ ", "https://h"),
        ] {
            assert_eq!(tidy(text), tidied);
        }
        assert!(has_path("http://h/a") && !has_path("http://h/") && !has_path("h"));
    }

    #[test]
    fn the_file_has_the_endpoint_and_its_comments() {
        for endpoint in ["http://h", "https://[::1]:1/a/b_c-d~e"] {
            let text = prisma_yml(endpoint);
            let node = crate::yaml::Node::parse(&text).expect("YAML");
            let written = node.get("endpoint").and_then(|node| node.as_text());
            assert_eq!(written, Some(endpoint));
            assert_eq!(text.lines().count(), PRISMA_YML.lines().count());
        }
    }
}
