//! `--database-url`: a database that is somewhere else, on one line.

use super::{Connector, Database, Edition, External};
use crate::error::{Failure, Kind};
use crate::url::address::decoded;
use std::str::FromStr;

impl FromStr for Database {
    type Err = Failure;

    /// Reads `mysql://USER:PASSWORD@HOST[:PORT][/DATABASE][?ssl=true]`, `postgres://…` or
    /// `postgresql://…`; user and password may have `%XX`. Fails with [`Kind::Usage`], without
    /// repeating the text: it holds a password.
    fn from_str(text: &str) -> Result<Self, Failure> {
        read(text).map_err(|why| {
            Failure::new(Kind::Usage, format!("invalid database URL: {why}"))
                .hint("write one such as `postgres://USER:PASSWORD@HOST:5432/DATABASE`")
        })
    }
}

fn read(text: &str) -> Result<Database, String> {
    let (scheme, rest) = text.split_once("://").ok_or("it has no `://`")?;
    let connector = match scheme {
        "mysql" => Connector::MySql,
        "postgres" | "postgresql" => Connector::Postgres,
        _ => return Err("it begins with neither `mysql://` nor `postgres://`".to_owned()),
    };
    let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, name) = rest.split_once('/').unwrap_or((rest, ""));
    let (account, place) = authority
        .rsplit_once('@')
        .ok_or("it names no user: `USER:PASSWORD@` goes before the host")?;
    let (user, password) = account.split_once(':').unwrap_or((account, ""));
    let mut database = Database::documented(Edition::Server, connector);
    database.user = decoded(user).ok_or("the user has a `%` without two digits")?;
    database.password = decoded(password).ok_or("the password has a `%` without two digits")?;
    if database.user.is_empty() {
        return Err("the user is empty".to_owned());
    }
    database.external = Some(external(place, connector)?);
    if !name.is_empty() {
        database.name = decoded(name).ok_or("the database has a `%` without two digits")?;
    }
    if options.contains(['@', '/']) {
        return Err(NO_OPTIONS.to_owned());
    }
    for option in options.split('&').filter(|option| !option.is_empty()) {
        match option {
            "ssl=true" | "ssl=1" | "sslmode=require" => database.tuning.ssl = Some(true),
            "ssl=false" | "ssl=0" | "sslmode=disable" => database.tuning.ssl = Some(false),
            _ => {
                let key = option.split('=').next().unwrap_or_default();
                return Err(format!(
                    "unknown option `{}`: there is `ssl=true`",
                    key.escape_debug()
                ));
            }
        }
    }
    Ok(database)
}

/// Without the host: what people put there may be the rest of a password.
const NO_HOST: &str = "what follows `@` is no host: in user and password, write `@`, `/` and `?` as `%40`, `%2F` and `%3F`";

/// Without them, for the same reason.
const NO_OPTIONS: &str = "what follows `?` are no options: in user and password, write `@`, `/` and `?` as `%40`, `%2F` and `%3F`";

/// `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT`.
fn external(place: &str, connector: Connector) -> Result<External, String> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or("`[` is not closed")?;
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err("between `[` and `]` is no IPv6 address".to_owned());
            }
            match after.strip_prefix(':') {
                None if !after.is_empty() => return Err(NO_HOST.to_owned()),
                port => (host, port),
            }
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let port = match port {
        None => connector.port(),
        Some(port) => port
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or("the port is no number from 1 to 65535")?,
    };
    if host.is_empty() {
        return Err("it names no host".to_owned());
    }
    let plain = |c: char| c.is_alphanumeric() || "-_.:".contains(c);
    if !host.chars().all(plain) {
        return Err(NO_HOST.to_owned());
    }
    let host = host.to_owned();
    Ok(External { host, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_technology_account_and_place() {
        let read: Database = "postgresql://me:p%40ss%2Fw@db.example/app?sslmode=require"
            .parse()
            .expect("valid");
        assert_eq!(read.connector, Connector::Postgres);
        assert_eq!((&*read.user, &*read.password), ("me", "p@ss/w"));
        assert_eq!(
            read.external.map(|at| at.to_string()),
            Some("db.example:5432".into())
        );
        assert_eq!((&*read.name, read.tuning.ssl), ("app", Some(true)));
        let read: Database = "mysql://root@[2001:db8::1]:3307".parse().expect("valid");
        assert_eq!(
            read.external.map(|at| at.to_string()),
            Some("[2001:db8::1]:3307".into())
        );
        assert_eq!((&*read.password, &*read.name), ("", "prisma"));
        // A colon and an at sign in a password need no escape where they can be told apart.
        let read: Database = "mysql://a:b:c@d@host".parse().expect("valid");
        assert_eq!(&*read.password, "b:c@d");
    }

    #[test]
    fn what_is_no_url_is_refused_without_repeating_it() {
        for (text, why) in [
            ("geheim", "no `://`"),
            ("mongo://a:geheim@b", "neither `mysql://`"),
            ("mysql://geheim", "names no user"),
            ("mysql://:geheim@b", "user is empty"),
            ("mysql://a:geheim@", "names no host"),
            ("mysql://a:geheim@b:0", "no number from 1"),
            ("mysql://a:geheim@b:x", "no number from 1"),
            ("mysql://a:geheim@[::1", "not closed"),
            ("mysql://a:geheim@[geheim]", "no IPv6 address"),
            ("mysql://a:geheim@[::1]geheim", "no host"),
            ("mysql://a:x@geheim h", "no host"),
            ("mysql://a:geheim%+1@b", "two digits"),
            ("mysql://a:geheim%4@b", "two digits"),
            ("mysql://a:geheim@b?tls=geheim", "unknown option `tls`"),
            ("mysql://a:geheim@b?geheim@host/app", "are no options"),
        ] {
            let failure = text.parse::<Database>().expect_err(text);
            assert!(failure.message.contains(why), "{text}: {failure}");
            assert!(!failure.message.contains("geheim"), "{failure}");
        }
    }
}
