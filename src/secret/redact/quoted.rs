//! JSON inside text, also where it is a string in other JSON, with its quotes escaped any number of times.

/// What is shown for what is left out.
const LEFT_OUT: &str = "(left out)";
/// How a server says that it cannot parse the configuration into which it pastes the password of its database. It quotes
/// the part that it did not expect.
const CONFIGURATION: &str = "ConfigException$Parse";
const GOT: &str = " got ";

/// The text without what servers quote of private values: the variables of requests, and a password that breaks their
/// configuration.
pub fn without_quotes(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let end = if line.ends_with('\n') { "\n" } else { "" };
        let got = line.find(GOT).map(|at| at + GOT.len());
        match got.or_else(|| line.find('\'')) {
            Some(at) if line.contains(CONFIGURATION) => format!("{}{LEFT_OUT}{end}", &line[..at]),
            _ => line.to_owned(),
        }
    });
    without_variables(&lines.collect::<String>())
}

/// The variables of logged requests hold what people store, and secrets of services.
fn without_variables(text: &str) -> String {
    const NAME: &str = "variables";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(NAME) {
        let (before, value) = rest.split_at(at + NAME.len());
        out += before;
        let sign = value.len() - value.trim_start_matches(['"', '\\', ' ']).len();
        rest = match value[sign..].strip_prefix([':', '=']) {
            Some(after) if !after.trim_start().starts_with("null") => {
                out += &value[..=sign];
                out += LEFT_OUT;
                &after[value_end(after)..]
            }
            _ => value,
        };
    }
    out + rest
}

/// Where the value at the beginning of `text` ends: a string, a list, an object, or a word.
pub fn value_end(text: &str) -> usize {
    let start = text.len() - text.trim_start().len();
    let mut depth = 0_usize;
    let mut quote: Option<usize> = None;
    let mut slashes = 0;
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < start) {
        let is_closed = match (c, quote) {
            ('"', None) => {
                quote = Some(slashes);
                false
            }
            ('"', Some(opened)) if closes(slashes, opened) => {
                quote = None;
                depth == 0
            }
            ('[' | '{' | '(', None) => {
                depth += 1;
                false
            }
            (']' | '}' | ')' | ',' | '\n', None) if depth == 0 => return at,
            (']' | '}' | ')', None) => {
                depth -= 1;
                depth == 0
            }
            _ => false,
        };
        if is_closed {
            return at + c.len_utf8();
        }
        slashes = if c == '\\' { slashes + 1 } else { 0 };
    }
    // Cut off: nothing after it in this line is known to be outside.
    text[start..]
        .find('\n')
        .map_or(text.len(), |end| start + end)
}

/// Whether a quote after so many backslashes ends a string that began with one after `opened` of them.
fn closes(slashes: usize, opened: usize) -> bool {
    slashes <= opened || (opened == 0 && slashes.is_multiple_of(2))
}
