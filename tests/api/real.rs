//! The same against a server that runs somewhere, by hand:
//! `PRISMA_TEST_SERVER=http://HOST:PORT PRISMA_TEST_SECRET=… cargo test --test api real -- --ignored --nocapture`

use crate::played::{WAITS, client, input, run};
use prisma_cli::api::credential::Credential;
use prisma_cli::api::deploy::{Event, Outcome};
use prisma_cli::api::management::Management;
use prisma_cli::api::service::Service;
use prisma_cli::api::token::Secret;
use prisma_cli::interrupt::Interrupt;
use std::time::Instant;

#[test]
#[ignore = "needs a server"]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "run and read by hand"
)]
fn a_service_is_deployed_changed_broken_and_deployed_again() {
    let url = std::env::var("PRISMA_TEST_SERVER").expect("PRISMA_TEST_SERVER");
    let credential = match std::env::var("PRISMA_TEST_SECRET") {
        Ok(secret) => Credential::Secret(Secret::parse(&secret).expect("a secret")),
        Err(_) => Credential::None,
    };
    let name = format!("try{}", std::process::id());
    let management = Management::new(client(&url), Interrupt::default(), &name, "dev", credential);
    let deploy = |types: &str, secrets: &[&str], dry_run, force| {
        let mut input = input(types);
        input.schema.secrets = secrets.iter().map(|&secret| secret.to_owned()).collect();
        (input.dry_run, input.force) = (dry_run, force);
        let begun = Instant::now();
        let (result, events) = run(&management, &input, WAITS);
        let told = events
            .iter()
            .filter(|event| matches!(event, Event::Progress { .. }))
            .count();
        match &result {
            Ok(done) => println!(
                "{:?} steps {:?} warnings {} requests {} progress {told} {:?}",
                done.outcome,
                done.steps.as_ref().map(Vec::len),
                done.warnings.len(),
                done.requests,
                begun.elapsed(),
            ),
            Err(failure) => println!("{failure:?}"),
        }
        result.expect("an outcome")
    };
    let user = "type User {\n  id: ID! @unique\n  name: String\n  posts: [Post!]!\n}\ntype Post {\n  id: ID! @unique\n  kind: Kind\n}\nenum Kind { A B }\n";
    let changed = user
        .replace("name: String", "name: String\n  age: Int")
        .replace("A B", "A B C");
    assert_eq!(deploy(user, &[], true, false).outcome, Outcome::WouldCreate);
    let first = deploy(user, &[], false, false);
    assert_eq!(first.outcome, Outcome::Applied { revision: 2 });
    assert!(first.created && first.first);
    for _ in 0..3 {
        assert_eq!(deploy(user, &[], false, false).outcome, Outcome::UpToDate);
    }
    deploy(&changed, &[], true, false);
    let second = deploy(&changed, &[], false, false);
    println!("{:#?}", second.steps);
    assert!(matches!(second.outcome, Outcome::Applied { revision: 3 }));
    let broken = format!("{changed}type FailOnThis {{\n  id: ID! @unique\n}}\n");
    let broken = deploy(&broken, &[], false, false);
    assert!(matches!(
        broken.outcome,
        Outcome::RolledBack { undone: true, .. }
    ));
    println!("{}", broken.failure().expect("failed"));
    let wrong = deploy(
        "type User {\n  id: ID! @unique\n  other: Nothing\n}\n",
        &[],
        false,
        false,
    );
    assert!(matches!(wrong.outcome, Outcome::Invalid { .. }));
    deploy(&changed, &["s3cret"], false, false);
    let service = Service::of(&management, &["s3cret".to_owned()]);
    let imported = service.import("mutation { createUser(data: {name: \"x\"}) { id } }");
    println!("{imported:?}");
    let sdl = service.schema().expect("a schema");
    assert!(sdl.contains("type User"), "{sdl}");
    println!("{}", sdl.lines().take(30).collect::<Vec<_>>().join("\n"));
    // There is a user with a name now.
    let lossy = changed.replace("  name: String\n", "");
    println!("{:?}", deploy(&lossy, &["s3cret"], false, false).outcome);
    println!("{:?}", deploy(&lossy, &["s3cret"], false, true).outcome);
    let open = Service::of(&management, &[]);
    println!(
        "{:?}",
        open.failure("could not ask", open.schema().expect_err("locked"))
    );
}
