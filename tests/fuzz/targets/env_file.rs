//! `.env` of a service, and the one that is written for docker-compose.

use super::texts;
use prisma_cli::testing::config::EnvFiles;
use prisma_cli::testing::render::dotenv;
use std::fs;

pub fn seeds() -> Vec<String> {
    texts([
        "A=1\nB='two words' # c\nexport C=\"a\\nb\"\n",
        "# only\n\nA=\nB = x \nA=2\r\n",
        "A='multi\nline'\nB=\"$A ${B} `id` $(id)\"\n",
        "\u{feff}A=ü\n=x\nno line\n1A=x\nA-B=c\n",
        "A=\"open\nB='x\n",
        "PRISMA_MANAGEMENT_API_SECRET=abc#d\n",
    ])
}

pub fn check(text: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(".env");
    fs::write(&file, text).expect("writes");
    let Ok(files) = EnvFiles::read(std::slice::from_ref(&file)) else {
        return;
    };
    for (name, value) in files.values() {
        assert!(is_name(name), "{name:?}");
        // Nothing is expanded: without escapes a value is in the text as it stands.
        let plain = !text.contains('\\') && !value.contains('\n');
        assert!(!plain || text.contains(value), "{name}={value:?}");
    }
    let told = files.warnings().concat();
    for word in text.split_whitespace().filter(|word| word.len() > 12) {
        assert!(!told.contains(word), "repeats {word:?}: {told}");
    }
    if let Ok(line) = dotenv::write("A", text) {
        let form = line.strip_prefix("A=").expect("the key");
        fs::write(&file, &line).expect("writes");
        let files = EnvFiles::read(std::slice::from_ref(&file)).expect("reads");
        let read: Vec<_> = files.values().collect();
        assert_eq!(read, [("A", text)], "{line:?}");
        let breaks = |text: &str| text.matches('\n').count();
        assert!(breaks(form) <= breaks(text), "{form:?}");
        let quoted = form.starts_with(['\'', '"']) && form.len() > 1 && form.ends_with(&form[..1]);
        let bare = !form.contains(['\n', '\'', '"', '#']);
        assert!(quoted || bare || form == text, "{form:?}");
    }
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    let first = characters.next();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    first.is_some_and(plain) && characters.all(plain)
}
