//! `--convert-datamodel`. What is said of a datamodel in the wrong syntax is in `tests/recordings/said/syntax.txt`.
//!
//! Witness: what servers say of the syntax is in the recordings; that a converted file is accepted is scripted, but
//! for the one that was seen to keep its data.

use crate::deploy::support::{OLD, Place, deployed};
use crate::support::standin::{Plan, Standin};
use serde_json::{Value, json};

const NEW: &str = "type User {
  id: ID! @id
  createdAt: DateTime! @createdAt
  updatedAt: DateTime! @updatedAt
  name: String
}
";

#[test]
fn the_converted_file_is_written_next_to_the_old_one_and_never_over_another() {
    let standin = Standin::start("1.34.12");
    let place = Place::cluster(&standin, "");
    place.write("datamodel.graphql", OLD);
    let yml = place.read("prisma.yml");
    let preview = place.deploy(&["--convert-datamodel", "--dry-run"]);
    assert!(preview.stdout.contains("id: ID! @id"), "{}", preview.all());
    assert_eq!(place.read("datamodel.v1_1.graphql"), None, "only shown");
    let outcome = place.deploy(&["--convert-datamodel"]);
    let next = "\n\nNext:\n\n  in prisma.yml, replace `datamodel.graphql` with `datamodel.v1_1.graphql`\n  prisma deploy --dry-run\n";
    assert!(outcome.stdout.ends_with(next), "{}", outcome.all());
    assert_eq!(place.read("datamodel.v1_1.graphql").as_deref(), Some(NEW));
    assert_eq!(place.read("datamodel.graphql").as_deref(), Some(OLD));
    assert_eq!(place.read("prisma.yml"), yml);
    let project = standin.state().project("hello", "dev").is_some();
    assert!(!project, "nothing is deployed");
    place.write("datamodel.v1_1.graphql", "# mine");
    let again = place.deploy(&["--convert-datamodel"]);
    let exists = "datamodel.v1_1.graphql` already exists";
    assert!(again.stderr.contains(exists), "{}", again.all());
    let kept = place.read("datamodel.v1_1.graphql");
    assert_eq!(kept.as_deref(), Some("# mine"));
}

#[test]
fn an_old_server_cannot_check_it_and_a_converted_one_is_not_converted_again() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(&standin, "");
    place.write("datamodel.graphql", OLD);
    let document = place.deploy(&["--convert-datamodel", "--json"]).json();
    assert_eq!(
        document["data"]["verdict"],
        json!("unchecked"),
        "{document}"
    );
    let asked = standin.take_short();
    assert!(
        !asked.iter().any(|one| one.ends_with("deploy")),
        "{asked:?}"
    );
    place.write("datamodel.graphql", NEW);
    let outcome = place.deploy(&["--convert-datamodel"]);
    outcome.is(
        2,
        "",
        "error: the datamodel has nothing to convert\nhint: it is already in the syntax of Prisma 1.31 and later\n",
    );
}

const MIGRATING: &str = "You are migrating from the old datamodel syntax to the new one. Make sure that you understand the listed changes because the semantics are different now. Then perform the deployment with the `--force` flag.";

/// As 1.34.12 answered for a service of 1.1.3.
fn migrating() -> Plan {
    Plan {
        warnings: vec![json!({"type": "Global", "field": null, "description": MIGRATING})],
        ..Plan::default()
    }
}

#[test]
fn a_deployed_service_has_its_converted_file_checked_and_what_it_would_change_is_shown() {
    let standin = deployed("1.34.12");
    let place = Place::cluster(&standin, "");
    place.write("datamodel.graphql", OLD);
    let shown = format!(
        "the server accepts the converted datamodel, but asks for confirmation with `--force`: see the warnings\n\
         \nNext:\n\n  in prisma.yml, replace `datamodel.graphql` with `datamodel.v1_1.graphql`\n  prisma deploy --dry-run\n\
         \nChanges:\n\n  User (Type)\n  + Created field `createdAt` of type `DateTime!`\n  + Created field `updatedAt` of type `DateTime!`\n\
         \nWarnings:\n\n  {MIGRATING}\n"
    );
    standin.state().plans.push_back(migrating());
    let preview = place.deploy(&["--convert-datamodel", "--dry-run"]);
    assert!(
        preview.stdout.contains("asks for confirmation with"),
        "{}",
        preview.all()
    );
    assert!(
        preview
            .stdout
            .ends_with(&format!("Warnings:\n\n  {MIGRATING}\n")),
        "{}",
        preview.all()
    );
    assert_eq!(place.read("datamodel.v1_1.graphql"), None);
    standin.state().plans.push_back(migrating());
    let outcome = place.deploy(&["--convert-datamodel"]);
    assert_eq!(outcome.status, 0, "{}", outcome.all());
    assert!(outcome.stdout.ends_with(&shown), "{}", outcome.all());
    assert_eq!(place.read("datamodel.v1_1.graphql").as_deref(), Some(NEW));
    let sent = standin.state().requests.last().expect("a request").json();
    assert_eq!(
        (&sent["variables"]["dryRun"], &sent["variables"]["types"]),
        (&json!(true), &json!(format!("{NEW}\n")))
    );
}

