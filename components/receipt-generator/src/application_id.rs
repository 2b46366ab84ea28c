//! The id of a card's application (AID).

use chargetap_contract::terminal::ApplicationId;

/// Such as `A0000000031010`.
pub(crate) fn hexadecimal(id: ApplicationId) -> String {
    let digits = usize::from(id.pix_bytes) * 2;
    if digits == 0 {
        format!("{:010X}", id.rid)
    } else {
        format!("{:010X}{:0digits$X}", id.rid, id.pix)
    }
}
