//! `cluster.yml`: what is read, refused, written and changed.

mod properties;

use super::*;
use crate::cluster::documented;
use crate::error::Kind;
use crate::secret::keys;
use std::sync::LazyLock;

static PEM: LazyLock<String> = LazyLock::new(|| {
    keys::generate()
        .expect("generates")
        .pem_pkcs1()
        .reveal()
        .to_owned()
});

fn documented_local() -> Cluster {
    Cluster::documented(ClusterName::local(), PrismaVersion::default_local())
}

fn read_text(text: &str) -> Result<Cluster> {
    parse(&ClusterName::local(), Path::new("c.yml"), text)
}

/// The problems of an invalid text, one per line.
fn problems(text: &str) -> Vec<String> {
    let failure = read_text(text).expect_err(text);
    assert_eq!(failure.kind, Kind::ConfigInvalid);
    failure.message().lines().map(str::to_owned).collect()
}

#[test]
fn what_is_absent_has_its_documented_value() {
    for text in [
        "",
        "# nothing\n",
        "database:\n",
        "{}",
        "\u{feff}port: 4466\r\n",
    ] {
        assert_eq!(read_text(text), Ok(documented_local()), "{text:?}");
    }
    let read = read_text("prismaVersion: 1.5\nbind: ::1\ndatabase: {port: 3307}\n").expect("valid");
    let mut wanted = documented_local();
    wanted.version = "1.5".parse().expect("valid");
    wanted.bind = Some("::1".parse().expect("valid"));
    wanted.database.host_port = Some(3307);
    assert_eq!(read, wanted);
}

/// The ports of other clusters are read without checking their keys, of which there may be a thousand.
#[test]
fn ports_are_read_without_the_rest() {
    for text in [
        "",
        "port: 4477\n",
        "prismaVersion: \"1.34\"\n",
        "prismaVersion: \"1.34\"\ndatabase:\n  port: 3311\n",
        "database: {port: 3307}\n",
        "prismaVersion: \"1.34\"\ndatabase: {host: db.example.com, port: 3307}\n",
    ] {
        let cluster = read_text(text).expect("valid");
        let expected = [Some(cluster.port), cluster.database.host_port];
        assert_eq!(ports(text), expected, "{text:?}");
    }
    assert_eq!(
        ports("port: 4477\nclusterSecret: |\n  -----BEGIN no key\n"),
        [Some(4477), Some(3366)]
    );
    assert_eq!(ports("{"), [None, None]);
}

#[test]
fn all_problems_come_at_once_with_their_places() {
    let text = "\
prismaVersion: 1.10
prot: 1
port: 99999
bind: here
database:
    conector: mysql
    connector: oracle
    port: '3366'
    user: yes
    password: 0123
    name:
    0: x
schemaManagerSecret: [a]
clusterSecret: geheim
";
    assert_eq!(
        problems(text),
        [
            "c.yml:1:16: `prismaVersion`: unquoted, this is the number 1.1: write \"1.10\"",
            "c.yml:2:1: `prot`: unknown key: did you mean `port`?",
            "c.yml:3:7: `port`: expected a number from 1 to 65535, found `99999`",
            "c.yml:4:7: `bind`: `here` is not an IP address such as `127.0.0.1`",
            "c.yml:6:5: `database.conector`: unknown key: did you mean `connector`?",
            "c.yml:7:16: `database.connector`: unknown database `oracle`: the databases are `mysql` and `postgres`",
            "c.yml:8:11: `database.port`: expected a number from 1 to 65535, found `'3366'`",
            "c.yml:9:11: `database.user`: not every YAML reader takes this for a string: write \"yes\"",
            "c.yml:10:15: `database.password`: not every YAML reader takes this for a string: quote it",
            "c.yml:11:5: `database.name`: it is empty: give it a value, or remove the line",
            "c.yml:12:5: `database.0`: unknown key: valid keys are `connector`, `image`, `host`, `port`, `user`, `password`, `name`, `active`, `schema`, `connectionLimit`, `ssl`, `rawAccess`",
            "c.yml:13:22: `schemaManagerSecret`: expected a string, found a list",
            "c.yml:14:16: `clusterSecret`: not a private key: no `-----BEGIN RSA PRIVATE KEY-----` line",
        ]
    );
}

