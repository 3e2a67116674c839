//! `prisma deploy` as a whole: the program in a home of its own, against servers that are played.

mod post_deploy;
mod choosing;
mod cloud;
mod documents;
mod endings;
mod files;
mod protocol;
mod secrets;
mod support;
mod start_stopped;
mod watching;
