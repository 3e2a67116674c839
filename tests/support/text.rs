//! Texts that many tests expect.

/// What `start` and its like print: `state` completes "cluster `NAME` …".
pub fn running(name: &str, state: &str) -> String {
    format!(
        "cluster `{name}` {state}\n\
         \n  endpoint     http://localhost:<port>\
         \n  playground   http://localhost:<port>/cluster\
         \n  database     localhost:<db-port> (MySQL, user `root`)\
         \n  version      Prisma 1.1\n\
         \n\
         deploy a service to it: add `cluster: {name}` to its `prisma.yml` and run `prisma deploy`\n"
    )
}

/// What they say on the way, where the server answers at once.
pub const STAGES: &str = "\
starting the containers
waiting for the database (at most 5m)
";

/// How the warning may begin that each start with documented passwords gives.
const EXPOSED: [&str; 2] = ["warning: port ", "warning: ports "];

/// A text without that warning, which is not what most tests are about; `exposure.rs` is.
pub fn without_exposure(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = EXPOSED.iter().find_map(|begin| rest.find(begin)) {
        let (before, warning) = rest.split_at(at);
        kept.push_str(before);
        // Up to what ends its hint, a file or a flag; a screen may have wrapped it.
        let ends = ["cluster.yml", "--profile digital-ocean`"].into_iter();
        let end = ends
            .filter_map(|end| Some(warning.find(end)? + end.len()))
            .min();
        let after = end.map_or("", |end| &warning[end..]);
        rest = after
            .strip_prefix("\r\n")
            .or(after.strip_prefix('\n'))
            .unwrap_or(after);
    }
    kept + rest
}

/// A text without what is only said of something that takes long, and so on a busy machine: `deadlines.rs` is about
/// that.
pub fn without_delays(text: &str) -> String {
    let is_delay = |line: &&str| {
        line.starts_with("still waiting after ") || line.contains(" ignores the signal to stop, ")
    };
    text.split_inclusive('\n')
        .filter(|line| !is_delay(line))
        .collect()
}

/// A text without the stage that follows the database's.
pub fn without_wait_for_server(text: &str) -> String {
    text.replace(
        &format!("{STAGES}waiting for the server (at most 5m)\n"),
        STAGES,
    )
}

/// A text with secrets that were made at random replaced: those of 40 letters and digits numbered, the
/// same ones alike, and public keys.
pub fn without_secrets(text: &str) -> String {
    let mut seen: Vec<&str> = Vec::new();
    let mut out = String::new();
    let plain = |c: char| c.is_ascii_alphanumeric();
    for line in text.split_inclusive('\n') {
        if let Some((name, _)) = line.split_once("=MIIBIjAN") {
            out += &format!("{name}=<public key>\n");
            continue;
        }
        let mut rest = line;
        while let Some(start) = rest.find(plain) {
            let end = rest[start..].find(|c| !plain(c));
            let end = end.map_or(rest.len(), |end| start + end);
            let word = &rest[start..end];
            out += &rest[..start];
            if word.len() == 40 {
                let known = seen.iter().position(|known| *known == word);
                let at = known.unwrap_or(seen.len());
                if known.is_none() {
                    seen.push(word);
                }
                out += &format!("<secret {}>", at + 1);
            } else {
                out += word;
            }
            rest = &rest[end..];
        }
        out += rest;
    }
    out
}

/// What a dry run prints without the changes of files, which stand indented below what would be written.
pub fn without_diffs(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !line.starts_with("  ")).collect()
}

/// Ids that the fake made: 64 digits, mostly zeros, become `<id N>`; a process number `<pid>`.
pub fn without_ids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let zeros = "0".repeat(56);
    while let Some(at) = rest.find(&zeros) {
        let (before, after) = rest.split_at(at);
        let Some((id, after)) = after.split_at_checked(64) else {
            break;
        };
        out += before;
        out += &format!("<id {}>", id.trim_start_matches('0'));
        rest = after;
    }
    out += rest;
    let mut parts = out.split(", process ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        let part = part.trim_start_matches(|c: char| c.is_ascii_digit());
        out + ", process <pid>" + part
    })
}
