//! A Prisma server for tests: in this process, over real HTTP, with the habits of each version.
//!
//! It really answers what is asked: queries are parsed and validated by version, aliases and
//! fragments honoured, tokens verified. Every request is recorded. Include with `#[path]`; whoever does
//! not use all of it allows dead code.

pub mod auth;
mod inference;
pub mod language;
mod management;
mod project;
mod shape;

pub use super::http::Request;
pub use auth::Auth;
pub use project::{Plan, Project};

use super::http;
use super::introspection;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a version is compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32, u32);

impl Version {
    pub fn parse(text: &str) -> Version {
        let mut parts = text.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
        let mut part = || parts.next().unwrap_or(0);
        Version(part(), part(), part())
    }

    pub fn since(self, major: u32, minor: u32, patch: u32) -> bool {
        self >= Version(major, minor, patch)
    }
}

/// Something that happens to a request instead of an answer.
#[derive(Debug, Clone)]
pub enum Mishap {
    /// The connection is closed.
    Cut,
    /// Nothing, for so long; then the connection is closed.
    Silence(Duration),
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// An error on the management API, with this code (none for 0) and text.
    Error(i64, String),
}

/// What the server knows; tests look and change as they like.
pub struct State {
    pub version: Version,
    /// The version as it is told.
    pub reported: String,
    pub auth: Auth,
    /// A token that is refused is told in the refusal.
    pub repeats_tokens: bool,
    pub projects: BTreeMap<(String, String), Project>,
    /// For the next deploys that come so far.
    pub plans: VecDeque<Plan>,
    /// For the next requests with this as their first field, in order.
    pub mishaps: VecDeque<(String, Mishap)>,
    /// What an introspection of a service is answered with, instead of what is deployed to it.
    pub introspection: Option<Value>,
    pub requests: Vec<Request>,
    pub connections: usize,
    /// Requests being answered at the moment, and the most there ever were.
    pub under_way: (usize, usize),
}

impl State {
    fn request_id(&self) -> String {
        let prefix = if self.version.since(1, 34, 0) {
            "local"
        } else if self.version.since(1, 2, 0) {
            "local:management"
        } else {
            "cluster:cluster"
        };
        format!("{prefix}:cjabcdefghijklmnopqrstuv0")
    }

    /// A service that is there already, with this datamodel.
    pub fn put(&mut self, name: &str, stage: &str, types: &str, secrets: &[&str]) -> &mut Project {
        let secrets = secrets.iter().map(|&secret| secret.to_owned()).collect();
        let project = Project {
            types: types.to_owned(),
            ..Project::new(secrets)
        };
        self.projects
            .entry((name.to_owned(), stage.to_owned()))
            .insert_entry(project)
            .into_mut()
    }

    pub fn project(&self, name: &str, stage: &str) -> Option<&Project> {
        self.projects.get(&(name.to_owned(), stage.to_owned()))
    }
}

/// A running server; dropped, it is gone.
pub struct Standin {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    end: Arc<AtomicBool>,
}

impl Standin {
    /// A server that tells this version, open to everybody, without services.
    pub fn start(version: &str) -> Standin {
        Standin::start_on(version, TcpListener::bind("127.0.0.1:0").expect("a port"))
    }

