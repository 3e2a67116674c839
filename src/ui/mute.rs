//! Holds the terminal in raw mode while a question is open: keys are read as they arrive, and the
//! terminal itself shows none.
//!
//! console reads one key at a time and restores the terminal in between. The terminal would show, edit
//! and buffer what arrives at that moment (nearly all of a paste) as a line of its own. Held from
//! outside, it is restored to raw mode.

mod terminal {
    use rustix::termios::{
        self, InputModes, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios,
    };
    use std::io;

    /// The terminal held mute; restored on drop.
    pub struct Mute {
        stdin: io::Stdin,
        before: Termios,
    }

    impl Mute {
        /// Takes hold of the terminal at standard input.
        pub fn hold() -> io::Result<Mute> {
            let stdin = io::stdin();
            let before = termios::tcgetattr(&stdin)?;
            let mut mute = before.clone();
            // Ctrl-C is read as a key: it cancels the question, not the command.
            mute.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
            // Readers distinguish `\r` and `\n` themselves.
            mute.input_modes -= InputModes::ICRNL;
            // Reads return after a tenth of a second, so that signals are seen.
            mute.special_codes[SpecialCodeIndex::VMIN] = 0;
            mute.special_codes[SpecialCodeIndex::VTIME] = 1;
            termios::tcsetattr(&stdin, OptionalActions::Now, &mute)?;
            Ok(Mute { stdin, before })
        }

        /// Reads what is available; nothing after a tenth of a second.
        pub fn read(&self, chunk: &mut [u8]) -> io::Result<usize> {
            match rustix::io::read(&self.stdin, chunk) {
                Ok(read) => Ok(read),
                Err(rustix::io::Errno::INTR) => Ok(0),
                Err(error) => Err(error.into()),
            }
        }

        /// Discards unread input.
        pub fn discard(&self) {
            let _ = termios::tcflush(&self.stdin, QueueSelector::IFlush);
        }
    }

    impl Drop for Mute {
        fn drop(&mut self) {
            let _ = termios::tcsetattr(&self.stdin, OptionalActions::Now, &self.before);
        }
    }
}

pub use terminal::Mute;
