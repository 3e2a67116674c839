//! Lines of logs as they are printed: labelled for people, or as parts of a document.

use super::Shown;
use crate::documents::{LogLine, Logs};
use crate::error::document;
use crate::ui::Ui;
use serde_json::Value;
use std::fmt::Write;
use std::io;

/// What is to be printed next.
pub struct Output {
    pending: String,
    format: Format,
}

enum Format {
    Text {
        width: usize,
        timestamps: bool,
    },
    Json {
        cluster: String,
        /// Whether there is a line already, and with it the beginning of the document.
        begun: bool,
    },
}

impl Output {
    /// For people.
    pub fn text(services: &[&str], timestamps: bool) -> Output {
        let width = services.iter().map(|service| service.len()).max();
        Output::new(Format::Text {
            width: width.unwrap_or(0),
            timestamps,
        })
    }

    /// For programs.
    pub fn json(cluster: &str) -> Output {
        Output::new(Format::Json {
            cluster: cluster.to_owned(),
            begun: false,
        })
    }

    fn new(format: Format) -> Output {
        Output {
            pending: String::new(),
            format,
        }
    }

    /// How many bytes are to be printed.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Adds a line of a log. What was redrawn is several lines.
    pub fn line(&mut self, ui: &Ui, service: &str, time: &str, text: &str) {
        for line in text.trim_end_matches('\r').split('\r') {
            // Writing to a string does not fail.
            let _ = match &mut self.format {
                Format::Text { width, timestamps } => {
                    let (time, gap) = if *timestamps { (time, " ") } else { ("", "") };
                    writeln!(self.pending, "{service:width$} | {time}{gap}{line}")
                }
                Format::Json { cluster, begun } => {
                    let before = if *begun {
                        ",".to_owned()
                    } else {
                        let name = quoted(ui, cluster);
                        let head = ui.begin_document();
                        format!("{head}{{\n    \"name\": {name},\n    \"lines\": [")
                    };
                    *begun = true;
                    let (time, service) = (Value::from(time), quoted(ui, service));
                    let line = Value::from(ui.mask(line));
                    write!(
                        self.pending,
                        "{before}\n      {{\n        \"time\": {time},\n        \"service\": {service},\n        \"line\": {line}\n      }}"
                    )
                }
            };
        }
    }

    pub fn flush(&mut self, ui: &Ui) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let printed = match self.format {
            Format::Text { .. } => ui.print(&ui.mask(&self.pending)),
            Format::Json { .. } => ui.print(&self.pending),
        };
        self.pending.clear();
        printed
    }

    /// Ends with the last line. What is left to report is the document without any, or how it went.
    pub fn end(&mut self, ui: &Ui) -> io::Result<Shown> {
        let mut shown = Shown::default();
        match &self.format {
            Format::Text { .. } => {}
            Format::Json { begun: true, .. } => self.pending.push_str("\n    ]\n  }"),
            Format::Json { cluster, .. } => {
                let lines = Vec::<LogLine>::new();
                let name = cluster;
                shown.data = document(Logs { name, lines });
            }
        }
        self.flush(ui)?;
        Ok(shown)
    }
}

fn quoted(ui: &Ui, text: &str) -> Value {
    Value::from(ui.mask_value(text))
}
