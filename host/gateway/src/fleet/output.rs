//! Prints results, or writes them to files.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::Context;

/// The terminal's width, if standard output is a terminal.
pub(crate) fn width() -> Option<u16> {
    let (_, columns) = console::Term::stdout().size_checked()?;
    Some(columns)
}

/// Print a text.
pub(crate) fn text(text: &str) -> anyhow::Result<()> {
    print(text.as_bytes())
}

/// Write a file to this path, or print it.
pub(super) fn file(bytes: &[u8], media_type: &str, path: Option<&PathBuf>) -> anyhow::Result<()> {
    if let Some(path) = path {
        return std::fs::write(path, bytes)
            .with_context(|| format!("{} cannot be written", path.display()));
    }
    let is_text = media_type.starts_with("text/") || media_type.starts_with("application/json");
    anyhow::ensure!(
        is_text || !io::stdout().is_terminal(),
        "this is a file ({media_type}) that a terminal does not show: say --output PATH"
    );
    print(bytes)
}

/// Print bytes. It is no error if the reader closed the pipe.
fn print(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("it cannot be printed"),
    }
}
