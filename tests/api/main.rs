//! The protocol of a deployment, against servers that are played in this process, over real HTTP.

#[path = "../support/standin.rs"]
#[allow(dead_code, reason = "others use the rest")]
mod standin;

#[path = "../support/raw.rs"]
mod raw;

mod deploying;
mod faults;
mod finding;
mod following;
mod played;
mod proxies;
mod service;
mod tls;
mod tokens;
