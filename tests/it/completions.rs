//! Completions: what real shells offer, from files alone, without a word about what is wrong.

use crate::support::run::{PRISMA, Run};
use crate::support::{Sandbox, same, skip};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Names of every kind: two clusters that run here, one of them rendered, two of the registry, one of
/// them with a name that no shell would take as one word, and a service.
fn sandbox() -> Sandbox {
    let s = Sandbox::new();
    let clusters = "home/.prisma/clusters";
    s.write(&format!("{clusters}/local/cluster.yml"), "");
    s.write(
        &format!("{clusters}/staging/docker-compose.yml"),
        "services:\n  prisma-db: {}\n  prisma-database: {}\n",
    );
    s.write(
        "home/.prisma/config.yml",
        "clusters:\n  prod:\n    host: http://prod\n  $(touch x):\n    host: http://x\n",
    );
    s.set_private("home/.prisma/config.yml");
    s.write("work/prisma.yml", "service: hello\nstage: dev\n");
    s.write("work/my file.env", "");
    std::os::unix::fs::symlink(PRISMA, s.path("bin/prisma")).expect("a link");
    s
}

/// The line, and what may stand at its end.
const OFFERED: [(&str, &[&str]); 10] = [
    ("prisma local sto", &["stop"]),
    ("prisma local stop -n ", &["local", "staging"]),
    ("prisma local stop --name s", &["staging"]),
    ("prisma deploy -c ", &["prod"]),
    ("prisma deploy -s ", &["dev"]),
    ("prisma cluster remove ", &["prod"]),
    (
        "prisma local logs -n staging ",
        &["prisma-db", "prisma-database"],
    ),
    ("prisma local stop -o ", &["text", "json"]),
    ("prisma local ps -o ", &["text", "json", "env"]),
    ("prisma local stop --qui", &["--quiet"]),
];

/// A run of the shell, if this machine has it, with the sandbox's home and programs in front of the system's.
fn shell(s: &Sandbox, name: &str) -> Option<Run> {
    let folders = ["/usr/bin", "/bin", "/usr/local/bin"];
    let paths = folders.map(|folder| PathBuf::from(folder).join(name));
    let path = paths.into_iter().find(|path| path.exists());
    if path.is_none() {
        skip("completions", &format!("no `{name}`"));
    }
    let path = path?;
    Some(s.beside_the_system(path).env("TERM", "xterm-256color"))
}

/// What a script prints, which must print nothing else.
fn output(run: &Run) -> String {
    let ended = run.start().end();
    assert_eq!((ended.stderr.as_str(), ended.status), ("", 0));
    ended.stdout
}

/// Lines as [`OFFERED`] would have them.
fn wanted() -> String {
    let line = |(line, words): &(&str, &[&str])| format!("{line}|{}\n", words.join(" "));
    OFFERED.iter().map(line).collect()
}

#[test]
fn bash_offers_the_names_of_this_machine() {
    let s = sandbox();
    let Some(bash) = shell(&s, "bash") else {
        return;
    };
    let lines: String = OFFERED
        .iter()
        .map(|(line, _)| format!("offer '{line}'\n"))
        .collect();
    let script = format!(
        r#"
        source <(prisma completions bash)
        offer() {{
            local IFS=' '
            COMP_WORDS=($1) IFS=' '
            if [[ $1 == *' ' ]]; then COMP_WORDS+=(''); fi
            COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            _prisma prisma
            printf '%s|%s\n' "$1" "${{COMPREPLY[*]}}"
        }}
        {lines}
        # as bash breaks it
        COMP_WORDS=(prisma local stop --name = st) COMP_CWORD=5
        _prisma prisma
        echo "${{COMPREPLY[*]}}"
        "#
    );
    let bash = bash.args(["--norc", "-c", &script]);
    same("bash", &output(&bash), &(wanted() + "staging\n"));
}

#[test]
fn fish_offers_the_names_of_this_machine() {
    let s = sandbox();
    let Some(fish) = shell(&s, "fish") else {
        return;
    };
    let lines: String = OFFERED
        .iter()
        .map(|(line, _)| format!("offer '{line}'\n"))
        .collect();
    let script = format!(
        r"
        prisma completions fish | source
        function offer
            set -l words (complete -C $argv[1] | string replace -r '\t.*' '')
            printf '%s|%s\n' $argv[1] (string join ' ' -- $words)
        end
        {lines}
        complete -C 'prisma local stop --name=st'
        complete -C 'prisma deploy --env-file=m'
        "
    );
    let fish = fish.args(["--no-config", "-c", &script]);
    let more = "--name=staging\n--env-file=my file.env\n";
    same("fish", &output(&fish), &(wanted() + more));
}

