//! The server's management API over HTTP.

pub mod access;
pub mod credential;
pub mod database;
pub mod deploy;
pub mod fault;
pub mod graphql;
pub mod http;
pub mod management;
pub mod operations;
pub mod readiness;
pub mod refusal;
pub mod sdl;
pub mod service;
pub mod step;
pub mod token;
pub mod types;
pub mod version;
