//! Engines on other processors than the images: those of Prisma, and of MySQL before 8.0, exist for amd64 only.

use super::Engine;
use crate::cluster::image::{is_for_amd64, parts};
use std::path::Path;

/// Where Linux registers who runs programs for amd64.
const REGISTERED: &str = "/proc/sys/fs/binfmt_misc";

/// What is known of an engine's machine.
pub struct Machine<'a> {
    /// The processor, as `docker version` or `docker info` spells it.
    pub architecture: &'a str,
    /// The system; empty if unknown.
    pub system: &'a str,
    pub engine: &'a Engine,
}

impl Machine<'_> {
    /// Whether nothing has to be asked: this program is for amd64, and so is the engine of the same machine.
    pub fn is_known_to_fit(engine: &Engine) -> bool {
        engine.local && std::env::consts::ARCH == "x86_64"
    }

    /// Why images do not run there as they are, and what works.
    pub fn advice(&self, images: &[String]) -> Option<(String, String)> {
        let architecture = match self.architecture {
            "" | "?" | "amd64" | "x86_64" => return None,
            "aarch64" => "arm64",
            other => other,
        };
        let only: Vec<&str> = images
            .iter()
            .map(String::as_str)
            .filter(|i| is_for_amd64(i))
            .collect();
        if only.is_empty() {
            return None;
        }
        let why = format!(
            "the Docker engine's machine is {architecture}, but `{}` {} for amd64 only",
            only.join("` and `"),
            if only.len() == 1 { "is" } else { "are" },
        );
        let first = if self.emulates() {
            "it emulates amd64: they run, but more slowly"
        } else {
            "have it emulate amd64: `docker run --privileged --rm tonistiigi/binfmt --install amd64`"
        };
        let database = if only
            .iter()
            .any(|image| parts(image).1.starts_with("mysql:"))
        {
            "; `mariadb` and `postgres` have images for arm64 (`--database-image`)"
        } else {
            ""
        };
        Some((why, format!("{first}{database}")))
    }

    /// Docker Desktop always does. Of other engines, only this machine's can be looked at.
    fn emulates(&self) -> bool {
        let is_registered = |name: &str| Path::new(REGISTERED).join(name).exists();
        let has_any = ["qemu-x86_64", "rosetta"].into_iter().any(is_registered);
        self.system.contains("Docker Desktop") || (self.engine.local && has_any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Env;

    #[test]
    fn what_works_depends_on_images_and_emulation() {
        let remote = Env::from([("DOCKER_HOST", "tcp://192.0.2.7:2375")]);
        let engine = Engine::find(&remote).expect("an address");
        let advice = |architecture, system, images: &[&str]| {
            let images: Vec<String> = images.iter().map(|&image| image.to_owned()).collect();
            let machine = Machine {
                architecture,
                system,
                engine: &engine,
            };
            machine.advice(&images)
        };
        let usual = ["mysql:5.7", "prismagraphql/prisma:1.1"];
        for known in ["amd64", "x86_64", "?", ""] {
            assert_eq!(advice(known, "", &usual), None);
        }
        assert_eq!(advice("arm64", "", &["mariadb:10.11"]), None);
        let (why, hint) = advice("aarch64", "Docker Desktop", &usual).expect("does not fit");
        assert_eq!(
            why,
            "the Docker engine's machine is arm64, but `mysql:5.7` and `prismagraphql/prisma:1.1` are for amd64 only"
        );
        assert!(hint.starts_with("it emulates amd64"), "{hint}");
        let (why, hint) = advice(
            "arm64",
            "Debian",
            &["postgres:10", "prismagraphql/prisma:1.8"],
        )
        .expect("one");
        assert!(
            why.ends_with("`prismagraphql/prisma:1.8` is for amd64 only"),
            "{why}"
        );
        assert_eq!(
            hint,
            "have it emulate amd64: `docker run --privileged --rm tonistiigi/binfmt --install amd64`"
        );
    }
}