/// Types a line and TAB into a shell that is set up by a first line, and sees what comes of it.
fn at_keyboard(s: &Sandbox, shell: Run, set_up: &str, typed: &str, shown: &str) {
    let mut t = s.terminal_of(&shell);
    // A prompt means that the shell listens.
    t.types_unasked(&format!("{set_up}; PS1='go''> '\r"));
    t.shows("\ngo>");
    t.types(typed);
    t.shows(typed.trim_end());
    t.types("\t");
    t.shows(shown);
    t.kill();
}

#[test]
fn at_a_keyboard_bash_completes_names_and_files() {
    let s = sandbox();
    for (typed, shown) in [
        ("prisma local stop -n st", "-n staging"),
        ("prisma local stop --name=st", "--name=staging"),
        ("prisma deploy -e my", r"-e my\ file.env"),
    ] {
        let Some(bash) = shell(&s, "bash") else {
            return;
        };
        let set_up = "source <(prisma completions bash)";
        at_keyboard(&s, bash.args(["--norc", "-i"]), set_up, typed, shown);
    }
}

#[test]
fn at_a_keyboard_zsh_completes_names_and_files() {
    let s = sandbox();
    s.write("home/functions/_prisma", &s.run("completions zsh").stdout);
    let sourced = "autoload -Uz compinit; compinit -u -D; source <(prisma completions zsh)";
    let installed = "fpath=(~/functions $fpath); autoload -Uz compinit; compinit -u -D";
    for (set_up, typed, shown) in [
        (sourced, "prisma local stop -n st", "-n staging"),
        (installed, "prisma local stop --name=st", "--name=staging"),
        (
            installed,
            "prisma deploy --env-file=my",
            r"--env-file=my\ file.env",
        ),
        (
            installed,
            "prisma local logs -n staging ",
            "staging prisma-d",
        ),
        (installed, "prisma local sto", "prisma local stop"),
    ] {
        let Some(zsh) = shell(&s, "zsh") else {
            return;
        };
        at_keyboard(&s, zsh.args(["-f", "-i"]), set_up, typed, shown);
    }
}

#[test]
fn every_shell_has_its_script() {
    let s = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = s
            .run(&format!("completions {shell}"))
            .succeeds()
            .stdout
            .clone();
        assert!(script.contains("__complete"), "{shell}");
        let document = s.run(&format!("completions {shell} -o json")).json();
        assert_eq!(document["data"]["shell"], shell);
        assert_eq!(document["data"]["script"], script.as_str());
    }
    s.run("completions tcsh").fails(
        2,
        "error: invalid value `tcsh` for `<SHELL>`\n\
         hint: use one of `bash`, `zsh`, `fish`, `powershell`, `elvish`\n\
         hint: see `prisma completions --help`\n",
    );
    s.run("completions").fails(
        2,
        "error: `prisma completions` needs `<SHELL>`\n\
         hint: use one of `bash`, `zsh`, `fish`, `powershell`, `elvish`\n\
         hint: see `prisma completions --help`\n",
    );
}

#[test]
fn whatever_is_wrong_completing_says_nothing_and_changes_nothing() {
    let mut s = sandbox();
    s.write("home/.prisma/config.yml", "clusters: [\n");
    s.write(
        "home/.prisma/clusters/staging/docker-compose.yml",
        "\u{0}: :",
    );
    s.write("work/prisma.yml", "stage: ${env:STAGE}\n");
    s.engine.hook("any", "sleep 60");
    let before = s.files();
    let begun = Instant::now();
    for words in [
        "prisma deploy -c x",
        "prisma deploy -s x",
        "prisma local logs -n staging x",
        "prisma local logs -n ../../x x",
        "prisma cluster remove x",
        "prisma \u{1b} \u{7f} --= -=",
        "prisma banana x",
        "prisma",
        "",
    ] {
        s.run(&format!("__complete {words}")).is(0, "", "");
    }
    s.set("PRISMA_HOME", s.path("nowhere"));
    s.set("PRISMA_CLI_NAME", "NOT a name");
    s.set("PRISMA_CLI_OUTPUT", "xml");
    s.run("__complete prisma deploy -c x").is(0, "", "");
    s.run("__complete prisma local logs x").is(0, "", "");
    // A machine of one's own takes a hundredth of that.
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(s.take_calls(), "", "docker is not asked");
    assert_eq!(s.files(), before);
    assert!(!s.path("nowhere").exists());
}

#[test]
fn a_service_is_one_of_the_cluster_that_is_meant() {
    let mut s = sandbox();
    let services = "prisma-db\t\nprisma-database\t\n";
    s.run("__complete:new prisma local logs --name=staging")
        .is(0, services, "");
    s.run("__complete:new prisma local logs -n local")
        .succeeds();
    s.set("PRISMA_CLI_NAME", "staging");
    s.run("__complete:new prisma local logs")
        .is(0, services, "");
    s.run("__complete:new prisma cluster logs staging --service")
        .is(0, services, "");
}
