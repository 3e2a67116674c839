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
    shared("images/saved_and_loaded", saved_and_loaded),
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

/// No image registry has the image: it comes from the file, or from nowhere.
fn saved_and_loaded(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let image = Image::name(setting.rig, "1.3.2", &cluster.name);
    let built = image.build("RUN echo saved > /saved\nENV CLUSTER_VERSION=1.3.2");
    let file = cluster.home().join("images.tar.gz");
    let file = file.to_str().expect("UTF-8");
    let version = ["--prisma-version", &*image.version];
    let save = ["local", "images", "save", file, "-n", &cluster.name];
    let save = [&save[..], &version].concat();
    cluster.prisma(&save).run().succeeded();
    image.forget();
    let failed = cluster.first_start(&version).run().ended(1);
    failed.reports(&["cannot reach the image registry"]);
    cluster.verb("delete", &["--yes"]).succeeded();

    let load = || cluster.prisma(&["local", "images", "load", file]).run();
    let whole = std::fs::read(file).expect("was written");
    std::fs::write(file, &whole[..whole.len() - 1000]).expect("writes");
    load().ended(1);
    assert_eq!(cluster.image(&image.full()), None);
    std::fs::write(file, &whole).expect("writes");
    load().succeeded();
    cluster.start(&version);
    assert_eq!(
        cluster.container(SERVER).image,
        (image.full(), built.clone())
    );

    // `docker load` reads it without this program.
    cluster.verb("delete", &["--yes"]).succeeded();
    image.forget();
    setting.rig.docker(["load", "-i", file]);
    assert_eq!(cluster.image(&image.full()), Some(built));
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
