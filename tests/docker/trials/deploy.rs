//! `prisma deploy` to a running cluster: the example service, changed, broken, corrected.

use crate::cluster::Cluster;
use crate::example::Example;
use crate::suite::{Case, Setting, shared};
use serde_json::json;
use std::fs;

pub const CASES: &[Case] = &[
    shared("deploy/the_example_service", the_example_service),
    shared("deploy/starts_a_stopped_cluster", starts_a_stopped_cluster),
];

fn the_example_service(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    let example = Example::new();
    example.add(
        "prisma.yml",
        "seed:\n  import: seed.graphql\nschema: schema.graphql\nhooks:\n  post-deploy: echo deployed >> hooks\n",
    );
    example.add(
        "seed.graphql",
        "mutation { createUser(data: {name: \"Ada\"}) { id } }\n",
    );

    let dry = example.deploy(&cluster, &["-d"]).run().succeeded();
    assert!(dry.stdout.contains("would be created"), "{}", dry.stdout);
    assert_eq!(cluster.api().projects(), [""; 0]);

    let ran = example.deploy(&cluster, &[]).run().succeeded();
    let stdout = cluster.neutral(&ran.stdout);
    for told in [
        "service `hello`, stage `dev`: deployed to cluster `NAME` in ",
        "  User (Type)\n  + Created type `User`\n",
        "  + Created field `title` of type `String!`\n",
        "  HTTP   http://localhost:PORT/hello/dev\n",
        "  schema   `schema.graphql` written\n  seed     `seed.graphql` imported\n",
    ] {
        assert!(stdout.contains(told), "{told}\n{stdout}");
    }
    let schema = fs::read_to_string(example.path("schema.graphql")).expect("written");
    assert!(schema.contains("type User"), "{schema}");
    let users = json!({"data": {"users": [{"name": "Ada"}]}});
    assert_eq!(cluster.api().service("hello", "{ users { name } }"), users);

    let again = example.deploy(&cluster, &[]).run().succeeded();
    assert!(
        again.stdout.contains("already up to date"),
        "{}",
        again.stdout
    );

    example.add("datamodel.graphql", "\ntype Tag {\n  id: ID! @unique\n}\n");
    let changed = example.deploy(&cluster, &[]).run().succeeded();
    assert!(
        changed.stdout.contains("  Tag (Type)\n"),
        "{}",
        changed.stdout
    );
    assert!(
        !changed.stdout.contains("User (Type)"),
        "{}",
        changed.stdout
    );
    // The seed runs only the first time.
    assert_eq!(cluster.api().service("hello", "{ users { name } }"), users);

    let before = fs::read_to_string(example.path("datamodel.graphql")).expect("there");
    example.add(
        "datamodel.graphql",
        "\ntype FailOnPurpose {\n  id: ID! @unique\n  name: String\n}\n",
    );
    example.deploy(&cluster, &[]).run().ended(7).reports(&[
        "service `hello`, stage `dev`, cluster",
        "the migration failed, and the server rolled back: ",
    ]);
    fs::write(example.path("datamodel.graphql"), before).expect("writes");
    let back = example.deploy(&cluster, &[]).run().succeeded();
    assert!(
        back.stdout.contains("already up to date"),
        "{}",
        back.stdout
    );
    assert_eq!(cluster.api().service("hello", "{ users { name } }"), users);
    let hooks = fs::read_to_string(example.path("hooks")).expect("written");
    assert_eq!(hooks, "deployed\n".repeat(4));
}

fn starts_a_stopped_cluster(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    let example = Example::new();
    example.deploy(&cluster, &[]).run().succeeded();
    cluster.verb("stop", &[]).succeeded();
    let start = format!("`prisma local start -n {}`", cluster.name);
    example
        .deploy(&cluster, &[])
        .run()
        .ended(4)
        .reports(&["is not running", "--yes", &start]);
    let ran = example.deploy(&cluster, &["--yes"]).run().succeeded();
    assert!(ran.stdout.contains("already up to date"), "{}", ran.stdout);
}
