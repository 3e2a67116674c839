//! Requests and answers on the wire, by hand.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A request as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// All of it, as it came.
    pub text: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    pub fn variables(&self) -> Value {
        self.json()["variables"].clone()
    }

    /// The first field of the query, for short.
    pub fn field(&self) -> String {
        let json = self.json();
        let query = json["query"].as_str().unwrap_or_default();
        let rest = query
            .split_once('{')
            .map_or("", |(_, rest)| rest)
            .trim_start();
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default()
            .to_owned()
    }

    /// `POST /cluster deploy`, for short.
    pub fn short(&self) -> String {
        format!("{} {} {}", self.method, self.path, self.field())
    }

    /// The token.
    pub fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// Header and claims of the token, unverified.
    pub fn token(&self) -> Option<(Value, Value)> {
        let token = self.bearer()?;
        let header = jsonwebtoken::decode_header(token).ok()?;
        let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Value>(token).ok()?;
        Some((json!(header.alg), claims))
    }
}

/// The next request on a connection; `None` when it is closed.
pub fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut text = String::new();
    if reader.read_line(&mut text).ok()? == 0 {
        return None;
    }
    let mut words = text.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let begin = text.len();
        reader.read_line(&mut text).ok()?;
        let Some((name, value)) = text[begin..].trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8_lossy(&body).into_owned();
    text += &body;
    Some(Request {
        method,
        path,
        headers,
        body,
        text,
    })
}

/// Writes an answer that leaves the connection open.
pub fn write(mut stream: &TcpStream, status: u16, kind: &str, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nRequest-Id: r\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all((head + body).as_bytes());
}
