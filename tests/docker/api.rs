//! The server's management API, without the program's own client: the suite must not trust that.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A server's management API.
#[derive(Debug, Clone)]
pub struct Api {
    port: u16,
    path: &'static str,
    token: Option<String>,
}

/// A token as a deployment sends it, signed with a private key in PEM or with a secret.
#[track_caller]
pub fn token(secret: &str) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let claims = json!({
        "grants": [{"target": "*/*", "action": "*"}],
        "exp": now.as_secs() + 3600,
    });
    let (algorithm, key) = if secret.contains("-----BEGIN") {
        let key = EncodingKey::from_rsa_pem(secret.as_bytes()).expect("an RSA key in PEM");
        (Algorithm::RS256, key)
    } else {
        (
            Algorithm::HS256,
            EncodingKey::from_secret(secret.as_bytes()),
        )
    };
    jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).expect("signs")
}

impl Api {
    /// At the path of servers up to 1.7.
    pub fn new(port: u16, token: Option<String>) -> Api {
        let path = "cluster";
        Api { port, path, token }
    }

    /// The same API at another path.
    #[must_use]
    pub fn at(mut self, path: &'static str) -> Api {
        self.path = path;
        self
    }

    /// The field that has the server's version.
    fn version_field(&self) -> &'static str {
        match self.path {
            "cluster" => "clusterInfo",
            _ => "serverInfo",
        }
    }

    /// One request to a path of the server; the error says why there was no answer.
    fn post(&self, path: &str, query: &str, variables: &Value) -> Result<Value, String> {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .proxy(None);
        let url = format!("http://127.0.0.1:{}/{path}", self.port);
        let mut request = config.build().new_agent().post(&url);
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut response = request
            .send_json(json!({ "query": query, "variables": variables }))
            .map_err(|e| e.to_string())?;
        response.body_mut().read_json().map_err(|e| e.to_string())
    }

    /// One request to the management API.
    pub fn try_ask(&self, query: &str) -> Result<Value, String> {
        self.ask_with(query, &json!({}))
    }

    /// The same with variables.
    pub fn ask_with(&self, query: &str, variables: &Value) -> Result<Value, String> {
        self.post(self.path, query, variables)
    }

    #[track_caller]
    pub fn ask(&self, query: &str) -> Value {
        self.try_ask(query)
            .unwrap_or_else(|error| panic!("{query} at port {}: {error}", self.port))
    }

    /// The version that the server says it has; needs no token.
    #[track_caller]
    pub fn version(&self) -> String {
        let field = self.version_field();
        let answer = self.ask(&format!("{{ {field} {{ version }} }}"));
        let version = answer["data"][field]["version"].as_str();
        version
            .unwrap_or_else(|| panic!("no version: {answer}"))
            .to_owned()
    }

    /// Waits until the server answers.
    #[track_caller]
    pub fn wait(&self) {
        let end = Instant::now() + Duration::from_secs(60);
        while let Err(error) = self.try_ask("{ __typename }") {
            assert!(
                Instant::now() < end,
                "no answer at port {}: {error}",
                self.port
            );
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Whether anything answers.
    pub fn answers(&self) -> bool {
        self.try_ask("{ __typename }").is_ok()
    }

    fn add(&self, service: &str) -> Value {
        self.ask(&format!(
            "mutation {{ addProject(input: {{name: \"{service}\", stage: \"dev\"}}) {{ project {{ name stage }} }} }}"
        ))
    }

    /// Adds a service, stage `dev`.
    #[track_caller]
    pub fn add_project(&self, service: &str) {
        let answer = self.add(service);
        let expected =
            json!({"data": {"addProject": {"project": {"name": service, "stage": "dev"}}}});
        assert_eq!(answer, expected);
    }

    /// The code of the error that adding a service ends with.
    #[track_caller]
    pub fn refused(&self, service: &str) -> i64 {
        let answer = self.add(service);
        answer["errors"][0]["code"]
            .as_i64()
            .unwrap_or_else(|| panic!("not refused: {answer}"))
    }

    /// All services, as `NAME@STAGE`.
    #[track_caller]
    pub fn projects(&self) -> Vec<String> {
        let answer = self.ask("{ listProjects { name stage } }");
        let projects = answer["data"]["listProjects"].as_array();
        let projects = projects.unwrap_or_else(|| panic!("no list: {answer}"));
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut names: Vec<String> = projects
            .iter()
            .map(|p| format!("{}@{}", word(&p["name"]), word(&p["stage"])))
            .collect();
        names.sort();
        names
    }

    /// Deploys a datamodel to a service, stage `dev`, and follows the migration to its end.
    #[track_caller]
    pub fn deploy(&self, service: &str, types: &str) {
        let of = format!("name: \"{service}\", stage: \"dev\"");
        let answer = self.ask(&format!(
            "mutation {{ deploy(input: {{{of}, types: \"{types}\"}}) {{ errors {{ description }} migration {{ revision }} }} }}"
        ));
        let revision = answer["data"]["deploy"]["migration"]["revision"].clone();
        assert!(revision.is_number(), "not deployed: {answer}");
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = self.ask(&format!(
                "{{ migrationStatus({of}) {{ revision status }} }}"
            ));
            let migration = &answer["data"]["migrationStatus"];
            if migration["revision"] == revision && migration["status"] == "SUCCESS" {
                return;
            }
            assert!(Instant::now() < end, "still {answer}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks a deployed service, stage `dev`.
    #[track_caller]
    pub fn service(&self, service: &str, query: &str) -> Value {
        let answer = self.post(&format!("{service}/dev"), query, &json!({}));
        answer.unwrap_or_else(|error| panic!("{query} of {service}: {error}"))
    }
}
