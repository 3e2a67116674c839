//! Values that shells, YAML, `.env` files or either docker-compose could change.

use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::suite::{Case, Setting, shared};

pub const CASES: &[Case] = &[shared(
    "values/odd_passwords_are_passed_unchanged",
    odd_passwords_are_passed_unchanged,
)];

/// Each is set before the first start: the database takes it, and the server connects with it.
fn odd_passwords_are_passed_unchanged(setting: &Setting) {
    let passwords = [
        r#"$PATH ${HOME} $$ #hash 'single' "double" \back\\slash `tick` %25 *&!@^~"#,
        " # blanks at both ends: and a colon ",
        "pä✓ßword—日本",
        "null",
    ];
    for password in passwords {
        let cluster = Cluster::new(setting);
        let quoted = serde_json::to_string(password).expect("JSON is YAML");
        cluster.write("cluster.yml", &format!("database:\n  password: {quoted}\n"));
        cluster.start(&["-v"]).never_shows(&[password]);
        for (service, variable) in [
            (DATABASE, "MYSQL_ROOT_PASSWORD"),
            (SERVER, "SQL_CLIENT_PASSWORD"),
            (SERVER, "SQL_INTERNAL_PASSWORD"),
        ] {
            let env = cluster.container(service).env;
            assert!(
                env.contains(&format!("{variable}={password}")),
                "{password:?} in {variable}: {env:#?}"
            );
        }
        cluster.put_data();
        cluster.has_data();
    }
}
