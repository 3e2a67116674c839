//! How docker-compose treats a folder: the files it reads there, and the project name it uses.

use crate::cluster::{ClusterName, kept};

/// Files that v2, or both versions, read instead of `docker-compose.yml`.
pub const OVERRIDING_NAMES: [&str; 3] = ["docker-compose.yaml", "compose.yml", "compose.yaml"];
/// The variable that names the project, also in `.env`.
pub const NAME: &str = "COMPOSE_PROJECT_NAME";

/// Releases of v1 before 1.21 keep fewer.
fn bare(name: &str) -> String {
    name.replace(['-', '_'], "")
}

/// The project of a folder, and whether `.env` has to set it because the folder's own name is invalid or
/// that of a cluster: one of `taken`, or `local`, which may be started later.
pub fn apart(folder: &str, taken: &[String]) -> (ClusterName, bool) {
    let is_taken = |name: &str| {
        let mut all = taken.iter().map(String::as_str).chain(["local"]);
        all.any(|taken| bare(taken) == bare(name))
    };
    if let Some(name) = ClusterName::normalised(folder).filter(|name| !is_taken(name.as_ref())) {
        return (name, false);
    }
    let kept = kept(folder);
    let base: String = kept
        .trim_start_matches(['-', '_'])
        .chars()
        .take(50)
        .collect();
    let base = match base.as_str() {
        "" => "prisma".to_owned(),
        _ if is_taken(&base) => format!("{base}-folder"),
        _ => base,
    };
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let mut names = std::iter::once(base.clone()).chain(numbered);
    let free = names.find_map(|name| name.parse().ok().filter(|_| !is_taken(&name)));
    // Some number is free.
    (free.unwrap_or_else(ClusterName::local), true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_folder_with_a_clusters_name_gets_another_one() {
        let taken = ["staging".to_owned(), "prisma".to_owned()];
        for (folder, project, named) in [
            ("hello", "hello", false),
            ("My App", "myapp", false),
            ("my-app_2", "my-app_2", false),
            ("local", "local-folder", true),
            ("Local", "local-folder", true),
            ("lo-cal", "lo-cal-folder", true),
            ("staging", "staging-folder", true),
            ("_x", "x", true),
            ("日本", "prisma-2", true),
            ("", "prisma-2", true),
        ] {
            let (name, is_named) = apart(folder, &taken);
            assert_eq!((name.as_ref(), is_named), (project, named), "{folder}");
        }
        let taken = ["local-folder".to_owned()];
        assert_eq!(apart("local", &taken).0.as_ref(), "local-folder-2");
    }

    proptest! {
        #[test]
        fn no_folder_has_the_name_of_a_cluster(folder in ".{0,80}") {
            let (name, _) = apart(&folder, &["a".to_owned()]);
            prop_assert!(!name.is_local() && name.as_ref() != "a", "{}", name);
        }
    }
}
