//! Questions. Each names the flag that answers it without a terminal.

use super::mute::Mute;
use super::text::on_one_line;
use super::{Question, Ui, hidden};
use crate::error::{Failure, Kind, Result};
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use inquire::InquireError;
use inquire::error::InquireResult;
use inquire::ui::RenderConfig;
use inquire::validator::Validation;
use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

/// How long a question may take to end by itself after a signal, as it does after Ctrl-C.
const GRACE: Duration = Duration::from_millis(150);

/// Asks questions, and stops at a signal.
pub struct Ask<'a> {
    ui: &'a Ui,
    interrupt: &'a Interrupt,
}

impl<'a> Ask<'a> {
    pub fn new(ui: &'a Ui, interrupt: &'a Interrupt) -> Self {
        Ask { ui, interrupt }
    }

    /// Whether this is an interactive terminal.
    pub fn possible(&self) -> bool {
        self.ui.terminal.ask
    }

    /// Without an interactive terminal, fails with everything that would be asked.
    pub fn need(&self, questions: &[Question], about: &str) -> Result<()> {
        if self.possible() || questions.is_empty() {
            return Ok(());
        }
        let message = format!(
            "{}, but this is not an interactive terminal",
            needed(questions, about)
        );
        let failure = Failure::new(Kind::InputRequired, message);
        let hint = |failure: Failure, one: &Question| failure.hint(one.flags());
        Err(questions.iter().fold(failure, hint))
    }

    /// Asks for consent. `Ok(())` means yes, also with `--yes`.
    pub fn confirm(&self, question: Question, about: &str) -> Result<()> {
        if self.ui.terminal.yes {
            return Ok(());
        }
        let look = self.look();
        let agreed = self.put(question, about, move |text| {
            let prompt = inquire::Confirm::new(text).with_default(question.is_harmless());
            prompt.with_render_config(look).prompt()
        })?;
        if agreed {
            return Ok(());
        }
        Err(Failure::new(Kind::Failed, "cancelled: nothing was changed"))
    }

    /// Asks for a line of text. If `check` rejects it, the reason is shown and the question is asked again.
    pub fn text(
        &self,
        question: Question,
        about: &str,
        check: impl Fn(&str) -> std::result::Result<(), String> + Clone + Send + 'static,
    ) -> Result<String> {
        let look = self.look();
        let answer = self.put(question, about, move |text| {
            let validator = move |text: &str| {
                Ok(match check(text.trim()) {
                    Ok(()) => Validation::Valid,
                    Err(why) => Validation::Invalid(why.into()),
                })
            };
            let prompt = inquire::Text::new(text).with_validator(validator);
            prompt.with_render_config(look).prompt()
        })?;
        Ok(answer.trim().to_owned())
    }

    /// Asks for one of several things: arrow keys choose, typing narrows the list down to what
    /// contains it.
    pub fn select<T: Display + Send + 'static>(
        &self,
        question: Question,
        about: &str,
        options: Vec<T>,
    ) -> Result<T> {
        let look = self.look();
        let shown = options.into_iter().map(Legible).collect();
        let chosen = self.put(question, about, move |text| {
            inquire::Select::new(text, shown)
                .with_help_message("↑↓ to move, enter to select, type to filter")
                .with_page_size(10)
                .with_render_config(look)
                .prompt()
        });
        chosen.map(|Legible(chosen)| chosen)
    }

    /// Asks for a secret, which is never shown. A private key may be pasted with all its lines.
    pub fn hidden(&self, question: Question) -> Result<Secret> {
        self.need(&[question], "")?;
        match hidden::ask(&question.text(""), self.interrupt) {
            Ok(Some(text)) => Ok(text),
            Ok(None) => Err(self.interrupt.failure().map_or_else(cancelled, unchanged)),
            Err(error) => Err(prompt_failure(InquireError::IO(error), question)),
        }
    }

    /// Asks in a thread of its own, with the terminal held: a prompt notices a signal only while it
    /// waits for a key, and would otherwise keep waiting.
    fn put<T: Send + 'static>(
        &self,
        question: Question,
        about: &str,
        ask: impl FnOnce(&str) -> InquireResult<T> + Send + 'static,
    ) -> Result<T> {
        self.need(&[question], about)?;
        self.interrupt.check().map_err(unchanged)?;
        let text = self.ui.shown(&question.text(about));
        // Asking works even if the terminal cannot be held.
        let mute = Mute::hold();
        let answer = self.interrupt.run_with_grace(GRACE, move || ask(&text));
        drop(mute);
        match answer {
            Ok(answer) => answer.map_err(|error| prompt_failure(error, question)),
            Err(failure) => {
                leave();
                Err(unchanged(failure))
            }
        }
    }

    fn look(&self) -> RenderConfig<'static> {
        if self.ui.terminal.color_stderr {
            RenderConfig::default_colored()
        } else {
            RenderConfig::empty()
        }
    }
}

