//! Images: from a mirror, and without any network.
//!
//! Witness: which images docker-compose gets is seen in the file it is given; `tests/docker/trials/images.rs` saves and
//! loads them with a real engine.

use crate::support::Sandbox;

const UNREACHABLE: &str =
    "die 1 'Error response from daemon: Get \"https://registry-1.docker.io/v2/\": no such host'\n";
const MIRROR: &str = "mirror.example:5000/hub";

/// The images in a compose file.
fn images(s: &Sandbox, file: &str) -> Vec<String> {
    let text = s.read(file);
    let lines = text.lines().map(str::trim);
    let images = lines.filter_map(|line| line.strip_prefix("image: "));
    images
        .map(|image| image.trim_matches('"').to_owned())
        .collect()
}

#[test]
fn a_new_cluster_keeps_the_mirror_it_was_created_with() {
    let mut s = Sandbox::new();
    s.set("PRISMA_IMAGES_PREFIX", MIRROR);
    s.run("local start {ports}").succeeds();
    let config = "home/.prisma/clusters/local/cluster.yml";
    let kept = format!(
        "images:\n  # A mirror of Docker Hub to pull images from; `mysql:5.7` becomes `PREFIX/library/mysql:5.7`.\n  prefix: \"{MIRROR}\"\n"
    );
    assert!(s.read(config).contains(&kept), "{}", s.read(config));
    let compose = "home/.prisma/clusters/local/docker-compose.yml";
    let (database, server) = (
        format!("{MIRROR}/library/mysql:5.7"),
        format!("{MIRROR}/prismagraphql/prisma:1.1"),
    );
    assert_eq!(images(&s, compose), [&*database, &*server]);

    // What is saved counts, whatever the variable says later; the version comes from the image's name.
    s.unset("PRISMA_IMAGES_PREFIX");
    s.forget();
    s.run("local upgrade --to 1.6").succeeds();
    assert_eq!(
        s.take_acts(),
        format!(
            "docker pull {database}\ndocker pull {MIRROR}/prismagraphql/prisma:1.6\n\
             docker-compose [local] up -d --remove-orphans\n"
        )
    );
    let told = s.run("doctor").stdout;
    assert!(
        told.contains(&format!("{database}`, `{MIRROR}/prismagraphql/prisma:1.6`")),
        "{told}"
    );
    // Without its file, the cluster is read from its containers.
    std::fs::remove_file(s.path(config)).expect("was there");
    s.run("local start").succeeds();
    assert!(s.read(config).contains(&kept), "{}", s.read(config));
    assert!(
        !s.read(config).contains("\n  image:"),
        "the mirror has the documented one"
    );
}

#[test]
fn every_command_that_names_images_names_those_of_the_mirror() {
    let mut s = Sandbox::new();
    s.set("PRISMA_IMAGES_PREFIX", MIRROR);
    s.run("init hello --database postgres").succeeds();
    let wanted = [
        format!("{MIRROR}/prismagraphql/prisma:1.8"),
        format!("{MIRROR}/library/postgres:10"),
    ];
    assert_eq!(images(&s, "work/hello/docker-compose.yml"), wanted);
    s.run("local eject there").succeeds();
    assert!(s.read("work/there/docker-compose.yml").contains(MIRROR));
    let told = s.run("doctor").stdout;
    assert!(
        told.contains(&format!("{MIRROR}/library/mysql:5.7")),
        "{told}"
    );

    s.set("PRISMA_IMAGES_PREFIX", "https://mirror.example");
    s.run("local start").is(
        2,
        "",
        "error: invalid value for `PRISMA_IMAGES_PREFIX`: `https://mirror.example` is not the beginning of an image name \
         such as `mirror.example.com/hub`\n",
    );
    s.set("PRISMA_IMAGES_PREFIX", "hub");
    let told = s.run("local start").stderr;
    assert!(told.contains("`hub` names no image registry"), "{told}");
}

#[test]
fn an_upgrade_to_images_that_are_there_needs_no_network() {
    let s = Sandbox::with_running_cluster();
    s.engine.hook("docker-pull", UNREACHABLE);
    let before = (s.files(), s.engine.state());
    s.run("local upgrade --to 1.6 --no-pull").is(
        1,
        "",
        "error: `prismagraphql/prisma:1.6` is not on this engine\n\
         hint: leave out `--no-pull`, or bring it here with `prisma local images load FILE`\n",
    );
    assert_eq!((s.files(), s.engine.state()), before);

    s.engine.hook(
        "docker-image",
        "printf '%s\\n' mysql:5.7 prismagraphql/prisma:1.6; exit 0\n",
    );
    s.forget();
    s.run("local upgrade --to 1.6 --no-pull").succeeds();
    assert_eq!(
        s.take_acts(),
        "docker-compose [local] up -d --remove-orphans\n"
    );
    // Without the flag it tries, and uses them as well.
    let ended = s.run("local upgrade");
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(
        ended.stderr.matches("using what is already there").count(),
        2,
        "{ended:?}"
    );
}
