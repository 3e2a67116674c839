//! The trials, by what they are about.

mod start;

use crate::suite::Case;

/// All of them.
pub fn all() -> Vec<Case> {
    [start::CASES].concat()
}
