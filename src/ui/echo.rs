//! Keeps the terminal from showing `^C` while a line is redrawn.
//!
//! A spinner's line is as wide as the terminal, so the echo of the key would wrap it, and what is
//! cleared then is the wrong line. Nothing else changes: Ctrl-C works, other keys are shown.

mod terminal {
    use rustix::process::getpgrp;
    use rustix::termios::{self, LocalModes, OptionalActions};
    use std::io;

    /// The terminal at standard error without the echo of control keys; restored on drop.
    pub struct Unechoed(());

    impl Unechoed {
        /// Turns the echo off; `None` if it is already off, or another process controls the terminal.
        pub fn hold() -> Option<Unechoed> {
            set(false).then_some(Unechoed(()))
        }
    }

    impl Drop for Unechoed {
        fn drop(&mut self) {
            set(true);
        }
    }

    /// Whether anything was changed.
    fn set(echo: bool) -> bool {
        let terminal = io::stderr();
        // One that runs in the background would be stopped for touching the terminal.
        let is_ours = termios::tcgetpgrp(&terminal).is_ok_and(|group| group == getpgrp());
        let Ok(mut modes) = termios::tcgetattr(&terminal) else {
            return false;
        };
        if !is_ours || modes.local_modes.contains(LocalModes::ECHOCTL) == echo {
            return false;
        }
        modes.local_modes.set(LocalModes::ECHOCTL, echo);
        termios::tcsetattr(&terminal, OptionalActions::Now, &modes).is_ok()
    }
}

pub use terminal::Unechoed;
