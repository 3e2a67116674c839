//! Questions. Every one names the flag that answers it, for those who cannot be asked.

use super::Ui;
use crate::error::{Failure, Kind, Result};
use inquire::InquireError;
use std::io;

impl Ui {
    /// Asks for consent to something that cannot be undone. `Ok(())` is a yes.
    ///
    /// `--yes` answers beforehand. Where nobody can be asked, the failure names that flag.
    pub fn confirm(&self, action: &str, question: &str) -> Result<()> {
        if self.terminal.yes {
            return Ok(());
        }
        if !self.terminal.ask {
            return Err(Failure::new(
                Kind::InputRequired,
                format!("{action} needs a confirmation and nobody can be asked"),
            )
            .hint("add `--yes` to confirm"));
        }
        match inquire::Confirm::new(question).with_default(false).prompt() {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::new(
                Kind::Failed,
                "not confirmed: nothing was changed",
            )),
            Err(error) => Err(prompt_failure(error)),
        }
    }
}

/// Esc and Ctrl-C both mean that the user wants out.
fn prompt_failure(error: InquireError) -> Failure {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            Failure::new(Kind::Interrupted, "cancelled: nothing was changed")
        }
        InquireError::IO(error) if error.kind() == io::ErrorKind::Interrupted => {
            Failure::new(Kind::Interrupted, "cancelled: nothing was changed")
        }
        error => Failure::new(Kind::InputRequired, format!("could not ask: {error}"))
            .hint("add `--yes` to confirm"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Terminal;

    #[test]
    fn without_anybody_to_ask_the_flag_is_named() {
        let ui = Ui::new(Terminal::default());
        let failure = ui.confirm("nuke", "sure?").expect_err("nobody");
        assert_eq!((failure.exit(), failure.hints.len()), (4, 1));
        let ui = Ui::new(Terminal {
            yes: true,
            ..Terminal::default()
        });
        assert_eq!(ui.confirm("nuke", "sure?"), Ok(()));
    }
}
