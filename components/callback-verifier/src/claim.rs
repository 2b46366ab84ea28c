//! What a request claims, before anything is checked.

use chargetap_contract::money::UnixMs;

use crate::tag::Tag;

/// Signed bytes with their signatures, and what the request says of key and time.
#[derive(Default)]
pub(crate) struct Claim<'r> {
    /// The first part of the signed bytes.
    pub(crate) head: String,
    /// The second part of the signed bytes.
    pub(crate) body: &'r [u8],
    /// The signatures that came with the request. One of them must be right.
    pub(crate) signatures: Vec<Tag>,
    /// The id of the signing key, where the scheme names one.
    pub(crate) key_id: Option<String>,
    /// When it was signed, where the scheme signs that.
    pub(crate) signed_at: Option<UnixMs>,
    /// When it expires, where the scheme signs that.
    pub(crate) expires_at: Option<UnixMs>,
}
