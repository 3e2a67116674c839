//! Questions. Every one names the flag that answers it, for those who cannot be asked.

use super::mute::Mute;
use super::{Ui, hidden};
use crate::error::{Failure, Kind, Result};
use crate::interrupt::Interrupt;
use inquire::InquireError;
use inquire::ui::RenderConfig;
use inquire::validator::Validation;
use std::fmt::Display;
use std::io;

impl Ui {
    /// Asks for consent to something that cannot be undone. `Ok(())` is a yes.
    ///
    /// `--yes` answers beforehand. Where nobody can be asked, the failure names that flag.
    pub fn confirm(&self, action: &str, question: &str) -> Result<()> {
        const FLAG: &str = "add `--yes` to confirm";
        if self.terminal.yes {
            return Ok(());
        }
        if !self.terminal.ask {
            return Err(Failure::new(
                Kind::InputRequired,
                format!("{action} needs a confirmation and nobody can be asked"),
            )
            .hint(FLAG));
        }
        let question = self.mask(question);
        let prompt = inquire::Confirm::new(&question)
            .with_default(false)
            .with_render_config(self.look());
        match held(|| prompt.prompt()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::new(
                Kind::Failed,
                "not confirmed: nothing was changed",
            )),
            Err(error) => Err(prompt_failure(error, FLAG)),
        }
    }

    /// Asks for a line of text. What `check` objects to is said and asked again. `what` completes
    /// "… is needed", `flag` is the remedy for those who cannot be asked.
    pub fn text(
        &self,
        what: &str,
        question: &str,
        flag: &str,
        check: impl Fn(&str) -> std::result::Result<(), String> + Clone + 'static,
    ) -> Result<String> {
        self.must_ask(what, flag)?;
        let validator = move |text: &str| {
            Ok(match check(text.trim()) {
                Ok(()) => Validation::Valid,
                Err(why) => Validation::Invalid(why.into()),
            })
        };
        let prompt = inquire::Text::new(question)
            .with_validator(validator)
            .with_render_config(self.look());
        match held(|| prompt.prompt()) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(error) => Err(prompt_failure(error, flag)),
        }
    }

    /// Asks for one of several things: arrow keys choose, typing narrows the list down to what
    /// contains it. `what` and `flag` as for [`Ui::text`].
    pub fn select<T: Display>(
        &self,
        what: &str,
        question: &str,
        flag: &str,
        options: Vec<T>,
    ) -> Result<T> {
        self.must_ask(what, flag)?;
        let prompt = inquire::Select::new(question, options)
            .with_help_message("↑↓ to move, enter to select, type to filter")
            .with_page_size(10)
            .with_render_config(self.look());
        held(|| prompt.prompt()).map_err(|error| prompt_failure(error, flag))
    }

    /// Asks for a secret, which is never shown. A private key may be pasted with all its lines.
    /// `what` and `flag` as for [`Ui::text`].
    pub fn hidden(
        &self,
        what: &str,
        question: &str,
        flag: &str,
        interrupt: &Interrupt,
    ) -> Result<String> {
        self.must_ask(what, flag)?;
        match hidden::ask(question, interrupt) {
            Ok(Some(text)) => Ok(text),
            Ok(None) => Err(interrupt.failure().unwrap_or_else(cancelled)),
            Err(error) => Err(prompt_failure(InquireError::IO(error), flag)),
        }
    }

    fn must_ask(&self, what: &str, flag: &str) -> Result<()> {
        if self.terminal.ask {
            return Ok(());
        }
        let message = format!("{what} is needed and nobody can be asked");
        Err(Failure::new(Kind::InputRequired, message).hint(flag))
    }

    fn look(&self) -> RenderConfig<'static> {
        if self.terminal.color_stderr {
            RenderConfig::default_colored()
        } else {
            RenderConfig::empty()
        }
    }
}

/// Asks with the terminal held. One that cannot be held can still be asked at.
fn held<T>(ask: impl FnOnce() -> T) -> T {
    let _mute = Mute::hold();
    ask()
}

fn cancelled() -> Failure {
    Failure::new(Kind::Interrupted, "cancelled: nothing was changed")
}

/// Esc and Ctrl-C both mean that the user wants out.
fn prompt_failure(error: InquireError, flag: &str) -> Failure {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => cancelled(),
        InquireError::IO(error) if error.kind() == io::ErrorKind::Interrupted => cancelled(),
        error => Failure::new(Kind::InputRequired, format!("could not ask: {error}")).hint(flag),
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
        let asked: [Result<String>; 3] = [
            ui.text("a name", "?", "give `NAME`", |_| Ok(())),
            ui.select("a name", "?", "give `NAME`", vec![String::new()]),
            ui.hidden("a name", "?", "give `NAME`", &Interrupt::default()),
        ];
        let nobody = Failure::new(
            Kind::InputRequired,
            "a name is needed and nobody can be asked",
        );
        for answer in asked {
            assert_eq!(answer, Err(nobody.clone().hint("give `NAME`")));
        }
        let ui = Ui::new(Terminal {
            yes: true,
            ..Terminal::default()
        });
        assert_eq!(ui.confirm("nuke", "sure?"), Ok(()));
    }
}
