//! One stage of long work: a spinner with the elapsed time on a terminal, one plain line elsewhere.

use super::Ui;
use super::echo::Unechoed;
use super::text::on_one_line;
use crate::thread::is_available;
use console::Style;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// A stage under way. Dropped without [`Stage::done`], it leaves no trace on a terminal.
pub struct Stage<'ui> {
    ui: &'ui Ui,
    label: String,
    begun: Instant,
    bar: Option<ProgressBar>,
    /// Dropped after the bar is cleared.
    _echo: Option<Unechoed>,
}

impl Ui {
    /// Starts a stage. `note` is shown once with the label, e.g. a time limit.
    pub fn stage(&self, label: impl Into<String>, note: &str) -> Stage<'_> {
        let label = label.into();
        let line = match note {
            "" => label.clone(),
            note => format!("{label} ({note})"),
        };
        let bar = self
            .terminal
            .live
            .then(|| spinner(&on_one_line(&self.mask(&line))));
        if bar.is_none() {
            self.status(&line);
        }
        Stage {
            ui: self,
            _echo: bar.as_ref().and_then(|_| Unechoed::hold()),
            label: line,
            begun: Instant::now(),
            bar,
        }
    }
}

impl Stage<'_> {
    /// Shows progress within the stage; only on a terminal.
    pub fn detail(&self, text: &str) {
        if let Some(bar) = &self.bar {
            let line = format!("{}: {}", self.label, text.trim());
            let line = self.ui.mask(&line);
            let line = on_one_line(&line);
            let columns = usize::from(console::Term::stderr().size().1).saturating_sub(14);
            bar.set_message(console::truncate_str(&line, columns.max(20), "…").into_owned());
        }
    }

    /// Says more about the stage: within it on a terminal, on a line of its own elsewhere.
    pub fn explain(&self, text: &str) {
        self.detail(text);
        if self.bar.is_none() {
            self.ui.status(text);
        }
    }

    /// Runs something that writes to the terminal itself, without the spinner in its way.
    pub fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }

    /// Ends the stage, reports its result, and begins the next one. In this order: two spinners would draw over
    /// each other.
    pub fn next(&mut self, text: &str, label: &str, note: &str) {
        self.report(text);
        self.bar = None;
        self._echo = None;
        *self = self.ui.stage(label, note);
    }

    /// Ends the stage and reports its result.
    pub fn done(self, text: &str) {
        self.report(text);
    }

    fn report(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            let tick = self.ui.paint("✔", Style::new().green());
            let time = self
                .ui
                .paint(&short(self.begun.elapsed()), Style::new().dim());
            if !self.ui.terminal.quiet {
                Ui::write(&format!("{tick} {} {time}", self.ui.shown(text)));
            }
        }
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn spinner(line: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    // A template that does not parse would be a slip in this file; the default is good enough then.
    if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {msg} {elapsed:.dim}") {
        bar.set_style(style);
    }
    bar.set_message(line.to_owned());
    if is_available() {
        bar.enable_steady_tick(Duration::from_millis(100));
    }
    bar
}

/// A duration as people read it: `516ms`, `1.2s`, then whole words.
pub fn short(duration: Duration) -> String {
    match duration.as_millis() {
        ms @ 0..1000 => format!("{ms}ms"),
        1000..60_000 => format!("{:.1}s", duration.as_secs_f64()),
        _ => HumanDuration(duration).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(short(Duration::from_millis(516)), "516ms");
        assert_eq!(short(Duration::from_millis(1049)), "1.0s");
        assert_eq!(short(Duration::from_secs(125)), "2 minutes");
    }
}
