//! A place for one test: a home, a folder to stand in, an engine, and nothing of this machine.

use super::calls::Call;
use super::ended::{Ended, same};
use super::engine::Engine;
use super::files::Files;
use super::ports::Ports;
use super::run::{PRISMA, Run, Running};
use super::server::{Behaviour, Server};
use super::terminal::Terminal;
use super::text::without_ids;
use prisma_cli::testing::process::shell_quote;
use prisma_cli::testing::secret::keys::{self, PrivateKey};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

/// The place.
pub struct Sandbox {
    // Ends before the folder goes.
    server: Server,
    /// The simulated engine.
    pub engine: Engine,
    /// The port `start` is told to use, the first of eight that are free.
    pub port: u16,
    /// The same for the database, two on.
    pub db_port: u16,
    env: Vec<(OsString, OsString)>,
    root: PathBuf,
    // Come free when the server is gone.
    _ports: Ports,
    _folder: tempfile::TempDir,
}

/// How long the program looks for an answer before it says that it waits for one.
const AT_ONCE: Duration = Duration::from_millis(200);

/// The private key of clusters that are not new. Making one takes a quarter of a second.
pub fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| keys::generate().expect("randomness"))
}

impl Sandbox {
    /// A machine with docker and docker-compose v2 on which nothing was done yet.
    pub fn new() -> Sandbox {
        as_usual();
        let folder = tempfile::Builder::new()
            .prefix("prisma-it-")
            // As a home is: what is in it is nobody else's.
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()
            .expect("a temporary folder");
        let root = folder.path().canonicalize().expect("exists");
        for name in ["home", "work", "bin"] {
            fs::create_dir(root.join(name)).expect("a folder");
        }
        let engine = Engine::new(root.join("engine"));
        for name in ["docker", "docker-compose"] {
            engine.install(&root.join("bin").join(name));
        }
        let ports = Ports::lease();
        let port = ports.first;
        let env = vec![
            ("HOME".into(), root.join("home").into()),
            ("PATH".into(), root.join("bin").into()),
        ];
        Sandbox {
            server: Server::start(engine.path()),
            engine,
            port,
            db_port: port + 2,
            env,
            root,
            _ports: ports,
            _folder: folder,
        }
    }

    /// One with a cluster `local` in `cluster.yml`, never started.
    pub fn with_cluster() -> Sandbox {
        let sandbox = Sandbox::new();
        sandbox.write(
            "home/.prisma/clusters/local/cluster.yml",
            &sandbox.config(""),
        );
        sandbox
    }

    /// One with the cluster `local` up; what that took is forgotten.
    pub fn with_running_cluster() -> Sandbox {
        let sandbox = Sandbox::with_cluster();
        sandbox.run("local start").succeeds();
        sandbox.forget();
        sandbox
    }

    /// A `cluster.yml` with this sandbox's ports and a key, `more` lines in front.
    pub fn config(&self, more: &str) -> String {
        let pem: String = key()
            .pem_pkcs1()
            .reveal()
            .to_owned()
            .lines()
            .map(|line| format!("  {line}\n"))
            .collect();
        let (port, db_port) = (self.port, self.db_port);
        format!("{more}port: {port}\ndatabase:\n  port: {db_port}\nclusterSecret: |\n{pem}")
    }

