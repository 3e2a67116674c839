//! The cluster registry: surgical edits on a corpus, crashes, many processes at once.

mod corpus;
mod reading;
mod safety;
mod scan;
