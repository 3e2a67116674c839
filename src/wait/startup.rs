//! What a server's log says about its start.

use crate::cluster::PrismaVersion;

/// Whether the server has the lock on its database that a deployment needs. Only one server can have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lock {
    #[default]
    Unmentioned,
    Awaited,
    Obtained,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Startup {
    pub lock: Lock,
    /// It is done, and does not listen: another process has its port. The server stays up like that, without
    /// an error in its log.
    pub is_deaf: bool,
}

impl Startup {
    /// Reads the log of one run of the server.
    pub fn read(log: &str) -> Startup {
        let mut startup = Startup::default();
        for line in log.lines() {
            if let Some((_, end)) = line.split_once("Obtaining exclusive agent lock...") {
                startup.lock = if end.contains("Successful") {
                    Lock::Obtained
                } else {
                    Lock::Awaited
                };
            } else if line.contains("Deployment worker initialization complete")
                || line.contains("Successfully started ")
            {
                startup.is_deaf = true;
            }
        }
        startup.is_deaf &= !log.contains("Server running on ");
        startup
    }

    /// The same, if the end of a log does not reach back to what was read before.
    pub fn after(self, before: Startup) -> Startup {
        Startup {
            lock: match self.lock {
                Lock::Unmentioned => before.lock,
                lock => lock,
            },
            ..self
        }
    }
}

/// Whether the server mentions the lock only after the first request to its management API: 1.4.0 to 1.8.2.
pub fn mentions_lock_late(version: &PrismaVersion) -> bool {
    let is_before = |bound: &str| {
        let bound = bound.parse::<PrismaVersion>();
        bound.is_ok_and(|bound| *version < bound)
    };
    !is_before("1.4.0") && is_before("1.8.3")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_shows_the_lock() {
        let lock = |log| Startup::read(log).lock;
        assert_eq!(lock("Server running on :4466\n"), Lock::Unmentioned);
        let awaited = "Initializing workers...\nObtaining exclusive agent lock...\n";
        assert_eq!(lock(awaited), Lock::Awaited);
        // As 1.34 prints it.
        let obtained = "[INFO] Obtaining exclusive agent lock...\n\
                        [INFO] Obtaining exclusive agent lock... Successful.\n";
        assert_eq!(lock(obtained), Lock::Obtained);
    }

    #[test]
    fn a_complete_start_without_a_port_is_deaf() {
        let mut log = "Obtaining exclusive agent lock... Successful.\n\
                       Deployment worker initialization complete.\n\
                       Successfully started 1 workers.\n"
            .to_owned();
        assert!(Startup::read(&log).is_deaf);
        log += "Server running on :4466\n";
        assert!(!Startup::read(&log).is_deaf);
        assert!(!Startup::read("Initializing workers...\n").is_deaf);
    }

    #[test]
    fn some_versions_mention_the_lock_late() {
        for (version, late) in [
            ("1.1.3", false),
            ("1.3.9", false),
            ("1.4.0", true),
            ("1.4.2", true),
            ("1.8.2", true),
            ("1.8.4", false),
            ("1.34.12", false),
        ] {
            let version = version.parse().expect("a version");
            assert_eq!(mentions_lock_late(&version), late, "{version}");
        }
    }
}
