//! Images: from a mirror, and without any network.
//!
//! Witness: which images docker-compose gets is seen in the file it is given; `tests/docker/trials/images.rs` saves and
//! loads them with a real engine.

use crate::support::Sandbox;

const UNREACHABLE: &str =
    "die 1 'Error response from daemon: Get \"https://registry-1.docker.io/v2/\": no such host'\n";
/// The first header of gzip, with the name of the file in it.
const HEADER: usize = 21;
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

#[test]
fn images_travel_in_a_file_that_is_checked_before_it_is_loaded() {
    let s = Sandbox::new();
    let ended = s.run("local images save images.tar.gz --prisma-version 1.6");
    ended.is(
        0,
        "saved to <root>/work/images.tar.gz:\n  mysql:5.7  sha256:mysql:5.7\n  prismagraphql/prisma:1.6  \
         sha256:prismagraphql/prisma:1.6\nload them on the other machine with `prisma local images load FILE`\n",
        "pulling prismagraphql/prisma:1.6\nsaving the images\n",
    );
    assert_eq!(
        s.take_acts(),
        "docker pull prismagraphql/prisma:1.6\ndocker save mysql:5.7 prismagraphql/prisma:1.6\n"
    );
    let file = s.path("work/images.tar.gz");
    let whole = std::fs::read(&file).expect("was written");

    // Nothing is replaced by chance, and a failure leaves what was there.
    s.run("local images save images.tar.gz").is(
        2,
        "",
        "error: `<root>/work/images.tar.gz` already exists\nhint: replace it with `--force`, or choose another name\n",
    );
    s.engine
        .hook("docker-save", "echo half; die 1 'write: broken'\n");
    s.run("local images save images.tar.gz --force")
        .fails_with(1);
    assert_eq!(std::fs::read(&file).expect("still there"), whole);
    s.engine.unhook("docker-save");
    let names: Vec<String> = std::fs::read_dir(s.path("work"))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(names, ["images.tar.gz"]);

    // Whatever happens to the file on its way, nothing of it is loaded. What else is in its headers is for other
    // programs.
    let last = whole.windows(2).rposition(|two| two == [0x1f, 0x8b]);
    let last = last.expect("a second member");
    s.forget();
    for (position, byte) in whole.iter().enumerate().step_by(9) {
        let mut other = whole.clone();
        other[position] = byte ^ 0x20;
        std::fs::write(&file, other).expect("writes");
        let ended = s.run("local images load images.tar.gz --dry-run");
        let is_header = [0..HEADER, last..last + 10]
            .iter()
            .any(|range| range.contains(&position));
        assert!(ended.status == 1 || is_header, "byte {position}: {ended:?}");
    }
    for length in [whole.len() - 1, whole.len() - 60, whole.len() / 2, 5, 0] {
        std::fs::write(&file, &whole[..length]).expect("writes");
        let ended = s.run("local images load images.tar.gz");
        assert_eq!(ended.status, 1, "{length}: {ended:?}");
    }
    assert_eq!(s.take_acts(), "");

    std::fs::write(&file, &whole).expect("writes");
    s.run("local images load images.tar.gz").is(
        0,
        "loaded:\n  mysql:5.7  sha256:mysql:5.7\n  prismagraphql/prisma:1.6  sha256:prismagraphql/prisma:1.6\n",
        "checking images.tar.gz\nloading the images\n",
    );
    s.ran_acts("docker load -i <root>/work/images.tar.gz\n");
    // And that is all that an upgrade needs.
    s.engine.hook("docker-pull", UNREACHABLE);
    s.run("local start {ports}").succeeds();
    s.run("local upgrade --to 1.6 --no-pull").succeeds();
}

#[test]
fn other_files_are_not_loaded() {
    let s = Sandbox::new();
    s.write("work/docker.tar", "repositories");
    s.run("local images load docker.tar").is(
        1,
        "",
        "checking docker.tar\nerror: `<root>/work/docker.tar` was not written by `prisma local images save`\n\
         hint: if `docker save` wrote it, load it with `docker load -i <root>/work/docker.tar`\n",
    );
    let told = s.run("local images load none.tar.gz").stderr;
    assert!(
        told.contains("could not read `<root>/work/none.tar.gz`")
            || told.contains("could not read"),
        "{told}"
    );
    let told = s.run("local images save x.tar.gz --dry-run");
    assert_eq!(
        s.plain(&told.stdout),
        "would run     docker save mysql:5.7 prismagraphql/prisma:1.1 | gzip > <root>/work/x.tar.gz\n"
    );
    assert!(!s.path("work/x.tar.gz").exists());
}
