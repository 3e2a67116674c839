//! Why a container ended, from its last lines.

pub const ARCHITECTURE: &str = "its image is for another CPU architecture";
/// The remedy for [`ARCHITECTURE`].
pub const EMULATE: &str = "choose an image for this machine with `--database-image`, or emulate the other architecture (`docker run --privileged tonistiigi/binfmt --install all`)";

/// Texts in a log, their meaning and the remedy.
const KNOWN: &[(&[&str], &str, &str)] = &[
    (&["exec format error"], ARCHITECTURE, EMULATE),
    (
        &[
            "No space left on device",
            "no space left on device",
            "Errcode: 28",
        ],
        "the Docker engine's disk is full",
        "free some space, e.g. with `docker system prune`, and run the command again",
    ),
    (
        &[
            "java.lang.OutOfMemoryError",
            "Cannot allocate memory",
            "cannot allocate memory",
        ],
        "it ran out of memory",
        "stop other programs there, or give the engine more memory, and run the command again",
    ),
    (
        &[
            "ib_logfile0 was not found",
            "Can't open and lock privilege tables",
            "Table 'mysql.user' doesn't exist",
        ],
        "its data directory is incomplete because the first start was interrupted",
        "recreate it with `prisma local nuke`, which deletes all data",
    ),
];

/// Why a container ended, and the remedy, if its last lines show it.
pub fn why_it_ended(log: &str) -> Option<(&'static str, &'static str)> {
    let said = |needles: &[&str]| needles.iter().any(|needle| log.contains(needle));
    let found = KNOWN.iter().find(|(needles, ..)| said(needles));
    found.map(|(_, why, hint)| (*why, *hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_containers_print_before_they_end_is_recognised() {
        let why = |log| why_it_ended(log).map(|(why, _)| why);
        for (log, cause) in [
            (
                "exec /tini: exec format error\n",
                "another CPU architecture",
            ),
            (
                "standard_init_linux.go:228: exec user process caused: exec format error",
                "another CPU architecture",
            ),
            (
                "[ERROR] InnoDB: Write to file ./ibdata1 failed (Errcode: 28 \"No space left on device\")",
                "disk",
            ),
            (
                "mysqld: Error writing file (errno: 28 - No space left on device)",
                "disk",
            ),
            (
                "Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space",
                "memory",
            ),
            (
                "[ERROR] InnoDB: File ./ib_logfile0 was not found",
                "is incomplete",
            ),
        ] {
            assert!(why(log).is_some_and(|why| why.contains(cause)), "{log}");
        }
        assert_eq!(why("Server running on :4466\n"), None);
    }
}
