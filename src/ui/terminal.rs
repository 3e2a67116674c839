//! The decisions about colour, spinners and questions, as one pure function.

use crate::env::Env;

/// Form of the result on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
    Env,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// The streams and the flags.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not states"
)]
pub struct Facts {
    /// Standard input is a terminal.
    pub stdin_tty: bool,
    /// Standard output is a terminal.
    pub stdout_tty: bool,
    /// Standard error is a terminal.
    pub stderr_tty: bool,
    /// `--output`.
    pub format: Format,
    /// `--color`.
    pub color: Color,
    /// `--quiet`.
    pub quiet: bool,
    /// `--verbose`.
    pub verbose: bool,
    /// `--yes`.
    pub yes: bool,
    /// `--no-input`.
    pub no_input: bool,
}

/// How to use the streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent decisions, not states"
)]
pub struct Terminal {
    /// Form of the result.
    pub format: Format,
    /// Lists of unknown length as a table with titles; otherwise as lines for programs.
    pub table: bool,
    /// Colour on stderr.
    pub color_stderr: bool,
    /// Spinners and redrawn lines on stderr.
    pub live: bool,
    /// Nothing on stderr but warnings and failures.
    pub quiet: bool,
    /// Commands on stderr.
    pub verbose: bool,
    /// Questions can be answered.
    pub ask: bool,
    /// `--yes`: confirmations are already given.
    pub yes: bool,
}

impl Terminal {
    /// `NO_COLOR`, `CLICOLOR_FORCE`, `TERM=dumb` and `CI` are honoured as everywhere.
    pub fn decide(facts: Facts, env: &Env) -> Terminal {
        let dumb = env.get("TERM").is_none_or(|term| term == "dumb");
        let ci = env.get("CI").is_some_and(|ci| ci != "false" && ci != "0");
        let capable = facts.stderr_tty && !dumb && !ci;
        let color_stderr = match facts.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if env.get("NO_COLOR").is_some() => false,
            Color::Auto if env.get("CLICOLOR_FORCE").is_some_and(|v| v != "0") => true,
            Color::Auto => capable,
        };
        Terminal {
            format: facts.format,
            table: facts.stdout_tty,
            color_stderr,
            live: capable && !facts.quiet,
            quiet: facts.quiet,
            verbose: facts.verbose,
            ask: facts.stdin_tty && facts.stderr_tty && !facts.no_input && !ci,
            yes: facts.yes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Facts {
        Facts {
            stdin_tty: true,
            stderr_tty: true,
            ..Facts::default()
        }
    }

    #[test]
    fn a_person_gets_colour_a_spinner_and_questions() {
        let env = Env::from([("TERM", "xterm")]);
        let terminal = Terminal::decide(person(), &env);
        assert!(terminal.color_stderr && terminal.live && terminal.ask);
    }

    #[test]
    fn ci_a_pipe_and_a_dumb_terminal_get_plain_lines() {
        for env in [
            [("TERM", "xterm"), ("CI", "true")],
            [("TERM", "dumb"), ("X", "y")],
        ] {
            let terminal = Terminal::decide(person(), &Env::from(env));
            assert!(!terminal.color_stderr && !terminal.live, "{env:?}");
        }
        let asked = Facts {
            color: Color::Always,
            ..person()
        };
        let ci = Terminal::decide(asked, &Env::from([("TERM", "xterm"), ("CI", "true")]));
        assert!(ci.color_stderr && !ci.live && !ci.ask);
        let piped = Terminal::decide(Facts::default(), &Env::from([("TERM", "xterm")]));
        assert_eq!(piped, Terminal::default());
    }

    #[test]
    fn colour_can_be_forced_and_forbidden() {
        let decide = |color, env: &[(&str, &str); 2]| {
            let facts = Facts { color, ..person() };
            Terminal::decide(facts, &Env::from(*env)).color_stderr
        };
        let no = [("TERM", "xterm"), ("NO_COLOR", "1")];
        assert!(!decide(Color::Auto, &no));
        assert!(decide(Color::Always, &no));
        assert!(!decide(
            Color::Never,
            &[("TERM", "xterm"), ("CLICOLOR_FORCE", "1")]
        ));
        assert!(decide(
            Color::Auto,
            &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")]
        ));
    }

    #[test]
    fn no_input_means_no_questions() {
        let facts = Facts {
            no_input: true,
            ..person()
        };
        assert!(!Terminal::decide(facts, &Env::from([("TERM", "xterm")])).ask);
    }
}
