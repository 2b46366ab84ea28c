//! Tokens and calendars.

use super::Decision;
use crate::access::{CalendarDetails, TokenDetails};
use crate::fleet::Fleet;
use crate::situation::Situation;
use crate::text::Key;

pub(super) fn issue_token(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _details: TokenDetails,
    _hash: String,
) -> Decision {
    todo!()
}
pub(super) fn revoke_token(_fleet: &Fleet, _key: &Key) -> Decision {
    todo!()
}
pub(super) fn issue_calendar(_fleet: &Fleet, _details: CalendarDetails, _hash: String) -> Decision {
    todo!()
}
pub(super) fn revoke_calendar(_fleet: &Fleet, _key: &Key) -> Decision {
    todo!()
}