#[test]
fn what_a_cluster_cannot_be_is_found_at_its_key() {
    let text = "\
port: 0
database:
  port: 0
  password: ''
  name: other
prismaVersion: '1.2'
";
    assert_eq!(
        problems(text),
        [
            "c.yml:1:7: `port`: a port is a number from 1 to 65535",
            "c.yml:3:9: `database.port`: a port is a number from 1 to 65535",
            "c.yml:4:13: `database.password`: it is empty: give it a value, or remove the line",
            "c.yml:5:9: `database.name`: Prisma 1.2 always uses `graphcool`: remove the line",
        ]
    );
    assert_eq!(
        problems("port: 5000\ndatabase: {port: 5000, connector: postgres}"),
        [
            "c.yml:2:18: `database.port`: 5000 is already the server's `port`: choose another",
            "c.yml:2:35: `database.connector`: Prisma 1.1 supports only `mysql`: use that, or Prisma 1.7 or later",
        ]
    );
    assert_eq!(
        problems("database: {ssl: true, host: db.example}"),
        [
            "c.yml:1:17: `database.ssl`: requires Prisma 1.10 or later: remove the line",
            "c.yml:1:29: `database.host`: requires Prisma 1.7 or later: remove the line",
        ]
    );
    assert_eq!(problems("prismaVersion: '2'").len(), 1);
}

#[test]
fn texts_of_another_shape_are_refused() {
    assert_eq!(
        problems("- a"),
        ["c.yml:1:1: expected a mapping, found a list"]
    );
    assert_eq!(
        problems("database: 7"),
        ["c.yml:1:11: `database`: expected a mapping, found a number"]
    );
    assert_eq!(
        problems("bind: 1\nprismaVersion: [1]\nport:\nclusterSecret: ''"),
        [
            "c.yml:1:7: `bind`: expected a string, found a number",
            "c.yml:2:16: `prismaVersion`: expected a string, found a list",
            "c.yml:3:1: `port`: it is empty: give it a value, or remove the line",
            "c.yml:4:16: `clusterSecret`: not a private key: no `-----BEGIN RSA PRIVATE KEY-----` line",
        ]
    );
    for broken in [
        "a: b: c",
        "port: 1\nport: 2",
        "a: *x",
        "\tport: 1",
        "--- 1\n--- 2\n",
    ] {
        let failure = read_text(broken).expect_err(broken);
        assert!(failure.message().starts_with("c.yml"), "{failure}");
    }
}

#[test]
fn numbers_words_and_strings_are_distinguished_by_spelling() {
    for ambiguous in [
        "0123",
        "yes",
        "off",
        "1_000",
        "22:22",
        "2001-01-01",
        "1e3",
        "12",
        "true",
        "~x",
        "=",
    ] {
        let text = format!("schemaManagerSecret: {ambiguous}\n");
        assert_eq!(read_text(&text).is_err(), ambiguous != "~x", "{ambiguous}");
        let quoted = format!("schemaManagerSecret: '{ambiguous}'\n");
        assert_eq!(
            read_text(&quoted).expect("valid").schema_manager_secret,
            ambiguous
        );
        let tagged = format!("schemaManagerSecret: !!str {ambiguous}\n");
        assert_eq!(
            read_text(&tagged).expect("valid").schema_manager_secret,
            ambiguous
        );
    }
    // `1.1` and 1.1 are spelled alike; the others are not.
    assert_eq!(
        read_text("prismaVersion: 1.1")
            .expect("valid")
            .version
            .tag(),
        "1.1"
    );
    for number in ["1.10", "1.50", "1.1e0", "+1.1", "1."] {
        assert!(
            read_text(&format!("prismaVersion: {number}")).is_err(),
            "{number}"
        );
    }
    assert_eq!(
        read_text("prismaVersion: 1.1.10")
            .expect("valid")
            .version
            .tag(),
        "1.1.10"
    );
}

#[test]
fn every_spelling_of_a_key_becomes_the_same() {
    let key = keys::PrivateKey::parse(&PEM).expect("a key");
    for text in [
        format!("clusterSecret: {}\n", write::quoted(&PEM, 0)),
        format!(
            "clusterSecret: {}\n",
            write::double_quoted(key.pem_pkcs1_crlf().reveal())
        ),
        format!(
            "clusterSecret: >\n  {}\n",
            PEM.trim_end().replace('\n', "\n  ")
        ),
        format!("clusterSecret: '{}'\n", PEM.replace('\n', " ")),
    ] {
        let cluster = read_text(&text).expect("valid");
        assert_eq!(cluster.cluster_secret, Some(PEM.as_str().into()));
    }
}

