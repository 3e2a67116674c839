//! Whatever is written reads back, and no message repeats a secret.

mod server;

use super::*;
use proptest::prelude::*;
use std::net::IpAddr;

/// Values that mean something to YAML, shells, `.env` or compose; none empty, none with NUL.
fn private() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 $'\"#\\\\:{}\\[\\]%@`,&*!|>\t\r\n=~-]{1,12}",
        "[^\u{0}]{1,10}",
        Just(documented::password(Edition::Cluster).to_owned()),
        Just("0123".to_owned()),
        Just("yes".to_owned()),
    ]
}

prop_compose! {
    fn cluster()(
        version in proptest::sample::select(vec!["1.0", "1.1", "1.1.3", "1.4-beta", "1.6.10"]),
        ports in (1u16.., 1u16..).prop_filter("distinct", |(a, b)| a != b),
        bind in proptest::option::of(any::<IpAddr>()),
        user in private(),
        password in private(),
        secret in private(),
        key in any::<bool>(),
    ) -> Cluster {
        let mut cluster = documented_local();
        cluster.version = version.parse().expect("valid");
        (cluster.port, cluster.database.host_port) = (ports.0, Some(ports.1));
        cluster.bind = bind;
        cluster.database.user = user;
        cluster.database.password = password.into();
        cluster.schema_manager_secret = secret.into();
        cluster.cluster_secret = key.then(|| PEM.as_str().into());
        cluster
    }
}

proptest! {
    // Each case reads keys several times, at a millisecond each.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_written_reads_back(cluster in cluster()) {
        prop_assert_eq!(read_text(&render(&cluster)), Ok(cluster));
    }

    #[test]
    fn any_change_can_be_made_to_a_generated_file(old in cluster(), new in cluster()) {
        let edited = edit(&render(&old), &old, &new);
        prop_assert!(edited.is_ok(), "{:?} {}", edited, render(&old));
        prop_assert_eq!(read_text(&edited.expect("checked")), Ok(new));
    }

    #[test]
    fn messages_never_repeat_a_secret(secret in "[0-9]{6,9}|sEcr3t[a-z:,{}]{0,5}") {
        let text = format!(
            "database: {{password: {secret}}}\nschemaManagerSecret: {secret}\nclusterSecret: {secret}\n"
        );
        if let Err(failure) = read_text(&text) {
            let shown = format!("{failure:?}");
            prop_assert!(!shown.contains(&secret), "{}", shown);
        }
    }
}
