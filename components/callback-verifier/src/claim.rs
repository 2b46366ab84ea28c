//! What a request claims, before anything is checked.

use chargetap_contract::money::UnixMs;

use crate::tag::Tag;

/// Something signed, who is said to have signed it, and when.
#[derive(Default)]
pub(crate) struct Claim<'r> {
    /// The signed bytes are these,
    pub(crate) head: String,
    /// and then these.
    pub(crate) body: &'r [u8],
    /// The signatures that came with it. One of them must be right.
    pub(crate) signatures: Vec<Tag>,
    /// The key that is said to have made it, where the scheme names one.
    pub(crate) key_id: Option<String>,
    /// When it was signed, where the scheme signs that.
    pub(crate) signed_at: Option<UnixMs>,
    /// From when on it counts no more, where the scheme signs that.
    pub(crate) expires_at: Option<UnixMs>,
}
