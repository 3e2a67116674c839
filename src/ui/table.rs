//! Plain columns, as `docker ps` prints them.

use super::text::on_one_line;
use console::measure_text_width;

/// Rows under a header; columns as wide as their widest cell, separated by three spaces.
#[derive(Debug, Clone, Default)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with these column titles.
    pub fn new(titles: &[&str]) -> Self {
        Table(vec![titles.iter().map(|t| (*t).to_owned()).collect()])
    }

    /// Adds a row with as many cells as there are titles.
    /// A line break or a tab in a cell is spelled out: it cannot make up a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter();
        self.0
            .push(cells.map(|cell| on_one_line(&cell).into_owned()).collect());
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.0.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.0.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| measure_text_width(cell))
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.0 {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let gap = width + 3 - measure_text_width(cell);
                line.push_str(cell);
                line.push_str(&" ".repeat(gap));
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A row for programs: cells with tabs between them.
pub fn row(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells
        .into_iter()
        .map(|cell| on_one_line(&cell).into_owned())
        .collect();
    cells.join("\t") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_without_trailing_spaces() {
        let mut table = Table::new(&["NAME", "STATE"]);
        table.row(["prisma-db".into(), "running".into()]);
        table.row(["ü".into(), String::new()]);
        assert_eq!(
            table.to_string(),
            "NAME        STATE\nprisma-db   running\nü\n"
        );
    }
}
