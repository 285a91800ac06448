//! Rows and columns: aligned for people, and as CSV.

use std::io::{self, Write};

use super::safe;

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    title: &'static str,
    right: bool,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn left(title: &'static str) -> Self {
        Self { title, right: false }
    }

    /// A column of numbers.
    #[must_use]
    pub fn right(title: &'static str) -> Self {
        Self { title, right: true }
    }
}

/// Writes a table for people; the last column is as wide as it likes.
///
/// # Errors
/// Those of `out`.
pub fn plain(columns: &[Column], rows: &[Vec<String>], out: &mut dyn Write) -> io::Result<()> {
    let clean: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| safe::line(cell).into_owned()).collect()).collect();
    let mut widths: Vec<usize> = columns.iter().map(|column| column.title.len()).collect();
    for row in &clean {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let titles: Vec<String> = columns.iter().map(|column| column.title.to_uppercase()).collect();
    for row in std::iter::once(&titles).chain(&clean) {
        let mut text = String::new();
        for ((cell, width), column) in row.iter().zip(&widths).zip(columns) {
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            let (before, after) = if column.right { (pad.as_str(), "") } else { ("", pad.as_str()) };
            text.push_str(before);
            text.push_str(cell);
            text.push_str(after);
            text.push_str("  ");
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

/// Writes a table of GitHub's Markdown; what cells hold is text, whatever it looks like.
///
/// # Errors
/// Those of `out`.
pub fn markdown(columns: &[Column], rows: &[Vec<String>], out: &mut dyn Write) -> io::Result<()> {
    let titles: Vec<&str> = columns.iter().map(|column| column.title).collect();
    let rules: Vec<&str> = columns.iter().map(|column| if column.right { "---:" } else { "---" }).collect();
    writeln!(out, "| {} |\n| {} |", titles.join(" | "), rules.join(" | "))?;
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| markdown_cell(cell)).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    Ok(())
}

fn markdown_cell(cell: &str) -> String {
    let mut out = String::new();
    for c in safe::line(cell).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '~' | '#' | '!' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Writes CSV (RFC 4180). A cell that a spreadsheet would take for a formula is led by `'`.
///
/// # Errors
/// Those of `out`.
pub fn csv(columns: &[Column], rows: &[Vec<String>], out: &mut dyn Write) -> io::Result<()> {
    let titles: Vec<String> = columns.iter().map(|column| column.title.replace(' ', "_")).collect();
    for row in std::iter::once(&titles).chain(rows) {
        let cells: Vec<String> = row.iter().map(|cell| csv_cell(cell)).collect();
        out.write_all(cells.join(",").as_bytes())?;
        out.write_all(b"\r\n")?;
    }
    Ok(())
}

fn csv_cell(cell: &str) -> String {
    let cell = safe::line(cell);
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula { format!("'{cell}") } else { cell.into_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_csv_is_no_formula() {
        let columns = [Column::left("name"), Column::right("count")];
        let rows = vec![vec!["a".to_owned(), "1".to_owned()], vec!["=x,\"y\"".to_owned(), "22".to_owned()]];
        let mut text = Vec::new();
        plain(&columns, &rows, &mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "NAME    COUNT\na           1\n=x,\"y\"     22\n");
        let mut text = Vec::new();
        csv(&columns, &rows, &mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "name,count\r\na,1\r\n\"'=x,\"\"y\"\"\",22\r\n");
    }
}
