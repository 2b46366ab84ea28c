//! Texts of a request that may leave this crate.

use crate::card;

/// The longest text that may leave.
const MAX_LENGTH: usize = 64;

/// An id, reference or kind, unchanged. `None` if it has not the form of an id or a card number could
/// be in it.
///
/// Providers do not document the form of their ids, so this accepts any that is safe.
pub(crate) fn safe(text: &str) -> Option<String> {
    let has_form = (1..=MAX_LENGTH).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    (has_form && !card::could_hold_number(text)).then(|| text.to_owned())
}
