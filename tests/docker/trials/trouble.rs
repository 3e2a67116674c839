//! Containers that do not start, or start late.

use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::images::Image;
use crate::rig::{Generation, LABEL};
use crate::suite::{Case, Setting, local, shared};
use std::thread;
use std::time::{Duration, Instant};

pub const CASES: &[Case] = &[
    shared(
        "trouble/waits_for_a_late_database",
        waits_for_a_late_database,
    ),
    shared("trouble/the_wait_has_a_limit", the_wait_has_a_limit),
    shared("trouble/a_cold_server", a_cold_server),
    shared("trouble/without_its_lock", without_its_lock),
    shared("trouble/killed_containers", killed_containers),
    // Version 3 files have no memory limit in the old docker-compose.
    shared("trouble/out_of_memory", out_of_memory).only(Generation::V2),
    shared(
        "trouble/image_without_its_program",
        image_without_its_program,
    ),
    shared("trouble/program_not_found", program_not_found),
    shared("trouble/crashing_database", crashing_database),
    shared("trouble/pruned_network", pruned_network),
    local("trouble/container_name_taken", container_name_taken),
];

/// The containers are recreated with their data.
fn pruned_network(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    cluster.verb("stop", &[]).succeeded();
    let label = format!("label=com.docker.compose.project={}", cluster.name);
    let network = setting
        .rig
        .docker(["network", "ls", "-q", "--filter", &label]);
    setting.rig.docker(["network", "rm", &network]);
    let ran = cluster.verb("start", &[]).succeeded();
    ran.reports(&["network", "recreating", "data is kept"]);
    cluster.has_data();
}

/// The server crashes and is restarted until its database is up: the start keeps waiting.
fn waits_for_a_late_database(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let impatient = "environment: {STANDIN_DATABASE_WAIT_MS: '500'}";
    cluster.override_services(&[(DATABASE, Cluster::HELD), (SERVER, impatient)]);
    let start = cluster.first_start(&[]).start();
    let restarts = || Some(cluster.containers().get(SERVER)?.restarts);
    let end = Instant::now() + Duration::from_secs(60);
    while restarts().is_none_or(|restarts| restarts < 2) {
        assert!(Instant::now() < end, "the server does not crash");
        thread::sleep(Duration::from_millis(100));
    }
    cluster.release(DATABASE);
    start.finish().succeeded();
    cluster.put_data();
    cluster.has_data();
}

/// As real servers were seen to be: slow to start, slow to answer first, and killed when they are stopped.
fn a_cold_server(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let cold = "environment: {STANDIN_START_MS: '5000', STANDIN_FIRST_ANSWER_MS: '5000', STANDIN_IGNORE_SIGTERM: '1'}";
    cluster.override_service(SERVER, cold);
    cluster.start(&[]);
    cluster.put_data();
    let stop = cluster.verb("stop", &[]).succeeded();
    assert!(stop.took > Duration::from_secs(9), "{:?}", stop.took);
}

/// Another session holds the lock that a server needs to deploy: it answers, and is not ready.
fn without_its_lock(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.verb("stop", &[]).succeeded();
    let database = cluster.container(DATABASE).id;
    setting.rig.docker(["start", &database]);
    let ask = |words: &str| {
        format!("MYSQL_PWD=\"$MYSQL_ROOT_PASSWORD\" mysql -uroot -h127.0.0.1 -Ne \"{words}\"")
    };
    let run = |flags: &[&str], script: &str| {
        let exec = [&["exec"], flags, &[&database, "sh", "-c", script]].concat();
        setting.rig.docker(exec)
    };
    let is_up = ask("select 1");
    run(&[], &format!("until {is_up}; do sleep 1; done"));
    run(
        &["-d"],
        &ask("select get_lock('deploy_privileges', 60); select sleep(600)"),
    );
    let is_held = ask("select is_used_lock('deploy_privileges') is not null");
    run(
        &[],
        &format!("until [ \"$({is_held})\" = 1 ]; do sleep 1; done"),
    );
    let ran = cluster.verb("start", &["--wait-timeout", "12s"]).ended(5);
    ran.reports(&[
        "the server answers: it waits for a lock that another server holds on its database",
    ]);
    cluster.verb("restart", &[]).succeeded();
    cluster.put_data();
}

fn the_wait_has_a_limit(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.override_service(DATABASE, Cluster::HELD);
    let ran = cluster
        .first_start(&["--wait-timeout", "8s"])
        .run()
        .ended(5);
    assert!(ran.took < Duration::from_secs(60), "{:?}", ran.took);
    ran.reports(&[
        "is not ready after 8s: the database is not up yet, the server does not answer",
        "--wait-timeout",
    ]);
    assert!(
        !cluster.registry().exists(),
        "only a cluster that answered is registered"
    );
    // The containers keep starting; the next command waits for the same ones.
    let ids: Vec<String> = cluster.containers().into_values().map(|c| c.id).collect();
    cluster.release(DATABASE);
    cluster.verb("start", &[]).succeeded();
    assert_eq!(
        cluster
            .containers()
            .into_values()
            .map(|c| c.id)
            .collect::<Vec<_>>(),
        ids
    );
    assert_eq!(cluster.api().projects(), [""; 0]);
}

