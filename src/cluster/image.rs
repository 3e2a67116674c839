//! The names of images: as on Docker Hub, or the same at a mirror of it.

use super::{Cluster, PrismaVersion};
use crate::env::Env;
use crate::error::{Failure, Kind, Result};

/// The repository of the server's images.
const PRISMA: &str = "prismagraphql/prisma";
/// Docker Hub's own name, which nothing has to write.
const HUB: &str = "docker.io";
/// Where Docker Hub keeps images such as `mysql`.
const OFFICIAL: &str = "library/";

/// The variable with the mirror of new clusters.
pub const PREFIX_VARIABLE: &str = "PRISMA_IMAGES_PREFIX";

impl Cluster {
    /// The images it runs, the database's first: the order they start in.
    pub fn images(&self) -> Vec<String> {
        let database = self.database.external.is_none();
        let database = database.then(|| self.database_image());
        database.into_iter().chain([self.server_image()]).collect()
    }

    pub fn server_image(&self) -> String {
        self.mirrored(&format!("{PRISMA}:{}", self.version.tag()))
    }

    pub fn database_image(&self) -> String {
        self.mirrored(self.database.image())
    }

    /// An image of Docker Hub as its mirrors name it: with all parts of its name. Images of other image registries
    /// are left as they are.
    fn mirrored(&self, image: &str) -> String {
        match &self.images_prefix {
            Some(prefix) if registry(image).is_none() => {
                let official = if image.contains('/') { "" } else { OFFICIAL };
                format!("{prefix}/{official}{image}")
            }
            _ => image.to_owned(),
        }
    }

    /// Gives a new cluster the user's mirror.
    ///
    /// # Errors
    ///
    /// [`Kind::Usage`] if the variable's value names none.
    pub fn with_mirror_of(mut self, env: &Env) -> Result<Cluster> {
        let Some(prefix) = env.get(PREFIX_VARIABLE) else {
            return Ok(self);
        };
        if let Some(why) = prefix_problem(prefix) {
            let message = format!("invalid value for `{PREFIX_VARIABLE}`: {why}");
            return Err(Failure::new(Kind::Usage, message));
        }
        self.images_prefix = Some(prefix.to_owned());
        Ok(self)
    }
}

/// The mirror that an image comes from, and its name on Docker Hub.
pub fn parts(image: &str) -> (Option<&str>, &str) {
    let Some(registry) = registry(image) else {
        return (None, image.strip_prefix(OFFICIAL).unwrap_or(image));
    };
    let slashes: Vec<usize> = image.match_indices('/').map(|(at, _)| at).collect();
    let at = slashes[slashes.len().saturating_sub(2)];
    let (prefix, name) = (&image[..at], &image[at + 1..]);
    let prefix = (registry != HUB).then_some(prefix);
    (prefix, name.strip_prefix(OFFICIAL).unwrap_or(name))
}

/// The version of a Prisma server's image.
pub fn version(image: &str) -> Option<PrismaVersion> {
    let tag = parts(image).1.strip_prefix(PRISMA)?.strip_prefix(':')?;
    tag.parse().ok()
}

/// Whether there is an image only for amd64.
pub fn is_for_amd64(image: &str) -> bool {
    let name = parts(image).1;
    name.starts_with(PRISMA) || name.starts_with("mysql:5")
}

/// What is wrong with the prefix of a mirror.
pub fn prefix_problem(prefix: &str) -> Option<String> {
    let shown = prefix.escape_debug();
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/:".contains(c);
    if !prefix.chars().all(is_allowed) || prefix.split('/').any(str::is_empty) {
        return Some(format!(
            "`{shown}` is not the beginning of an image name such as `mirror.example.com/hub`"
        ));
    }
    registry(&format!("{prefix}/image")).is_none().then(|| {
        format!("`{shown}` names no image registry: docker would look for it on Docker Hub")
    })
}

/// The image registry that a name begins with, as docker decides it.
fn registry(image: &str) -> Option<&str> {
    let (first, _) = image.split_once('/')?;
    (first.contains(['.', ':']) || first == "localhost").then_some(first)
}

#[cfg(test)]
mod tests {
    use super::super::ClusterName;
    use super::*;

    #[test]
    fn a_mirror_has_the_images_of_docker_hub_under_their_full_names() {
        let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_local());
        assert_eq!(cluster.images(), ["mysql:5.7", "prismagraphql/prisma:1.1"]);
        cluster.images_prefix = Some("mirror.example:5000/hub".to_owned());
        assert_eq!(
            cluster.images(),
            [
                "mirror.example:5000/hub/library/mysql:5.7",
                "mirror.example:5000/hub/prismagraphql/prisma:1.1"
            ]
        );
        cluster.database.image = Some("quay.io/mysql:5.7".to_owned());
        assert_eq!(cluster.images()[0], "quay.io/mysql:5.7");
        cluster.database.image = Some("bitnami/mysql:5.7".to_owned());
        assert_eq!(
            cluster.images()[0],
            "mirror.example:5000/hub/bitnami/mysql:5.7"
        );
    }

    #[test]
    fn images_are_recognised_at_every_mirror() {
        let mirror = Some("mirror.example:5000/hub");
        for (image, prefix, name) in [
            ("mysql:5.7", None, "mysql:5.7"),
            ("docker.io/library/mysql:5.7", None, "mysql:5.7"),
            (
                "mirror.example:5000/hub/library/mysql:5.7",
                mirror,
                "mysql:5.7",
            ),
            (
                "mirror.example:5000/hub/prismagraphql/prisma:1.1",
                mirror,
                "prismagraphql/prisma:1.1",
            ),
            (
                "localhost/prismagraphql/prisma:1.1",
                Some("localhost"),
                "prismagraphql/prisma:1.1",
            ),
            ("localhost:5000/mysql", Some("localhost:5000"), "mysql"),
        ] {
            assert_eq!(parts(image), (prefix, name), "{image}");
        }
        let of = |image| version(image).map(|version| version.to_string());
        assert_eq!(
            of("a.b/c/prismagraphql/prisma:1.34").as_deref(),
            Some("1.34")
        );
        assert_eq!(of("a.b/prismagraphql/prisma-prod:1.34"), None);
        assert_eq!(of("other/prisma:1.34"), None);
    }

    #[test]
    fn a_prefix_names_an_image_registry() {
        for right in ["mirror.example", "localhost", "box:5000/a/b"] {
            assert_eq!(prefix_problem(right), None, "{right}");
        }
        for wrong in [
            "",
            "mirror",
            "https://mirror.example",
            "mirror.example/",
            "u@m.example",
            "A.B",
        ] {
            assert!(prefix_problem(wrong).is_some(), "{wrong}");
        }
    }
}
