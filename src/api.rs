//! The server's management API over HTTP.

pub mod fault;
pub mod http;
pub mod readiness;
pub mod token;
pub mod version;
