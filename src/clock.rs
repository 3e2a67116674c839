//! Points in time as text. Clocks and files may be before 1970 and after 9999, which RFC 3339 cannot say and
//! `humantime` panics at: the nearest time that it can say stands for them.

use std::time::{Duration, SystemTime};

/// The last second of the year 9999.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// `2018-02-14T00:28:07Z`.
pub fn seconds(at: SystemTime) -> String {
    #[expect(clippy::disallowed_methods, reason = "this is `clock`")]
    humantime::format_rfc3339_seconds(tellable(at)).to_string()
}

/// The same with nine decimals, as docker prints times.
pub fn nanos(at: SystemTime) -> String {
    #[expect(clippy::disallowed_methods, reason = "this is `clock`")]
    humantime::format_rfc3339_nanos(tellable(at)).to_string()
}

/// The time since 1970; none before.
pub fn since_epoch(at: SystemTime) -> Duration {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

fn tellable(at: SystemTime) -> SystemTime {
    SystemTime::UNIX_EPOCH + since_epoch(at).min(LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_can_be_told() {
        let epoch = SystemTime::UNIX_EPOCH;
        let far = Duration::from_secs(300_000_000_000);
        for (at, told) in [
            (epoch - Duration::from_secs(1), "1970-01-01T00:00:00Z"),
            (epoch - far, "1970-01-01T00:00:00Z"),
            (epoch + Duration::from_secs(86_401), "1970-01-02T00:00:01Z"),
            (
                epoch + LAST + Duration::from_secs(1),
                "9999-12-31T23:59:59Z",
            ),
            (epoch + far, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(seconds(at), told);
            assert_eq!(nanos(at)[..19], told[..19]);
        }
    }
}
