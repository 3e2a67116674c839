//! `prisma local eject`: a cluster's files in a folder of the user's own.

use crate::init::{is_golden, work};
use crate::support::text::without_diffs;
use crate::support::{Sandbox, same};
use prisma_cli::testing::secret::keys::PrivateKey;
use std::fs;

const KEY: &str = "-----BEGIN RSA PRIVATE KEY-----";

#[test]
fn without_a_cluster_the_values_are_the_pages() {
    let mut s = Sandbox::new();
    for docker in [true, false] {
        for (name, words) in [
            ("1.1-local", ""),
            ("1.1-digital-ocean", "--profile digital-ocean"),
            ("1.8-mysql-local", "--prisma-version 1.8"),
            (
                "1.8-mysql-digital-ocean",
                "--prisma-version 1.8 --profile digital-ocean",
            ),
            ("1.8-postgres-local", "--database postgres"),
            (
                "1.8-postgres-digital-ocean",
                "--database postgres --profile digital-ocean",
            ),
        ] {
            s.run(&format!("local eject hello {words}")).succeeds();
            is_golden(&s, &format!("eject-{name}"));
            let list = "0755 hello/\n0600 hello/.env\n0644 hello/docker-compose.yml\n";
            same("the files", &work(&s).list(), list);
            fs::remove_dir_all(s.path("work/hello")).expect("is there");
        }
        // The same where there is no docker.
        assert!(docker || s.take_calls().is_empty());
        s.forget();
        s.set("PATH", "/nowhere");
    }
}

#[test]
fn values_that_everybody_knows_are_warned_of() {
    let s = Sandbox::new();
    let stderr = |words: &str| s.begin(words).end().stderr;
    let on_all = "is reachable from the network with the documented";
    let hint = "hint: generate random ones with `--profile digital-ocean`\n";
    assert_eq!(
        stderr("local eject a"),
        format!("warning: port 3366 (database) {on_all} password\n{hint}")
    );
    assert_eq!(
        stderr("local eject b --prisma-version 1.8"),
        format!("warning: port 4466 (server) {on_all} management secret\n{hint}")
    );
    for version in ["1.1", "1.8"] {
        let words =
            format!("local eject c{version} --profile digital-ocean --prisma-version {version}");
        assert_eq!(stderr(&words), "");
    }
}

#[test]
fn a_fresh_private_key_is_shown_once_and_stands_nowhere() {
    let s = Sandbox::new();
    let document = s
        .begin("local eject hello --profile digital-ocean --json")
        .end()
        .json();
    let pem = document["data"]["privateKey"].as_str().expect("a key");
    let key = PrivateKey::parse(pem).expect("a key");
    let public = format!("\nCLUSTER_PUBLIC_KEY={}\n", key.public_spki_base64());
    assert!(s.read("work/hello/.env").ends_with(&public));
    let ended = s.begin("local eject again --profile digital-ocean").end();
    assert!(
        ended.stdout.contains(KEY) && !ended.stdout.contains("****"),
        "{}",
        ended.stdout
    );
    assert_eq!(s.files().list(), "", "nothing in the home");
    for file in ["hello/.env", "hello/docker-compose.yml", "again/.env"] {
        assert!(!s.read(&format!("work/{file}")).contains(KEY), "{file}");
    }
    let shown = PrivateKey::parse(&ended.stdout).expect("in the text as well");
    let text = ended
        .stdout
        .replace(&shown.pem_pkcs1().reveal().to_owned(), "<key>\n");
    same(
        "the report",
        &s.plain(&text),
        "written to <root>/work/again\n\
         \n  version    Prisma 1.1\
         \n  database   MySQL\
         \n  port       4466\
         \n  files      docker-compose.yml, .env\n\
         \nthis private key authorises deployments. It is shown only now and stored nowhere; save it for\n\
         `prisma cluster add NAME --endpoint URL --secret-file FILE`\n\
         \n<key>\n\
         \ncopy both files to the target machine and run them there with\n\
         \n  docker-compose up -d\n",
    );
}

