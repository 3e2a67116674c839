//! The terminal held mute while a question is open: keys are read as they come, and none is shown by
//! the terminal itself.
//!
//! console reads one key at a time and puts the terminal back in between. What comes in that moment
//! (of a paste, nearly everything) the terminal would show, edit and hold back as a line of its own.
//! Held mute from outside, it is put back to mute.

mod terminal {
    use rustix::termios::{
        self, InputModes, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios,
    };
    use std::io;

    /// The terminal held mute; put back when this goes.
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
            // Ctrl-C is a key like others: who reads it gives up the question, not the run.
            mute.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
            // The two ends of a line are told apart by those who care.
            mute.input_modes -= InputModes::ICRNL;
            // Reads return after a tenth of a second, so that signals are seen.
            mute.special_codes[SpecialCodeIndex::VMIN] = 0;
            mute.special_codes[SpecialCodeIndex::VTIME] = 1;
            termios::tcsetattr(&stdin, OptionalActions::Now, &mute)?;
            Ok(Mute { stdin, before })
        }

        /// Reads what there is; nothing after a tenth of a second without.
        pub fn read(&self, chunk: &mut [u8]) -> io::Result<usize> {
            match rustix::io::read(&self.stdin, chunk) {
                Ok(read) => Ok(read),
                Err(rustix::io::Errno::INTR) => Ok(0),
                // A terminal that is gone.
                Err(error) => Err(error.into()),
            }
        }

        /// Throws away what has come and was not read.
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
