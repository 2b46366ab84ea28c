//! Texts of the outside that may leave.

use crate::card;

/// The longest text that is passed on.
const MAX_LENGTH: usize = 64;

/// An id, reference or kind as it is, if it has the form of one and no card number could be in it.
///
/// The form of the providers' ids is not documented, so this is as wide as it can safely be.
pub(crate) fn passed_on(text: &str) -> Option<String> {
    let has_form = (1..=MAX_LENGTH).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    (has_form && !card::could_hold_number(text)).then(|| text.to_owned())
}