#[test]
fn or_it_goes_into_the_registry() {
    let s = Sandbox::new();
    for (host, url) in [
        ("10.0.0.1", "http://10.0.0.1:4466"),
        ("fd00::1", "http://[fd00::1]:4466"),
        ("box.lan:80", "http://box.lan:80"),
        ("https://prisma.example.com", "https://prisma.example.com"),
    ] {
        let words = format!(
            "local eject hello --force --profile digital-ocean --register do --host {host}"
        );
        let ended = s.begin(&words).end();
        assert_eq!((ended.status, &*ended.stderr), (0, ""), "{}", ended.stdout);
        assert!(!ended.stdout.contains(KEY), "{}", ended.stdout);
        assert!(
            ended
                .stdout
                .contains(&format!("  registered   `do` at {url}\n")),
            "{}",
            ended.stdout
        );
        let registry = s.read("home/.prisma/config.yml");
        assert!(
            registry.contains(&format!("    host: '{url}'\n")),
            "{registry}"
        );
        let secret = registry.split("clusterSecret: ").nth(1).expect("a secret");
        let key = PrivateKey::parse(&secret.replace("\\r\\n", "\n")).expect("a key");
        let public = format!("\nCLUSTER_PUBLIC_KEY={}\n", key.public_spki_base64());
        assert!(s.read("work/hello/.env").ends_with(&public));
        s.run("cluster remove do --yes").succeeds();
    }
    let words = "local eject text --prisma-version 1.8 --profile digital-ocean --register do --host 198.51.100.1";
    s.run(words).is(
        0,
        "written to <root>/work/text\n\
         \n  version      Prisma 1.8\
         \n  database     MySQL\
         \n  port         4466\
         \n  files        docker-compose.yml, .env\
         \n  registered   `do` at http://198.51.100.1:4466\n\
         \ncopy both files to the target machine and run them there with\n\
         \n  docker-compose up -d\n",
        "warning: `http://198.51.100.1:4466` is a public address without encryption: data and tokens can be intercepted; \
         use `https` or a tunnel\n",
    );
    let registry = s.read("home/.prisma/config.yml");
    let secret = s.read("work/text/.env");
    let secret = secret
        .split("PRISMA_MANAGEMENT_API_SECRET=")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    assert!(
        registry.contains(secret.expect("a secret")),
        "the one of the folder"
    );
}

#[test]
fn a_cluster_is_ejected_as_it_is() {
    let s = Sandbox::with_running_cluster();
    let config = s.read("home/.prisma/clusters/local/cluster.yml");
    let config = config.replace("database:\n", "database:\n  password: \"it's mine\"\n");
    s.write("home/.prisma/clusters/local/cluster.yml", &config);
    let before = s.files();
    s.run("local eject hello").is(
        0,
        "written to <root>/work/hello\n\
         \n  version    Prisma 1.1\
         \n  database   MySQL\
         \n  port       <port>\
         \n  files      docker-compose.yml, .env\n\
         \nit uses the same ports as cluster `local`; stop that first with `prisma local stop`.\n\
         The new stack starts without its data.\n\
         \nrun it with\n\
         \n  cd hello\
         \n  docker-compose up -d\n",
        "",
    );
    s.ran("");
    assert_eq!(s.changes_since(&before), "");
    let text = s.plain(&s.read("work/hello/.env"));
    assert!(
        text.starts_with("# Created by `prisma local eject`. Edit freely.\nPORT=<port>\n"),
        "{text}"
    );
    assert!(
        text.contains("\nSQL_INTERNAL_PASSWORD=\"it's mine\"\n"),
        "{text}"
    );
    assert!(
        text.ends_with("\nCLUSTER_PUBLIC_KEY=<public key>\n"),
        "{text}"
    );
    let compose = s.plain(&s.read("work/hello/docker-compose.yml"));
    assert!(compose.contains("- \"<db-port>:3306\""), "{compose}");
    assert!(
        !compose.contains("container_name"),
        "it is taken here: {compose}"
    );
    // The registry's key is the one that counts.
    s.run("local eject hello --force --profile digital-ocean")
        .succeeds();
    let other = s.plain(&s.read("work/hello/.env"));
    for secret in ["it's mine", "<public key>", "MUCHSECRET"] {
        assert!(!other.contains(secret), "{other}");
    }
    assert_eq!(s.changes_since(&before), "");
}

#[test]
fn so_is_one_that_another_cli_left() {
    let s = Sandbox::with_running_cluster();
    fs::remove_dir_all(s.path("home/.prisma/clusters/local")).expect("is there");
    s.run("local eject hello").succeeds();
    let text = s.plain(&s.read("work/hello/.env"));
    assert!(text.contains("\nPORT=<port>\n"), "{text}");
    assert!(
        text.ends_with("\nCLUSTER_PUBLIC_KEY=<public key>\n"),
        "{text}"
    );
    // Without docker it cannot be told what it is.
    s.engine.fail(
        "docker-ps",
        1,
        "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?",
    );
    s.run("local eject again").fails_with(3);
    assert!(!s.path("work/again").exists());
}

