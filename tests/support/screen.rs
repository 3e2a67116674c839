//! What a person sees in the end: a terminal's screen, made from the bytes that were sent to it.

/// A screen of this many columns, as long as it takes.
const COLUMNS: usize = 120;

/// The screen.
#[derive(Debug, Default)]
pub struct Screen {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    /// Whether the cursor is hidden.
    pub cursor_hidden: bool,
}

impl Screen {
    /// What `text` leaves on an empty screen.
    pub fn after(text: &str) -> Screen {
        let mut screen = Screen::default();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '\r' => screen.column = 0,
                '\n' => screen.row += 1,
                '\u{8}' => screen.column = screen.column.saturating_sub(1),
                '\u{1b}' => screen.escape(&mut chars),
                c if c.is_control() => {}
                c => screen.put(c),
            }
        }
        screen
    }

    fn put(&mut self, c: char) {
        if self.column == COLUMNS {
            (self.row, self.column) = (self.row + 1, 0);
        }
        let line = self.line();
        line.push(c);
        let last = line.len() - 1;
        let column = self.column;
        let line = self.line();
        line.swap(column, last);
        line.truncate(last.max(column + 1));
        self.column += 1;
    }

    /// The line the cursor is in, as long as to the cursor.
    fn line(&mut self) -> &mut Vec<char> {
        let (row, column) = (self.row, self.column);
        if self.lines.len() <= row {
            self.lines.resize(row + 1, Vec::new());
        }
        let line = &mut self.lines[row];
        if line.len() < column {
            line.resize(column, ' ');
        }
        line
    }

    fn escape(&mut self, chars: &mut std::str::Chars<'_>) {
        if chars.next() != Some('[') {
            return;
        }
        let mut number = String::new();
        let Some(end) = chars.find(|c| {
            let is_end = c.is_ascii_alphabetic();
            if !is_end {
                number.push(*c);
            }
            is_end
        }) else {
            return;
        };
        let count = number.parse().unwrap_or(1).max(1);
        let column = self.column;
        match (end, number.as_str()) {
            ('A', _) => self.row = self.row.saturating_sub(count),
            ('B', _) => self.row += count,
            ('C', _) => self.column = (column + count).min(COLUMNS),
            ('D', _) => self.column = column.saturating_sub(count),
            ('G', _) => self.column = count - 1,
            ('K', "" | "0") => self.line().truncate(column),
            ('K', "2") => self.line().clear(),
            ('J', "" | "0") => {
                self.line().truncate(column);
                let row = self.row;
                self.lines.truncate(row + 1);
            }
            ('h', "?25") => self.cursor_hidden = false,
            ('l', "?25") => self.cursor_hidden = true,
            // Colours and the like.
            _ => {}
        }
    }

    /// Its lines, blanks at their ends and empty ones at the end left out.
    pub fn text(&self) -> String {
        let lines: Vec<String> = self
            .lines
            .iter()
            .map(|line| line.iter().collect())
            .collect();
        let mut lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
        while lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Whether the cursor stands where the next prompt of a shell belongs.
    pub fn is_at_line_start(&self) -> bool {
        self.column == 0
    }
}

#[test]
fn a_screen_is_what_is_left() {
    let left = |text: &str| Screen::after(text).text();
    assert_eq!(left("one\r\ntwo\r\n"), "one\ntwo\n");
    assert_eq!(
        left("spinner\r\u{1b}[2K\u{1b}[32mdone\u{1b}[0m\r\n"),
        "done\n"
    );
    assert_eq!(left("a\r\nb\r\nc\u{1b}[2A\r\u{1b}[Jx"), "x\n");
    assert_eq!(left("abc\u{1b}[2Dx"), "axc\n");
    assert_eq!(left("abc\r\u{1b}[C\u{1b}[K"), "a\n");
    assert!(Screen::after("\u{1b}[?25l").cursor_hidden);
    assert!(!Screen::after("\u{1b}[?25l\u{1b}[?25h").cursor_hidden);
}
