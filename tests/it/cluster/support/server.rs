//! Servers that are played: Prisma of any version, Prisma Cloud, one that never answers.
//!
//! Witness: these servers are scripted; each file that uses them says what no recording covers.

use crate::support::raw::{Request, http, raw};
use crate::support::standin::{Auth, Standin};
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// A response with a body.
pub fn respond(status: u16, body: &str) -> String {
    http(status, "application/json", body)
}

/// Serves until the test executable ends; returns the address.
pub fn serve(answer: impl Fn(&Request) -> String + Send + Sync + 'static) -> String {
    raw(move |stream, request| {
        let _ = stream.write_all(answer(request).as_bytes());
    })
}

/// A port that accepts and stays silent.
pub fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let host = format!("http://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        let kept: Vec<_> = listener.incoming().collect();
        drop(kept);
    });
    host
}

/// A Prisma server of this version that repeats what it was sent, until the test executable ends; its address.
pub fn server(version: &str, auth: Auth) -> String {
    let standin = Standin::start(version);
    standin.state().auth = auth;
    standin.state().repeats_tokens = true;
    let url = standin.url();
    std::mem::forget(standin);
    url
}

/// Prisma Cloud: answers from a script and remembers what it was asked.
pub struct Cloud {
    pub api: String,
    pub log: Arc<Mutex<Vec<String>>>,
}

impl Cloud {
    /// Admits one session key; its owner's workspaces are as given.
    pub fn start(key: &str, memberships: Value) -> Cloud {
        let log = Arc::new(Mutex::new(Vec::new()));
        let (seen, key) = (Arc::clone(&log), key.to_owned());
        let api = serve(move |request| {
            let body = request.json();
            let query = body["query"].as_str().unwrap_or_default();
            let operation = ["publicClusters", "generateClusterToken", "memberships"]
                .into_iter()
                .find(|operation| query.contains(operation))
                .unwrap_or("?");
            seen.lock().expect("not poisoned").push(format!(
                "{operation} {}",
                if request.bearer().is_some() {
                    "key"
                } else {
                    "-"
                }
            ));
            let good = request.bearer() == Some(&key);
            let data = match operation {
                "publicClusters" => json!({"publicClusters": [
                    {"name": "prisma-eu1", "endpoint": "http://127.0.0.1:9"}
                ]}),
                "memberships" if good => json!({"me": {"memberships": memberships}}),
                "memberships" => json!({"me": null}),
                "generateClusterToken" if good => {
                    json!({"generateClusterToken": {"clusterToken": body["variables"].to_string()}})
                }
                _ => Value::Null,
            };
            respond(200, &json!({"data": data}).to_string())
        });
        Cloud { api, log }
    }

    pub fn asked(&self) -> Vec<String> {
        self.log.lock().expect("not poisoned").clone()
    }
}
