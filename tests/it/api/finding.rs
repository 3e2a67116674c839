//! Which path, and how many requests it takes to know.
//!
//! Witness: `recorded::cluster` has the answers of both paths; the number of requests is counted on a scripted
//! server.

use crate::api::played::{VERSIONS, open};
use crate::support::standin::Standin;
use prisma_cli::testing::server::version::ManagementPath;

#[test]
fn each_version_is_found_from_either_side() {
    for version in VERSIONS {
        let (old, late) = (
            !version.starts_with("1.8") && !version.starts_with("1.34"),
            version != "1.8.4",
        );
        for first in [ManagementPath::Cluster, ManagementPath::Management] {
            let standin = Standin::start(version);
            let management = open(&standin).first(first);
            let server = management.server().expect("found").clone();
            assert_eq!(server.version, version);
            let expected = match (old, late) {
                (true, _) => ManagementPath::Cluster,
                (false, true) => ManagementPath::Management,
                // Both are right.
                (false, false) => first,
            };
            assert_eq!(server.path, expected, "{version} {first}");
            let requests = standin.take();
            assert_eq!(
                requests.len(),
                if server.path == first { 1 } else { 2 },
                "{version} {first}"
            );
            assert!(
                requests
                    .iter()
                    .all(|request| request.header("authorization").is_none())
            );
            assert_eq!(standin.state().connections, 1, "{version} {first}");
            management.server().expect("known");
            assert_eq!(standin.take(), [], "asked once");
        }
    }
}
