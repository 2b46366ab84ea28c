//! Many terminals at once, from CSV.

use crate::terminal::{Domain, TerminalDetails};
use crate::text::Serial;

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
