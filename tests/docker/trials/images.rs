//! Missing images: pulled by a start, or unavailable.

use crate::cluster::{Cluster, SERVER};
use crate::images::Image;
use crate::suite::{Case, Setting, alone, shared};

pub const CASES: &[Case] = &[
    shared("images/image_unavailable", image_unavailable),
    shared(
        "images/pulls_a_missing_server_image",
        pulls_a_missing_server_image,
    ),
    alone(
        "images/pulls_a_missing_database_image",
        pulls_a_missing_database_image,
    ),
];

fn image_unavailable(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let image = Image::name(setting.rig, "1.5.99", &cluster.name);
    let ran = cluster
        .first_start(&["--prisma-version", &image.version, "--json"])
        .run()
        .ended(1);
    let error = &ran.json()["error"];
    assert_eq!(error["code"], "image_unavailable", "{error:#}");
    assert!(error["hints"][0].is_string(), "{error:#}");
    assert!(!cluster.registry().exists());
    let again = cluster.verb("start", &[]).ended(1);
    again.reports(&[
        "error: `docker-compose up`: cannot reach the image registry",
        "\nhint: ",
    ]);
    // With another version the name is usable.
    cluster.verb("delete", &["--yes"]).succeeded();
    assert_eq!(cluster.belongings(), [""; 0]);
    cluster.start(&[]);
}

fn pulls_a_missing_server_image(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let image = Image::name(setting.rig, "1.3.1", &cluster.name);
    let built = image.build("RUN echo something new > /new\nENV CLUSTER_VERSION=1.3.1");
    image.push();
    image.forget();
    assert_eq!(cluster.image(&image.full()), None);
    cluster.start(&["--prisma-version", &image.version]);
    assert_eq!(cluster.container(SERVER).image, (image.full(), built));
    assert_eq!(cluster.without_token().version(), "1.3.1");
    assert_eq!(
        setting
            .rig
            .docker(["exec", &cluster.container(SERVER).id, "cat", "/new"]),
        "something new"
    );
}

fn pulls_a_missing_database_image(setting: &Setting) {
    let rig = setting.rig;
    let id = rig.docker(["image", "inspect", "-f", "{{.Id}}", "mysql:5.7"]);
    let _back = Back(setting, id.clone());
    rig.docker(["tag", "mysql:5.7", "trial-keeps/mysql:5.7"]);
    rig.docker(["rmi", "mysql:5.7"]);
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    assert_eq!(cluster.image("mysql:5.7"), Some(id));
    cluster.put_data();
    cluster.has_data();
}

/// Gives the image its name back.
struct Back<'a>(&'a Setting, String);

impl Drop for Back<'_> {
    fn drop(&mut self) {
        self.0.rig.try_docker(["tag", &self.1, "mysql:5.7"]);
        self.0.rig.try_docker(["rmi", "trial-keeps/mysql:5.7"]);
    }
}
