//! What people and programs see: results on stdout, everything else on stderr.
//!
//! Owns `console`, `indicatif` and the prompts. Decisions about colour, spinners and questions are
//! pure functions of the streams, the flags and the environment ([`Terminal`]).

mod choice;
mod echo;
mod hidden;
mod mute;
mod prompt;
mod question;

mod stage;
mod table;
mod terminal;
pub mod text;

use crate::envelope;
use crate::error::Failure;
use crate::process::Invocation;
use crate::secret::{Masked, Secret};
use console::Style;
use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

pub use choice::Choice;
pub use prompt::Ask;
pub use question::Question;
pub use stage::{Stage, short};
pub use table::Table;
pub use terminal::{Color, Facts, Format, Terminal};

/// The output streams and how to use them.
pub struct Ui {
    terminal: Terminal,
    secrets: Mutex<Masked>,
    /// Whether the document of this run is being printed in parts.
    has_begun: AtomicBool,
}

impl Ui {
    pub fn new(terminal: Terminal) -> Self {
        Ui {
            terminal,
            secrets: Mutex::default(),
            has_begun: AtomicBool::new(false),
        }
    }

    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Values that must not be shown from now on, wherever they come from.
    pub fn conceal(&self, values: impl IntoIterator<Item = Secret>) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        for value in values {
            secrets.add(value.reveal());
        }
    }

    /// `text` with every concealed value replaced, short ones where they are words of their own.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.mask(text)
    }

    /// The same for a value of a document.
    pub fn mask_value(&self, text: &str) -> String {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.mask_value(text).into_owned()
    }

    /// A result on stdout, as it is.
    pub fn print(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// How the document begins in front of its `data`, for a command that prints that itself: all of it would not
    /// fit into memory.
    pub fn begin_document(&self) -> String {
        self.has_begun.store(true, Ordering::Relaxed);
        envelope::head()
    }

    /// Whether the beginning of the document, with its `data`, is printed.
    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    /// A progress line; silent with `--quiet`.
    pub fn status(&self, text: &str) {
        if !self.terminal.quiet {
            self.to_stderr(text);
        }
    }

    /// Something the user should know and may have to act on; never silent.
    pub fn warn(&self, text: &str) {
        self.to_stderr(&format!(
            "{} {text}",
            self.paint("warning:", Style::new().yellow().bold())
        ));
    }

    /// [`Ui::warn`] with a remedy.
    pub fn warn_with(&self, text: &str, hint: &str) {
        self.warn(text);
        self.hint(hint);
    }

    fn hint(&self, hint: &str) {
        let label = self.paint("hint:", Style::new().cyan().bold());
        self.to_stderr(&format!("{label} {hint}"));
    }

    /// A command about to be run, for `--verbose`.
    pub fn command(&self, invocation: &Invocation) {
        self.detail(&format!("$ {invocation}"));
    }

    /// What only `--verbose` shows.
    pub fn detail(&self, text: &str) {
        if self.terminal.verbose {
            self.to_stderr(&self.paint(text, Style::new().dim()));
        }
    }

    /// Reports a failure as text.
    pub fn failure(&self, failure: &Failure) {
        let label = self.paint("error:", Style::new().red().bold());
        self.to_stderr(&format!("{label} {}", failure.message()));
        for hint in &failure.hints {
            self.hint(hint);
        }
    }

    fn paint(&self, text: &str, style: Style) -> String {
        style
            .force_styling(self.terminal.color_stderr)
            .apply_to(text)
            .to_string()
    }

    /// A closed stderr (EPIPE) must not end the work that is being reported.
    fn to_stderr(&self, text: &str) {
        let text = self.mask(text);
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}
