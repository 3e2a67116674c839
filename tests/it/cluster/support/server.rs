//! Servers that are played: Prisma of any version, Prisma Cloud, one that never answers.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as far as it matters.
pub struct Request {
    pub path: String,
    pub token: Option<String>,
    pub body: Value,
}

impl Request {
    pub fn query(&self) -> &str {
        self.body["query"].as_str().unwrap_or_default()
    }
}

/// A response with a body.
pub fn respond(status: u16, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// Serves until the test ends; returns the address.
pub fn serve(answer: impl Fn(&Request) -> String + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let host = format!("http://{}", listener.local_addr().expect("bound"));
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || one(stream, &*answer));
        }
    });
    host
}

fn one(mut stream: TcpStream, answer: &dyn Fn(&Request) -> String) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let request = loop {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
        if let Some(request) = parse(&String::from_utf8_lossy(&bytes)) {
            break request;
        }
    };
    let _ = stream.write_all(answer(&request).as_bytes());
}

/// The request, once it is complete.
fn parse(text: &str) -> Option<Request> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    let token = header("authorization");
    let token = token.and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    Some(Request {
        path: head.split(' ').nth(1)?.to_owned(),
        token,
        body: serde_json::from_str(body).ok()?,
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

/// What a played server wants to see.
#[derive(Clone)]
pub enum Auth {
    Open,
    Text(&'static str),
    /// A public key as PEM.
    Key(String),
}

impl Auth {
    fn admits(&self, token: Option<&str>) -> bool {
        let (algorithm, key) = match self {
            Auth::Open => return true,
            Auth::Text(text) => (Algorithm::HS256, DecodingKey::from_secret(text.as_bytes())),
            Auth::Key(pem) => (
                Algorithm::RS256,
                DecodingKey::from_rsa_pem(pem.as_bytes()).expect("a key"),
            ),
        };
        let Some(token) = token else { return false };
        jsonwebtoken::decode::<Value>(token, &key, &Validation::new(algorithm))
            .is_ok_and(|data| data.claims["grants"] == json!([{"target": "*/*", "action": "*"}]))
    }
}

/// A Prisma server.
pub struct Server;

impl Server {
    /// Serves a version: `/cluster` before 1.8, `/management` at 1.8.0 and from 1.21 on, both between.
    pub fn start(version: &'static str, auth: Auth) -> String {
        let minor: u32 = version
            .split('.')
            .nth(1)
            .and_then(|minor| minor.parse().ok())
            .expect("a version");
        let cluster = minor < 8 || (minor < 21 && version != "1.8.0");
        let management = minor >= 8;
        serve(move |request| {
            let known = match request.path.as_str() {
                "/cluster" => cluster,
                "/management" => management,
                _ => false,
            };
            if !known && minor < 2 {
                return respond(405, "HTTP method not allowed, supported methods: GET");
            }
            if !known {
                let service = request.path.trim_matches('/');
                let message = format!("No service with name '{service}@default' found");
                let error = json!({"message": message, "code": 3016, "requestId": "x"});
                return respond(200, &json!({"errors": [error]}).to_string());
            }
            let query = request.query();
            for (field, first, last) in [("clusterInfo", 0, 33), ("serverInfo", 8, 99)] {
                if query.contains(field) && (first..=last).contains(&minor) {
                    let data = json!({"data": {field: {"version": version}}});
                    return respond(200, &data.to_string());
                }
            }
            assert!(query.contains("listProjects"), "{query}");
            if auth.admits(request.token.as_deref()) {
                return respond(200, r#"{"data":{"listProjects":[]}}"#);
            }
            // A server that repeats what it was sent.
            let token = request.token.as_deref().unwrap_or("none");
            let message =
                format!("Authentication token is invalid: Token can't be decoded: {token}");
            let error = json!({"message": message, "code": 3015});
            respond(200, &json!({"data": null, "errors": [error]}).to_string())
        })
    }
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
            let query = request.query();
            let operation = ["publicClusters", "generateClusterToken", "memberships"]
                .into_iter()
                .find(|operation| query.contains(operation))
                .unwrap_or("?");
            seen.lock().expect("not poisoned").push(format!(
                "{operation} {}",
                if request.token.is_some() { "key" } else { "-" }
            ));
            let good = request.token.as_deref() == Some(&key);
            let data = match operation {
                "publicClusters" => json!({"publicClusters": [
                    {"name": "prisma-eu1", "endpoint": "http://127.0.0.1:9"}
                ]}),
                "memberships" if good => json!({"me": {"memberships": memberships}}),
                "memberships" => json!({"me": null}),
                "generateClusterToken" if good => {
                    json!({"generateClusterToken": {"clusterToken": request.body["variables"].to_string()}})
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
