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

use crate::suite::Case;

/// All of them.
pub fn all() -> Vec<Case> {
    [
        start::CASES,
        data::CASES,
        deploy::CASES,
        doctor::CASES,
        editions::CASES,
        ci::CASES,
        folders::CASES,
        ports::CASES,
        remote::CASES,
        trouble::CASES,
        failures::CASES,
        images::CASES,
        upgrade::CASES,
        switching::CASES,
        takeover::CASES,
        values::CASES,
        versions::CASES,
        server::CASES,
        signals::CASES,
        logs::CASES,
    ]
    .concat()
}