fn killed_containers(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.override_service(DATABASE, Cluster::HELD);
    let mut start = cluster.first_start(&[]).start();
    start.says("waiting for the database");
    setting
        .rig
        .docker(["kill", &cluster.container(DATABASE).id]);
    let ran = start.finish().ended(1);
    let name = cluster.container(DATABASE).name;
    ran.reports(&[&format!(
        "container `{name}` ended with status 137 and will not be restarted"
    )]);

    // A killed container is started again by the next start.
    cluster.override_service(DATABASE, "labels: {trial: changed}");
    cluster.verb("start", &[]).succeeded();
    cluster.put_data();
    for service in [SERVER, DATABASE] {
        setting.rig.docker(["kill", &cluster.container(service).id]);
        cluster.verb("start", &[]).succeeded();
        cluster.has_data();
    }
    // Paused: the start says what to do.
    let server = cluster.container(SERVER);
    setting.rig.docker(["pause", &server.id]);
    let runs = cluster.runs();
    let unpause = format!(
        "is paused\nhint: resume it with `docker unpause {}`\n",
        server.name
    );
    cluster.verb("start", &[]).ended(1).reports(&[&unpause]);
    assert_eq!(cluster.runs(), runs);
    setting
        .rig
        .docker(["unpause", &cluster.container(SERVER).id]);
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
}

fn out_of_memory(setting: &Setting) {
    let cluster = Cluster::new(setting);
    // A server needs more than this, which is said before it starts.
    cluster.override_service(SERVER, "mem_limit: 8m\nmemswap_limit: 8m");
    let ran = cluster.first_start(&[]).run().ended(6);
    ran.reports(&["limits the server to 8 MiB of memory"]);
    cluster.override_service(DATABASE, "mem_limit: 16m\nmemswap_limit: 16m");
    let ran = cluster.first_start(&[]).run().ended(1);
    // Whether docker itself notices depends on the kernel.
    ran.reports(&["killed", "out of memory"]);
    std::fs::remove_file(cluster.folder().join("docker-compose.override.yml")).expect("is there");
    cluster.verb("start", &[]).succeeded();
    assert_eq!(cluster.api().projects(), [""; 0]);
}

fn image_without_its_program(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let image = Image::name(setting.rig, "1.1.90", &cluster.name);
    image.build("ENTRYPOINT [\"/no/such/program\"]");
    let ran = cluster
        .first_start(&["--prisma-version", &image.version])
        .run()
        .ended(1);
    ran.reports(&["/no/such/program", "no such file or directory"]);
    assert!(!cluster.registry().exists());
    // A fixed image under the same name works.
    image.build("LABEL fixed=yes");
    cluster.verb("start", &[]).succeeded();
    assert_eq!(cluster.api().projects(), [""; 0]);
}

fn program_not_found(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let image = Image::name(setting.rig, "1.1.91", &cluster.name);
    image.build("ENTRYPOINT [\"/bin/sh\", \"-c\", \"no-such-program --at-all\"]");
    let ran = cluster
        .first_start(&["--prisma-version", &image.version])
        .run()
        .ended(1);
    let name = cluster.container(SERVER).name;
    ran.reports(&[
        &format!("container `{name}` cannot run its program (status 127)"),
        "no-such-program: not found",
    ]);
    assert!(!cluster.registry().exists());
}

fn crashing_database(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let crash = "entrypoint: ['/bin/sh', '-c', 'echo the disk is upside down; exit 3']";
    cluster.override_service(DATABASE, crash);
    let ran = cluster.first_start(&[]).run().ended(1);
    let name = cluster.container(DATABASE).name;
    ran.reports(&[
        &format!("container `{name}` keeps crashing"),
        "last status 3",
        "\n  the disk is upside down\n",
    ]);
}

/// `prisma-db` exists once per engine. One that belongs to another project is neither removed nor used.
fn container_name_taken(setting: &Setting) {
    let cluster = Cluster::local(setting);
    let label = format!("{LABEL}=local");
    let foreign = setting.rig.docker([
        "run",
        "-d",
        "--name",
        "prisma-db",
        "--label",
        &label,
        "--entrypoint",
        "/bin/sleep",
        "mysql:5.7",
        "600",
    ]);
    let ran = cluster.verb("start", &[]).ended(1);
    ran.reports(&[
        "a container of another project uses a name that this cluster needs",
        "prisma-db",
        "-n NAME",
    ]);
    assert!(!cluster.registry().exists());
    assert_eq!(
        setting
            .rig
            .docker(["inspect", "-f", "{{.State.Running}}", &foreign]),
        "true"
    );
    setting.rig.docker(["rm", "-f", "-v", &foreign]);
    cluster.verb("start", &[]).succeeded();
    assert_eq!(cluster.api().projects(), [""; 0]);
}
