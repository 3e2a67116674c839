//! The trials, by what they are about.

mod ci;
mod crossing;
mod data;
mod deploy;
mod failures;
mod images;
mod logs;
mod ports;
mod signals;
mod start;
mod takeover;
mod trouble;
mod upgrade;
mod values;

use crate::suite::Case;

/// All of them.
pub fn all() -> Vec<Case> {
    [
        start::CASES,
        data::CASES,
        deploy::CASES,
        ci::CASES,
        ports::CASES,
        trouble::CASES,
        failures::CASES,
        images::CASES,
        upgrade::CASES,
        crossing::CASES,
        takeover::CASES,
        values::CASES,
        signals::CASES,
        logs::CASES,
    ]
    .concat()
}
