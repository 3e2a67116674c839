//! `--convert-datamodel`. What is said of a datamodel in the wrong syntax is in `tests/recordings/said/syntax.txt`.
//!
//! Witness: what servers say of the syntax is in the recordings; that a converted file is accepted is scripted, but
//! for the one that was seen to keep its data.

use crate::deploy::support::{Place, TYPES};
use crate::support::standin::Standin;
use serde_json::json;

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
    let yml = place.read("prisma.yml");
    let preview = place.deploy(&["--convert-datamodel", "--dry-run"]);
    assert!(preview.stdout.contains("id: ID! @id"), "{}", preview.all());
    assert_eq!(place.read("datamodel.v1_1.graphql"), None, "only shown");
    let outcome = place.deploy(&["--convert-datamodel"]);
    let next = "\n\nNext:\n\n  in prisma.yml, replace `datamodel.graphql` with `datamodel.v1_1.graphql`\n  prisma deploy --dry-run\n";
    assert!(outcome.stdout.ends_with(next), "{}", outcome.all());
    assert_eq!(place.read("datamodel.v1_1.graphql").as_deref(), Some(NEW));
    assert_eq!(place.read("datamodel.graphql").as_deref(), Some(TYPES));
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
