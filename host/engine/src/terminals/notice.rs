//! A notice: what a terminal says for a while in place of its prompt.

use chargetap_contract::screen::Message;
use serde::{Deserialize, Serialize};

/// Something to say at a terminal. Stored as JSON under these names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) message: Message,
    /// What a QR code says, where the terminal can show one.
    pub(crate) link: Option<String>,
    /// In milliseconds.
    pub(crate) visible_for: u64,
}
