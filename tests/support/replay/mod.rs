//! A server that answers from a recording of a real one.
//!
//! It walks through one scenario: a request is answered with the next recorded exchange of the same
//! operation and input, reduced to the fields that the client selects. What a client asks besides (the
//! version, whether a service exists, the result of a migration again) is answered from what was
//! recorded elsewhere in the file. A request that no recording covers is answered with status 599 and
//! kept in [`Replay::unrecorded`].

mod doors;
mod facts;
mod grammar;
mod recording;
mod service;
mod state;

pub use doors::Door;
pub use recording::{Exchange, Recording};

use crate::support::http::{self, Request};
use crate::support::standin::language::{self, Selection};
use grammar::Grammar;
use recording::first;
use serde_json::{Value, json};
use std::io::BufReader;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A running server.
pub struct Replay {
    port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    recording: Arc<Recording>,
    grammar: Grammar,
    exchanges: Vec<Exchange>,
    /// The exchange to look at next.
    at: usize,
    /// Whether the service was added.
    exists: bool,
    /// Whom the server lets in, where that is what is played.
    door: Option<Door>,
    unrecorded: Vec<String>,
    is_over: bool,
}

impl Replay {
    /// Answers from `scenario` of `recording`.
    pub fn start(recording: &Arc<Recording>, scenario: &str) -> Replay {
        Replay::serve(recording, &recording.scenario(scenario).exchanges, None)
    }

    /// Answers as the server does without services, to whoever comes to this door.
    pub fn at_door(recording: &Arc<Recording>, door: Door) -> Replay {
        Replay::serve(recording, &[], Some(door))
    }

