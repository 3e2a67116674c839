//! Another machine: the program runs in a second network, one wire away from the engine's. The engine
//! answers there through a relay, or through an `sshd` that the trial starts.

use crate::cluster::Cluster;
use crate::rig::{Generation, Rig};
use crate::run::{Run, Running};
use crate::suite::Setting;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

const SSHD: &str = "/usr/sbin/sshd";

/// Whether it can be reached over IPv6.
pub fn it_has_ipv6(setting: &Setting) -> Result<(), String> {
    match setting.rig.address_v6 {
        Some(_) => Ok(()),
        None => Err("no IPv6 in this kernel".to_owned()),
    }
}

/// Whether ssh works here, also in this generation of docker-compose.
pub fn ssh_is_there(setting: &Setting) -> Result<(), String> {
    let runs = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        command
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !Path::new(SSHD).exists() || !runs("ssh", &["-V"]) {
        return Err("no ssh: install `openssh-client` and `openssh-server`".to_owned());
    }
    let compose = setting.rig.compose(setting.generation);
    let python = compose.and_then(|path| interpreter(path));
    match (setting.generation, python) {
        (Generation::V1, Some(python)) if !runs(&python, &["-c", "import paramiko"]) => {
            Err("this docker-compose 1 knows no ssh: install `python3-paramiko`".to_owned())
        }
        _ => Ok(()),
    }
}

/// The interpreter in the first line of a script.
fn interpreter(script: &Path) -> Option<String> {
    let text = fs::read(script).ok()?;
    let first = text
        .strip_prefix(b"#!")?
        .split(|byte| *byte == b'\n')
        .next()?;
    Some(String::from_utf8_lossy(first).trim().to_owned())
}

impl Cluster {
    /// The same command run on the other machine, with `DOCKER_HOST` as given.
    pub fn away(&self, spec: Run, docker_host: &str) -> Run {
        spec.env("DOCKER_HOST", docker_host)
            .through(self.rig.away())
    }
}

/// Makes the engine answer on a free port of `address`, which is returned, until the process ends.
pub fn relay(rig: &Rig, address: &str) -> u16 {
    let socket = rig.socket();
    let listener = TcpListener::bind((address, 0)).expect("the address is the rig's");
    let port = listener.local_addr().expect("is bound").port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(engine) = UnixStream::connect(&socket) else {
                continue;
            };
            let back = (engine.try_clone(), client.try_clone());
            let (Ok(engine_back), Ok(client_back)) = back else {
                continue;
            };
            thread::spawn(move || {
                pump(client, &engine);
                let _ = engine.shutdown(Shutdown::Write);
            });
            thread::spawn(move || {
                pump(engine_back, &client_back);
                let _ = client_back.shutdown(Shutdown::Write);
            });
        }
    });
    port
}

fn pump(mut from: impl Read, mut to: impl Write) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..count]).is_err() {
            return;
        }
    }
}

/// An `sshd` on the engine's machine that gives access to the engine and nothing else.
#[derive(Debug)]
pub struct Sshd {
    /// `ssh://USER@ADDRESS:PORT`.
    pub url: String,
    /// A folder with an `ssh` that knows key and host, and the engine by the alias `engine-alias`.
    pub bin: PathBuf,
    _server: Running,
    _folder: TempDir,
}

impl Sshd {
    pub fn start(rig: &Rig) -> Sshd {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let write = |name: &str, text: &str| fs::write(at(name), text).expect("writes");
        for key in ["host", "user"] {
            let args = ["-q", "-t", "ed25519", "-N", "", "-f", &at(key)];
            rig.command("ssh-keygen", args).run().succeeded();
        }
        let address = &rig.address;
        let port = free_port(address);
        let socket = rig.socket();
        write(
            "sshd_config",
            &format!(
                "ListenAddress {address}:{port}\nHostKey {}\nPidFile none\nAuthorizedKeysFile {}\nStrictModes no\n\
                 UsePAM no\nPasswordAuthentication no\n\
                 ForceCommand env DOCKER_HOST=unix://{} docker system dial-stdio\n",
                at("host"),
                at("user.pub"),
                socket.display()
            ),
        );
        let host_key = fs::read_to_string(at("host.pub")).expect("was made");
        write("known_hosts", &format!("[{address}]:{port} {host_key}"));
        write(
            "config",
            &format!(
                "Host engine-alias\n  HostName {address}\n  Port {port}\nHost *\n  IdentityFile {}\n  IdentitiesOnly yes\n  \
                 UserKnownHostsFile {}\n  StrictHostKeyChecking yes\n  BatchMode yes\n",
                at("user"),
                at("known_hosts")
            ),
        );
        // ssh reads its configuration from the user's real home, whatever HOME says.
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).expect("a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        let script = format!(
            "#!/bin/sh\nPATH='{path}' exec ssh -F '{}' \"$@\"\n",
            at("config")
        );
        fs::write(bin.join("ssh"), script).expect("writes");
        fs::set_permissions(bin.join("ssh"), fs::Permissions::from_mode(0o755)).expect("chmod");

        let server = rig.command(SSHD, ["-D", "-e", "-f", &at("sshd_config")]);
        let mut server = server.limit(Duration::from_secs(600)).start();
        server.says("Server listening on");
        let user = rig.command("id", ["-un"]).run().succeeded().stdout;
        Sshd {
            url: format!("ssh://{}@{address}:{port}", user.trim()),
            bin,
            _server: server,
            _folder: folder,
        }
    }

    /// The command with this `ssh` on PATH.
    pub fn known_to(&self, spec: Run) -> Run {
        let path = std::env::var("PATH").unwrap_or_default();
        spec.env("PATH", format!("{}:{path}", self.bin.display()))
    }
}

fn free_port(address: &str) -> u16 {
    let listener = TcpListener::bind((address, 0)).expect("the address is the rig's");
    listener.local_addr().expect("is bound").port()
}

/// Whether something answers on that port of the engine's loopback.
pub fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