#[test]
fn an_external_database_keeps_its_password() {
    let s = Sandbox::new();
    s.write(
        "home/.prisma/clusters/staging/cluster.yml",
        "prismaVersion: \"1.34\"\nbind: \"127.0.0.1\"\ndatabase:\n  connector: postgres\n  host: db.lan\n  password: geheim\n\
         clusterSecret: abcdefgh\n",
    );
    s.run("local eject hello -n staging --profile digital-ocean")
        .succeeds();
    let dotenv = s.read("work/hello/.env");
    assert!(dotenv.ends_with("\nDATABASE_PASSWORD=geheim\n"), "{dotenv}");
    assert!(!dotenv.contains("abcdefgh"), "{dotenv}");
    assert!(
        dotenv.starts_with("# Created by `prisma local eject --profile digital-ocean -n staging`"),
        "{dotenv}"
    );
    let compose = s.read("work/hello/docker-compose.yml");
    assert!(
        compose.contains("- \"4466:4466\"") && !compose.contains("postgres:10"),
        "{compose}"
    );
}

#[test]
fn what_is_there_is_replaced_only_by_force() {
    let s = Sandbox::new();
    s.write("work/.env", "MINE=1\n");
    s.write("work/docker-compose.yml", "services: {}\n");
    let before = work(&s);
    s.run("local eject").fails(
        1,
        "error: could not write the files: `docker-compose.yml` and `.env` already exist in <root>/work\n\
         hint: replace them with `--force`, or choose another folder\n",
    );
    s.run("local eject --force --dry-run").succeeds();
    assert_eq!(work(&s), before);
    let dry =
        s.run("local eject --force --dry-run --profile digital-ocean --register x --host h.lan");
    dry.succeeds();
    assert_eq!(
        without_diffs(&dry.stdout),
        "would write   <root>/work/docker-compose.yml (changed)\n\
         would write   <root>/work/.env (changed)\n\
         would save    cluster `x` (http://h.lan:4466) in ~/.prisma/config.yml\n"
    );
    s.run("local eject --force").succeeds();
    assert!(
        work(&s).list().contains("0600 .env\n"),
        "private from now on"
    );
    assert!(!s.read("work/.env").contains("MINE"));
    s.write("work/compose.yml", "");
    s.run("local eject --force").fails(
        1,
        "error: could not write the files: `compose.yml` already exists in <root>/work\n\
         hint: replace them with `--force`, or choose another folder\n\
         hint: `compose.yml` would be used instead of `docker-compose.yml`: move it\n",
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let s = Sandbox::with_cluster();
    s.write(
        "home/.prisma/config.yml",
        "clusters:\n  far:\n    host: 'http://h'\n",
    );
    let odd = "database:\n  password: \"a${b}\"\n";
    s.write("home/.prisma/clusters/odd/cluster.yml", odd);
    s.write("home/.prisma/clusters/broken/cluster.yml", "port: x\n");
    let there = |is: &str| {
        format!(
            "error: cluster `local` already exists, with {is}\n\
             hint: leave out `--prisma-version` and `--database`, or give a new name with `-n NAME`\n"
        )
    };
    let help = "hint: see `prisma local eject --help`\n";
    for (words, status, message) in [
        ("--prisma-version 1.8", 2, there("Prisma 1.1")),
        ("--database postgres", 2, there("a MySQL database")),
        (
            "-n odd",
            1,
            "error: could not write `.env`: it cannot hold `SQL_CLIENT_PASSWORD`, `SQL_LOGS_PASSWORD`, `SQL_INTERNAL_PASSWORD`: \
             docker-compose v1 and v2 have no common way to write `${`\n\
             hint: choose another value; `prisma local` accepts any because it does not need `.env`\n".to_owned(),
        ),
        (
            "-n broken",
            6,
            "error: ~/.prisma/clusters/broken/cluster.yml:1:7: `port`: expected a number from 1 to 65535, found `x`\n".to_owned(),
        ),
        (
            "-n none --database postgres --prisma-version 1.1",
            6,
            "error: the configuration of cluster `none` is invalid: `database.connector`: Prisma 1.1 supports only `mysql`: \
             use that, or Prisma 1.7 or later\n".to_owned(),
        ),
        (
            "--register far --host h2",
            1,
            "error: cluster `far` already exists\n\
             hint: choose another name for `--register`\n\
             hint: or remove that one: `prisma cluster remove far`\n".to_owned(),
        ),
        (
            "--register new --host a@b",
            2,
            "error: invalid endpoint `http://********@b`: it must not contain a user or password\n\
             hint: leave them out; authentication uses the cluster's secret\n".to_owned(),
        ),
        (
            "--host h",
            2,
            format!("error: `prisma local eject` needs `--register <NAME>`\n{help}"),
        ),
        (
            "../home/.prisma/clusters/local --force",
            2,
            "error: the files in ~/.prisma/clusters/local are rendered by `prisma local`\n\
             hint: choose another folder\n".to_owned(),
        ),
    ] {
        s.run(&format!("local eject {words}")).fails(status, &message);
        assert_eq!(work(&s).list(), "", "{words}");
    }
}