/// An option as it may be seen.
struct Legible<T>(T);

impl<T: Display> Display for Legible<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&on_one_line(&self.0.to_string()))
    }
}

/// What all questions need, in one sentence.
fn needed(questions: &[Question], about: &str) -> String {
    let needs: Vec<String> = questions.iter().map(|one| one.need(about)).collect();
    let things = needs.iter().map(|need| need.strip_suffix(" is needed"));
    match things.collect::<Option<Vec<&str>>>() {
        Some(things) if things.len() > 1 => format!("{} are needed", things.join(" and ")),
        _ => needs.join(", "),
    }
}

/// Cleans up after an abandoned question: moves to a free line and shows the cursor.
fn leave() {
    let mut term = console::Term::stderr();
    let _ = writeln!(term);
    let _ = term.clear_to_end_of_screen();
    let _ = term.show_cursor();
}

fn unchanged(failure: Failure) -> Failure {
    failure.map_text(|text| format!("{text}: nothing was changed"))
}

fn cancelled() -> Failure {
    Failure::new(Kind::Interrupted, "cancelled: nothing was changed")
}

/// Esc and Ctrl-C both cancel.
fn prompt_failure(error: InquireError, question: Question) -> Failure {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => cancelled(),
        InquireError::IO(error) if error.kind() == io::ErrorKind::Interrupted => cancelled(),
        error => Failure::new(Kind::InputRequired, format!("could not prompt: {error}"))
            .hint(question.flags()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Terminal;

    #[test]
    fn without_a_terminal_each_question_names_its_flag() {
        let (ui, interrupt) = (Ui::new(Terminal::default()), Interrupt::default());
        let ask = Ask::new(&ui, &interrupt);
        for &question in Question::ALL {
            let refused = Failure::new(
                Kind::InputRequired,
                format!(
                    "{}, but this is not an interactive terminal",
                    question.need("`x`")
                ),
            );
            let refused = refused.hint(question.flags());
            assert_eq!(ask.confirm(question, "`x`"), Err(refused.clone()));
            assert_eq!(ask.text(question, "`x`", |_| Ok(())), Err(refused));
            let bare = Err(question.need(""));
            let need_of = |failure: Failure| {
                let message = failure.message();
                let need = message.strip_suffix(", but this is not an interactive terminal");
                need.expect("why").to_owned()
            };
            assert_eq!(
                ask.select(question, "", vec![""]).map_err(need_of),
                bare.clone().map(|()| "")
            );
            assert_eq!(
                ask.hidden(question).map_err(need_of),
                bare.map(|()| "".into())
            );
        }
    }

    #[test]
    fn a_confirmation_can_be_given_beforehand() {
        let terminal = Terminal {
            yes: true,
            ..Terminal::default()
        };
        let (ui, interrupt) = (Ui::new(terminal), Interrupt::default());
        let ask = Ask::new(&ui, &interrupt);
        assert_eq!(ask.confirm(Question::DestroyData, "`x`"), Ok(()));
    }
}
