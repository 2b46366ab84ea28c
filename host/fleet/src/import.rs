//! Import of many terminals from CSV.
//!
//! Limits: a file of terminals has at most 16 MiB and 100,000 lines.

mod columns;
mod encoding;
#[cfg(test)]
mod tests;

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::refusal::Reason;
use crate::terminal::{Domain, TerminalDetails};
use crate::text::{Key, Serial};

use columns::Columns;

/// The maximum number of terminals in a file.
const LINES: usize = 100_000;
/// The maximum number of reasons that are reported.
const REASONS: usize = 1_000;

/// One terminal of a file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its line number, from 1.
    pub line: u64,
    /// The terminal.
    pub serial: Serial,
    /// Its details.
    pub details: TerminalDetails,
    /// Its domain at the vendor.
    pub domain: Domain,
}

/// Parses a file of terminals of an order. The first line names the columns, in any order. They are
/// separated by commas or semicolons, whichever the first line has more of. Lists inside a field
/// are separated by semicolons.
///
/// # Errors
/// Everything that is wrong with the form of the file, with line and column. The terminals
/// themselves are validated by the import.
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

/// The first reasons, and the number of the others.
#[must_use]
pub(crate) fn at_most(mut reasons: Vec<Reason>) -> Vec<Reason> {
    let more = reasons.len().saturating_sub(REASONS);
    if more > 0 {
        reasons.truncate(REASONS);
        reasons.push(Reason::new("and-more", format!("and {more} more")));
    }
    reasons
}

/// The separator of the columns. Excel writes semicolons where the decimal separator is a comma.
fn delimiter(header: &str) -> u8 {
    let count = |c| header.matches(c).count();
    match count(';') > count(',') {
        true => b';',
        false => b',',
    }
}

/// Counts lines up to a record. The CSV reader does not count empty lines.
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

    /// The line on which a record begins. Must be called for records in their order.
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