#[test]
fn a_converted_file_that_is_rejected_is_kept_and_the_errors_are_in_it() {
    let standin = deployed("1.34.12");
    let errors = vec![json!({"type": "User", "field": "name", "description": "is wrong."})];
    standin.state().plans.push_back(Plan {
        errors,
        ..Plan::default()
    });
    let place = Place::cluster(&standin, "");
    place.write("datamodel.graphql", OLD);
    let outcome = place.deploy(&["--convert-datamodel"]);
    assert_eq!(outcome.status, 7, "{}", outcome.all());
    let told = "datamodel.v1_1.graphql:5: `User.name`: is wrong.\nhint: the converted datamodel is written: correct it there\n";
    assert!(outcome.stderr.ends_with(told), "{}", outcome.all());
    assert_eq!(place.read("datamodel.v1_1.graphql").as_deref(), Some(NEW));
}

#[test]
fn ids_of_type_uuid_become_ids_on_mysql() {
    let standin = Standin::start("1.30.5");
    let place = Place::cluster(&standin, "");
    place.write("datamodel.graphql", "type User {\n  id: UUID! @unique\n}\n");
    let outcome = place.deploy(&["--convert-datamodel"]);
    assert!(
        outcome
            .stderr
            .contains("warning: with MySQL, Prisma 1.31 and later has no ids of type `UUID!`"),
        "{}",
        outcome.all()
    );
    let written = place.read("datamodel.v1_1.graphql").expect("written");
    assert!(
        written.starts_with("type User {\n  id: ID! @id\n"),
        "{written}"
    );
}

#[test]
fn what_only_its_author_can_convert_is_named() {
    let standin = Standin::start("1.30.5");
    let place = Place::cluster(&standin, "");
    place.write(
        "datamodel.graphql",
        "type A @pgTable(name: \"a\") {\n  id: Int! @unique\n  b: [B!]! @pgRelationTable(table: \"a_b\")\n}\n\
         type B @pgTable(name: \"b\") {\n  id: Int! @unique\n}\n",
    );
    let outcome = place.deploy(&["--convert-datamodel"]);
    let warning = "datamodel.graphql:3: `A.b`: `@pgRelationTable` is not converted\nhint: add a type with `@relationTable`";
    assert!(outcome.stderr.contains(warning), "{}", outcome.all());
    let written = place.read("datamodel.v1_1.graphql").expect("written");
    assert!(
        written.starts_with("type A @db(name: \"a\") {\n  id: Int! @id\n  b: [B] @pg"),
        "{written}"
    );
}

#[test]
fn a_deployment_without_a_migration_needs_a_server_that_has_them() {
    let standin = deployed("1.34.12");
    let place = Place::cluster(&standin, "");
    place.change();
    let outcome = place.deploy(&["--no-migrate"]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let sent = standin.take();
    let deploys = sent
        .iter()
        .filter(|one| one.variables()["types"].is_string());
    let flags: Vec<Value> = deploys
        .map(|one| one.variables()["noMigration"].clone())
        .collect();
    assert_eq!(flags, [true]);
    let standin = deployed("1.8.4");
    let outcome = Place::cluster(&standin, "").deploy(&["--no-migrate"]);
    assert_eq!(outcome.status, 7, "{outcome:?}");
    assert!(
        outcome.stderr.contains("Prisma 1.8.4 always migrates the database\nhint: `--no-migrate` requires Prisma 1.26 or later\n"),
        "{outcome:?}"
    );
}
