//! `--database-url`: every part arrives, however it is written.

use super::texts;
use prisma_cli::testing::cluster::Database;

pub fn seeds() -> Vec<String> {
    texts([
        "mysql://root:prisma@db:3306/prisma",
        "postgresql://me:p%40ss%2Fw@db.example/app?sslmode=require",
        "mysql://root@[2001:db8::1]:3307",
        "postgres://a:b:c@d@host?ssl=true&ssl=0",
        "mysql://a:%ff@b",
        "mysql://a:secret@b?tls=1",
    ])
}

/// All of a text as `%XX`.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub fn check(text: &str) {
    let read: Database = match text.parse() {
        Ok(read) => read,
        Err(failure) => {
            // Neither in the message nor in the hint is what stands where a password does.
            let failure = format!("{failure:?}");
            let password = text
                .split_once("://")
                .and_then(|(_, rest)| rest.split('?').next()?.rsplit_once('@'))
                .and_then(|(account, _)| account.split_once(':'));
            if let Some((_, password)) = password {
                // What stands once more elsewhere is not shown as the password, and neither is what we say
                // of any other one.
                let once = password.len() > 12 && text.matches(password).count() == 1;
                let other = text.replace(password, "p").parse::<Database>();
                let ours = other.is_err_and(|other| format!("{other:?}").contains(password));
                let shown = once && !ours && failure.contains(password);
                assert!(!shown, "{failure}");
            }
            return;
        }
    };
    let external = read.external.clone().expect("a place");
    assert!(!read.user.is_empty() && !external.host.is_empty() && external.port != 0);
    let again = format!(
        "{}://{}:{}@{external}/{}{}",
        read.connector,
        escaped(&read.user),
        escaped(read.password.reveal()),
        escaped(&read.name),
        match read.tuning.ssl {
            Some(ssl) => format!("?ssl={ssl}"),
            None => String::new(),
        }
    );
    let again: Database = again
        .parse()
        .unwrap_or_else(|failure| panic!("{again}: {failure}"));
    assert_eq!(again, read);
}