    /// A path of the sandbox.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a file, its folders included.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("has one")).expect("folders");
        fs::write(path, text).expect("writes");
    }

    /// Makes a file readable for its owner alone.
    pub fn set_private(&self, path: &str) {
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(self.path(path), mode).expect("chmod");
    }

    /// Reads a file.
    pub fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Sets a variable for runs from now on.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.unset(name);
        self.env.push((name.into(), value.into()));
    }

    /// Takes a variable away.
    pub fn unset(&mut self, name: &str) {
        self.env.retain(|(known, _)| known != name);
    }

    /// Changes how servers behave that come up from now on.
    pub fn server(&self, behaviour: Behaviour) {
        self.server.behave(behaviour);
    }

    /// Requests to the server, see [`Server::take_requests`].
    pub fn take_requests(&self) -> Vec<String> {
        self.server.take_requests()
    }

    /// Forgets calls and requests up to now.
    pub fn forget(&self) {
        self.engine.take_all_calls();
        self.server.take_requests();
    }

    /// A run of `prisma` with these words, which may hold `{ports}`.
    pub fn prisma(&self, words: &str) -> Run {
        let ports = format!("--port {} --db-port {}", self.port, self.db_port);
        let words = words.replace("{ports}", &ports);
        // Without a home the system's idea of it is used, and that is the home of whoever runs the tests.
        let has_home = |(name, value): &(OsString, OsString)| {
            (name == "HOME" || name == "PRISMA_HOME") && !value.is_empty()
        };
        assert!(
            self.env.iter().any(has_home) || words.starts_with("local history"),
            "`{words}` would write into a real home"
        );
        self.program(PRISMA, words.split_whitespace())
    }

    /// A run of any program in the folder `work`.
    pub fn program<S: Into<OsString>>(
        &self,
        program: impl Into<OsString>,
        args: impl IntoIterator<Item = S>,
    ) -> Run {
        let mut run = Run::new(program, args).dir(self.path("work"));
        run.env.clone_from(&self.env);
        run
    }

    /// A run of a program of the system, with the home, but the fakes in front of all else on PATH.
    pub fn beside_the_system(&self, program: impl Into<OsString>) -> Run {
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        Run::new(program, [""; 0])
            .dir(self.path("work"))
            .env("HOME", self.path("home"))
            .env("PATH", path)
    }

    /// Starts `prisma` with these words.
    pub fn begin(&self, words: &str) -> Running {
        self.prisma(words).start()
    }

    /// Runs `prisma` with these words to its end.
    #[track_caller]
    pub fn run(&self, words: &str) -> Ended {
        self.end(self.begin(words))
    }

    /// Waits for the end of a run.
    #[track_caller]
    pub fn end(&self, running: Running) -> Ended {
        let ended = running.end();
        // On a busy machine even a server that answers at once is waited for.
        let was_waited_for = self.server.answers_at_once() && ended.took > AT_ONCE;
        ended.with(|text| {
            let plain = self.plain(text);
            if was_waited_for {
                return super::text::without_wait_for_server(&plain);
            }
            plain
        })
    }

    /// Starts `prisma` with these words at a terminal.
    pub fn at_terminal(&self, words: &str) -> Terminal<'_> {
        self.terminal_of(&self.prisma(words))
    }

    /// Any run at a terminal.
    pub fn terminal_of(&self, run: &Run) -> Terminal<'_> {
        Terminal::start(run, "xterm-256color", |text| self.plain(text))
    }

    /// `text` with everything that differs between two runs of a test replaced by a name.
    pub fn plain(&self, text: &str) -> String {
        let text = super::text::without_exposure(&self.name_keys(text));
        let text = super::text::without_delays(&text);
        let text = self
            .without_quotes(&text)
            .replace(&self.path("home").display().to_string(), "~")
            .replace(&self.root.display().to_string(), "<root>");
        let text = [
            (self.port, "<port>"),
            (self.port + 1, "<port+1>"),
            (self.db_port, "<db-port>"),
            (self.db_port + 1, "<db-port+1>"),
        ]
        .iter()
        .fold(text, |text, (port, name)| {
            text.replace(&port.to_string(), name)
        });
        without_ids(&text)
    }

    /// Paths without the quotes that they need where the temporary folder has a blank in its own.
    fn without_quotes(&self, text: &str) -> String {
        let root = self.root.display().to_string();
        if shell_quote(&root) == root {
            return text.to_owned();
        }
        let quoted = format!("'{root}");
        let mut parts = text.split(&quoted);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |mut out, part| {
            let (path, rest) = part.split_once('\'').unwrap_or((part, ""));
            let plain = path.replace(&root, "");
            let path = format!("{root}{path}");
            // What is quoted in any case.
            if out.ends_with("rm ") || shell_quote(&plain) != plain {
                out += &format!("'{path}'{rest}");
            } else {
                out += &format!("{path}{rest}");
            }
            out
        })
    }

    /// The key's two spellings. Its lines may be indented or escaped.
    fn name_keys(&self, text: &str) -> String {
        let key = key();
        let pem = key.pem_pkcs1().reveal().to_owned();
        let indented: String = pem.lines().map(|line| format!("  {line}\n")).collect();
        text.replace(&pem, "<key>\n")
            .replace(&indented, "  <key>\n")
            .replace(&keys::to_crlf(&pem).replace("\r\n", "\\r\\n"), "<key>")
            .replace(&key.public_spki_base64(), "<public key>")
    }

    /// The files of the home.
    pub fn files(&self) -> Files {
        Files::of(&self.path("home"))
    }

    /// What changed among the files of the home, with names in place of what differs.
    pub fn changes_since(&self, before: &Files) -> String {
        self.plain(&self.files().changes_since(before))
    }

    /// The calls since the last look at them, a line each, without the looks of a wait.
    pub fn take_calls(&self) -> String {
        let calls = self.engine.take_calls();
        self.lines(&calls)
    }

    /// The same of those that change something.
    pub fn take_acts(&self) -> String {
        let mut calls = self.engine.take_calls();
        calls.retain(|call| !call.only_asks());
        self.lines(&calls)
    }

    /// Calls as lines. What stands in every one of them is abbreviated, where it is just so:
    /// `docker ps [NAME]` and `docker-compose [NAME] VERB`.
    pub fn lines(&self, calls: &[Call]) -> String {
        let lines: String = calls.iter().map(|call| format!("{call}\n")).collect();
        self.lines_of(&lines)
    }

    /// The same abbreviations in any text.
    pub fn lines_of(&self, text: &str) -> String {
        let lines = self.plain(text);
        ["local", "other"].iter().fold(lines, |lines, name| {
            let label = "--filter label=com.docker.compose";
            let ps = format!("ps -aq --no-trunc {label}.project={name} {label}.oneoff=False");
            let folder = format!("~/.prisma/clusters/{name}");
            let compose =
                format!("-p {name} -f {folder}/docker-compose.yml --project-directory {folder}");
            lines
                .replace(&ps, &format!("ps [{name}]"))
                .replace(&compose, &format!("[{name}]"))
        })
    }

    /// Compares the calls since the last look at them.
    #[track_caller]
    pub fn ran(&self, want: &str) {
        same("the calls", &self.take_calls(), want);
    }

    /// Compares those of them that change something.
    #[track_caller]
    pub fn ran_acts(&self, want: &str) {
        same("the calls", &self.take_acts(), want);
    }

    /// Compares the state of the engine.
    #[track_caller]
    pub fn engine_has(&self, want: &str) {
        same("the engine", &self.engine.state(), want);
    }

    /// The environment of runs.
    pub fn env(&self) -> &[(OsString, OsString)] {
        &self.env
    }

    /// The folder that holds everything.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Run {
    /// More arguments.
    #[must_use]
    pub fn args<S: Into<OsString>>(mut self, args: impl IntoIterator<Item = S>) -> Run {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }
}

/// Sets the mode of new files to what it mostly is, for this process and those it starts: files that tests
/// write and read are compared with their modes. What a mask means for the program, `secrets.rs` tells.
pub fn as_usual() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    });
}
