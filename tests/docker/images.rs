//! Images that trials build, in the engine and in the rig's registry.

use crate::rig::{LABEL, Rig};

/// The stand-in servers' repository.
pub const PRISMA: &str = "prismagraphql/prisma";

/// An image with a tag that no other trial uses. Dropping it removes it from the engine, not from the
/// registry.
#[derive(Debug)]
pub struct Image {
    rig: &'static Rig,
    /// The tag, a Prisma version.
    pub version: String,
}

impl Image {
    /// Only a name, no image yet: `VERSION-CLUSTER` is a pre-release of that version.
    pub fn name(rig: &'static Rig, version: &str, cluster: &str) -> Image {
        Image {
            rig,
            version: format!("{version}-{cluster}"),
        }
    }

    /// The name with repository and tag.
    pub fn full(&self) -> String {
        format!("{PRISMA}:{}", self.version)
    }

    /// Builds it in the engine and returns its id. `lines` come after `FROM` the stand-in 1.1.
    #[track_caller]
    pub fn build(&self, lines: &str) -> String {
        let name = self.full();
        // A unique line first: layers shared with another trial would not be pulled, and would stay after
        // this image is removed.
        let file = format!(
            "FROM {PRISMA}:1.1\nLABEL {LABEL}.image={}\n{lines}\n",
            self.version
        );
        let build = self
            .rig
            .command("docker", ["build", "-q", "--force-rm", "-t", &name, "-"]);
        build.input(file).run().succeeded();
        self.rig
            .docker(["image", "inspect", "-f", "{{.Id}}", &name])
    }

    /// Pushes what the engine has under this name to the registry.
    #[track_caller]
    pub fn push(&self) {
        push(self.rig, &self.full(), &self.full());
    }

    /// Removes it from the engine.
    #[track_caller]
    pub fn forget(&self) {
        self.rig.docker(["rmi", "-f", &self.full()]);
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        self.rig.try_docker(["rmi", "-f", &self.full()]);
    }
}

/// Pushes the engine's `image` to the registry so that `name` is pulled from there.
#[track_caller]
pub fn push(rig: &Rig, image: &str, name: &str) {
    let path = if name.contains('/') {
        name.to_owned()
    } else {
        format!("library/{name}")
    };
    let target = format!("{}/{path}", rig.registry);
    rig.docker(["tag", image, &target]);
    let pushed = rig.try_docker(["push", "-q", &target]);
    rig.try_docker(["rmi", &target]);
    pushed.succeeded();
}
