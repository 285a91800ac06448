//! CSV (RFC 4180) with a line of column names.

use super::super::{Acknowledgement, Millis, ReadError, Resolver, millis};
use super::{Incident, fault, ordered, time};
use std::collections::BTreeMap;

pub(super) fn read(text: &str) -> Result<Vec<Incident>, ReadError> {
    let mut rows = Rows { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
    let Some((_, columns)) = rows.next()? else { return Err(fault(1, "no line of column names")) };
    for needed in ["start", "end"] {
        if !columns.iter().any(|column| column == needed) {
            return Err(fault(1, format!("no column `{needed}`")));
        }
    }
    if !columns.iter().any(|column| matches!(column.as_str(), "rule" | "alertname")) {
        return Err(fault(1, "no column `rule` or `alertname`"));
    }
    let mut incidents = Vec::new();
    while let Some((line, cells)) = rows.next()? {
        if cells.len() == 1 && cells.iter().all(String::is_empty) {
            continue;
        }
        if cells.len() != columns.len() {
            return Err(fault(line, format!("{} cells in {} columns", cells.len(), columns.len())));
        }
        incidents.push(incident(line, &columns, cells)?);
    }
    Ok(incidents)
}

fn incident(line: u64, columns: &[String], cells: Vec<String>) -> Result<Incident, ReadError> {
    let mut row: BTreeMap<&str, String> = columns.iter().map(String::as_str).zip(cells).collect();
    let mut take = |column: &str| row.remove(column).filter(|cell| !cell.is_empty());
    let rule = take("rule").or_else(|| take("alertname")).ok_or_else(|| fault(line, "no name of an alert"))?;
    let start = take("start").ok_or_else(|| fault(line, "no `start`"))?;
    let start = instant(line, &start)?;
    let end = take("end").map(|end| instant(line, &end)).transpose()?;
    let at = take("acked_at").map(|at| instant(line, &at)).transpose()?;
    let by = take("acked_by").map(Into::into);
    let resolved = match take("resolved_by").as_deref() {
        None => None,
        Some("human") => Some(Resolver::Human),
        Some("auto") => Some(Resolver::Auto),
        Some(_) => return Err(fault(line, "`resolved_by` is neither `human` nor `auto`")),
    };
    let mut labels: BTreeMap<String, String> =
        row.into_iter().filter(|(_, cell)| !cell.is_empty()).map(|(name, cell)| (name.to_owned(), cell)).collect();
    labels.insert("alertname".to_owned(), rule.clone());
    let acknowledgement = Acknowledgement { at, by, resolved };
    ordered(line, Incident { rule, labels: labels.into_iter().collect(), start, end, acknowledgement })
}

/// RFC 3339 or Unix seconds.
fn instant(line: u64, text: &str) -> Result<Millis, ReadError> {
    match text.parse::<f64>() {
        Ok(seconds) => millis(seconds).ok_or_else(|| fault(line, "a time out of range")),
        Err(_) => time(line, text),
    }
}

struct Rows<'a> {
    rest: &'a str,
    line: u64,
}

impl Rows<'_> {
    /// The next row and the line on which it begins.
    fn next(&mut self) -> Result<Option<(u64, Vec<String>)>, ReadError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let begin = self.line;
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            self.rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
            match self.rest.strip_prefix('\n') {
                Some(rest) => self.rest = rest,
                None if self.rest.is_empty() => {}
                None => return Err(fault(self.line, "text after a quoted cell")),
            }
            self.line += 1;
            return Ok(Some((begin, cells)));
        }
    }

    fn cell(&mut self) -> Result<String, ReadError> {
        let Some(mut quoted) = self.rest.strip_prefix('"') else {
            let end = self.rest.find([',', '\n', '\r']).unwrap_or(self.rest.len());
            let (cell, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok(cell.to_owned());
        };
        let mut cell = String::new();
        loop {
            let Some((part, rest)) = quoted.split_once('"') else {
                return Err(fault(self.line, "a quoted cell that does not end"));
            };
            self.line += part.bytes().filter(|&b| b == b'\n').count() as u64;
            cell.push_str(part);
            let Some(more) = rest.strip_prefix('"') else {
                self.rest = rest;
                return Ok(cell);
            };
            cell.push('"');
            quoted = more;
        }
    }
}
