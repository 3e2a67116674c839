//! Commands that change something, and the permit without which none of them runs.

use crate::process::Invocation;
use std::fmt;

/// A command that changes something. Any code can run an [`Invocation`] to read its output; the one inside
/// an `Action` is released only for a [`Permit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action(Invocation);

impl Action {
    pub fn new(invocation: Invocation) -> Self {
        Action(invocation)
    }

    /// Releases the command.
    pub fn permitted(&self, _: &Permit) -> &Invocation {
        &self.0
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Proof that everything was checked and confirmed, and that this is not a dry run. Only
/// [`act`](super::act) issues it.
pub struct Permit(());

impl Permit {
    pub(super) fn new() -> Self {
        Permit(())
    }
}