    pub fn start_on(version: &str, listener: TcpListener) -> Standin {
        let state = Arc::new(Mutex::new(State {
            version: Version::parse(version),
            reported: version.to_owned(),
            auth: Auth::Off,
            repeats_tokens: false,
            projects: BTreeMap::new(),
            plans: VecDeque::new(),
            mishaps: VecDeque::new(),
            introspection: None,
            requests: Vec::new(),
            connections: 0,
            under_way: (0, 0),
        }));
        let end = Arc::new(AtomicBool::new(false));
        let address = listener.local_addr().expect("bound");
        let (shared, ends) = (Arc::clone(&state), Arc::clone(&end));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ends.load(Ordering::SeqCst) {
                    break;
                }
                let (Ok(stream), state) = (stream, Arc::clone(&shared)) else {
                    continue;
                };
                std::thread::spawn(move || serve(&stream, &state));
            }
        });
        Standin {
            address,
            state,
            end,
        }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Requests since the last time this was asked.
    pub fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.state().requests)
    }

    /// The same, each for short: `POST /cluster deploy`.
    pub fn take_short(&self) -> Vec<String> {
        self.take().iter().map(Request::short).collect()
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.end.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    let mut is_new = true;
    while let Some(request) = http::read(&mut reader) {
        let (answer, mishap) = {
            let mut state = lock(state);
            // One without a request is of another test, which looks for a closed port.
            state.connections += usize::from(std::mem::take(&mut is_new));
            state.under_way.0 += 1;
            state.under_way.1 = state.under_way.1.max(state.under_way.0);
            state.requests.push(request.clone());
            let field = request.field();
            let next = state.mishaps.front().is_some_and(|(on, _)| *on == field);
            let mishap = if next {
                state.mishaps.pop_front().map(|(_, mishap)| mishap)
            } else {
                None
            };
            let answer = match &mishap {
                None => Some(answer(&mut state, &request)),
                Some(Mishap::Error(code, text)) => {
                    let mut error = json!({"message": text, "path": [field], "requestId": "r"});
                    if *code > 0 {
                        error["code"] = json!(code);
                    }
                    Some((
                        200,
                        JSON,
                        json!({"data": null, "errors": [error]}).to_string(),
                    ))
                }
                Some(_) => None,
            };
            (answer, mishap)
        };
        if let Some((status, kind, body)) = &answer {
            lock(state).under_way.0 -= 1;
            http::write(stream, *status, kind, body);
            continue;
        }
        if let Some(Mishap::Silence(long)) = mishap {
            std::thread::sleep(long);
        } else if let Some(Mishap::Bytes(bytes)) = mishap {
            let _ = (&*stream).write_all(&bytes);
        }
        lock(state).under_way.0 -= 1;
        return;
    }
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=UTF-8";

/// Which part of the server a path is: the management API, or a service.
fn answer(state: &mut State, request: &Request) -> (u16, &'static str, String) {
    let version = state.version;
    if request.method != "POST" {
        return page(version, request);
    }
    if request
        .header("content-type")
        .is_none_or(|kind| !kind.starts_with(JSON))
    {
        return (
            415,
            TEXT,
            "The request's Content-Type is not supported.".to_owned(),
        );
    }
    let below = |root: &str| {
        let rest = request.path.strip_prefix(root);
        rest.is_some_and(|rest| {
            rest.is_empty() || (!version.since(1, 34, 0) && rest.starts_with('/'))
        })
    };
    let management = match version {
        _ if version.since(1, 34, 0) => below("/management"),
        _ if version.since(1, 8, 1) => below("/management") || below("/cluster"),
        _ if version.since(1, 8, 0) => below("/management"),
        _ => below("/cluster"),
    };
    let body: Value = match serde_json::from_str(&request.body) {
        Ok(body) => body,
        Err(_) => return (400, TEXT, "The request content was malformed.".to_owned()),
    };
    if management {
        let (status, answer) = management::answer(state, &body, request.header("authorization"));
        return (status, JSON, answer.to_string());
    }
    let parts: Vec<&str> = request
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() < 2 && !version.since(1, 6, 0) {
        return (
            405,
            TEXT,
            "HTTP method not allowed, supported methods: GET".to_owned(),
        );
    }
    let (name, stage) = match parts.as_slice() {
        [] => ("default".to_owned(), "default"),
        [name] => ((*name).to_owned(), "default"),
        [name, stage] => ((*name).to_owned(), *stage),
        [workspace, name, stage, ..] => (format!("{workspace}~{name}"), *stage),
    };
    let answer = service(state, &name, stage, &body, request.header("authorization"));
    let answer = answer.unwrap_or_else(|(code, message)| match version {
        _ if version.since(1, 6, 0) => {
            json!({"errors": [{"message": message, "code": code, "requestId": "local:api:cjabcdefghijklmnopqrstuv0"}]})
        }
        _ => json!({"code": code, "requestId": "api:api:cjabcdefghijklmnopqrstuv0", "error": message}),
    });
    (200, JSON, answer.to_string())
}

/// What a browser gets. Nothing but pages: who asks for other things plays a recording.
fn page(version: Version, request: &Request) -> (u16, &'static str, String) {
    assert_eq!(request.method, "GET", "not known here: play a recording");
    let parts = request
        .path
        .split('/')
        .filter(|part| !part.is_empty())
        .count();
    let is_status = request.path == "/status";
    if is_status && version.since(1, 34, 0) {
        return (200, JSON, "\"OK\"".to_owned());
    }
    if version.since(1, 6, 0) || request.path == "/cluster" || (2..=4).contains(&parts) {
        let page = "<!DOCTYPE html><html>playground</html>";
        return (200, "text/html", page.to_owned());
    }
    if is_status {
        return (200, TEXT, "OK".to_owned());
    }
    (
        404,
        TEXT,
        "The requested resource could not be found.".to_owned(),
    )
}

fn service(
    state: &mut State,
    name: &str,
    stage: &str,
    body: &Value,
    header: Option<&str>,
) -> Result<Value, (i64, String)> {
    let (version, schema) = (state.version, state.introspection.clone());
    let project = state.projects.get_mut(&(name.to_owned(), stage.to_owned()));
    let project = project.ok_or_else(|| (3016, format!("Project not found: '{name}@{stage}'")))?;
    auth::check_service(version, &project.secrets, header)?;
    let query = body["query"].as_str().unwrap_or_default();
    if query.contains("__schema") {
        let schema = schema.unwrap_or_else(|| introspection::schema(&project.types));
        return Ok(json!({"data": {"__schema": schema}}));
    }
    if query.contains("aggregate { count }") {
        // Nothing was ever written to it.
        let aliases = query
            .split_whitespace()
            .filter_map(|word| word.strip_suffix(':'));
        let counts = aliases.map(|alias| (alias.to_owned(), json!({"aggregate": {"count": 0}})));
        return Ok(json!({"data": counts.collect::<serde_json::Map<_, _>>()}));
    }
    project.asked.push(body.clone());
    if query.contains("unknownField") {
        return Ok(
            json!({"data": null, "errors": [{"message": "Cannot query field 'unknownField' on type 'Mutation'."}]}),
        );
    }
    Ok(json!({"data": {}}))
}
