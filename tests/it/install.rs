//! `scripts/install`: what it puts where, that it can be repeated, and that nothing of it stays.

use crate::support::Sandbox;
use crate::support::run::PRISMA;
use std::fs;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs the script; its status and what it says.
fn install(s: &Sandbox, words: &str, destdir: &str) -> (i32, String) {
    let script = format!("{ROOT}/scripts/install");
    let run = s
        .beside_the_system("/bin/bash")
        .args(
            [script.as_str()]
                .into_iter()
                .chain(words.split_whitespace()),
        )
        .env("DESTDIR", destdir);
    let ended = s.end(run.start());
    assert_eq!(ended.stdout, "");
    (ended.status, ended.stderr.replace(ROOT, "<source>"))
}

/// The files below `work`, a line each with its mode.
fn files(s: &Sandbox) -> String {
    crate::support::files(&s.path("work")).list()
}

fn pages() -> Vec<String> {
    let entries = fs::read_dir(format!("{ROOT}/assets/man")).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.sort();
    names
}

fn files_only(list: &str) -> Vec<&str> {
    list.lines().filter(|line| !line.ends_with('/')).collect()
}

#[test]
fn everything_is_put_where_the_system_looks_and_taken_away_again() {
    let s = Sandbox::new();
    s.write("work/prefix/share/mine", "");
    let before = files(&s);
    let words = format!("--prefix prefix --binary {PRISMA}");

    let (status, would) = install(&s, &format!("{words} --dry-run"), "");
    assert_eq!((status, files(&s)), (0, before.clone()), "only said");
    let (status, told) = install(&s, &words, "");
    assert_eq!(status, 0, "{told}");
    assert!(
        told.starts_with(&would) && would.contains("  bin/prisma\n"),
        "{told}"
    );
    assert!(
        told.contains("warning: `<root>/work/prefix/bin` is not on `PATH`"),
        "{told}"
    );

    let after = files(&s);
    let mut wanted = vec![
        "0755 prefix/bin/prisma".to_owned(),
        "0644 prefix/share/bash-completion/completions/prisma".to_owned(),
        "0644 prefix/share/fish/vendor_completions.d/prisma.fish".to_owned(),
    ];
    wanted.extend(
        pages()
            .iter()
            .map(|page| format!("0644 prefix/share/man/man1/{page}")),
    );
    wanted.push("0644 prefix/share/zsh/site-functions/_prisma".to_owned());
    let mut found = files_only(&after);
    found.retain(|line| !line.ends_with("/mine") && !line.ends_with("prisma/installed"));
    assert_eq!(found, wanted);
    let zsh = fs::read_to_string(s.path("work/prefix/share/zsh/site-functions/_prisma"));
    assert_eq!(zsh.expect("a script"), s.run("completions zsh").stdout);

    let (status, _) = install(&s, &words, "");
    assert_eq!((status, files(&s)), (0, after), "the same again");
    let (status, told) = install(&s, "--uninstall --prefix prefix", "");
    assert_eq!(status, 0, "{told}");
    assert_eq!(files(&s), before);
    let (status, told) = install(&s, "--uninstall --prefix prefix", "");
    let nothing = "nothing is installed under `<root>/work/prefix`\n";
    assert_eq!((status, told.as_str()), (0, nothing));
}

#[test]
fn a_package_is_filled_below_destdir() {
    let s = Sandbox::new();
    let destdir = s.path("work/package").display().to_string();
    let (status, told) = install(&s, &format!("--prefix /usr --binary {PRISMA}"), &destdir);
    assert_eq!(status, 0, "{told}");
    assert!(files(&s).contains("0755 package/usr/bin/prisma\n"));
    assert!(!told.contains("PATH"), "{told}");
    let (status, _) = install(&s, "--uninstall --prefix /usr", &destdir);
    assert_eq!((status, files_only(&files(&s))), (0, Vec::new()));
}

#[test]
fn what_is_somebody_elses_is_left_alone_and_what_is_old_goes() {
    let s = Sandbox::new();
    // As npm's program stands there.
    s.write("work/p/bin/prisma", "#!/usr/bin/env node\n");
    let before = files(&s);
    let words = format!("--prefix p --binary {PRISMA}");
    let (status, told) = install(&s, &words, "");
    assert_eq!((status, files(&s)), (1, before));
    assert_eq!(
        told,
        "error: this script did not install these existing files:\n  <root>/work/p/bin/prisma\n\
         error: remove them, install elsewhere with `--prefix`, or replace them with `--force`\n"
    );
    assert_eq!(install(&s, &format!("{words} --force"), "").0, 0);

    // Another version's list, and one that somebody bent.
    let list = "work/p/share/prisma/installed";
    s.write("work/p/share/man/man1/prisma-old.1", "");
    s.write("work/kept", "");
    s.write(
        list,
        &(s.read(list) + "share/man/man1/prisma-old.1\n../kept\n\n/etc/hostname\n"),
    );
    assert_eq!(install(&s, &words, "").0, 0);
    assert!(!s.path("work/p/share/man/man1/prisma-old.1").exists());
    assert_eq!(install(&s, "--uninstall --prefix p", "").0, 0);
    assert!(s.path("work/kept").exists());
    assert_eq!(files_only(&files(&s)), ["0644 kept"]);
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is() {
    let s = Sandbox::new();
    let (status, told) = install(&s, "--prefix p --binary nowhere", "");
    let message = "error: `nowhere` does not exist: build it with `cargo build --release`, or name another binary with `--binary`\n";
    assert_eq!((status, told.as_str()), (1, message));
    let (status, told) = install(&s, "--perfix p", "");
    assert_eq!(status, 1);
    assert!(
        told.ends_with("error: unknown option `--perfix`\n"),
        "{told}"
    );
    let (status, told) = install(&s, "--prefix", "");
    assert_eq!(
        (status, told.as_str()),
        (1, "error: `--prefix` needs a value\n")
    );
    assert_eq!(files(&s), "");
}
