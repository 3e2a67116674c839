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
use crate::secret::redact::{known, may_be_known as known_forms};
use crate::secret::{Masked, Secret};
use console::Style;
use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

pub use choice::Choice;
pub use prompt::Ask;
pub use question::Question;
pub use stage::{Stage, short};
pub use table::{Table, row};
pub use terminal::{Color, Facts, Format, Terminal};

/// The output streams and how to use them.
pub struct Ui {
    terminal: Terminal,
    secrets: Mutex<Masked>,
    /// Whether the document of this run is being printed in parts.
    has_begun: AtomicBool,
    /// Warnings that are shown once.
    said: Mutex<HashSet<String>>,
    /// A token that is the result itself.
    wanted: Mutex<Option<Secret>>,
}

impl Ui {
    pub fn new(terminal: Terminal) -> Self {
        Ui {
            terminal,
            secrets: Mutex::default(),
            has_begun: AtomicBool::new(false),
            said: Mutex::default(),
            wanted: Mutex::default(),
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

    /// Has this one token shown, which is what the user asked for, where it is all there is.
    pub fn reveal(&self, token: &str) {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = Some(Secret::from(token));
    }

    fn is_wanted(&self, text: &str) -> bool {
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted
            .as_ref()
            .is_some_and(|token| token.reveal() == text.trim_end())
    }

    /// `text` with every concealed value replaced, short ones where they are words of their own, and
    /// what is a secret by its form, such as a password in an address.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.is_wanted(text) {
            return Cow::Borrowed(text);
        }
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        match secrets.mask(text) {
            masked if !known_forms(&masked) => masked,
            masked => Cow::Owned(known(&masked)),
        }
    }

    /// The same for a value of a document.
    pub fn mask_value(&self, text: &str) -> String {
        if self.is_wanted(text) {
            return text.to_owned();
        }
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        known(&secrets.mask_value(text))
    }

    /// A result on stdout.
    pub fn print(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text::legible(text).as_bytes())?;
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
            self.to_stderr("", text);
        }
    }

    /// Something the user should know and may have to act on; never silent.
    pub fn warn(&self, text: &str) {
        self.to_stderr(&self.paint("warning:", Style::new().yellow().bold()), text);
    }

    /// [`Ui::warn`] with a remedy.
    pub fn warn_with(&self, text: &str, hint: &str) {
        self.warn(text);
        self.hint(hint);
    }

    /// The same, unless it was said in this run.
    pub fn warn_once(&self, text: &str, hint: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.insert(text.to_owned()) {
            self.warn_with(text, hint);
        }
    }

    fn hint(&self, hint: &str) {
        self.to_stderr(&self.paint("hint:", Style::new().cyan().bold()), hint);
    }

    /// A command about to be run, for `--verbose`.
    pub fn command(&self, invocation: &Invocation) {
        self.detail(&format!("$ {invocation}"));
    }

    /// What only `--verbose` shows.
    pub fn detail(&self, text: &str) {
        if self.terminal.verbose {
            let text = self.shown(text);
            Self::write(&self.paint(&text, Style::new().dim()));
        }
    }

    /// Reports a failure as text.
    pub fn failure(&self, failure: &Failure) {
        let label = self.paint("error:", Style::new().red().bold());
        self.to_stderr(&label, &failure.message());
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

    /// A message as it may be seen: without secrets, and without what would control the terminal.
    fn shown(&self, text: &str) -> String {
        text::message(&self.mask(text))
    }

    fn to_stderr(&self, label: &str, text: &str) {
        let gap = if label.is_empty() { "" } else { " " };
        Self::write(&format!("{label}{gap}{}", self.shown(text)));
    }

    /// A closed stderr (EPIPE) must not end the work that is being reported.
    fn write(text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}