    fn serve(recording: &Arc<Recording>, exchanges: &[Exchange], door: Option<Door>) -> Replay {
        let schema = &recording.scenario("management/schema").exchanges[0].body["schema"];
        let lines: Vec<String> = serde_json::from_value(schema.clone()).expect("lines");
        let state = Arc::new(Mutex::new(State {
            recording: recording.clone(),
            grammar: Grammar::of(&lines),
            exchanges: exchanges.to_vec(),
            at: 0,
            exists: false,
            door,
            unrecorded: Vec::new(),
            is_over: false,
        }));
        let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
        let port = listener.local_addr().expect("bound").port();
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                if state.lock().unwrap_or_else(PoisonError::into_inner).is_over {
                    break;
                }
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Replay { port, state }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Goes to the exchange `at`: what came before it is done.
    pub fn go_to(&self, at: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.exists = state.exchanges[..at].iter().any(adds);
        state.at = at;
    }

    /// Requests that no recording covers, since the last time.
    pub fn unrecorded(&self) -> Vec<String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.unrecorded)
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_over = true;
        // Wakes the thread that listens: thousands of them would stay.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Whether a service exists from this exchange on.
fn adds(exchange: &Exchange) -> bool {
    let data = &exchange.body["data"];
    data["addProject"].is_object() || data["deploy"]["migration"].is_object()
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(&stream);
    while let Some(request) = http::read(&mut reader) {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let (status, body) = state.answer(&request);
        drop(state);
        if status == 0 {
            // No answer came for as long as it was waited for.
            std::thread::sleep(Duration::from_mins(1));
            return;
        }
        let status = u16::try_from(status).expect("a status");
        match &body["text"] {
            Value::String(text) => http::write(&stream, status, "text/plain", text),
            _ => http::write(&stream, status, "application/json", &body.to_string()),
        }
    }
}

/// What is selected of the field `name`.
fn inner(selections: &[Selection], name: &str) -> Vec<Selection> {
    let found = selections.iter().find_map(|selection| match selection {
        Selection::Field {
            name: known,
            selections,
            ..
        } if known == name => Some(selections.clone()),
        _ => None,
    });
    found.unwrap_or_default()
}

/// The last status that was recorded of a migration.
fn how_it_ended(exchanges: &[Exchange], revision: u64) -> Value {
    let lists = exchanges.iter().rev().flat_map(|one| {
        let data = &one.body["data"];
        let list = data["listMigrations"].as_array().cloned();
        list.unwrap_or_else(|| vec![data["migrationStatus"].clone()])
    });
    let mut found = lists.filter(|one| one["revision"] == revision);
    (found.next()).map_or(json!("SUCCESS"), |one| one["status"].clone())
}

/// The parts of a deployment's input that decide its answer, as they count.
fn input(variables: &Value) -> Vec<Value> {
    let flag = |key: &str| json!(variables[key].as_bool().unwrap_or(false));
    let list = |key: &str| json!(variables[key].as_array().cloned().unwrap_or_default());
    vec![
        variables["name"].clone(),
        variables["stage"].clone(),
        // The client ends each file with a line end of its own.
        json!(variables["types"].as_str().unwrap_or_default().trim_end()),
        flag("dryRun"),
        flag("force"),
        list("secrets"),
        list("subscriptions"),
    ]
}

impl State {
    fn answer(&mut self, request: &Request) -> (u64, Value) {
        if request.path.matches('/').count() == 2 && self.door.is_none() {
            let query = request.json()["query"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            if !self.exists {
                return self.absent();
            }
            // What comes before the next deployment has happened by then.
            let rest = &self.exchanges[self.at..];
            let next = rest.iter().position(|one| one.field == "deploy");
            let done = &self.exchanges[..self.at + next.unwrap_or(rest.len())];
            let header = request.header("authorization");
            let refusal = service::refusal(&self.recording.version, header, done);
            return (
                200,
                refusal.unwrap_or_else(|| service::answer(&query, done)),
            );
        }
        if request.path != self.recording.management {
            return self.elsewhere(request);
        }
        let text = request.json()["query"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let wanted = match language::parse(&text) {
            Ok(wanted) => wanted,
            Err(why) => return (400, json!({"errors": [{"message": why}]})),
        };
        let root = if text.trim_start().starts_with("mutation") {
            "Mutation"
        } else {
            "Query"
        };
        if let Err(why) = self.grammar.check(root, &wanted) {
            return (200, json!({"data": null, "errors": [{"message": why}]}));
        }
        let field = first(&wanted).unwrap_or_default().to_owned();
        let exchange = match field.as_str() {
            "serverInfo" | "clusterInfo" => self.anywhere("management/info", &field),
            _ if self.door.is_some() => self.let_in(&field, request),
            "listMigrations" if text.contains("steps") => {
                return self.history(&wanted);
            }
            "project" => self.project(),
            "listProjects" => self.anywhere("management/empty", &field),
            "migrationStatus" if !self.exists => self.anywhere("management/empty", &field),
            "listMigrations" => (self.next(&field, &request.variables()))
                .or_else(|_| self.listed(&request.variables())),
            _ => self.next(&field, &request.variables()),
        };
        let reduced = exchange.and_then(|exchange| self.reduced(&exchange, &wanted));
        reduced.unwrap_or_else(|why| {
            self.unrecorded.push(why.clone());
            (599, json!({"text": why}))
        })
    }

    /// A service that is not there.
    fn absent(&self) -> (u64, Value) {
        let own = [&*self.recording.management, "/management", "/cluster"];
        let scenarios = &self.recording.scenarios;
        let scenario = scenarios.iter().find(|one| one.name == "service/absent");
        let mut exchanges = scenario.into_iter().flat_map(|one| &one.exchanges);
        match exchanges.find(|one| one.method == "POST" && !own.contains(&&*one.path)) {
            Some(exchange) => (exchange.status, exchange.body.clone()),
            // 1.4.2, as it was seen without being recorded.
            None => (
                200,
                json!({"errors": [{"message": "Project not found: 'rec@dev'", "code": 3016}]}),
            ),
        }
    }

    /// What is asked on a path that is not the management API's.
    fn elsewhere(&mut self, request: &Request) -> (u64, Value) {
        let all = self
            .recording
            .scenarios
            .iter()
            .flat_map(|one| &one.exchanges);
        let is_import = request.path.ends_with("/import");
        let mut same = all
            .filter(|one| one.method == request.method && one.path == request.path)
            .filter(|one| !is_import || one.sent == request.json());
        match same.next() {
            Some(exchange) => (exchange.status, exchange.body.clone()),
            None => {
                let short = request.short();
                self.unrecorded.push(short.clone());
                (599, json!({"text": short}))
            }
        }
    }

    /// The next exchange of an operation, from where the scenario is.
    fn next(&mut self, field: &str, variables: &Value) -> Result<Exchange, String> {
        let wanted = input(variables);
        let is_it = |exchange: &Exchange| match field {
            _ if exchange.field != field => false,
            "deploy" if exchange.variables["types"].is_null() => {
                exchange.variables["dryRun"] == wanted[3]
            }
            "deploy" => input(&exchange.variables) == wanted,
            _ => true,
        };
        let found = (self.at..self.exchanges.len()).find(|at| is_it(&self.exchanges[*at]));
        // A poll that was repeated is kept once; whoever asks again is answered alike.
        let found = found.or_else(|| {
            let is_query = !matches!(field, "deploy" | "addProject" | "deleteProject");
            let before = (0..self.at.min(self.exchanges.len())).rev();
            is_query.then(|| before.clone().find(|at| is_it(&self.exchanges[*at])))?
        });
        let at = found.ok_or_else(|| format!("{field} {wanted:?}"))?;
        let exchange = self.exchanges[at].clone();
        self.exists |= adds(&exchange);
        let is_state = field == "deploy" && exchange.variables["types"].is_null();
        if matches!(field, "deploy" | "addProject" | "deleteProject") && !is_state {
            self.at = at + 1;
        }
        Ok(exchange)
    }

    /// The list of migrations where only the status of the last one was recorded.
    fn listed(&mut self, variables: &Value) -> Result<Exchange, String> {
        let mut exchange = self.next("migrationStatus", variables)?;
        let status = exchange.body["data"]["migrationStatus"].take();
        exchange.query = exchange.query.replace("<query:status>", "<query:list>");
        exchange.body = json!({"data": {"listMigrations": [status]}});
        Ok(exchange)
    }

    /// The migrations so far with their steps: lists were recorded without them, deployments with them.
    fn history(&self, wanted: &[Selection]) -> (u64, Value) {
        let rest = &self.exchanges[self.at..];
        let next = rest.iter().position(|one| one.field == "deploy");
        let done = &self.exchanges[..self.at + next.unwrap_or(rest.len())];
        let wanted = inner(wanted, "listMigrations");
        let migration = |exchange: &Exchange| {
            let mut migration = exchange.body["data"]["deploy"]["migration"].clone();
            let revision = migration["revision"].as_u64().filter(|at| *at > 0)?;
            migration["status"] = how_it_ended(done, revision);
            let recorded = language::parse(self.recording.query(exchange)).ok()?;
            let recorded = inner(&inner(&recorded, "deploy"), "migration");
            facts::reduce(&wanted, &recorded, &migration).ok()
        };
        let list: Vec<Value> = done.iter().rev().filter_map(migration).collect();
        (200, json!({"data": {"listMigrations": list}}))
    }

    /// Whether the service exists is recorded in other scenarios than the one being played.
    fn project(&self) -> Result<Exchange, String> {
        let scenario = if self.exists {
            "management/project"
        } else {
            "management/empty"
        };
        self.anywhere(scenario, "project")
    }

    fn anywhere(&self, scenario: &str, field: &str) -> Result<Exchange, String> {
        let exchanges = &self.recording.scenario(scenario).exchanges;
        let of = |one: &&Exchange| one.field == field;
        let found = exchanges.iter().find(of).cloned();
        found.ok_or_else(|| format!("{field} in {scenario}"))
    }

    fn reduced(&self, exchange: &Exchange, wanted: &[Selection]) -> Result<(u64, Value), String> {
        let recorded = language::parse(self.recording.query(exchange))?;
        let mut body = exchange.body.clone();
        if body["data"].is_object() {
            body["data"] = facts::reduce(wanted, &recorded, &body["data"])?;
        }
        Ok((exchange.status, body))
    }
}
