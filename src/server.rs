//! The server's management API over HTTP.

pub mod access;
pub mod credential;
pub mod deploy;
pub mod fault;
pub mod graphql;
pub mod http;
pub mod management;
pub mod readiness;
pub mod refusal;
pub mod sdl;
pub mod service;
pub mod step;
pub mod token;
pub mod types;
pub mod version;

/// What a server says about itself, as it may be shown on a terminal: it may be anything.
fn plain(text: &str) -> String {
    let plain: String = text.chars().take(300).filter(|c| !c.is_control()).collect();
    plain.trim().to_owned()
}
