//! `prisma deploy` as a whole: the program in a home of its own, against servers that are played.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests stand outside the program: they run it, and edit its files as people do"
)]

#[path = "../cluster/support/home.rs"]
#[allow(dead_code, reason = "others use the rest")]
mod home;
#[path = "../cluster/support/server.rs"]
#[allow(dead_code, reason = "others use the rest")]
mod played;
#[path = "../support/schema.rs"]
#[allow(dead_code, reason = "others use the rest")]
mod schema;
#[path = "../support/standin.rs"]
#[allow(dead_code, reason = "others use the rest")]
mod standin;

mod after;
mod choosing;
mod cloud;
mod documents;
mod endings;
mod files;
mod protocol;
mod secrets;
mod support;
mod waking;
mod watching;
