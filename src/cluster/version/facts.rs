//! What differs between the versions of the server: the one table that every decision by version asks.
//!
//! Each limit is the first release after a change, and says how it is known: from servers that were run
//! on both sides of it, or only from the public source of the server.

use super::PrismaVersion;
use crate::secret::SecretKind;

/// Something that is true of some versions only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Its settings are a single `PRISMA_CONFIG` block; before, environment variables.
    PrismaConfig,
    /// `PRISMA_CONFIG` calls the public key `legacySecret`; before, `clusterPublicKey`.
    LegacySecretKey,
    /// `PRISMA_CONFIG` has `migrations` for what was documented as `active`.
    MigrationsKey,
    /// It reads `ssl` of a database.
    Ssl,
    /// It reads `rawAccess` of a database.
    RawAccess,
    /// It can run on Postgres without migrations. Later versions ignore the setting and migrate.
    PassivePostgres,
    /// A pool may have one connection only, the default of the old environment variables. Later versions
    /// exit at the start.
    SingleConnection,
    /// It checks tokens with a public key. Later versions ignore the key, and so are open to anyone.
    KeyPairs,
    /// It checks tokens with a shared secret. Earlier versions ignore it, and so are open to anyone.
    SharedSecrets,
    /// It passes the signal to stop on to its server. Later images ignore it, and Docker kills them.
    StopsOnSignal,
    /// It has the management API at `/management`, with `serverInfo`.
    ManagementPath,
    /// It acquires the lock for deployments only after the first request to its management API, and so
    /// logs that then.
    LateLock,
    /// `serverInfo` names the kind of database.
    PrimaryConnector,
    /// A deployment accepts `force` and returns `warnings`.
    Force,
    /// A deployment that loses data requires `force`. 1.4.1 to 1.6.0 accept `force` without any check.
    DataLossCheck,
    /// The response to a deployment has its `steps`.
    Steps,
    /// The steps say where a relation is stored.
    RelationStorage,
    /// A deployment accepts `noMigration`.
    NoMigration,
    /// It serves Prisma Admin at `/_admin` of each service.
    PrismaAdmin,
    /// Secrets that change alone are in force at once; before, from the next migration or restart on.
    SecretsAtOnce,
    /// A service may have both secrets and subscriptions.
    SecretsWithSubscriptions,
    /// Subscriptions are checked against the datamodel they are deployed with; before, against the old one.
    NewTypesInSubscriptions,
    /// It accepts only the new datamodel syntax, with `@id`; before, only the old one.
    NewDatamodel,
}

/// The versions a fact holds for: from a limit, before a limit, or both.
struct Range {
    from: Option<Limit>,
    before: Option<Limit>,
}

/// The first release after a change.
struct Limit {
    /// Minor version and patch.
    release: (u64, u64),
    /// The last server seen to do it one way, and the first one seen to do it the other way. `None`: only
    /// read in the source.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the tests hold the table to it")
    )]
    seen: Option<(&'static str, &'static str)>,
}

const fn seen(minor: u64, patch: u64, old: &'static str, new: &'static str) -> Limit {
    Limit {
        release: (minor, patch),
        seen: Some((old, new)),
    }
}

const fn read(minor: u64, patch: u64) -> Limit {
    Limit {
        release: (minor, patch),
        seen: None,
    }
}

const fn from(limit: Limit) -> Range {
    Range {
        from: Some(limit),
        before: None,
    }
}

const fn before(limit: Limit) -> Range {
    Range {
        from: None,
        before: Some(limit),
    }
}

const fn between(first: Limit, end: Limit) -> Range {
    Range {
        from: Some(first),
        before: Some(end),
    }
}

#[rustfmt::skip]
static FACTS: [(Fact, Range); 23] = [
    (Fact::PrismaConfig, from(seen(7, 0, "1.6.3", "1.8.4"))),
    (Fact::LegacySecretKey, from(read(8, 0))),
    (Fact::MigrationsKey, from(read(9, 0))),
    (Fact::Ssl, from(read(10, 0))),
    (Fact::RawAccess, from(read(17, 0))),
    (Fact::PassivePostgres, before(read(31, 0))),
    (Fact::SingleConnection, before(seen(12, 0, "1.8.4", "1.12.3"))),
    (Fact::KeyPairs, before(seen(27, 0, "1.25.7", "1.27.4"))),
    (Fact::SharedSecrets, from(seen(6, 3, "1.4.2", "1.6.3"))),
    (Fact::StopsOnSignal, before(seen(2, 0, "1.1.3", "1.8.4"))),
    (Fact::ManagementPath, from(seen(8, 0, "1.6.3", "1.8.4"))),
    (Fact::LateLock, between(seen(4, 0, "1.2.8", "1.4.2"), seen(8, 3, "1.6.3", "1.12.3"))),
    (Fact::PrimaryConnector, from(seen(13, 0, "1.12.3", "1.14.2"))),
    (Fact::Force, from(seen(4, 1, "1.2.8", "1.4.2"))),
    (Fact::DataLossCheck, from(seen(6, 1, "1.4.2", "1.6.3"))),
    (Fact::Steps, from(seen(25, 0, "1.22.2", "1.25.7"))),
    (Fact::RelationStorage, from(seen(27, 0, "1.25.7", "1.27.4"))),
    (Fact::NoMigration, from(seen(26, 0, "1.25.7", "1.27.4"))),
    (Fact::PrismaAdmin, from(read(29, 0))),
    (Fact::SecretsAtOnce, from(seen(4, 0, "1.2.8", "1.4.2"))),
    (Fact::SecretsWithSubscriptions, from(seen(4, 0, "1.2.8", "1.4.2"))),
    (Fact::NewTypesInSubscriptions, from(seen(15, 3, "1.14.2", "1.17.2"))),
    (Fact::NewDatamodel, from(seen(31, 0, "1.30.5", "1.31.2"))),
];

