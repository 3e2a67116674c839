//! Commands that change something, and the permit without which none of them runs.

use crate::process::Invocation;
use std::fmt;

/// A command that changes something. An [`Invocation`] is run by anyone, to read an answer; what is in
/// an `Action` comes out only for a [`Permit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action(Invocation);

impl Action {
    pub fn new(invocation: Invocation) -> Self {
        Action(invocation)
    }

    /// The command, to be run now.
    pub fn permitted(&self, _: &Permit) -> &Invocation {
        &self.0
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Everything was checked and agreed to, and this is no dry run. Only [`act`](super::act) gives one.
pub struct Permit(());

impl Permit {
    pub(super) fn new() -> Self {
        Permit(())
    }
}
