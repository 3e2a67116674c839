//! `prisma deploy` as a whole: the program in a home of its own, against servers that are played.

mod choosing;
mod cloud;
mod documents;
mod endings;
mod files;
mod gateways;
mod generate;
mod kinds;
mod layouts;
mod post_deploy;
mod protocol;
mod refused;
mod restarting;
mod secrets;
mod start_stopped;
mod stuck;
mod support;
mod syntax;
mod watching;
