//! Many terminals at once, from CSV.

mod columns;
mod encoding;
#[cfg(test)]
mod tests;

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::refusal::Reason;
use crate::terminal::{Domain, TerminalDetails};
use crate::text::{Key, Serial};

use columns::Columns;

/// How many lines a file has at most.
const LINES: usize = 100_000;
/// How many reasons are told at most.
const REASONS: usize = 1_000;

/// One terminal of a file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its line, from 1.
    pub line: u64,
    /// The terminal.
    pub serial: Serial,
    /// What is said of it.
    pub details: TerminalDetails,
    /// In whose domain it is.
    pub domain: Domain,
}

/// Read a file of terminals of an order. The first line names the columns, in any order; what separates
/// them, a comma or a semicolon, is seen there. What lists several things separates them by semicolons.
///
/// # Errors
/// Everything that is wrong with the file's form, each at its line and column. Whether the terminals
/// can be is decided when they are imported.
pub fn parse(bytes: &[u8], order: &Key) -> Result<Vec<Row>, Vec<Reason>> {
    let text = encoding::text(bytes).map_err(|reason| vec![reason])?;
    let mut lines = text.lines();
    let header = lines.find(|line| !line.trim().is_empty());
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(header.unwrap_or_default()))
        .has_headers(false)
        .flexible(true)
        .trim(Trim::None)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = match records.next() {
        Some(Ok(header)) => header,
        _ => return Err(vec![Reason::new("no-header", "the file is empty")]),
    };
    let columns = Columns::find(&header).map_err(at_most)?;

    let mut rows = Vec::new();
    let mut reasons = Vec::new();
    let mut lines = Lines::of(text);
    for (count, record) in records.enumerate() {
        if count >= LINES {
            let text = format!("a file has at most {LINES} terminals: divide it");
            return Err(vec![Reason::new("too-many-lines", text)]);
        }
        match record {
            Ok(record) => {
                let line = lines.line_of(&record);
                match columns.row(&record, line, order) {
                    Ok(row) => rows.push(row),
                    Err(of_row) => reasons.extend(of_row),
                }
            }
            Err(error) => reasons.push(Reason::new("unreadable", error.to_string())),
        }
    }
    if rows.is_empty() && reasons.is_empty() {
        reasons.push(Reason::new(
            "no-terminals",
            "the file has no line after its header",
        ));
    }
    match reasons.is_empty() {
        true => Ok(rows),
        false => Err(at_most(reasons)),
    }
}

/// The first reasons, and how many more there are.
#[must_use]
pub(crate) fn at_most(mut reasons: Vec<Reason>) -> Vec<Reason> {
    let more = reasons.len().saturating_sub(REASONS);
    if more > 0 {
        reasons.truncate(REASONS);
        reasons.push(Reason::new("and-more", format!("and {more} more")));
    }
    reasons
}

/// What separates the columns: Excel writes semicolons where the comma is in numbers.
fn delimiter(header: &str) -> u8 {
    let count = |c| header.matches(c).count();
    match count(';') > count(',') {
        true => b';',
        false => b',',
    }
}

/// Counts the lines of a text up to a record, which the reader does not where lines are empty.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The line on which a record begins. Records come in their order.
    fn line_of(&mut self, record: &StringRecord) -> u64 {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let is_end = |byte: &&u8| **byte == b'\n' || **byte == b'\r';
        let rest = self.text.get(start..).unwrap_or_default();
        let start = start + rest.iter().take_while(is_end).count();
        let passed = self.text.get(self.at..start).unwrap_or_default();
        let ends = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += ends as u64;
        self.at = start.max(self.at);
        self.line
    }
}
