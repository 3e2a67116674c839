//! The trials, by subject.

mod ci;
mod data;
mod deploy;
mod doctor;
mod editions;
mod failures;
mod folders;
mod images;
mod logs;
mod manners;
mod ports;
mod remote;
mod server;
mod signals;
mod start;
mod switching;
mod takeover;
mod trouble;
mod upgrade;
mod values;
mod versions;
mod witness;

use crate::suite::Case;

/// All of them. The longest come first, so that no trial runs alone at the end.
pub fn all() -> Vec<Case> {
    [
        signals::CASES,
        versions::CASES,
        data::CASES,
        takeover::CASES,
        witness::CASES,
        manners::CASES,
        server::CASES,
        folders::CASES,
        editions::CASES,
        trouble::CASES,
        switching::CASES,
        upgrade::CASES,
        remote::CASES,
        values::CASES,
        start::CASES,
        images::CASES,
        logs::CASES,
        ports::CASES,
        deploy::CASES,
        doctor::CASES,
        ci::CASES,
        failures::CASES,
    ]
    .concat()
}
