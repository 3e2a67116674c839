//! `--database-url`: the URL of an external database.

use super::check::{BREAKS, breaks_configuration};
use super::{Connector, Database, Edition, External};
use crate::error::{Failure, Kind};
use crate::url::{UrlError, decoded, host_and_port};
use std::str::FromStr;

impl FromStr for Database {
    type Err = Failure;

    /// Reads `mysql://USER:PASSWORD@HOST[:PORT][/DATABASE][?ssl=true]`, `postgres://…` or
    /// `postgresql://…`; user and password may have `%XX`. Fails with [`Kind::Usage`], without
    /// repeating the text: it holds a password.
    fn from_str(text: &str) -> Result<Self, Failure> {
        read(text).map_err(|why| {
            Failure::new(Kind::Usage, format!("invalid database URL: {why}"))
                .hint("write it as `postgres://USER:PASSWORD@HOST:5432/DATABASE`")
        })
    }
}

fn read(text: &str) -> Result<Database, String> {
    let (scheme, rest) = text.split_once("://").ok_or("`://` is missing")?;
    let connector = match scheme {
        "mysql" => Connector::MySql,
        "postgres" | "postgresql" => Connector::Postgres,
        _ => return Err("it must start with `mysql://` or `postgres://`".to_owned()),
    };
    let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, name) = rest.split_once('/').unwrap_or((rest, ""));
    let (account, place) = authority
        .rsplit_once('@')
        .ok_or("the user is missing: write `USER:PASSWORD@` before the host")?;
    let (user, password) = account.split_once(':').unwrap_or((account, ""));
    let mut database = Database::documented(Edition::Server, connector);
    database.user = decoded(user).ok_or("the user contains `%` without two hex digits")?;
    let password = decoded(password);
    let password = password.ok_or("the password contains `%` without two hex digits")?;
    if breaks_configuration(&password) {
        return Err(format!("the password is not possible: {BREAKS}"));
    }
    database.password = password.into();
    if database.user.is_empty() {
        return Err("the user is empty".to_owned());
    }
    database.external = Some(external(place, connector)?);
    if !name.is_empty() {
        database.name =
            decoded(name).ok_or("the database name contains `%` without two hex digits")?;
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
                    "unknown option `{}`: only `ssl=true` is supported",
                    key.escape_debug()
                ));
            }
        }
    }
    Ok(database)
}

/// The message does not repeat the host: it may be part of a password.
const NO_HOST: &str = "the host name after `@` is not valid: in user and password, write `@`, `/` and `?` as `%40`, `%2F` and `%3F`";

const NO_OPTIONS: &str = "the options after `?` are not valid: in user and password, write `@`, `/` and `?` as `%40`, `%2F` and `%3F`";

fn external(place: &str, connector: Connector) -> Result<External, String> {
    if place.is_empty() || place.starts_with(':') {
        return Err("it has no host".to_owned());
    }
    let (host, port) = host_and_port(place).map_err(|why| match why {
        UrlError::Host => NO_HOST.to_owned(),
        why => why.to_string(),
    })?;
    Ok(External {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: port.unwrap_or(connector.port()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_connector_account_and_host() {
        let read: Database = "postgresql://me:p%40ss%2Fw@db.example/app?sslmode=require"
            .parse()
            .expect("valid");
        assert_eq!(read.connector, Connector::Postgres);
        assert_eq!((&*read.user, read.password.reveal()), ("me", "p@ss/w"));
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
        assert_eq!((read.password.reveal(), &*read.name), ("", "prisma"));
        // A colon or an at sign in a password needs no escape if it is unambiguous.
        let read: Database = "mysql://a:b:c@d@host".parse().expect("valid");
        assert_eq!(read.password.reveal(), "b:c@d");
    }

    #[test]
    fn invalid_urls_are_refused_without_repeating_them() {
        for (text, why) in [
            ("geheim", "`://` is missing"),
            ("mongo://a:geheim@b", "start with `mysql://`"),
            ("mysql://geheim", "user is missing"),
            ("mysql://:geheim@b", "user is empty"),
            ("mysql://a:geheim@", "has no host"),
            ("mysql://a:geheim@b:0", "port must be"),
            ("mysql://a:geheim@b:x", "port must be"),
            ("mysql://a:geheim@b:+1", "port must be"),
            ("mysql://a:geheim@-b", "not valid"),
            ("mysql://a:geheim@[::1", "not valid"),
            ("mysql://a:geheim@[geheim]", "not valid"),
            ("mysql://a:geheim@[::1]geheim", "not valid"),
            ("mysql://a:x@geheim h", "not valid"),
            ("mysql://a:geheim%+1@b", "two hex digits"),
            ("mysql://a:geheim%4@b", "two hex digits"),
            ("mysql://a:geheim%22@b", "Prisma 1.7 and later cannot start"),
            ("mysql://a:geheim\\@b", "Prisma 1.7 and later cannot start"),
            ("mysql://a:geheim@b?tls=geheim", "unknown option `tls`"),
            ("mysql://a:geheim@b?geheim@host/app", "options after `?`"),
        ] {
            let failure = text.parse::<Database>().expect_err(text);
            assert!(failure.message().contains(why), "{text}: {failure}");
            assert!(!failure.message().contains("geheim"), "{failure}");
        }
    }
}
