//! Reads files and standard input for the command line.

use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;

/// The path that means standard input.
const STANDARD_INPUT: &str = "-";

/// The bytes of a file.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path != Path::new(STANDARD_INPUT) {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a file that has one line.
pub(super) fn line(path: &str) -> Result<String, String> {
    let bytes = read(Path::new(path)).map_err(|error| format!("{path}: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{path}: this is not text"))?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(format!("{path}: it is empty")),
        line if line.contains('\n') => Err(format!("{path}: it has more than one line")),
        line => Ok(line.to_owned()),
    }
}

/// A JSON object from the command line, or from a file (`@PATH`).
pub(super) fn data(text: &str) -> Result<Value, String> {
    let path = match text.strip_prefix('@') {
        None if text == STANDARD_INPUT => Some(text),
        path => path,
    };
    let bytes = match path {
        Some(path) => read(Path::new(path)).map_err(|error| format!("{path}: {error}"))?,
        None => text.as_bytes().to_vec(),
    };
    match serde_json::from_slice(&bytes) {
        Ok(object @ Value::Object(_)) => Ok(object),
        Ok(_) => Err("not a JSON object".to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}
