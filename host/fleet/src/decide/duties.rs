//! What was done with a terminal by whoever looks after it.

use super::Decision;
use crate::duty::{Check, Done, Inspection};
use crate::fleet::Fleet;
use crate::situation::Situation;
use crate::text::Serial;

pub(super) fn check(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _serial: &Serial,
    _check: Check,
    _done: Done,
) -> Decision {
    todo!()
}
pub(super) fn inspect(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _serial: &Serial,
    _inspection: Inspection,
) -> Decision {
    todo!()
}
pub(super) fn charge(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _serial: &Serial,
    _done: Done,
) -> Decision {
    todo!()
}
pub(super) fn test(
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _serial: &Serial,
    _done: Done,
) -> Decision {
    todo!()
}
