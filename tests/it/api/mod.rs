//! The protocol of a deployment, against servers that are played in this process, over real HTTP.

mod claimed;
mod deploying;
mod dialects;
mod faults;
mod finding;
mod following;
mod played;
mod proxies;
mod service;
mod stuck;
mod subscriptions;
mod tls;
mod tokens;
