//! Docker's credential helpers: programs that its configuration names, and that may be gone.

use super::engine::config_file;
use crate::env::Env;
use crate::files;

/// The keys that name one: for all registries, and for some.
const KEYS: [&str; 2] = ["\"credsStore\"", "\"credHelpers\""];

/// What names a helper in docker's configuration, for messages.
pub fn entry(env: &Env, helper: Option<&str>) -> String {
    let unknown = || "`credsStore` and `credHelpers` from docker's `config.json`".to_owned();
    let Some(path) = config_file(env) else {
        return unknown();
    };
    let text = files::read_text(&path).ok().flatten().unwrap_or_default();
    // A registry's helper is named a line below the key.
    let named = helper.and_then(|helper| helper.strip_prefix("docker-credential-"));
    let named = named.map(|name| format!("\"{name}\""));
    let find = |is_meant: &dyn Fn(&str) -> bool| text.lines().position(is_meant);
    // One that is named but works may itself miss another one: then the key has to do.
    let at = named.and_then(|named| find(&|line| line.contains(&named)));
    let at = at.or_else(|| find(&|line| KEYS.iter().any(|key| line.contains(key))));
    match at {
        Some(at) => {
            let line = text.lines().nth(at).unwrap_or_default();
            let line = line.trim().trim_end_matches(',');
            format!("line {}, `{line}`, from {}", at + 1, path.display())
        }
        None => unknown(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_of_a_helper_is_found_by_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.json");
        let text = "{\n  \"auths\": {},\n  \"credsStore\": \"desktop.exe\",\n  \"credHelpers\": {\n    \"gcr.io\": \"gcloud\"\n  }\n}\n";
        std::fs::write(&path, text).expect("writes");
        let shown = folder.path().to_str().expect("Unicode");
        let env = Env::from([("DOCKER_CONFIG", shown)]);
        for (helper, expected) in [
            (
                Some("docker-credential-desktop.exe"),
                "line 3, `\"credsStore\": \"desktop.exe\"`",
            ),
            (
                Some("docker-credential-gcloud"),
                "line 5, `\"gcr.io\": \"gcloud\"`",
            ),
            (
                Some("docker-credential-wincred.exe"),
                "line 3, `\"credsStore\": \"desktop.exe\"`",
            ),
            (None, "line 3, `\"credsStore\": \"desktop.exe\"`"),
        ] {
            let expected = format!("{expected}, from {}", path.display());
            assert_eq!(entry(&env, helper), expected);
        }
        let unknown = "`credsStore` and `credHelpers` from docker's `config.json`";
        assert_eq!(entry(&Env::default(), None), unknown);
    }
}
