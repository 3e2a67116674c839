//! What was run: the fakes' log.

use prisma_cli::testing::process::shell_quote;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

pub const US: char = '\u{1f}';
pub const GS: char = '\u{1d}';
pub const RS: char = '\u{1e}';

/// One program that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name it was called under.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// The folder it ran in.
    pub dir: PathBuf,
    /// Its environment; of docker-compose only.
    pub env: BTreeMap<String, String>,
}

impl Call {
    /// Reads the log.
    pub fn parse_all(log: &str) -> Vec<Call> {
        let records = log.split_terminator(RS);
        records.map(Call::parse).collect()
    }

    fn parse(record: &str) -> Call {
        let (words, env) = record.split_once(GS).unwrap_or((record, ""));
        let mut words = words.split(US).map(str::to_owned);
        let pairs = env.lines().filter_map(|line| line.split_once('='));
        Call {
            program: words.next().expect("a program"),
            dir: words.next().expect("a folder").into(),
            args: words.collect(),
            env: pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        }
    }

    /// Whether it only asks.
    pub fn only_asks(&self) -> bool {
        self.question().is_some()
    }

    /// Which of the questions it is, if it is one, in the order in which they depend on each other.
    fn question(&self) -> Option<usize> {
        if self
            .args
            .get(..2)
            .is_some_and(|words| words == ["volume", "rm"])
        {
            return None;
        }
        let verb = match self.args.first().map(String::as_str) {
            Some("compose") => self.args.get(1),
            _ => self.args.first(),
        };
        let questions = [
            "ps", "inspect", "volume", "image", "version", "info", "logs", "exec",
        ];
        questions
            .iter()
            .position(|question| verb.is_some_and(|verb| verb == question))
    }

    fn looks_at_containers(&self) -> bool {
        matches!(
            self.args.first().map(String::as_str),
            Some("ps" | "inspect" | "exec" | "logs")
        )
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.program)?;
        self.args
            .iter()
            .try_for_each(|arg| write!(f, " {}", shell_quote(arg)))
    }
}

/// The calls of one run but for the looks at containers while a server is waited for: they are as many
/// as it takes.
pub fn without_polls(calls: Vec<Call>) -> Vec<Call> {
    let mut waiting = false;
    let keep = |call: &Call| {
        if !call.only_asks() {
            waiting = call.args.iter().any(|arg| arg == "up");
        }
        !(waiting && call.looks_at_containers())
    };
    let mut keep = keep;
    calls.into_iter().filter(|call| keep(call)).collect()
}

/// Questions between two acts in an order of their own: some are asked at once, so the log has them in
/// any order.
pub fn sort_questions(calls: &mut [Call]) {
    for questions in calls.split_mut(|call| !call.only_asks()) {
        questions.sort_by_key(|call| (call.question(), call.to_string()));
    }
}