#[test]
fn a_new_file_explains_itself() {
    let mut cluster = documented_local();
    assert_eq!(
        render(&cluster),
        r#"# The configuration of cluster `local`. Edit it, then run `prisma local start`.
# Missing keys have their documented defaults. Keep strings quoted.

# The Prisma version to run: any 1.x version or image tag.
prismaVersion: "1.1"

# The port of the Prisma server.
port: 4466

# The address of this machine to publish ports on.
# bind: "127.0.0.1"

database:
  # The kind of database; `postgres` requires Prisma 1.7 or later.
  connector: mysql
  # The image of the database container. A newer Postgres cannot read an older one's data files.
  # image: "mysql:5.7.44"
  # The port to publish the database container on, or the port of the external database.
  port: 3366
  # The user the server connects to the database as.
  user: "root"
  # The password of that user. A database container keeps the one it was created with.
  password: "graphcool"
  # The database for the server's own tables.
  name: "graphcool"

# The secret that parts of the server share; used up to Prisma 1.6.
schemaManagerSecret: "MUCHSECRET"
"#
    );
    cluster.name = "other".parse().expect("valid");
    cluster.bind = Some("127.0.0.1".parse().expect("valid"));
    cluster.cluster_secret = Some(PEM.as_str().into());
    let text = render(&cluster);
    assert!(
        text.contains("`prisma local start -n other`"),
        "names the cluster"
    );
    assert!(text.contains("\nbind: \"127.0.0.1\"\n"), "has the address");
    assert!(
        text.contains("\nclusterSecret: |\n  -----BEGIN RSA PRIVATE KEY-----\n  "),
        "a block"
    );
}

#[test]
fn an_edit_leaves_everything_else_as_it_is() {
    let text = "# mine\r\nprismaVersion: '1.1' # old\r\n\r\ndatabase: # db\r\n    password: \"a\" # p\r\n# end\r\n";
    let old = read_text(text).expect("valid");
    let mut new = old.clone();
    new.version = "1.5".parse().expect("valid");
    assert_eq!(edit(text, &old, &new), Ok(text.replace("'1.1'", "\"1.5\"")));
    assert_eq!(edit(text, &old, &old), Ok(text.to_owned()));
    new.port = 4470;
    new.database.host_port = Some(3370);
    new.bind = Some("127.0.0.1".parse().expect("valid"));
    new.cluster_secret = Some(PEM.as_str().into());
    let edited = edit(text, &old, &new).expect("can be made");
    for kept in [
        "# mine\r\n",
        " # old\r\n",
        " # db\r\n",
        " # p\r\n",
        "# end\r\n",
    ] {
        assert!(edited.contains(kept), "{kept:?}");
    }
    assert_eq!(read_text(&edited), Ok(new.clone()));
    let mut without = new.clone();
    without.bind = None;
    without.cluster_secret = None;
    let edited = edit(&edited, &new, &without).expect("can be made");
    assert_eq!(read_text(&edited), Ok(without));
}

/// What a file leaves out has another value in the other edition.
#[test]
fn an_edit_writes_down_what_another_version_documents_otherwise() {
    for text in [
        "",
        "# mine\n",
        "database: {user: root}\n",
        "database:\n  user: root\n# end\n",
    ] {
        let old = read_text(text).expect("valid");
        let mut new = old.clone();
        new.version = "1.8".parse().expect("valid");
        let edited = edit(text, &old, &new).expect("edits");
        assert_eq!(read_text(&edited).expect("valid"), new, "{edited}");
        assert_eq!(new.database.password, "graphcool");
    }
    let old = read_text("").expect("valid");
    let mut new = old.clone();
    new.version = "1.2".parse().expect("valid");
    assert_eq!(
        edit("", &old, &new).expect("edits"),
        "prismaVersion: \"1.2\"\n",
        "nothing else than what is needed"
    );
}

#[test]
fn an_edit_keeps_changes_made_in_the_meantime() {
    let old = documented_local();
    let mut new = old.clone();
    new.version = "1.2".parse().expect("valid");
    let edited = edit("port: 5000\n", &old, &new).expect("can be made");
    let read = read_text(&edited).expect("valid");
    assert_eq!((read.port, read.version.tag()), (5000, "1.2"));
    let failure = edit("prot: 5000\n", &old, &new).expect_err("invalid before");
    assert!(failure.message().contains("prot"), "{failure}");
}
