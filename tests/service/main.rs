//! `prisma.yml`: hand-made files, what they say or what is wrong with them, and edits of one line.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests write files")]

mod corpus;
mod disk;
mod properties;
