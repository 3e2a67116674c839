//! Whether the server's database can hold the service under its name.

use super::super::graphql::{Error, Operation};
use super::super::http::Limits;
use super::{LIMITS, Management, Patience};
use crate::cluster::Fact;
use crate::error::{Failure, Kind};
use crate::service::name::{LONGEST_ON_POSTGRES, too_long};
use serde_json::json;

impl Management {
    /// Fails for a name that Postgres would shorten: the next one with the same beginning would then
    /// be the same schema. Asks the server for its database only if the name is that long, and believes
    /// one that does not say that it is MySQL, which allows more.
    pub(in crate::server) fn check_length(&self) -> Result<(), Error> {
        let (name, stage) = self.service();
        let whole = format!("{name}@{stage}");
        if whole.len() <= LONGEST_ON_POSTGRES || !self.uses_postgres()? {
            return Ok(());
        }
        let message = too_long(&whole, LONGEST_ON_POSTGRES);
        Err(Failure::new(Kind::ConfigInvalid, message)
            .hint("shorten `service` or `stage`")
            .into())
    }

    /// Whether its database is Postgres; `false` also if it is too old to say.
    pub fn uses_postgres(&self) -> Result<bool, Error> {
        let path = self.server()?.path;
        if !(self.version()).is_some_and(|version| version.has(Fact::PrimaryConnector)) {
            return Ok(false);
        }
        let operation = Operation::new("{ serverInfo { primaryConnector } }", json!({}));
        let mut patience = Patience::of(Limits::of(LIMITS.connect));
        let data = self.post(path, &operation, None, &mut patience)?;
        Ok(data["serverInfo"]["primaryConnector"] == "postgres")
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::credential::Credential;
    use super::super::super::http::tests::serve_all;
    use super::super::super::http::{Client, Proxies};
    use super::*;
    use crate::env::Env;
    use crate::interrupt::Interrupt;

    fn checked(connector: &'static str, stage: &str) -> Result<(), Error> {
        let host = serve_all(move |request| {
            let info = if request.contains("primaryConnector") {
                format!(r#""primaryConnector":"{connector}""#)
            } else {
                r#""version":"1.34.12""#.to_owned()
            };
            let body = format!(r#"{{"data":{{"serverInfo":{{{info}}}}}}}"#);
            let length = body.len();
            format!("HTTP/1.1 200 x\r\nContent-Length: {length}\r\n\r\n{body}")
        });
        let client = Client::new(&host, &Proxies::of(&Env::default())).expect("an address");
        let name = "a".repeat(60);
        let interrupt = Interrupt::default();
        Management::new(client, interrupt, &name, stage, Credential::None).check_length()
    }

    #[test]
    fn postgres_allows_one_character_less() {
        for (connector, stage, fine) in [
            ("postgres", "de", true),
            ("postgres", "dev", false),
            ("mysql", "dev", true),
        ] {
            let found = checked(connector, stage);
            assert_eq!(found.is_ok(), fine, "{connector} {stage}: {found:?}");
        }
    }
}