impl Fact {
    fn range(self) -> &'static Range {
        let row = FACTS.iter().find(|(fact, _)| *fact == self);
        &row.unwrap_or(&FACTS[0]).1
    }

    /// The first version it holds for, as in "Prisma 1.6.3 or later".
    pub fn since(self) -> String {
        let from = self.range().from.as_ref();
        release(from.map_or((0, 0), |limit| limit.release))
    }

    /// The last version it holds for, as in "up to Prisma 1.26"; of a line that changed within, its
    /// last release.
    pub fn last(self) -> String {
        match self.range().before.as_ref().map(|limit| limit.release) {
            Some((minor, 0)) => release((minor.saturating_sub(1), 0)),
            Some((minor, patch)) => release((minor, patch - 1)),
            None => "1.34".to_owned(),
        }
    }
}

fn release((minor, patch): (u64, u64)) -> String {
    match patch {
        0 => format!("1.{minor}"),
        patch => format!("1.{minor}.{patch}"),
    }
}

impl PrismaVersion {
    /// Whether a fact holds for this version.
    pub fn has(&self, fact: Fact) -> bool {
        let Range { from, before } = fact.range();
        let release = self.release();
        let reached = |limit: &Limit| release >= limit.release;
        from.as_ref().is_none_or(reached) && !before.as_ref().is_some_and(reached)
    }

    /// Whether it checks tokens signed with a secret of this kind. Otherwise a server that accepts one is
    /// open to anyone.
    pub fn checks(&self, kind: SecretKind) -> bool {
        self.has(match kind {
            SecretKind::Text => Fact::SharedSecrets,
            SecretKind::Key => Fact::KeyPairs,
        })
    }

    /// The release: minor version and patch. A tag such as `1.6` moves, and is now the last of its line.
    /// A pre-release counts as the release it precedes: it had the changes already.
    fn release(&self) -> (u64, u64) {
        let is_line = self.tag.split('.').count() == 2 && self.semver.pre.is_empty();
        let patch = if is_line { u64::MAX } else { self.semver.patch };
        (self.semver.minor, patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(version: &str, fact: Fact) -> bool {
        let version: PrismaVersion = version.parse().expect("valid");
        version.has(fact)
    }

    /// The limits of a fact, and whether it holds from there on.
    fn limits() -> impl Iterator<Item = (Fact, &'static Limit, bool)> {
        FACTS.iter().flat_map(|(fact, range)| {
            let from = range.from.iter().map(|limit| (*fact, limit, true));
            from.chain(range.before.iter().map(|limit| (*fact, limit, false)))
        })
    }

    #[test]
    fn each_fact_holds_where_it_was_seen_and_nowhere_else() {
        for (fact, limit, after) in limits() {
            if let Some((old, new)) = limit.seen {
                assert_eq!(has(old, fact), !after, "{fact:?}: {old}");
                assert_eq!(has(new, fact), after, "{fact:?}: {new}");
            }
        }
    }

    #[test]
    fn a_limit_is_the_first_release_and_its_line_follows_it() {
        for (fact, limit, after) in limits() {
            let (minor, patch) = limit.release;
            let at = format!("1.{minor}.{patch}");
            assert_eq!(has(&at, fact), after, "{fact:?}: {at}");
            // The tag of a line has moved to its last release.
            let line = format!("1.{minor}");
            assert_eq!(has(&line, fact), after, "{fact:?}: {line}");
            let last = match patch {
                0 => format!("1.{}.99", minor - 1),
                patch => format!("1.{minor}.{}", patch - 1),
            };
            assert_eq!(has(&last, fact), !after, "{fact:?}: {last}");
        }
    }

    #[test]
    fn a_pre_release_has_the_changes_of_its_release() {
        assert!(!has("1.27-beta", Fact::KeyPairs));
        assert!(has("1.31-beta-2", Fact::NewDatamodel));
        assert!(!has("1.6-beta", Fact::SharedSecrets));
    }

    #[test]
    fn limits_are_named_as_people_name_versions() {
        assert_eq!(Fact::SharedSecrets.since(), "1.6.3");
        assert_eq!(Fact::PrismaConfig.since(), "1.7");
        assert_eq!(Fact::KeyPairs.last(), "1.26");
    }
}
