//! The cluster registry: surgical edits on a corpus, crashes, many processes at once.

mod corpus;
mod fast_path;
mod generated;
mod reading;
mod safety;

/// How many cases a property is tried on, unless `PROPTEST_CASES` says otherwise.
pub fn cases(usual: u32) -> u32 {
    let told = std::env::var("PROPTEST_CASES").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(usual)
}
