//! `prisma cluster remove`.

use crate::cluster::support::Home;

const TWO: &str = "# mine\nclusters:\n  local:\n    host: 'http://localhost:4466'\n    clusterSecret: s3cret-text\n  digital-ocean: # far\n    host: 'http://45.55.177.154:4466'\n";

#[test]
fn any_cluster_goes_and_nothing_else_changes() {
    let home = Home::with(TWO);
    home.cluster(&["remove", "digital-ocean", "--yes"]).is(
        0,
        "cluster `digital-ocean` removed from the registry\n",
        "",
    );
    let rest = TWO.split("  digital-ocean").next().expect("the beginning");
    assert_eq!(home.registry(), rest);
    home.cluster(&["remove", "local", "-y"]).is(
        0,
        "cluster `local` removed from the registry; its containers and data on this machine, if any, are kept; delete them with `prisma local delete`\n",
        "",
    );
    assert!(!home.registry().contains("s3cret-text"));
}

#[test]
fn a_cluster_that_others_run_has_nothing_here_to_delete() {
    let home = Home::with("clusters:\n  a113:\n    host: 'http://127.0.0.1:4520'\n");
    home.cluster(&["remove", "a113", "-y"])
        .is(0, "cluster `a113` removed from the registry\n", "");
}

#[test]
fn an_address_means_the_cluster_that_has_it() {
    let home = Home::with(TWO);
    home.cluster(&["remove", "http://45.55.177.154:4466/", "-y"])
        .is(0, "cluster `digital-ocean` removed from the registry\n", "");
    home.cluster(&["remove", "http://45.55.177.154:4466", "-y"])
        .is(
            1,
            "",
            "error: no cluster in the registry has the address `http://45.55.177.154:4466`\n\
         hint: see `prisma cluster list`\n",
        );
    let twins = "clusters:\n  a:\n    host: 'http://h'\n  b:\n    host: 'http://h/'\n";
    let home = Home::with(twins);
    home.cluster(&["remove", "http://h", "-y"]).is(
        1,
        "",
        "error: several clusters have the address `http://h`\n\
         hint: name one of them: `a`, `b`\n",
    );
    assert_eq!(home.registry(), twins);
}

#[test]
fn nobody_to_ask_is_told_with_the_flag() {
    let home = Home::with(TWO);
    home.cluster(&["remove", "local"]).is(
        4,
        "",
        "error: removing cluster `local` and its secret from the registry requires confirmation, but this is not an interactive terminal\n\
         hint: add `--yes` to confirm\n",
    );
    home.cluster(&["remove", "--yes"]).is(
        4,
        "",
        "error: a name is needed, but this is not an interactive terminal\n\
         hint: use `prisma cluster remove NAME`\n",
    );
    // The one to deploy to is not the one to remove.
    let home = home.env("PRISMA_CLI_CLUSTER", "local");
    assert_eq!(home.cluster(&["remove", "--yes"]).status, 4);
    assert_eq!(home.registry(), TWO);
}

#[test]
fn a_dry_run_only_shows() {
    let home = Home::with(TWO);
    home.cluster(&["remove", "local", "--dry-run"]).is(
        0,
        "would remove  cluster `local` from HOME/.prisma/config.yml\n  \
         @@ -1,7 +1,4 @@\n   \
         # mine\n   \
         clusters:\n  \
         -  local:\n  \
         -    host: 'http://localhost:4466'\n  \
         -    clusterSecret: ********\n     \
           digital-ocean: # far\n       \
             host: 'http://45.55.177.154:4466'\n",
        "",
    );
    assert_eq!(home.registry(), TWO);
    let json = home.cluster(&["remove", "local", "-y", "--json"]).json();
    assert_eq!(json["data"]["name"], "local");
}

#[test]
fn an_unknown_name_is_met_with_the_one_that_was_meant() {
    let home = Home::with(TWO);
    home.cluster(&["remove", "digitalocean", "-y"]).is(
        1,
        "",
        "error: cluster `digitalocean` not found\nhint: did you mean `digital-ocean`?\n",
    );
    for name in ["acme/one", "prisma-eu1"] {
        let message = format!(
            "error: cluster `{name}` is not in the registry: it was on Prisma Cloud, which closed on 2022-09-01\n"
        );
        home.cluster(&["remove", name, "-y"]).is(1, "", &message);
    }
    let successor = Home::with(TWO).env("PRISMA_CLOUD_API", "http://localhost:1");
    successor.cluster(&["remove", "acme/one", "-y"]).is(
        1,
        "",
        "error: cluster `acme/one` is not in the registry: it is one of Prisma Cloud\n\
         hint: remove it there; without a session key it is not listed\n",
    );
    Home::new().cluster(&["remove", "x", "-y"]).is(
        1,
        "",
        "error: cluster `x` not found\nhint: add one with `prisma cluster add` or `prisma local start`\n",
    );
}

#[test]
fn a_broken_entry_can_be_taken_out_and_a_sound_one_beside_it_not() {
    let home = Home::with("clusters:\n  good:\n    host: 'http://h'\n  bad: 7\n");
    let refused = home.cluster(&["remove", "good", "-y"]);
    assert_eq!(refused.status, 6, "{refused:?}");
    home.cluster(&["remove", "bad", "-y"])
        .is(0, "cluster `bad` removed from the registry\n", "");
    assert_eq!(
        home.registry(),
        "clusters:\n  good:\n    host: 'http://h'\n"
    );
}

#[test]
fn the_containers_of_a_managed_cluster_are_left_alone() {
    let home = Home::with("clusters:\n  mine:\n    host: 'http://192.168.99.100:4466'\n");
    home.manage("mine");
    home.docker("echo called >> $HOME/called");
    home.cluster(&["remove", "mine", "-y"]).is(
        0,
        "cluster `mine` removed from the registry; its containers and data on this machine, if any, are kept; delete them with `prisma local delete -n mine`\n",
        "",
    );
    assert!(home.path(".prisma/clusters/mine").is_dir() && !home.path("called").exists());
}
