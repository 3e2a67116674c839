//! A server and its database, as far as a wait sees them: they listen on the published ports while
//! the containers of the simulated engine are up.

use super::forks;
use super::http;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// It is up as soon as its container is.
    Ready,
    /// The database is up after the first duration, the server after the second.
    Slow(Duration, Duration),
    /// It accepts and never says a word.
    Mute,
    /// It takes so long for each answer.
    Late(Duration),
    /// It reports its version, and fails at requests that need its database.
    NoDatabase,
    /// It is up, and has two services.
    Services,
    /// Something else answers: a page.
    Page,
    /// The database is up, the server never.
    DatabaseOnly,
    /// Nothing ever listens.
    Nothing,
}

/// The thread that plays them.
pub struct Server {
    end: Arc<AtomicBool>,
    behaviour: Arc<Mutex<Behaviour>>,
    requests: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Begins to watch the engine's folder.
    pub fn start(engine: &Path) -> Server {
        let end = Arc::new(AtomicBool::new(false));
        let behaviour = Arc::new(Mutex::new(Behaviour::Ready));
        let requests = Arc::default();
        let mut stage = Stage {
            engine: engine.to_owned(),
            end: Arc::clone(&end),
            behaviour: Arc::clone(&behaviour),
            requests: Arc::clone(&requests),
            up: BTreeMap::new(),
        };
        let thread = std::thread::spawn(move || stage.play());
        Server {
            end,
            behaviour,
            requests,
            thread: Some(thread),
        }
    }

    /// Changes the behaviour of servers that come up from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().expect("not poisoned") = behaviour;
    }

    /// Whether it is up as soon as its container is.
    pub fn answers_at_once(&self) -> bool {
        *self.behaviour.lock().expect("not poisoned") == Behaviour::Ready
    }

    /// Requests since the last time this was asked: head and body.
    pub fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().expect("not poisoned"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Stage {
    engine: PathBuf,
    end: Arc<AtomicBool>,
    behaviour: Arc<Mutex<Behaviour>>,
    requests: Arc<Mutex<Vec<String>>>,
    up: BTreeMap<String, Vec<Listener>>,
}

/// One published port.
struct Listener {
    address: String,
    is_database: bool,
    behaviour: Behaviour,
    opens: Instant,
    socket: Option<TcpListener>,
}

impl Stage {
    fn play(&mut self) {
        while !self.end.load(Ordering::SeqCst) {
            self.follow_engine();
            let requests = &self.requests;
            for listener in self.up.values_mut().flatten() {
                listener.serve(requests);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let _alone = forks::alone();
        self.up.clear();
    }

    /// Opens for projects that came up and closes for those that went.
    fn follow_engine(&mut self) {
        let serving = self.engine.join("serving");
        let projects: Vec<String> = fs::read_dir(&serving)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        for project in &projects {
            if !self.up.contains_key(project) {
                let addresses = fs::read_to_string(serving.join(project)).unwrap_or_default();
                let behaviour = *self.behaviour.lock().expect("not poisoned");
                self.up
                    .insert(project.clone(), listeners(&addresses, behaviour));
            }
        }
        for (project, listeners) in &mut self.up {
            let mark = self.engine.join("listening").join(project);
            if !mark.exists() && listeners.iter_mut().all(Listener::open) {
                fs::File::create(mark).expect("a mark");
            }
        }
        let engine = &self.engine;
        self.up.retain(|project, listeners| {
            let stays = projects.contains(project);
            if !stays {
                let alone = forks::alone();
                listeners.clear();
                drop(alone);
                let _ = fs::remove_file(engine.join("listening").join(project));
            }
            stays
        });
    }
}

fn listeners(addresses: &str, behaviour: Behaviour) -> Vec<Listener> {
    let (database, server) = match behaviour {
        Behaviour::Slow(database, server) => (database, server),
        _ => (Duration::ZERO, Duration::ZERO),
    };
    let now = Instant::now();
    let listener = |word: &str| {
        let (kind, address) = word.split_once('=')?;
        let is_database = kind == "db";
        let opens = match behaviour {
            Behaviour::Nothing => return None,
            Behaviour::DatabaseOnly if !is_database => return None,
            _ if is_database => now + database,
            _ => now + server,
        };
        let (host, port) = address.rsplit_once(':')?;
        let host = match host {
            // Enough for whoever connects here, and not open to the network.
            "" | "0.0.0.0" => "127.0.0.1".to_owned(),
            host if host.contains(':') => format!("[{host}]"),
            host => host.to_owned(),
        };
        Some(Listener {
            address: format!("{host}:{port}"),
            is_database,
            behaviour,
            opens,
            socket: None,
        })
    };
    addresses.split_whitespace().filter_map(listener).collect()
}

impl Listener {
    /// Listens when it is time; `false` when it is and the port is still taken.
    fn open(&mut self) -> bool {
        if self.socket.is_some() || Instant::now() < self.opens {
            return true;
        }
        self.socket = TcpListener::bind(&self.address).ok();
        if let Some(socket) = &self.socket {
            socket.set_nonblocking(true).expect("nonblocking");
        }
        self.socket.is_some()
    }

    fn serve(&mut self, requests: &Arc<Mutex<Vec<String>>>) {
        self.open();
        let Some(socket) = &self.socket else { return };
        while let Ok((stream, _)) = socket.accept() {
            stream.set_nonblocking(false).expect("blocking");
            let (is_database, behaviour) = (self.is_database, self.behaviour);
            let requests = Arc::clone(requests);
            std::thread::spawn(move || {
                if is_database {
                    greet(stream);
                } else {
                    answer(stream, behaviour, &requests);
                }
            });
        }
    }
}

/// The first packet of a MySQL server. A client that went away is fine.
fn greet(mut stream: TcpStream) {
    let _ = stream.write_all(b"\x0c\0\0\0\x0a5.7.44\0\x01\0\0\0");
}

fn answer(stream: TcpStream, behaviour: Behaviour, requests: &Mutex<Vec<String>>) {
    let limit = Some(Duration::from_secs(5));
    stream.set_read_timeout(limit).expect("a limit");
    let Some(request) = http::read(&mut BufReader::new(&stream)) else {
        return;
    };
    let asks = |field: &str| request.body.contains(field);
    let body = if !asks("Info {") && behaviour == Behaviour::NoDatabase {
        r#"{"data":null,"errors":[{"message":"Whoops. Looks like an internal server error."}]}"#
    } else if asks("listProjects") && behaviour == Behaviour::Services {
        r#"{"data":{"listProjects":[{"name":"blog","stage":"dev"},{"name":"shop","stage":"prod"}]}}"#
    } else if asks("listProjects") {
        r#"{"data":{"listProjects":[]}}"#
    } else if asks("serverInfo") {
        r#"{"data":{"serverInfo":{"version":"1.8.4"}}}"#
    } else {
        r#"{"data":{"clusterInfo":{"version":"1.1.0"}}}"#
    };
    requests.lock().expect("not poisoned").push(request.text);
    let (kind, body) = match behaviour {
        Behaviour::Mute => {
            // Until the client has had enough.
            let _ = (&stream).read(&mut [0]);
            return;
        }
        Behaviour::Page => ("text/html", "<html>hello</html>"),
        Behaviour::Late(pause) => {
            std::thread::sleep(pause);
            ("application/json", body)
        }
        _ => ("application/json", body),
    };
    let _ = write!(
        &stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}
