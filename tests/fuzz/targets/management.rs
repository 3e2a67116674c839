//! What the management API of a server answers, or anything else at its address.

use super::texts;
use prisma_cli::testing::server::graphql::data;
use prisma_cli::testing::server::http::read;
use prisma_cli::testing::server::management::{Migration, Verdict};
use prisma_cli::testing::server::types::Types;

pub fn seeds() -> Vec<String> {
    texts([
        r#"{"data":{"deploy":{"errors":[{"type":"User","field":"name","description":"no"}],"warnings":[],"migration":{"revision":2,"status":"PENDING","applied":0,"rolledBack":0,"errors":[],"steps":[{"__typename":"CreateField","model":"User","name":"a","cfTypeName":"Int","isRequired":true,"defaultValue":"\"x\""}]},"steps":[{"__typename":"UpdateSecrets"}]}}}"#,
        r#"{"data":{"listMigrations":[{"revision":1,"status":"SUCCESS","applied":3,"rolledBack":0,"errors":["e"],"startedAt":"2018-01-01T00:00:00.000Z","finishedAt":null,"steps":[{"type":"CreateModel","name":"A"},{"type":"CreateRelation","name":"R","leftModel":"A","rightModel":"B"}]}]}}"#,
        r#"{"errors":[{"message":"Your token is invalid.","code":3015,"requestId":"local:api:1","path":["deploy"]}],"data":null}"#,
        r#"{"error":"no","code":3000,"requestId":"x"}"#,
        "<html>502 Bad Gateway</html>",
        "[1,{\"data\":{}}]",
    ])
}

/// The longest text of a server that a message repeats.
const LONGEST: usize = 3000;

pub fn check(text: &str) {
    let types = Types::parse("type A { id: ID! a: Int }");
    for status in [200, 400, 502] {
        match read(status, text) {
            Ok(reply) => match data(reply, Some("a.b.c")) {
                Ok(data) => answers(&data, &types),
                Err(error) => shown(&error.reason()),
            },
            Err(fault) => shown(&fault.to_string()),
        }
    }
}

fn answers(data: &serde_json::Value, types: &Types) {
    if let Some(verdict) = Verdict::read(&data["deploy"], types) {
        for problem in verdict.errors.iter().chain(&verdict.warnings) {
            shown(&problem.type_name);
            shown(&problem.description);
        }
    }
    let migrations = data["listMigrations"].as_array().into_iter().flatten();
    for migration in migrations.filter_map(Migration::read) {
        shown(migration.status.word());
    }
}

/// What a server says fits into a message, and controls no terminal.
fn shown(text: &str) {
    // A syntax error quotes a type up to the error.
    let is_cut = text.chars().count() <= LONGEST || text.contains("Syntax error");
    assert!(is_cut, "{text:?}");
    let controls = |c: char| c.is_control() && !"\n\t".contains(c);
    assert!(!text.contains(controls), "{text:?}");
}
