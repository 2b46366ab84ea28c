//! Decoding of a file: UTF-8, with or without a byte order mark.

use crate::refusal::Reason;

/// The text of a file.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Reason> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let text = "the file is in UTF-16: save it as \"CSV UTF-8\"";
        return Err(Reason::new("utf-16", text));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let text = "the file is not in UTF-8: save it as \"CSV UTF-8\"";
        Reason::new("not-utf-8", text).at(format!("line {line}"))
    })
}
